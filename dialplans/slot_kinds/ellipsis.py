"""What is said instead by its bare part: "at eight pm, no, nine" is at nine pm, 下周二，不，周三 is 下周三. Pure."""

import re
from collections.abc import Mapping

from dialplans.slot_kinds.calendar_words_en import ORDINAL, SMALL_WORD
from dialplans.slot_kinds.days_en import WEEKDAY
from dialplans.slot_kinds.sentence import even

_DIGITS = r"\d+(?:[:.,]\d+)*(?!\d|\s?(?:st|nd|rd|th)\b)"
_WORD = rf"(?:{SMALL_WORD}|oh|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand)\b"
_NUMERAL = rf"(?:{_DIGITS}|{_WORD})(?:[\s-]+(?:and\s+)?(?:{_DIGITS}|{_WORD}))*"
_HOUR = rf"(?:(?:half|(?:a )?quarter|{_NUMERAL}(?: minutes)?)\s+(?:past|to|after)\s+)?{_NUMERAL}"
_ENDS = (
    r"(?=\s*(?:$|[,.!?;|])|\s+(?:please|then|thanks|thank|instead|rather|actually|sorry|for|at|on|in|tomorrow|today"
    r"|tonight|with|next|this)\b)"
)
"""What may follow a bare part; a unit ("four people") makes it a whole one."""
_LEADS = r"(?:(?:um|uh|er|maybe|rather|make (?:it|that)|it's|that's)\b[,\s]*)*"
_N = r"[零〇一二两三四五六七八九十百千万\d]+"
_CLOCK = rf"{_N}点钟?(?:半|[一三]刻|整|[零〇]?{_N}分|[零〇]{_N}|(?>{_N})(?![个位人名张份间天晚次件块号日月]))?"
_WEEK = "(?:周|星期|礼拜)[一二三四五六日天]"
_ENDS_ZH = r"(?=\s*(?:$|[,。.!！?？、|])|吧|了|好了|呢|啊)"
_NOT_OF_WEEK = "(?<![周期拜])"
"""周五四个人 are four: the 五 is the day's."""
_WHOLE_ZH = (
    _CLOCK, f"{_N}[号日]", _WEEK, f"{_N}[块元](?:钱|{_N}[毛角]?(?:{_N}分?)?)?",
    f"{_N}个?大人?", f"{_N}个?(?:小(?!时)孩?|孩子)",
    *(f"{_N}{unit}" for unit in ("个人?", "位", "人", "名", "张", "份", "间", "天", "晚", "次", "件")),
)  # fmt: skip


def _rule(head: str, among: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"{_LEADS}(?:on\s+)?(?:the\s+)?(?P<it>\b(?:{head})){_ENDS}"), re.compile(rf"\b(?:{among})")


RULES: Mapping[str, tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]] = {
    "en": (
        *(_rule(part, part) for part in (
            rf"{ORDINAL}\b", rf"{WEEKDAY}\b", rf"{_NUMERAL} adults?\b", rf"{_NUMERAL} (?:child(?:ren)?|kids?)\b",
        )),
        _rule(_NUMERAL, _HOUR),
    ),
    "zh": tuple((re.compile(rf"\s*(?P<it>{part})"), re.compile(_NOT_OF_WEEK + part)) for part in _WHOLE_ZH),
}  # fmt: skip
"""How a bare part begins what is said instead, and what before it may stand for: of that the last is meant."""
NUMBER_ZH = re.compile(rf"\s*(?P<it>{_N}){_ENDS_ZH}"), re.compile(rf"(?<=[周期拜])[一二三四五六日天]|{_CLOCK}|{_N}")
"""The same of a number without its unit: 三位，不，四."""
_FRACTION = re.compile(r"(?:[块元毛角]|(?:dollars?|euros?|pounds?|bucks)(?: and)?\s+|\bpoint\s+)零?$")
_HALVES = re.compile(r"\s+and (?:a|one|three) (?:half|quarters?)\b|个?[块元]?半")
"""Before and behind a part of a number: of 十块五 and "two and a half" a bare number says the whole anew."""
_MINUTES = re.compile(r"1[3-9]|[2-5]\d|十[三四五六七八九]|[二三四五]十[一二三四五六七八九]?")
"""Numbers that are said of minutes: of 三点十分，不，二十 the hour stays."""


def completed(before: str, after: str, language: str) -> str:
    """Return the sentence that is meant by `before` and, instead of a part of it, `after`; "" where that says a whole.

    ("for four at eight pm", "nine") -> "for four at nine pm"; (三月四号, 五号) -> 三月五号.
    """
    for head, among in (*RULES[language], NUMBER_ZH):
        said = head.match(even(after))
        stood = list(among.finditer(even(before))) if said else []
        if said and stood:
            start, end = stood[-1].span()
            if _says_more(before[:start] + before[end:], after[said.end() :], language):
                return ""
            if _FRACTION.search(even(before[:start])) or _HALVES.match(even(before[end:])):
                return ""
            meant = _as_hour(before[start:end], after[slice(*said.span("it"))])
            return before[:start] + meant + before[end:] + after[said.end() :]
    return ""


def _as_hour(stood: str, said: str) -> str:
    """Return `said`, where an hour `stood`, as a part of one: 九 behind 八点半 is the hour, 二十 the minutes."""
    hour, point, minutes = stood.partition("点")
    if not point or "点" in said:
        return said
    return f"{hour}点{said}分" if minutes.strip("钟整") and _MINUTES.fullmatch(said) else said + "点"


def is_number(after: str, language: str) -> bool:
    """Tell whether `after` begins with a bare number, which may stand for one of several: "no, three"."""
    return bool((NUMBER_ZH if language == "zh" else RULES["en"][-1])[0].match(even(after)))


def _says_more(before: str, after: str, language: str) -> bool:
    """Tell whether `after` says another part anew, too: of "Friday at three, no, Saturday at four" no part is bare."""
    return any(among.search(even(before)) and among.search(even(after)) for _, among in RULES[language])
