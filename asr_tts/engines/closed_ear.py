"""An ear for digits, amounts and moments: a small network that reads Whisper's encoder, with CTC over 100-150 words.

Whisper base encodes Chinese of a telephone well and writes it badly: its decoder has to choose among all signs. What
may be said to a question for a value is a handful of words, which 0.7 million parameters tell apart. Trained by
`bench/closed_ear_training.py`; decision 12 says when its word counts and when Whisper's.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_tts import weights
from asr_tts.check_digits import WITH_X
from asr_tts.ctc import agreed
from asr_tts.digit_row import UNKNOWN, best_of, fits, is_kept
from asr_tts.recognition import Question
from asr_tts.speech_protocol import QuestionKind

Frames = NDArray[np.float32]
"""One row for each 20 ms (encoder) or 40 ms (network)."""
OTHER = 1
"""Class of any speech that is none of the words."""
KINDS: Mapping[str, frozenset[QuestionKind]] = {
    "zh": frozenset(("digits", "money", "moment")),
    "en": frozenset(("digits", "money")),
}
"""Questions that the ear listens to. English moments stay Whisper's: with the ear as many were right (56 of 60), and it
met few months in training."""
WIDTH = 8
"""Hypotheses followed."""
FAR = 5.0
"""A hypothesis of the right length may be so much less likely than the best one (natural logarithm)."""
EPSILON = 1e-5
SURE = 0.7
"""From here on the ear's word counts: below, it was right 4 of 7 times on the development seed."""
BY_LENGTH = frozenset(("zh",))
"""Languages in which a row of digits counts, however unsure, where it is as long as was asked for: of 9 of the
development seeds the ear was right 6 times, Whisper 2. No other sentence there came to such a row."""
MOST_UNKNOWN, LEAST_BESIDE = 1, 3
"""Stretches of other speech that an answer may have, and how many words of a value it has then at least: of other
sentences the ear catches one or two."""
VALUES: Mapping[str, frozenset[str]] = {
    "zh": frozenset("零一幺二两三四五六七八九十百千万半日今明后周期拜底末"),
    "en": frozenset(
        """zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand first second
        third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
        seventeenth eighteenth nineteenth twentieth thirtieth monday tuesday wednesday thursday friday saturday sunday
        today tomorrow tonight noon midnight""".split()  # noqa: SIM905
    ),
}
"""Words of which an answer that gives a value has at least one."""


@dataclass(frozen=True)
class Listened:
    """What the ear made of an utterance."""

    language: str

    words: tuple[str, ...]
    """In order; `UNKNOWN` for a stretch of other speech."""
    sure: float
    """0-1: how far the network stands behind its weakest word; 0 where it heard none."""
    text: str


def ears() -> dict[str, "ClosedEar"]:
    """Return the ears by what they listen to, a language or one kind of question in it ("zh", "zh-digits").

    Raises OperatorFault where their weights are missing or damaged.
    """
    place = weights.find("closed-ear")
    names = [Path(file.name).stem for file in weights.known("closed-ear").files]
    return {name: ClosedEar(place / f"{name}.bin", name.partition("-")[0]) for name in names}


class ClosedEar:
    def __init__(self, path: Path, language: str) -> None:
        """Load the network of `language` ("zh", "en") from `path`."""
        with path.open("rb") as file, np.load(file) as stored:
            arrays = {name: stored[name] for name in stored.files}
        self.language = language
        self.words: tuple[str, ...] = tuple(str(word) for word in arrays.pop("words"))
        self._weights = {name: array.astype(np.float32) for name, array in arrays.items()}
        self._dilations = [int(step) for step in arrays["dilations"]]

    def listen(self, encoded: Frames, question: Question, again: Sequence[Frames] = ()) -> Listened:
        """Return what is said in Whisper's encoding of one utterance (frames x 512, silence behind it cut off).

        `again`: how the encoder heard it at other paces.
        """
        takes = [self.log_probabilities(each) for each in (encoded, *again)]
        likely = agreed(takes, WIDTH)
        best = likely[0]
        if question.kind == "digits" and question.least:
            near = [each for each in likely if best.score - each.score < FAR]
            best = near[best_of([self.written(self._words(each.classes)) for each in near], question)]
        words = self._words(best.classes)
        sure = sum(_sureness(frames, best.classes) for frames in takes) / len(takes)
        if question.check in WITH_X and words[-1:] == (UNKNOWN,) and is_kept(self.written(words), question):
            words = (*words[:-1], "X")
        return Listened(self.language, words, sure, self.written(words))

    def written(self, words: Sequence[str]) -> str:
        """Return words as one text."""
        return ("" if self.language == "zh" else " ").join(words)

    def log_probabilities(self, encoded: Frames) -> Frames:
        """Return the network's log-probabilities, frames of 40 ms x classes (blank, other, words)."""
        get = self._weights
        heard = (encoded - get["mean"]) / get["std"]
        rows = _normed(_relu(_convolved(heard, get["into.w"], get["into.b"], 1)[::2]), get, "into")
        for place, step in enumerate(self._dilations):
            rows = _normed(rows + _relu(_convolved(rows, get[f"{place}.w"], get[f"{place}.b"], step)), get, str(place))
        scores = rows @ get["out.w"] + get["out.b"]
        scores -= scores.max(axis=1, keepdims=True)
        return np.asarray(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), np.float32)

    def _words(self, classes: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.words[place - 2] if place != OTHER else UNKNOWN for place in classes)


def counts(listened: Listened, question: Question) -> bool:
    """Tell whether the ear's word counts: it heard a value, stands behind each word, and little besides was said.

    It needn't stand behind a long row of digits that is as long as was asked for (`BY_LENGTH`).
    """
    row = question.kind == "digits" and listened.language in BY_LENGTH and fits(listened.text, question)
    if row and UNKNOWN not in listened.words:
        return True
    values, unknown = sum(word in VALUES[listened.language] for word in listened.words), listened.words.count(UNKNOWN)
    return listened.sure >= SURE and unknown <= MOST_UNKNOWN and values >= (LEAST_BESIDE if unknown else 1)


def _sureness(frames: Frames, classes: Sequence[int]) -> float:
    """Probability of the weakest of `classes` where each is at its highest, in order along the frames."""
    if not classes:
        return 0.0
    total = np.full(len(classes), -math.inf)
    for frame in frames:
        here = frame[list(classes)]
        before = np.concatenate(([math.inf], total[:-1]))
        total = np.maximum(total, np.minimum(before, here))
    return float(math.exp(min(0.0, total[-1])))


def _convolved(rows: Frames, kernel: Frames, bias: Frames, step: int) -> Frames:
    """Convolution along the rows (kernel: taps x in x out), as many rows as before."""
    around = step * (len(kernel) // 2)
    padded = np.pad(rows, ((around, around), (0, 0)))
    parts = (padded[tap * step : tap * step + len(rows)] @ kernel[tap] for tap in range(len(kernel)))
    return np.asarray(sum(parts) + bias, np.float32)


def _relu(rows: Frames) -> Frames:
    return np.maximum(rows, 0)


def _normed(rows: Frames, get: dict[str, Frames], layer: str) -> Frames:
    """Layer normalisation."""
    away = rows - rows.mean(axis=1, keepdims=True)
    spread = np.sqrt((away**2).mean(axis=1, keepdims=True) + EPSILON)
    return np.asarray(away / spread * get[f"{layer}.scale"] + get[f"{layer}.shift"], np.float32)
