"""A phone line in memory: dialog and stream with the events and delays of the real ones, for whole calls in tests.

Time is the loop's, so that under a virtual clock a call of minutes takes milliseconds. What the caller heard, and
when, is kept by the stream (`audible`).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from models.cause import Cause
from models.errors import CannotDo
from voice.line import (
    HungUp,
    InfoDigit,
    MediaChanged,
    MediaLost,
    MediaPlan,
    Origin,
    Party,
    Referred,
    Sink,
    Stream,
)
from voice.media import media_protocol as media

RATE = 8000
TICK = 0.02
ENDLESS = 24 * 3600 * RATE
"""Samples of what is played round and round."""
PLAN = MediaPlan("127.0.0.1", 40000, "PCMU", 0, digits_payload_type=101)


class Audible(Stream, Protocol):
    """A stream in memory, as the caller at its other end sees it."""

    told: list[media.ToMedia]
    audible: "list[Sounding]"

    @property
    def clock(self) -> int: ...

    @property
    def sounds(self) -> bool: ...

    @property
    def busy(self) -> bool: ...

    def key(self, digit: str) -> None: ...


class Lines(Protocol):
    """Media in memory."""

    @property
    def streams(self) -> "Mapping[int, Audible]": ...


class LoopbackDialog:
    """One leg's signalling in memory; the caller's side are the verbs at the end."""

    def __init__(self, caller: str = "5550142", called: str = "hotline", identity: str = "loopback-1") -> None:
        self.id = identity
        self.direction: Literal["inbound", "outbound"] = "inbound"
        self.caller, self.called = Party(caller), Party(called)
        self.origin = Origin("loopback", "", "127.0.0.1:5060")
        self.answered = False
        self.refused: tuple[int, str, int] | None = None
        """Code, words and Retry-After, where it was refused."""
        self.answers_requests = True
        """Whether the phone at the other end is still there."""
        self.over: HungUp | None = None
        self.transfer: tuple[int, str] | None = None
        """How a transfer that the caller asked for went."""
        self.negotiate: Callable[[str, int], MediaPlan] = lambda address, port: PLAN
        """The caller's phone: gets our RTP address at the answer and says what was agreed on."""
        self._sink: Sink | None = None
        self._early: list[object] = []

    def attach(self, sink: Sink) -> None:
        self._sink = sink
        for event in self._early:
            sink(event)
        self._early.clear()

    def ring(self) -> None:
        """Nothing rings here."""

    async def answer(self, address: str, port: int) -> MediaPlan:
        await asyncio.sleep(TICK)
        if self.over:
            raise CannotDo("The caller gave up before the answer.")
        self.answered = True
        return self.negotiate(address, port)

    def reject(self, code: int, words: str, cause: Cause, retry_after: int = 0) -> None:
        if self.over is None:
            self.refused = (code, words, retry_after)
            self._end(HungUp(cause, code, words, by_us=True))

    def hang_up(self, cause: Cause) -> None:
        if self.over is None:
            self._end(HungUp(cause, by_us=True))

    def hold(self, on: bool) -> None:
        """Nobody to hold here."""

    def refer_progress(self, code: int, words: str) -> None:
        self.transfer = (code, words)

    async def is_there(self, seconds: float) -> bool:
        await asyncio.sleep(TICK if self.answers_requests else seconds)
        return self.answers_requests

    # -- the caller's side -------------------------------------------------------------------------------------

    def caller_hangs_up(self) -> None:
        """BYE, or CANCEL before the answer."""
        if self.over is None:
            self._end(HungUp(Cause.CALLER_HUNG_UP if self.answered else Cause.CANCELLED))

    def caller_holds(self, on: bool) -> None:
        """Re-INVITE with sendonly (we may only receive), or back."""
        self._tell(MediaChanged(replace(PLAN, direction="recvonly" if on else "sendrecv")))

    def caller_sends_info(self, digit: str) -> None:
        """A key by SIP INFO."""
        self._tell(InfoDigit(digit, 160))

    def caller_asks_for_transfer(self, target: str) -> None:
        """REFER."""
        self._tell(Referred(target))

    def _end(self, event: HungUp) -> None:
        self.over = event
        self._tell(event)

    def _tell(self, event: object) -> None:
        if self._sink is None:
            self._early.append(event)
        else:
            self._sink(event)


@dataclass
class Sounding:
    """A stretch of the robot's sound without a break; times in seconds since the stream opened."""

    play: int
    start: float
    end: float


@dataclass
class _Play:
    number: int
    paths: list[str] = field(default_factory=list)
    last: bool = False
    position: int = 0
    """Samples played."""
    started: bool = False
    endless: bool = False


class LoopbackStream:
    """One stream: plays in time, pauses, resumes and stops like the media worker's."""

    def __init__(self, media_: "LoopbackMedia", number: int, sink: Sink) -> None:
        self.number, self.address, self.port = number, "127.0.0.1", 40000 + 2 * number
        self.told: list[media.ToMedia] = []
        self.audible: list[Sounding] = []
        self.audio_socket = ""
        self.recording = ""
        self.closed = False
        self.worker = 0
        """Which media worker has it."""
        self.hears: tuple[int, ...] = ()
        """Which streams' peers its own peer hears now."""
        self.digits = ""
        """Keys that were pressed for its peer."""
        self._media, self._sink = media_, sink
        self._loop = asyncio.get_running_loop()
        self._opened = self._loop.time()
        self._plays: list[_Play] = []
        self._paused = False
        self._since: float | None = None
        """Loop time since which the first play sounds; None: it doesn't."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def clock(self) -> int:
        """Samples since it was opened."""
        return round((self._loop.time() - self._opened) * RATE)

    @property
    def sounds(self) -> bool:
        """Whether the robot is to be heard now."""
        return self._since is not None

    @property
    def busy(self) -> bool:
        """Whether anything is playing or queued."""
        return bool(self._plays)

    def tell(self, message: media.ToMedia) -> None:
        self.told.append(message)
        match message:
            case media.Play():
                self._play(message)
            case media.Pause():
                self._silence()
                self._paused = bool(self._plays)
            case media.Resume():
                self._resume(message.rewind_ms)
            case media.Stop():
                self._stop()
            case media.Record():
                self.recording = message.path
                self.emit(media.RecordingStarted(self.number, self.clock))
            case media.ListenTo():
                self.audio_socket = message.audio_socket
            case media.Hear():
                self.hears = tuple(message.sources)
            case media.SendDigits():
                self.digits += message.digits
            case media.AskFigures():
                self.emit(media.Figures(self.number, self.clock, self.figures()))
            case _:
                pass

    async def close(self) -> media.StreamFigures:
        if not self.closed:
            self._stop()
            self.closed = True
            await asyncio.sleep(TICK)
            if not self._media.lost:
                self._sink(media.StreamClosed(self.number, self.clock, self.figures()))
            self._media.streams.pop(self.number, None)
        return self.figures()

    def figures(self) -> media.StreamFigures:
        """Return as many packets as ticks went by."""
        return media.StreamFigures(packets_in=self.clock // 160, packets_out=self.clock // 160, mos=4.4, codec="PCMU")

    def emit(self, event: object) -> None:
        """Report `event` as the media worker would."""
        if not self.closed:
            self._sink(event)

    def key(self, digit: str, in_band: bool = False) -> None:
        """The caller pressed a key."""
        self.emit(media.Digit(self.number, digit, self.clock, 100, in_band))

    def fails(self, note: str) -> None:
        """What plays can't be played any further."""
        self._silence()
        play = self._plays.pop(0)
        self.emit(media.PlayEnded(self.number, play.number, self.clock, play.position, "failed", note))
        self._wake()

    # -- playing -------------------------------------------------------------------------------------------------

    def _play(self, message: media.Play) -> None:
        if message.replace:
            self._stop()
        play = next((each for each in self._plays if each.number == message.play), None)
        if play is None:
            play = _Play(message.play)
            self._plays.append(play)
        play.paths += [source.path if isinstance(source, media.File) else source.tone for source in message.sources]
        play.endless = play.endless or any(_endless(source) for source in message.sources)
        play.last = message.last
        self._wake()

    def _wake(self) -> None:
        """Plan what comes next: the end of the sound known so far, at the earliest the next tick."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if not self._plays or self._paused:
            return
        play = self._plays[0]
        if self._since is None and play.position < self._length(play):
            self._timer = self._loop.call_later(TICK, self._sound)
            return
        left = self._length(play) - self._position(play)
        self._timer = self._loop.call_later(max(left / RATE, 0), self._at_end)

    def _sound(self) -> None:
        play = self._plays[0]
        self._since = self._loop.time()
        self.audible.append(Sounding(play.number, self._seconds(), self._seconds()))
        if not play.started:
            play.started = True
            self.emit(media.PlayStarted(self.number, play.number, self.clock))
        self._wake()

    def _at_end(self) -> None:
        play = self._plays[0]
        self._silence()
        play.position = self._length(play)
        if play.last:
            self._plays.pop(0)
            self.emit(media.PlayEnded(self.number, play.number, self.clock, play.position, "finished"))
            self._wake()

    def _silence(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._since is not None:
            self._plays[0].position = self._position(self._plays[0])
            self._since = None
            self.audible[-1].end = self._seconds()

    def _resume(self, rewind_ms: int) -> None:
        self._paused = False
        if self._plays and self._since is None:
            self._plays[0].position = max(self._plays[0].position - rewind_ms * RATE // 1000, 0)
            self._wake()

    def _stop(self) -> None:
        self._silence()
        self._paused = False
        plays, self._plays = self._plays, []
        for play in plays:
            self.emit(media.PlayEnded(self.number, play.number, self.clock, play.position, "stopped"))

    def _length(self, play: _Play) -> int:
        if play.endless:
            return ENDLESS
        return sum(self._media.samples(path) for path in play.paths)

    def _position(self, play: _Play) -> int:
        if self._since is None:
            return play.position
        return min(play.position + round((self._loop.time() - self._since) * RATE), self._length(play))

    def _seconds(self) -> float:
        return self._loop.time() - self._opened


def _endless(source: media.Source) -> bool:
    if isinstance(source, media.File):
        return source.loop
    return not source.seconds and source.tone not in ("beep", "hint")


class LoopbackMedia:
    """Media workers in memory."""

    def __init__(self, samples: Callable[[str], int], ports: int = 1000) -> None:
        """`samples` tells how long the sound under a path is; `ports` how many streams there may be."""
        self.samples = samples
        """How long the sound under a path is."""
        self.streams: dict[int, LoopbackStream] = {}
        self.lost = False
        self.workers = 1
        """A new stream goes to the one that has fewest."""
        self._ports = ports
        self._last = 0

    async def open(self, sink: Sink, beside: Stream | None = None) -> LoopbackStream:
        await asyncio.sleep(0.002)
        if len(self.streams) >= self._ports:
            raise CannotDo("No port is free; widen [media] ports.")
        self._last += 1
        stream = LoopbackStream(self, self._last, sink)
        others = [other.worker for other in self.streams.values()]
        fewest = min(range(self.workers), key=others.count)
        stream.worker = beside.worker if isinstance(beside, LoopbackStream) else fewest
        self.streams[stream.number] = stream
        return stream

    def side_by_side(self, one: Stream, other: Stream) -> bool:
        if not (isinstance(one, LoopbackStream) and isinstance(other, LoopbackStream)):
            return True
        return one.worker == other.worker

    def lose(self) -> None:
        """The worker dies with all of its streams."""
        self.lost = True
        for stream in list(self.streams.values()):
            stream.emit(MediaLost(stream.number, "killed by signal 9"))
            stream.closed = True
        self.streams.clear()
