"""How alike what was said is to examples, by meaning: the encoders of understanding, asked once a sentence."""

from collections.abc import Callable, Sequence

import numpy as np

from asr_tts.sense import Sense, sense_of
from knowledge.wording import plain

SenseOf = Callable[[str], Sense | None]


class Likeness:
    """An `evidence.Alike` by the encoders of the languages; by words alone where one is missing."""

    def __init__(self, sense_of: SenseOf = sense_of) -> None:
        self._sense_of = sense_of
        self._examples: dict[tuple[str, tuple[str, ...]], np.ndarray] = {}

    def __call__(self, said: Sequence[str], examples: Sequence[str], language: str) -> float:
        """Return the likeness (0-1) of the likest pair."""
        sense = self._sense_of(language)
        if sense is None or not said or not examples:
            return float(bool({plain(one) for one in said} & {plain(one) for one in examples}))
        key = language, tuple(examples)
        if key not in self._examples:
            self._examples[key] = sense.of(list(examples))
        return max(0.0, float((sense.of(list(said)) @ self._examples[key].T).max()))
