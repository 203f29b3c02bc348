"""Amounts of money: "twelve fifty", "three hundred and five dollars twenty", 一百二十块五, 三万五."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from asr_tts.spoken_values import CURRENCY, said
from dialplans.slot_kinds import money_en, money_zh
from dialplans.slot_kinds.kind import Found, SlotKind
from dialplans.slot_kinds.number import fits

SURE, BARE, GUESS = 0.96, 0.85, 0.65
"""Confidence with a currency said, of a bare number, and of one of two ways to read it."""


@dataclass(frozen=True)
class Amount:
    """An amount as one way to read it."""

    value: Decimal
    start: int
    end: int
    currency: str
    """ISO 4217 as said, "" where none was."""
    guess: str = ""
    """Why another reading is as likely, or ""."""


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the amount of `text` as decimal text ("12.50")."""
    wanted = kind.currency or CURRENCY.get(language, "USD")
    options = [amount for amount in _all(text, language) if fits(kind, amount.value) and (alone or amount.currency)]
    if not options:
        return None
    best = max(options, key=lambda amount: (bool(amount.currency), not amount.guess, amount.end - amount.start))
    confidence = GUESS if best.guess else SURE if best.currency else BARE
    note = best.guess
    if best.currency and best.currency != wanted:
        confidence, note = GUESS, f"{best.currency} was said where {wanted} is expected"
    rivals = {amount.value for amount in options if amount.currency == best.currency and not amount.guess} - {
        best.value
    }
    if rivals and not best.guess:
        confidence, note = GUESS, f"{', '.join(map(str, sorted(rivals)))} was said too"
    value = f"{best.value.quantize(Decimal('0.01')):f}"
    spoken = said(value, "money", language, option=best.currency or wanted)
    return Found(value, best.start, best.end, confidence, spoken, note)


def _all(text: str, language: str) -> Iterator[Amount]:
    for value, start, end, currency, guess in (money_zh if language == "zh" else money_en).amounts(text):
        yield Amount(value, start, end, currency, guess)
