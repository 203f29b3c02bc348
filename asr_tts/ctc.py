"""Hypotheses out of a CTC network's frames: prefix beam search (Hannun et al. 2014, without a language model). Pure."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLANK = 0
"""Class of "nothing new in this frame"."""
SILENT = math.log(0.999)
"""Log-probability of blank from which a frame is left out."""
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


def _add(rows: dict[tuple[int, ...], tuple[float, float]], row: tuple[int, ...], blank: float, sign: float) -> None:
    before = rows.get(row, (-math.inf, -math.inf))
    rows[row] = _sum(before[0], blank), _sum(before[1], sign)


def _sum(one: float, other: float) -> float:
    """Logarithm of the sum of two probabilities given by their logarithms."""
    high, low = (one, other) if one >= other else (other, one)
    return high if low == -math.inf else high + math.log1p(math.exp(low - high))
