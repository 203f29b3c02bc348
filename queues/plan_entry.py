"""One table of a plan as it is written, read key by key; what is wrong is said with file, line and remedy. Pure."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dialplans.calendars import NotACalendar
from dialplans.complaint import listing, nearest
from models.errors import OperatorFault

T = TypeVar("T")
Location = tuple[str | int, ...]
"""Keys and indexes from the top of the document."""


MOST_SHOWN = 20
"""Complaints that are printed; one wrong line may bring thousands about."""
MOST_NAMED = 8
"""Names that a remedy lists."""


def nowhere(location: Location) -> str:
    """Return where a place of no file is: nowhere."""
    return ""


class PlanRefused(OperatorFault):
    """A plan that can't be used; `complaints` are finished sentences, in the order of the file."""

    def __init__(self, complaints: Iterable[str]) -> None:
        self.complaints = tuple(complaints)
        more = len(self.complaints) - MOST_SHOWN
        rest = [f"And {more} more like these."] if more > 0 else []
        super().__init__("\n".join([*self.complaints[:MOST_SHOWN], *rest]))


@dataclass
class Reading:
    """What is found wrong while a document is read."""

    where: Callable[[Location], str] = nowhere
    """Returns "FILE, line N" of a place, or ""."""
    complaints: list[str] = field(default_factory=list)

    def complain(self, location: Location, sentence: str) -> None:
        """Take note of one complaint."""
        place = self.where(location)
        self.complaints.append(f"{place}: {sentence}" if place else sentence)

    def finish(self) -> None:
        """Raise `PlanRefused` where anything was wrong."""
        if self.complaints:
            raise PlanRefused(self.complaints)


@dataclass
class Entry:
    """One table."""

    what: str
    """How a sentence names it: "Queue 'billing'"."""
    value: Mapping[str, Any]
    at: Location
    reading: Reading

    @classmethod
    def of(cls, what: str, value: object, at: Location, reading: Reading) -> "Entry":
        """Return `value` as a table; an empty one, with a complaint, where it is something else."""
        if isinstance(value, Mapping):
            return cls(what, value, at, reading)
        reading.complain(at, f"{what} is {shown(value)}; write a table of keys and values.")
        return cls(what, {}, at, reading)

    def complain(self, sentence: str, *path: str | int) -> None:
        """Complain about this table, or about what is in it at `path`; `sentence` goes on after its name."""
        self.reading.complain((*self.at, *path), f"{self.what} {sentence}")

    def only(self, known: Iterable[str]) -> None:
        """Complain about every key that means nothing here."""
        known = tuple(known)
        for key in self.value:
            if key not in known:
                self.complain(f"has an unknown key '{key}'; {instead(str(key), known)}.", str(key))

    def text(self, key: str, otherwise: str = "") -> str:
        """Return a text, or digits that were written as a number."""
        found = self.value.get(key, otherwise)
        if isinstance(found, str):
            return found.strip()
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        self.complain(f"has {shown(found)} as {key}; write a text.", key)
        return otherwise

    def word(self, key: str, known: Iterable[str], otherwise: str = "") -> str:
        """Return one of the words that are `known` here."""
        known = tuple(known)
        found = self.text(key, otherwise)
        if found in known or found == otherwise:
            return found
        self.complain(f"has an unknown {key} '{found}'; {instead(found, known)}.", key)
        return otherwise

    def number(self, key: str, otherwise: float, lowest: float = 0, highest: float = math.inf) -> float:
        """Return a number from `lowest` to `highest`."""
        found = self.value.get(key, otherwise)
        if isinstance(found, int | float) and not isinstance(found, bool) and lowest <= found <= highest:
            return found
        upwards = f"from {lowest:g} to {highest:g}" if highest < math.inf else f"not below {lowest:g}"
        self.complain(f"has {shown(found)} as {key}; write a number {upwards}.", key)
        return otherwise

    def whole(self, key: str, otherwise: int, lowest: int = 0, highest: int = 1_000_000) -> int:
        """Return a whole number from `lowest` to `highest`."""
        found = self.number(key, otherwise, lowest, highest)
        if found == int(found):
            return int(found)
        self.complain(f"has {found:g} as {key}; write a whole number.", key)
        return otherwise

    def flag(self, key: str, otherwise: bool) -> bool:
        """Return yes or no."""
        found = self.value.get(key, otherwise)
        if isinstance(found, bool):
            return found
        self.complain(f"has {shown(found)} as {key}; write true or false.", key)
        return otherwise

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list; one text alone is a list of one."""
        found = self.value.get(key, ())
        entries = [found] if isinstance(found, str) else found
        if isinstance(entries, list | tuple) and all(isinstance(entry, str) for entry in entries):
            return tuple(entry.strip() for entry in entries)
        self.complain(f"has {shown(found)} as {key}; write a list of texts.", key)
        return ()

    def pairs(self, key: str) -> Iterator[tuple[str, Any]]:
        """Yield what a table within this one holds."""
        if key in self.value:
            yield from self.table(key).value.items()

    def table(self, key: str) -> "Entry":
        """Return the table under `key`; an empty one where there is none."""
        return Entry.of(f"{self.what}, {key},", self.value.get(key, {}), (*self.at, key), self.reading)

    def tables(self, key: str) -> "Iterator[Entry]":
        """Yield the tables of a list."""
        found = self.value.get(key, ())
        if isinstance(found, list | tuple):
            for index, value in enumerate(found):
                yield Entry.of(f"{self.what}, {key} {index + 1},", value, (*self.at, key, index), self.reading)
        else:
            self.complain(f"has {shown(found)} as {key}; write a list of tables.", key)

    def reads(self, key: str, text: str, read: Callable[[str], T], otherwise: T) -> T:
        """Return what `read` makes of `text`, which stands under `key`."""
        try:
            return read(text)
        except NotACalendar as error:
            self.complain(f"has a wrong {key}: {error}", key)
            return otherwise


def shown(value: object) -> str:
    """Return how a wrong value is named in a complaint."""
    match value:
        case Mapping():
            return "a table"
        case list() | tuple():
            return "a list"
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"{value:g}"
        case _:
            return f"'{value}'"


def named(written: object, key: str, kind: str, reading: Reading, at: Location) -> Iterator[Entry]:
    """Yield tables that have a name under `key`, written as a list of them, or as one table by name.

    `kind` names one in sentences. One without a name, or with one that another has already, is complained about.
    """
    entries: Iterable[tuple[Location, Any]]
    if isinstance(written, Mapping):
        entries = [
            ((*at, name), {key: str(name), **value} if isinstance(value, Mapping) else value)
            for name, value in written.items()
        ]
    elif isinstance(written, list | tuple):
        entries = [((*at, index), value) for index, value in enumerate(written)]
    else:
        reading.complain(at, f"'{at[-1]}' is {shown(written)}; write a list of tables.")
        return
    seen: dict[str, Location] = {}
    for location, value in entries:
        entry = Entry.of(f"A {kind}" if kind[0] not in "aeiou" else f"An {kind}", value, location, reading)
        name = entry.text(key)
        if not name:
            if isinstance(value, Mapping):
                entry.complain(f'has no {key}; add {key} = "…".')
            continue
        entry.what = f"{kind.capitalize()} {name}" if key == "extension" else f"{kind.capitalize()} '{name}'"
        if name in seen:
            earlier = reading.where(seen[name])
            entry.complain(f"is there twice{f' (first: {earlier})' if earlier else ''}; remove or rename one.", key)
            continue
        seen[name] = location
        yield entry


def a_name(entry: Entry, key: str, pattern: "re.Pattern[str]", rule: str) -> str:
    """Return a name that other places refer to; complain where it isn't made as `rule` says."""
    name = entry.text(key)
    if not pattern.fullmatch(name):
        entry.complain(f"has the {key} '{name}'; write {rule}.", key)
    return name


def instead(word: str, names: Iterable[str]) -> str:
    """Return what to write instead of `word`: the nearest name, or some of them, or all."""
    names = list(names)
    if near := nearest(word, names):
        return f"write '{near}' instead"
    if len(names) > MOST_NAMED:
        return f"write one of {', '.join(names[:MOST_NAMED])} … ({len(names)} in all)"
    return f"write {listing(names)} instead" if names else "there is nothing to choose from yet"


def one_of(words: Iterable[str]) -> str:
    """Return "a, b or c"."""
    return listing(words)


def counted(number: int, noun: str) -> str:
    """Return "1 agent", "2 agents"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
