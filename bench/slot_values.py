"""Values as callers say them, made by a seed: digit strings, dates and times, money; English and Chinese.

Seed 1 is for development: rules were written while looking at what it gives. Seed 2 is the test, whose values were
looked at only as the figure. What is expected is computed here from the value chosen, never by the slots themselves.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dialplans.slot_kinds.kind import SlotKind

DEVELOPMENT, TEST = 1, 2
"""Seeds."""
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
"""When all calls are made, local time: a Saturday."""
COUNTS = {"digits": 80, "moment": 60, "money": 60}
KNOWN = 0.3
"""Share of the questions for digits that know how many they want; the others take 6 to 11."""
ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
            "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth",
            "nineteenth", "twentieth")  # fmt: skip
MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HAN = "零一二三四五六七八九"


@dataclass(frozen=True)
class Said:
    """One value, the words that say it, and what must be read from them."""

    kind: SlotKind
    text: str
    value: str
    voice: int
    """Index of the speaker."""
    pace: float
    noise: int
    """Seed of the line's noise."""

    @property
    def group(self) -> str:
        """The figure that it belongs to."""
        return self.kind.type


def values(language: str, seed: int) -> list[Said]:
    """Return the 200 values of a language."""
    chance = random.Random(f"{language}{seed}")
    makers: Mapping[str, Callable[[random.Random], tuple[SlotKind, str, str]]] = MAKERS[language]
    said = []
    for group, count in COUNTS.items():
        for _ in range(count):
            kind, text, value = makers[group](chance)
            said.append(
                Said(kind, text, value, chance.randrange(8), chance.uniform(0.94, 1.08), chance.randrange(9999))
            )
    return said


# -- English ---------------------------------------------------------------------------------------------------


def number(n: int) -> str:
    """Return 0-999,999 in English words."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (" " + ONES[n % 10] if n % 10 else "")
    if n < 1000:
        rest = n % 100
        return ONES[n // 100] + " hundred" + (" and " + number(rest) if rest else "")
    rest = n % 1000
    return number(n // 1000) + " thousand" + (" " + number(rest) if rest else "")


def ordinal(n: int) -> str:
    """Return 1-31 as an English ordinal."""
    if n <= 20:
        return ORDINALS[n]
    return "thirtieth" if n == 30 else f"{TENS[n // 10]} {ORDINALS[n % 10]}"


def digits_en(chance: random.Random) -> tuple[SlotKind, str, str]:
    digits = "".join(chance.choice("0123456789") for _ in range(chance.randint(6, 11)))
    kind = SlotKind("digits", least=6, most=11)
    if chance.random() < KNOWN:
        kind = SlotKind("digits", least=len(digits), most=len(digits))
    zero = chance.choice(("zero", "oh"))
    size = chance.choice((3, 3, 4, 2, 99))
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    style = chance.random()
    if style < 0.12 and len(digits) % 2 == 0:
        pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
        said = ", ".join(f"{zero} {ONES[int(pair[1])]}" if pair[0] == "0" else number(int(pair)) for pair in pairs)
    else:
        said = ", ".join(_group_en(group, zero, chance.random() < 0.6) for group in groups)
    carrier = chance.choice(
        ("{}", "{}", "{}", "it's {}", "my number is {}", "the code is {}", "yes, it's {}", "{} please")
    )
    return kind, carrier.format(said) + ".", digits


def _group_en(group: str, zero: str, doubled: bool) -> str:
    words, at = [], 0
    while at < len(group):
        run = 1
        while doubled and run < 3 and at + run < len(group) and group[at + run] == group[at]:
            run += 1
        name = zero if group[at] == "0" else ONES[int(group[at])]
        words.append({1: name, 2: f"double {name}", 3: f"triple {name}"}[run])
        at += run
    return " ".join(words)


def money_en(chance: random.Random) -> tuple[SlotKind, str, str]:
    style = chance.randrange(7)
    whole = chance.choice((chance.randint(11, 99), chance.randint(100, 999), chance.randint(1000, 9999)))
    cents = chance.randint(10, 99)
    carrier = chance.choice(("{}", "{}", "it was {}", "about {}", "I paid {}", "the amount is {}"))
    if style == 0:
        whole = chance.randint(11, 99)
        said = f"{number(whole)} {number(cents)}"
    elif style == 1:
        said = f"{number(whole)} dollars {number(cents)}"
    elif style == 2:
        said = f"{number(whole)} dollars and {number(cents)} cents"
    elif style == 3:
        cents, said = 0, f"{number(whole)} dollars"
    elif style == 4:
        whole, cents = chance.randint(2, 90) * 1000, 0
        said = f"{number(whole // 1000)} thousand {chance.choice(('dollars', 'bucks'))}"
    elif style == 5:
        whole, cents = chance.randint(12, 99) * 100 + chance.choice((0, 50)), 0
        said = f"{number(whole)} dollars"
    else:
        whole, said = 0, f"{number(cents)} cents"
    return SlotKind("money"), carrier.format(said) + ".", f"{whole}.{cents:02d}"


def moment_en(chance: random.Random) -> tuple[SlotKind, str, str]:
    part = chance.choice(("date", "both", "both", "time"))
    day, day_words = _day_en(chance)
    hour, minute, hour_words = _hour_en(chance)
    if part == "date":
        said, value = day_words, day.isoformat()
    elif part == "time":
        said, value = hour_words, f"{hour:02d}:{minute:02d}"
    else:
        order = chance.random() < 0.75
        said = f"{day_words} {hour_words}" if order else f"{hour_words} {day_words}"
        value = f"{day.isoformat()}T{hour:02d}:{minute:02d}"
    carrier = chance.choice(("{}", "{}", "{} please", "how about {}", "I can come {}", "let's say {}"))
    return SlotKind("moment", part=part), carrier.format(said) + ".", value  # type: ignore[arg-type]


def _day_en(chance: random.Random) -> tuple[date, str]:
    today, style = NOW.date(), chance.randrange(8)
    if style == 0:
        days = chance.choice((1, 1, 2))
        return today + timedelta(days=days), "tomorrow" if days == 1 else "the day after tomorrow"
    if style == 1:
        days = chance.randint(3, 6)
        day = today + timedelta(days=days)
        return day, f"{chance.choice(('on', 'this', 'on'))} {DAYS[day.weekday()]}"
    if style == 2:
        day = today + timedelta(days=chance.randint(2, 8))
        return day, f"next week on {DAYS[day.weekday()]}" if chance.random() < 0.3 else f"next {DAYS[day.weekday()]}"
    if style == 3:
        days = chance.randint(2, 9)
        return today + timedelta(days=days), f"in {number(days)} days"
    if style == 4:
        weeks = chance.randint(2, 5)
        return today + timedelta(weeks=weeks), f"in {number(weeks)} weeks"
    day = today + timedelta(days=chance.randint(10, 300))
    if style == 5:
        return day, f"on the {ordinal(day.day)} of {MONTHS[day.month]}"
    if style == 6:
        return day, f"on {MONTHS[day.month]} {ordinal(day.day)}"
    day = today.replace(day=1) + timedelta(days=30 + chance.randint(0, 25))
    return day, f"on the {ordinal(day.day)} of next month"


def _hour_en(chance: random.Random) -> tuple[int, int, str]:
    hour = chance.randint(8, 18)
    twelve, half = (
        hour % 12 or 12,
        "in the morning" if hour < 12 else "in the afternoon" if hour < 18 else "in the evening",
    )
    style = chance.randrange(6)
    if style == 0:
        return hour, 0, f"at {number(twelve)}"
    if style == 1:
        return hour, 0, f"at {number(twelve)} {half}"
    if style == 2:
        return hour, 30, f"at half past {number(twelve)}"
    if style == 3:
        minute = chance.choice((15, 20, 40, 45, 50))
        return hour, minute, f"at {number(twelve)} {number(minute)} {half}"
    if style == 4:
        return hour, 0, f"at {number(twelve)} {'a m' if hour < 12 else 'p m'}"
    return hour, 45, f"at a quarter to {number(twelve % 12 + 1)} {half if hour not in (11, 17) else ''}".strip()


# -- Chinese ---------------------------------------------------------------------------------------------------


def han(n: int, counting: bool = False) -> str:
    """Return 0-99,999 in Chinese words; counting: 两 for 2."""
    if n < 10:
        return "两" if counting and n == 2 else HAN[n]
    words, zero = "", False
    for unit, name in ((10000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit:
            sign = "两" if digit == 2 and unit >= 100 and not words else HAN[digit]
            words += (
                ("零" if zero and words else "")
                + (sign if not (unit == 10 and digit == 1 and not words) else "")
                + name
            )
        zero = not digit and bool(words)
    return words


def digits_zh(chance: random.Random) -> tuple[SlotKind, str, str]:
    size = chance.randint(6, 11)
    digits = "".join(chance.choice("0123456789") for _ in range(size))
    kind = SlotKind("digits", least=6, most=11)
    if chance.random() < KNOWN:
        kind = SlotKind("digits", least=size, most=size)
    one = chance.choice("一幺幺")
    grouping = [3, 4, 4] if size == 11 else [chance.choice((3, 4, 2, 99))] * 6
    groups, at = [], 0
    for length in grouping:
        groups.append(digits[at : at + length])
        at += length
    counted = chance.random() < 0.25
    said = "，".join(_group_zh(group, one, counted) for group in groups if group)
    carrier = chance.choice(("{}", "{}", "{}", "我的号码是{}", "是{}", "订单号{}", "嗯，{}"))
    return kind, carrier.format(said) + "。", digits


def _group_zh(group: str, one: str, counted: bool) -> str:
    words, at = "", 0
    while at < len(group):
        run = 1
        while counted and run < 3 and at + run < len(group) and group[at + run] == group[at]:
            run += 1
        name = one if group[at] == "1" else HAN[int(group[at])]
        words += {1: name, 2: f"两个{name}", 3: f"三个{name}"}[run]
        at += run
    return words


def money_zh(chance: random.Random) -> tuple[SlotKind, str, str]:
    style = chance.randrange(7)
    whole = chance.choice((chance.randint(11, 99), chance.randint(100, 999), chance.randint(1000, 9999)))
    tenth, cent = chance.randint(1, 9), chance.randint(1, 9)
    carrier = chance.choice(("{}", "{}", "一共{}", "大概{}", "我付了{}", "金额是{}"))
    cents = 0
    if style == 0:
        said, cents = f"{han(whole)}块{han(tenth)}", tenth * 10
    elif style == 1:
        said = f"{han(whole)}块钱"
    elif style == 2:
        said, cents = f"{han(whole)}块{han(tenth, True)}毛{han(cent)}", tenth * 10 + cent
    elif style == 3:
        thousands = chance.randint(1, 9)
        lead = chance.randint(1, 9)
        whole, said = lead * 10000 + thousands * 1000, f"{han(lead, True)}万{han(thousands)}"
    elif style == 4:
        said = f"{han(whole)}元"
    elif style == 5:
        whole, said = chance.randint(1, 9) * 100, ""
        said = f"{han(whole)}元"
    else:
        whole = chance.randint(1, 9)
        said, cents = f"{han(whole, True)}块{han(tenth)}", tenth * 10
    return SlotKind("money"), carrier.format(said) + "。", f"{whole}.{cents:02d}"


def moment_zh(chance: random.Random) -> tuple[SlotKind, str, str]:
    part = chance.choice(("date", "both", "both", "time"))
    day, day_words = _day_zh(chance)
    hour, minute, hour_words = _hour_zh(chance)
    if part == "date":
        said, value = day_words, day.isoformat()
    elif part == "time":
        said, value = hour_words, f"{hour:02d}:{minute:02d}"
    else:
        said, value = f"{day_words}{hour_words}", f"{day.isoformat()}T{hour:02d}:{minute:02d}"
    carrier = chance.choice(("{}", "{}", "{}吧", "我想约{}", "就{}", "{}可以吗"))
    return SlotKind("moment", part=part), carrier.format(said) + "。", value  # type: ignore[arg-type]


def _day_zh(chance: random.Random) -> tuple[date, str]:
    today, style = NOW.date(), chance.randrange(7)
    week = chance.choice(("周", "星期", "礼拜"))
    if style == 0:
        days = chance.choice((1, 2, 3))
        return today + timedelta(days=days), {1: "明天", 2: "后天", 3: "大后天"}[days]
    if style == 1:
        day = today + timedelta(days=chance.randint(3, 6))
        return day, week + "一二三四五六日"[day.weekday()]
    if style == 2:
        weekday = chance.randrange(7)
        monday = today + timedelta(days=7 - today.weekday())
        return monday + timedelta(days=weekday), f"下{week}" + "一二三四五六日"[weekday]
    if style == 3:
        days = chance.randint(3, 9)
        return today + timedelta(days=days), f"{han(days)}天后"
    if style == 4:
        weeks = chance.randint(2, 5)
        return today + timedelta(weeks=weeks), f"{han(weeks, True)}个星期以后"
    day = today + timedelta(days=chance.randint(10, 300))
    if style == 5:
        return day, f"{han(day.month)}月{han(day.day)}号"
    day = today.replace(day=1) + timedelta(days=30 + chance.randint(0, 25))
    return day, f"下个月{han(day.day)}号"


def _hour_zh(chance: random.Random) -> tuple[int, int, str]:
    hour = chance.randint(8, 20)
    part = "早上" if hour < 10 else "上午" if hour < 12 else "中午" if hour == 12 else "下午" if hour < 18 else "晚上"
    style = chance.randrange(5)
    clock = f"{han(hour % 12 or 12, True)}点"
    if style == 0 and hour < 19:
        return hour, 0, clock
    if style == 1:
        return hour, 30, f"{part}{clock}半"
    if style == 2:
        minute = chance.choice((15, 20, 40, 45, 50))
        return hour, minute, f"{part}{clock}{han(minute)}分"
    if style == 3:
        return hour, 15, f"{part}{clock}一刻"
    return hour, 0, part + clock


MAKERS = {
    "en": {"digits": digits_en, "moment": moment_en, "money": money_en},
    "zh": {"digits": digits_zh, "moment": moment_zh, "money": money_zh},
}


def by_group(said: Sequence[Said]) -> dict[str, list[Said]]:
    """Return `said` by the figure that each belongs to."""
    return {group: [one for one in said if one.group == group] for group in COUNTS}
