"""Keypad digits as tones in the audio (ITU-T Q.23, Q.24), for peers without telephone events. Pure.

Goertzel filters for the eight frequencies and their tolerance (as one small matrix product) over windows of 25.6 ms,
half overlapping. A window shows a digit where one row and one column frequency hold almost all of its energy and stand
well above their neighbours, within Q.24's twist; two such windows in a row make a press, two without it end it. Speech
hardly ever has all of its energy in just two of these frequencies for so long: that keeps talk from being taken for
keys.
"""

import numpy as np

from voice.media import tones
from voice.media.dtmf import Press

_WINDOW, _STEP = 205, 102
_RATE = 8000
_LEAST = (32767 * 10 ** (-36 / 20)) ** 2 * _WINDOW
"""Energy of a window at -36 dBov: Q.24 wants keys heard down to -29 dBm0 (about -32 dBov)."""
_PURITY = 0.82
"""Share of the energy that the two frequencies must have."""
_REVERSE_TWIST, _TWIST = 10 ** (4 / 10), 10 ** (8 / 10)
"""How much stronger the row, or the column, may be."""
_ABOVE = 8.0
"""How far the strongest row (column) stands above the next."""
_SURE = 2
_OVER = 2

_SHIFTS = (0.986, 0.993, 1.0, 1.007, 1.014)
"""Q.24 wants frequencies taken that are 1.5 % off; a window's filter is only as wide as 39 Hz."""
_PITCHES = np.outer(_SHIFTS, [*tones.ROWS, *tones.COLUMNS]).ravel()
_COUNT = len(_PITCHES)
_WAVES = np.exp(-2j * np.pi * np.outer(_PITCHES, np.arange(_WINDOW)) / _RATE)
_FILTERS = np.concatenate((_WAVES.real, _WAVES.imag)).astype(np.float32)
_STEP_MS = 1000 * _STEP / _RATE


class InBandDetector:
    """Finds the digits in one stream's audio."""

    __slots__ = ("_digit", "_hits", "_misses", "_pressed", "_rest", "_seen")

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._digit = ""
        """What the last windows showed."""
        self._hits = self._misses = 0
        self._pressed = False
        self._seen = 0

    def frame(self, linear: bytes) -> Press | None:
        """Take 20 ms; return a key press when it is over."""
        samples = np.concatenate((self._rest, np.frombuffer(linear, "<i2").astype(np.float32)))
        press, begin = None, 0
        while begin + _WINDOW <= len(samples):
            press = self._window(samples[begin : begin + _WINDOW]) or press
            begin += _STEP
        self._rest = samples[begin:]
        return press

    def _window(self, samples: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> Press | None:
        digit = show(samples)
        if digit and digit == self._digit:
            self._hits += 1 + self._misses
            self._misses = 0
            self._pressed = self._pressed or self._hits >= _SURE
            return None
        if self._digit:
            self._misses += 1
            if self._misses < _OVER and not digit:
                return None
        press = (self._digit, round((self._hits + 1) * _STEP_MS)) if self._pressed else None
        self._digit, self._hits, self._misses, self._pressed = digit, 1 if digit else 0, 0, False
        return press


def show(samples: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> str:
    """Return the digit that a window of 205 samples shows, or ""."""
    energy = float(samples @ samples)
    if energy < _LEAST:
        return ""
    parts = _FILTERS @ samples
    power = (parts[:_COUNT] ** 2 + parts[_COUNT:] ** 2).reshape(-1, 8).max(axis=0) * (2 / _WINDOW)
    row, column = int(np.argmax(power[:4])), int(np.argmax(power[4:]))
    low, high = float(power[row]), float(power[4 + column])
    if low + high < _PURITY * energy or low > _REVERSE_TWIST * high or high > _TWIST * low:
        return ""
    others = [float(each) for place, each in enumerate(power[:4]) if place != row]
    beside = [float(each) for place, each in enumerate(power[4:]) if place != column]
    if max(others) * _ABOVE > low or max(beside) * _ABOVE > high:
        return ""
    return tones.KEYS[4 * row + column]
