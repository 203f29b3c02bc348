"""How values are said in Chinese. Pure."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal

from asr_tts import spoken_text_zh as text

DAYS = "一二三四五六日"
NEAR = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
CURRENCIES = {
    "USD": "美元", "CAD": "加元", "AUD": "澳元", "EUR": "欧元", "GBP": "英镑", "CNY": "元", "RMB": "元", "HKD": "港元",
    "SGD": "新加坡元", "JPY": "日元", "CHF": "瑞士法郎",
}  # fmt: skip
SIGNS = {"@": "艾特", ".": "点", "-": "杠", "_": "下划线", "+": "加", "/": "斜杠", "#": "井号", "*": "星号"}


class Words:
    """Each value in words."""

    @staticmethod
    def digits(signs: str) -> str:
        runs = re.findall(r"\d+|\D+", signs)
        return "，".join(_spelled(group) for run in runs for group in _groups(run))

    @staticmethod
    def spelled(signs: str) -> str:
        return _spelled(signs)

    @staticmethod
    def number(value: Decimal) -> str:
        words = text.cardinal(f"{abs(value):f}".removesuffix(".0"))
        return f"负{words}" if value < 0 else words

    @staticmethod
    def ordinal(value: int) -> str:
        return "第" + text.cardinal(str(value))

    @staticmethod
    def percent(value: Decimal) -> str:
        return f"{'负' if value < 0 else ''}百分之{Words.number(abs(value))}"

    @staticmethod
    def money(value: Decimal, currency: str) -> str:
        unit = CURRENCIES.get(currency, " ".join(currency))
        sign = "负" if value < 0 else ""
        whole, _, fraction = f"{abs(value):.2f}".partition(".")
        if unit == "元":
            return sign + text.yuan(whole, fraction)
        shown = f"{whole}.{fraction}".rstrip("0").rstrip(".")
        return f"{sign}{text.cardinal(shown, counting=True)}{unit}"

    @staticmethod
    def date(day: datetime.date, today: datetime.date | None) -> str:
        near = (day - today).days if today else None
        if near in NEAR:
            return NEAR[near]
        words = f"{text.cardinal(str(day.month))}月{text.cardinal(str(day.day))}号"
        far = today is None or (day.year != today.year and abs((day - today).days) > 180)
        year = f"{text.digits(str(day.year))}年" if far else ""
        return f"{year}{words}星期{DAYS[day.weekday()]}"

    @staticmethod
    def weekday(day: int) -> str:
        return f"星期{DAYS[day]}"

    @staticmethod
    def time(hour: int, minute: int) -> str:
        part = "凌晨" if hour < 6 else "早上" if hour < 9 else "上午" if hour < 12 else "中午" if hour == 12 else ""
        part = part or ("下午" if hour < 18 else "晚上")
        words = f"{part}{text.cardinal(str(hour % 12 or (12 if hour else 0)), counting=True)}点"
        if minute == 30:
            return words + "半"
        if minute:
            words += ("零" if minute < 10 else "") + text.cardinal(str(minute)) + "分"
        return words

    @staticmethod
    def moment(day: str, hour: str) -> str:
        return day + hour

    @staticmethod
    def phone(groups: Sequence[str], abroad: bool) -> str:
        cut = [part for group in groups for part in _groups(group)]
        return ("加" if abroad else "") + "，".join(text.digits(group, telephone=True) for group in cut)

    @staticmethod
    def email(address: str) -> str:
        parts = re.findall(r"[A-Za-z]+|\d|[^A-Za-z\d\s]", address)
        return " ".join(text.digits(part) or SIGNS.get(part) or part for part in parts)

    @staticmethod
    def agreement(agrees: bool) -> str:
        return "是" if agrees else "不是"

    @staticmethod
    def row(items: Sequence[str]) -> str:
        return "和".join(part for part in ("、".join(items[:-1]), *items[-1:]) if part)


def _groups(signs: str) -> list[str]:
    """A mobile number is said 3-4-4; the rest in threes and fours."""
    groups = []
    while len(signs) > 5:
        size = 3 if len(signs) in (11, 10, 7, 6) else 4
        groups.append(signs[:size])
        signs = signs[size:]
    return [*groups, signs]


def _spelled(signs: str) -> str:
    parts = (text.digits(c, telephone=True) or SIGNS.get(c) or c.upper() for c in signs if not c.isspace())
    return "".join(f" {part} " if part.isascii() else part for part in parts).replace("  ", " ").strip()
