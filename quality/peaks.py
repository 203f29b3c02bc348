"""How loud a recording is from moment to moment, for drawing: one byte a bucket and channel, small enough to send."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_tts.activity import FULL_SCALE
from asr_tts.speech_protocol import RATE
from quality.sound import pairs

BUCKET_S = 0.02
"""What one byte stands for: ten minutes are 60 kB."""
BUCKET = int(RATE * BUCKET_S)
_ROOTS = np.round(255 * np.sqrt(np.arange(int(FULL_SCALE) + 1) / FULL_SCALE)).astype(np.uint8)
"""By sample: the square root of its size, since soft speech would be a line otherwise."""


def peaks(path: Path) -> bytes:
    """Return the caller's buckets, then as many of the other side's: 255 times the root of the peak (0-1) in each.

    Raises `OperatorFault` where the recording is missing or isn't one; of one that was cut off there is what it has.
    """
    sound = pairs(path)
    rest = len(sound) % BUCKET
    if rest:
        sound = np.concatenate([sound[: len(sound) - rest], _filled(sound[len(sound) - rest :])])
    # In the memory's order the maximum is ten times as quick.
    buckets = np.ascontiguousarray(sound.reshape(-1, BUCKET, 2).transpose(2, 0, 1))
    # Of both signs by themselves: the size of the lowest sample has no place in 16 bits.
    size = np.maximum(buckets.max(axis=2).astype(np.int32), -buckets.min(axis=2).astype(np.int32))
    return bytes(_ROOTS[size].tobytes())


@dataclass(frozen=True)
class Outline:
    """Peaks in few buckets, for a drawing that is to be there at once."""

    peaks: bytes
    """As `peaks` returns them."""
    bucket_s: float


def outline(peaks: bytes, columns: int) -> Outline:
    """Return peaks in at most `columns` buckets a side."""
    sides = np.frombuffer(peaks, np.uint8).reshape(2, -1)
    each = max(-(-sides.shape[1] // columns), 1)
    filled = np.pad(sides, ((0, 0), (0, -sides.shape[1] % each)))
    return Outline(filled.reshape(2, -1, each).max(axis=2).tobytes(), each * BUCKET_S)


def tag(path: Path) -> str:
    """Return what the file is known by until it changes (RFC 9110 section 8.8.3); "" where it is missing."""
    try:
        stat = path.stat()
    except OSError:
        return ""
    known = f"{path.name} {stat.st_size} {stat.st_mtime_ns}"
    return f'"{hashlib.sha256(known.encode()).hexdigest()[:20]}"'


def _filled(sound: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.concatenate([sound, np.zeros((BUCKET - len(sound), 2), np.int16)])
