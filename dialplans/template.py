"""Templates: `{{ order.total | money }}` in what is said, written and sent. Pure; never raises, whatever the values."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from asr_tts import spoken_values
from dialplans.conditions import as_text
from dialplans.kinds import TEMPLATE

PIPE = re.compile(r"""\|(?=(?:[^"]*"[^"]*")*[^"]*$)""")
SPOKEN = tuple(spoken_values.FILTERS)
"""Filters that say a value."""
FILTERS: tuple[str, ...] = (*SPOKEN, "entry", "default", "upper", "lower", "count")
"""What may stand behind the bar; `money:EUR`, `phone:GB`, `entry:SLOT` and `default:"nothing"` take a word."""


def fixed(text: str) -> bool:
    """Tell whether `text` is the same in every call, so that it can be rendered ahead."""
    return not TEMPLATE.search(text)


def parts_of(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the path and the filters (name, word) of every template in `text`."""
    return [_parsed(match[1]) for match in TEMPLATE.finditer(text)]


def filled(text: str, value: Callable[[str], Any], shown: Callable[[str, Any], str], say: "Say") -> str:
    """Return `text` with its templates filled.

    `value` gives what a path holds (None: nothing), `shown` how it reads without a filter, `say` what a filter makes
    of it.
    """

    def fill(match: re.Match[str]) -> str:
        path, filters = _parsed(match[1])
        found: Any = value(path)
        said_by_filter = False
        for name, word in filters:
            if name == "default":
                found = word if found in (None, "") else found
            elif name == "entry":
                path = word or path
            elif name == "count" or (found not in (None, "") and _sayable(found, name)):
                found, said_by_filter = say(found, name, word), True
        return as_text(found) if said_by_filter or found is None else shown(path, found)

    return TEMPLATE.sub(fill, text)


Say = Callable[[Any, str, str], Any]
"""Makes words of a value by the name of a filter and its word."""


def speaker(language: str, now: datetime | None) -> Say:
    """Return what says values in `language` at `now`."""

    def say(value: Any, name: str, word: str) -> Any:
        match name:
            case "upper":
                return plain(value).upper()
            case "lower":
                return plain(value).lower()
            case "count":
                if isinstance(value, int | float) and not isinstance(value, bool):
                    return value
                return len(value) if isinstance(value, list | tuple | dict) else int(value not in (None, ""))
            case _ if name in SPOKEN:
                return spoken_values.said(value, name, language, now, word)
            case _:
                return value

    return say


def found_at(path: str, variables: Mapping[str, Any]) -> Any:
    """Return what `path` (a.b.0.c) holds: the longest name that is set, and the way into its value from there."""
    names = path.split(".")
    for length in range(len(names), 0, -1):
        head = ".".join(names[:length])
        if head in variables:
            return _within(variables[head], names[length:])
    return None


def _within(value: Any, names: list[str]) -> Any:
    for name in names:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list | tuple) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _parsed(inside: str) -> tuple[str, list[tuple[str, str]]]:
    path, *filters = PIPE.split(inside)
    found = []
    for one in filters:
        name, _, word = one.strip().partition(":")
        found.append((name.strip(), word.strip().strip('"')))
    return path.strip(), found


def plain(value: Any) -> str:
    """Return a bare value as it is read out and written: numbers and texts as they are, lists with commas.

    A mapping is nothing: nobody is to hear or read its braces.
    """
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(plain, value)))
    if isinstance(value, float) and value.is_integer():
        return f"{value:g}"
    return "" if value is None or isinstance(value, Mapping) else str(value)


def has_words(value: Any) -> bool:
    """Tell whether all of `value` can be read out: a mapping of a company's system can't, only what is in it."""
    if isinstance(value, list | tuple):
        return all(map(has_words, value))
    return not isinstance(value, Mapping)


def _sayable(value: Any, name: str) -> bool:
    """Tell whether the filter `name` can say `value`: money may come as {"amount": 5, "currency": "CNY"}."""
    amount = value.get("amount") if name == "money" and isinstance(value, Mapping) else value
    return amount not in (None, "") and has_words(amount)
