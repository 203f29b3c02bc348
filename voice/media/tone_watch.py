"""Tones that tell who answered: an answering machine's beep, a network's information tones, a fax. Pure.

Frames of 20 ms go in. A frame is a tone where nearly all of its energy lies around one frequency; neighbouring frames
of one pitch make a tone. Speech is never that pure and that steady for 120 ms. Special information tones are three
rising ones of a third of a second (ITU-T E.180/Q.35), a fax answers with 2100 Hz (ITU-T T.30, V.25), or calls with
1100 Hz.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["beep", "sit", "fax"]
_RATE, _FRAME, _SIZE = 8000, 160, 512
_HERTZ = _RATE / _SIZE
_WINDOW = np.hanning(_FRAME).astype(np.float32)
_LEAST = float((32767 * 10 ** (-42 / 20)) ** 2 * _FRAME)
"""Energy of a frame at -42 dBov; what is softer is no tone for us."""
_LOWEST, _HIGHEST = int(440 / _HERTZ), int(3000 / _HERTZ)
_AROUND = 10
"""Bins on each side that a pure tone of one frame fills (the window's main lobe)."""
_PURE = 0.86
"""Share of the frame's energy that lies there."""
_STEADY = 12.0
"""Hertz by which frames of one tone differ at most."""
_HOLES = 2
"""Frames within a tone that may miss it: a fax turns the phase of its own."""
_SHORTEST, _LONGEST = 6, 150
"""Frames of a beep."""
_JOINED = 5
"""Frames of silence after which no further tone belongs to what was heard."""
SIT = ((950.0, 60.0), (1400.0, 60.0), (1790.0, 60.0))
"""Hertz and how far off (North America shifts the first two to tell the reason)."""
_SIT_FRAMES = (9, 24)
_LOW_OR_HIGH = ((913.8, 985.2), (1370.6, 1428.5))
"""Hertz of the first two where they tell the reason, as networks of North America do …"""
_CODED_OFF, _SHORT, _LONG = 12.0, (12, 15), (17, 20)
"""… how far off these may be; and frames of a short (274 ms) and of a long one (380 ms)."""
MEANINGS = {
    ("low short", "low short"): "no-such-number",  # intercept
    ("high long", "low short"): "no-such-number",  # vacant code
    ("low short", "high long"): "congestion",  # reorder
    ("high long", "high long"): "congestion",  # no circuit
}
"""What the first two of three tones say of the number."""
_FAX, _FAX_OFF, _FAX_FRAMES = 2100.0, 25.0, 40
_CNG, _CNG_OFF, _CNG_FRAMES = 1100.0, 40.0, (20, 30)
_LEAST_HERTZ = 465.0
"""Below are voices, and the network's own dial, ringing and busy tones: no machine's beep."""


@dataclass(frozen=True)
class Heard:
    """A tone that is over (a fax: that goes on)."""

    kind: Kind
    frames: int
    """Its length, of 20 ms each."""
    hertz: float
    meaning: str = ""
    """What information tones say by their lengths and pitches: no-such-number, congestion; "": nothing."""


@dataclass
class _Tone:
    hertz: float
    frames: int = 1
    missed: int = 0


class ToneWatch:
    """Listens for the tones of one stream."""

    __slots__ = ("_calling", "_done", "_fax_told", "_quiet", "_tone")

    def __init__(self) -> None:
        self._tone: _Tone | None = None
        self._done: list[_Tone] = []
        """Tones that followed each other without a pause."""
        self._quiet = 0
        self._calling = 0
        """Tones of a calling fax so far."""
        self._fax_told = False

    def frame(self, linear: bytes) -> Heard | None:
        """Take 20 ms; return what was heard with it."""
        hertz = pitch(np.frombuffer(linear, "<i2").astype(np.float32))
        tone = self._tone
        if tone is not None and hertz and abs(hertz - tone.hertz) <= _STEADY:
            tone.hertz += (hertz - tone.hertz) / min(tone.frames + 1, 8)
            tone.frames += 1 + tone.missed
            tone.missed = 0
            return self._fax(tone)
        if tone is not None and tone.missed < _HOLES and not hertz:
            tone.missed += 1
            return None
        if tone is not None:
            self._close(tone)
        if hertz:
            self._tone, self._quiet = _Tone(hertz), 0
            return None
        return self._silent()

    def _close(self, tone: _Tone) -> None:
        self._tone, self._quiet = None, tone.missed
        if tone.frames >= 3:
            self._done.append(tone)

    def _silent(self) -> Heard | None:
        if not self._done:
            return None
        self._quiet += 1
        if self._quiet < _JOINED:
            return None
        tones, self._done = self._done, []
        return self._known(tones)

    def _known(self, tones: list[_Tone]) -> Heard | None:
        """Return what the tones are that followed each other."""
        lengthy = [tone for tone in tones if tone.frames >= _SIT_FRAMES[0]]
        for first in range(len(lengthy) - 2):
            three = lengthy[first : first + 3]
            fits = all(
                abs(tone.hertz - hertz) <= off and tone.frames <= _SIT_FRAMES[1]
                for tone, (hertz, off) in zip(three, SIT, strict=True)
            )
            if fits:
                return Heard("sit", sum(tone.frames for tone in three), three[0].hertz, _meaning(three))
        longest = max(tones, key=lambda tone: tone.frames)
        if abs(longest.hertz - _FAX) <= _FAX_OFF and self._fax_told:
            return None
        if abs(longest.hertz - _CNG) <= _CNG_OFF and _CNG_FRAMES[0] <= longest.frames <= _CNG_FRAMES[1]:
            self._calling += 1
            if self._calling >= 2:
                return Heard("fax", longest.frames, longest.hertz)
        alone = sum(tone.frames for tone in tones) - longest.frames <= longest.frames
        if not alone or not _SHORTEST <= longest.frames <= _LONGEST or longest.hertz < _LEAST_HERTZ:
            return None
        return Heard("beep", longest.frames, longest.hertz)

    def _fax(self, tone: _Tone) -> Heard | None:
        if self._fax_told or tone.frames < _FAX_FRAMES or abs(tone.hertz - _FAX) > _FAX_OFF:
            return None
        self._fax_told = True
        return Heard("fax", tone.frames, tone.hertz)


def _meaning(three: list[_Tone]) -> str:
    first, second = (_code(tone, *ways) for tone, ways in zip(three, _LOW_OR_HIGH, strict=False))
    return MEANINGS.get((first, second), "")


def _code(tone: _Tone, low: float, high: float) -> str:
    """Return "low" or "high" with "short" or "long", "" where a tone is neither clearly."""
    pitches = [name for name, at in (("low", low), ("high", high)) if abs(tone.hertz - at) <= _CODED_OFF]
    lengths = [name for name, (least, most) in (("short", _SHORT), ("long", _LONG)) if least <= tone.frames <= most]
    return " ".join(pitches + lengths) if pitches and lengths else ""


def pitch(samples: "np.ndarray[tuple[int], np.dtype[np.float32]]") -> float:
    """Return the hertz of the one tone that a frame is, 0 where it is none."""
    energy = float(samples @ samples)
    if energy < _LEAST:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * _WINDOW, _SIZE)) ** 2
    best = _LOWEST + int(np.argmax(spectrum[_LOWEST:_HIGHEST]))
    if spectrum[best - 1] > spectrum[best]:
        # The flank of something deeper: a voice's.
        return 0.0
    around = float(spectrum[max(best - _AROUND, 0) : best + _AROUND + 1].sum())
    if around < _PURE * float(spectrum.sum()):
        return 0.0
    left, middle, right = (float(np.log(spectrum[each] + 1e-9)) for each in (best - 1, best, best + 1))
    bend = left - 2 * middle + right
    return (best + (0.5 * (left - right) / bend if bend else 0.0)) * _HERTZ
