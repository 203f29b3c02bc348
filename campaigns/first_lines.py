"""Which number of a list was on which line first: for a list of millions in a quarter of the memory of a dict. Pure."""

from array import array

SMALLEST = 1 << 16
"""Places at first; there are always half as many again as numbers."""
_MIX = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio: numbers that are alike get places that aren't (Knuth, volume 3, 6.4)."""


class FirstLines:
    """Numbers with the lines that they were on first, in a table with open addresses."""

    def __init__(self) -> None:
        self._count = 0
        self._make(SMALLEST)

    def __len__(self) -> int:
        return self._count

    def first(self, number: int, line: int) -> int:
        """Return the line that `number`, above 0, was on first: `line` where it was on none before."""
        numbers, mask = self._numbers, self._mask
        at = (number * _MIX >> 24) & mask
        while known := numbers[at]:
            if known == number:
                return self._lines[at]
            at = (at + 1) & mask
        numbers[at], self._lines[at] = number, line
        self._count += 1
        if self._count * 3 > mask * 2:
            self._grow()
        return line

    def _make(self, places: int) -> None:
        self._numbers, self._lines = array("q", bytes(8 * places)), array("I", bytes(4 * places))
        self._mask = places - 1

    def _grow(self) -> None:
        numbers, lines = self._numbers, self._lines
        self._count = 0
        self._make(2 * len(numbers))
        for number, line in zip(numbers, lines, strict=True):
            if number:
                self.first(number, line)
