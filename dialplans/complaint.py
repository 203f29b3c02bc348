"""A complaint about a flow: where, what, and what to write instead."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from dialplans.place import Place
from models.errors import OperatorFault


@dataclass(frozen=True)
class Complaint:
    """One finished sentence with its place."""

    place: Place
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


class FlowRefused(OperatorFault):
    """A flow that can't be used; `complaints` in the order of the file."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = sorted(complaints, key=lambda one: (one.place.line, one.place.column))
        super().__init__("\n".join(map(str, self.complaints)))


def listing(names: Iterable[str]) -> str:
    """Return "a, b or c"."""
    names = list(names)
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def nearest(word: str, names: Iterable[str]) -> str:
    """Return the name that `word` was probably meant to be, or ""."""
    found = process.extractOne(word, list(names), scorer=fuzz.ratio, score_cutoff=60)
    return found[0] if found else ""


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return what to write instead of `word`: the nearest name, or all of them."""
    names = list(names)
    if near := nearest(word, names):
        return f"write '{near}' instead"
    return f"write {listing(names)} instead" if names else "there is nothing to choose from yet"
