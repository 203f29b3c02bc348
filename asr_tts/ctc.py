"""Hypotheses out of a CTC network's frames: prefix beam search (Hannun et al. 2014, without a language model). Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLANK = 0
"""Class of "nothing new in this frame"."""
SILENT = math.log(0.999)
"""Log-probability of blank from which a frame is left out."""
NEVER = -1e30
"""Log-probability of what can't be, with which one can still reckon."""
LIKELY = math.log(1e-4)
"""Log-probability below which a class is not followed."""


@dataclass(frozen=True)
class Hypothesis:
    classes: tuple[int, ...]
    score: float
    """Natural logarithm of its probability, over all ways that the frames may be aligned with it."""


def hypotheses(frames: NDArray[np.float32], width: int = 8) -> list[Hypothesis]:
    """Return the likeliest rows of classes for log-probabilities (frames x classes), best first; never empty."""
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -math.inf)}
    for frame in frames:
        if frame[BLANK] > SILENT:
            beam = {row: (_sum(*ends), -math.inf) for row, ends in beam.items()}
            continue
        grown: dict[tuple[int, ...], tuple[float, float]] = {}
        likely = [(int(place), float(frame[place])) for place in np.flatnonzero(frame > LIKELY)]
        for row, (blank, sign) in beam.items():
            for place, log in likely:
                if place == BLANK:
                    _add(grown, row, _sum(blank, sign) + log, -math.inf)
                elif row and row[-1] == place:
                    _add(grown, row, -math.inf, sign + log)
                    _add(grown, (*row, place), -math.inf, blank + log)
                else:
                    _add(grown, (*row, place), -math.inf, _sum(blank, sign) + log)
        best = sorted(grown.items(), key=lambda entry: -_sum(*entry[1]))[:width]
        beam = dict(best)
    found = [Hypothesis(row, _sum(*ends)) for row, ends in beam.items()]
    return sorted(found, key=lambda hypothesis: -hypothesis.score)


def agreed(takes: Sequence[NDArray[np.float32]], width: int = 8) -> list[Hypothesis]:
    """Return what several hearings of one utterance say together, best first: likeliest in their mean; never empty.

    `takes`: log-probabilities (frames x classes) of each. Only what is among the likeliest of one of them is weighed.
    """
    if len(takes) == 1:
        return hypotheses(takes[0], width)
    rows = sorted({each.classes for take in takes for each in hypotheses(take, width)[: width // 2]})
    scores = np.mean([likelihoods(take, rows) for take in takes], axis=0)
    return [Hypothesis(rows[place], float(scores[place])) for place in np.argsort(-scores, kind="stable")]


def likelihoods(frames: NDArray[np.float32], rows: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
    """Return the log-probability of each row of classes for log-probabilities (frames x classes).

    The forward algorithm (Graves et al. 2006, 4.1): over all alignments, blanks between the classes and around them.
    """
    sizes = np.array([len(row) for row in rows])
    states = np.full((len(rows), 2 * max(1, int(sizes.max())) + 1), BLANK)
    for place, row in enumerate(rows):
        states[place, 1 : 2 * len(row) : 2] = row
    leaps = np.zeros(states.shape, bool)
    leaps[:, 2:] = (states[:, 2:] != BLANK) & (states[:, 2:] != states[:, :-2])
    before = np.full((len(rows), 1), NEVER)
    chances = np.full(states.shape, NEVER)
    chances[:, :2] = frames[0][states[:, :2]]
    for frame in frames[1:]:
        one = np.concatenate((before, chances[:, :-1]), axis=1)
        two = np.where(leaps, np.concatenate((before, before, chances[:, :-2]), axis=1), NEVER)
        chances = np.logaddexp(np.logaddexp(chances, one), two) + frame[states]
    each = np.arange(len(rows))
    said = np.where(sizes > 0, chances[each, np.maximum(0, 2 * sizes - 1)], NEVER)
    return np.asarray(np.logaddexp(chances[each, 2 * sizes], said), np.float64)


def _add(rows: dict[tuple[int, ...], tuple[float, float]], row: tuple[int, ...], blank: float, sign: float) -> None:
    before = rows.get(row, (-math.inf, -math.inf))
    rows[row] = _sum(before[0], blank), _sum(before[1], sign)


def _sum(one: float, other: float) -> float:
    """Logarithm of the sum of two probabilities given by their logarithms."""
    high, low = (one, other) if one >= other else (other, one)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))
