"""A recording understood again, in peace: where each channel has speech, in which language, and what was said when."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from asr_tts import rejection
from asr_tts.activity import Detector
from asr_tts.endpointing import Endpointer, Manner, Over
from asr_tts.prosody import prosody
from asr_tts.recognition import Aligner, InPeace, LanguageIdentifier, Question, Recogniser, Samples, Transcript
from asr_tts.speech_protocol import RATE, Prosody, QuestionKind
from asr_tts.word_times import Word, loud_spans, spread

PAUSE_MS = 700
"""Silence that ends an utterance: nobody waits for it, so it may be longer than in a call."""
QUESTION: QuestionKind = "dictation"
TOGETHER = 4
"""Utterances that are decoded at once; with more each costs hardly less, and who should rest does so later."""
TELLING = RATE
"""Samples of speech from which an utterance tells its language; shorter ones follow the one before."""
SURE = 0.9
"""From here on an utterance is in that language, whatever was expected: of 109 human prompts in English none was taken
for Chinese, at 10 dB of noise neither (at 0.8 one was)."""


@dataclass(frozen=True)
class Spoken:
    """One utterance."""

    start: float
    end: float
    """Seconds from the first sample, without the silence around it."""
    text: str
    language: str
    confidence: float
    prosody: Prosody | None = None
    begin: int = 0
    until: int = 0
    """What was decoded; samples."""
    others: tuple[str, ...] = ()
    """What else it may have been, the likeliest first."""


class Said(Protocol):
    """A text that is known, as it was said."""

    @property
    def text(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True)
class Speech:
    """Where a channel has an utterance; samples."""

    begin: int
    until: int
    """What is to be decoded: with some silence around it."""
    onset: int
    end: int


Expected = Callable[[Speech], str]
"""The language that an utterance is taken to be in."""


def find_speech(channels: Sequence[Samples], detector: Detector) -> list[list[Speech]]:
    """Return the utterances of each channel (8 kHz, of the same length), in their order."""
    ends = [Endpointer(Manner.of(QUESTION, PAUSE_MS)) for _ in channels]
    memories = [detector.fresh_memory() for _ in channels]
    found: list[list[Speech]] = [[] for _ in channels]
    length = max((len(channel) for channel in channels), default=0)
    for start in range(0, length - detector.window + 1, detector.window):
        windows = np.stack([channel[start : start + detector.window] for channel in channels])
        for place, probability in enumerate(detector.judge(memories, windows)):
            decisions = ends[place].window(start, start + detector.window, float(probability))
            found[place] += map(_speech, (one for one in decisions if isinstance(one, Over)))
    for place, endpointer in enumerate(ends):
        found[place] += map(_speech, (one for one in endpointer.finish() if isinstance(one, Over)))
    return found


def _speech(over: Over) -> Speech:
    return Speech(over.begin, over.until, over.onset, over.end)


def understand(
    channel: Samples,
    speech: Sequence[Speech],
    recogniser: Recogniser,
    expected: Expected,
    rest: Callable[[], None],
    thorough: bool = False,
) -> Iterator[Spoken]:
    """Yield what was said in `channel`; what is no speech after all is left out.

    Each in the language that is `expected` of it, or in which it really is. `rest` is called before a few are decoded
    at once: who must not disturb calls waits there. `thorough`: listened to twice, where that hears better.
    """
    tongue = _Tongue(channel, recogniser, expected)
    for begin in range(0, len(speech), TOGETHER):
        rest()
        some = speech[begin : begin + TOGETHER]
        # Until a longer utterance has told, a short one waits for the next that will.
        languages = [tongue.of(one, () if begin or number else speech) for number, one in enumerate(some)]
        heard = _heard(recogniser, [channel[one.begin : one.until] for one in some], languages, thorough)
        for one, (transcript, others) in zip(some, heard, strict=True):
            if rejection.after_decoding(transcript):
                continue
            yield Spoken(
                one.onset / RATE,
                one.end / RATE,
                transcript.text,
                transcript.language,
                transcript.confidence,
                prosody(channel[one.onset : one.end]),
                one.begin,
                one.until,
                others,
            )


def _heard(
    recogniser: Recogniser, utterances: Sequence[Samples], languages: Sequence[str], thorough: bool
) -> list[tuple[Transcript, tuple[str, ...]]]:
    """Those of one language together."""
    found: dict[int, tuple[Transcript, tuple[str, ...]]] = {}
    for language in dict.fromkeys(languages):
        places = [place for place, one in enumerate(languages) if one == language]
        some = recognised(recogniser, [utterances[place] for place in places], language, thorough)
        found.update(zip(places, some, strict=True))
    return [found[place] for place in range(len(utterances))]


def recognised(
    recogniser: Recogniser, utterances: Sequence[Samples], language: str, thorough: bool
) -> list[tuple[Transcript, tuple[str, ...]]]:
    """Return the words of each utterance, and what else it may have been; listened to twice where `thorough`."""
    if isinstance(recogniser, InPeace):
        return recogniser.recognise_together(utterances, language, thorough)
    return [(recogniser.recognise(one, Question(language, QUESTION, urgent=False)), ()) for one in utterances]


class _Tongue:
    """Which language a side really speaks."""

    def __init__(self, channel: Samples, recogniser: Recogniser, expected: Expected) -> None:
        self._channel, self._expected = channel, expected
        self._ear = recogniser if isinstance(recogniser, LanguageIdentifier) else None
        self._instead: dict[str, str] = {}
        """What is spoken where another language was expected, as the last long utterances told."""

    def of(self, one: Speech, later: Sequence[Speech]) -> str:
        """Return the language of an utterance; where it is too short to tell, `later` ones may."""
        expected = self._expected(one)
        telling = next(filter(_tells, (one, *later)), None)
        if telling is not None and self._ear is not None:
            likely = self._ear.identify(self._channel[telling.begin : telling.until])
            best = max(likely, key=lambda language: likely[language], default="")
            # Who isn't sure, for noise, leaves what the ones before told.
            if likely.get(best, 0.0) >= SURE:
                self._instead[self._expected(telling)] = best
        return self._instead.get(expected, expected)


def _tells(one: Speech) -> bool:
    return one.end - one.onset >= TELLING


def words_of(channel: Samples, begin: int, until: int, said: Said, recogniser: Recogniser | None) -> tuple[Word, ...]:
    """Return the words of what was `said` in a channel's samples from `begin` to `until`.

    Where the recogniser can't find them, their syllables are spread over the voice there.
    """
    samples = channel[max(begin, 0) : until]
    since = max(begin, 0) / RATE
    found: tuple[Word, ...] = ()
    if isinstance(recogniser, Aligner):
        found = recogniser.align(samples, said.text, said.language)
    found = found or spread(said.text, loud_spans(samples) or [(0.0, len(samples) / RATE)], said.confidence)
    return tuple(replace(word, start=round(word.start + since, 3), end=round(word.end + since, 3)) for word in found)
