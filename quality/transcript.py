"""What was said, in pieces with times for who reads along: a word each, personal data hidden or not. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quality.conversation import Stretch, Turn

_TOKEN = re.compile(r"[\u3400-\u9fff][^\w\s]*|[^\s\u3400-\u9fff]+")
"""Where no word has its time: what stands between spaces; in Chinese a sign."""
LITTLE = 0.5
"""Below this confidence a word may well have been another."""


@dataclass(frozen=True)
class Hidden:
    """Personal data in a turn's text, not to be shown."""

    begin: int
    end: int
    """Characters."""
    kind: str


@dataclass(frozen=True)
class Piece:
    """A word with the marks and spaces behind it."""

    text: str
    start: float
    end: float
    """Seconds from the recording's first sample."""
    confidence: float = 1.0
    hidden: str = ""
    """The kind of personal data that is shown instead of words."""


@dataclass(frozen=True)
class _Part:
    begin: int
    end: int
    when: Stretch
    confidence: float = 1.0
    hidden: str = ""


def pieces(turn: Turn, hidden: Sequence[Hidden] = ()) -> list[Piece]:
    """Return a turn's words in order; put together they are its text, with [kind] for what is `hidden`."""
    parts = [_Part(one.begin, one.end, turn.when(one.begin, one.end), hidden=one.kind) for one in hidden]
    parts += [part for part in _parts(turn) if not any(_touch(part, one) for one in hidden)]
    parts.sort(key=lambda part: part.begin)
    found: list[Piece] = []
    at = 0
    for place, part in enumerate(parts):
        before = turn.text[at : part.begin] if place == 0 else ""
        following = parts[place + 1].begin if place + 1 < len(parts) else len(turn.text)
        word = f"[{part.hidden}]" if part.hidden else turn.text[part.begin : part.end]
        at = part.end
        found.append(
            Piece(
                before + word + turn.text[at : max(following, at)],
                round(part.when.start, 2), round(part.when.end, 2), round(part.confidence, 2), part.hidden,
            )
        )  # fmt: skip
    return found


def _touch(part: _Part, one: Hidden) -> bool:
    return part.begin < one.end and part.end > one.begin


def _parts(turn: Turn) -> Iterator[_Part]:
    if not turn.words:
        for token in _TOKEN.finditer(turn.text):
            yield _Part(token.start(), token.end(), turn.when(*token.span()), turn.confidence)
        return
    at = 0
    for word in turn.words:
        begin = turn.text.find(word.text, at)
        if begin >= 0 and word.text:
            at = begin + len(word.text)
            yield _Part(begin, at, Stretch(word.start, word.end), word.confidence)
