"""English amounts of money in a sentence; "twelve fifty" is 12.50, and "two fifty" more likely so than 250."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from dialplans.slot_kinds.numerals_en import Numeral, Piece, numerals, pieces
from dialplans.slot_kinds.sentence import even

UNITS = {
    "dollar": "USD", "dollars": "USD", "buck": "USD", "bucks": "USD", "$": "USD", "usd": "USD", "euro": "EUR",
    "euros": "EUR", "€": "EUR", "eur": "EUR", "pound": "GBP", "pounds": "GBP", "quid": "GBP", "£": "GBP", "gbp": "GBP",
    "yuan": "CNY", "rmb": "CNY", "renminbi": "CNY", "kuai": "CNY", "¥": "CNY", "yen": "JPY", "dollar's": "USD",
}  # fmt: skip
CENTS = {"cent", "cents", "penny", "pennies", "pence", "p", "fen"}
JOINING = {"and", "with"}
_A_DOLLAR = re.compile(r"\ba(?= (?:dollar|buck|euro|pound)\b)")
Amount = tuple[Decimal, int, int, str, bool]


def amounts(text: str) -> Iterator[Amount]:
    """Yield (value, start, end, currency or "", whether it is a guess) of each amount, best readings first."""
    text = _A_DOLLAR.sub("1", even(text))
    row, found = pieces(text), numerals(text)
    used = 0
    for place, numeral in enumerate(found):
        if numeral.first < used or numeral.value < 0:
            continue
        following = found[place + 1] if place + 1 < len(found) else None
        for value, first, last, currency, guess in _readings(row, numeral, following):
            yield value, row[first].start, row[last - 1].end, currency, guess
            used = max(used, last)


def _readings(row: Sequence[Piece], numeral: Numeral, following: Numeral | None) -> Iterator[Amount]:
    before = row[numeral.first - 1].word if numeral.first else ""
    after, second = _word(row, numeral.last), _word(row, numeral.last + 1)
    value, first, last = numeral.value, numeral.first, numeral.last
    if before in ("$", "€", "£", "¥"):
        yield from _with_cents(row, value, first - 1, last, UNITS[before], following)
    elif after in UNITS:
        yield from _with_cents(row, value, first, last + 1, UNITS[after], following)
    elif after in ("us", "american", "hong", "canadian") and second in UNITS:
        yield value, first, last + 2, UNITS[second], False
    elif after in CENTS:
        yield value / 100, first, last + 1, "GBP" if after in ("pence", "p") else "USD", False
    elif after == ":" and following and following.first == last + 1 and following.value < 60:
        yield value + following.value / 100, first, following.last, "", False
    else:
        yield from _bare(row, numeral, following)


def _with_cents(
    row: Sequence[Piece], value: Decimal, first: int, last: int, currency: str, following: Numeral | None
) -> Iterator[Amount]:
    if not following or following.value >= 100 or following.value != int(following.value) or value != int(value):
        yield value, first, last, currency, False
        return
    joined = _word(row, last) in JOINING
    near = following.first == last + joined
    cents = _word(row, following.last) in CENTS
    half = _word(row, last) == "and" and _word(row, last + 1) == "a"
    if near and (cents or not joined) and not half and _word(row, following.last) not in UNITS:
        yield value + following.value / 100, first, following.last + cents, currency, False
    else:
        yield value, first, last, currency, False


def _bare(row: Sequence[Piece], numeral: Numeral, following: Numeral | None) -> Iterator[Amount]:
    """Two numbers in a row: "twelve fifty", "three oh five", "two fifty dollars"."""
    value, first, last = numeral.value, numeral.first, numeral.last
    near = following is not None and following.first == last and following.value < 100 and value == int(value)
    if not near or following is None or (not following.value >= 10 and row[last].word not in ("oh", "o", "zero")):
        yield value, first, last, "", False
        return
    third = _oh(row, following)
    small, last = third if third else (following.value, following.last)
    unit = UNITS.get(_word(row, last), "")
    cents, hundreds = value + small / 100, value * 100 + small
    pair = (hundreds, cents) if unit else (cents, hundreds)
    guess = value < 10 or bool(unit)
    yield pair[0], first, last + bool(unit), unit, guess
    yield pair[1], first, last + bool(unit), unit, True


def _oh(row: Sequence[Piece], following: Numeral) -> tuple[Decimal, int] | None:
    """The "oh five" of "three oh five"."""
    digit = row[following.last] if following.last < len(row) else None
    if following.value != 0 or digit is None:
        return None
    single = numerals(digit.word)
    return (single[0].value, following.last + 1) if single and single[0].value < 10 else None


def _word(row: Sequence[Piece], place: int) -> str:
    return row[place].word if 0 <= place < len(row) else ""
