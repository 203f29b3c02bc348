"""Letters as they are spelled: "b as in bravo", NATO's words, and what a recogniser writes for a letter."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from dialplans.slot_kinds.sentence import Token

NATO = {
    word[0]: word
    for word in [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
        "quebec",
        "romeo",
        "sierra",
        "tango",
        "uniform",
        "victor",
        "whiskey",
        "xray",
        "yankee",
        "zulu",
    ]
}
WORDS = {word: letter.upper() for letter, word in NATO.items()} | {
    "alfa": "A", "juliett": "J", "whisky": "W", "adam": "A", "apple": "A", "boy": "B", "david": "D", "edward": "E",
    "frank": "F", "george": "G", "henry": "H", "ida": "I", "john": "J", "king": "K", "lincoln": "L", "mary": "M",
    "nora": "N", "ocean": "O", "peter": "P", "queen": "Q", "robert": "R", "sam": "S", "sugar": "S", "thomas": "T",
    "union": "U", "william": "W", "young": "Y", "zebra": "Z",
}  # fmt: skip
SOUNDS = {
    "ay": "A", "eh": "A", "hey": "A", "bee": "B", "be": "B", "see": "C", "sea": "C", "dee": "D", "ef": "F", "eff": "F",
    "gee": "G", "jee": "G", "aitch": "H", "eye": "I", "jay": "J", "kay": "K", "okay": "K", "el": "L", "ell": "L",
    "em": "M", "en": "N", "and": "N", "pea": "P", "pee": "P", "queue": "Q", "cue": "Q", "are": "R", "ar": "R",
    "ess": "S", "tea": "T", "tee": "T", "you": "U", "vee": "V", "we": "V", "ex": "X", "why": "Y", "zee": "Z",
    "zed": "Z", "叉": "X", "差": "X", "诶": "A", "必": "B", "西": "C", "迪": "D", "伊": "E", "艾": "I",
}  # fmt: skip
COMMON = frozenset(
    """ay eh hey bee be see sea gee eye okay em en and pea pee queue cue are tea tee you we ex why 差 诶 必 西 迪 伊
    艾""".split()  # noqa: SIM905
)
"""Those of `SOUNDS` that are ordinary words, too."""
WRITTEN_BIG = frozenset(("OK", "ID", "TV", "AM", "PM", "PIN", "SMS", "VIP", "APP"))
"""Words that are written in capitals and not spelled."""
SHORT = frozenset(
    ("mr", "mrs", "ms", "dr", "st", "nd", "rd", "th", "pm", "km", "kg", "cm", "mm", "hm", "hmm", "ps", "vs")
)
"""Words without a vowel that are read as more than their letters."""
PAIRS = frozenset(
    """ah am an as at be by do eh er go ha he hi if in is it la ma me my no of oh ok on or pa so to uh um up us we
    ye""".split()  # noqa: SIM905
)
"""Words of two letters, one a vowel."""
SUFFIXES = frozenset(("st", "nd", "rd", "th", "am", "pm"))
"""What is written right behind a number without being spelled: 4th, 8am."""
JOINERS = frozenset(
    """dash hyphen slash underscore space point then capital letter letters number numbers digit digits ray um uh er 杠
    横 空 格 字 母 大 小 写 号 码 数 个 嗯 呃 啊""".split()  # noqa: SIM905
)
"""Words between signs that are spelled."""
MARKS = frozenset(("dash", "hyphen", "slash", "underscore", "杠", "横"))
"""Those of them that stand for a sign between two others."""
VOWELS = frozenset("aeiouy")
MOST = 5
"""Letters of a word at most that may be a row of letters ("AB", "HTL")."""
MANY = 4
"""Signs after so many of which a word that sounds like a letter is one."""
KEPT = 0.6
"""Cost of leaving out a letter of a row."""

Edge = tuple[int, int, str, float]
Kind = Literal["", "digit", "alike", "joiner", "mark", "letter", "row", "spelled", "little", "code", "sound", "common"]
"""What a word may be: nothing of a row (""), a digit, what sounds like one, a letter by itself, letters in a row, part
of "b as in bravo", "a" or "I", a word of the spelling alphabet, what is written for a letter's sound."""
SURE: frozenset[Kind] = frozenset(("digit", "letter", "row", "spelled"))
SPELLS: frozenset[Kind] = frozenset(("letter", "row", "spelled", "little", "code", "sound", "common"))


@dataclass(frozen=True)
class Signs:
    """What a language's words are besides letters."""

    is_digit: Callable[[str], bool]
    is_alike: Callable[[str], bool]
    """Whether a word sounds like a digit."""
    around: frozenset[str]
    """Words beside a number that mean nothing."""
    little: frozenset[str] = frozenset()
    """Words of one letter."""


def with_letters(
    words: Sequence[Token], edges: Iterable[Edge], signs: Signs, codes: frozenset[str] = frozenset()
) -> list[Edge]:
    """Return the `edges` of the lattice of `digits.py` and those of the letters that are spelled among them.

    A word is letters where it is spelled: in a row with digits or other letters, and not as a word of the sentence.
    `codes`: words in small letters that are rows of letters, however they are written.
    """
    kinds = _kinds(words, signs, codes)
    whole = all(kind or word.word in signs.around for kind, word in zip(kinds, words, strict=True))
    spelt = {place for place in range(len(words)) if _is_spelt(kinds, place, whole)}
    found = [edge for place in sorted(spelt) for edge in _edges(words, place, kinds[place])]
    costs = {place: KEPT for place in spelt if kinds[place] in {*SURE, "little"}}
    found += [
        (start, end, sign, max(cost, costs.get(start, cost) if not sign else cost)) for start, end, sign, cost in edges
    ]
    return found


def _kinds(words: Sequence[Token], signs: Signs, codes: frozenset[str]) -> list[Kind]:
    said = [word.word for word in words]
    kinds: list[Kind] = [_kind(words, place, signs, codes) for place in range(len(words))]
    for place in range(len(said)):
        if (letter := spelled(said, place)) and kinds[place] in SPELLS:
            kinds[place : letter[1]] = ["spelled"] * (letter[1] - place)
    for place, kind in enumerate(kinds):
        # What sounds like a digit is one between a sign and a digit.
        if kind == "alike" and not (place and kinds[place - 1] and "digit" in kinds[place + 1 : place + 2]):
            kinds[place] = ""
    return kinds


def _kind(words: Sequence[Token], place: int, signs: Signs, codes: frozenset[str]) -> Kind:
    word = words[place].word
    latin = word.isascii() and word.isalpha()
    if signs.is_digit(word):
        return "digit"
    if len(word) == 1 and latin:
        named = place and words[place - 1].word in ("capital", "letter")
        return "little" if word in signs.little and not named and not _is_attached(words, place, signs) else "letter"
    if word in WORDS:
        return "code"
    if word in codes or (latin and len(word) <= MOST and _is_row(words, place, signs)):
        return "row"
    if word in SOUNDS and not (word == "okay" and not place):
        return "common" if word in COMMON else "sound"
    if word in JOINERS:
        return "mark" if word in MARKS else "joiner"
    return "alike" if signs.is_alike(word) else ""


def _is_row(words: Sequence[Token], place: int, signs: Signs) -> bool:
    """Tell whether a word is letters: written so (HTL 12, ab1234), or without a vowel."""
    word, written = words[place].word, words[place].written
    if _is_attached(words, place, signs):
        return not (word in SUFFIXES and place and words[place - 1].end == words[place].start)
    if written.isupper():
        return written not in WRITTEN_BIG
    if not VOWELS & set(word):
        return word not in SHORT
    # "Ab 1234": a recogniser writes two letters as a word.
    return (
        len(word) == 2 and word not in PAIRS and any(signs.is_digit(one.word) for one in words[place + 1 : place + 2])
    )


def _is_attached(words: Sequence[Token], place: int, signs: Signs) -> bool:
    """Tell whether digits stand right beside a word, or behind its dash; of Chinese ones nobody leaves a space."""
    word = words[place]
    before, after = words[place - 1 : place], words[place + 1 : place + 2]
    near = [one for one in before if one.end == word.start] + [
        one for one in after if one.start <= word.end + word.dashes
    ]
    written = any(one.word.isdecimal() and one.word.isascii() for one in near)
    return written or (len(word.word) <= 2 and word.word != "ok" and any(signs.is_digit(one.word) for one in near))


def _is_spelt(kinds: Sequence[Kind], place: int, whole: bool) -> bool:
    """Tell whether the word at `place` spells; `whole`: nothing else is said."""
    kind = kinds[place]
    if kind not in SPELLS:
        return False
    start = end = place
    while start and kinds[start - 1]:
        start -= 1
    while end < len(kinds) and kinds[end]:
        end += 1
    row = kinds[start:end]
    sure = sum(one in SURE for one in row)
    beside = [*_next(kinds[start:place][::-1]), *_next(kinds[place + 1 : end])]
    if kind in SURE:
        return "digit" in row or whole
    if not sure:
        return False
    late = kinds[place - 1] in SURE and sure >= MANY if place else False
    if kind == "sound":
        return whole or late or any(one in SURE for one in beside)
    letters = SPELLS - {"common", "little"} if kind == "code" else frozenset(("letter", "row", "spelled"))
    if any(one in letters for one in beside):
        return True
    return (whole or late) and (kind != "little" or not {"digit", "little"}.isdisjoint(beside))


def _next(kinds: Sequence[Kind]) -> list[Kind]:
    """The first of the words of a row that is no mark."""
    found: Iterator[Kind] = (kind for kind in kinds if kind != "mark")
    return list(islice(found, 1))


def _edges(words: Sequence[Token], place: int, kind: Kind) -> Iterator[Edge]:
    """Yield the letters of a word that spells."""
    said = [word.word for word in words]
    word = said[place]
    if len(word) == 1 and word.isascii():
        yield place, place + 1, word.upper(), 0.05
    if (letter := spelled(said, place)) and letter[1] > place + 1:
        yield place, letter[1], letter[0], -0.1
    if word in WORDS:
        yield place, place + 1, WORDS[word], 0.1
    elif word in SOUNDS:
        yield place, place + 1, SOUNDS[word], 0.3
    if kind == "row":
        yield place, place + 1, word.upper(), 0.3


def spelled(said: Sequence[str], place: int) -> tuple[str, int] | None:
    """Return the letter of "b as in bravo", "b for bravo", "b like bravo", and the place after it."""
    word, rest = said[place], list(said[place + 1 : place + 4])
    known = word.upper() if len(word) == 1 and word.isalpha() else SOUNDS.get(word, "")
    for phrase in (["as", "in"], ["for"], ["like"]):
        example = rest[len(phrase) : len(phrase) + 1]
        named = rest[: len(phrase)] == phrase and example and len(example[0]) > 1
        if named and (known == example[0][0].upper() or example[0] in WORDS):
            return example[0][0].upper(), place + 2 + len(phrase)
    return None
