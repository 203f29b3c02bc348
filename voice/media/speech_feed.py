"""The callers' audio on its way to a speech worker: one SEQPACKET packet a tick, never waited for."""

import socket

from asr_tts.speech_protocol import AUDIO_HEAD, CONCEALED, FRAME_BYTES, WITH_REFERENCE

_LARGEST = 60_000
"""Bytes of a packet at most; more frames of one tick go in a second one."""
_BUFFER = 4 * 1024 * 1024
_RETRY = 50
"""Ticks between two attempts to reach a speech worker."""


class SpeechFeed:
    """The way to one speech worker, shared by all streams that it listens to."""

    __slots__ = ("_parts", "_size", "_socket", "_wait", "dropped", "listeners", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self.listeners = 0
        self.dropped = 0
        """Frames that were not taken in time."""
        self._parts: list[bytes] = []
        self._size = 0
        self._socket: socket.socket | None = None
        self._wait = 0

    def add(self, stream: int, at: int, heard: bytes, sent: bytes | None, concealed: bool) -> None:
        """Put one frame into this tick's packet, with what was sent to the peer in the same tick."""
        if self._size > _LARGEST - 2 * FRAME_BYTES - AUDIO_HEAD.size:
            self.send()
        flags = (WITH_REFERENCE if sent is not None else 0) | (CONCEALED if concealed else 0)
        if sent is None:
            self._parts += (AUDIO_HEAD.pack(stream, at, flags), heard)
            self._size += AUDIO_HEAD.size + FRAME_BYTES
        else:
            self._parts += (AUDIO_HEAD.pack(stream, at, flags), heard, sent)
            self._size += AUDIO_HEAD.size + 2 * FRAME_BYTES

    def send(self) -> None:
        """Send the tick's packet, or drop and count it."""
        parts = self._parts
        if not parts:
            return
        self._parts, self._size = [], 0
        if self._socket is None:
            self._connect()
        try:
            if self._socket is None:
                raise BlockingIOError
            self._socket.send(b"".join(parts))
        except BlockingIOError:
            self._drop(parts)
        except OSError:
            self._drop(parts)
            self.close()

    def close(self) -> None:
        """Let go of the connection; the next frame makes a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _drop(self, parts: list[bytes]) -> None:
        self.dropped += sum(len(part) == AUDIO_HEAD.size for part in parts)

    def _connect(self) -> None:
        self._wait -= 1
        if self._wait > 0:
            return
        self._wait = _RETRY
        end = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        try:
            end.connect(self.path)
        except OSError:
            end.close()
            return
        self._socket, self._wait = end, 0
