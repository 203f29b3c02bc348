"""Numbers and counts: "a table for four", "three and a half", 四位, 两千三."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from asr_tts.spoken_values import said
from dialplans.slot_kinds import digits_en, digits_zh, numerals_en, numerals_zh
from dialplans.slot_kinds.agreement import yes_or_no
from dialplans.slot_kinds.calendar_words_en import NUMBER
from dialplans.slot_kinds.kind import Found, SlotKind
from dialplans.slot_kinds.people import KIN_EN, KIN_ZH, Party, party
from dialplans.slot_kinds.sentence import even, tokens, without

PEOPLE = re.compile(
    r"\s*(?:people|persons?|guests?|adults?|of us|seats?|places?|tickets?|items?|pieces?|nights?|times)\b"
)
FOR = re.compile(r"\b(?:for|party of|group of|we are|we're|there are|there will be|of|about|around)\s+$")
TABLE_FOR = re.compile(r"\b(?:table|booking|reservation|seats|places|room) for\s+$")
CLOCK = re.compile(r"\s*(?:o'?clock|[ap]\.?m\b|thirty|fifteen|forty|:)|\s*in the\b|\s*(?:at|this|to)?\s*night")
SEATED = re.compile(r"(?:[订定]|预[订约定]|[桌座]位?|[要来])(?:个|一[个张桌])?\s*$")
"""What stands before for how many it is to be, whoever they are: "a table for six", 订六位."""
PRONOUN = re.compile(r"\b(?:the|this|that|which|no|any|every|some)\s+$")
PERSONS = re.compile(r"\s*(?:个人|位|人|口)")
ARTICLE = re.compile(r"\s*[张个](?:桌|位[子置]|座|台|包间|包厢|餐位|预约|预订|订单|问题)")
"""What 一 stands before without counting it: 订一张桌子 is "book a table"."""
TOGETHER = re.compile(r"\s*(?:对(?:夫妻|夫妇|情侣)|大?家(?:子|人)(?!口)|群|帮(?:人|朋友)|大帮)")
"""一家人, 一群朋友: one of what is several people."""
WEEKDAY = re.compile(r"(?<![一两二三四五六七八九十每几\d])(?:周|星期|礼拜)[一二三四五六](?!\s*[个位])")
"""A day whose number counts nothing: 周六 is no six; but 一周三次 and 这周三个人 are three."""
NO_COUNT = -2
MEASURE = re.compile(r"\s*(?:个人|位|人|个|张|件|份|间|晚|天|次|套|本|台|只|双|瓶|箱|盒|斤|公斤|口)")
NOT_A_COUNT = re.compile(r"\s*(?:点|号|月|日|年|分钟|半|下|些|起|般|样|定|直|共)|\s*个(?!人)")
_TWO_EN = rf"(?:me and my {KIN_EN}|my {KIN_EN} and (?:i|me|myself)|both of us|us both)"
_TWO_ZH = f"(?:一对(?:夫妻|夫妇|情侣)|我们?俩|咱们?俩|(?:我们|咱们)?两口子|我[和跟与同]我?{KIN_ZH})"
_ONE_EN = "(?:me|myself|by myself|on my own|alone|nobody else)"
_ONE_ZH = "(?:(?:就|只有|只是|就是)我(?:自己)?|我自己|没有?别人)"
_BEFORE_EN = (
    "(?:well|oh|um|uh|no|yes|yeah|okay|so|just|only|for|a|table|the|it'?s|it is|it'?ll|it will|it would|there'?s"
    "|there is|there'?ll|there will|that'?s|that is|be|i'?m|i am|i'?ll|i will|coming|come|we'?re|we are)"
)
_BEHIND_EN = "(?:please|thanks|thank you|only|then|today|tonight)"
_BEFORE_ZH = r"(?:嗯|呃|啊|哦|那|不\W+|对|就|只|是|有|一共|总共)"
_BEHIND_ZH = "(?:个?人|一起|来|去|吃|吧|啊|呢|了|都|就行|而已|谢谢)"


def _whole_en(who: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{_BEFORE_EN}\W+)*{who}(?:\W+{_ONE_EN})*(?:\W+{_BEHIND_EN})*\W*")


def _whole_zh(who: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{_BEFORE_ZH}\W*)*{who}(?:{_BEHIND_ZH}|\W|没有?别人)*")


OURSELVES: Mapping[str, tuple[tuple[int, re.Pattern[str]], ...]] = {
    "en": ((2, _whole_en(_TWO_EN)), (1, _whole_en(_ONE_EN))),
    "zh": ((3, _whole_zh("(?:我们?仨|(?:我们)?一家三口|我们三口)")), (2, _whole_zh(_TWO_ZH)), (1, _whole_zh(_ONE_ZH))),
}
"""How many are named by whom, the most first. It is all that was said: "me and my wife and the kids" are not two."""
JOINED = {
    "en": re.compile(rf"\b{_TWO_EN}\W+(?:and|with|plus)\b"),
    "zh": re.compile(rf"{_TWO_ZH}(?:个?人)?\W*(?:[和跟与带加]|还[有带]|外加|另外)"),
}
"""Who comes along besides: 我们俩带孩子 are more than the 俩 counts."""
RANGE = {
    "en": re.compile(rf"\b{NUMBER}\s+(?:to|or)\s+{NUMBER}$"),
    "zh": re.compile(r"[一两二三四五六七八九十\d]个?(?:到|至|或者?)[一两二三四五六七八九十\d]+$"),
}
"""Two to three people are two, or three."""
SOUNDED, RIVALLED, LONE = 0.55, 0.6, 0.95


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the number of `text` that fits the kind's bounds; where it has several, the likeliest and less surely."""
    options = [(value, start, end, _weight(text, start, end, language)) for value, start, end in _all(text, language)]
    options = [option for option in options if fits(kind, option[0]) and option[3] > (NO_COUNT if alone else -1)]
    if together := party(text, language):
        return _total(kind, together, text, options, language) or _together(kind, together, text, options, language)
    if not options:
        return (_ourselves(kind, text, language) or _alike(kind, text, language)) if alone else None
    best = max(options, key=lambda option: option[3])
    rivals = {option[0] for option in options if option[3] == best[3]} - {best[0]}
    note = f"{', '.join(map(str, sorted(rivals)))} was said too" if rivals else ""
    if not rivals and RANGE[language].search(even(text[: best[2]])):
        note = "from one number to another was said"
    elif not rivals and JOINED[language].search(even(text)):
        note = "others were named too"
    return _found(best[0], best[1], best[2], language, RIVALLED if note else LONE, note)


def _together(
    kind: SlotKind, together: Party, text: str, options: Sequence[tuple[Decimal, int, int, int]], language: str
) -> Found | None:
    """Return the sum of people who are counted in groups; less surely where another number of people is said."""
    if together.count is None or not fits(kind, Decimal(together.count)):
        return None
    outside = {
        value
        for value, start, end, weight in options
        if not together.start <= start < together.end and (weight > 1 or _is_for(text, start, end, language))
    }
    note = ", ".join(map(str, sorted(outside - {Decimal(together.count)})))
    sure = RIVALLED if note else LONE
    return _found(
        Decimal(together.count), together.start, together.end, language, sure, f"{note} was said too" * bool(note)
    )


def _total(
    kind: SlotKind, together: Party, text: str, options: Sequence[tuple[Decimal, int, int, int]], language: str
) -> Found | None:
    """Return for how many it is said to be, where that is no count of groups: "a friend and I want a table for six".

    Less surely where the groups differ. None where all is said in groups, or several numbers are.
    """
    named = [
        (value, start, end)
        for value, start, end, _ in options
        if not together.start <= start < together.end and _is_total(text, start, end, language, together.count is None)
    ]
    if len({value for value, _, _ in named}) != 1:
        return None
    value, start, end = named[0]
    differs = together.count is not None and together.count != value
    note = f"{together.count} was said too" if differs else ""
    return _found(value, start, end, language, RIVALLED if note else LONE, note)


def _is_total(text: str, start: int, end: int, language: str, alone: bool) -> bool:
    """Tell whether a number is for how many it is to be; `alone`: nothing else tells how many they are."""
    before, after = even(text[:start]), even(text[end:])
    if language == "zh":
        return bool((SEATED.search(before) or alone) and PERSONS.match(after))
    return bool(TABLE_FOR.search(before) and not CLOCK.match(after))


def _is_for(text: str, start: int, end: int, language: str) -> bool:
    """Tell whether an English "for" is before the number, which may be people or an hour."""
    return language == "en" and bool(re.search(r"\bfor\s+$", even(text[:start]))) and not CLOCK.match(even(text[end:]))


def fits(kind: SlotKind, value: Decimal) -> bool:
    """Tell whether `value` is within the kind's bounds, and whole where it has to be."""
    least, most = kind.least, kind.most
    if kind.whole and value != int(value):
        return False
    return (least is None or value >= Decimal(str(least))) and (most is None or value <= Decimal(str(most)))


def _all(text: str, language: str) -> Iterator[tuple[Decimal, int, int]]:
    if language == "zh":
        for found in numerals_zh.numerals(without(text, [day.span() for day in WEEKDAY.finditer(even(text))])):
            yield found.value, found.start, found.end
        return
    row = numerals_en.pieces(text)
    for numeral in numerals_en.numerals(text):
        yield numeral.value, row[numeral.first].start, row[numeral.last - 1].end


def _weight(text: str, start: int, end: int, language: str) -> int:
    """How much the words around a number say that it counts something."""
    before, after = even(text[:start]), even(text[end:])
    if language == "zh":
        single = text[start:end] in ("一", "1")
        if single and (TOGETHER.match(after) or (after.startswith("家") and before.endswith(("们", "咱", "全")))):
            return NO_COUNT
        if single and ARTICLE.match(after):
            return -1
        if MEASURE.match(after) and not NOT_A_COUNT.match(after):
            return 1 if single and not PERSONS.match(after) else 2
        return -1 if before.endswith("第") else 0 if not NOT_A_COUNT.match(after) else 0 - (text[start:end] == "一")
    if PEOPLE.match(after):
        return 2
    if text[start:end].lower() == "one" and PRONOUN.search(before):
        return -1
    return 1 if FOR.search(before) else 0


def _ourselves(kind: SlotKind, text: str, language: str) -> Found | None:
    """How many people callers are who name them: "just me", "my wife and I", 就我自己, 我们俩."""
    for count, pattern in OURSELVES[language]:
        found = pattern.fullmatch(even(text))
        if found and fits(kind, Decimal(count)):
            return _found(Decimal(count), found.start(), found.end(), language, LONE, "")
    return None


def _alike(kind: SlotKind, text: str, language: str) -> Found | None:
    """A word that only sounds like a number, where hardly anything else was said: "for." is a 4."""
    around = digits_zh.AROUND if language == "zh" else digits_en.AROUND - {"for", "to"}
    rest = [token for token in tokens(text) if token.word not in around or token.word in "是在"]
    rest = [token for token in rest if not (language == "zh" and token.word in "个位人")]
    # "That is fine" agrees, though "fine." alone may be a five.
    if len(rest) != 1 or (language == "en" and len(tokens(text)) > 1 and yes_or_no(text, "en")[0]):
        return None
    word = rest[0]
    if word.word == "要":
        return None  # 幺 stands in rows of digits; 我就要 counts nothing
    sounded = digits_zh.sounds_like(word.word) if language == "zh" else digits_en.ALIKE.get(word.word, "")
    if not sounded or not fits(kind, Decimal(sounded)):
        return None
    return _found(Decimal(sounded), word.start, word.end, language, SOUNDED, f"'{word.word}' sounds like {sounded}")


def _found(value: Decimal, start: int, end: int, language: str, confidence: float, note: str) -> Found:
    shown: int | float = int(value) if value == int(value) else float(value)
    return Found(shown, start, end, confidence, said(shown, "number", language), note)
