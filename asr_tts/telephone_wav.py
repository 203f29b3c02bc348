"""The one audio file format of prompts: RIFF WAVE, mono, 16-bit linear, 8 kHz, with the plain 44-byte header."""

from pathlib import Path
from struct import Struct

import numpy as np
from numpy.typing import NDArray

from asr_tts.speech_protocol import RATE

_HEADER = Struct("<4sI4s4sIHHIIHH4sI")


def _header(data_bytes: int) -> tuple[bytes | int, ...]:
    return (b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16, b"data", data_bytes)


def as_bytes(samples: NDArray[np.int16]) -> bytes:
    """A whole file with these samples."""
    data = samples.astype("<i2").tobytes()
    return _HEADER.pack(*_header(len(data))) + data


def samples_in(path: Path) -> int | None:
    """How many samples the file holds; None where it is missing, cut short or another format."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER.size)
            size = file.seek(0, 2)
    except OSError:
        return None
    whole = size > _HEADER.size == len(head) and _HEADER.unpack(head) == _header(size - _HEADER.size)
    return (size - _HEADER.size) // 2 if whole else None


def read(path: Path) -> NDArray[np.int16]:
    """The samples of such a file; raises ValueError where it isn't one."""
    if samples_in(path) is None:
        raise ValueError(f"{path} is no mono 16-bit WAV file at 8 kHz.")
    return np.frombuffer(path.read_bytes(), "<i2", offset=_HEADER.size).astype(np.int16)
