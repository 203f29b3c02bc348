"""An article as it is searched: its current version, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Entry:
    """One published article."""

    article_id: str
    version: int
    language: str
    title: str
    questions: tuple[str, ...]
    """Ways in which callers ask for it."""
    short: str
    """The answer for the ear."""
    long: str = ""
    """The answer for the eye; "" where there is no more to say."""
    tags: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    """First and last day on which it is given as an answer."""
    vectors: Vectors | None = field(default=None, repr=False)
    """(n, d) unit vectors of `faces()`; None where they aren't known."""

    def faces(self) -> tuple[str, ...]:
        """Return what is compared with a question sentence by sentence: title, questions, short answer."""
        return faces(self.title, self.questions, self.short)

    def valid(self, day: date) -> bool:
        """Tell whether it may be given as an answer on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def faces(title: str, questions: Iterable[str], short: str) -> tuple[str, ...]:
    """Return the sentences of an article that a question is compared with one by one."""
    return tuple(face for face in (title, *questions, short) if face)
