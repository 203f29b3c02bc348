"""The guard against toll fraud for other calls: those by hand, transfers and callbacks go by the lines' rules too."""

from collections.abc import Iterator

from campaigns.line_book import LineBook
from campaigns.line_plan import Line
from campaigns.toll_guard import calling_code, kind_of, refusal


class LineGate:
    """Asked before anything but a campaign's call leaves over a trunk that lines use."""

    def __init__(self, book: LineBook) -> None:
        self._book = book

    def refusal(self, trunk: str, number: str, now: float) -> str:
        """Return why `number`, as it would be dialled, may not be called over `trunk`, as a sentence; "": it may.

        A trunk without lines has no rules. What is spent here isn't counted: who calls isn't known to the book.
        """
        lines = [line for line in self._book.lines.values() if line.way_out == trunk and line.enabled]
        whys: list[str] = []
        for line in lines:
            for candidate in meant(line, number):
                why = refusal(candidate, line.ways, home_of(line)) or self._too_dear(line, candidate, now)
                if not why:
                    return ""
                whys.append(why)
        if not lines:
            return ""
        why = whys[0] if whys else f"{number} can't be read as a number of any country; write it like +8613912345678."
        return f"Line '{lines[0].name}' doesn't call {number}: {why}"

    def _too_dear(self, line: Line, number: str, now: float) -> str:
        index = self._book.index(line.name)
        assert index is not None
        room = self._book.room(index, now)
        if room >= line.price(number).cost(0.0):
            return ""
        return f"the day's spend limit leaves {max(0.0, room):g} {line.currency}; raise it, or wait for midnight."


def meant(line: Line, number: str) -> Iterator[str]:
    """Yield what a number may mean that is written as E.164, or as the line's trunk wants it."""
    if number.startswith("+"):
        yield number
    for beginning, written in sorted(line.dial.items(), key=lambda pair: -len(pair[1])):
        if number.startswith(written):
            candidate = beginning + number[len(written) :]
            if candidate != number and not kind_of(candidate).trouble:
                yield candidate


def home_of(line: Line) -> str:
    """Return the country of a line's own numbers, ISO 3166; "" where they don't tell, and any country may be called."""
    for own in line.numbers:
        if own.region:
            return own.region[:2]
        if calling_code(own.number):
            return kind_of(own.number).country
    return ""
