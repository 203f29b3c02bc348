"""A recording's two channels, read however it ended: whole, cut off in the middle of a sample, or still written to."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_tts.activity import FULL_SCALE, SILENCE_DBOV
from asr_tts.speech_protocol import RATE
from asr_tts.transcription import Speech
from models.errors import OperatorFault
from models.recording import CHUNK, FORMAT, wav_seconds

LEFT = "what was understood while the call ran is what is left of it"
PAIR = 4
"""Bytes of one sample of both channels."""
MARK = b"mark"
"""A chunk of our own, behind the format's."""
MARKED = 12 + CHUNK.size + FORMAT.size + CHUNK.size
"""At which byte of a file its mark begins."""


@dataclass(frozen=True)
class Sound:
    """Linear 16-bit at 8 kHz, both of the same length."""

    caller: NDArray[np.int16]
    ours: NDArray[np.int16]

    @property
    def seconds(self) -> float:
        return len(self.caller) / RATE


def read(path: Path) -> Sound:
    """Return the channels of a recording; raise `OperatorFault` where it is missing or isn't one."""
    both = pairs(path)
    return Sound(np.array(both[:, 0]), np.array(both[:, 1]))


def write(path: Path, sound: Sound, mark: str) -> None:
    """Write a recording whose head has a `mark` (ASCII, of even length), which players pass over."""
    samples = np.stack([sound.caller, sound.ours], axis=1).astype("<i2").tobytes()
    form = CHUNK.pack(b"fmt ", FORMAT.size) + FORMAT.pack(1, 2, RATE, RATE * PAIR, PAIR, 16)
    parts = b"WAVE" + form + CHUNK.pack(MARK, len(mark)) + mark.encode("ascii") + CHUNK.pack(b"data", len(samples))
    with path.open("wb") as file:
        file.write(CHUNK.pack(b"RIFF", len(parts) + len(samples)) + parts)
        file.write(samples)


def mark_in(path: Path) -> str:
    """Return the mark with which a recording was written; "" for none. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(MARKED + 1024)
    if len(head) < MARKED:
        return ""
    name, length = CHUNK.unpack_from(head, MARKED - CHUNK.size)
    return head[MARKED : MARKED + length].decode("ascii", "replace") if name == MARK else ""


def pairs(path: Path) -> NDArray[np.int16]:
    """Return a recording as rows of caller and other side, read only as far as it is used; raise as `read` does."""
    data = data_at(path)
    size = (path.stat().st_size - data) // PAIR
    return np.memmap(path, "<i2", mode="r", offset=data, shape=(size, 2)) if size else np.zeros((0, 2), np.int16)


def data_at(path: Path) -> int:
    """Return at which byte of a recording its sound begins; raise as `read` does."""
    if not path.is_file():
        raise OperatorFault(f"The recording {path.name} is missing; {LEFT}.")
    if wav_seconds(path) is None:
        raise OperatorFault(f"{path.name} is no WAV file; {LEFT}.")
    with path.open("rb") as file:
        head = file.read(1024)
    channels, rate, bits = _format(head)
    if (channels, rate, bits) != (2, RATE, 16):
        has = f"{channels} channels of {bits} bits at {rate} Hz"
        raise OperatorFault(f"{path.name} has {has}; a call's recording has two of 16 bits at 8000 Hz.")
    return head.index(b"data") + CHUNK.size


def _format(head: bytes) -> tuple[int, int, int]:
    """Channels, samples a second, bits a sample of a WAV file's head."""
    at = head.index(b"fmt ") + CHUNK.size
    _, channels, rate, _, _, bits = FORMAT.unpack_from(head, at)
    return channels, rate, bits


def level(channel: NDArray[np.int16], speech: "list[Speech]") -> float:
    """Return the mean level of a channel's speech in dBov (RFC 6464); that of silence where there is none."""
    if not speech:
        return SILENCE_DBOV
    wide = np.concatenate([channel[one.onset : one.end] for one in speech]).astype(np.float32) / FULL_SCALE
    power = float(np.square(wide).mean()) if len(wide) else 0.0
    return round(max(SILENCE_DBOV, 10 * math.log10(power)), 1) if power > 0 else SILENCE_DBOV
