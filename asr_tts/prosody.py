"""How something was said: loudness, pitch and brightness of an utterance's voiced parts. Pure (numpy).

Pitch is the lag of the highest autocorrelation, corrected for the window's own (P. Boersma, "Accurate short-term
analysis of the fundamental frequency", IFA Proceedings 17, 1993); brightness is the alpha ratio (B. Frokjaer-Jensen and
S. Prytz, "Registration of voice quality", Bruel & Kjaer Technical Review 3, 1976).
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from asr_tts.activity import FULL_SCALE
from asr_tts.speech_protocol import RATE, Prosody

FRAME, HOP = 320, 160
"""Samples: 40 ms, so that the lowest voice has nearly three periods in it, every 20 ms."""
MOST = 5 * RATE
"""Samples that are looked at: the end of a longer utterance."""
LEAST = 8
"""Voiced frames without which nothing can be said of a voice."""
LOWEST, HIGHEST = 70.0, 450.0
"""Hz."""
SOFT_DB = 25.0
"""Frames so far below the loudest one are no voice."""
PERIODIC = 0.5
"""Autocorrelation at the pitch from which a frame is voiced."""
ROUND = 512
"""Points of the Fourier transform: a frame and the longest lag."""
BRIGHT = 1000 * ROUND // RATE
"""First bin of what counts as bright."""

_WINDOW = np.hanning(FRAME + 2)[1:-1].astype(np.float32)
_LAGS = slice(math.floor(RATE / HIGHEST), math.ceil(RATE / LOWEST) + 1)


def _autocorrelation(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    power = np.abs(np.fft.rfft(frames, ROUND)) ** 2
    return np.fft.irfft(power)[:, : _LAGS.stop + 1].astype(np.float32)


_OF_WINDOW = _autocorrelation(_WINDOW[None])[0] / float(_WINDOW @ _WINDOW)


def prosody(samples: NDArray[np.int16]) -> Prosody | None:
    """Return how `samples` (8 kHz, speech) were said; None where there is too little voice in them."""
    wide = samples[-MOST:].astype(np.float32) / FULL_SCALE
    if len(wide) < FRAME:
        return None
    frames = sliding_window_view(wide, FRAME)[::HOP] * _WINDOW
    power = np.square(frames).sum(axis=1)
    if power.max() <= 0:
        return None
    frames = frames[power > power.max() * 10 ** (-SOFT_DB / 10)]
    likeness = _autocorrelation(frames)
    likeness /= np.maximum(likeness[:, :1], 1e-12) * _OF_WINDOW
    # A little less for longer lags: two periods are as alike as one.
    lags = np.arange(_LAGS.start, _LAGS.stop)
    favoured = likeness[:, _LAGS] - 0.02 * np.log2(lags / lags[0])
    best = favoured.argmax(axis=1)
    voiced = favoured[np.arange(len(best)), best] > PERIODIC
    if voiced.sum() < LEAST:
        return None
    pitches = RATE / lags[best[voiced]]
    low, middle, high = np.percentile(pitches, (10, 50, 90))
    spectrum = np.square(np.abs(np.fft.rfft(frames[voiced], ROUND))).sum(axis=0)
    dark, bright = float(spectrum[1:BRIGHT].sum()), float(spectrum[BRIGHT:].sum())
    heard = float(np.square(frames[voiced]).sum()) / (float(_WINDOW @ _WINDOW) * int(voiced.sum()))
    return Prosody(
        round(10 * math.log10(max(heard, 1e-12)), 1),
        round(float(middle), 1),
        round(12 * math.log2(high / low), 1),
        round(10 * math.log10(max(bright, 1e-12) / max(dark, 1e-12)), 1),
    )
