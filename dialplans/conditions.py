"""Conditions of a flow: what a value is, whether a calendar is open, which language is spoken. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from dialplans.complaint import listing
from dialplans.kinds import Languages, Plain, Schema, plus_lost
from dialplans.nodes import Node

TESTS = ("equals", "one_of", "starts", "above", "below", "exists")


class Facts(Protocol):
    """What conditions are about."""

    @property
    def language(self) -> str: ...

    def value(self, path: str) -> Any:
        """Return the value under `path`, None where there is none."""

    def is_open(self, calendar: str, at: str) -> bool: ...


class Condition(Protocol):
    def holds(self, facts: Facts) -> bool: ...


@dataclass(frozen=True)
class When:
    """A value passes a test; values compare as texts, `above` and `below` as numbers or dates."""

    path: str
    test: str = ""
    """One of TESTS; "": it is set to something."""
    against: Any = None

    def holds(self, facts: Facts) -> bool:
        value = facts.value(self.path)
        said = as_text(value)
        match self.test:
            case "equals":
                return said == as_text(self.against)
            case "one_of":
                values = value if isinstance(value, list | tuple) else [value]
                return any(as_text(one) in self.against for one in values)
            case "starts":
                return said.startswith(as_text(self.against))
            case "exists":
                return (value is not None and said != "") is self.against
            case "above" | "below":
                order = _compared(value, self.against)
                return order is not None and (order > 0 if self.test == "above" else order < 0)
            case _:
                return bool(value) and said not in ("false", "0")


@dataclass(frozen=True)
class Opening:
    """A calendar is open, or closed: now, or at the moment that a value is."""

    calendar: str
    open: bool = True
    at: str = ""
    """Path of the value; "": now. A value that is no moment is never open."""

    def holds(self, facts: Facts) -> bool:
        return facts.is_open(self.calendar, self.at) is self.open


@dataclass(frozen=True)
class Speaks:
    language: str

    def holds(self, facts: Facts) -> bool:
        return facts.language == self.language


@dataclass(frozen=True)
class Every:
    conditions: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        return all(condition.holds(facts) for condition in self.conditions)


@dataclass(frozen=True)
class Some:
    conditions: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        return any(condition.holds(facts) for condition in self.conditions)


@dataclass(frozen=True)
class Not:
    condition: Condition

    def holds(self, facts: Facts) -> bool:
        return not self.condition.holds(facts)


NEVER = Some(())


def parts(condition: Condition) -> Iterator[Condition]:
    """Yield `condition` and every condition in it."""
    yield condition
    match condition:
        case Every() | Some():
            for part in condition.conditions:
                yield from parts(part)
        case Not():
            yield from parts(condition.condition)
        case _:
            pass


def as_text(value: Any) -> str:
    """Return a value as conditions compare it: true and false in small letters, 4.0 as 4, nothing as ""."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:g}" if value.is_integer() else str(value)
        case _:
            return str(value)


def _compared(one: Any, other: Any) -> int | None:
    """Return which is greater (>0: `one`), as numbers or as ISO dates; None where they can't be compared."""
    a, b = _number(one), _number(other)
    if a is not None and b is not None:
        return (a > b) - (a < b)
    first, second = _moment(one), _moment(other)
    if first is not None and second is not None:
        return (first > second) - (first < second)
    return None


def _number(value: Any) -> Decimal | None:
    try:
        found = Decimal(as_text(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _moment(value: Any) -> str | None:
    found = moment_of(value, UTC)
    return found.replace(tzinfo=None).isoformat() if found else None


def moment_of(value: Any, zone: tzinfo) -> datetime | None:
    """Return the moment that an ISO text or a date is, in `zone` where it names none; None where it is no moment."""
    text = value.isoformat() if isinstance(value, date) else as_text(value)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


@dataclass(frozen=True)
class ConditionKind(Plain):
    """How a condition is written; `goto`, where it leads to, is read by the branch."""

    words: str = "a condition"

    def read(self, node: Node, languages: Languages) -> Condition:
        heads = [key for key in node.names() if key in HEADS]
        if len(heads) != 1:
            node.complain(f"{node.what} is not whole; write `when: VARIABLE` and `goto: STEP`.")
            return NEVER
        (head,) = heads
        node.only((head, "goto", *ALONG.get(head, ())))
        value = node.get(head)
        assert value is not None
        return self._read(head, value, node, languages)

    def _read(self, head: str, value: Node, node: Node, languages: Languages) -> Condition:
        match head:
            case "open" | "closed":
                return Opening(value.text(), head == "open", at.text() if (at := node.get("at")) else "")
            case "language":
                if (language := value.text()) not in languages:
                    value.complain(f"'{language}' is no language of the flow; write {listing(languages)} instead.")
                return Speaks(language)
            case "all" | "any":
                some = tuple(self.read(entry, languages) for entry in value.entries())
                return Every(some) if head == "all" else Some(some)
            case "not":
                return Not(self.read(value, languages))
            case _:
                return _when(value.text(), node)

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/condition"}

    def definition(self) -> Schema:
        """Return the schema that `#/$defs/condition` stands for (`goto` belongs to the branch)."""
        inner: Schema = {"$ref": "#/$defs/condition"}
        some = {"type": "array", "items": inner}
        shown: Schema = {
            "when": {"type": "string"}, "equals": {}, "one_of": {"type": "array"}, "starts": {},
            "above": {}, "below": {}, "exists": {"type": "boolean"},
            "open": {"type": "string"}, "closed": {"type": "string"}, "at": {"type": "string"},
            "language": {"type": "string"},
            "all": some, "any": some, "not": inner, "goto": {"type": ["string", "number"]},
        }  # fmt: skip
        heads = [{"required": [head]} for head in HEADS]
        return {"type": "object", "properties": shown, "oneOf": heads, "additionalProperties": False}


HEADS = ("when", "open", "closed", "language", "all", "any", "not")
NUMBERS = ("caller", "called")
WHOLE = ("equals", "one_of", "starts")
"""Tests that compare a number as it is written."""
COMPARES = re.compile(r"[=<>!≠≤≥]")
"""Signs by which programmers compare."""
ALONG = {"when": TESTS, "open": ("at",), "closed": ("at",)}
"""What may stand beside the head of a condition."""
CONDITION = ConditionKind()


def _when(path: str, node: Node) -> Condition:
    if sign := COMPARES.search(path):
        node.complain(
            f"'{path}' is no variable; write `when: {path[: sign.start()].strip()}` and beside it {listing(TESTS)}."
        )
        return NEVER
    written = [key for key in node.names() if key in TESTS]
    if len(written) > 1:
        node.complain(f"{node.what} has two tests, {' and '.join(written)}; write one, or `all:` with several.")
    if not written:
        return When(path)
    test = written[0]
    entry = node.get(test)
    assert entry is not None
    for one in entry.entries() if test == "one_of" else (entry,):
        if path in NUMBERS and test in WHOLE:
            plus_lost(one)
    if test == "exists":
        return When(path, test, entry.truth())
    if test == "one_of":
        return When(path, test, tuple(as_text(one.plain()) for one in entry.entries()))
    return When(path, test, entry.plain())
