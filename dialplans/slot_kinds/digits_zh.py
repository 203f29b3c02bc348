"""What Chinese signs may mean as digits, as edges of a lattice (see `digits.py`).

A recogniser gets the sound of a digit right more often than its sign: 是 or 十 where 四 was said, 一/医, 二/饿. A sign
that sounds like a digit may be one; the length asked for decides.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from dialplans.slot_kinds.letters import Signs, with_letters
from dialplans.slot_kinds.sentence import Token

Edge = tuple[int, int, str, float]
DIGITS = {
    "零": "0", "〇": "0", "洞": "0", "一": "1", "幺": "1", "壹": "1", "二": "2", "两": "2", "贰": "2", "三": "3",
    "叁": "3", "四": "4", "肆": "4", "五": "5", "伍": "5", "六": "6", "陆": "6", "七": "7", "柒": "7", "拐": "7",
    "八": "8", "捌": "8", "九": "9", "玖": "9", "勾": "9",
}  # fmt: skip
SOUNDS = {
    "ling": "0", "lin": "0", "dong": "0", "yi": "1", "yao": "1", "ya": "1", "er": "2", "liang": "2", "e": "2",
    "san": "3", "shan": "3", "si": "4", "shi": "4", "wu": "5", "hu": "5", "liu": "6", "niu": "6", "qi": "7",
    "ji": "7", "xi": "7", "guai": "7", "ba": "8", "pa": "8", "jiu": "9", "you": "9", "gou": "9",
}  # fmt: skip
NEAR = frozenset(("lin", "ya", "e", "shan", "shi", "hu", "niu", "ji", "xi", "pa", "you"))
"""Sounds that are not quite those of the digit."""
AROUND = frozenset(
    "我的是号码嗯呃啊哦那个就订单编电话手机卡客户好对了呢吧哈请这为和还有说然后再后面前面尾数您你他她它会在不"
)
LOST = 0.9
"""Cost of a sign between two digits that is none."""
AFTER_A_WORD = frozenset("下些点样般直定共起旦")
"""Signs that make a word of a 一 before them: 查一下, 一共."""
COUNTED = {"两": 2, "俩": 2, "二": 2, "三": 3, "四": 4, "2": 2, "3": 3, "4": 4}


def edges(words: Sequence[Token], codes: frozenset[str] | None = None) -> list[Edge]:
    """Return all edges; with `codes` letters and words that spell them count too, and these words as rows of them."""
    said = [word.word for word in words]
    found = [edge for place in range(len(said)) for edge in _at(said, place)]
    return found if codes is None else with_letters(words, found, SIGNS, codes)


def _at(said: Sequence[str], place: int) -> Iterator[Edge]:
    word, digit = said[place], ""
    if word == "一" and place + 1 < len(said) and said[place + 1] in AFTER_A_WORD:
        yield place, place + 2, "", 0.0
        yield place, place + 1, "1", 0.5
    elif word == "零" and said[place + 1 : place + 2] == ["单"]:
        yield place, place + 2, "", 0.0  # what is heard of 订单
    elif digit := _digit(word):
        yield place, place + 1, digit, 0.0
        yield from _counted(said, place)
    if word in "十百千" or (digit and len(digit) == 1):
        yield from _tens(said, place)
    if word == "十":
        yield place, place + 1, "4", 0.35
        # Before all digits it is likelier that 是 was said.
        yield place, place + 1, "", 0.6 if place else 0.2
    elif not digit:
        yield from _counted(said, place)
        yield from _alike(said, place)


def _counted(said: Sequence[str], place: int) -> Iterator[Edge]:
    """两个五: two fives."""
    # In a row 点个五 is 两个五 that was misheard, more likely than not.
    heard = place > 0 and said[place] == "点" and bool(_digit(said[place - 1]))
    times = COUNTED.get(said[place], 0) or (2 if heard or _sound(said[place]) in ("liang", "niang") else 0)
    if times and place + 2 < len(said) and said[place + 1] in "个格各的":
        counted = _digit(said[place + 2]) or SOUNDS.get(_sound(said[place + 2]), "")
        if counted:
            cost = -0.1 if said[place] in COUNTED else 0.08 if heard else 0.15
            yield place, place + 3, counted[0] * (times - 1) + counted, cost


def _tens(said: Sequence[str], place: int) -> Iterator[Edge]:
    """二十, 二十五, 十五: as numbers; a hundred and more are rare among digits."""
    at, ten = place, "1"
    if said[at] != "十":
        ten, at = _digit(said[at]), at + 1
    if at >= len(said) or said[at] != "十" or len(ten) != 1:
        return
    # A 十 with nothing before it was more likely a 四.
    alone = 0.4 if at == place else 0.0
    yield place, at + 1, ten + "0", 0.05 + alone
    unit = _digit(said[at + 1]) if at + 1 < len(said) else ""
    if len(unit) == 1 and unit != "0":
        yield place, at + 2, ten + unit, alone


def _alike(said: Sequence[str], place: int) -> Iterator[Edge]:
    word = said[place]
    if word == "是" and place and said[place - 1] in "码号单":
        yield place, place + 1, "", 0.0  # 号码是: no four
        return
    sounded = SOUNDS.get(sound := _sound(word), "") if not word.isascii() else ""
    if not sounded:
        # What stands between two digits and is none was one that was misheard: the row lacks it.
        lost = 0 < place < len(said) - 1 and _digit(said[place - 1]) and _digit(said[place + 1])
        yield place, place + 1, "", 0.0 if word in AROUND or word in "百千万" else LOST if lost else 0.15
        return
    first = place == 0 and sound == "yao"
    between = (first or (place > 0 and _like(said[place - 1]))) and (place + 1 == len(said) or _like(said[place + 1]))
    filler = word in AROUND
    cost = 0.15 if between and not filler else 0.5 if filler and not between else 0.3
    yield place, place + 1, sounded, cost + (0.15 if sound in NEAR else 0.0)
    yield place, place + 1, "", 0.05 if filler else 0.4 if between else 0.15


@lru_cache(4096)
def _sound(word: str) -> str:
    return lazy_pinyin(word, style=Style.NORMAL)[0] if not word.isascii() else ""


def sounds_like(word: str) -> str:
    """Return the digit that `word` sounds like, or ""."""
    return SOUNDS.get(_sound(word), "")


def _digit(word: str) -> str:
    return word if word.isdecimal() and word.isascii() else DIGITS.get(word, "")


def _like(word: str) -> bool:
    return bool(_digit(word)) or word in "十个" or _sound(word) in SOUNDS


SIGNS = Signs(lambda word: bool(_digit(word)) or word == "十", lambda word: bool(sounds_like(word)), AROUND)
"""What letters may stand between."""
