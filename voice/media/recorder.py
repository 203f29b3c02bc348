"""Two-channel recordings, written while the call runs: left what the peer said, right what it heard.

A stream adds one frame a tick to both sides, so they are aligned on its clock by construction. About once a second
the worker hands the frames over to the writer's thread, which weaves them together, writes them, and then makes the
head true: after a `kill -9` the file is a correct WAV file up to that second. A full disk ends the recording, never
the call.
"""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from struct import Struct

import numpy as np

_HEAD = Struct("<4sI4s4sIHHIIHH4sI")
_RATE, _CHANNELS, _WIDTH = 8000, 2, 2
_LONGEST = 0xFFFFFFFF - _HEAD.size
"""Bytes of audio that a WAV head can tell of (37 hours)."""

Failed = Callable[["Recording", str], None]


def head(size: int) -> bytes:
    """Return the head of a two-channel 16-bit 8 kHz WAV file with `size` bytes of audio."""
    block = _CHANNELS * _WIDTH
    return _HEAD.pack(
        b"RIFF", size + _HEAD.size - 8, b"WAVE", b"fmt ", 16, 1, _CHANNELS, _RATE, _RATE * block, block, 8 * _WIDTH,
        b"data", size,
    )  # fmt: skip


class Recording:
    """One file. `left` and `right` are filled by the tick, always by the same number of frames."""

    __slots__ = ("failed", "left", "path", "right", "swapped")

    def __init__(self, path: str, failed: Failed) -> None:
        """`failed` gets this and a sentence when the file can't be written (from `Writer.ready`, not the thread)."""
        self.path, self.failed = path, failed
        self.left: list[bytes] = []
        self.right: list[bytes] = []
        self.swapped = False
        """Whether the peer is on the right now: one of ours, who talks to somebody whom we called."""

    def add(self, said: bytes, heard: bytes) -> None:
        """Take one frame of what the peer said and of what it heard."""
        if self.swapped:
            said, heard = heard, said
        self.left.append(said)
        self.right.append(heard)


class _File:
    """The writer's side of a recording."""

    def __init__(self, path: str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        self._size = 0
        self._head()

    def add(self, left: list[bytes], right: list[bytes]) -> None:
        """Append audio and make the head true. Raises `OSError`."""
        one, two = np.frombuffer(b"".join(left), "<i2"), np.frombuffer(b"".join(right), "<i2")
        woven = np.empty((len(one), _CHANNELS), "<i2")
        woven[:, 0], woven[:, 1] = one, two
        if self._size + woven.nbytes > _LONGEST:
            raise OSError(27, "the file is as long as a WAV file can be")
        rest = memoryview(woven.tobytes())
        while rest:
            written = os.pwrite(self._file, rest, _HEAD.size + self._size)
            self._size += written
            rest = rest[written:]
        self._head()

    def close(self) -> None:
        os.close(self._file)

    def _head(self) -> None:
        # Whole sample pairs only: a write that was cut short must not swap the channels of what is read.
        os.pwrite(self._file, head(self._size - self._size % (_CHANNELS * _WIDTH)), 0)


_Work = tuple[Recording, list[bytes], list[bytes], bool]
"""A recording, its new frames left and right, and whether that is all."""


def _take(recording: Recording, last: bool) -> _Work:
    left, right = recording.left, recording.right
    recording.left, recording.right = [], []
    return recording, left, right, last


class Writer:
    """The thread that writes all recordings of a worker."""

    def __init__(self) -> None:
        self._work: SimpleQueue[list[_Work] | None] = SimpleQueue()
        self._failures: deque[tuple[Recording, str]] = deque()
        self._files: dict[Recording, _File] = {}
        self._broken: set[Recording] = set()
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def flush(self, recording: Recording, last: bool = False) -> None:
        """Hand over what was recorded so far; `last` closes the file."""
        self._work.put([_take(recording, last)])

    def flush_all(self, recordings: list[Recording]) -> None:
        """Hand over several at once."""
        self._work.put([_take(recording, False) for recording in recordings])

    def ready(self) -> None:
        """Report failures, in the caller's thread."""
        while self._failures:
            recording, reason = self._failures.popleft()
            recording.failed(recording, reason)

    def stop(self, seconds: float = 5.0) -> None:
        """Write what was handed over and end the thread."""
        self._work.put(None)
        self._thread.join(seconds)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            for each in work:
                self._do(*each)

    def _do(self, recording: Recording, left: list[bytes], right: list[bytes], last: bool) -> None:
        if recording not in self._broken:
            try:
                self._write(recording, left, right)
            except OSError as error:
                self._broken.add(recording)
                self._failures.append((recording, f"'{recording.path}' can't be written: {error.strerror}."))
        if last or recording in self._broken:
            self._close(recording)
        if last:
            self._broken.discard(recording)

    def _write(self, recording: Recording, left: list[bytes], right: list[bytes]) -> None:
        file = self._files.get(recording)
        if file is None:
            file = self._files[recording] = _File(recording.path)
        if left:
            file.add(left, right)

    def _close(self, recording: Recording) -> None:
        file = self._files.pop(recording, None)
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
