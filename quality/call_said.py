"""What was said in a call as tokens, without what is personal; and a piece of it around what was searched. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quality.call_words import BREAK, Group, Token, hits, joined_spans, may_have, tokens_of
from quality.conversation import Turn, Word
from quality.masking import without

Span = tuple[int, int, str]
"""Personal data: from, to, and of which kind."""
BEFORE, LONG = 40, 120
"""Characters shown before the first hit, and in all."""


@dataclass(frozen=True)
class Snippet:
    """A piece of what was said, with what was searched in it."""

    turn: int
    speaker: str
    second: float
    """Of the recording, where the first hit was said."""
    text: str
    """Personal data masked."""
    hits: tuple[tuple[int, int], ...]
    """Characters of the text."""


def said_tokens(transcript: Sequence[Mapping[str, Any]], personal: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what the call can be found by, of an inspection's transcript and the personal data in it."""
    hidden = _hidden(personal)
    for turn in transcript:
        for row in _rows(turn["text"], hidden[turn["number"]]):
            yield from (token.text for token in row)
            yield BREAK


def snippet(
    transcript: Sequence[Mapping[str, Any]], personal: Sequence[Mapping[str, Any]], groups: Sequence[Group]
) -> Snippet | None:
    """Return the place with the most of what was searched, the first of several; None where there is none."""
    hidden = _hidden(personal)
    best: tuple[int, Mapping[str, Any], list[tuple[int, int]]] | None = None
    for turn in transcript:
        if not may_have(turn["text"], groups):
            continue
        rows = _rows(turn["text"], hidden[turn["number"]])
        found = [[hit for row in rows for hit in hits([group], row)] for group in groups]
        count = sum(map(bool, found))
        if count and (best is None or count > best[0]):
            best = count, turn, joined_spans([hit for some in found for hit in some])
            if count == len(groups):
                break
    return None if best is None else _around(best[1], hidden[best[1]["number"]], best[2])


def turn_of(kept: Mapping[str, Any]) -> Turn:
    """Return a turn as an inspection kept it."""
    return Turn(**{**kept, "words": tuple(Word(**word) for word in kept["words"])})


def _hidden(personal: Sequence[Mapping[str, Any]]) -> defaultdict[int, list[Span]]:
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for one in sorted(personal, key=lambda each: (each["begin"], each["end"])):
        found[one["turn"]].append((one["begin"], one["end"], one["kind"]))
    return found


def _rows(text: str, hidden: Sequence[Span]) -> list[list[Token]]:
    """Return the tokens of a turn, in rows: what is masked parts them."""
    rows, at = [], 0
    for begin, end, _ in [*hidden, (len(text), len(text), "")]:
        piece = text[at : max(begin, at)]
        rows.append([replace(one, begin=one.begin + at, end=one.end + at) for one in tokens_of(piece)])
        at = max(at, end)
    return [row for row in rows if row]


def _around(turn: Mapping[str, Any], hidden: Sequence[Span], found: Sequence[tuple[int, int]]) -> Snippet:
    text = without(turn["text"], hidden)
    shown = [(_shifted(begin, hidden), _shifted(end, hidden)) for begin, end in found]
    first = max(shown[0][0] - BEFORE, 0) if len(text) > LONG else 0
    last = min(first + LONG, len(text))
    before, behind = "…" if first else "", "…" if last < len(text) else ""
    at = first - len(before)
    inside = tuple((begin - at, min(end, last) - at) for begin, end in shown if begin < last)
    second = turn_of(turn).when(*found[0]).start
    return Snippet(turn["number"], turn["speaker"], second, f"{before}{text[first:last]}{behind}", inside)


def _shifted(place: int, hidden: Sequence[Span]) -> int:
    """Return where a character that isn't masked stands behind masking."""
    shift = at = 0
    for begin, end, kind in hidden:
        if begin >= place:
            break
        shift += len(kind) + 2 - (max(end, at) - max(begin, at))
        at = max(at, end)
    return place + shift
