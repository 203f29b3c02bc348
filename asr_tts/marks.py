"""Marks in what is said: `<break 500ms/>`, `<emphasis>…</emphasis>`, `<spell>AB12</spell>`. Pure; never raises.

A few of SSML's ideas without its XML: an author writes them into a sentence, and no engine ever reads one aloud. What
looks like a mark and isn't one is dropped when it is spoken, and complained about when a flow is checked.
"""

import re
from dataclasses import dataclass

from asr_tts.spoken_values import said

LONGEST_BREAK = 10_000
"""Milliseconds of one pause; who wants a longer one writes two."""
WAY_OUT = "write <break 500ms/>, <emphasis>…</emphasis> or <spell>…</spell>"
"""What to write instead of a mark that is none."""
_MARK = re.compile(r"</?\s*[A-Za-z][^<>]*>")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s)", re.IGNORECASE)
_BREAK = re.compile(rf"<break\s+{_LENGTH.pattern}\s*/?>", re.IGNORECASE)
_EMPHASIS = re.compile(r"<emphasis>(.*?)</emphasis>", re.DOTALL | re.IGNORECASE)
_SPELL = re.compile(r"<spell>(.*?)</spell>", re.DOTALL | re.IGNORECASE)
_PART = re.compile(rf"(?P<pause>{_BREAK.pattern})|<emphasis>(?P<stressed>.*?)</emphasis>", re.DOTALL | re.IGNORECASE)
_IN_SPELLING = re.compile(r"(<break\s[^<>]*>|</?emphasis>)", re.IGNORECASE)
"""Marks that hold within what is spelled, too; anything else there is spelled or dropped."""


@dataclass(frozen=True)
class Part:
    """A stretch of a text that is said alike."""

    text: str
    """Without marks; "" where there is only silence."""
    stressed: bool = False
    pause_ms: int = 0
    """Silence behind it that the author asked for."""


def parts(text: str, language: str) -> list[Part]:
    """Return the text in the parts that its marks make of it, at least one."""
    if "<" not in text:
        return [Part(text)]
    return _parts(_SPELL.sub(lambda found: _spelled(found[1], language), text)) or [Part("")]


def unmarked(text: str) -> str:
    """Return the text as it is written down: its words without marks."""
    return re.sub(r"(\s)\s+", r"\1", _MARK.sub("", text)).strip() if "<" in text else text


def faults(text: str) -> list[str]:
    """Return a sentence for each thing in angle brackets that won't be said as it is written, with the way out.

    That is what looks like a mark and isn't one, or lacks its other half or its length; and a break that is too long.
    """
    if "<" not in text:
        return []
    left = _EMPHASIS.sub(r"\1", _SPELL.sub(r"\1", _BREAK.sub("", text)))
    return [f"'{mark}' is no mark and is not said; {WAY_OUT}." for mark in _MARK.findall(left)] + [
        f"'{mark[0]}' is longer than {LONGEST_BREAK // 1000} s, the longest pause of one break, and would be cut; "
        f"write <break {LONGEST_BREAK // 1000}s/>, or several in a row."
        for mark in _BREAK.finditer(text)
        if _milliseconds(mark[0]) > LONGEST_BREAK
    ]


def _parts(text: str, stressed: bool = False) -> list[Part]:
    """Return what marks make of a text in which nothing is to be spelled any more; "" is no part."""
    found: list[Part] = []
    start = 0
    for mark in _PART.finditer(text):
        _add(found, Part(_plain(text[start : mark.start()]), stressed))
        if mark["pause"]:
            before = found.pop() if found else Part("", stressed)
            longer = before.pause_ms + min(_milliseconds(mark["pause"]), LONGEST_BREAK)
            found.append(Part(before.text, before.stressed, longer))
        else:
            found += _parts(mark["stressed"], stressed=True)
        start = mark.end()
    _add(found, Part(_plain(text[start:]), stressed))
    return found


def _spelled(text: str, language: str) -> str:
    """Return a text sign by sign, in words; pauses and what is emphasised stay marked."""
    return "".join(
        piece if _IN_SPELLING.fullmatch(piece) else said(_plain(piece), "spell", language)
        for piece in _IN_SPELLING.split(text)
    )


def _milliseconds(pause: str) -> int:
    length = _LENGTH.search(pause)
    return round(float(length[1]) * (1 if length[2].lower() == "ms" else 1000)) if length else 0


def _plain(text: str) -> str:
    return _MARK.sub("", text)


def _add(found: list[Part], part: Part) -> None:
    if part.text.strip():
        found.append(part)
