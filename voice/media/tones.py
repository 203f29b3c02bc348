"""Tones that a line makes by itself, as callers know them from other lines (ITU-T E.180, North American plan)."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from voice.media.media_protocol import Tone
from voice.media.sound import Sound

_RATE = 8000
_LEVEL = 0.1
"""Peak of each frequency; together about -19 dBm0."""
_RAMP = 40
"""Samples of fade at each edge, so that nothing clicks."""

_CADENCES: dict[Tone, list[tuple[tuple[float, ...], float]]] = {
    "ringback": [((440, 480), 2.0), ((), 4.0)],
    "busy": [((480, 620), 0.5), ((), 0.5)],
    "congestion": [((480, 620), 0.24), ((), 0.26)],
    "beep": [((1000,), 0.4)],
    "hint": [((988,), 0.08), ((), 0.06), ((1319,), 0.1)],
    "hold": [((523.25, 659.25), 0.36), ((), 0.3), ((659.25, 783.99), 0.36), ((), 3.98)],
}
"""Frequencies in hertz and seconds of each part; the sum is a whole number of frames."""
ONCE: frozenset[Tone] = frozenset({"beep", "hint"})
"""Tones that are heard once where no length is asked for."""
SOFT: frozenset[Tone] = frozenset({"hint"})
"""Tones that are heard beside somebody's voice: 10 dB below the others."""

KEYS = "123A456B789C*0#D"
ROWS, COLUMNS = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
"""Hertz of the keys' two frequencies (ITU-T Q.23)."""


def make_all() -> None:
    """Make every tone and key now, so that no tick has to wait for it."""
    for name in _CADENCES:
        tone(name)
    for digit in KEYS:
        key(digit)


@lru_cache(maxsize=16)
def tone(name: Tone) -> Sound:
    """Return one period of a tone."""
    level = _LEVEL * (0.3 if name in SOFT else 1.0)
    sound = Sound(b"".join(_linear(_wave(pitches, seconds, level)) for pitches, seconds in _CADENCES[name]))
    for codec in ("PCMU", "PCMA"):
        sound.prepare(codec)
    return sound


@lru_cache(maxsize=16)
def key(digit: str) -> Sound:
    """Return half a second of the two frequencies of a key, at -10 dBm0 and -8 dBm0 (Q.23: the column is louder)."""
    place = KEYS.index(digit)
    times = np.arange(_RATE // 2) / _RATE
    row = 0.22 * np.sin(2 * np.pi * ROWS[place // 4] * times)
    return Sound(_linear(row + 0.28 * np.sin(2 * np.pi * COLUMNS[place % 4] * times)))


def _wave(pitches: tuple[float, ...], seconds: float, level: float) -> NDArray[np.float64]:
    times = np.arange(round(seconds * _RATE)) / _RATE
    wave = np.zeros(len(times))
    for pitch in pitches:
        wave += level * np.sin(2 * np.pi * pitch * times)
    ramp = np.minimum(1.0, np.arange(len(times)) / _RAMP)
    return wave * ramp * ramp[::-1]


def _linear(wave: NDArray[np.float64]) -> bytes:
    return (wave * 32767).astype("<i2").tobytes()
