"""The worker's end of the channel to the server: never waited for, neither in reading nor in writing."""

import socket
from collections.abc import Iterator

from models.framing import Framing
from voice.media.media_protocol import FromMedia, ToMedia


class Control:
    """Messages from and to the server."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._end = end
        self._framing: Framing[ToMedia] = Framing(ToMedia)
        self._unsent = bytearray()
        self.closed = False
        """The server is gone."""

    def fileno(self) -> int:
        return self._end.fileno()

    def say(self, message: FromMedia) -> None:
        """Queue a message for the next `send`."""
        self._unsent += self._framing.pack(message)

    def send(self) -> None:
        """Send what the socket takes now."""
        if not self._unsent:
            return
        try:
            sent = self._end.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            self.closed = True
            return
        del self._unsent[:sent]

    def receive(self) -> Iterator[ToMedia]:
        """Yield what has come. Raises `ValueError` for what is no message."""
        try:
            data = self._end.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.closed = True
        yield from self._framing.feed(data)
