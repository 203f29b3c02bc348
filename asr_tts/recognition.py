"""The port of recognisers: an utterance in, its words out.

A *whole* recogniser (Whisper) is handed an utterance when it may be over. A *streaming* one (Vosk) is handed the
audio as it comes, says what it has understood so far, and may find the end of the utterance by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from asr_tts.known_models import KNOWN
from asr_tts.speech_protocol import Others, QuestionKind
from asr_tts.word_times import Word
from models.errors import OperatorFault

Samples = NDArray[np.int16]
"""Linear 16-bit mono at 8 kHz."""


@dataclass(frozen=True)
class Question:
    """What the caller was asked, as far as it helps to understand the answer."""

    language: str = "en"
    """"en", "zh", …; "" asks for language identification."""
    kind: QuestionKind = "open"
    phrases: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    """How many digits a "digits" question wants; 0: not known."""
    check: str = ""
    """Scheme that its check digit keeps, one of `asr_tts.check_digits.CHECKS`; "": none."""
    urgent: bool = True
    """Whether somebody waits for the words."""
    over_robot: bool = False
    """Whether it was said into the robot's speech, to a question that words answer: it may be a mere reaction."""
    glimpse: bool = False
    """Whether the speech goes on, and the words so far are wanted soon rather than exactly."""


@dataclass(frozen=True)
class Transcript:
    text: str
    language: str
    confidence: float
    """0-1: how likely the words are right."""
    no_speech: float = 0.0
    """0-1: how likely the engine takes it for no speech at all."""
    mean_log_probability: float = 0.0
    """Per token, natural logarithm; 0 where the engine has none."""
    reaction: str = ""
    """What a short unclear sound into the robot's speech is where it is one of the words with which listeners react."""
    others: Others = ()
    """What else may have been said; only of open questions."""


class Recogniser(Protocol):
    """Understands whole utterances. Used from one thread."""

    name: str

    def warm_up(self) -> None:
        """Do once what the first call would have to wait for."""

    def recognise(self, samples: Samples, question: Question) -> Transcript:
        """Return the words of one utterance; an engine's own exception means that it failed."""


@runtime_checkable
class Aligner(Protocol):
    """A recogniser that can also say when each word of a known text was said. Used from one thread."""

    def align(self, samples: Samples, text: str, language: str) -> tuple[Word, ...]:
        """Return the words of `text` in seconds from the first sample; none where they can't be found."""


@runtime_checkable
class InPeace(Protocol):
    """A recogniser that has time for recordings: several utterances at once cost less. Used from one thread."""

    def recognise_together(
        self, utterances: Sequence[Samples], language: str, thorough: bool
    ) -> list[tuple[Transcript, tuple[str, ...]]]:
        """Return the words of each utterance, and what else it may have been, the likeliest first.

        `thorough`: listened to twice where that hears better; what else it may have been is known only then.
        """


@runtime_checkable
class LanguageIdentifier(Protocol):
    """A recogniser that can also tell languages apart. Used from one thread."""

    def identify(self, samples: Samples) -> Mapping[str, float]:
        """Return how likely (0-1) each of the languages that it knows is spoken."""


@dataclass(frozen=True)
class Partial:
    text: str
    is_end: bool
    """The engine itself is sure that the utterance is over."""


class Hearing(Protocol):
    """One utterance while it is spoken."""

    def take(self, samples: Samples) -> Partial:
        """Go on with the next samples."""

    def finish(self) -> Transcript:
        """Return what was said; the hearing is over."""


@runtime_checkable
class StreamingRecogniser(Protocol):
    """Understands while somebody speaks. Used from one thread; many hearings may be open at a time."""

    name: str

    def warm_up(self) -> None: ...

    def listen(self, question: Question) -> Hearing:
        """Begin an utterance."""


def check_language(model: str, language: str) -> None:
    """Raise OperatorFault where a known model of one language would listen on a line of another."""
    knows = KNOWN[model].language
    if knows not in ("multilingual", language):
        raise OperatorFault(
            f"The model '{model}' understands '{knows}', and the line speaks '{language}' ([speech] language): give "
            "the directory of a model of that language as recogniser_model in [speech], or choose another recogniser."
        )
