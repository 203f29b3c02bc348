"""English numbers in a sentence, in words and digits mixed as a recogniser writes them ("two 50", "3 and a half").

text2num 3.1 makes "3 105" of "3 hundred and five" and "12 1000" of "12 thousand", and gives no places: hence our own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from dialplans.slot_kinds.digits_en import DIGITS, TEENS, TENS
from dialplans.slot_kinds.sentence import even

SMALL = {**{word: int(digit) for word, digit in DIGITS.items()}, **{word: int(ten) for word, ten in TEENS.items()}}
TENFOLD = {word: 10 * int(ten) for word, ten in TENS.items()}
SCALES = {"thousand": 1000, "grand": 1000, "k": 1000, "million": 10**6, "billion": 10**9}
PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+(?:'[a-z]+)?|[$€£¥:%]")


@dataclass(frozen=True)
class Piece:
    """A word, a number in digits or a sign, and where it stands."""

    word: str
    start: int
    end: int

    @property
    def literal(self) -> Decimal | None:
        """The number that it is in digits."""
        return Decimal(self.word.replace(",", "")) if self.word[0].isdigit() else None


@dataclass(frozen=True)
class Numeral:
    """A number, from piece `first` up to piece `last`."""

    value: Decimal
    first: int
    last: int
    plain: bool
    """Below a hundred and without a scale: it may be a half of "twelve fifty"."""


@lru_cache(1024)
def pieces(text: str) -> tuple[Piece, ...]:
    """Return the words and numbers of `text`."""
    return tuple(Piece(found.group(), found.start(), found.end()) for found in _TOKEN.finditer(even(text)))


@lru_cache(1024)
def numerals(text: str) -> tuple[Numeral, ...]:
    """Return the numbers of `text`, in their order, each as long as it goes."""
    row = pieces(text)
    found, place = [], 0
    while place < len(row):
        numeral = _at(row, place)
        if numeral:
            found.append(numeral)
        place = numeral.last if numeral else place + 1
    return tuple(found)


def _at(row: Sequence[Piece], first: int) -> Numeral | None:
    place, sign = first, 1
    if row[place].word in ("minus", "negative"):
        place, sign = place + 1, -1
    whole, last, scaled = _whole(row, place)
    if last == place:
        return _named(row, first)
    value, last = _fraction(row, whole, last)
    return Numeral(sign * value, first, last, not scaled and value == whole and value < 100)


def _named(row: Sequence[Piece], first: int) -> Numeral | None:
    """A dozen, half a dozen, a couple."""
    words = [piece.word for piece in row[first : first + 3]]
    for said, value in ((["half", "a", "dozen"], 6), (["a", "dozen"], 12), (["a", "couple"], 2), (["dozen"], 12)):
        if words[: len(said)] == said:
            return Numeral(Decimal(value), first, first + len(said), False)
    return None


def _whole(row: Sequence[Piece], place: int) -> tuple[Decimal, int, bool]:
    total = current = Decimal(0)
    begin, scaled, room = place, False, Decimal(0)
    while place < len(row):
        word, literal = row[place].word, row[place].literal
        after = row[place + 1].word if place + 1 < len(row) else ""
        if word in ("a", "an") and place == begin and after in ("hundred", *SCALES):
            current = Decimal(1)
        elif word == "hundred" and 0 < current < 100:
            current, scaled, room = current * 100, True, Decimal(100)
        elif word in SCALES and current > 0:
            total, current, scaled, room = total + current * SCALES[word], Decimal(0), True, Decimal(SCALES[word])
        elif word == "and" and scaled and place > begin and _starts(row, place + 1):
            pass
        elif (value := _small(word, literal)) is not None and _joins(row, place, begin, current, room, value):
            current, room = current + value, Decimal(10) if word in TENFOLD else Decimal(0)
        else:
            break
        place += 1
    return total + current, place, scaled


def _joins(row: Sequence[Piece], place: int, begin: int, current: Decimal, room: Decimal, value: Decimal) -> bool:
    """Tell whether `value` goes on with the number so far: into the room that a hundred or a twenty left."""
    if place == begin:
        return True
    if row[place - 1].word == "and" and row[place].literal and value >= 100:
        return False
    return 0 < value < room and (current == 0 or current % room == 0 if room > 10 else value < 10)


def _small(word: str, literal: Decimal | None) -> Decimal | None:
    if literal is not None:
        return literal
    value = SMALL.get(word, TENFOLD.get(word))
    return None if value is None else Decimal(value)


def _starts(row: Sequence[Piece], place: int) -> bool:
    return place < len(row) and _small(row[place].word, row[place].literal) is not None


def _fraction(row: Sequence[Piece], whole: Decimal, place: int) -> tuple[Decimal, int]:
    words = [piece.word for piece in row[place : place + 3]]
    if words[:2] == ["and", "a"] and words[2:] and words[2] in PARTS:
        last = place + 3
        scale = SCALES.get(row[last].word, 1) if last < len(row) else 1
        return (whole + PARTS[words[2]]) * scale, last + (scale > 1)
    if words[:1] != ["point"]:
        return whole, place
    digits, at = "", place + 1
    while at < len(row) and (value := _small(row[at].word, row[at].literal)) is not None and value == int(value):
        digits, at = digits + str(int(value)), at + 1
    if not digits:
        return whole, place
    scale = SCALES.get(row[at].word, 1) if at < len(row) else 1
    return (whole + Decimal(f"0.{digits}")) * scale, at + (scale > 1)
