"""Messages on a local stream socket: a 4-byte little-endian length, then one msgpack document."""

from collections.abc import Iterator
from struct import Struct
from typing import Generic, TypeVar

import msgspec

M = TypeVar("M")
LENGTH = Struct("<I")
LONGEST = 16 * 1024 * 1024


class Framing(Generic[M]):
    """Bytes in any pieces in, whole messages out; and the other way round. Holds no socket."""

    def __init__(self, kind: object) -> None:
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(kind)
        self._encoder = msgspec.msgpack.Encoder()
        self._rest = bytearray()

    def pack(self, message: object) -> bytes:
        """Return `message` as it goes on the wire."""
        body = self._encoder.encode(message)
        return LENGTH.pack(len(body)) + body

    def feed(self, data: bytes) -> Iterator[M]:
        """Take received bytes and yield each message that is now whole.

        Raises `msgspec.DecodeError` or `ValueError` where the bytes are no such channel: close it then.
        """
        self._rest += data
        while len(self._rest) >= LENGTH.size:
            (size,) = LENGTH.unpack_from(self._rest)
            if size > LONGEST:
                raise ValueError(f"a message of {size} bytes is longer than {LONGEST}")
            if len(self._rest) < LENGTH.size + size:
                return
            body = bytes(self._rest[LENGTH.size : LENGTH.size + size])
            del self._rest[: LENGTH.size + size]
            yield self._decoder.decode(body)
