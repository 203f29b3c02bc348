"""A recording understood again, in peace: where each channel has speech, and what was said there."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from asr_tts import rejection
from asr_tts.activity import Detector
from asr_tts.endpointing import Endpointer, Manner, Over
from asr_tts.prosody import prosody
from asr_tts.recognition import Question, Recogniser, Samples
from asr_tts.speech_protocol import RATE, Prosody, QuestionKind

PAUSE_MS = 700
"""Silence that ends an utterance: nobody waits for it, so it may be longer than in a call."""
QUESTION: QuestionKind = "dictation"


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


@dataclass(frozen=True)
class Speech:
    """Where a channel has an utterance; samples."""

    begin: int
    until: int
    """What is to be decoded: with some silence around it."""
    onset: int
    end: int


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
    channel: Samples, speech: Sequence[Speech], recogniser: Recogniser, language: str, rest: Callable[[], None]
) -> Iterator[Spoken]:
    """Yield what was said in `channel`; what is no speech after all is left out.

    `language`: of the call, or "" to have it found out of each utterance. `rest` is called before each decoding: who
    must not disturb calls waits there.
    """
    question = Question(language, QUESTION, urgent=False)
    for one in speech:
        rest()
        transcript = recogniser.recognise(channel[one.begin : one.until], question)
        if rejection.after_decoding(transcript):
            continue
        yield Spoken(
            one.onset / RATE,
            one.end / RATE,
            transcript.text,
            transcript.language,
            transcript.confidence,
            prosody(channel[one.onset : one.end]),
        )
