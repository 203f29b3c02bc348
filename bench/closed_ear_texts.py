"""What callers say to questions for values, and what else they say, for training the closed ear: texts by a chance.

Half of the values are worded as the bench of slots words them (other seeds), half in further ways: longer and shorter
rows, more equal neighbours, other words around.
"""

import random
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bench import slot_values
from bench.slot_values import DAYS, HAN, MONTHS, ONES, han, number, ordinal

KINDS = {"digits": 42, "moment": 25, "money": 22, "open": 11}
"""Share of each, in percent."""
_DATA = Path(__file__).parent / "data"


def _read(name: str) -> Any:
    return YAML(typ="safe").load((_DATA / name).read_text(encoding="utf-8"))


_TEXTS = _read("closed_ear_texts.yaml")
WORDS = {"zh": tuple(_TEXTS["words"]["zh"].replace(" ", "")), "en": tuple(_TEXTS["words"]["en"].split())}
"""The ear's vocabulary: signs in Chinese, words in English; everything else is one class of its own."""
_OPEN = {
    "zh": ("intents_zh.yaml", "intents_zh_dev.yaml", "intents_zh_none_dev.yaml"),
    "en": ("intents_en.yaml", "intents_en_dev.yaml"),
}
_LENGTHS = {"zh": (3, 21), "en": (7, 59)}
GROUPS = 6
"""Groups that a speaker dictates; some of them, in any order, make a number."""
BARE = 6
"""Shares of a number that is said alone; each way to put words around it is one."""
ALONE = 8
"""So many shares of an answer are the bare value; each way to put words around it is one."""


def text(language: str, chance: random.Random) -> tuple[str, str]:
    """Return the kind and the words of one answer."""
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    if kind == "open":
        return kind, chance.choice(_TEXTS["short"][language] if chance.random() < 0.35 else _sentences(language))
    if chance.random() < 0.47:
        return kind, slot_values.MAKERS[language][kind](chance)[1]
    around = chance.choice(["{}"] * ALONE + _TEXTS["around"][kind][language])
    return kind, around.format(_OWN[language][kind](chance)) + ("。" if language == "zh" else ".")


def dictation(language: str, chance: random.Random) -> list[str]:
    """Return groups of one to four digits as one speaker dictates them, the first now and then with words before it."""
    one, zero = chance.choice("一幺幺"), chance.choice(("zero", "oh"))
    doubled = chance.random() < 0.3
    comma, stop = ("，", "。") if language == "zh" else (",", ".")
    said: list[str] = []
    for _ in range(GROUPS):
        row = _row(chance, (1, 2, 2, 3, 3, 3, 4, 4, 4))
        words = slot_values._group_zh(row, one, doubled) if language == "zh" else (
            slot_values._group_en(row, zero, doubled)
        )  # fmt: skip
        if not said and chance.random() < 0.4:
            words = chance.choice(_TEXTS["around"]["digits"][language]).format(words)
        said.append(words + (comma if chance.random() < 0.6 else stop))
    return said


def row(chance: random.Random) -> str:
    """Return a Chinese number of five to eleven digits as one says it, in half of them other words before it."""
    digits, size = _row(chance, (5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 11, 11)), chance.choice((3, 4, 99, 99, 99, 2))
    one, counted = chance.choice("一幺幺"), chance.random() < 0.2
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    if len(digits) == 11 and chance.random() < 0.6:
        groups = [digits[:3], digits[3:7], digits[7:]]
    words = "，".join(slot_values._group_zh(group, one, counted) for group in groups)
    around: str = chance.choice(["{}"] * BARE + _TEXTS["around"]["digits"]["zh"])
    return around.format(words) + "。"


def _sentences(language: str) -> list[str]:
    shortest, longest = _LENGTHS[language]
    return [line for name in _OPEN[language] for line in _strings(_read(name)) if shortest <= len(line) <= longest]


def _strings(data: object) -> list[str]:
    if isinstance(data, str):
        return [data]
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [line for each in inner for line in _strings(each)]


def _row(chance: random.Random, lengths: tuple[int, ...]) -> str:
    """Digits; in every third row many are equal to the one before, which is what gets lost."""
    row = [chance.choice("0123456789") for _ in range(chance.choice(lengths))]
    if chance.random() < 0.35:
        for place in range(1, len(row)):
            row[place] = row[place] if chance.random() < 0.65 else row[place - 1]
    return "".join(row)


# -- Chinese ---------------------------------------------------------------------------------------------------


def _digits_zh(chance: random.Random) -> str:
    row = _row(chance, (1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11, 12, 14, 16, 18))
    size, one, counted = chance.choice((3, 4, 99, 99, 2)), chance.choice("一幺幺"), chance.random() < 0.25
    groups = [row[at : at + size] for at in range(0, len(row), size)]
    if len(row) == 11 and chance.random() < 0.6:
        groups = [row[:3], row[3:7], row[7:]]
    return chance.choice("，，，  ").strip().join(slot_values._group_zh(group, one, counted) for group in groups)


def _number_zh(chance: random.Random) -> str:
    whole = chance.randrange(chance.choice((10, 100, 100, 1000, 1000, 10000, 10000, 100000))) or 3
    if chance.random() < 0.25:
        whole = whole // 100 * 100 or whole
    words = han(whole, chance.random() < 0.5)
    words = words.replace("二百", "两百") if chance.random() < 0.3 else words
    return words.replace("二千", "两千") if chance.random() < 0.5 else words


def _money_zh(chance: random.Random) -> str:
    whole, one, other = _number_zh(chance), chance.choice(HAN[1:]), chance.choice(HAN[1:])
    return chance.choice((
        f"{whole}块", f"{whole}块钱", f"{whole}元", f"{whole}块{one}", f"{whole}块{one}毛{other}", f"{whole}块{one}毛",
        f"{one}毛{other}", f"{whole}块零{one}分", f"{one}{chance.choice('百千万')}{other}", f"{whole}点{one}{other}元",
        f"{chance.choice('两三四五六七八九')}万{one}千{chance.choice(('块', '元', '块钱'))}", f"{whole}元{one}角",
        f"{whole}元{one}角{other}分", f"{whole}块半",
    ))  # fmt: skip


def _moment_zh(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.3:
        return _day_zh(chance)
    if kind < 0.5:
        return _hour_zh(chance)
    return _day_zh(chance) + (
        _hour_zh(chance) if kind < 0.9 else chance.choice(("早上", "上午", "下午", "晚上", "中午"))
    )


def _day_zh(chance: random.Random) -> str:
    week, day = chance.choice(("周", "星期", "礼拜")), chance.choice("一二三四五六日")
    date, month = han(chance.randint(1, 31)), han(chance.randint(1, 12))
    later, few = chance.choice(("后", "以后", "之后")), han(chance.randint(1, 8), True)
    return chance.choice((
        chance.choice(("今天", "明天", "后天", "大后天", "明天", "后天")), f"{week}{day}", f"下{week}{day}",
        f"这{week}{day}", f"下个{week}{day}", f"{han(chance.randint(2, 15), True)}天{later}",
        f"{few}个{chance.choice(('星期', '月', '礼拜'))}{later}",
        f"{month}月{date}号", f"{month}月{date}{chance.choice('号日')}",
        f"{date}号", f"{chance.choice(('下个月', '这个月', '本月', '下月'))}{date}号",
        chance.choice(("月底", "下周末", "周末", "下个月初", "过两天", "国庆节", f"明年{month}月")),
    ))  # fmt: skip


def _hour_zh(chance: random.Random) -> str:
    part = chance.choice(("", "早上", "上午", "中午", "下午", "晚上", "下午", "上午", "凌晨", "傍晚"))
    hour = han(chance.randint(1, 12 if part else 23), True)
    minute = han(chance.choice((5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, chance.randint(11, 59)))).rjust(2, "零")
    less = f"差{chance.choice(('五分', '十分', '一刻'))}{hour}点"
    ends = ("", "", "半", f"{minute}分", minute, "一刻", "三刻", "钟")
    return part + (f"{hour}点{chance.choice(ends)}" if chance.random() < 0.95 else less)


# -- English ---------------------------------------------------------------------------------------------------


def _digits_en(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return ", ".join(number(chance.randint(10, 99)) for _ in range(chance.randint(2, 5)))
    row = _row(chance, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14))
    size, zero, doubled = chance.choice((3, 4, 99, 99, 2)), chance.choice(("zero", "oh")), chance.random() < 0.5
    groups = [row[at : at + size] for at in range(0, len(row), size)]
    return ", ".join(slot_values._group_en(group, zero, doubled) for group in groups)


def _money_en(chance: random.Random) -> str:
    whole = number(chance.randrange(chance.choice((20, 100, 1000, 1000, 10000, 100000))) or 7)
    cents, unit = number(chance.randint(10, 99)), chance.choice(("dollars", "bucks", "pounds", "quid"))
    return chance.choice((
        f"{whole} dollars", f"{whole} dollars and {cents} cents", f"{whole} {unit}", f"{cents} cents",
        f"{number(chance.randint(1, 99))} {cents}", f"{whole} pounds {cents}", f"a hundred and {cents} dollars",
        f"{whole} point {ONES[chance.randint(1, 9)]} {ONES[chance.randint(0, 9)]}", f"{whole} dollars {cents}",
    ))  # fmt: skip


def _moment_en(chance: random.Random) -> str:
    kind, day, hour = chance.random(), _day_en(chance), _hour_en(chance)
    return day if kind < 0.3 else hour if kind < 0.5 else f"{day} {hour}" if kind < 0.85 else f"{hour} {day}"


def _day_en(chance: random.Random) -> str:
    day, month, date = chance.choice(DAYS), MONTHS[chance.randint(1, 12)], ordinal(chance.randint(1, 31))
    return chance.choice((
        chance.choice(("today", "tomorrow", "the day after tomorrow", "tomorrow")), f"on {day}", f"next {day}",
        f"this {day}", day, f"next week on {day}",
        f"in {number(chance.randint(2, 12))} {chance.choice(('days', 'weeks'))}",
        f"on the {date} of {month}", f"{month} {date}", f"on {month} the {date}", f"on the {date}",
        f"on the {date} of {chance.choice(('next', 'this'))} month", f"the {date} of {month}",
    ))  # fmt: skip


def _hour_en(chance: random.Random) -> str:
    hour, minute = number(chance.randint(1, 12)), chance.choice((10, 15, 20, 25, 30, 35, 40, 45, 50, 55))
    part = chance.choice(("in the morning", "in the afternoon", "in the evening", "a m", "p m", "at night", "", ""))
    return chance.choice((
        f"at {hour}", f"at {hour} {part}", f"{hour} {part}", f"half past {hour} {part}", f"at {hour} oh five",
        f"at {hour} {number(minute)} {part}", f"at {hour} {number(chance.randint(11, 59))}", f"quarter to {hour}",
        f"a quarter past {hour} {part}", f"at {hour} o'clock", f"ten past {hour}", "at noon", "this evening",
    )).strip()  # fmt: skip


_OWN = {
    "zh": {"digits": _digits_zh, "money": _money_zh, "moment": _moment_zh},
    "en": {"digits": _digits_en, "money": _money_en, "moment": _moment_en},
}
