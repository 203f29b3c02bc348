"""Packet loss concealment after ITU-T G.711 Appendix I: the last pitch period goes on, fading. Pure.

A missing frame is filled by repeating the last period of the voice (5-15 ms, found by normalised correlation), joined
by overlap-add; from 10 ms on it loses 20 % each 10 ms and after 60 ms it is silent. The first good frame is blended
in over 5 ms. Only lost frames cost anything.
"""

import numpy as np
from numpy.typing import NDArray

from voice.media.codec import FRAME, SILENCE

_SHORTEST, _LONGEST = 40, 120
"""Samples of a pitch period (200-67 Hz; a higher voice is found at a multiple of its period)."""
_WINDOW = 160
"""Samples compared."""
HISTORY = _WINDOW + _LONGEST
"""Samples that must be known."""
_BLEND = 40
FRAMES = 3
"""Frames (60 ms) that are filled before silence."""
_FADE_FROM = 80
_FADE = 0.2 / 80
"""Loss of amplitude a sample after the first 10 ms."""

Samples = NDArray[np.float32]
_UP = (np.arange(_BLEND, dtype=np.float32) + 0.5) / _BLEND


class Concealment:
    """The voice that goes on over one hole."""

    __slots__ = ("_made", "_period")

    def __init__(self, history: bytes) -> None:
        """`history`: the last frames heard, 16-bit linear, the newest last (at least `HISTORY` samples)."""
        samples = np.frombuffer(history, "<i2")[-HISTORY:].astype(np.float32)
        lag = _pitch(samples)
        period = samples[-lag:].copy()
        blend = min(_BLEND, lag // 2)
        rise = _UP[:: _BLEND // blend][:blend] if blend < _BLEND else _UP
        # The end of the period is mixed with what came just before it, so that its repetition has no step.
        period[-blend:] = period[-blend:] * rise[::-1] + samples[-lag - blend : -lag] * rise
        self._period = period
        self._made = 0

    def frame(self) -> bytes:
        """Return the next 20 ms."""
        if self._made >= FRAMES * FRAME:
            return SILENCE
        wave = self._samples(self._made, FRAME)
        self._made += FRAME
        return wave.astype("<i2").tobytes()

    def blend(self, good: bytes) -> bytes:
        """Return the first good frame after the hole, faded in from what went on."""
        samples = np.frombuffer(good, "<i2").astype(np.float32)
        begin = min(len(samples), _BLEND)
        going = self._samples(self._made, begin) if self._made < FRAMES * FRAME else np.float32(0)
        samples[:begin] = samples[:begin] * _UP[:begin] + going * _UP[:begin][::-1]
        return samples.astype("<i2").tobytes()

    def _samples(self, begin: int, count: int) -> Samples:
        places = np.arange(begin, begin + count)
        fade = np.clip(1.0 - (places - _FADE_FROM) * _FADE, 0.0, 1.0).astype(np.float32)
        wave: Samples = self._period[places % len(self._period)] * fade
        return wave


def _pitch(samples: Samples) -> int:
    """Return the lag at which the last 20 ms resemble what came before most."""
    last = samples[-_WINDOW:]
    lags = np.arange(_SHORTEST, _LONGEST + 1)
    dots = np.correlate(samples[:-_SHORTEST], last, "valid")[::-1]
    squares = np.concatenate(([0.0], np.cumsum(samples.astype(np.float64) ** 2)))
    ends = len(samples) - lags
    energy = squares[ends] - squares[ends - _WINDOW]
    score = np.where(dots > 0, dots.astype(np.float64), 0.0) / np.sqrt(energy + 1.0)
    return int(lags[int(np.argmax(score))])
