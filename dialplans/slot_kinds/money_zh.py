"""Chinese amounts of money in a sentence: 一百二十块五, 三块五毛二, 五毛, 三万五, 120块5, 1200.5元."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from dialplans.slot_kinds.numerals_zh import NUMBER, value_of
from dialplans.slot_kinds.sentence import even

YUAN = {"块": "", "元": "CNY", "圆": "CNY", "快": "", "筷": "", "塊": "", "¥": "CNY"}
OTHERS = {"美元": "USD", "美金": "USD", "欧元": "EUR", "英镑": "GBP", "港币": "HKD", "港元": "HKD", "日元": "JPY",
          "人民币": "CNY", "元人民币": "CNY", "块钱": "CNY", "元钱": "CNY", "块人民币": "CNY"}  # fmt: skip
_DIGIT = r"[0-9零〇一二两三四五六七八九]"
_OTHER = "|".join(sorted(OTHERS, key=len, reverse=True))
_WHOLE = re.compile(rf"(?P<sign>[¥$€£])?\s*(?P<n>{NUMBER})\s*个?(?:(?P<other>{_OTHER})|(?P<yuan>[块元圆快筷塊]))?")
_AFTER = re.compile(
    rf"\s*(?P<and>[零〇])?(?:(?P<mao>{_DIGIT}|半)\s*(?P<m>[毛角猫帽])|(?P<bare>\d\d|{_DIGIT}|半)(?![{'十百千万0-9'}年月日号点个]))?"
    rf"(?:零?(?P<fen>{_DIGIT})\s*(?P<f>分)?)?钱?"
)
_SMALL = re.compile(
    rf"(?P<mao>{_DIGIT})\s*[毛角](?:(?P<fen>{_DIGIT})分?)?钱?|(?P<cents>{_DIGIT}|十{_DIGIT}?)分钱?(?!钟)"
)
_BARE_POINT = re.compile(r"[点.]")
_MEANT = frozenset("零〇一二两三四五六七八九十百千万亿块元角毛半点")
_SOUNDS = {
    "ling": "零", "yi": "一", "er": "二", "liang": "两", "san": "三", "si": "四", "wu": "五", "liu": "六", "qi": "七",
    "ba": "八", "jiu": "九", "shi": "十", "bai": "百", "qian": "千", "wan": "万", "kuai": "块", "mao": "毛",
    "yuan": "元",
}  # fmt: skip
SIGNS = {"¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
Amount = tuple[Decimal, int, int, str, str]


def amounts(text: str) -> Iterator[Amount]:
    """Yield (value, start, end, currency or "", why it is a guess or "") of each amount."""
    plain, place = by_sound(_pointed(even(text))), 0
    while place < len(plain):
        if small := _SMALL.match(plain, place):
            yield _small(small), small.start(), small.end(), "CNY", _guess(text, plain, small.start(), small.end())
            place = small.end()
        elif (whole := _WHOLE.match(plain, place)) and (value := value_of(whole["n"])) is not None and value >= 0:
            value, end, currency = _amount(plain, whole, value)
            yield value, whole.start(), end, currency, _guess(text, plain, whole.start(), end)
            place = end
        else:
            place += 1


def _pointed(plain: str) -> str:
    """Put right the points that a recogniser writes for 块: 8258.3毛5, 273.1.2; length stays."""
    plain = re.sub(r"(\d)\.(\d)(?=毛)", r"\1块\2", plain)
    return re.sub(r"(\d)\.(\d)\.(\d)(?![\d.])", r"\1.\2\3 ", re.sub(r"(?<=[万块元毛])亿", "一", plain))


@lru_cache(1024)
def by_sound(plain: str) -> str:
    """Return `plain` with rows of signs that sound like an amount written as that amount: 旧快起 is 九块七."""
    heard = [_sign(sign, plain[place + 1 : place + 2]) for place, sign in enumerate(plain)]
    out, place = list(plain), 0
    while place < len(plain):
        end = place
        while end < len(plain) and heard[end]:
            end += 1
        row = "".join(heard[place:end])
        if len(row) > 1 and any(sign in "百千万块元毛" for sign in row):
            out[place:end] = row
        place = max(end, place + 1)
    return "".join(out)


def _sign(sign: str, after: str) -> str:
    """What `sign` stands for in an amount, "" for nothing; little words count only before a unit."""
    if sign in _MEANT or sign.isdecimal():
        return sign
    if not "\u3400" <= sign <= "\u9fff" or sign in "钱圆美欧":
        return ""
    heard = _SOUNDS.get(_sound(sign), "")
    little = sign in "就是把吧以已一意也我有五舞时事士"
    return "" if little and _SOUNDS.get(_sound(after), "x") not in "十百千万块元毛" else heard


@lru_cache(4096)
def _sound(sign: str) -> str:
    return lazy_pinyin(sign, style=Style.NORMAL)[0] if sign else ""


def _guess(text: str, plain: str, start: int, end: int) -> str:
    said = even(text)[start:end]
    return "" if said == plain[start:end] else f"'{said}' sounds like it"


def _small(found: re.Match[str]) -> Decimal:
    if found["cents"]:
        return (value_of(found["cents"]) or Decimal(0)) / 100
    return _digit(found["mao"]) / 10 + (_digit(found["fen"]) / 100 if found["fen"] else 0)


def _amount(plain: str, whole: re.Match[str], value: Decimal) -> tuple[Decimal, int, str]:
    if whole["sign"]:
        return value, whole.end(), SIGNS[whole["sign"]]
    if whole["other"]:
        return value, whole.end(), OTHERS[whole["other"]]
    if not whole["yuan"]:
        return value, whole.end(), ""
    after = _AFTER.match(plain, whole.end())
    if not after or not after.group().strip():
        return value, whole.end(), "CNY"
    return value + _rest(after), after.end(), "CNY"


def _rest(after: re.Match[str]) -> Decimal:
    """What follows the 块: 五毛二, 五 (fifty), 零五 (five), 50."""
    fen = _digit(after["fen"]) / 100 if after["fen"] else Decimal(0)
    if after["mao"]:
        return _digit(after["mao"]) / 10 + fen
    bare = after["bare"]
    if not bare:
        return fen
    if after["and"] or len(bare) == 2:
        return Decimal(value_of(bare) or 0) / 100
    return _digit(bare) / 10 + fen


def _digit(sign: str) -> Decimal:
    """The digit; 半 as five tenths."""
    return Decimal(5) if sign == "半" else value_of(sign) or Decimal(0)
