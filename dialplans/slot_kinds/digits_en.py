"""What English words may mean as digits, as edges of a lattice (see `digits.py`)."""

from collections.abc import Iterator, Sequence

from dialplans.slot_kinds.letters import Signs, with_letters
from dialplans.slot_kinds.sentence import Token

Edge = tuple[int, int, str, float]
"""From word, to word, what it reads as, cost."""
DIGITS = {
    "zero": "0", "oh": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
}  # fmt: skip
TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
TENS = {"twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
        "eighty": "8", "ninety": "9"}  # fmt: skip
TIMES = {"double": 2, "doubled": 2, "triple": 3, "treble": 3, "quadruple": 4}
SCALES = {"hundred": 2, "thousand": 3}
ALIKE = {
    "o": "0", "owe": "0", "hero": "0", "xero": "0", "won": "1", "want": "1", "to": "2", "too": "2", "tu": "2",
    "tree": "3", "free": "3", "for": "4", "fore": "4", "fur": "4", "fife": "5", "fine": "5", "hive": "5", "sex": "6",
    "sicks": "6", "sics": "6", "ate": "8", "eat": "8", "aid": "8", "nein": "9", "mine": "9", "night": "9",
}  # fmt: skip
"""Words that a recogniser writes where a digit was said."""
AROUND = frozenset(
    """a an and the it it's its is that's that thats my number id code order account no yes yeah okay ok sure um uh er
    please i've i'm i have got be dash hyphen space point th st nd rd s reference ticket card customer phone well so
    actually sorry said i'd would like then you can reach me at on of pin digits will would""".split()  # noqa: SIM905
)
"""Words beside digits that mean nothing."""
NEXT_TO, ALONE = 0.2, 0.6
"""Cost of a word that sounds like a digit, between two digits and elsewhere."""


def edges(words: Sequence[Token], codes: frozenset[str] | None = None) -> list[Edge]:
    """Return all edges; with `codes` letters and words that spell them count too, and these words as rows of them."""
    said = [word.word for word in words]
    found = [edge for place in range(len(said)) for edge in _at(said, place)]
    return found if codes is None else with_letters(words, found, SIGNS, codes)


def _at(said: Sequence[str], place: int) -> Iterator[Edge]:
    word, after = said[place], said[place + 1] if place + 1 < len(said) else ""
    if digit := _digit(word):
        yield place, place + 1, digit, 0.0
        if word == "one" and not _numeric(after):
            yield place, place + 1, "", 0.7
        yield from _scaled(said, place, digit)
    elif word in TEENS:
        yield place, place + 1, TEENS[word], 0.0
        yield from _scaled(said, place, TEENS[word])
    elif word in TENS:
        yield from _tens(said, place, after)
    elif word in TIMES and after and (digit := _digit(after) or ALIKE.get(after, "")):
        yield place, place + 2, digit[0] * (TIMES[word] - 1) + digit, 0.0 if len(digit) == 1 else 0.1
    elif word in ALIKE:
        between = place > 0 and _numeric(said[place - 1]) and (not after or _numeric(after))
        yield place, place + 1, ALIKE[word], NEXT_TO if between or word == "o" else ALONE
        yield place, place + 1, "", 0.5 if between else 0.1
    else:
        yield place, place + 1, "", 0.0 if word in AROUND or word in SCALES else 0.15


def _tens(said: Sequence[str], place: int, after: str) -> Iterator[Edge]:
    ten = TENS[said[place]]
    unit = _digit(after)
    joins = len(unit) == 1 and unit != "0"
    yield place, place + 1, ten + "0", 0.3 if joins else 0.0
    yield from _scaled(said, place, ten + "0")
    if joins:
        yield place, place + 2, ten + unit, 0.0
        yield from _scaled(said, place + 1, ten + unit, place)


def _scaled(said: Sequence[str], place: int, head: str, begin: int = -1) -> Iterator[Edge]:
    """ "three hundred (and five)": 300, 305."""
    begin = place if begin < 0 else begin
    scale = SCALES.get(said[place + 1], 0) if place + 1 < len(said) else 0
    if not scale:
        return
    yield begin, place + 2, head + "0" * scale, 0.0
    at, joined = place + 2, False
    if at < len(said) and said[at] == "and":
        at, joined = at + 1, True
    rest, end = _below_hundred(said, at)
    if rest:
        yield begin, end, head + rest.zfill(scale), -0.05 if joined else 0.2


def _below_hundred(said: Sequence[str], at: int) -> tuple[str, int]:
    word = said[at] if at < len(said) else ""
    if word in TENS:
        unit = _digit(said[at + 1]) if at + 1 < len(said) else ""
        joins = len(unit) == 1 and unit != "0"
        return (TENS[word] + unit, at + 2) if joins else (TENS[word] + "0", at + 1)
    found = TEENS.get(word) or (_digit(word) if len(_digit(word)) <= 2 else "")
    return found, at + 1


def _digit(word: str) -> str:
    return word if word.isdecimal() else DIGITS.get(word, "")


def _is_digit(word: str) -> bool:
    return bool(_digit(word)) or word in TEENS or word in TENS or word in TIMES or word in SCALES


def _numeric(word: str) -> bool:
    return bool(_digit(word)) or word in TEENS or word in TENS or word in TIMES or word in ALIKE


SIGNS = Signs(_is_digit, ALIKE.__contains__, AROUND, frozenset(("a", "i")))
"""What letters may stand between."""
