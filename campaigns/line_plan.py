"""What an administrator plans of lines: trunks with prices, limits, caller numbers, what may be called. Pure values."""

from functools import cached_property
from typing import Annotated, Any, Self

import phonenumbers
from phonenumbers import NumberParseException
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from campaigns.line_prices import FREE, PREFIX, Price, price_of
from campaigns.toll_guard import Ways, longest
from dialplans.calendars import Calendar, a_timezone, hours_of
from models.settings import CodecName, Section

Prefix = Annotated[str, Field(pattern=PREFIX)]


class CallerNumber(Section):
    """A number of ours that callees see."""

    number: str = Field(pattern=r"^[0-9A-Za-z+*#._~-]{0,64}$")
    """E.164 with "+", or as the trunk wants it; "" where the trunk has its own."""
    region: str = Field("", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")
    """Where it is at home, as leads' regions are written (CN-SH); "": what its area code says."""
    per_day: int = Field(0, ge=0)
    """Calls with it a day at most, so that nobody marks it as spam; 0: as the line says."""

    @cached_property
    def area(self) -> str:
        """Its country's and area's digits, such as +8621; "" where it is no E.164 number."""
        return area_of(self.number)


def area_of(number: str) -> str:
    """Return the calling code and area code of an E.164 number; the calling code alone of a mobile, "" of anything."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return ""
    length = phonenumbers.length_of_geographical_area_code(parsed)
    return f"+{parsed.country_code}{phonenumbers.national_significant_number(parsed)[:length]}"


def _numbers(value: Any) -> Any:
    entries = [value] if isinstance(value, str | dict) else value
    if not isinstance(entries, list | tuple):
        return entries
    return tuple({"number": entry} if isinstance(entry, str) else entry for entry in entries)


def _prices(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return tuple(
        {"prefix": prefix, **(price if isinstance(price, dict) else {"per_minute": price})}
        for prefix, price in value.items()
    )


class Line(Section):
    """One way out: a trunk of [[sip.trunks]], and what was decided about campaigns' calls over it."""

    name: str = Field(pattern=r"^[\w][\w.\-]{0,63}$")
    trunk: str = ""
    """Its name in [[sip.trunks]]; "": the line's own."""
    enabled: bool = True
    prices: Annotated[tuple[Price, ...], BeforeValidator(_prices)] = ()
    """By prefix; written as a table too: {"+86" = 0.06}."""
    currency: str = Field("", pattern=r"^([A-Z]{3})?$")
    """ISO 4217, of prices and of the limit."""
    spend_per_day: float = Field(0.0, ge=0)
    """In `currency`; 0: no limit."""
    channels: int = Field(0, ge=0)
    """Calls of campaigns at a time; 0: as many as the trunk takes."""
    calls_per_second: float = Field(0.0, ge=0)
    """0: no limit."""
    numbers: Annotated[tuple[CallerNumber, ...], BeforeValidator(_numbers)] = ()
    number_per_day: int = Field(0, ge=0)
    """Calls a day with each of the numbers; 0: no limit."""
    prefixes: tuple[Prefix, ...] = ()
    """That may be called; none: ordinary numbers of the campaign's country."""
    refused: tuple[Prefix, ...] = ()
    """That must not be called in spite of those."""
    premium: bool = False
    """Whether numbers may be called that cost more than the prices say."""
    hours: tuple[str, ...] = ()
    """When it may be used (mon-fri 08:00-20:00); none: always."""
    timezone: str = "UTC"
    """Of its hours, and of its days: counts and limits of a day begin at this midnight."""
    codecs: tuple[CodecName, ...] = ()
    """Offered on this line, best first; none: those of [media]."""
    share: float = Field(0.0, ge=0, le=100)
    """Percent of the calls it could carry that it gets at least, by contract."""
    dial: dict[Prefix, str] = Field(default_factory=dict)
    """What the trunk wants to see in place of a number's beginning ({"+86": "", "+": "00"})."""

    @field_validator("hours")
    @classmethod
    def _real_hours(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        hours_of(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _known(cls, value: str, info: ValidationInfo) -> str:
        return a_timezone(value)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.spend_per_day or any(price.per_minute or price.fee for price in self.prices)) and not self.currency:
            raise _wrong(f'line {self.name} has prices or a limit and no currency; write currency = "CNY".')
        if self.spend_per_day and not self.prices:
            raise _wrong(f"line {self.name} has spend_per_day and no prices to count by; add prices.")
        if self.premium and not self.prefixes:
            raise _wrong(f"line {self.name} has premium and no prefixes; name the costly prefixes that it may call.")
        seen: set[str] = set()
        for price in self.prices:
            if price.prefix in seen:
                raise _wrong(f"line {self.name} has two prices for {price.prefix}; remove one.")
            seen.add(price.prefix)
        return self

    @property
    def way_out(self) -> str:
        """The trunk that its calls go through."""
        return self.trunk or self.name

    @cached_property
    def ways(self) -> Ways:
        """What it may call."""
        return Ways(self.prefixes, self.refused, self.premium, tuple(price.prefix for price in self.prices))

    @cached_property
    def calendar(self) -> Calendar | None:
        """When it may be used; None: always."""
        return Calendar(timezone=self.timezone, hours=hours_of(self.hours)) if self.hours else None

    def dialled(self, number: str) -> str:
        """Return an E.164 number as the trunk wants it."""
        beginning = longest(tuple(self.dial), number)
        return self.dial[beginning] + number[len(beginning) :] if beginning else number

    def price(self, number: str) -> Price:
        """Return what calls to `number` cost; a line without prices is free."""
        return price_of(self.prices, number) or FREE

    def cap_of(self, number: CallerNumber) -> int:
        """Return how many calls a day the number may show on; 0: any."""
        return number.per_day or self.number_per_day


def _wrong(sentence: str) -> PydanticCustomError:
    # The sentence may hold braces, which a template would read as its own.
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


def mapping_of(line: Line) -> dict[str, Any]:
    """Return what was decided, as it is written; what is as by default is left out."""
    return line.model_dump(mode="json", exclude_defaults=True)
