"""Is it the robot's own voice that comes back? Caller's and robot's audio in, a likeness out. Pure (numpy).

The echo of a telephone line is the sent audio again, 0-300 ms later, 10-40 dB softer, through a codec. So a stretch
of the caller's audio is compared with the sent audio at every such delay: normalised cross-correlation, whose square
is the share of the caller's power that the sent audio explains. Both are pre-emphasised first, for the slow waves of
two voices of like pitch are alike by chance. A caller who speaks over his echo explains his own power himself, which
makes the likeness small: double talk is never taken for echo.
"""

import numpy as np
from numpy.typing import NDArray

from asr_tts.speech_protocol import RATE

BLOCK = 256 * RATE // 1000
"""Samples of the caller that are compared at a time."""
FURTHEST = 300 * RATE // 1000
"""Samples that an echo may be late."""
SURE = 0.7
CHANCE = 0.35
"""Correlation that is surely echo, and that any two voices may reach (measured on human prompts: a caller over the
robot stays below 0.39 in 99 % of the blocks, echo is above 0.84, echo in a reverberant room above 0.49)."""
_EMPHASIS = 0.9
_SIZE = 8192


def likeness(caller: NDArray[np.int16], reference: NDArray[np.int16]) -> float:
    """Return 0-1: how surely `caller` is nothing but an echo of `reference`.

    `caller` are the last `BLOCK` samples that came in; `reference` the last `BLOCK + FURTHEST` that were sent, up
    to the same moment. What is missing at their beginnings was silence.
    """
    if len(caller) < 2 or not len(reference):
        return 0.0
    silence = max(0, len(caller) + FURTHEST - len(reference))
    heard, sent = _emphasised(caller), _emphasised(np.concatenate([np.zeros(silence, np.int16), reference]))
    energy = float(heard @ heard)
    running = np.concatenate([[0.0], np.cumsum(sent.astype(np.float64) ** 2)])
    under = running[len(heard) :] - running[: -len(heard)]
    loudest = float(under.max())
    if energy < len(heard) or loudest < len(heard):
        return 0.0
    products = _correlation(heard, sent)
    powers = energy * np.maximum(under, 1e-3 * loudest)
    best = float(np.max(np.abs(products) / np.sqrt(powers)))
    return min(1.0, max(0.0, (best - CHANCE) / (SURE - CHANCE)))


def _emphasised(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    wide = samples.astype(np.float32)
    return wide[1:] - np.float32(_EMPHASIS) * wide[:-1]


def _correlation(heard: NDArray[np.float32], sent: NDArray[np.float32]) -> NDArray[np.float32]:
    """Products of `heard` with each stretch of `sent` of its length."""
    size = _SIZE if len(sent) <= _SIZE else 1 << (len(sent) - 1).bit_length()
    spectrum = np.fft.rfft(sent, size) * np.conj(np.fft.rfft(heard, size))
    lags = np.fft.irfft(spectrum, size)[: len(sent) - len(heard) + 1]
    return lags.astype(np.float32)
