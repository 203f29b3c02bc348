"""Facts of one conversation: how long, who talked how much, silences, interruptions, speed, mood. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import mean
from typing import Literal

from dialplans.backchannel import is_backchannel
from dialplans.emotion import anger
from knowledge.wording import HAN
from quality.conversation import Conversation, Stretch, Turn, between, common, joined

Side = Literal["caller", "ours"]
SIDES: tuple[Side, Side] = ("caller", "ours")
SILENCE_S = 3.0
"""Nobody speaks for so long: a silence; shorter ones are how people talk."""
TALKED_OVER_S = 0.7
"""From so much speech into the other's on, one is interrupted; shorter is a backchannel, or both began at once."""
LISTENING_S = 1.5
"""Up to so long, what only says "I am listening" is a backchannel, by its words."""
GOING_ON_S = 1.0
"""The interrupted one must have spoken for so long, or the two began at once."""
WHOLE_S = 1.5
"""The shortest turn whose speed says anything."""
MISUNDERSTOOD = frozenset({"no_match", "misheard"})
"""What a dialogue notes where it can't use what was said, and a conversation where nothing could be understood."""
TALK = "talk-began"
"""With a person, each of them: handed over to, and transferred to."""
LED_ON = frozenset({"handover", "transferred"})
"""The caller waits for a person, with music …"""
LED_BACK = frozenset({TALK, "handover-failed", "handover_not_possible", "queue-left"})
"""… until one of these."""
HELD, RESUMED = frozenset({"held", "agent-holds"}), frozenset({"resumed", "agent-resumes"})


@dataclass(frozen=True)
class Silence(Stretch):
    """Nobody spoke."""

    whose: Side
    """Who was to speak: the one who hadn't spoken last."""


@dataclass(frozen=True)
class Interruption(Stretch):
    """Both spoke, from the interrupter's first sound to the end of the overlap."""

    by: Side


@dataclass(frozen=True)
class Facts:
    """Times in seconds, shares 0-1."""

    seconds: float
    talk: Mapping[Side, float]
    """Seconds of speech."""
    talk_share: Mapping[Side, float]
    """Of all speech; 0 where nobody spoke."""
    silences: tuple[Silence, ...]
    interruptions: tuple[Interruption, ...]
    overlap_s: float
    speed: Mapping[Side, float]
    """Words (Chinese: signs) a minute of speech, over turns of `WHOLE_S` and more; 0 where there is none."""
    response_s: tuple[float, ...]
    """From the end of each of the caller's turns to our next sound, where the caller waited for it."""
    hold_s: float
    anger: tuple[tuple[float, float], ...]
    """(second, 0-1) of each of the caller's turns, in words and voice."""
    levels: Mapping[str, float] = field(default_factory=dict)
    misunderstood: int = 0
    """How often the robot didn't understand."""
    intents: tuple[str, ...] = ()
    """Of the caller's turns, in order, each once in a row."""
    hand_overs: int = 0
    outcome: str = ""
    """The cause of the end."""

    @property
    def silence_s(self) -> float:
        return sum(one.seconds for one in self.silences)

    @property
    def longest_silence(self) -> Silence | None:
        return max(self.silences, key=lambda one: one.seconds, default=None)

    @property
    def response_mean_s(self) -> float:
        return mean(self.response_s) if self.response_s else 0.0


def facts_of(conversation: Conversation) -> Facts:
    """Return the facts of `conversation`."""
    talk = {side: sum(one.seconds for one in conversation.speech_of(side)) for side in SIDES}
    both = sum(talk.values())
    return Facts(
        conversation.seconds,
        talk,
        {side: talk[side] / both if both else 0.0 for side in SIDES},
        tuple(silences(conversation)),
        tuple(interruptions(conversation)),
        sum(one.seconds for one in common(*map(conversation.speech_of, SIDES))),
        {side: _speed_of_side(conversation, side) for side in SIDES},
        tuple(_responses(conversation)),
        sum(one.seconds for one in holds(conversation)),
        tuple((turn.start, anger_of(turn)) for turn in conversation.said_by("caller")),
        conversation.levels,
        sum(one.name in MISUNDERSTOOD for one in conversation.happenings),
        tuple(_intents(conversation)),
        sum(one.name == TALK for one in conversation.happenings),
        conversation.cause,
    )


def silences(conversation: Conversation, least: float = SILENCE_S) -> Iterator[Silence]:
    """Yield the silences of at least `least` seconds, music aside; before the first word it is ours to speak."""
    caller, ours = map(conversation.speech_of, SIDES)
    held = (*holds(conversation), *_between_events(conversation, LED_ON, LED_BACK))
    for gap in between(joined([*caller, *ours, *held]), 0.0, conversation.seconds):
        if gap.seconds >= least:
            last = max((one.end for one in caller if one.end <= gap.start), default=-1.0)
            other = max((one.end for one in ours if one.end <= gap.start), default=-1.0)
            yield Silence(gap.start, gap.end, "ours" if last >= other else "caller")


def interruptions(conversation: Conversation) -> Iterator[Interruption]:
    """Yield who cut in on whom: who begins while the other has been speaking for a while, and goes on."""
    for by in SIDES:
        other: Side = "ours" if by == "caller" else "caller"
        spoken = joined(conversation.speech_of(other), 0.3)
        for one in conversation.speech_of(by):
            into = next((each for each in spoken if each.start + GOING_ON_S <= one.start < each.end), None)
            if into is None or min(into.end, one.end) - one.start < TALKED_OVER_S:
                continue
            if one.seconds > LISTENING_S or not _listens(conversation, one, by):
                yield Interruption(one.start, min(into.end, one.end), by)


def _listens(conversation: Conversation, one: Stretch, by: Side) -> bool:
    """Whether what was said there only tells the other to go on."""
    said = [turn for turn in conversation.said_by(by) if turn.start < one.end and turn.end > one.start]
    return bool(said) and all(turn.text and is_backchannel(turn.text) for turn in said)


def holds(conversation: Conversation) -> Iterator[Stretch]:
    """Yield when the caller was on hold."""
    return _between_events(conversation, HELD, RESUMED)


def _between_events(conversation: Conversation, begin: frozenset[str], end: frozenset[str]) -> Iterator[Stretch]:
    since: float | None = None
    for one in conversation.happenings:
        if one.name in begin and since is None:
            since = one.at
        elif one.name in end and since is not None:
            yield Stretch(since, one.at)
            since = None
    if since is not None:
        yield Stretch(since, conversation.seconds)


def speed(turn: Turn) -> float:
    """Return words (Chinese: signs) a minute."""
    return 60 * _length(turn.text) / max(turn.end - turn.start, 0.1)


def anger_of(turn: Turn) -> float:
    """Return how angry a turn is in words and voice together, 0-1: either is enough, both are more."""
    return round(1 - (1 - _angry_words(turn.text, turn.language)) * (1 - turn.anger), 3)


@lru_cache(4096)
def _angry_words(text: str, language: str) -> float:
    return anger(text, language)


def _length(text: str) -> int:
    signs = len(HAN.findall(text))
    return signs + len(HAN.sub(" ", text).split())


def _speed_of_side(conversation: Conversation, side: Side) -> float:
    turns = [turn for turn in conversation.said_by(side) if turn.end - turn.start >= WHOLE_S]
    seconds = sum(turn.end - turn.start for turn in turns)
    return round(60 * sum(_length(turn.text) for turn in turns) / seconds, 1) if seconds else 0.0


def _responses(conversation: Conversation) -> Iterator[float]:
    ours = conversation.speech_of("ours")
    caller = conversation.speech_of("caller")
    for turn in conversation.said_by("caller"):
        answer = next((one.start for one in ours if one.start >= turn.end), None)
        again = next((one.start for one in caller if one.start > turn.end), None)
        talked_over = any(one.start < turn.end < one.end for one in ours)
        if answer is not None and not talked_over and (again is None or again > answer):
            yield answer - turn.end


def _intents(conversation: Conversation) -> Iterator[str]:
    last = ""
    for turn in conversation.said_by("caller"):
        if turn.intent and turn.intent != last:
            last = turn.intent
            yield last
