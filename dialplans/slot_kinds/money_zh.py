"""Chinese amounts of money in a sentence: 一百二十块五, 三块五毛二, 五毛, 三万五, 120块5, 1200.5元."""

import re
from collections.abc import Iterator
from decimal import Decimal

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
SIGNS = {"¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
Amount = tuple[Decimal, int, int, str, bool]


def amounts(text: str) -> Iterator[Amount]:
    """Yield (value, start, end, currency or "", whether it is a guess) of each amount."""
    plain, place = even(text), 0
    while place < len(plain):
        if small := _SMALL.match(plain, place):
            yield _small(small), small.start(), small.end(), "CNY", False
            place = small.end()
        elif (whole := _WHOLE.match(plain, place)) and (value := value_of(whole["n"])) is not None and value >= 0:
            value, end, currency, guess = _amount(plain, whole, value)
            yield value, whole.start(), end, currency, guess
            place = end
        else:
            place += 1


def _small(found: re.Match[str]) -> Decimal:
    if found["cents"]:
        return (value_of(found["cents"]) or Decimal(0)) / 100
    return _digit(found["mao"]) / 10 + (_digit(found["fen"]) / 100 if found["fen"] else 0)


def _amount(plain: str, whole: re.Match[str], value: Decimal) -> tuple[Decimal, int, str, bool]:
    if whole["sign"]:
        return value, whole.end(), SIGNS[whole["sign"]], False
    if whole["other"]:
        return value, whole.end(), OTHERS[whole["other"]], False
    if not whole["yuan"]:
        return value, whole.end(), "", False
    after = _AFTER.match(plain, whole.end())
    if not after or not after.group().strip():
        return value, whole.end(), "CNY", False
    return value + _rest(after), after.end(), "CNY", False


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
