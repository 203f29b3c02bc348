"""The phone line: the ports a conversation stands on, each with a real side and a loopback side.

| port   | real                          | in memory (tests, demo) |
|--------|-------------------------------|-------------------------|
| Dialog | voice/sip/dialog.py (SIP)     | voice/loopback.py       |
| Media  | voice/media/media_client.py   | voice/loopback.py       |
| Speech | asr_tts/speech_client.py      | voice/loopback.py       |

Each port reports to a *sink*: a function that takes one event and returns at once. A conversation gives all
of its ports the same sink (its queue's `put_nowait`) and so reads one ordered stream of events.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from asr_tts import speech_protocol
from asr_tts.speech_loss import SpeechBack as SpeechBack
from asr_tts.speech_loss import SpeechLost as SpeechLost
from models.cause import Cause
from voice.media import media_protocol

Sink = Callable[[object], None]


# -- signalling ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Party:
    """One side of a call as signalled."""

    number: str
    """User part of the URI ("anonymous" where withheld)."""
    name: str = ""
    """Display name."""
    uri: str = ""


@dataclass(frozen=True)
class Origin:
    """Who brings us a call, as far as we are sure of it."""

    kind: Literal["trunk", "user", "unknown", "ourselves", "loopback"]
    name: str
    """Trunk or user name; "" for unknown."""
    address: str
    """Numeric source address with port."""


@dataclass(frozen=True)
class MediaPlan:
    """What one offer/answer exchange agreed on (RFC 3264), from our side."""

    address: str
    """Where the peer wants its RTP."""
    port: int
    """0 where the peer wants none."""
    codec: str
    payload_type: int
    ptime_ms: int = 20
    digits_payload_type: int = -1
    noise_payload_type: int = -1
    direction: media_protocol.Direction = "sendrecv"


@dataclass(frozen=True)
class Ringing:
    """The called side rings; with early media `plan` says where from (183 with SDP)."""

    plan: MediaPlan | None = None


@dataclass(frozen=True)
class Answered:
    plan: MediaPlan


@dataclass(frozen=True)
class MediaChanged:
    """The peer re-negotiated: hold (`plan.direction`), resume, another address or codec."""

    plan: MediaPlan


@dataclass(frozen=True)
class InfoDigit:
    """A key by SIP INFO (application/dtmf-relay or application/dtmf)."""

    digit: str
    duration_ms: int


@dataclass(frozen=True)
class Referred:
    """The peer asks us to transfer it (REFER); answered with `Dialog.refer_progress`."""

    target: str
    replaces: str = ""


@dataclass(frozen=True)
class HungUp:
    """The dialog is over; the last event of every dialog, also of one that we ended ourselves."""

    cause: Cause
    code: int = 0
    """Final SIP code where there was one."""
    words: str = ""
    by_us: bool = False


DialogEvent = Ringing | Answered | MediaChanged | InfoDigit | Referred | HungUp


class Dialog(Protocol):
    """One leg's signalling. Events go to `sink` (what came before it was set is kept and handed over then)."""

    id: str
    """Call-ID."""
    direction: Literal["inbound", "outbound"]
    caller: Party
    called: Party
    origin: Origin

    def attach(self, sink: Sink) -> None: ...

    def ring(self) -> None:
        """180 Ringing."""

    async def answer(self, address: str, port: int) -> MediaPlan:
        """Send 200 with our RTP address and return what was agreed on (after the ACK where the peer offered late).

        Raises `CannotDo` when the dialog is over already (cancelled), `PeerFault` when nothing could be agreed on.
        """

    def reject(self, code: int, words: str, cause: Cause, retry_after: int = 0) -> None:
        """Refuse with a final code before the answer."""

    def hang_up(self, cause: Cause) -> None:
        """End it however far it got: refuse, CANCEL or BYE (with a Reason header, RFC 3326). Idempotent."""

    def hold(self, on: bool) -> None:
        """Re-INVITE with sendonly, or back with sendrecv."""

    def refer_progress(self, code: int, words: str) -> None:
        """Tell the peer how the transfer that it asked for goes (RFC 3515 section 2.4.5); from 200 on it is settled.

        The first word of it answers the REFER: 300 or more declines it.
        """

    async def is_there(self, seconds: float) -> bool:
        """Ask the other end of an answered call (OPTIONS) and tell whether it said anything within `seconds`."""


# -- media ---------------------------------------------------------------------------------------------------


class Stream(Protocol):
    """One RTP stream in a media worker. Events: every `media_protocol` struct with its number, and `MediaLost`."""

    number: int
    address: str
    """What peers are told to send to; where it is bound may be another (0.0.0.0, behind NAT)."""
    port: int

    def tell(self, message: media_protocol.ToMedia) -> None: ...

    async def close(self) -> media_protocol.StreamFigures: ...


@dataclass(frozen=True)
class MediaLost:
    """The stream's media worker died; nothing of the stream is left."""

    stream: int
    reason: str


class Media(Protocol):
    async def open(self, sink: Sink, beside: Stream | None = None) -> Stream:
        """Open a stream (in the worker of `beside`, as legs of a bridge must be).

        Raises `CannotDo` where no port or no worker is to be had.
        """

    def side_by_side(self, one: Stream, other: Stream) -> bool:
        """Tell whether two open streams are in one worker, so that they can hear each other."""


# -- speech --------------------------------------------------------------------------------------------------


class Ear(Protocol):
    """A speech worker's attention to one stream.

    Events: every `speech_protocol` struct with its number, `SpeechLost`, `SpeechBack`.
    """

    @property
    def audio_socket(self) -> str:
        """Where the media worker is to send the audio; "" while no worker is there."""

    def tell(self, message: speech_protocol.ToSpeech) -> None: ...

    def close(self) -> None: ...


class Speech(Protocol):
    @property
    def recognises(self) -> bool:
        """False: keypad only."""

    @property
    def backlog(self) -> int:
        """Utterances whose words somebody waits for, and that wait for a recogniser, by the worker that has fewest."""

    def attend(self, stream: int, sink: Sink) -> Ear: ...

    def synthesise(
        self, text: str, language: str, voice: str = "", wanted: speech_protocol.Wanted = "now"
    ) -> AsyncIterator[speech_protocol.Clause]:
        """Yield the clauses of `text` as they are ready; at once, from the prompt cache, where it was said before.

        What is `wanted` sooner goes first; who stops listening to this wants it no more. Raises `CannotDo` when
        nothing can speak it.
        """
