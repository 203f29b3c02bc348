"""Chinese dates and times in a sentence: 下周二下午, 大后天早上九点半, 这个月十五号, 差一刻三点, 两个星期以后.

What sounds like the words of a date is taken for them first (十点 for 时点, 下周 for 下州): a recogniser gets sounds
right more often than signs.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from dialplans.slot_kinds.guess import Guess
from dialplans.slot_kinds.kind import SlotKind
from dialplans.slot_kinds.moment_parts import Clock, Day, Part, Parts, coming, in_week, months_on, of_month, of_year
from dialplans.slot_kinds.numerals_zh import value_of
from dialplans.slot_kinds.sentence import even, without

NEAR = {
    "大前天": -3, "前天": -2, "昨天": -1, "昨晚": -1, "昨日": -1, "今天": 0, "今日": 0, "今晚": 0, "今早": 0, "今儿": 0,
    "明天": 1, "明日": 1, "明儿": 1, "明晚": 1, "明早": 1, "大后天": 3, "后天": 2, "后日": 2, "后晚": 2,
}  # fmt: skip
HOLIDAYS = {"元旦": (1, 1), "情人节": (2, 14), "劳动节": (5, 1), "儿童节": (6, 1), "教师节": (9, 10), "国庆节": (10, 1),
            "国庆": (10, 1), "平安夜": (12, 24), "圣诞节": (12, 25), "圣诞": (12, 25), "跨年夜": (12, 31)}  # fmt: skip
PARTS: dict[str, Part] = {
    "凌晨": "dawn", "清晨": "morning", "早晨": "morning", "早上": "morning", "大早": "morning", "上午": "morning",
    "中午": "noon", "正午": "noon", "午间": "noon", "午后": "afternoon", "下午": "afternoon", "傍晚": "evening",
    "晚上": "evening", "晚间": "evening", "夜里": "night", "半夜": "night", "深夜": "night", "夜晚": "night",
    "午夜": "night",
}  # fmt: skip
EARLY = ("清晨", "早晨", "早上", "大早")
ENDS: dict[str, Part] = {"晚": "evening", "早": "morning"}
WEEKDAYS = dict(zip("一二三四五六日天1234567", (0, 1, 2, 3, 4, 5, 6, 6, 0, 1, 2, 3, 4, 5, 6), strict=True))

_N = r"[0-9零〇一二两三四五六七八九十]"
_COUNT = rf"(?:{_N}+|半)"
_IN = re.compile(
    rf"(?:再?过)?(?P<n>{_COUNT})\s*个?(?P<half>半)?(?P<unit>分钟|小时|钟头|天|周|星期|礼拜|月|年)(?P<half2>半)?(?P<way>以后|之后|后|以前|之前|前)"
    rf"|再?过(?P<n2>{_COUNT})\s*个?(?P<unit2>分钟|小时|钟头|天|周|星期|礼拜|月|年)"
)
_NEAR = re.compile("|".join(sorted(NEAR, key=len, reverse=True)))
_WEEK = re.compile(
    r"(?P<how>(?:下+|上+|这|本|再下)(?:一)?个?)?(?P<unit>周|星期|礼拜)(?P<day>[一二三四五六日天]|[1-7](?!\d|[点月号日:]))"
)
_DATED = re.compile(
    rf"(?:(?P<year>20\d\d|二[零〇]{_N}{{2}}|今|明|后|去)年)?(?P<m>{_N}{{1,3}})月(?:份)?(?:的)?(?:(?P<d>{_N}{{1,4}})[号日]?(?!点|:|个))"
)
_SLASHED = re.compile(
    r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})|(?<!\d)(?P<m2>\d{1,2})/(?P<d2>\d{1,2})(?!\d)"
)
_OF_MONTH = re.compile(rf"(?:(?P<how>这个|本|下个|下|上个|上|当)月的?)?(?P<d>{_N}{{1,4}})[号日](?!线|楼|桌|机|店)")
_LOOSE = re.compile(
    r"(?P<how>这个?|本|下个?|上个?)(?P<unit>周末|周|星期|礼拜|月|年)(?P<end>底|初)?|(?P<we>周末)|(?P<me>月底)"
)
_HOLIDAY = re.compile("|".join(sorted(HOLIDAYS, key=len, reverse=True)))
_PART = re.compile("|".join(sorted(PARTS, key=len, reverse=True)))
_LONE = re.compile(r"(?<![最太再更])[晚早]$")
"""周五晚八点; not 最晚八点, and not 晚点."""
_CLOCK = re.compile(
    rf"差(?P<less>{_N}{{1,3}}分钟?|一刻钟?)(?:到)?(?P<h0>{_N}{{1,3}})点钟?"
    rf"|(?P<h>{_N}{{1,3}})\s*(?:点钟?|时(?!间|候|长))(?:过)?\s*(?P<past>半|[一1][刻克]|[三3][刻克]|整|{_N}{{1,3}}(?=分)|[零〇]{_N}|{_N}{{2,3}}(?![个位人天])|五(?![个位人天十])|差{_N}+分)?分?(?P<less2>差{_N}{{1,3}}分)?"
    r"|(?<!\d)(?P<h2>[01]?\d|2[0-4])[:.](?P<m2>[0-5]\d)(?!\d)"
)
_KEYS = (
    "大后天", "大前天", "后天", "前天", "昨天", "今天", "明天", "今晚", "明晚", "明早", "下周", "上周",
    "这周", "本周", "星期", "礼拜", "上午", "下午", "中午", "晚上", "早上", "早晨", "凌晨", "傍晚",
    "点半", "点钟", "一刻", "三刻", "周末", "下个月", "这个月", "上个月", "以后", "之后", "小时", "分钟",
)  # fmt: skip
_MISHEARD = (
    (re.compile(r"^九(?=[一二两三四五六七八九十]+[点月号])|^9(?=[一二两三四五六七八九十]|\d{2}月)"), "就"),
    (re.compile(r"就(?=[一二三四五六日](?:[上中下]午|[早晚凌傍]))"), "周"),
    (re.compile(r"[中种钟终总]五(?=十二[点.:])"), "中午"),
    (re.compile(r"[中种钟终总]5(?=2[点.:])"), " 1"),
    (re.compile(r"(?<=[上午晨])[去其起期骑齐奇气]点"), "七点"),
    (re.compile(r"[微为威围]上(?=\S)"), "晚上"),
    (re.compile(r"(?<=[一二两三四五六七八九十\d])点(?=以?后.*[点时])"), "天"),
)
"""就三点, 就十二月三号, 中午十二点, 晚上八点: heard as numbers that no hour or month has, and as what means nothing."""
_UNITS, _AROUND = "号月点分", " ，。！？,.!?"
_LATER = re.compile(r"(?<=[一二两三四五六七八九十\d])点(?=以?后)")
_QUARTERS = str.maketrans("13克", "一三刻")
_TENS = ("", "十", "二十", "三十")
_ONES = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")


def parts_in(text: str, now: datetime, kind: SlotKind, alone: bool) -> Parts:
    """Return what `text` says of a moment; `alone`: a bare number may be an hour."""
    plain = by_sound(_put_right(even(text), kind))
    day = None
    for counted in _IN.finditer(plain):
        from_now = _counted(counted, now)
        if from_now and from_now.at:
            return from_now
        day = from_now.day if from_now else None
    day = day or _day(plain, now.date(), kind)
    spans = [(day.start, day.end)] if day else []
    part: Part = ENDS.get(plain[day.start : day.end][-1:], "") if day else ""
    rest = without(plain, spans)
    if clock := _clock(rest):
        spans.append((clock.start, clock.end))
        day = replace(day, part_at=day.end - 1) if day and part else day
        lone = _LONE.search(plain, 0, clock.start)
        part = ENDS[lone.group()] if lone else part
        rest = without(rest, spans)
    if found := _PART.search(rest):
        part = _part(found.group(), part, clock)
        spans.append(found.span())
        rest = without(rest, spans)
        if clock is None and found.group() == "午夜":
            clock = Clock(24, 0, *found.span(), "24")
    if part == "evening" and clock:
        part = "night"
    if clock is None and alone and kind.part != "date" and (bare := _bare(rest, kind, bool(day or part))):
        clock = bare
        spans.append((bare.start, bare.end))
    return Parts(day, clock, part, tuple(spans)) if spans else Parts()


def _part(word: str, before: Part, clock: Clock | None) -> Part:
    """Return the part of the day that `word` is; `before` is what the day's word was (今晚)."""
    if word == "凌晨" and before == "evening":
        return "night"
    # 上午四点 is misheard, 早上四点 is when one leaves for the airport.
    return "dawn" if word in EARLY and clock and clock.hour in (3, 4) else PARTS[word]


def _put_right(plain: str, kind: SlotKind) -> str:
    """`plain`, as long as before, without what can only have been misheard in a date or a time."""
    for pattern, meant in _MISHEARD:
        plain = pattern.sub(meant, plain)
    return _LATER.sub("天", plain) if kind.part == "date" else plain


# -- sounds ----------------------------------------------------------------------------------------------------


@lru_cache(1)
def _keys() -> dict[tuple[str, ...], str]:
    numbers = [*[ten + one for ten in _TENS for one in _ONES][1:32], "两"]
    keys = list(_KEYS)
    for number in numbers:
        keys += [f"{number}号", f"{number}月"] if len(number) <= 3 else []
        keys += [f"{number}分"] if number in ("十", "五", "十五", "二十", "四十", "五十") else []
        keys += [f"{number}点"] if number not in ("一", "七") and len(number) <= 2 else []
    keys += [f"{week}{day}" for week in ("周", "星期", "礼拜") for day in "一二三四五六日天"]
    keys = [key for key in keys if key not in ("一号", "二月")] + ["一号", "二月"]
    return {_sounds(key): key for key in sorted(keys, key=len)}


@lru_cache(8192)
def _sounds(words: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(sign, style=Style.NORMAL)[0] for sign in words)


@lru_cache(1024)
def by_sound(plain: str) -> str:
    """Return `plain` with what sounds like words of a date or a time written as those; as long as before."""
    keys, place, out = _keys(), 0, plain
    while place < len(out):
        for length in (4, 3, 2):
            part = out[place : place + length]
            if len(part) == length and all("\u3400" <= sign <= "\u9fff" for sign in part):
                key = keys.get(_sounds(part))
                if key and not _meant(part, out, place) and (_half_right(part, key) or out.strip(_AROUND) == part):
                    out = out[:place] + key + out[place + length :]
                    place += length - 2
                    break
        place += 1
    return out


def _half_right(part: str, key: str) -> bool:
    """Tell whether a number with its unit has a sign right: of 是好 and 那儿好 neither is, and both are said daily."""
    return key[-1] not in _UNITS or any(heard == meant for heard, meant in zip(part, key, strict=True))


def _meant(part: str, whole: str, place: int) -> bool:
    """Tell whether `part` stands for itself: 有点, 一点, 你好 and the like are no hours, and 是九点 is no 十九点."""
    before = whole[place - 1 : place]
    if part[0] == "是" and part[1] in _ONES:
        return True
    return part in ("时间", "世界", "事故", "实际") or (
        part[-1] in "好点" and before in ("你", "您", "有", "一", "早", "快")
    )


# -- days ------------------------------------------------------------------------------------------------------


def _day(plain: str, today: date, kind: SlotKind) -> Day | None:
    future = kind.prefer == "future"
    for rule in (_dated, _slashed, _week, _near, _of_month, _holiday, _loose):
        for day in rule(plain, today, future):
            return day
    return None


def _dated(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _DATED.finditer(plain):
        month, number = value_of(found["m"]), value_of(found["d"])
        year = _year(found["year"] or "", today)
        known = month and number and 1 <= month <= 12
        if known and (day := of_year(int(month or 0), int(number or 0), today, future, year)):
            yield Day(day, *found.span())


def _slashed(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _SLASHED.finditer(plain):
        month, number = int(found["m"] or found["m2"]), int(found["d"] or found["d2"])
        if 1 <= month <= 12 and (day := of_year(month, number, today, future, int(found["y"] or 0))):
            yield Day(day, *found.span(), 0.95)


def _week(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _WEEK.finditer(plain):
        at, how = WEEKDAYS[found["day"]], found["how"] or ""
        if how:
            weeks = how.count("下") - how.count("上") + how.count("再下")
            yield Day(in_week(at, weeks, today), *found.span(), 0.97)
            continue
        day = coming(at, today)
        if not future:
            yield Day(day - timedelta(days=7), *found.span())
        elif day == today + timedelta(days=7):
            yield Day(day, *found.span(), 0.65, "it may also be today")
        else:
            yield Day(day, *found.span(), 0.95, is_weekday=True)


def _near(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _NEAR.finditer(plain):
        yield Day(today + timedelta(days=NEAR[found.group()]), *found.span())


def _of_month(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _OF_MONTH.finditer(plain):
        number = value_of(found["d"])
        how = (found["how"] or "")[:1]
        months = {"这": 0, "本": 0, "当": 0, "下": 1, "上": -1, "": None}[how]
        # 月十一号: the month was said, and not heard.
        lost = not how and plain[found.start() - 1 : found.start()] == "月"
        if number and (day := of_month(int(number), today, future, months)):
            yield Day(day, *found.span(), 0.5 if lost else 1.0, guess=Guess.MONTH if lost else None)


def _holiday(plain: str, today: date, future: bool) -> Iterator[Day]:
    for found in _HOLIDAY.finditer(plain):
        month, number = HOLIDAYS[found.group()]
        if day := of_year(month, number, today, future):
            yield Day(day, *found.span(), 0.95)


def _loose(plain: str, today: date, future: bool) -> Iterator[Day]:
    """A week, month or weekend, of which the first day is taken."""
    for found in _LOOSE.finditer(plain):
        step = {"下": 1, "上": -1}.get((found["how"] or "")[:1], 0)
        unit = found["unit"] or ("周末" if found["we"] else "月")
        if unit == "月":
            day = months_on(today.replace(day=1), step)
            if found["me"] or found["end"] == "底":
                day = months_on(day, 1) - timedelta(days=1)
        elif unit == "年":
            day = date(today.year + step, 1, 1)
        else:
            day = in_week(5 if unit == "周末" else 0, step, today)
        yield Day(max(day, today) if future and step >= 0 else day, *found.span(), 0.4, guess=Guess.WHICH_DAY)


def _year(said: str, today: date) -> int:
    if not said:
        return 0
    if said in "今明后去":
        return today.year + {"今": 0, "明": 1, "后": 2, "去": -1}[said]
    return int(value_of(said) or 0)


def _counted(found: re.Match[str], now: datetime) -> Parts | None:
    count = value_of(found["n"] or found["n2"])
    unit = found["unit"] or found["unit2"]
    if count is None:
        return None
    amount = float(count) + (0.5 if found["half"] or found["half2"] else 0.0)
    sign = -1 if (found["way"] or "").endswith("前") else 1
    if unit in ("分钟", "小时", "钟头"):
        at = now + sign * timedelta(minutes=amount * (1 if unit == "分钟" else 60))
        return Parts(spans=(found.span(),), at=at.replace(second=0, microsecond=0))
    if unit == "月" and amount == 0.5:
        day = now.date() + sign * timedelta(days=15)
    elif unit in ("月", "年"):
        day = months_on(now.date(), sign * round(amount * (12 if unit == "年" else 1)))
    else:
        day = now.date() + sign * timedelta(days=round(amount * (1 if unit == "天" else 7)))
    return Parts(Day(day, *found.span(), 0.95), spans=(found.span(),))


# -- hours -----------------------------------------------------------------------------------------------------


def _clock(plain: str) -> Clock | None:
    for found in _CLOCK.finditer(plain):
        hour = value_of(found["h0"] or found["h"] or found["h2"])
        if hour is None or hour > 24 or hour != int(hour):
            continue
        minutes = int(hour) * 60 + _past(found)
        first = (found["h2"] or found["h"] or "")[:1]
        written = found["h2"] and (first == "0" or hour > 12)
        # 零点 begins the day that it is said of, and a day ends with 24点; 差五分一点 is 12:55, noon or night.
        before_one = 12 * 60 if hour and minutes < 60 else 24 * 60 if minutes < 0 else 0
        at, minute = divmod(minutes + before_one, 60)
        return Clock(at, minute, *found.span(), "24" if written or hour == 0 or hour > 12 else "")
    return None


def _past(found: re.Match[str]) -> int:
    """Minutes past the hour, negative before it."""
    if found["m2"]:
        return int(found["m2"])
    if less := found["less"] or found["less2"]:
        return -15 if "刻" in less else -int(value_of(less.strip("差分钟")) or 0)
    past = found["past"] or ""
    named = {"": 0, "整": 0, "半": 30, "一刻": 15, "三刻": 45}.get(past.translate(_QUARTERS))
    if named is not None:
        return named
    if past.startswith("差"):
        return -int(value_of(past.strip("差分")) or 0)
    minutes = value_of(past)
    return int(minutes) if minutes is not None and minutes < 60 else 0


def _bare(plain: str, kind: SlotKind, has_day: bool) -> Clock | None:
    if kind.part != "time" and not has_day:
        return None
    found = re.search(rf"{_N}{{1,3}}(?!{_N}|[天个位人口张件份间次套台周年岁块元])", plain)
    hour = value_of(found.group()) if found else None
    if found is None or hour is None or not 0 < hour <= 24:
        return None
    return Clock(int(hour), 0, *found.span(), "", 0.7, "only a number was said")
