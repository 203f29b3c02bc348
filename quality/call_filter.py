"""A filter of the list of calls: what may be asked for, as a value, and as the query of an address. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal

import phonenumbers

from models.errors import Refused

LONGEST = 200
"""Characters of anything that is asked for."""
SHORTEST_NUMBER = 3
WHOLE = "="
"""Before a number: it is found only by all of it."""
NEARLY = 9
"""Digits that are all of a number but what is dialled before it from elsewhere."""
OF_NO_COUNTRY = "001"
"""What `phonenumbers` says of codes such as +800."""
REVIEWED = ("open", "done", "appealed")
TALKS = ("robot", "agent")


@dataclass(frozen=True)
class CallFilter:
    """What is left empty doesn't restrict; all that is given has to hold."""

    since: datetime | None = None
    until: datetime | None = None
    """Calls that began in [since, until), by the millisecond."""
    number: str = ""
    """Caller or called, however written: all of it, its beginning or end; with `*`: only that; with `=`: only all."""
    agent: str = ""
    """Extension of one who talked."""
    team: str = ""
    queue: str = ""
    campaign: str = ""
    flow: str = ""
    language: str = ""
    direction: str = ""
    cause: str = ""
    score_from: float | None = None
    score_to: float | None = None
    good: bool | None = None
    fatal: bool | None = None
    rule: str = ""
    """One that was broken; "NAME:kept" for one that was kept."""
    words: str = ""
    """That were said, by anybody; "between quotation marks" as they stand."""
    reviewed: str = ""
    """open, done or appealed."""
    seconds_from: float | None = None
    seconds_to: float | None = None
    talk: str = ""
    """robot: it alone talked; agent: an agent did."""
    inspected: bool | None = None
    running: bool | None = None
    """Whether the call still goes on."""

    @property
    def judges(self) -> bool:
        """Whether calls are found by what was said of how good they are."""
        asked = (self.score_from, self.score_to, self.good, self.fatal)
        return any(one is not None for one in asked) or bool(self.rule or self.reviewed)

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "CallFilter":
        """Read it from plain values or texts, as an address and a saved view have them; names not known are let be.

        Raises `Refused` where a value can't be meant.
        """
        given = {name: str(query[name]).strip() for name in READ if query.get(name) not in (None, "")}
        found = cls(**{name: READ[name](name, value) for name, value in given.items() if value})
        if found.number and len(bare_number(found.number)) < SHORTEST_NUMBER:
            raise Refused(
                f"'{found.number}' is too short for a number; write {SHORTEST_NUMBER} digits or more of it.",
                "calls.short_number", value=found.number, least=SHORTEST_NUMBER,
            )  # fmt: skip
        return found

    def query(self) -> dict[str, str]:
        """Return what `of` reads again: only what is given."""
        return {name: _written(value) for name, value in vars(self).items() if value not in (None, "")}


def bare_number(number: str) -> str:
    """Return a number, or a user's name, as it is compared: `sip:+49 (30) 123@host` is 4930123."""
    user = re.sub(r"^(?:sips?|tel):", "", number.strip(), flags=re.IGNORECASE).partition("@")[0].partition(";")[0]
    bare = re.sub(r"[\W_]", "", user).lower()
    return bare.removeprefix("00") if bare.isdigit() else bare


@dataclass(frozen=True)
class Looks:
    """One way in which a bare number may be the one that is meant."""

    how: Literal["is", "begins", "ends"]
    text: str

    def like(self, bare: str) -> bool:
        """Tell whether a bare number is."""
        return {"is": bare == self.text, "begins": bare.startswith(self.text), "ends": bare.endswith(self.text)}[
            self.how
        ]


def looks_of(number: str) -> Iterator[Looks]:
    """Yield how the number that is meant may stand in a record; any of them is enough."""
    bare = bare_number(number)
    if number.startswith(WHOLE):
        yield from _whole(number.removeprefix(WHOLE), bare)
        return
    before, behind = number.startswith("*"), number.endswith("*")
    if before or not behind:
        yield Looks("ends", bare)
    if behind or not before:
        yield Looks("begins", bare)
        yield from (Looks("begins", f"{code}{bare.removeprefix('0')}") for code in _codes_before(number, bare))
    if before or behind or not bare.isdigit():
        return
    if number.lstrip().startswith(("+", "00")):
        yield from (Looks("is", national) for national in _national(bare))
    elif bare.startswith("0") and len(bare) > SHORTEST_NUMBER + 1:
        # The trunk prefix of a number within its country: abroad it isn't there.
        yield Looks("ends", bare[1:])


def _whole(number: str, bare: str) -> Iterator[Looks]:
    """Yield how a number stands in a record, so that no beginning or end of it that somebody guesses is confirmed."""
    yield Looks("is", bare)
    if bare.isdigit():
        if number.lstrip().startswith(("+", "00")):
            yield from (Looks("is", national) for national in _national(bare))
        if len(bare.lstrip("0")) >= NEARLY:
            yield Looks("ends", bare.lstrip("0"))


def _codes_before(number: str, bare: str) -> Iterator[int]:
    """Yield the countries' codes that a record may have before the beginning of a number within its country."""
    if bare.isdigit() and not number.lstrip().startswith(("+", "00")):
        # No code begins with another, so what stands behind one is the beginning of the number within its country.
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
        yield from (code for code, named in regions.items() if OF_NO_COUNTRY not in named)


def _national(bare: str) -> Iterator[str]:
    """Yield an international number as it is dialled within its country."""
    try:
        number = phonenumbers.parse(f"+{bare}")
    except phonenumbers.NumberParseException:
        return
    national = phonenumbers.national_significant_number(number)
    if len(national) > SHORTEST_NUMBER:
        yield from (national, f"0{national}")


def _text(name: str, value: str) -> str:
    if len(value) > LONGEST:
        words = f"What is asked for as {name} is longer than {LONGEST} characters; write less of it."
        raise Refused(words, "calls.too_long", value=value[:20], most=LONGEST)
    return value


def _one_of(*words: str) -> Callable[[str, str], str]:
    def read(name: str, value: str) -> str:
        if value not in words:
            one_of = ", ".join(words)
            sentence = f"'{value[:LONGEST]}' is nothing that {name} can be; it is one of {one_of}."
            raise Refused(sentence, "calls.wrong_word", value=value[:LONGEST], words=one_of)
        return value

    return read


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e9:
        sentence = f"'{value[:LONGEST]}' is no number for {name}; write one like 60."
        raise Refused(sentence, "calls.wrong_count", value=value[:LONGEST])
    return number


def _flag(name: str, value: str) -> bool:
    flags = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
    if value.lower() not in flags:
        sentence = f"'{value[:LONGEST]}' is neither yes nor no, which {name} has to be."
        raise Refused(sentence, "calls.wrong_flag", value=value[:LONGEST])
    return flags[value.lower()]


def _moment(name: str, value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        sentence = f"'{value[:LONGEST]}' is no time for {name}; write one like 2026-11-21T17:00Z."
        raise Refused(sentence, "calls.wrong_moment", value=value[:LONGEST]) from error
    return found


READ: Mapping[str, Callable[[str, str], Any]] = {
    **{one.name: _text for one in fields(CallFilter)},
    **dict.fromkeys(("since", "until"), _moment),
    **dict.fromkeys(("score_from", "score_to", "seconds_from", "seconds_to"), _number),
    **dict.fromkeys(("good", "fatal", "inspected", "running"), _flag),
    "reviewed": _one_of(*REVIEWED),
    "talk": _one_of(*TALKS),
}
"""How each is read."""


def _written(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case float():
            return repr(value).removesuffix(".0")
        case _:
            return str(value)
