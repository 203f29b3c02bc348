"""Comfort noise (RFC 3389): what a silent line sounds like when the peer sends only its level. Pure."""

import audioop
from functools import lru_cache

import numpy as np

_FRAMES = 50


@lru_cache(maxsize=1)
def _white() -> tuple[bytes, ...]:
    """One second of noise at 0 dBov, in frames."""
    noise = np.random.default_rng(1).uniform(-1, 1, _FRAMES * 160) * 32767
    linear = noise.astype("<i2").tobytes()
    return tuple(linear[at : at + 320] for at in range(0, len(linear), 320))


@lru_cache(maxsize=128)
def comfort_noise(level: int) -> tuple[bytes, ...]:
    """Return a second of noise in 20 ms frames at -`level` dBov (0-127, the payload's first byte)."""
    # A uniform distribution has 1/sqrt(3) of its peak as effective value: 4.8 dB.
    factor = float(min(10 ** ((4.8 - level) / 20), 1.0))
    return tuple(audioop.mul(frame, 2, factor) for frame in _white())
