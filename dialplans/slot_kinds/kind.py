"""What kind of value is wanted, as a flow's settings say it, and a value as it was found."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from dialplans.slot_kinds.guess import Guess

Type = Literal["digits", "number", "money", "moment", "phone", "identifier", "list", "agreement", "email", "free_text"]
Part = Literal["date", "time", "both", "either"]
Check = Literal["", "luhn", "ean", "id_card", "mod97", "mod11_2"]
TYPES: tuple[Type, ...] = get_args(Type)
ALIASES: Mapping[str, tuple[Type, Mapping[str, object]]] = {
    "date": ("moment", {"part": "date"}),
    "time": ("moment", {"part": "time"}),
    "date_time": ("moment", {"part": "both"}),
    "name": ("list", {}),
    "place": ("list", {}),
    "yes_no": ("agreement", {}),
    "text": ("free_text", {}),
    "id_card": ("identifier", {"check": "id_card"}),
    "card_number": ("identifier", {"check": "luhn", "pattern": r"\d{13,19}", "least": 13, "most": 19}),
}
"""Names that a flow may give instead of a type with settings."""
SETTINGS: Mapping[Type, tuple[str, ...]] = {
    "digits": ("digits", "least", "most"),
    "number": ("least", "most", "whole"),
    "money": ("currency", "least", "most"),
    "moment": ("part", "prefer", "opens", "closes"),
    "phone": ("country",),
    "identifier": ("pattern", "check", "digits", "least", "most"),
    "list": ("entries",),
    "agreement": (),
    "email": (),
    "free_text": ("least", "most"),
}
"""Which settings each type takes."""


@dataclass(frozen=True)
class Entry:
    """One entry of a list: its value and what callers call it."""

    value: str
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(language, names) pairs; the first name is the one that the robot says."""

    def said(self, language: str) -> tuple[str, ...]:
        """Return the names in `language`, or the value itself where there are none."""
        return next((names for known, names in self.names if known == language and names), (self.value,))


@dataclass(frozen=True)
class SlotKind:
    """What a slot may hold. Hashable, so that what is made ready for it is made once."""

    type: Type = "free_text"
    least: float | None = None
    """Fewest digits (digits, identifier), least value (number, money), fewest words or signs (text)."""
    most: float | None = None
    whole: bool = False
    """Numbers: no fractions."""
    currency: str = ""
    """ISO 4217; "" for what the language suggests (USD, CNY)."""
    part: Part = "both"
    """What of a moment: `both` needs date and time, `either` takes what is said."""
    prefer: Literal["future", "past"] = "future"
    """Which Tuesday is meant."""
    opens: int = 7
    """First hour that a time without "morning" or "afternoon" may mean."""
    closes: int = 19
    """Hour from which it can't: "at four" is 16:00 between 7 and 19."""
    country: str = ""
    """ISO 3166 of phone numbers without one; "" for what the language suggests (US, CN)."""
    pattern: str = ""
    """What an identifier looks like without spaces and dashes, a regular expression over 0-9 and A-Z."""
    check: Check = ""
    """Scheme of its check digit: luhn (ISO/IEC 7812), ean (GTIN), id_card (China's, GB 11643), mod97 and
    mod11_2 (ISO 7064)."""
    entries: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, settings: "Mapping[str, Any] | str") -> "SlotKind":
        """Return the kind that `settings` (a type's name, or `type:` with its settings) describe.

        Raises ValueError with a sentence that names the setting and what may stand there.
        """
        given = {"type": settings} if isinstance(settings, str) else dict(settings)
        name = str(given.pop("type", "free_text"))
        type_, preset = ALIASES.get(name, (name, {}))
        if type_ not in TYPES:
            raise ValueError(f"There is no slot type '{name}'; use one of {', '.join((*TYPES, *ALIASES))}.")
        allowed = SETTINGS[type_]
        for key in given:
            if key not in allowed:
                may = f"takes {', '.join(allowed)}" if allowed else "takes no settings"
                raise ValueError(f"A slot of type '{name}' has no setting '{key}'; it {may}.")
        values = {**preset, **given}
        if "digits" in values:
            values["least"] = values["most"] = _checked("digits", values.pop("digits"))
        kind = cls(type_, **{key: _checked(key, value) for key, value in values.items()})
        return kind._whole_checked(name)

    def is_like(self, other: "SlotKind") -> bool:
        """Tell whether words for one may be for the other: days are told from hours, and lists by their entries."""
        if self.type == other.type == "list":
            return self.entries == other.entries
        return self.type == other.type and {self.part, other.part} != {"date", "time"}

    def _whole_checked(self, name: str) -> "SlotKind":
        if self.type == "list" and not self.entries:
            raise ValueError(f"A slot of type '{name}' needs 'entries': a list of names, or names by value.")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"'least' ({self.least:g}) of a slot must not be above 'most' ({self.most:g}).")
        return self


@dataclass(frozen=True)
class Wanted:
    """One slot that is asked for or may be said."""

    name: str
    kind: SlotKind


@dataclass(frozen=True)
class Value:
    """What was found."""

    value: Any
    """Plain JSON: text, number, true/false; dates "2026-11-24", times "15:00", both "2026-11-24T15:00", money "12.50",
    phone numbers as E.164, digits and identifiers without spaces, the entry's value of a list."""
    text: str
    """The words of the caller that it was read from."""
    confidence: float
    """0-1; below 0.7 it was a guess between readings."""
    spoken: str
    """How the robot says it back in the caller's language."""
    note: str = ""
    """Why else the confidence is low, in English for the log: "the check digit is wrong"."""
    guesses: tuple[Guess, ...] = ()
    """What of a moment was not said."""


def _checked(key: str, value: Any) -> Any:
    match key:
        case "least" | "most" | "digits":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"'{key}' must be a number, not '{value}'.")
        case "opens" | "closes":
            if not isinstance(value, int) or not 0 <= value <= 24:
                raise ValueError(f"'{key}' must be an hour from 0 to 24, not '{value}'.")
        case "whole":
            if not isinstance(value, bool):
                raise ValueError(f"'whole' must be true or false, not '{value}'.")
        case "part":
            return _one_of(key, value, get_args(Part))
        case "prefer":
            return _one_of(key, value, ("future", "past"))
        case "check":
            return _one_of(key, value, get_args(Check)[1:])
        case "currency":
            return _code(key, value, 3, "USD or CNY")
        case "country":
            return _code(key, value, 2, "US or CN")
        case "pattern":
            return _pattern(value)
        case "entries":
            return entries_of(value)
        case _:
            pass
    return value


def _one_of(key: str, value: Any, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"'{key}' must be one of {', '.join(choices)}, not '{value}'.")
    return str(value)


def _code(key: str, value: Any, length: int, example: str) -> str:
    if not isinstance(value, str) or len(value) != length or not value.isascii() or not value.isalpha():
        raise ValueError(f"'{key}' must be {length} letters such as {example}, not '{value}'.")
    return value.upper()


def _pattern(value: Any) -> str:
    try:
        re.compile(str(value))
    except re.error as error:
        raise ValueError(f"'pattern' is no regular expression: {error}.") from None
    return str(value)


def entries_of(value: Any) -> tuple[Entry, ...]:
    """Return the entries that a flow lists.

    Either a list of names, or a mapping from values to names: one name, a list, or names by language
    (`east: {en: [east side, the east], zh: [东区]}`). Raises ValueError for anything else.
    """
    if isinstance(value, Mapping):
        return tuple(Entry(str(name), _names(name, said)) for name, said in value.items())
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ValueError(f"'entries' must be a list of names, or names by value, not '{value}'.")
    return tuple(Entry(str(name)) for name in value)


def _names(value: object, said: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if isinstance(said, Mapping):
        return tuple((str(language), _row(value, names)) for language, names in said.items())
    names = _row(value, said)
    return tuple((language, names) for language in ("en", "zh"))


def _row(value: object, names: Any) -> tuple[str, ...]:
    if isinstance(names, str):
        return (names,)
    if names is None:
        return (str(value),)
    if not isinstance(names, Iterable) or isinstance(names, Mapping):
        raise ValueError(f"The names of '{value}' must be a name or a list of names, not '{names}'.")
    return tuple(str(name) for name in names)


@dataclass(frozen=True)
class Found:
    """A reading of a part of a sentence, before it becomes a `Value`."""

    value: Any
    start: int
    end: int
    """Signs of the sentence that it was read from: from `start` up to `end`."""
    confidence: float
    spoken: str
    note: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    """The pieces of it where it isn't all of one piece ("tomorrow … at eight")."""
    guesses: tuple[Guess, ...] = ()

    def of(self, text: str) -> Value:
        """Return the value, with its words out of `text`."""
        words = text[self.start : self.end].strip()
        sure = round(min(max(self.confidence, 0.0), 1.0), 3)
        return Value(self.value, words, sure, self.spoken, self.note, self.guesses)
