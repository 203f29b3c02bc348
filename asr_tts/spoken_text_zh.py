"""How Chinese is read out: one rule a kind of writing, tried in order; each finds its pattern and says it. Pure.

Numbers that count something take 两 before a measure word, numbers that name something are read digit by digit,
with 幺 for 1 in telephone and order numbers as on any Chinese telephone.
"""

import re
from collections.abc import Callable

import cn2an

Match = re.Match[str]
_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_CURRENCIES = {
    "¥": "元", "CNY": "元", "RMB": "元", "人民币": "元", "$": "美元", "US$": "美元", "USD": "美元",
    "€": "欧元", "EUR": "欧元", "£": "英镑", "GBP": "英镑", "HK$": "港元", "HKD": "港元",
}  # fmt: skip
_NAMED_MONEY = "元|块钱|块|美元|欧元|英镑|港元|日元|人民币"
_UNITS = {
    "km/h": "公里每小时", "km": "公里", "cm": "厘米", "mm": "毫米", "m²": "平方米", "m": "米", "kg": "公斤",
    "mg": "毫克", "g": "克", "ml": "毫升", "mL": "毫升", "L": "升", "l": "升", "kWh": "度", "kW": "千瓦",
    "GB": "个G", "MB": "兆", "Mbps": "兆每秒", "℃": "摄氏度", "°C": "摄氏度", "°F": "华氏度", "°": "度", "min": "分钟",
    "h": "小时", "s": "秒", "ms": "毫秒",
}  # fmt: skip
_MEASURE = (
    r"个|位|名|件|次|天|年(?!\d)|周|分钟|小时|点|台|张|条|本|份|种|块|元|杯|瓶|只|家|笔|项|页|层|辆|套|箱|斤|公斤|公里|米|秒"
    "|[万千亿]|号线"
)
_SIGNS = {
    "&": "和", "@": "艾特", "+": "加", "=": "等于", "%": "百分之", "#": "井号", "*": "星号", "/": "斜杠",
    "\\": "反斜杠", "_": "下划线", "<": "小于", ">": "大于", "~": "到", "°": "度", "×": "乘", "÷": "除以",
    "$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "℃": "摄氏度", "|": " ", "[": "，", "]": "，", "{": " ", "}": " ",
    "^": " ", "`": " ", "•": "，", "·": " ", "—": "，", "–": "到", "～": "到",
}  # fmt: skip
_TELEPHONE_WORDS = (
    r"(?:电话|手机|号码|热线|拨打|致电|联系|工号|尾号|编号|单号|订单号|账号|卡号|验证码|密码|邮编|分机|房间号)"
)


def read(text: str) -> str:
    """The text with everything that isn't a plain word said in words."""
    for pattern, say in _RULES:
        text = pattern.sub(say, text)
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    return re.sub(r"([，、])[，、\s]+", r"\1", text)


def cardinal(value: str, counting: bool = False) -> str:
    """ "1,250.5" -> 一千二百五十点五; counting: "2" -> 两; digit by digit beyond 16 digits."""
    whole, _, fraction = value.replace(",", "").partition(".")
    whole = whole.lstrip("0") or "0"
    if counting and whole == "2" and not fraction:
        return "两"
    words = digits(whole) if len(whole) > 16 else str(cn2an.an2cn(whole, "low"))
    if counting:
        words = re.sub(r"(^|[^十])二(?=[千万亿])", r"\1两", words)
    return f"{words}点{digits(fraction)}" if fraction else words


def digits(text: str, telephone: bool = False) -> str:
    """Digit by digit; on the telephone 1 is 幺."""
    words = "".join(_DIGITS[c] for c in text if c in _DIGITS)
    return words.replace("一", "幺") if telephone else words


def _grouped(text: str) -> str:
    """Digit by digit with a breath between the groups as written; a mobile number is read 3-4-4."""
    groups: list[str] = []
    for run in re.findall(r"\d+", text):
        while len(run) > 5:
            size = 3 if len(run) in (11, 10, 7, 6) else 4
            groups.append(run[:size])
            run = run[size:]
        groups.append(run)
    return "，".join(digits(group, telephone=True) for group in groups)


def _phone(found: Match) -> str:
    return ("加" if found.group().startswith("+") else "") + _grouped(found.group())


def _money(found: Match) -> str:
    unit = _CURRENCIES[found["sign"]]
    amount, scale = found["amount"], found["scale"] or ""
    whole, _, fraction = amount.replace(",", "").partition(".")
    if unit != "元" or scale or len(fraction) > 2:
        return f"{_amount(amount)}{scale}{unit}"
    return yuan(whole, fraction)


def _named_money(found: Match) -> str:
    whole, _, fraction = found["amount"].replace(",", "").partition(".")
    unit = found["unit"]
    if unit == "元" and len(fraction) == 2:
        return yuan(whole, fraction)
    return f"{_amount(found['amount'])}{unit}"


def _amount(value: str) -> str:
    """An amount without idle decimals: 1,250.00 is 1250."""
    if "." in value:
        value = value.rstrip("0").rstrip(".")
    return cardinal(value, counting=True)


def yuan(whole: str, fraction: str) -> str:
    """元角分."""
    tenths, hundredths = (fraction + "0")[:1], (fraction + "00")[1:2]
    said = cardinal(whole, counting=True) + "元" if whole.strip("0") or not fraction.strip("0") else ""
    if tenths != "0":
        said += cardinal(tenths) + "角"
    elif said and hundredths != "0":
        said += "零"
    return said + (cardinal(hundredths) + "分" if hundredths != "0" else "")


def _date(found: Match) -> str:
    year, month, day = found[1], int(found[2]), int(found[3])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return _grouped(found.group())
    return f"{digits(year)}年{cardinal(str(month))}月{cardinal(str(day))}日"


def _month_day(found: Match) -> str:
    year = f"{digits(found['y'])}年" if found["y"] else ""
    day = f"{cardinal(found['d'])}{found['unit']}" if found["d"] else ""
    return f"{year}{cardinal(found['m'])}月{day}"


def _time(found: Match) -> str:
    hour, minute, second = int(found[1]), int(found[2]), found[3]
    if hour > 24 or minute > 59:
        return _grouped(found.group())
    words = cardinal(str(hour), counting=True) + "点"
    if minute or second:
        words += ("零" if minute < 10 else "") + (cardinal(str(minute)) if minute else "") + "分"
        words = words.replace("零分", "整") if not second else words
    elif not second:
        words += "整" if found.string[found.end() :].strip()[:1] not in ("", "，", "。") else ""
    return words + (f"{cardinal(second)}秒" if second else "")


def _percent(found: Match) -> str:
    sign = "负" if found["minus"] else ""
    upto = f"到百分之{cardinal(found['upto'])}" if found["upto"] else ""
    return f"{sign}百分之{cardinal(found['n'])}{upto}"


def _unit(found: Match) -> str:
    unit = _UNITS[found["unit"]]
    if found["minus"] and unit.endswith("度"):
        return f"零下{cardinal(found['n'], counting=True)}{'度' if unit == '摄氏度' else unit}"
    return f"{'负' if found['minus'] else ''}{cardinal(found['n'], counting=True)}{unit}"


def _range(found: Match) -> str:
    return f"{_quantity(found[1])}到{_quantity(found[2])}"


def _identifier(found: Match) -> str:
    parts = re.findall(r"[A-Za-z]+|\d+", found.group())
    return "，".join(_grouped(part) if part.isdigit() else " ".join(part.upper()) for part in parts)


def _address(text: str) -> str:
    names = {".": "点", "-": "杠", "_": "下划线", "/": "斜杠", "+": "加", "@": "艾特", ":": "冒号"}
    parts = re.findall(r"[A-Za-z]+|\d|[^A-Za-z\d]", text)
    return " ".join(names.get(part) or _DIGITS.get(part) or part for part in parts)


def _url(found: Match) -> str:
    return _address(re.sub(r"^https?://(www\.)?", "", found.group()).rstrip("/"))


def _quantity(value: str) -> str:
    """A number by its look: digit by digit where it is long or begins with 0, else as a quantity."""
    if value.isdigit() and (len(value) > 8 or (len(value) > 1 and value[0] == "0")):
        return _grouped(value)
    return cardinal(value)


def _plain(found: Match) -> str:
    return ("负" if found["minus"] else "") + _quantity(found["n"])


def _version(found: Match) -> str:
    name = "版本" if found.group()[0] in "vV" else ""
    return name + "点".join(
        digits(part) if len(part) > 2 else cardinal(part) for part in (found["v"] or found["w"]).split(".")
    )


def _rule(pattern: str, say: Callable[[Match], str], flags: int = 0) -> tuple[re.Pattern[str], Callable[[Match], str]]:
    return re.compile(pattern, flags | re.ASCII), say


_MARKS = "|".join(sorted((re.escape(c) for c in _CURRENCIES), key=len, reverse=True))
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

_RULES = [
    _rule(r"https?://[\x21-\x7e]+[\w/]|\bwww\.[\x21-\x7e]+[\w/]", _url),
    _rule(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", lambda found: _address(found.group())),
    _rule(r"\b[a-zA-Z][\w-]*\.(?:com|org|net|cn|io|gov|edu)(?:\.cn)?(?:/[\w/.-]*\w)?", _url),
    _rule(r"(?<!\d)24/7(?!\d)", lambda _: "全天候"),
    _rule(r"(?<!\d)7\s?[x×*]\s?24\s?小时", lambda _: "七乘二十四小时"),
    _rule(rf"(?P<sign>{_MARKS})\s?(?P<amount>{_NUMBER})(?P<scale>[万亿]+)?元?", _money),
    _rule(rf"(?P<amount>{_NUMBER})\s?(?P<unit>(?:{_NAMED_MONEY}))", _named_money),
    _rule(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\d.])", _date),
    _rule(
        r"(?:(?P<y>\d{4}|\d{2})年)?(?<!\d)(?P<m>0?[1-9]|1[0-2])月(?:(?P<d>[0-3]?\d)(?P<unit>[日号]))?(?!\d)", _month_day
    ),
    _rule(r"(?<!\d)(\d{4})(?=年(?!内|以|期))", lambda found: digits(found[1])),
    _rule(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2}))?(?!\d)", _time),
    _rule(r"(?P<minus>(?<![\w.])-)?(?P<n>\d+(?:\.\d+)?)%?(?:\s?[-~～到至–]\s?(?P<upto>\d+(?:\.\d+)?))?%", _percent),
    _rule(
        r"\+\d[\d ()-]{6,}\d|\(0\d{2,3}\)[ -]?\d{7,8}|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)"
        r"|(?<![\d-])\d{3,4}(?:[- ]\d{3,4}){2}(?![\d-])|(?<!\d)\d{5}(?=热线|客服)",
        _phone,
    ),
    _rule(
        rf"({_TELEPHONE_WORDS}[是为：: ]*)(\d+)(?![\d.]|[年月日点个位])", lambda found: found[1] + _grouped(found[2])
    ),
    _rule(r"\b[vV](?P<v>\d+(?:\.\d+)+)|(?<![\d.])(?P<w>\d+(?:\.\d+){2,})(?![\d.])", _version),
    _rule(r"\b[A-Z]{1,5}[-_]?\d[\dA-Z]*(?:-[\dA-Z]+)*\b|\b\d+[A-Z]{1,3}\d[\dA-Z]*\b", _identifier),
    _rule(rf"(?P<minus>(?<![\w.])-)?(?P<n>{_NUMBER})\s?(?P<unit>{_UNIT})(?![A-Za-z])", _unit),
    _rule(rf"(?<![\d.])({_NUMBER})\s?[-~～–]\s?({_NUMBER})(?![\d.])", _range),
    _rule(r"第(\d{1,8})", lambda found: "第" + cardinal(found[1])),
    _rule(r"(?<!\d)1/2(?!\d)", lambda _: "二分之一"),
    _rule(r"(?<!\d)(\d{1,3})/(\d{1,3})(?!\d)", lambda found: f"{cardinal(found[2])}分之{cardinal(found[1])}"),
    _rule(rf"(?<![\d.第])({_NUMBER})\s?(?={_MEASURE})", lambda found: cardinal(found[1], counting=True)),
    _rule(rf"(?P<minus>(?<![\w.])-)?(?P<n>{_NUMBER})", _plain),
]
