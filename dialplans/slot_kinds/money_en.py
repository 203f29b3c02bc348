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
CENTS_GUESSED = "the cents are a guess"
JOINING = {"and", "with"}
_TWO_PARTS = re.compile(r"(?P<sign>[$€£])?\b(?P<whole>\d{1,3}(?:,\d{3})+|\d+) and [$€£]?(?P<rest>\d\d?(?:\.\d\d)?)\b")
_RUN = re.compile(r"[1-9]\d{3}")
_A_DOLLAR = re.compile(r"\ba(?= (?:dollar|buck|euro|pound)\b)")
Amount = tuple[Decimal, int, int, str, str]


def amounts(text: str) -> Iterator[Amount]:
    """Yield (value, start, end, currency or "", why it is a guess or "") of each amount, best readings first."""
    text = _A_DOLLAR.sub("1", _summed(even(text)))
    row, found = pieces(text), numerals(text)
    used = 0
    for place, numeral in enumerate(found):
        if numeral.first < used or numeral.value < 0:
            continue
        following = found[place + 1] if place + 1 < len(found) else None
        for value, first, last, currency, guess in _readings(row, numeral, following):
            yield value, row[first].start, row[last - 1].end, currency, guess
            used = max(used, last)


def _summed(text: str) -> str:
    """Put together what a recogniser wrote as two amounts: "$3,700 and $89", "900 and 82 dollars"; length stays."""

    def sum_of(found: re.Match[str]) -> str:
        whole = int(found["whole"].replace(",", ""))
        rest = Decimal(found["rest"])
        if whole % 100 or not whole or rest >= 100:
            return found.group()
        return f"{found['sign'] or ''}{whole + rest:f}".ljust(len(found.group()))

    return _TWO_PARTS.sub(sum_of, text)


def _readings(row: Sequence[Piece], numeral: Numeral, following: Numeral | None) -> Iterator[Amount]:
    before = row[numeral.first - 1].word if numeral.first else ""
    after, second = _word(row, numeral.last), _word(row, numeral.last + 1)
    value, first, last = numeral.value, numeral.first, numeral.last
    if before in ("$", "€", "£", "¥"):
        yield from _with_cents(row, value, first - 1, last, UNITS[before], following)
    elif after in UNITS:
        yield from _with_cents(row, value, first, last + 1, UNITS[after], following)
    elif after in ("us", "american", "hong", "canadian") and second in UNITS:
        yield value, first, last + 2, UNITS[second], ""
    elif after in CENTS:
        yield value / 100, first, last + 1, "GBP" if after in ("pence", "p") else "USD", ""
    elif after == ":" and following and following.first == last + 1 and following.value < 60:
        yield value + following.value / 100, first, following.last, "", ""
    elif last - first == 1 and _RUN.fullmatch(row[first].word) and value % 100 >= 10 and not following:
        # Without a comma or a currency it was rather "sixty five forty two" than thousands.
        yield value / 100, first, last, "", CENTS_GUESSED
        yield value, first, last, "", CENTS_GUESSED
    else:
        yield from _bare(row, numeral, following)


def _with_cents(
    row: Sequence[Piece], value: Decimal, first: int, last: int, currency: str, following: Numeral | None
) -> Iterator[Amount]:
    if not following or following.value >= 100 or following.value != int(following.value) or value != int(value):
        yield value, first, last, currency, ""
        return
    joined = _word(row, last) in JOINING
    near = following.first == last + joined
    cents = _word(row, following.last) in CENTS
    half = _word(row, last) == "and" and _word(row, last + 1) == "a"
    if near and (cents or not joined) and not half and _word(row, following.last) not in UNITS:
        yield value + following.value / 100, first, following.last + cents, currency, ""
    else:
        yield value, first, last, currency, ""


def _bare(row: Sequence[Piece], numeral: Numeral, following: Numeral | None) -> Iterator[Amount]:
    """Two numbers in a row: "twelve fifty", "three oh five", "two fifty dollars"."""
    value, first, last = numeral.value, numeral.first, numeral.last
    near = following is not None and following.first == last and following.value < 100 and value == int(value)
    if not near or following is None or (not following.value >= 10 and row[last].word not in ("oh", "o", "zero")):
        yield value, first, last, "", ""
        return
    third = _oh(row, following)
    small, last = third if third else (following.value, following.last)
    unit = UNITS.get(_word(row, last), "")
    cents, hundreds = value + small / 100, value * 100 + small
    pair = (hundreds, cents) if unit else (cents, hundreds)
    guess = CENTS_GUESSED if value < 10 or unit else ""
    yield pair[0], first, last + bool(unit), unit, guess
    yield pair[1], first, last + bool(unit), unit, CENTS_GUESSED


def _oh(row: Sequence[Piece], following: Numeral) -> tuple[Decimal, int] | None:
    """The "oh five" of "three oh five"."""
    digit = row[following.last] if following.last < len(row) else None
    if following.value != 0 or digit is None:
        return None
    single = numerals(digit.word)
    return (single[0].value, following.last + 1) if single and single[0].value < 10 else None


def _word(row: Sequence[Piece], place: int) -> str:
    return row[place].word if 0 <= place < len(row) else ""
