"""How values are said in English. Pure."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal

from asr_tts import spoken_text_en as text

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
CURRENCIES = {
    "USD": ("dollar", "cent"), "CAD": ("Canadian dollar", "cent"), "AUD": ("Australian dollar", "cent"),
    "EUR": ("euro", "cent"), "GBP": ("pound", "penny"), "CNY": ("yuan", "fen"), "RMB": ("yuan", "fen"),
    "HKD": ("Hong Kong dollar", "cent"), "SGD": ("Singapore dollar", "cent"), "JPY": ("yen", ""), "CHF": ("franc", ""),
}  # fmt: skip
MANY = {"penny": "pence", "yuan": "yuan", "fen": "fen", "yen": "yen"}
SIGNS = {"@": "at", ".": "dot", "-": "dash", "_": "underscore", "+": "plus", "/": "slash", "#": "hash", "*": "star"}
GROUP = 5
"""Digits that are said in one breath at most."""


class Words:
    """Each value in words."""

    @staticmethod
    def digits(signs: str) -> str:
        runs = re.findall(r"\d+|\D+", signs)
        return ", ".join(Words.spelled(group) for run in runs for group in _groups(run))

    @staticmethod
    def spelled(signs: str) -> str:
        named = (text.digits(c) or SIGNS.get(c) or c.upper() for c in signs if not c.isspace())
        return " ".join(named)

    @staticmethod
    def number(value: Decimal) -> str:
        words = text.cardinal(f"{abs(value):f}".removesuffix(".0"))
        return f"minus {words}" if value < 0 else words

    @staticmethod
    def ordinal(value: int) -> str:
        return text.ordinal(value)

    @staticmethod
    def percent(value: Decimal) -> str:
        return f"{Words.number(value)} percent"

    @staticmethod
    def money(value: Decimal, currency: str) -> str:
        unit, small = CURRENCIES.get(currency, (" ".join(currency), ""))
        cents = int((abs(value) * 100).to_integral_value())
        if not small and cents % 100:
            return f"{Words.number(value)} {_many(2, unit)}"
        whole, rest = divmod(cents, 100)
        parts = [f"{text.cardinal(str(whole))} {_many(whole, unit)}"] if whole or not rest else []
        parts += [f"{text.cardinal(str(rest))} {_many(rest, small)}"] if rest else []
        return ("minus " if value < 0 else "") + " and ".join(parts)

    @staticmethod
    def date(day: datetime.date, today: datetime.date | None) -> str:
        near = (day - today).days if today else None
        if near in (0, 1, -1):
            return {0: "today", 1: "tomorrow", -1: "yesterday"}[near]
        words = f"{DAYS[day.weekday()]}, {MONTHS[day.month - 1]} {text.ordinal(day.day)}"
        far = today is None or (day.year != today.year and abs((day - today).days) > 180)
        return f"{words}, {text.year(day.year)}" if far else words

    @staticmethod
    def weekday(day: int) -> str:
        return DAYS[day]

    @staticmethod
    def time(hour: int, minute: int) -> str:
        if not minute and hour in (0, 12):
            return "noon" if hour else "midnight"
        words = text.cardinal(str(hour % 12 or 12))
        if minute:
            words += " " + ("oh " if minute < 10 else "") + text.cardinal(str(minute))
        return f"{words} {'P' if hour >= 12 else 'A'} M"

    @staticmethod
    def moment(day: str, hour: str) -> str:
        return f"{day} at {hour}"

    @staticmethod
    def phone(groups: Sequence[str], abroad: bool) -> str:
        cut = [part for group in groups for part in _groups(group)]
        return ("plus " if abroad else "") + ", ".join(text.digits(group) for group in cut)

    @staticmethod
    def email(address: str) -> str:
        parts = re.findall(r"[A-Za-z]+|\d|[^A-Za-z\d\s]", address)
        return " ".join(text.digits(part) or SIGNS.get(part) or part for part in parts)

    @staticmethod
    def agreement(agrees: bool) -> str:
        return "yes" if agrees else "no"

    @staticmethod
    def row(items: Sequence[str]) -> str:
        return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def _groups(signs: str) -> list[str]:
    """Threes and a last three or four, as a telephone number is said."""
    groups = []
    while len(signs) > GROUP:
        groups.append(signs[:3])
        signs = signs[3:]
    return [*groups, signs]


def _many(count: int, unit: str) -> str:
    return unit if count == 1 else MANY.get(unit, unit + "s")
