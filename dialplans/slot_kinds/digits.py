"""Digits in any grouping: "double five", "triple oh", "forty-two seventeen", 幺, 两个五.

What is heard is ambiguous ("to" may be a 2, 是 a 4), so a sentence is a lattice: each word has one or several readings
with a cost. The cheapest way through it that fits the length asked for (or a check digit) is what was said.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from asr_tts.spoken_values import said
from dialplans.slot_kinds import digits_en, digits_zh
from dialplans.slot_kinds.kind import Found, SlotKind
from dialplans.slot_kinds.sentence import Token, tokens

BEAM = 48
"""Readings kept at each word."""
SURE, PER_COST = 0.97, 0.3
"""Confidence of a reading that cost nothing, and what each unit of cost takes from it."""
FORCED = 0.25
"""A reading that costs so much more a digit than reading none at all is no answer."""
OTHER_LENGTH = 0.6
"""Confidence of a reading beside which another one fits as well as it does."""


@dataclass(frozen=True)
class Reading:
    """One way through the lattice."""

    signs: str
    cost: float
    start: int
    """First sign of the sentence that it used, and the one after the last."""
    end: int


@lru_cache(512)
def readings(text: str, language: str, codes: frozenset[str] | None = None) -> tuple[Reading, ...]:
    """Return the ways to read digits (with `codes` A-Z, too: see `letters`) in `text`, cheapest first; "" for none."""
    words = tokens(text)
    edges = (digits_zh if language == "zh" else digits_en).edges(words, codes)
    return _ways(words, edges)


def _ways(words: Sequence[Token], edges: Sequence[tuple[int, int, str, float]]) -> tuple[Reading, ...]:
    by_place: defaultdict[int, list[tuple[int, str, float]]] = defaultdict(list)
    for begin, end, signs, cost in edges:
        by_place[begin].append((end, signs, cost))
    ways: list[dict[str, Reading]] = [{} for _ in range(len(words) + 1)]
    ways[0][""] = Reading("", 0.0, -1, -1)
    for place in range(len(words)):
        for way in sorted(ways[place].values(), key=_cost)[:BEAM]:
            for end, signs, cost in by_place[place]:
                start = words[place].start if signs and way.start < 0 else way.start
                last = words[end - 1].end if signs else way.end
                longer = Reading(way.signs + signs, way.cost + cost, start, last)
                known = ways[end].get(longer.signs)
                if known is None or longer.cost < known.cost:
                    ways[end][longer.signs] = longer
    return tuple(sorted(ways[-1].values(), key=_cost))


def _cost(way: Reading) -> tuple[float, str]:
    return way.cost, way.signs


def fitting(
    text: str, language: str, fits: Callable[[str], bool], codes: frozenset[str] | None = None
) -> tuple[Reading | None, float]:
    """Return the cheapest reading of `text` that fits, and its confidence; (None, 0) where none does."""
    ways = readings(text, language, codes)
    silent = next((way.cost for way in ways if not way.signs), math.inf)
    good = [way for way in ways if way.signs and fits(way.signs)]
    if not good or good[0].cost - silent > FORCED * len(good[0].signs):
        return None, 0.0
    confidence = SURE - PER_COST * good[0].cost
    if len(good) > 1 and good[1].cost - good[0].cost < 0.1:
        confidence = min(confidence, OTHER_LENGTH)
    return good[0], max(confidence, 0.1)


def digits_in(text: str, language: str) -> str:
    """Return the digits said in `text`, in any grouping ("double five", "forty two", "幺"), or ""."""
    found = readings(text, language)
    return found[0].signs if found else ""


def find(kind: SlotKind, text: str, language: str, now: datetime, alone: bool = True) -> Found | None:
    """Return the digits of `text`, of as many as are asked for; `alone`: nothing else is asked for."""
    least, most = int(kind.least or 1), int(kind.most or 40)
    way, confidence = fitting(text, language, lambda signs: least <= len(signs) <= most)
    if way is None:
        return None
    note = "" if confidence >= 0.7 else f"heard as {way.signs}, but other readings fit too"
    return Found(way.signs, way.start, way.end, confidence, said(way.signs, "digits", language), note)
