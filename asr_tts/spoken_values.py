"""Values as people say them: `{{ order.total | money }}`, dates, times, telephone numbers, digits. Pure.

The words come back written out, so that no engine has to guess; a value that can't be read as what the filter says is
spoken as the text that it is.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

import phonenumbers

from asr_tts import spoken_values_en, spoken_values_zh
from asr_tts.spoken_text import spoken

HOME = {"en": "US", "zh": "CN"}
"""Country whose numbers are said without its code."""
CURRENCY = {"en": "USD", "zh": "CNY"}


def said(value: object, as_: str, language: str, now: datetime | None = None, option: str = "") -> str:
    """Return `value` in words of `language`, read as `as_` (a name in FILTERS).

    `now` makes dates near: "tomorrow", and no year where it is this one. `option` is the currency (ISO 4217) of money
    or the home country (ISO 3166) of a telephone number. Of a list each value is said. Raises KeyError where no such
    filter is.
    """
    if isinstance(value, list | tuple):
        return _words(language).row([said(one, as_, language, now, option) for one in value])
    say = FILTERS[as_]
    with suppress(ValueError, ArithmeticError, TypeError):
        return say(value, language, now, option)
    return spoken(str(value.get("amount", "") if isinstance(value, Mapping) else value), language)


def _words(language: str) -> type[spoken_values_en.Words] | type[spoken_values_zh.Words]:
    return spoken_values_zh.Words if language == "zh" else spoken_values_en.Words


def _digits(value: object, language: str, _now: datetime | None, _option: str) -> str:
    return _words(language).digits(re.sub(r"[^0-9A-Za-z]", "", str(value)))


def _spelled(value: object, language: str, _now: datetime | None, _option: str) -> str:
    return _words(language).spelled(str(value))


def _number(value: object, language: str, _now: datetime | None, _option: str) -> str:
    return _words(language).number(_decimal(value))


def _ordinal(value: object, language: str, _now: datetime | None, _option: str) -> str:
    return _words(language).ordinal(int(_decimal(value)))


def _percent(value: object, language: str, _now: datetime | None, _option: str) -> str:
    return _words(language).percent(_decimal(str(value).rstrip("%")))


def _money(value: object, language: str, _now: datetime | None, option: str) -> str:
    if isinstance(value, Mapping):
        option = str(value.get("currency") or option)
        value = value.get("amount", "")
    code = re.search(r"\b[A-Z]{3}\b", str(value))
    amount = _decimal(re.sub(r"[A-Z]{3}|[$€£¥,\s]", "", str(value)))
    return _words(language).money(amount, (code and code[0]) or option or CURRENCY.get(language, "USD"))


def _date(value: object, language: str, now: datetime | None, _option: str) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(str(value).partition("T")[0])
    return _words(language).date(day, now.date() if now else None)


def _weekday(value: object, language: str, _now: datetime | None, _option: str) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(str(value).partition("T")[0])
    return _words(language).weekday(day.weekday())


def _time(value: object, language: str, _now: datetime | None, _option: str) -> str:
    if isinstance(value, datetime | time):
        return _words(language).time(value.hour, value.minute)
    found = time.fromisoformat(str(value).partition("T")[2] or str(value))
    return _words(language).time(found.hour, found.minute)


def _moment(value: object, language: str, now: datetime | None, option: str) -> str:
    text = value.isoformat() if isinstance(value, date | time) else str(value)
    if "T" in text:
        return _words(language).moment(_date(text, language, now, option), _time(text, language, now, option))
    return (_time if ":" in text else _date)(text, language, now, option)


def _phone(value: object, language: str, _now: datetime | None, option: str) -> str:
    home = option or HOME.get(language, "US")
    try:
        number = phonenumbers.parse(str(value), home)
    except phonenumbers.NumberParseException:
        return _digits(value, language, None, "")
    abroad = phonenumbers.region_code_for_number(number) != home
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL if abroad else phonenumbers.PhoneNumberFormat.NATIONAL
    groups = re.findall(r"\d+", phonenumbers.format_number(number, form))
    return _words(language).phone([*groups], abroad)


def _email(value: object, language: str, _now: datetime | None, _option: str) -> str:
    return _words(language).email(str(value))


def _yes_no(value: object, language: str, _now: datetime | None, _option: str) -> str:
    return _words(language).agreement(str(value).lower() in ("true", "1", "yes"))


def _text(value: object, language: str, _now: datetime | None, _option: str) -> str:
    return spoken(str(value), language)


def _decimal(value: object) -> Decimal:
    try:
        found = Decimal(str(value).replace(",", "").strip())
    except InvalidOperation:
        raise ValueError(value) from None
    if not found.is_finite():
        raise ValueError(value)
    return found


FILTERS: Mapping[str, Callable[[object, str, datetime | None, str], str]] = {
    "digits": _digits,
    "spell": _spelled,
    "number": _number,
    "ordinal": _ordinal,
    "percent": _percent,
    "money": _money,
    "date": _date,
    "time": _time,
    "weekday": _weekday,
    "datetime": _moment,
    "phone": _phone,
    "email": _email,
    "agreement": _yes_no,
    "row": _text,
    "text": _text,
}
"""What may stand behind the bar in `{{ value | filter }}`."""
