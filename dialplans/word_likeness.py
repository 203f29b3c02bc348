"""How alike sentences are by their words alone: shared words (rare ones weigh more) and letters. Pure.

What understanding goes by where no encoder of the language is at hand.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from rapidfuzz import fuzz

from knowledge.wording import EMPTY, stem, units

WEAK = frozenset(stem(word) for word in EMPTY) | frozenset(
    "no wait yes actual sorr thank de wo ni shi you yi xia qing wen zai le ma ne a".split()  # noqa: SIM905
)


class WordLikeness:
    """Sentences of one language, ready to be compared with."""

    def __init__(self, examples: Mapping[str, Sequence[str]], language: str) -> None:
        """Take the examples of each name."""
        self._language = language
        self._examples = {name: [units(text, language) for text in texts] for name, texts in examples.items()}
        self._weights = _weights([said for texts in self._examples.values() for said in texts])
        self._rarest = max(self._weights.values(), default=1.0)

    def of(self, text: str, names: Iterable[str]) -> dict[str, float]:
        """Return how like `text` is to the nearest example of each name, 0-1."""
        said = units(text, self._language)
        return {
            name: max((self._likeness(said, example) for example in self._examples[name]), default=0.0)
            for name in names
        }

    def _likeness(self, said: tuple[str, ...], example: tuple[str, ...]) -> float:
        if said == example:
            return 1.0
        a, b = self._grams(said), self._grams(example)
        shared = sum(self._weight(gram) * min(count, b[gram]) for gram, count in a.items())
        if not shared:
            return 0.0
        of_example = shared / sum(self._weight(gram) * count for gram, count in b.items())
        of_said = shared / sum(self._weight(gram) * count for gram, count in a.items())
        # What the example says must be said; what is said besides matters less ("well I was wondering if …").
        overlap: float = of_example**0.6 * of_said**0.4
        letters: float = fuzz.token_sort_ratio(" ".join(said), " ".join(example)) / 100
        return 0.75 * overlap + 0.25 * letters * (overlap > 0.2)

    def _weight(self, gram: str) -> float:
        return self._weights.get(gram, self._rarest) * (0.25 if gram in WEAK else 1.0)

    def _grams(self, said: tuple[str, ...]) -> Counter[str]:
        if self._language == "zh":
            return Counter([*said, *map(" ".join, pairwise(said))])
        return Counter(said)


def _weights(sentences: list[tuple[str, ...]]) -> Mapping[str, float]:
    held = Counter(gram for said in sentences for gram in {*said, *map(" ".join, pairwise(said))})
    return {gram: math.log((1 + len(sentences)) / (1 + count)) + 0.5 for gram, count in held.items()}
