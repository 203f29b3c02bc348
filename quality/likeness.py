"""How alike what was said is to examples, by meaning: the encoders of understanding, asked once a sentence."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from asr_tts.sense import Sense, Vectors, sense_of
from quality.evidence import by_words_alone

SenseOf = Callable[[str], Sense | None]
Kept = OrderedDict[tuple[str, tuple[str, ...]], Vectors]
MOST_EXAMPLES, MOST_SAID = 500, 32
"""Rows of texts whose vectors are kept: of the examples of some hundred rules, and of what was said in a few calls."""


class Likeness:
    """An `evidence.Alike` by the encoders of the languages; by words alone where one is missing."""

    def __init__(self, sense_of: SenseOf = sense_of) -> None:
        self._sense_of = sense_of
        self._examples: Kept = OrderedDict()
        self._said: Kept = OrderedDict()

    def __call__(self, said: Sequence[str], examples: Sequence[str], language: str) -> Sequence[float]:
        """Return the likeness (0-1) of each of `said` to the likest example."""
        sense = self._sense_of(language)
        if sense is None:
            return by_words_alone(said, examples, language)
        if not said or not examples:
            return [0.0] * len(said)
        known = _of(self._examples, examples, language, sense, MOST_EXAMPLES)
        alike = _of(self._said, said, language, sense, MOST_SAID) @ known.T
        return [float(one) for one in np.clip(alike.max(axis=1), 0.0, 1.0)]


def _of(kept: Kept, texts: Sequence[str], language: str, sense: Sense, most: int) -> Vectors:
    """All of one conversation's pieces are asked for by every rule: kept together, they cost one look."""
    key = language, tuple(texts)
    if key not in kept:
        kept[key] = sense.of(list(texts))
        if len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
