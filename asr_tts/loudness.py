"""Makes an engine's sound fit for the telephone: 8 kHz, trimmed, levelled, without clicks. Pure.

Levels are in dBov (RFC 6464 section 3): 0 is a full-scale square wave, so speech with an RMS of 1.0 is 0 dBov.
"""

import numpy as np
import soxr
from numpy.typing import NDArray

from asr_tts.speech_protocol import RATE

ACTIVE_LEVEL = -22.0
"""dBov of speech while somebody speaks: what carriers' announcements and people on handsets have."""
PEAK = 0.84
"""Highest sample, of 1.0 (-1.5 dBov): companding to mu-law and back never clips."""
MARGIN = 15.9
"""dB below the active level up to which a frame counts as speech (ITU-T P.56)."""
SILENCE = 40.0
"""dB below the active level from which the edges count as silence."""
LEAD, TRAIL = 40, 400
"""Samples left before and after speech. Soft consonants are above `SILENCE`; a caller waits through what is before."""
VERSION = "2"
"""Another one whenever the same sound would come out otherwise: clauses kept by the former are rendered again."""
FADE = 40
"""Samples (5 ms)."""
_FRAME = 80

Audio = NDArray[np.float32]


def for_telephone(samples: Audio, rate: int, pause_ms: int = 0, louder: float = 0.0) -> NDArray[np.int16]:
    """Resample, trim, level and fade one whole clause of mono float audio (1.0 is full scale); add a pause.

    `louder`: dB above the usual level. Silence gives silence. Returns 16-bit samples at 8 kHz.
    """
    sound = np.nan_to_num(samples.astype(np.float32).ravel())
    if rate != RATE and len(sound):
        sound = soxr.resample(sound, rate, RATE, quality="HQ")
    sound = _fade(_limit(_level(trim(sound), louder)))
    pause = np.zeros(pause_ms * RATE // 1000, np.float32)
    return np.asarray(np.round(np.concatenate([sound, pause]) * 32767), np.int16)


def active_level(samples: Audio) -> float:
    """Level of the speech in 8 kHz audio without its pauses, dBov, after ITU-T P.56; -127 for silence."""
    powers = _powers(samples)
    threshold = 0.0
    for _ in range(20):
        speech = powers[powers > threshold]
        if not len(speech):
            return -127.0
        level = float(speech.mean())
        raised = level * 10 ** (-MARGIN / 10)
        if raised <= threshold * 1.001:
            break
        threshold = raised
    return max(-127.0, 10 * float(np.log10(level)))


def trim(samples: Audio) -> Audio:
    """The audio without the silence at both of its ends."""
    level = active_level(samples)
    loud = np.flatnonzero(_powers(samples) > 10 ** ((level - SILENCE) / 10))
    if level <= -100 or not len(loud):
        return samples[:0]
    return samples[max(0, loud[0] * _FRAME - LEAD) : (loud[-1] + 1) * _FRAME + TRAIL]


def _powers(samples: Audio) -> NDArray[np.float64]:
    """Mean power of each 10 ms; the last is filled up with silence."""
    frames = np.zeros(-(-len(samples) // _FRAME) * _FRAME)
    frames[: len(samples)] = samples
    return np.asarray((frames.reshape(-1, _FRAME) ** 2).mean(axis=1), np.float64)


def _level(samples: Audio, louder: float) -> Audio:
    level = active_level(samples)
    return samples if level <= -100 else np.asarray(samples * 10 ** ((ACTIVE_LEVEL + louder - level) / 20), np.float32)


def _limit(samples: Audio) -> Audio:
    """Bend what goes above three quarters of the peak limit, so that one plosive doesn't turn a clause down."""
    knee = 0.75 * PEAK
    room = PEAK - knee
    over = np.maximum(np.abs(samples) - knee, 0.0)
    return np.asarray(np.sign(samples) * (np.minimum(np.abs(samples), knee) + room * np.tanh(over / room)), np.float32)


def _fade(samples: Audio) -> Audio:
    ramp = np.linspace(0, 1, min(FADE, len(samples) // 2), dtype=np.float32)
    faded = samples.copy()
    faded[: len(ramp)] *= ramp
    faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded
