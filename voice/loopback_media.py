"""Media in memory with the real streams of a media worker: only their sockets and their clock are not.

Each `WireMedia` is one worker's switchboard with its own beat in the loop's time; two of them on one `Wire` are the two
ends of a call, so that keys (RFC 4733) and sound go through coding, jitter buffer, concealment, player and recorder.
"""

import asyncio
import zlib
from collections.abc import Callable
from itertools import count

import numpy as np

from models.errors import CannotDo
from voice.line import Sink, Stream
from voice.loopback import RATE, TICK, Sounding
from voice.loopback_wire import Wire, WirePorts
from voice.media import media_protocol as media
from voice.media.sound import Sound
from voice.media.sound_files import Done, SoundFiles
from voice.media.switchboard import Switchboard
from voice.media.tick import Beat, Due

ONE = Due(skip=0, run=1)


def sound_of(path: str, samples: int) -> bytes:
    """Return 16-bit linear noise as loud as speech, the same for the same path and unlike any other path's."""
    noise = np.random.default_rng(zlib.crc32(path.encode())).normal(0, 3000, samples)
    return bytes(np.clip(noise, -12000, 12000).astype("<i2").tobytes())


class _Sounds(SoundFiles):
    """Sounds that are there at once."""

    def __init__(self, samples: Callable[[str], int]) -> None:
        super().__init__()
        self._samples = samples

    def start(self) -> None:
        """No thread is needed."""

    def stop(self) -> None:
        """Nothing to end."""

    def want(self, path: str, codec: str, done: Done) -> None:
        sound = Sound(sound_of(path, self._samples(path)))
        sound.prepare(codec)
        done(sound, "")


class WireStream:
    """One real stream (see `voice.line.Stream`), and what a caller in memory wants to see of it."""

    def __init__(self, owner: "WireMedia", number: int, address: str, sink: Sink) -> None:
        self.number, self.address, self.port = number, address, 0
        self.told: list[media.ToMedia] = []
        self.audible: list[Sounding] = []
        """From the first to the last sound of each play, pauses included."""
        self.ended: list[media.PlayEnded] = []
        self.figures = media.StreamFigures()
        """The last ones, once it is closed."""
        self.phone: WireStream | None = None
        """The caller's end."""
        self.closed = False
        self._owner, self._sink = owner, sink
        self._opened = owner.ticks
        self._busy: set[int] = set()
        self._paused = False

    @property
    def clock(self) -> int:
        """Samples since it was opened."""
        return (self._owner.ticks - self._opened) * 160

    @property
    def busy(self) -> bool:
        """Whether anything is playing or queued."""
        return bool(self._busy)

    @property
    def sounds(self) -> bool:
        """Whether the robot is to be heard now."""
        return not self._paused and any(piece.play in self._busy for piece in self.audible)

    def tell(self, message: media.ToMedia) -> None:
        self.told.append(message)
        match message:
            case media.ListenTo():
                return  # whoever listens is in memory too
            case media.Play():
                self._busy.add(message.play)
            case media.Pause():
                self._paused = True
            case media.Resume() | media.Stop():
                self._paused = False
            case _:
                pass
        self._owner.tell(message)

    async def close(self) -> media.StreamFigures:
        if not self.closed:
            self._owner.tell(media.CloseStream(self.number))
        return self.figures

    def key(self, digit: str) -> None:
        """The caller presses a key: telephone events go over the wire."""
        assert self.phone is not None, "nobody is at the other end"
        self.phone.tell(media.SendDigits(self.phone.number, digit))

    def of(self, owner: "WireMedia") -> bool:
        """Tell whether it is a stream of that worker."""
        return self._owner is owner

    def take(self, event: media.FromMedia) -> None:
        """Note what the switchboard says of this stream, and hand it on."""
        match event:
            case media.StreamOpened():
                self.port = event.port
                return
            case media.PlayStarted():
                self.audible.append(Sounding(event.play, event.at / RATE, event.at / RATE))
            case media.PlayEnded():
                self.ended.append(event)
                self._busy.discard(event.play)
                if self.audible and self.audible[-1].play == event.play:
                    self.audible[-1].end = event.at / RATE
            case media.StreamClosed():
                self.closed, self.figures = True, event.figures
            case _:
                pass
        self._sink(event)


class WireMedia:
    """A media worker in memory (see `voice.line.Media`)."""

    def __init__(self, wire: Wire, samples: Callable[[str], int], address: str = "192.0.2.1") -> None:
        """`samples` tells how long the sound under a path is."""
        self.streams: dict[int, WireStream] = {}
        self.ticks = 0
        self._address = address
        self._numbers = count(1)
        self._board = Switchboard(WirePorts(wire), Beat(0.0), self._say, wire)
        self._board.sounds = _Sounds(samples)

    async def run(self, phase: float = 0.0) -> None:
        """Tick until cancelled, `phase` seconds beside the full 20 ms; recordings are complete then."""
        loop = asyncio.get_running_loop()
        self._board.start()
        due = loop.time() + phase
        try:
            while True:
                due += TICK
                await asyncio.sleep(max(due - loop.time(), 0))
                self._board.tick(ONE)
                self.ticks += 1
                self._board.between(loop.time())
        finally:
            self._board.stop()

    async def open(self, sink: Sink, beside: Stream | None = None) -> WireStream:
        stream = WireStream(self, next(self._numbers), self._address, sink)
        self.streams[stream.number] = stream
        self.tell(media.OpenStream(stream.number, self._address))
        if not stream.port:
            raise CannotDo("No port is free; widen [media] ports.")
        return stream

    def side_by_side(self, one: Stream, other: Stream) -> bool:
        return all(isinstance(each, WireStream) and each.of(self) for each in (one, other))

    def tell(self, message: media.ToMedia) -> None:
        """Hand a message to the switchboard."""
        self._board.receive(message, asyncio.get_running_loop().time())

    def _say(self, event: media.FromMedia) -> None:
        if not isinstance(event, media.Ready | media.Pong):
            self.streams[event.stream].take(event)
            if isinstance(event, media.StreamClosed):
                del self.streams[event.stream]
