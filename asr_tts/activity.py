"""The port of speech detectors: is somebody speaking in this window?

A detector judges one window of each of many streams in one call, so that a hundred calls cost little more than
one. What it remembers of a stream is the stream's own `memory`.
"""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

QUIET_DBOV = -58.0
"""Below this no caller speaks (comfort noise and idle lines lie at -60 to -75): no detector needs to look."""
FULL_SCALE = 32768.0
SILENCE_DBOV = -127.0


class Detector(Protocol):
    """Finds speech. Used from one thread."""

    name: str
    window: int
    """Samples at 8 kHz that are judged at a time."""

    def warm_up(self) -> None: ...

    def fresh_memory(self) -> object:
        """What is remembered of a stream that just began."""

    def judge(self, memories: Sequence[object], windows: NDArray[np.int16]) -> NDArray[np.float32]:
        """Return the probability of speech (0-1) for each row of `windows` (streams x window).

        `memories[i]` belongs to row i and is brought up to date in place; no stream comes twice.
        """


def level_dbov(samples: NDArray[np.int16]) -> float:
    """Level of the samples in dB against overload (RFC 6464): -127 (digital silence) to 0."""
    if not len(samples):
        return SILENCE_DBOV
    wide = samples.astype(np.float32)
    power = float(np.dot(wide, wide)) / len(samples) / FULL_SCALE**2
    return max(SILENCE_DBOV, 10 * math.log10(power)) if power > 0 else SILENCE_DBOV


def quiet(windows: NDArray[np.int16]) -> NDArray[np.bool_]:
    """For each row (streams x samples): whether it is so quiet that it can't be speech."""
    wide = windows.astype(np.float32)
    limit = FULL_SCALE**2 * 10 ** (QUIET_DBOV / 10) * windows.shape[1]
    return np.asarray(np.einsum("ij,ij->i", wide, wide) < limit, np.bool_)
