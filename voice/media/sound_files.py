"""Sound files, read and converted in a thread of their own, so that the tick never touches a disk.

The tick asks (`want`) and collects what is ready between two ticks (`ready`). Files are kept in memory, newest use
last, up to a size; whether a file has changed is looked at in the thread each time it is wanted.
"""

import contextlib
import os
import threading
import wave
from collections import OrderedDict, deque
from collections.abc import Callable
from queue import SimpleQueue

import numpy as np
import soxr

from voice.media.sound import Sound

RATE = 8000
_KEEP = 64 * 1024 * 1024
"""Bytes of linear audio kept at most (about 70 minutes)."""
_LONGEST = 3600
"""Seconds; a longer file is refused."""

Done = Callable[[Sound | None, str], None]
"""Gets the sound, or None and a sentence."""
_Request = tuple[str, str, Done]
_State = tuple[int, int]


class SoundFiles:
    """The files that streams of one worker play."""

    def __init__(self) -> None:
        self._requests: SimpleQueue[_Request | None] = SimpleQueue()
        self._answers: deque[tuple[Done, Sound | None, str]] = deque()
        self._kept: OrderedDict[str, tuple[_State, Sound]] = OrderedDict()
        self._size = 0
        self._thread = threading.Thread(target=self._run, name="sound files", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._requests.put(None)

    def want(self, path: str, codec: str, done: Done) -> None:
        """Ask for a file, coded for `codec` too; `done` is called by a later `ready`."""
        self._requests.put((path, codec, done))

    def ready(self) -> None:
        """Hand out what was read meanwhile."""
        while self._answers:
            done, sound, note = self._answers.popleft()
            done(sound, note)

    def _run(self) -> None:
        while (request := self._requests.get()) is not None:
            path, codec, done = request
            try:
                sound = self._find(path)
                sound.prepare(codec)
                self._answers.append((done, sound, ""))
            except (OSError, EOFError, wave.Error, ValueError) as error:
                words = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                self._answers.append((done, None, f"The sound file '{path}' can't be played: {words}."))

    def _find(self, path: str) -> Sound:
        status = os.stat(path)
        state = (status.st_mtime_ns, status.st_size)
        kept = self._kept.get(path)
        if kept is not None and kept[0] == state:
            self._kept.move_to_end(path)
            return kept[1]
        sound = Sound(read_wav(path))
        self._keep(path, state, sound)
        return sound

    def _keep(self, path: str, state: _State, sound: Sound) -> None:
        with contextlib.suppress(KeyError):
            self._size -= _size(self._kept.pop(path)[1])
        self._kept[path] = (state, sound)
        self._size += _size(sound)
        while self._size > _KEEP and len(self._kept) > 1:
            self._size -= _size(self._kept.popitem(last=False)[1][1])


def read_wav(path: str) -> bytes:
    """Return a WAV file (16-bit, any rate, any number of channels) as mono 16-bit linear at 8 kHz.

    Raises `OSError`, `wave.Error`, `EOFError` or `ValueError` where that can't be done.
    """
    with wave.open(path, "rb") as file:
        channels, width, rate, frames = file.getparams()[:4]
        if width != 2:
            raise ValueError(f"it has {8 * width} bits a sample, 16 are needed")
        if frames > _LONGEST * rate:
            raise ValueError(f"it is longer than {_LONGEST // 60} minutes")
        linear = file.readframes(frames)
    if channels == 1 and rate == RATE:
        return linear
    samples = np.frombuffer(linear, "<i2").reshape(-1, channels).mean(axis=1)
    converted = soxr.resample(samples, rate, RATE, quality="HQ") if rate != RATE else samples
    return bytes(np.clip(np.rint(converted), -32768, 32767).astype("<i2").tobytes())


def _size(sound: Sound) -> int:
    return 320 * len(sound.frames)
