"""An inverted index: which of many texts share how much of a sentence's words. Pure; immutable once built."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class WordIndex:
    """Texts by their terms; rare terms weigh more (inverse document frequency)."""

    def __init__(self, texts: Sequence[Mapping[str, float]], like: "WordIndex | None" = None) -> None:
        """Take each text's terms with their weights; terms are as rare as they are in `like`, else as in `texts`."""
        self.count = len(texts)
        self._number: dict[str, int] = {}
        numbers: list[int] = []
        weights: list[float] = []
        for text in texts:
            numbers += [self._number.setdefault(term, len(self._number)) for term in text]
            weights += text.values()
        owner = np.repeat(np.arange(self.count), [len(text) for text in texts])
        term = np.array(numbers, np.int64)
        held = np.bincount(term, minlength=len(self._number))
        if like is None:
            self._rarest = float(np.log(1 + self.count)) + 0.5
            self._rarity = (np.log((1 + self.count) / (1 + held)) + 0.5).astype(np.float32)
        else:
            self._rarest = like._rarest
            self._rarity = np.array([like.rarity(term) for term in self._number], np.float32)
        order = np.argsort(term, kind="stable")
        self._owners = owner[order].astype(np.int32)
        self._starts = np.concatenate(([0], np.cumsum(held)))
        worth = np.array(weights, np.float32) * self._rarity[term]
        self.totals: Floats = np.bincount(owner, worth, self.count).astype(np.float32)
        """What each text's terms are worth in all."""

    def rarity(self, term: str) -> float:
        """Return what a term is worth: the more, the fewer texts hold it."""
        number = self._number.get(term)
        return self._rarest if number is None else float(self._rarity[number])

    def shared(self, said: Mapping[str, float]) -> tuple[Floats, float]:
        """Return (count,) what each text shares with `said`, and what `said` is worth in all."""
        owners, worths, total = [], [], 0.0
        for term, weight in said.items():
            number = self._number.get(term)
            if number is None:
                total += weight * self._rarest
                continue
            worth = weight * float(self._rarity[number])
            total += worth
            found = self._owners[self._starts[number] : self._starts[number + 1]]
            owners.append(found)
            worths.append(np.full(len(found), worth, np.float32))
        if not owners:
            return np.zeros(self.count, np.float32), total
        return np.bincount(np.concatenate(owners), np.concatenate(worths), self.count).astype(np.float32), total
