"""A telephone in one file: SIP and RTP by hand over UDP, for the demo, the benches and the peer tests.

It shares nothing with the stack and the media worker that it calls, so that a fault there can't hide itself
here: no sippy, no jitter buffer, its own clock. It speaks PCMU with telephone-event (RFC 4733) and knows just
enough SIP (RFC 3261) to call one UDP server on the same machine. Every frame that it hears keeps the kernel's
receive time. It can be made to echo what it hears, and to lose, delay and reorder what it sends.
"""

import asyncio
import audioop
import contextlib
import random
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.errors import PeerFault

Samples = NDArray[np.int16]
FRAME = 160
"""Samples in a packet: 20 ms at 8 kHz."""
TICK = 0.02
SILENCE = b"\xff" * FRAME
DIGITS_PAYLOAD_TYPE = 101
KEYS = "0123456789*#ABCD"
_HEADER = struct.Struct(">BBHII")
_STAMP = struct.Struct("@qq")
SO_TIMESTAMPNS = 35
"""Linux: receive times of the kernel as ancillary data (socket(7))."""


@dataclass(frozen=True)
class Frame:
    """One RTP packet with audio, received or sent."""

    at: float
    """Kernel receive time, or when it was handed to the kernel; seconds of CLOCK_REALTIME."""
    sequence: int
    timestamp: int
    payload: bytes

    @property
    def samples(self) -> Samples:
        """Its audio, 16-bit linear at 8 kHz."""
        return np.frombuffer(audioop.ulaw2lin(self.payload, 2), dtype=np.int16)

    @property
    def level(self) -> int:
        """RMS of its audio, 0-32767."""
        return audioop.rms(audioop.ulaw2lin(self.payload, 2), 2)


Impairment = Callable[[], float | None]
"""Asked for each packet to be sent: seconds of delay, or None where it is lost."""


@dataclass
class Spoken:
    """One thing that this caller said: when its first and its last packet left."""

    began: float
    ended: float


@dataclass
class SyntheticCaller:
    """One call to `server`; `async with` it, or `dial` and `hang_up`."""

    server: tuple[str, int]
    local: str = "127.0.0.1"
    number: str = "1001"
    called: str = "hotline"
    echo_db: float | None = None
    """Level of what it hears in what it sends (a bad hybrid, a loudspeaker); None: no echo."""
    echo_seconds: float = 0.15
    impair: Impairment | None = None
    heard: list[Frame] = field(default_factory=list)
    """Everything received, in order of arrival."""
    sent: list[Frame] = field(default_factory=list)
    """Every packet with something in it other than silence, also those that `impair` lost."""
    spoken: list[Spoken] = field(default_factory=list)
    ended_by_server: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = 0
    """Final response to our INVITE."""
    final: str = ""
    """That response whole."""
    answered_at: float = 0.0
    """When it came, seconds of CLOCK_REALTIME."""

    def __post_init__(self) -> None:
        self._call_id = f"{random.getrandbits(64):016x}@{self.local}"
        self._tag = f"{random.getrandbits(32):08x}"
        self._cseq = 1
        self._local_host = _bracketed(self.local)
        self._remote_target = f"sip:{self.called}@{_bracketed(self.server[0])}:{self.server[1]}"
        self._to = f"<{self._remote_target}>"
        self._media: tuple[str, int] | None = None
        self._final: asyncio.Future[str] | None = None
        self._pending: deque[bytes] = deque()
        self._tasks: list[asyncio.Task[None]] = []
        self._sequence, self._timestamp = random.getrandbits(16), random.getrandbits(32)
        self._ssrc = random.getrandbits(32)
        self._invite_branch = f"z9hG4bK{random.getrandbits(48):012x}"
        self._idle = asyncio.Event()
        self._idle.set()
        self._bye_answered = asyncio.Event()
        self._to_echo: deque[tuple[float, bytes]] = deque()

    async def __aenter__(self) -> "SyntheticCaller":
        await self.dial()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()

    # -- the call ------------------------------------------------------------------------------------------

    async def dial(self, patience: float = 32.0) -> None:
        """Call and return when answered; raise `PeerFault` with the final code when refused or not answered."""
        loop = asyncio.get_running_loop()
        self._sip = _bound(self.local)
        self._rtp = _bound(self.local)
        self._rtp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._final = loop.create_future()
        loop.add_reader(self._sip, self._on_sip)
        loop.add_reader(self._rtp, self._on_rtp)
        self._send(self._request("INVITE", self._sdp(), self._invite_branch))
        try:
            async with asyncio.timeout(patience):
                answer = await self._final
        except TimeoutError:
            self._close()
            raise PeerFault(f"{self.server[0]}:{self.server[1]} did not answer the call in {patience:.0f} s.") from None
        self.final, self.answered_at = answer, time.time()
        self.code = int(answer.split(" ", 2)[1])
        self._to = header(answer, "To")
        if self.code != 200:
            self._send(self._request("ACK", branch=self._invite_branch))
            self._close()
            raise PeerFault(f"{self.server[0]}:{self.server[1]} refused the call ({answer.splitlines()[0][8:]}).")
        self._remote_target = header(answer, "Contact").split("<")[-1].split(">")[0]
        self._media = _media_address(answer)
        self._send(self._request("ACK"))
        self._tasks.append(loop.create_task(self._talk()))

    @property
    def media(self) -> tuple[str, int]:
        """Where the server wants our RTP."""
        assert self._media is not None
        return self._media

    async def hang_up(self) -> None:
        """Send BYE (unless the server did) and close the sockets."""
        if self._media is not None and not self.ended_by_server.is_set():
            self._cseq += 1
            self._send(self._request("BYE"))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    await self._bye_answered.wait()
        self.vanish()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def vanish(self) -> None:
        """Go away without a word, as a phone whose battery is empty."""
        for task in self._tasks:
            task.cancel()
        self._media = None
        self._idle.set()
        self._close()

    # -- talking and keys ----------------------------------------------------------------------------------

    async def say(self, samples: Samples) -> Spoken:
        """Speak 16-bit samples at 8 kHz; return when the last packet has left."""
        padded = np.concatenate([samples, np.zeros(-len(samples) % FRAME, np.int16)])
        packets = audioop.lin2ulaw(padded.tobytes(), 2)
        self._pending = deque(packets[i : i + FRAME] for i in range(0, len(packets), FRAME))
        self._idle.clear()
        spoken = Spoken(0.0, 0.0)
        self.spoken.append(spoken)
        await self._idle.wait()
        return spoken

    async def key(self, keys: str, seconds: float = 0.1) -> None:
        """Press keys one after the other (RFC 4733: updates every 20 ms, the end three times)."""
        for key in keys:
            event, stamp = KEYS.index(key), self._timestamp
            steps = max(1, round(seconds / TICK))
            for step in range(1, steps + 3):
                end = step >= steps
                body = struct.pack(">BBH", event, (0x80 if end else 0) | 10, min(step, steps) * FRAME)
                self._packet(DIGITS_PAYLOAD_TYPE, body, stamp, marker=step == 1)
                await asyncio.sleep(TICK)
            await asyncio.sleep(0.08)

    def level(self, seconds: float = 0.1) -> float:
        """RMS (0-32767) of what was heard in the last `seconds`."""
        frames = self.heard[-max(1, round(seconds / TICK)) :]
        recent = [f.samples for f in frames if f.at > time.time() - seconds - 0.05]
        return float(np.sqrt(np.mean(np.concatenate(recent).astype(np.float64) ** 2))) if recent else 0.0

    async def wait_until_robot(self, *, speaks: bool, steady: float = 0.3, patience: float = 30.0) -> bool:
        """Wait until the robot has been speaking (or silent) for `steady` seconds; tell whether it came to that."""
        deadline = time.monotonic() + patience
        since = time.monotonic()
        while time.monotonic() < deadline and not self.ended_by_server.is_set():
            if (self.level() > 100) is not speaks:
                since = time.monotonic()
            elif time.monotonic() - since >= steady:
                return True
            await asyncio.sleep(TICK)
        return False

    # -- wires -----------------------------------------------------------------------------------------------

    async def _talk(self) -> None:
        """Send a packet every 20 ms for as long as the call lasts: speech where there is some, silence else."""
        due = time.monotonic()
        while True:
            payload = self._next_payload()
            if payload != SILENCE:
                self.sent.append(Frame(time.time(), (self._sequence + 1) & 0xFFFF, self._timestamp, payload))
            self._packet(0, payload, self._timestamp)
            self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
            due += TICK
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _next_payload(self) -> bytes:
        """Take the next packet of what is being said, mixed with the echo where there is one."""
        payload = SILENCE
        if self._pending:
            now = time.time()
            if self.spoken[-1].began == 0.0:
                self.spoken[-1].began = now
            payload = self._pending.popleft()
            if not self._pending:
                self.spoken[-1].ended = now
                self._idle.set()
        if self.echo_db is not None and self._to_echo and self._to_echo[0][0] <= time.time() - self.echo_seconds:
            echo = audioop.mul(audioop.ulaw2lin(self._to_echo.popleft()[1], 2), 2, 10 ** (self.echo_db / 20))
            payload = audioop.lin2ulaw(audioop.add(audioop.ulaw2lin(payload, 2), echo, 2), 2)
        return payload

    def _packet(self, payload_type: int, payload: bytes, timestamp: int, *, marker: bool = False) -> None:
        if self._media is None:
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = _HEADER.pack(0x80, payload_type | (0x80 if marker else 0), self._sequence, timestamp, self._ssrc)
        delay = self.impair() if self.impair else 0.0
        if delay == 0.0:
            self._rtp.sendto(head + payload, self._media)
        elif delay is not None:
            asyncio.get_running_loop().call_later(delay, self._send_late, head + payload)

    def _send_late(self, packet: bytes) -> None:
        if self._media is not None:
            self._rtp.sendto(packet, self._media)

    def _on_rtp(self) -> None:
        data, ancillary, _, _ = self._rtp.recvmsg(2048, 64)
        at = time.time()
        for _, kind, value in ancillary:
            if kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = _STAMP.unpack(value[:16])
                at = seconds + nanoseconds * 1e-9
        _, kind, sequence, timestamp, _ = _HEADER.unpack_from(data)
        if kind & 0x7F == 0:
            self.heard.append(Frame(at, sequence, timestamp, data[12:]))
            if self.echo_db is not None:
                self._to_echo.append((at, data[12:]))

    def _on_sip(self) -> None:
        text = self._sip.recv(65535).decode(errors="replace")
        if text.startswith("SIP/2.0"):
            self._on_response(text)
            return
        self._send(_response(text))
        if text.startswith("BYE"):
            self.ended_by_server.set()

    def _on_response(self, text: str) -> None:
        method, code = header(text, "CSeq").split(" ")[-1], int(text.split(" ", 2)[1])
        if method == "BYE":
            self._bye_answered.set()
        elif method == "INVITE" and code >= 200 and self._final is not None:
            if not self._final.done():
                self._final.set_result(text)
            elif code == 200 and self._media is not None:
                self._send(self._request("ACK"))

    def _send(self, text: str) -> None:
        self._sip.sendto(text.encode(), self.server)

    def _close(self) -> None:
        loop = asyncio.get_running_loop()
        for wire in (self._sip, self._rtp):
            if wire.fileno() >= 0:
                loop.remove_reader(wire)
                wire.close()

    def _request(self, method: str, body: str = "", branch: str = "") -> str:
        ours = f"{self._local_host}:{self._sip.getsockname()[1]}"
        lines = [
            f"{method} {self._remote_target} SIP/2.0",
            f"Via: SIP/2.0/UDP {ours};rport;branch={branch or f'z9hG4bK{random.getrandbits(48):012x}'}",
            "Max-Forwards: 70",
            f"From: <sip:{self.number}@{self._local_host}>;tag={self._tag}",
            f"To: {self._to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._cseq} {method}",
            f"Contact: <sip:{self.number}@{ours}>",
            "User-Agent: hotline-synthetic-caller",
        ]
        if body:
            lines.append("Content-Type: application/sdp")
        return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])

    def _sdp(self) -> str:
        network = "IN IP6" if ":" in self.local else "IN IP4"
        return (
            f"v=0\r\no=- 1 1 {network} {self.local}\r\ns=-\r\nc={network} {self.local}\r\nt=0 0\r\n"
            f"m=audio {self._rtp.getsockname()[1]} RTP/AVP 0 {DIGITS_PAYLOAD_TYPE}\r\na=rtpmap:0 PCMU/8000\r\n"
            f"a=rtpmap:{DIGITS_PAYLOAD_TYPE} telephone-event/8000\r\na=ptime:20\r\n"
        )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bound(address: str) -> socket.socket:
    wire = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    wire.setblocking(False)
    wire.bind((address, 0))
    return wire


def header(message: str, name: str) -> str:
    """Return the first header of a SIP message called `name`, or ""."""
    prefix = f"{name.lower()}:"
    for line in message.split("\r\n\r\n", 1)[0].split("\r\n"):
        if line.lower().startswith(prefix):
            return line.split(":", 1)[1].strip()
    return ""


def _response(request: str) -> str:
    """Return 200 OK to a request of the server's."""
    kept = ("via:", "from:", "to:", "call-id:", "cseq:")
    lines = [line for line in request.split("\r\n\r\n", 1)[0].split("\r\n") if line.lower().startswith(kept)]
    return "\r\n".join(["SIP/2.0 200 OK", *lines, "Content-Length: 0", "", ""])


def _media_address(answer: str) -> tuple[str, int]:
    """Return where the answer's SDP wants our RTP."""
    address, port = "", 0
    for line in answer.split("\r\n"):
        if line.startswith(("c=IN IP4 ", "c=IN IP6 ")):
            address = line.split()[2]
        elif line.startswith("m=audio "):
            port = int(line.split()[1])
    if not address or not port:
        raise PeerFault("The answer to the call has no audio address in its SDP.")
    return address, port
