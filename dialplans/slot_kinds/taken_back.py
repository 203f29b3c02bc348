"""What a caller takes back in the same breath: "Friday, no, Saturday", "not Friday", 周五不行，周六吧. Pure."""

import re
from collections.abc import Mapping

from dialplans.slot_kinds.calendar_words_en import ORDINAL, SMALL_WORD
from dialplans.slot_kinds.days_en import WEEKDAY
from dialplans.slot_kinds.sentence import even, without

CHOSEN = ("number", "money", "moment", "list")
"""Types of slots that would take what isn't wanted for what is."""
_SO_EN = r"(?:no|nope|sorry|wait|i mean|i meant|make (?:that|it)|rather|actually|scratch that|correction|let's say)"
_NO_SUCH = (
    r"(?! (?:problem|later|earlier|more|less|fewer|one|idea|need|preference|matter|thanks|worries|rush|hurry|doubt))"
)
_SO_ZH = "(?:不对|不不|说错了|我说错了|错了|搞错了|弄错了|等等|等一下|更正|抱歉|对不起|(?:不是|不)(?=[，,。！、 ]))"
TURNS: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        rf"(?:[,.;!?…–-]+\s*(?:(?:oh|uh|um|er|ah|or)\b[,\s]*)*{_SO_EN}\b{_NO_SUCH}"
        r"|\s(?:oh no|no wait|no sorry|sorry no|i mean|i meant|make that|or rather|scratch that)\b)"
        rf"(?:[,.!\s]+(?:{_SO_EN}|it's|that's|not that)\b)*[,.!\s]*"
    ),
    "zh": re.compile(
        rf"[，,。！、\s]*(?:[哦啊呃噢嗯诶哎][，,\s]*)*(?:{_SO_ZH}|[哦啊噢]不(?!是|对))(?:[，,。！、\s]*{_SO_ZH})*[，,。！、\s]*"
        r"(?:是|应该是?|我是说|我说的是|改成)?|[，,]\s*还是(?=.{1,12}吧)|改[成到为]"
    ),
}
"""Between what is taken back and what is said instead."""
_NUMBER_EN = rf"\d+|{SMALL_WORD}|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|{ORDINAL}|{WEEKDAY}|tomorrow|today|tonight"
_N, _DAY = "[零〇一二两三四五六七八九十\\d]", "[明后今]天|(?:下个?)?(?:周|星期|礼拜)[一二三四五六日天]"
BARE: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        rf"\b(?:\d+(?:[ap]m)?|{_NUMBER_EN}|hundred|thousand|o'?clock|[ap]\.?m\.?|(?P<of>people|persons?|guests?|us|adults?)"
        r"|dollars?|euros?|pounds?|bucks|morning|afternoon|evening|night|noon|midnight)"
        rf"(?P<turn>\s+(?:{_SO_EN}{_NO_SUCH}\s+)+)"
        rf"(?(of)(?!at\b|(?:{_NUMBER_EN})\s*(?:o'?clock|[ap]\.?m)\b))(?=(?:(?:at|on|for|the|maybe|it's)\s+)*"
        rf"(?:{_NUMBER_EN}|next|half|(?:a )?quarter|noon|midnight)\b)"
    ),
    "zh": re.compile(
        rf"(?:[点钟半刻整分号日个位名人块元毛钱张份间天晚次件]|[周期拜][一二三四五六])(?P<turn>不)"
        rf"(?!(?<=[个位名人块元毛钱张份间天晚次件]不){_N}+[点号月])"
        rf"(?={_N}(?![样定直起般会])|{_DAY}|[上下中]午|[早晚]上)"
    ),
}
"""The same without a pause: "at eight no nine", 八点不九点; only between a value and the beginning of one.

What is counted is no hour: 五个人不三点来 takes no five back.
"""
_OR = {"en": re.compile(r"\bor\b"), "zh": re.compile("还是|或者?|(?<=不是).{1,12}?就是")}
_ORDINAL = re.compile(
    r"\b(?:first|second|third|(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|twentie|thirtie)th|\d{1,2}(?:st|nd|rd|th))\s+or\s+(?:on\s+)?(?:the\s+)?(?!so\b)\w"
)
"""A day that has its month behind the other: "the third or the fourth of May"."""
_REFUSED: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<!if )(?<!why )\bnot (?!before|later|earlier|until|till|after|more|less|only|just|too|sure|bad).{1,30}?"
        r"(?=[,.;]|\bbut\b|$)"
        r"|\b(?:instead of|rather than|anything but|except)\b.{1,30}?(?=[,.;]|$)"
        r"|\b(?:change|move|switch|reschedule)\w*\b.{0,20}?\bfrom\b.{1,30}?(?=\bto\b)"
        r"|\b(?:can't|cannot|couldn't|can not) (?:do|make|come)\b(?!.{0,20}\b(?:before|until|till)\b)"
        r".{1,30}?(?=[,.;]|\bbut\b|\bso\b|\bcan\b|\bcould\b|$)"
        r"|[^,.;]{1,30}\b(?:(?:doesn't|does not|won't|will not|wouldn't) (?:work|suit|do)|is (?:no good|bad|not good)"
        r"|isn't good)\b"
    ),
    "zh": re.compile(
        "(?<!是)不是(?!吗|[^，,。；]{1,12}?[，,]?就是).{1,12}?(?=[，,。；]|而?是|$)|(?<!要)不要(?!紧).{1,12}?(?=[，,。；]|$)|(?:除了|别约).{1,12}?(?=[，,。；]|$)"
        "|[^，,。；]{1,12}?(?:(?<!行)不行|没空|没时间|(?<!方)不方便|(?<!可)不可以|去不了|来不了|不太行|有事儿?)(?!吗|[?？])"
    ),
}


def without_refused(text: str, language: str) -> str:
    """Return `text` with what isn't wanted replaced by as many bars: "not Friday", 周五不行."""
    return without(text, [found.span() for found in _REFUSED[language].finditer(even(text))])


def after_or(text: str, language: str) -> str:
    """Return what `text` says behind an "or" (behind 就是 of 不是…就是), "" where it has none."""
    found = _OR[language].search(even(text))
    return text[found.end() :] if found else ""


def left_open(text: str, language: str) -> bool:
    """Tell whether a day stands before an "or" without its month: "the third or the fourth of May"."""
    return language == "en" and bool(_ORDINAL.search(even(text)))


def turns(text: str, language: str) -> list[tuple[int, int]]:
    """Return where `text` takes something back ("no", 不对): from and to, in order."""
    paused = [found.span() for found in TURNS[language].finditer(even(text))]
    return sorted(paused + [found.span("turn") for found in BARE[language].finditer(even(text))])


def turn(text: str, language: str) -> tuple[str, str] | None:
    """Return what was said before the last turn of `text` and what behind it; None where it has none."""
    found = turns(text, language)
    if not found:
        return None
    start, end = found[-1]
    before, after = text[:start], text[end:]
    return (before, after) if before.strip(" ,.，。") and after.strip(" ,.，。！!?？") else None
