"""Cuts a text into the likeliest pieces of a vocabulary (a unigram model), in 6 MB for a quarter of a million of them.

The tokenizers library keeps the same vocabulary in a tree of 270 MB. Here a piece is known by its hash in a sorted row:
of all stretches of a text those that are pieces are found in one look. Kudo 2018, "Subword regularization", section 3.
"""

from collections.abc import Sequence

import numpy as np

UNKNOWN_COSTS = 10.0
"""By so much a character that no piece has is less likely than the unlikeliest piece."""


class Pieces:
    """A vocabulary; may be asked from any thread."""

    def __init__(self, pieces: Sequence[tuple[str, float]], unknown: int) -> None:
        """`pieces`: each with the logarithm of its probability, by id; of equal ones the last counts.

        `unknown`: the id of what no piece has; such characters in a row are one.
        """
        keys = np.fromiter((_key(piece) for piece, _ in pieces), np.int64, len(pieces))
        order = np.argsort(keys, kind="stable")
        last = np.append(keys[order][1:] != keys[order][:-1], True)
        self._ids = order[last].astype(np.int32)
        self._keys = keys[self._ids]
        self._scores = np.fromiter((score for _, score in pieces), np.float64, len(pieces))
        self._longest = max((len(piece) for piece, _ in pieces), default=0)
        self._unknown = unknown
        self._unlikely = float(self._scores.min(initial=0.0)) - UNKNOWN_COSTS

    def ids(self, text: str) -> list[int]:
        """Return the ids of the pieces, in their order."""
        known = self._known(text)
        # Of each place: how likely what is before it is at most, where its last piece begins, and that one's id.
        best = [(0.0, 0, self._unknown)] + [(-np.inf, 0, self._unknown)] * len(text)
        for begin in range(len(text)):
            likely = best[begin][0]
            for end, id_, score in known[begin]:
                if likely + score > best[end][0]:
                    best[end] = likely + score, begin, id_
            alone = any(end == begin + 1 for end, _, _ in known[begin])
            if not alone and likely + self._unlikely > best[begin + 1][0]:
                best[begin + 1] = likely + self._unlikely, begin, self._unknown
        found: list[int] = []
        at = len(text)
        while at > 0:
            _, at, id_ = best[at]
            if not (id_ == self._unknown and found[-1:] == [id_]):
                found.append(id_)
        return found[::-1]

    def _known(self, text: str) -> list[list[tuple[int, int, float]]]:
        """By where it begins: where each piece in the text ends, its id and score; the shortest first."""
        length = len(text)
        places = [
            (begin, end)
            for begin in range(length)
            for end in range(begin + 1, min(begin + self._longest, length) + 1)
        ]  # fmt: skip
        found: list[list[tuple[int, int, float]]] = [[] for _ in range(length)]
        if not places:
            return found
        keys = np.fromiter((_key(text[begin:end]) for begin, end in places), np.int64, len(places))
        at = np.searchsorted(self._keys, keys).clip(max=len(self._keys) - 1)
        for place in np.flatnonzero(self._keys[at] == keys):
            begin, end = places[place]
            id_ = int(self._ids[at[place]])
            found[begin].append((end, id_, float(self._scores[id_])))
        return found


def _key(piece: str) -> int:
    """Of its bytes: as they stand in memory, strings of other letters may be equal (档, ch). Differs by process."""
    return hash(piece.encode())
