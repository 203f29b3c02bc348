"""A conversation made better by listening again: speech by a detector, words recognised in peace, the voice's mood."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from asr_tts.activity import Detector
from asr_tts.recognition import Recogniser, Samples
from asr_tts.speech_protocol import RATE
from asr_tts.transcription import Speech, Spoken, find_speech, understand, words_of
from asr_tts.word_times import spread
from quality.conversation import Conversation, Speaker, Stretch, Turn, joined
from quality.facts import TALK
from quality.sound import Sound, level
from voice.mood import Mood

SURER = 0.05
"""The live text stays unless the new one is surer by so much: it was heard with what the question expects."""
WITHIN = 0.5
"""Share of an utterance that must lie in a turn to be the same."""

AROUND_S = 0.2
"""Before and after a known turn's place its sound is listened to as well."""
SHORTEST_S = 0.1
"""A turn that takes no time was keyed, or its place isn't known."""
TALKED = "talk-ended"


@dataclass(frozen=True)
class Ears:
    """What listens again."""

    detector: Detector
    recogniser: Recogniser


def listen_again(conversation: Conversation, sound: Sound, ears: Ears, rest: Callable[[], None]) -> Conversation:
    """Return the conversation with what its recording tells, every word with its time.

    The robot's words are known to the letter and stay; the caller's and agents' are recognised again, in the language
    that is spoken. Keys stay keys.
    """
    caller, ours = find_speech((sound.caller, sound.ours), ears.detector)
    talks = list(_talks(conversation))
    agents = [one for one in ours if _is_in(one, talks)]
    turns = [_timed(turn, sound.ours, ears, rest) for turn in conversation.turns if turn.speaker == "robot"]
    turns += _listened(conversation, "caller", (sound.caller, caller), ears, rest)
    turns += _listened(conversation, "agent", (sound.ours, agents), ears, rest)
    turns.sort(key=lambda turn: (turn.start, turn.number))
    return replace(
        conversation,
        seconds=max(conversation.seconds, sound.seconds),
        turns=tuple(replace(turn, number=number) for number, turn in enumerate(turns, 1)),
        voices={"caller": _stretches(caller), "ours": _stretches(ours)},
        levels={"caller": level(sound.caller, caller), "ours": level(sound.ours, ours)},
    )


def with_word_times(conversation: Conversation) -> Conversation:
    """Return the conversation nobody could listen to with words whose times are estimates: syllables over the turn."""
    return replace(
        conversation,
        turns=tuple(
            turn if turn.words else replace(turn, words=spread(turn.text, [(turn.start, turn.end)], turn.confidence))
            for turn in conversation.turns
        ),
    )


def _stretches(speech: Sequence[Speech]) -> tuple[Stretch, ...]:
    return joined([Stretch(one.onset / RATE, one.end / RATE) for one in speech])


def _talks(conversation: Conversation) -> tuple[Stretch, ...]:
    """Return when an agent was on the line: by the record of the talks, and from one's first turn to the robot's."""
    return joined([*_on_record(conversation), *_by_turns(conversation)])


def _on_record(conversation: Conversation) -> Iterator[Stretch]:
    since: float | None = None
    for one in conversation.happenings:
        if one.name == TALK:
            since = one.at
        elif one.name == TALKED and since is not None:
            yield Stretch(since, one.at)
            since = None
    if since is not None:
        yield Stretch(since, conversation.seconds)


def _by_turns(conversation: Conversation) -> Iterator[Stretch]:
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


def _listened(
    conversation: Conversation,
    speaker: Speaker,
    heard: tuple[Samples, Sequence[Speech]],
    ears: Ears,
    rest: Callable[[], None],
) -> Iterator[Turn]:
    """Yield a side's turns: the live ones with better words, and what the call itself didn't take up."""
    channel, speech = heard
    live = [turn for turn in conversation.turns if turn.speaker == speaker]
    mood = Mood()
    taken: set[int] = set()
    spoken: list[Spoken] = []
    # One after the other: what was encoded to recognise an utterance also times its words.
    # Rules are about what agents say: those are listened to twice, which costs half as much again.
    expected, thorough = _expected(live, conversation.language), speaker == "agent"
    for one in understand(channel, speech, ears.recogniser, expected, rest, thorough):
        spoken.append(one)
        mood.hear(one.prosody)
        anger = mood.take()
        same = next((turn for turn in live if turn.number not in taken and _same(turn, one)), None)
        if same is None:
            agent = next((turn.agent for turn in reversed(live) if turn.start <= one.start), "")
            turn = Turn(
                0,
                speaker,
                one.text,
                one.start,
                one.end,
                one.language,
                one.confidence,
                agent=agent,
                anger=anger,
                others=one.others,
            )
        else:
            taken.add(same.number)
            turn = replace(_better(same, one), start=one.start, end=one.end, anger=max(anger, same.anger))
        yield replace(turn, words=words_of(channel, one.begin, one.until, turn, ears.recogniser))
    for turn in live:
        if turn.number not in taken and not _doubled(turn, spoken):
            yield _timed(turn, channel, ears, rest)


def _better(live: Turn, one: Spoken) -> Turn:
    """Return the live turn with what was understood now, where that is surer or of another language."""
    wrong = one.language != live.language
    if live.text.isdecimal() or not (wrong or one.confidence > live.confidence + SURER):
        return replace(live, others=() if live.text.isdecimal() else one.others)
    return replace(live, text=one.text, confidence=one.confidence, language=one.language, others=one.others)


def _expected(live: Sequence[Turn], language: str) -> Callable[[Speech], str]:
    """Return what the call took an utterance's language to be: that of the turn there, or of the one before."""

    def expected(one: Speech) -> str:
        before = [turn for turn in live if turn.start < one.end / RATE and not turn.text.isdecimal()]
        return before[-1].language if before else language

    return expected


def _timed(turn: Turn, channel: Samples, ears: Ears, rest: Callable[[], None]) -> Turn:
    """Return a turn whose text stays with its words' times."""
    begin, until = round((turn.start - AROUND_S) * RATE), round((turn.end + AROUND_S) * RATE)
    if turn.text.isdecimal() or begin >= len(channel) or turn.end - turn.start < SHORTEST_S:
        return replace(turn, words=spread(turn.text, [(turn.start, turn.end)], turn.confidence))
    rest()
    return replace(turn, words=words_of(channel, begin, until, turn, ears.recogniser))


def _same(turn: Turn, one: Spoken) -> bool:
    overlap = min(turn.end, one.end) - max(turn.start, one.start)
    return overlap >= WITHIN * min(one.end - one.start, max(turn.end - turn.start, 0.1))


def _doubled(turn: Turn, spoken: Sequence[Spoken]) -> bool:
    """Whether a live turn is a part of an utterance that took another turn's place."""
    return bool(turn.text) and not turn.text.isdecimal() and any(_same(turn, one) for one in spoken)
