"""When each word of a text was said: an alignment set right by the sound, or syllables spread over it. Pure.

A word is what stands between spaces without the marks around it; in Chinese it is one sign. Alignment by
cross-attention (A. Radford et al., "Robust speech recognition via large-scale weak supervision", 2022; times by
dynamic time warping) is off by a tenth of a second and puts pauses into words: the sound tells where they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from asr_tts.activity import FULL_SCALE, QUIET_DBOV
from asr_tts.speech_protocol import RATE

FRAME = RATE // 100
"""Samples of a frame of the sound's power: 10 ms."""
SMOOTH = 3
"""Frames over which the power is averaged."""
BELOW_DB = 22.0
"""So far below the loud parts of an utterance there is no speech; consonants are up to 20 dB softer than vowels."""
ABOVE_NOISE_DB = 6.0
LEAST_PAUSE = 8
"""Frames: a shorter gap is the closure of a stop ("p", "t", "k")."""
NEAR_S = 0.4
NEAR_BY = 1.5
"""So far, and so many times a pause's length, from where the alignment parts two words the pause still parts them."""
LEAST_WORD_S = 0.06
_WORD = re.compile(r"[㐀-鿿]|[^\W_㐀-鿿]+(?:['’.,:@&_/-][^\W_㐀-鿿]+)*")
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)
_SILENT_E = re.compile(r"[^aeiouy]e$", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """One word with its time, in seconds; in Chinese one sign."""

    text: str
    start: float
    end: float
    confidence: float = 1.0
    """0-1."""


@dataclass(frozen=True)
class Piece:
    """A recogniser's token in a text: which characters, and when they were said."""

    begin: int
    until: int
    start: float
    end: float
    """Seconds from the sound's first sample."""
    confidence: float


Span = tuple[float, float]
"""A piece of time in seconds."""


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where in `text` its words stand: first character, and the one behind the last."""
    return [found.span() for found in _WORD.finditer(text)]


def loud_spans(samples: NDArray[np.int16]) -> list[Span]:
    """Return where in one utterance (8 kHz) there is voice; pauses shorter than `LEAST_PAUSE` count as voice."""
    size = len(samples) // FRAME
    if not size:
        return []
    wide = samples[: size * FRAME].astype(np.float32).reshape(size, FRAME) / FULL_SCALE
    power = np.convolve(np.square(wide).mean(axis=1), np.ones(SMOOTH) / SMOOTH, "same")
    levels = 10 * np.log10(power + 1e-10)
    loud = float(np.percentile(levels, 95))
    floor = float(np.percentile(levels, 5))
    threshold = min(max(loud - BELOW_DB, floor + ABOVE_NOISE_DB), loud - ABOVE_NOISE_DB)
    return _runs(levels > max(threshold, QUIET_DBOV))


def _runs(voiced: NDArray[np.bool_]) -> list[Span]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]]).astype(np.int8)))
    found: list[tuple[int, int]] = []
    for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if found and begin - found[-1][1] < LEAST_PAUSE:
            found[-1] = found[-1][0], end
        elif end - begin >= 2:
            found.append((begin, end))
    return [(begin * FRAME / RATE, end * FRAME / RATE) for begin, end in found]


def aligned(text: str, pieces: Sequence[Piece], loud: Sequence[Span], early: float = 0.0) -> tuple[Word, ...]:
    """Return the words of `text` with the times of its `pieces`, set right by where there is voice.

    `early`: seconds by which the alignment parts two words too soon that no mark is between.
    """
    words = list(_of_pieces(text, pieces))
    if not words or not loud:
        return tuple(words)
    edges = [*_edges(text, words, early), words[-1].end]
    pauses = _anchors(edges, loud)
    moved = _moved(edges, pauses)
    pauses |= {0: (loud[0][0], loud[0][0]), len(words): (loud[-1][1], loud[-1][1])}
    starts: list[float] = []
    ends: list[float] = []
    for at, edge in enumerate(edges):
        end, start = pauses.get(at, (edge + moved[at],) * 2)
        ends.append(max(end, starts[-1] if starts else end))
        starts.append(max(start, ends[-1]))
    last = loud[-1][1]
    return tuple(
        Word(word.text, round(min(starts[at], last), 3), round(min(ends[at + 1], last), 3), word.confidence)
        for at, word in enumerate(words)
    )


def _edges(text: str, words: Sequence[Word], early: float) -> Iterator[float]:
    """Yield when each word begins: a mark before it takes up what the alignment has too soon."""
    at = 0
    for word in words:
        begin = text.index(word.text, at)
        yield word.start + (early if begin and begin == at else 0.0)
        at = begin + len(word.text)


def _moved(edges: Sequence[float], pauses: Mapping[int, Span]) -> Sequence[float]:
    """Return by how much each edge is off: at a pause it shows, in between it goes over gradually."""
    if not pauses:
        return [0.0] * len(edges)
    known = sorted(pauses)
    off = [min(max(edges[at], pauses[at][0]), pauses[at][1]) - edges[at] for at in known]
    return [float(one) for one in np.interp(range(len(edges)), known, off)]


def _anchors(edges: Sequence[float], loud: Sequence[Span]) -> dict[int, Span]:
    """Return which of the edges between words are which pauses, the longest pauses first; their order stays."""
    found: dict[int, Span] = {}
    gaps = [(before[1], after[0]) for before, after in pairwise(loud)]
    for gap in sorted(gaps, key=lambda one: one[0] - one[1]):
        near = min(NEAR_S, NEAR_BY * (gap[1] - gap[0]))
        free = [
            at
            for at in range(1, len(edges) - 1)
            if at not in found and all((other < at) == (span[0] < gap[0]) for other, span in found.items())
        ]
        best = min(free, key=lambda at: _distance(gap, edges[at]), default=None)
        if best is not None and _distance(gap, edges[best]) <= near:
            found[best] = gap
    return found


def _distance(gap: Span, edge: float) -> float:
    return max(gap[0] - edge, edge - gap[1], 0.0)


def _of_pieces(text: str, pieces: Sequence[Piece]) -> Iterator[Word]:
    for begin, until in word_spans(text):
        mine = [piece for piece in pieces if piece.begin < until and piece.until > begin]
        if mine:
            first, last = mine[0], mine[-1]
            start = _inside(first, begin) if begin > first.begin else first.start
            end = _inside(last, until) if until < last.until else last.end
            confidence = min(piece.confidence for piece in mine)
            yield Word(text[begin:until], start, max(end, start), round(confidence, 3))


def _inside(piece: Piece, at: int) -> float:
    """Return when a character inside a piece is said, by its share of it."""
    return piece.start + (piece.end - piece.start) * (at - piece.begin) / max(piece.until - piece.begin, 1)


def spread(text: str, loud: Sequence[Span], confidence: float = 1.0) -> tuple[Word, ...]:
    """Return the words of `text`, each as long as its syllables' share of the voice in `loud`."""
    spans = word_spans(text)
    total = sum(end - start for start, end in loud)
    weights = [syllables(text[begin:until]) for begin, until in spans]
    whole, past, found = max(sum(weights), 1), 0, []
    for (begin, until), weight in zip(spans, weights, strict=True):
        start = _at(total * past / whole, loud, behind=True)
        past += weight
        end = _at(total * past / whole, loud, behind=False)
        found.append(Word(text[begin:until], round(start, 3), round(max(end, start), 3), confidence))
    return tuple(found)


def _at(voiced: float, loud: Sequence[Span], *, behind: bool) -> float:
    """Return when `voiced` seconds of voice are over; `behind` a pause that begins then."""
    for start, end in loud:
        if voiced < end - start - 1e-9 or (not behind and voiced <= end - start + 1e-9):
            return start + voiced
        voiced -= end - start
    return loud[-1][1] if loud else 0.0


def syllables(word: str) -> int:
    """Return about how many syllables a word has: groups of vowels, and one for each digit or sign."""
    digits = sum(sign.isdecimal() for sign in word)
    letters = "".join(sign for sign in word if sign.isalpha())
    if not letters:
        return max(digits, 1)
    if letters.isupper() and len(letters) <= 4:
        return len(letters) + digits
    vowels = len(_VOWELS.findall(letters))
    return digits + max(vowels - bool(vowels > 1 and _SILENT_E.search(letters)), 1)
