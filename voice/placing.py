"""One call on its way out: one attempt after the other until one rings, is answered or is decidedly refused.

An attempt that got no further than a refusal worth trying elsewhere (silence, 503, a gateway's failure) gives way to
the next, all within one ring time. From the first sign of ringing on, the call is what it is.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.cause import Cause
from models.errors import PeerFault
from voice.line import Answered, Dialog, HungUp, Party, Ringing, Sink
from voice.sip.address import Address, bracketed
from voice.sip.causes import meaning, worth_another_address
from voice.sip.request import Credentials, Target
from voice.sip.trunk import Trunk

PATIENCE = 4.0
"""Seconds without any response, not even 100, after which the next address is tried where there is one."""
LONGEST_REST = 3600.0


class CallRefused(PeerFault):
    """The line or the called side refused before it rang."""

    def __init__(self, sentence: str, cause: Cause, code: int, retry_after: int = 0) -> None:
        """`retry_after`: seconds that the refusal asked to be left alone, 0 where it asked for nothing."""
        super().__init__(sentence)
        self.cause = cause
        self.code = code
        self.retry_after = retry_after


class PlacedDialog(Dialog, Protocol):
    """What an outbound attempt tells besides a dialog's own events."""

    heard: bool
    """Whether any response came in."""
    retry_after: int
    """Seconds that a refusal's Retry-After asked for; 0 where it asked for nothing."""


class Caller(Protocol):
    """The SIP stack, as far as calls are placed with it."""

    def call(
        self,
        target: Target,
        caller: Party,
        address: str,
        port: int,
        *,
        sink: Sink,
        credentials: Credentials | None = None,
        ring_seconds: float = 60,
        reach_seconds: float | None = None,
        headers: Sequence[tuple[str, str]] = (),
        codecs: Sequence[str] = (),
    ) -> PlacedDialog: ...


@dataclass(frozen=True)
class Media:
    """Our RTP address for the offer."""

    address: str
    port: int


class Placing:
    """One call on its way, over one or more attempts."""

    trunk: Trunk | None = None
    credentials: Credentials | None = None
    codecs: Sequence[str] = ()
    """Offered, best first; (): those of [media]."""

    def __init__(
        self,
        stack: Caller,
        clock: Callable[[], float],
        who: str,
        targets: Sequence[Target],
        caller: Party,
        media: Media,
        sink: Sink,
    ) -> None:
        """`who` begins the sentence of a refusal; the targets are tried in their order."""
        self._stack, self._clock, self._who, self._targets = stack, clock, who, targets
        self._caller, self._media, self._sink = caller, media, sink
        self._alive = False
        self._released = False

    async def through(self, ring_seconds: float) -> PlacedDialog:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + ring_seconds
        refused = CallRefused(f"{self._who} was not reached.", Cause.LINE_UNREACHABLE, 408)
        for number, target in enumerate(self._targets):
            left = deadline - loop.time()
            if left <= 0:
                break
            attempt = _Attempt(self, target, (ring_seconds, left), last=number == len(self._targets) - 1)
            try:
                verdict = await attempt.outcome()
            except BaseException:
                attempt.give_up()
                raise
            if verdict is None:
                self._alive = True
                attempt.commit()
                return attempt.dialog
            refused = self._refusal(verdict, attempt.dialog, target.address)
            if not worth_another_address(verdict.code) and verdict.code != 0:
                break
        raise refused

    def ended(self) -> None:
        """The committed dialog is over."""
        self._alive = False
        self.release_unless_alive()

    def release_unless_alive(self) -> None:
        if self.trunk is not None and not self._alive and not self._released:
            self._released = True
            self.trunk.release()

    def place(self, target: Target, sink: Sink, ring_seconds: float, reach_seconds: float) -> PlacedDialog:
        return self._stack.call(
            target,
            self._caller,
            self._media.address,
            self._media.port,
            sink=sink,
            credentials=self.credentials,
            ring_seconds=ring_seconds,
            reach_seconds=reach_seconds,
            codecs=self.codecs,
        )

    def deliver(self, event: object) -> None:
        if isinstance(event, HungUp):
            self.ended()
        self._sink(event)

    def _refusal(self, verdict: HungUp, dialog: PlacedDialog, address: Address) -> CallRefused:
        code = verdict.code or 408
        cause, words = meaning(code)
        if code == 408:
            sentence = f"{self._who} does not answer ({bracketed(address[0])}:{address[1]})."
        else:
            sentence = f"{self._who} refused the call ({code}): {words}."
        asked = dialog.retry_after
        rest = min(float(asked), LONGEST_REST)
        if self.trunk is not None and code == 503 and rest > 0:
            self.trunk.rest(address, rest, self._clock())
            sentence = f"{sentence[:-1]}; it is rested for {rest:.0f} s."
        return CallRefused(sentence, cause, code, asked)


class _Attempt:
    """One INVITE to one address. Keeps its events back until it is clear that it stays."""

    def __init__(self, placing: Placing, target: Target, seconds: tuple[float, float], *, last: bool) -> None:
        """`seconds`: to ring, and until it rings."""
        self._placing = placing
        self._last = last
        self._first: asyncio.Future[HungUp | None] = asyncio.get_running_loop().create_future()
        self._kept: list[object] = []
        self._committed = False
        self._dead = False
        self.dialog = placing.place(target, self._take, *seconds)

    async def outcome(self) -> HungUp | None:
        """None as soon as it rings or is answered; the refusal where it ended before."""
        if not self._last:
            await asyncio.wait({self._first}, timeout=PATIENCE)
            if not self._first.done() and not self.dialog.heard:
                self.give_up()
                return HungUp(Cause.LINE_UNREACHABLE, 408)
        return await self._first

    def commit(self) -> None:
        self._committed = True
        for event in self._kept:
            self._placing.deliver(event)
        self._kept.clear()

    def give_up(self) -> None:
        self._dead = True
        self.dialog.hang_up(Cause.CANCELLED)

    def _take(self, event: object) -> None:
        if self._dead:
            return
        if self._committed:
            self._placing.deliver(event)
            return
        self._kept.append(event)
        if not self._first.done():
            if isinstance(event, HungUp):
                self._first.set_result(event)
            elif isinstance(event, Ringing | Answered):
                self._first.set_result(None)
