"""What the server says to a media worker and hears from it: msgpack structs, each behind a 4-byte length.

The server numbers the streams (one stream: one RTP session with one peer). `at` is a stream's own clock: samples
at 8 kHz since it was opened, 160 a tick. Everything inside a worker is 16-bit linear at 8 kHz; the codec is only
on the wire. The worker connects to a speech worker's audio socket itself when told to `Listen`.
"""

from typing import Literal

import msgspec

VERSION = 1

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
"""Ours, after negotiation (RFC 3264)."""
Tone = Literal["ringback", "busy", "congestion", "beep", "hold", "hint"]
"""hold: a soft tone pattern for waiting without a music file. hint: two soft notes that an agent hears in a talk."""


class Message(msgspec.Struct, tag=True):
    """Anything on the channel."""


class File(msgspec.Struct, tag=True, frozen=True):
    """A mono 16-bit WAV at 8 kHz (others are converted on loading)."""

    path: str
    loop: bool = False


class ToneSource(msgspec.Struct, tag=True, frozen=True):
    tone: Tone
    seconds: float = 0
    """0: until stopped."""


Source = File | ToneSource


# -- from the server ---------------------------------------------------------------------------------------


class OpenStream(Message):
    """Bind an RTP and an RTCP port on `address`; answered by `StreamOpened` or `StreamRefused`."""

    stream: int
    address: str


class SetRemote(Message):
    """What was negotiated; again after each re-negotiation. The first valid packet after it teaches the address."""

    stream: int
    address: str
    port: int
    """0: the peer refused or paused the medium."""
    codec: str
    """"PCMU", "PCMA" or "G722"."""
    payload_type: int
    ptime_ms: int = 20
    """What the peer wants to receive, 10-60."""
    digits_payload_type: int = -1
    """telephone-event's number (RFC 4733), or -1: digits are found and sent in band."""
    noise_payload_type: int = -1
    """comfort noise (RFC 3389), or -1."""
    direction: Direction = "sendrecv"
    learn: bool = True
    """Whether the source address may be learnt anew (symmetric RTP)."""


class Play(Message):
    """Queue sources behind what is playing, or replace all of it."""

    stream: int
    play: int
    """Named by the server, unique in the stream; its events carry it."""
    sources: list[Source]
    replace: bool = False
    last: bool = True
    """False: more sources of the same play will be appended (`Play` again with the same number): no `PlayEnded` yet."""


class Pause(Message):
    """Be silent from the next packet on, and remember the place; it goes on with `Resume`."""

    stream: int


class Resume(Message):
    """Go on from `rewind_ms` before the place where `Pause` cut."""

    stream: int
    rewind_ms: int = 0


class Stop(Message):
    """Throw away all that is playing or queued; silent from the next packet on. Each play gets its `PlayEnded`."""

    stream: int


class SendDigits(Message):
    stream: int
    digits: str
    duration_ms: int = 100
    gap_ms: int = 80


class Hear(Message):
    """From now on the peer of `stream` hears these streams' callers, mixed (and what is played to it, above them).

    Two streams that hear each other are a bridge; three are a conference; one that hears two and is heard by
    nobody is a monitor.
    """

    stream: int
    sources: list[int]


class Record(Message):
    """Write left = what the peer said, right = what it heard, until `StopRecording` or `CloseStream`."""

    stream: int
    path: str


class SwapSides(Message):
    """From now on the recording has what the peer says on the right and what it hears on the left, or no longer."""

    stream: int
    swapped: bool


class StopRecording(Message):
    stream: int


class ListenTo(Message):
    """Send the stream's audio to a speech worker; "" ends it."""

    stream: int
    audio_socket: str


class WatchTones(Message):
    """Listen for tones that tell who answered, or no more; each is told as `ToneHeard`."""

    stream: int
    on: bool


class AskFigures(Message):
    """Answered by `Figures`."""

    stream: int


class CloseStream(Message):
    """Answered by `StreamClosed` with the last figures."""

    stream: int


class Ping(Message):
    at: float


# -- from the media worker -----------------------------------------------------------------------------------


class Ready(Message):
    """First message of a worker."""

    version: int
    pid: int
    realtime: bool
    """Whether real-time priority was granted."""


class StreamOpened(Message):
    stream: int
    port: int


class StreamRefused(Message):
    stream: int
    reason: str
    """A sentence: port range used up, address not ours …"""


class PlayStarted(Message):
    stream: int
    play: int
    at: int


class PlayEnded(Message):
    stream: int
    play: int
    at: int
    played: int
    """Samples of this play that were sent."""
    reason: Literal["finished", "stopped", "failed"]
    note: str = ""


class Digit(Message):
    """A key was pressed at the other end (reported once, when it is sure)."""

    stream: int
    digit: str
    """0-9, *, #, A-D."""
    at: int
    duration_ms: int
    in_band: bool


class ToneHeard(Message):
    """A tone by which a machine, a fax or the network is known (`tone_watch.py`)."""

    stream: int
    kind: Literal["beep", "sit", "fax"]
    at: int
    """Where it was over; a fax's goes on."""
    duration_ms: int
    hertz: float
    meaning: str = ""
    """What information tones say of the number: no-such-number, congestion, "" for nothing."""


class SourceLearnt(Message):
    """RTP now goes to where it comes from, which is not what SDP said."""

    stream: int
    address: str
    port: int


class RtpSilent(Message):
    """Nothing came for so long (said at 1, 2, 5, 10, 20 … s and every 10 s after)."""

    stream: int
    seconds: float


class RtpBack(Message):
    stream: int


class RecordingStarted(Message):
    """`at` is the stream's clock at the recording's first sample."""

    stream: int
    at: int


class RecordingFailed(Message):
    """The recording ended early (disk full …); the call goes on."""

    stream: int
    reason: str


class StreamFigures(msgspec.Struct, frozen=True):
    """What RTP and RTCP tell about one stream so far."""

    packets_in: int = 0
    packets_out: int = 0
    packets_lost: int = 0
    """By sequence numbers (RFC 3550 A.3); those that came late count as received."""
    packets_late: int = 0
    """Came after their turn and could not be played."""
    packets_concealed: int = 0
    packets_foreign: int = 0
    """Dropped: from another source than the learnt one."""
    packets_early: int = 0
    """Not heard: RTP from a peer that sent before its answer was negotiated here to the end. No fault of anybody's."""
    packets_bad: int = 0
    """Dropped: not RTP, or a payload type nobody negotiated."""
    jitter_ms: float = 0
    """Interarrival jitter (RFC 3550 A.8)."""
    buffer_ms: float = 0
    """Delay of the jitter buffer, mean."""
    mos: float = 0
    """E-model estimate of what we heard (ITU-T G.107), 1-4.5; 0: nothing came."""
    remote_lost: float = 0
    """Share that the peer lost, from its RTCP reports, 0-1."""
    remote_jitter_ms: float = 0
    round_trip_ms: float = 0
    codec: str = ""


class Figures(Message):
    stream: int
    at: int
    figures: StreamFigures


class StreamClosed(Message):
    stream: int
    at: int
    figures: StreamFigures


class Pong(Message):
    at: float
    streams: int
    late_ticks: int
    """Ticks that began more than 10 ms late, since the start."""
    worst_tick_ms: float
    """Latest begin of a tick since the last Pong."""
    audio_dropped: int
    """Frames that a speech worker didn't take in time."""


ToMedia = (
    OpenStream
    | SetRemote
    | Play
    | Pause
    | Resume
    | Stop
    | SendDigits
    | Hear
    | Record
    | SwapSides
    | StopRecording
    | ListenTo
    | WatchTones
    | AskFigures
    | CloseStream
    | Ping
)
FromMedia = (
    Ready
    | StreamOpened
    | StreamRefused
    | PlayStarted
    | PlayEnded
    | Digit
    | ToneHeard
    | SourceLearnt
    | RtpSilent
    | RtpBack
    | RecordingStarted
    | RecordingFailed
    | Figures
    | StreamClosed
    | Pong
)
