"""The shared texts of an XLSX workbook, to which cells refer by number (ECMA-376 part 1, 18.4.9)."""

import re
from array import array
from typing import IO

from campaigns.xlsx_parts import MOST_PART, Broken, bounded, parsed, parser_of

MOST_TEXT = 256 << 20
"""Bytes of all texts together, which are held."""
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def run_text(text: str, attributes: dict[str, str]) -> str:
    """Return what a `t` with these characters and attributes shows."""
    return unescaped(text if attributes.get("xml:space") == "preserve" else text.strip())


def unescaped(text: str) -> str:
    """Return a text with characters for what the format writes as _x000D_."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    if not code:
        # No database takes it in a text.
        return ""
    return found[0] if 0xD800 <= code < 0xE000 else chr(code)


class Texts:
    """Texts in one piece of memory: a list of a million rows may have millions."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, at: int) -> str:
        if not 0 <= at < len(self):
            raise Broken(f"a cell refers to text {at}, and there are {len(self):,}")
        return self._bytes[self._ends[at] : self._ends[at + 1]].decode()

    def put(self, text: str) -> None:
        """Append a text; raises `Broken` where they are too many."""
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
        if len(self._bytes) + 8 * len(self._ends) > MOST_TEXT:
            raise Broken(f"its texts take more than {MOST_TEXT >> 20} MiB")


def read_texts(file: IO[bytes]) -> Texts:
    """Return the texts of `xl/sharedStrings.xml`; raises `Broken`."""
    reader = _Reader()
    made = parser_of(reader.start, reader.end)
    made.CharacterDataHandler = reader.parts.append
    for _ in parsed(file, made, MOST_PART):
        bounded(reader.parts)
        if len(reader.text) > MOST_TEXT:
            raise Broken(f"its texts take more than {MOST_TEXT >> 20} MiB")
    return reader.texts


class _Reader:
    """Puts texts together of their runs, without what says how Chinese and Japanese are spoken (`rPh`)."""

    def __init__(self) -> None:
        self.texts = Texts()
        self.parts: list[str] = []
        self.text = ""
        self._attributes: dict[str, str] = {}
        self._spoken = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.parts.clear()
        match name:
            case "t":
                self._attributes = attributes
            case "rPh":
                self._spoken = True

    def end(self, name: str) -> None:
        match name:
            case "t" if not self._spoken:
                self.text += run_text("".join(self.parts), self._attributes)
            case "rPh":
                self._spoken = False
            case "si":
                self.texts.put(self.text)
                self.text = ""
        self.parts.clear()
