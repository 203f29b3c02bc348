"""Where media workers bring the callers' audio: a SEQPACKET Unix socket that any number of them connect to."""

import socket
from collections.abc import Iterator
from pathlib import Path

from asr_tts.speech_protocol import AUDIO_HEAD, FRAME_BYTES, WITH_REFERENCE

LARGEST = 65536
"""Bytes of a packet at most."""
AT_ONCE = 16
"""Packets taken from one connection before the others have their turn."""
BUFFER = 4 * 1024 * 1024
Frame = tuple[int, int, bytes, bytes]
"""Stream, first sample, the caller's 20 ms, what was sent meanwhile (or nothing)."""


def open_door(path: Path) -> socket.socket:
    """Listen at `path`, taking the place of a worker that died there."""
    path.unlink(missing_ok=True)
    door = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    door.bind(str(path))
    door.listen(16)
    door.setblocking(False)
    return door


def packets(connection: socket.socket) -> Iterator[bytes]:
    """Yield the packets that are there now, at most `AT_ONCE`. Raises `EOFError` when the media worker is gone."""
    for _ in range(AT_ONCE):
        try:
            packet = connection.recv(LARGEST)
        except BlockingIOError:
            return
        except ConnectionError:
            packet = b""
        if not packet:
            raise EOFError
        yield packet


def frames(packet: bytes) -> Iterator[Frame]:
    """Take a packet apart; a torn last frame is left out."""
    place, head = 0, AUDIO_HEAD.size
    while place + head + FRAME_BYTES <= len(packet):
        stream, at, flags = AUDIO_HEAD.unpack_from(packet, place)
        place += head
        heard = packet[place : place + FRAME_BYTES]
        place += FRAME_BYTES
        sent = b""
        if flags & WITH_REFERENCE:
            sent = packet[place : place + FRAME_BYTES]
            place += FRAME_BYTES
        yield stream, at, heard, sent
