"""Marks in what is said: `<break 500ms/>`, `<emphasis>…</emphasis>`, `<spell>AB12</spell>`. Pure; never raises.

A few of SSML's ideas without its XML: an author writes them into a sentence, and no engine ever reads one aloud. What
looks like a mark and isn't one is dropped when it is spoken, and complained about when a flow is checked.
"""

import re
from dataclasses import dataclass

from asr_tts.spoken_values import said

LONGEST_BREAK = 10_000
"""Milliseconds."""
_MARK = re.compile(r"</?\s*[A-Za-z][^<>]*>")
_BREAK = r"<break\s+(?P<time>\d+(?:\.\d+)?)\s*(?P<unit>ms|s)\s*/?>"
_EMPHASIS = r"<emphasis>(?P<stressed>.*?)</emphasis>"
_SPELL = re.compile(r"<spell>(.*?)</spell>", re.DOTALL | re.IGNORECASE)
_PART = re.compile(f"{_BREAK}|{_EMPHASIS}", re.DOTALL | re.IGNORECASE)


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
    text = _SPELL.sub(lambda found: said(_plain(found[1]), "spell", language), text)
    found: list[Part] = []
    start = 0
    for mark in _PART.finditer(text):
        _add(found, Part(_plain(text[start : mark.start()])))
        if mark["time"]:
            before = found.pop() if found else Part("")
            found.append(Part(before.text, before.stressed, min(before.pause_ms + _milliseconds(mark), LONGEST_BREAK)))
        else:
            _add(found, Part(_plain(mark["stressed"]), stressed=True))
        start = mark.end()
    _add(found, Part(_plain(text[start:])))
    return found or [Part("")]


def unmarked(text: str) -> str:
    """Return the text as it is written down: its words without marks."""
    return re.sub(r"(\s)\s+", r"\1", _MARK.sub("", text)).strip() if "<" in text else text


def unknown(text: str) -> list[str]:
    """Return what looks like a mark and isn't one, or lacks its other half or its length; as it is written."""
    left = _SPELL.sub(lambda found: found[1], _PART.sub(lambda found: found["stressed"] or "", text))
    return _MARK.findall(left) if "<" in text else []


def _milliseconds(mark: re.Match[str]) -> int:
    return round(float(mark["time"]) * (1 if mark["unit"].lower() == "ms" else 1000))


def _plain(text: str) -> str:
    return _MARK.sub("", text)


def _add(found: list[Part], part: Part) -> None:
    if part.text.strip():
        found.append(part)
