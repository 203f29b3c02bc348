"""A conversation made better by listening again: speech by a detector, words recognised in peace, the voice's mood."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from asr_tts.activity import Detector
from asr_tts.recognition import Recogniser
from asr_tts.speech_protocol import RATE
from asr_tts.transcription import Speech, Spoken, find_speech, understand
from quality.conversation import Conversation, Speaker, Stretch, Turn, joined
from quality.sound import Sound, level
from voice.mood import Mood

SURER = 0.05
"""The live text stays unless the new one is surer by so much: it was heard with what the question expects."""
WITHIN = 0.5
"""Share of an utterance that must lie in a turn to be the same."""


@dataclass(frozen=True)
class Ears:
    """What listens again."""

    detector: Detector
    recogniser: Recogniser


def listen_again(conversation: Conversation, sound: Sound, ears: Ears, rest: Callable[[], None]) -> Conversation:
    """Return the conversation with what its recording tells.

    The robot's words are known to the letter and stay; the caller's and agents' are recognised again. Keys stay keys.
    """
    caller, ours = find_speech((sound.caller, sound.ours), ears.detector)
    talks = list(_talks(conversation))
    agents = [one for one in ours if _is_in(one, talks)]
    heard = list(understand(sound.caller, caller, ears.recogniser, conversation.language, rest))
    said = list(understand(sound.ours, agents, ears.recogniser, conversation.language, rest))
    live = [turn for turn in conversation.turns if turn.speaker == "robot"]
    turns = [*live, *_turns(conversation, "caller", heard), *_turns(conversation, "agent", said)]
    turns.sort(key=lambda turn: (turn.start, turn.number))
    return replace(
        conversation,
        seconds=max(conversation.seconds, sound.seconds),
        turns=tuple(replace(turn, number=number) for number, turn in enumerate(turns, 1)),
        voices={"caller": _stretches(caller), "ours": _stretches(ours)},
        levels={"caller": level(sound.caller, caller), "ours": level(sound.ours, ours)},
    )


def _stretches(speech: Sequence[Speech]) -> tuple[Stretch, ...]:
    return joined([Stretch(one.onset / RATE, one.end / RATE) for one in speech])


def _talks(conversation: Conversation) -> Iterator[Stretch]:
    """Yield when an agent was on the line: from one's first turn to the next robot's, or the end."""
    since: float | None = None
    for turn in conversation.turns:
        if turn.speaker == "agent" and since is None:
            since = turn.start
        elif turn.speaker == "robot" and since is not None:
            yield Stretch(since, turn.start)
            since = None
    if since is not None:
        yield Stretch(since, conversation.seconds)


def _is_in(speech: Speech, talks: Sequence[Stretch]) -> bool:
    return any(one.start - 0.5 <= speech.onset / RATE < one.end for one in talks)


def _turns(conversation: Conversation, speaker: Speaker, spoken: Sequence[Spoken]) -> Iterator[Turn]:
    """Yield a side's turns: the live ones with better words, and what the call itself didn't take up."""
    live = [turn for turn in conversation.turns if turn.speaker == speaker]
    mood = Mood()
    taken: set[int] = set()
    for one in spoken:
        mood.hear(one.prosody)
        anger = mood.take()
        same = next((turn for turn in live if turn.number not in taken and _same(turn, one)), None)
        if same is None:
            agent = next((turn.agent for turn in reversed(live) if turn.start <= one.start), "")
            yield Turn(0, speaker, one.text, one.start, one.end, one.language, one.confidence, agent=agent, anger=anger)
            continue
        taken.add(same.number)
        better = one.confidence > same.confidence + SURER and not same.text.isdecimal()
        words = replace(same, text=one.text, confidence=one.confidence, language=one.language) if better else same
        yield replace(words, start=one.start, end=one.end, anger=max(anger, same.anger))
    yield from (turn for turn in live if turn.number not in taken and not _doubled(turn, spoken))


def _same(turn: Turn, one: Spoken) -> bool:
    overlap = min(turn.end, one.end) - max(turn.start, one.start)
    return overlap >= WITHIN * min(one.end - one.start, max(turn.end - turn.start, 0.1))


def _doubled(turn: Turn, spoken: Sequence[Spoken]) -> bool:
    """Whether a live turn is a part of an utterance that took another turn's place."""
    return bool(turn.text) and not turn.text.isdecimal() and any(_same(turn, one) for one in spoken)
