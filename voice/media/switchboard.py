"""All streams of one media worker: what the server's messages do to them, and what a tick does with them."""

import time
import traceback
from collections.abc import Callable

from voice.media import media_protocol as said
from voice.media import tones
from voice.media.concealment import HISTORY, Concealment
from voice.media.media_protocol import FromMedia, ToMedia
from voice.media.ports import NoPort, Ports
from voice.media.recorder import Recording, Writer
from voice.media.sound_files import SoundFiles
from voice.media.speech_feed import SpeechFeed
from voice.media.stream import Stream
from voice.media.tick import Beat, Due
from voice.media.watch import Watch

FLUSH_TICKS = 45
"""A recording is handed to the writer this often (0.9 s)."""
_FLUSH_STEP = 5
"""Ticks between two groups of recordings: waking the writer for each would cost as much as writing."""
_REPORT_TICKS = 5
"""Due RTCP reports are looked for this often."""


class Switchboard:
    """The streams by number. All methods run in the worker's main thread."""

    def __init__(self, ports: Ports, beat: Beat, say: Callable[[FromMedia], None], watch: Watch) -> None:
        self._ports, self._beat, self._say, self._watch = ports, beat, say, watch
        self._streams: dict[int, Stream] = {}
        self._row: list[Stream] = []
        """The streams, as the tick walks them."""
        self._recordings: list[dict[Stream, Recording]] = [{} for _ in range(FLUSH_TICKS // _FLUSH_STEP)]
        self._feeds: dict[str, SpeechFeed] = {}
        self._dropped = 0
        self._ticks = 0
        self._wall = time.time() - time.monotonic()
        self.sounds = SoundFiles()
        self.writer = Writer()

    @property
    def busy(self) -> bool:
        """Whether any stream is open."""
        return bool(self._row)

    def start(self) -> None:
        tones.make_all()
        Concealment(bytes(2 * HISTORY)).frame()
        self.sounds.start()
        self.writer.start()

    def stop(self) -> None:
        """Close every stream and finish the recordings."""
        for stream in list(self._row):
            self._close(stream)
        self.sounds.stop()
        self.writer.stop()

    # -- the tick ----------------------------------------------------------------------------------------------

    def tick(self, due: Due) -> None:
        """Do the ticks that are due."""
        row = self._row
        stream: Stream | None = None
        try:
            if due.skip:
                for stream in row:
                    stream.skip(due.skip)
            for _ in range(due.run):
                for stream in row:
                    stream.listen()
                for stream in row:
                    stream.speak()
        except Exception:  # noqa: BLE001
            # A fault of ours in one call must not end the others: this one is closed, they go on.
            traceback.print_exc()
            if stream is not None:
                self._close(stream)
        self._ticks += 1
        if self._feeds:
            for feed in self._feeds.values():
                feed.send()
        group, rest = divmod(self._ticks % FLUSH_TICKS, _FLUSH_STEP)
        if not rest and self._recordings[group]:
            self.writer.flush_all(list(self._recordings[group].values()))

    def between(self, now: float) -> None:
        """What is done between two ticks: files that were read, recordings that failed, reports that are due."""
        self.sounds.ready()
        self.writer.ready()
        phase = self._ticks % _REPORT_TICKS
        for stream in self._row[phase::_REPORT_TICKS]:
            if 0 < stream.next_report <= now:
                stream.report(now)

    # -- messages ----------------------------------------------------------------------------------------------

    def receive(self, message: ToMedia, now: float) -> None:
        """Do what the server says; what names a stream that is gone, or can't be done, is passed over."""
        if isinstance(message, said.Ping):
            self._say(self._pong(message.at))
            return
        if isinstance(message, said.OpenStream):
            self._open(message)
            return
        stream = self._streams.get(message.stream)
        if stream is not None:
            try:
                self._tell(stream, message, now)
            except Exception:  # noqa: BLE001
                # As in the tick: one bad message must not end all calls.
                traceback.print_exc()

    def _tell(self, stream: Stream, message: ToMedia, now: float) -> None:
        match message:
            case said.SetRemote():
                stream.set_remote(message, now)
            case said.Play():
                stream.player.play(message.play, message.sources, message.replace, message.last, stream.clock)
            case said.Pause():
                stream.player.pause()
            case said.Resume():
                stream.player.resume(message.rewind_ms)
            case said.Stop():
                stream.player.stop(stream.clock)
            case said.SendDigits():
                stream.outgoing.keys.press(message.digits, message.duration_ms, message.gap_ms)
            case said.Hear():
                stream.sources = [self._streams[each] for each in message.sources if each in self._streams]
            case said.Record():
                self._record(stream, message.path)
            case said.SwapSides():
                if stream.recording is not None:
                    stream.recording.swapped = message.swapped
            case said.StopRecording():
                self._stop_recording(stream)
            case said.ListenTo():
                self._listen_to(stream, message.audio_socket)
            case said.WatchTones():
                stream.watch_tones(message.on)
            case said.AskFigures():
                self._say(said.Figures(stream.number, stream.clock, stream.figures()))
            case said.CloseStream():
                self._close(stream)

    def _open(self, message: said.OpenStream) -> None:
        try:
            rtp, rtcp = self._ports.take(message.address)
        except NoPort as error:
            self._say(said.StreamRefused(message.stream, str(error)))
            return
        stream = Stream(message.stream, rtp, rtcp, self._say, self.sounds, self._watch, self._wall)
        self._streams[stream.number] = stream
        self._row = [*self._row, stream]
        self._watch.add(rtp.fileno(), stream.receive)
        self._watch.add(rtcp.fileno(), stream.receive_rtcp)
        self._say(said.StreamOpened(stream.number, stream.port))

    def _close(self, stream: Stream) -> None:
        stream.player.stop(stream.clock)
        self._stop_recording(stream)
        self._listen_to(stream, "")
        del self._streams[stream.number]
        self._row = [each for each in self._row if each is not stream]
        for other in self._row:
            if stream in other.sources:
                other.sources = [each for each in other.sources if each is not stream]
        self._watch.remove(stream.rtp.fileno())
        self._watch.remove(stream.rtcp.fileno())
        figures = stream.figures()
        stream.close()
        self._ports.give_back(stream.port)
        self._say(said.StreamClosed(stream.number, stream.clock, figures))

    def _record(self, stream: Stream, path: str) -> None:
        self._stop_recording(stream)
        recording = stream.record(path)
        self._recordings[stream.number % len(self._recordings)][stream] = recording
        self.writer.flush(recording)

    def _stop_recording(self, stream: Stream) -> None:
        recording = self._recordings[stream.number % len(self._recordings)].pop(stream, None)
        if recording is not None:
            self.writer.flush(recording, last=True)
        stream.recording = None

    def _listen_to(self, stream: Stream, path: str) -> None:
        former = stream.feed
        stream.feed = None
        if former is not None:
            former.listeners -= 1
            if not former.listeners and former.path != path:
                former.send()
                former.close()
                self._dropped += former.dropped
                del self._feeds[former.path]
        if path:
            feed = self._feeds.get(path)
            if feed is None:
                feed = self._feeds[path] = SpeechFeed(path)
            feed.listeners += 1
            stream.feed = feed

    def _pong(self, at: float) -> said.Pong:
        dropped = self._dropped + sum(feed.dropped for feed in self._feeds.values())
        return said.Pong(at, len(self._row), self._beat.late, round(1000 * self._beat.forget(), 2), dropped)
