"""How alike what was said is to examples, by meaning: the encoders of understanding, asked once a sentence."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from asr_tts.sense import Sense, Vectors, sense_of
from quality.evidence import by_words_alone

SenseOf = Callable[[str], Sense | None]
MOST = 500
"""Rows of texts whose vectors are kept: the examples of some hundred rules, and what was said in a few calls."""


class Likeness:
    """An `evidence.Alike` by the encoders of the languages; by words alone where one is missing."""

    def __init__(self, sense_of: SenseOf = sense_of) -> None:
        self._sense_of = sense_of
        self._vectors: OrderedDict[tuple[str, tuple[str, ...]], Vectors] = OrderedDict()

    def __call__(self, said: Sequence[str], examples: Sequence[str], language: str) -> Sequence[float]:
        """Return the likeness (0-1) of each of `said` to the likest example."""
        sense = self._sense_of(language)
        if sense is None:
            return by_words_alone(said, examples, language)
        if not said or not examples:
            return [0.0] * len(said)
        alike = self._of(said, language, sense) @ self._of(examples, language, sense).T
        return [float(one) for one in np.clip(alike.max(axis=1), 0.0, 1.0)]

    def _of(self, texts: Sequence[str], language: str, sense: Sense) -> Vectors:
        """All of one conversation's pieces are asked for by every rule: kept together, they cost one look."""
        key = language, tuple(texts)
        if key not in self._vectors:
            self._vectors[key] = sense.of(list(texts))
            if len(self._vectors) > MOST:
                self._vectors.popitem(last=False)
        self._vectors.move_to_end(key)
        return self._vectors[key]
