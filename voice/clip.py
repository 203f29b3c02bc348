"""A stretch of what the caller said, cut out of the call's recording into a file of its own.

The recording is still being written while its parts are wanted, so its size counts and not what its head says.
"""

import os
import tempfile
from pathlib import Path

import numpy as np

from asr_tts import telephone_wav
from asr_tts.speech_protocol import RATE
from models.errors import OperatorFault

HEAD, PAIR = 44, 4
"""Bytes of a recording's head, and of one sample of both channels (`voice/media/recorder.py`)."""


def recorded(recording: Path) -> int:
    """Return how many samples the recording holds by now; 0 where there is none."""
    try:
        return max(recording.stat().st_size - HEAD, 0) // PAIR
    except OSError:
        return 0


def cut(recording: Path, first: int, last: int, into: Path) -> float:
    """Write the caller's channel from sample `first` to `last` of `recording` as mono WAV; return its seconds.

    What isn't recorded yet is left out. Raises `OperatorFault` where nothing is, or the disk refuses.
    """
    try:
        with recording.open("rb") as file:
            file.seek(HEAD + first * PAIR)
            sound = file.read(max(last - first, 0) * PAIR)
        caller = np.frombuffer(sound[: len(sound) // PAIR * PAIR], "<i2")[::2]
        if not len(caller):
            raise OperatorFault(f"The recording '{recording.name}' ends before what was said; see why it ended early.")
        _write(into, telephone_wav.as_bytes(caller))
    except OSError as error:
        raise OperatorFault(
            f"'{into.name}' can't be cut out of the recording ({error.strerror}); make room in [data] directory."
        ) from error
    return len(caller) / RATE


def _write(path: Path, data: bytes) -> None:
    """Write it whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    Path(temporary).chmod(0o640)
    os.replace(temporary, path)
