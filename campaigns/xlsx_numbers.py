"""Numbers of an XLSX sheet as they are shown: as dates, times and durations by the formats of their cells.

ECMA-376 part 1, 18.8.30 and 18.8.31 (number formats), 18.17.4.1 (days as numbers).
"""

import re
from datetime import UTC, datetime, timedelta
from typing import IO

from campaigns.xlsx_parts import MOST_SMALL, parsed, parser_of

NUMBER, DATE, ELAPSED = range(3)
"""What a cell format makes of a number."""
DATES = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
"""Formats that every workbook has and that show a date or a time."""
ELAPSED_FORMAT = 46
FIRST_DAY, FIRST_MAC_DAY = datetime(1899, 12, 30, tzinfo=UTC), datetime(1904, 1, 1, tzinfo=UTC)
"""Day 0. Sheets know no zones: UTC is for none."""
NO_MORE_DAYS = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
NO_DAY = 60
"""29 February 1900, which sheets have and the calendar doesn't."""
_PLAIN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
"""What is shown as it stands, conditions and colours: no letter in it means a day."""


def read_formats(file: IO[bytes]) -> list[int]:
    """Return of each cell format of `xl/styles.xml` what it makes of a number: NUMBER, DATE or ELAPSED."""
    written: dict[str, int] = {}
    found: list[int] = []
    above: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        above.append(name)
        which = attributes.get("numFmtId", "0")
        if above[-1] == "numFmt":
            written[which] = kind_of_format(attributes.get("formatCode", ""))
        elif above[-2:] == ["cellXfs", "xf"]:
            found.append(written.get(which, _own(int(which) if which.isdecimal() else 0)))

    def end(name: str) -> None:
        above.pop()

    for _ in parsed(file, parser_of(start, end), MOST_SMALL):
        pass
    return found


def _own(number_format: int) -> int:
    return ELAPSED if number_format == ELAPSED_FORMAT else DATE if number_format in DATES else NUMBER


def kind_of_format(code: str) -> int:
    """Return what a number format such as yyyy-mm-dd makes of a number: NUMBER, DATE, or ELAPSED (`[h]:mm`)."""
    bare = _PLAIN.sub("", code.split(";")[0]).lower()
    if "[" in bare:
        return ELAPSED
    return DATE if bare != "general" and any(letter in bare for letter in "dmyhs") else NUMBER


class Numbers:
    """The numbers of one sheet."""

    def __init__(self, formats: list[int], mac_days: bool) -> None:
        """`formats` of `read_formats`."""
        self._first_day = FIRST_MAC_DAY if mac_days else FIRST_DAY
        self._last = (NO_MORE_DAYS - self._first_day) / timedelta(days=1)
        self._kinds = {str(at): kind for at, kind in enumerate(formats)}

    def shown(self, text: str, style: str) -> str:
        """Return what a cell shows that holds the number `text`; a whole one has no point: it may be a telephone's."""
        try:
            number = float(text)
        except ValueError:
            return text
        kind = self._kinds.get(style, NUMBER)
        if kind and 0 <= number < self._last:
            return str(_days(number)) if kind == ELAPSED else self._date(number)
        return str(int(number)) if number.is_integer() else str(number)

    def _date(self, number: float) -> str:
        moment = (self._first_day + _days(number)).replace(tzinfo=None)
        if number < 1:
            return moment.time().isoformat()
        if number < NO_DAY and self._first_day is FIRST_DAY:
            moment += timedelta(days=1)
        return moment.date().isoformat() if number.is_integer() else moment.isoformat(" ")


def _days(number: float) -> timedelta:
    """Return so many days, as exact as a sheet shows them: to a millisecond."""
    return timedelta(milliseconds=round(number * 86_400_000))
