"""One RTP session with one peer: two sockets, the incoming and outgoing half, what is played, heard and recorded.

Every method runs in the worker's one thread. `receive` is called when a packet is there, `listen` and then `speak`
once a tick; these three are the hot path and take no detour.
"""

import random
import socket
import time
from collections.abc import Callable

from voice.media import emodel, mixer
from voice.media.codec import FRAME, SILENCE
from voice.media.dtmf import Press
from voice.media.incoming import Incoming
from voice.media.latch import Latch
from voice.media.media_protocol import (
    Digit,
    FromMedia,
    RecordingFailed,
    RecordingStarted,
    RtpBack,
    RtpSilent,
    SetRemote,
    SourceLearnt,
    StreamFigures,
    ToneHeard,
)
from voice.media.outgoing import Outgoing
from voice.media.player import Player, Shelf
from voice.media.ports import line_to
from voice.media.recorder import Recording
from voice.media.rtcp import INTERVAL, Reports
from voice.media.rtp import is_rtcp, payload_of
from voice.media.speech_feed import SpeechFeed
from voice.media.tone_watch import ToneWatch
from voice.media.watch import Watch

_SECOND = 50
"""Ticks."""
_SILENT_SECONDS = (1, 2, 5, 10)
"""When a silent peer is reported; every 10 s after."""
_CATCH_UP = 25
"""Ticks (500 ms) of incoming audio that are worked off after a late tick."""
_LARGEST = 2048
_STILL_THERE = 4
"""Packets that may wait in a line's socket when it is closed."""

Emit = Callable[[FromMedia], None]


def _nowhere(packet: bytes) -> None:
    """Where the packets of a closed stream go."""


class Stream:
    """One RTP session."""

    def __init__(
        self,
        number: int,
        rtp: socket.socket,
        rtcp: socket.socket,
        emit: Emit,
        shelf: Shelf,
        watch: Watch,
        wall: float,
    ) -> None:
        """Take two bound sockets; `emit` gets every event, `shelf` gives sound files."""
        self.number = number
        self.port: int = rtp.getsockname()[1]
        self.clock = 0
        """Samples at 8 kHz since the stream was opened."""
        self.heard = SILENCE
        """This tick's frame from the peer."""
        self.sources: list[Stream] = []
        """Whose frames the peer hears."""
        self.feed: SpeechFeed | None = None
        self.recording: Recording | None = None
        self.incoming = Incoming(self._pressed)
        self.outgoing = Outgoing(self._send)
        self.player = Player(number, shelf, emit)
        self.reports = Reports(f"{number}@hotline", wall)
        self.next_report = 0.0
        self.rtp, self.rtcp = rtp, rtcp
        self._receive_from = rtp.recvfrom
        self._watch = watch
        self._line: socket.socket | None = None
        """Connected to the locked peer; `rtp` then hears only the others."""
        self._emit = emit
        self._latch = Latch()
        self._locked: tuple[str, int] | None = None
        self._target: tuple[str, int] | None = None
        self._sends = self._hears = False
        self._idle = 0
        """Ticks since the last packet."""
        self._silent_at = _SECOND * _SILENT_SECONDS[0]
        self._silent = False
        self._foreign = self._early = 0
        self._tones: ToneWatch | None = None
        self._negotiated_once = False

    # -- commands ----------------------------------------------------------------------------------------------

    def set_remote(self, remote: SetRemote, now: float) -> None:
        """Use what was negotiated. Raises `KeyError` for a codec that we don't have."""
        self.incoming.negotiated(
            remote.codec, remote.payload_type, remote.digits_payload_type, remote.noise_payload_type
        )
        self.outgoing.negotiated(remote.codec, remote.payload_type, remote.ptime_ms, remote.digits_payload_type)
        self.player.use(remote.codec)
        self._latch.negotiated(remote.address, remote.port, remote.learn, now)
        self._follow_latch()
        open_port = remote.port != 0
        self._sends = open_port and remote.direction in ("sendrecv", "sendonly")
        self._hears = open_port and remote.direction in ("sendrecv", "recvonly")
        self._idle, self._silent_at = 0, _SECOND * _SILENT_SECONDS[0]
        if not self._negotiated_once:
            self._negotiated_once = True
            self.next_report = now + INTERVAL * random.uniform(0.1, 1.0)

    def record(self, path: str) -> Recording:
        """Begin a recording with the next frame."""
        recording = self.recording = Recording(path, self._recording_failed)
        self._emit(RecordingStarted(self.number, self.clock))
        return recording

    def watch_tones(self, on: bool) -> None:
        """Listen for tones that tell who answered, or no more."""
        self._tones = ToneWatch() if on else None

    # -- hot path ----------------------------------------------------------------------------------------------

    def receive(self, now: float) -> None:
        """Read one packet from the RTP socket."""
        try:
            packet, source = self._receive_from(_LARGEST)
        except OSError:
            return
        if source != self._locked and not self._admit(packet, source[:2], now):
            return
        self._take(packet, now)

    def receive_line(self, now: float) -> None:
        """Read one packet of the locked peer."""
        if self._line is None:
            return
        try:
            packet = self._line.recv(_LARGEST)
        except OSError:
            return
        self._take(packet, now)

    def _take(self, packet: bytes, now: float) -> None:
        if self._hears:
            self._idle = 0
            if self._silent:
                self._silent = False
                self._emit(RtpBack(self.number))
            if len(packet) > 12 and not 192 <= packet[1] <= 223:
                self.incoming.packet(packet, now)
            else:
                self._muxed(packet, now)

    def listen(self) -> None:
        """First half of a tick: what the peer said in these 20 ms."""
        self.heard = self.incoming.frame()
        if self._tones is not None:
            self._hear_tones(self._tones)
        self._idle += 1
        if self._idle >= self._silent_at:
            self._say_silent()

    def speak(self) -> None:
        """Second half of a tick: send, record, and let the recogniser hear."""
        outgoing = self.outgoing
        sent = SILENCE
        if self._sends and self._target is not None:
            if outgoing.keys.busy:
                sent = outgoing.press()
            else:
                player = self.player
                played = player.take(self.clock)
                if self.sources:
                    sent = mixer.mix(played, self.sources)
                    outgoing.audio(sent, None)
                elif played is not None:
                    sent = played
                    outgoing.audio(played, player.payload)
                else:
                    outgoing.audio(SILENCE, None)
        else:
            outgoing.skip(1)
        recording = self.recording
        if recording is not None:
            recording.add(self.heard, sent)
        if self.feed is not None:
            quiet = sent is SILENCE
            self.feed.add(self.number, self.clock, self.heard, None if quiet else sent, self.incoming.made_up)
        self.clock += 160

    def skip(self, ticks: int) -> None:
        """Let ticks pass that came too late to send anything: the peer's audio is worked off, ours waits."""
        self.outgoing.skip(ticks)
        for tick in range(ticks):
            self.heard = self.incoming.frame() if tick < _CATCH_UP else SILENCE
            if self.recording is not None:
                self.recording.add(self.heard, SILENCE)
            if self.feed is not None and tick < _CATCH_UP:
                self.feed.add(self.number, self.clock, self.heard, None, self.incoming.made_up)
            self.clock += 160
        self._idle += ticks

    # -- RTCP --------------------------------------------------------------------------------------------------

    def receive_rtcp(self, now: float) -> None:
        """Read one packet from the RTCP socket."""
        try:
            packet, _ = self.rtcp.recvfrom(_LARGEST)
        except OSError:
            return
        self.reports.read(packet, now, self.outgoing.ssrc)

    def report(self, now: float) -> None:
        """Send a report and say when the next is due."""
        self.next_report = now + INTERVAL * random.uniform(0.5, 1.5)
        outgoing, incoming = self.outgoing, self.incoming
        block = b""
        if incoming.ssrc >= 0:
            arrivals = incoming.arrivals
            block = self.reports.about_peer(
                now, incoming.ssrc, arrivals.fraction_lost(), arrivals.lost_now, arrivals.highest, arrivals.jitter
            )
        if self._sends and outgoing.packets:
            packet = self.reports.sender(
                now, outgoing.ssrc, outgoing.stamp, outgoing.packets, outgoing.packets * FRAME, block
            )
        else:
            packet = self.reports.receiver(outgoing.ssrc, block)
        self._send_rtcp(packet)

    def close(self) -> None:
        """Say goodbye and close the sockets."""
        if self._target is not None and self._negotiated_once:
            self._send_rtcp(self.reports.goodbye(self.outgoing.ssrc))
        self._close_line()
        self.rtp.close()
        self.rtcp.close()
        # The worker's cyclic collector hardly ever runs: what is closed must fall apart by itself.
        self.sources = []
        self.incoming.close()
        self.outgoing.keys.clear()
        self.outgoing.send = _nowhere

    def figures(self) -> StreamFigures:
        """Return what is known of the stream so far."""
        incoming, outgoing, reports = self.incoming, self.outgoing, self.reports
        arrivals, jitter = incoming.arrivals, incoming.jitter
        buffer_ms = 20.0 * jitter.delay_sum / jitter.puts if jitter.puts else 0.0
        lost = (arrivals.lost + jitter.late) / max(arrivals.total + arrivals.lost, 1)
        burst = incoming.concealed / incoming.bursts * (1 - lost) if incoming.bursts else 1.0
        rating = emodel.rating(outgoing.codec, lost, burst, reports.round_trip_ms / 2 + buffer_ms + 20)
        return StreamFigures(
            packets_in=arrivals.total,
            packets_out=outgoing.packets,
            packets_lost=arrivals.lost,
            packets_late=jitter.late,
            packets_concealed=incoming.concealed,
            packets_foreign=self._foreign,
            packets_early=self._early,
            packets_bad=incoming.bad,
            jitter_ms=round(arrivals.jitter / 8, 2),
            buffer_ms=round(buffer_ms, 1),
            mos=round(emodel.mos(rating), 2) if arrivals.total else 0.0,
            remote_lost=round(min(reports.remote_lost / max(outgoing.packets, 1), 1.0), 4),
            remote_jitter_ms=round(reports.remote_jitter_ms, 2),
            round_trip_ms=round(reports.round_trip_ms, 2),
            codec=outgoing.codec,
        )

    # -- inside ------------------------------------------------------------------------------------------------

    def _send(self, packet: bytes) -> None:
        """Send before a line is there (nobody is learnt yet)."""
        if self._target is not None:
            self.rtp.sendto(packet, self._target)

    def _follow_latch(self) -> None:
        latch = self._latch
        if latch.locked != self._locked:
            self._close_line()
            if latch.locked is not None:
                self._open_line(latch.locked)
        self._locked, self._target = latch.locked, latch.target

    def _open_line(self, peer: tuple[str, int]) -> None:
        self._line = line_to(self.rtp, peer)
        if self._line is not None:
            self.outgoing.send = self._line.send
            self._watch.add(self._line.fileno(), self.receive_line)

    def _close_line(self) -> None:
        if self._line is None:
            return
        now = time.monotonic()
        for _ in range(_STILL_THERE):
            self.receive_line(now)
        self.outgoing.send = self._send
        self._watch.remove(self._line.fileno())
        self._line.close()
        self._line = None

    def _send_rtcp(self, packet: bytes) -> None:
        if self._target is not None:
            try:
                self.rtcp.sendto(packet, (self._target[0], self._target[1] + 1))
            except (OSError, OverflowError):
                pass

    def _admit(self, packet: bytes, source: tuple[str, int], now: float) -> bool:
        """Judge a packet that is not from the locked address."""
        if source == self._locked:
            return True
        if not self.incoming.valid(packet):
            if is_rtcp(packet):
                return False
            if not self._negotiated_once and payload_of(packet):
                self._early += 1
            else:
                self.incoming.bad += 1
            return False
        if not self._latch.admits(source, now):
            self._foreign += 1
            return False
        if self._latch.locked != self._locked:
            self._follow_latch()
            if self._latch.elsewhere and self._target is not None:
                self._emit(SourceLearnt(self.number, *self._target))
        return True

    def _muxed(self, packet: bytes, now: float) -> None:
        """Take RTCP that came on the RTP port (RFC 5761), or count what is nothing."""
        if is_rtcp(packet):
            self.reports.read(packet, now, self.outgoing.ssrc)
        else:
            self.incoming.bad += 1

    def _say_silent(self) -> None:
        seconds = self._silent_at // _SECOND
        following = next((each for each in _SILENT_SECONDS if each > seconds), seconds + 10)
        self._silent_at = following * _SECOND
        if self._hears:
            self._silent = True
            self._emit(RtpSilent(self.number, float(seconds)))

    def _pressed(self, press: Press, in_band: bool) -> None:
        digit, duration_ms = press
        self._emit(Digit(self.number, digit, max(self.clock - 8 * duration_ms, 0), duration_ms, in_band))

    def _hear_tones(self, tones: ToneWatch) -> None:
        heard = tones.frame(self.heard)
        if heard is not None:
            hertz = round(heard.hertz, 1)
            self._emit(ToneHeard(self.number, heard.kind, self.clock, 20 * heard.frames, hertz, heard.meaning))

    def _recording_failed(self, recording: Recording, reason: str) -> None:
        if self.recording is recording:
            self.recording = None
        self._emit(RecordingFailed(self.number, reason))
