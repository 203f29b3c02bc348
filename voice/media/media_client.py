"""The server's side of the media workers: opens streams, hands their events to whoever owns them.

The port range is shared out to the workers; a new stream goes to the worker that has fewest, or beside another one
(both legs of a bridge must live in one worker). When a worker dies, each of its streams' owners gets `MediaLost` and
the worker is started again.
"""

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from models.child_process import ChildProcess
from models.errors import CannotDo
from models.settings import MediaSettings
from voice.line import MediaLost, Sink, Stream
from voice.media import media_protocol as protocol
from voice.media.media_protocol import FromMedia, StreamFigures, ToMedia

T = TypeVar("T")
_OPEN_SECONDS = 5.0
_PATIENCE = 3.0
"""Seconds without a sign of life after which a worker is hung."""


@dataclass(frozen=True)
class WorkerFigures:
    """How one media worker fares, for metrics and `doctor`."""

    name: str
    pid: int
    ready: bool
    realtime: bool
    """Whether real-time priority was granted."""
    streams: int
    restarts: int
    late_ticks: int
    worst_tick_ms: float
    audio_dropped: int


class MediaStream:
    """One open stream (see `voice.line.Stream`)."""

    def __init__(self, worker: "_Worker", number: int, address: str, sink: Sink) -> None:
        self.worker = worker
        self.number = number
        self.address = address
        self.port = 0
        self.sink = sink
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[int] = loop.create_future()
        self.closed: asyncio.Future[StreamFigures] = loop.create_future()
        self._closing = False

    def tell(self, message: ToMedia) -> None:
        """Send a message; nothing happens where the worker is gone (`MediaLost` has said so)."""
        self.worker.process.tell(message)

    async def close(self) -> StreamFigures:
        """Close it and return the last figures (empty ones where the worker is gone). May be called again."""
        if not self._closing:
            self._closing = True
            if not self.closed.done():
                self.tell(protocol.CloseStream(self.number))
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                return await asyncio.shield(self.closed)
        except TimeoutError:
            self.worker.streams.pop(self.number, None)
            return StreamFigures()


class _Worker:
    """One worker process and the streams that live in it."""

    def __init__(self, name: str, ports: str, realtime: bool) -> None:
        self.name = name
        self.streams: dict[int, MediaStream] = {}
        self.realtime = False
        self.health = protocol.Pong(0, 0, 0, 0, 0)
        arguments = ["--ports", ports, "--name", name, *(["--realtime"] if realtime else [])]
        self.process: ChildProcess[FromMedia] = ChildProcess(
            f"media worker {name}",
            "voice.media.media_worker",
            arguments,
            FromMedia,
            on_message=self._message,
            on_lost=self._lost,
            ping=protocol.Ping,
            patience=_PATIENCE,
            start_seconds=30,
        )

    def _message(self, message: FromMedia) -> None:
        if isinstance(message, protocol.Ready):
            self.realtime = message.realtime
        elif isinstance(message, protocol.Pong):
            self.health = message
        else:
            self._event(message)

    def _event(self, message: FromMedia) -> None:
        assert not isinstance(message, protocol.Ready | protocol.Pong)
        stream = self.streams.get(message.stream)
        if stream is None:
            return
        if isinstance(message, protocol.StreamOpened):
            _resolve(stream.opened, message.port)
        elif isinstance(message, protocol.StreamRefused):
            del self.streams[stream.number]
            if not stream.opened.done():
                stream.opened.set_exception(CannotDo(message.reason))
        else:
            if isinstance(message, protocol.StreamClosed):
                del self.streams[stream.number]
                _resolve(stream.closed, message.figures)
            stream.sink(message)

    def _lost(self, reason: str) -> None:
        lost, self.streams = self.streams, {}
        for stream in lost.values():
            if not stream.opened.done():
                stream.opened.set_exception(CannotDo(f"The media worker is gone ({reason})."))
            _resolve(stream.closed, StreamFigures())
            stream.sink(MediaLost(stream.number, reason))


class MediaClient:
    """All media workers of this server (see `voice.line.Media`)."""

    def __init__(self, settings: MediaSettings, address: str, public_address: str = "") -> None:
        """`address` is the numeric local address that streams are bound to, `public_address` the one peers are told."""
        self._address, self._public_address = address, public_address or address
        self._workers = [
            _Worker(str(place + 1), ports, settings.realtime)
            for place, ports in enumerate(share_out(settings.ports, settings.workers))
        ]
        self._last = 0

    async def run(self) -> None:
        """Keep the workers alive until cancelled."""
        async with asyncio.TaskGroup() as group:
            for worker in self._workers:
                group.create_task(worker.process.run(), name=f"media worker {worker.name}")

    async def ready(self) -> None:
        """Wait until every worker has started."""
        for worker in self._workers:
            await worker.process.ready.wait()

    async def open(self, sink: Sink, beside: Stream | None = None) -> MediaStream:
        """Open a stream; raise `CannotDo` where no port or no worker is to be had."""
        worker = self._worker_for(beside)
        self._last += 1
        stream = MediaStream(worker, self._last, self._public_address, sink)
        worker.streams[stream.number] = stream
        stream.tell(protocol.OpenStream(stream.number, self._address))
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                stream.port = await stream.opened
        except TimeoutError:
            raise CannotDo(f"Media worker {worker.name} opened no stream within {_OPEN_SECONDS:.0f} s.") from None
        finally:
            if not stream.port and worker.streams.pop(stream.number, None) is not None:
                stream.tell(protocol.CloseStream(stream.number))
        return stream

    def side_by_side(self, one: Stream, other: Stream) -> bool:
        """Tell whether two open streams are in one worker, so that they can hear each other."""
        return isinstance(one, MediaStream) and isinstance(other, MediaStream) and one.worker is other.worker

    def figures(self) -> list[WorkerFigures]:
        """Return how each worker fares."""
        return [
            WorkerFigures(
                worker.name,
                worker.process.pid,
                worker.process.ready.is_set(),
                worker.realtime,
                len(worker.streams),
                worker.process.restarts,
                worker.health.late_ticks,
                worker.health.worst_tick_ms,
                worker.health.audio_dropped,
            )
            for worker in self._workers
        ]

    def _worker_for(self, beside: Stream | None) -> _Worker:
        if isinstance(beside, MediaStream):
            if beside.worker.streams.get(beside.number) is not beside:
                raise CannotDo(f"Stream {beside.number}, beside which another was to be opened, is gone.")
            return beside.worker
        alive = [worker for worker in self._workers if worker.process.ready.is_set()]
        if not alive:
            raise CannotDo("No media worker is running; one is started again within seconds.")
        return min(alive, key=lambda worker: len(worker.streams))


def share_out(ports: str, workers: int) -> list[str]:
    """Cut a range "first-last" into equal ranges that begin on even ports."""
    first, last = (int(each) for each in ports.split("-"))
    first += first % 2
    pairs = (last + 1 - first) // 2
    cuts = [first + 2 * (pairs * place // workers) for place in range(workers + 1)]
    return [f"{begin}-{end - 1}" for begin, end in pairwise(cuts)]


def _resolve(future: "asyncio.Future[T]", value: T) -> None:
    if not future.done():
        future.set_result(value)
