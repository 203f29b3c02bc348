"""Places calls: through a trunk, over its addresses in turn, or to a registered user's phones.

An attempt that got no further than a refusal worth trying elsewhere (silence, 503, a gateway's failure) goes on with
the next address, all within one ring time. From the first sign of ringing on, the call is what it is.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from models.cause import Cause
from models.errors import CannotDo, PeerFault
from voice.line import Answered, Dialog, HungUp, Origin, Party, Ringing, Sink
from voice.sip.address import Address, bracketed
from voice.sip.bindings import Bindings
from voice.sip.causes import meaning, worth_another_address
from voice.sip.origins import may_call_out
from voice.sip.request import Credentials, Target
from voice.sip.resolve import Resolver
from voice.sip.trunk import Trunk

PATIENCE = 4.0
"""Seconds without any response, not even 100, after which the next address is tried where there is one."""
LONGEST_REST = 3600.0
_NUMBER = re.compile(r"[0-9A-Za-z+*#._~-]{1,64}")


class CallRefused(PeerFault):
    """The line or the called side refused before it rang."""

    def __init__(self, sentence: str, cause: Cause, code: int) -> None:
        super().__init__(sentence)
        self.cause = cause
        self.code = code


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
        headers: Sequence[tuple[str, str]] = (),
    ) -> PlacedDialog: ...


@dataclass(frozen=True)
class Media:
    """Our RTP address for the offer."""

    address: str
    port: int


class Outbound:
    def __init__(
        self,
        stack: Caller,
        trunks: Sequence[Trunk],
        bindings: Bindings,
        resolver: Resolver,
        clock: Callable[[], float],
        ring_seconds: float = 60,
        our_host: str = "",
    ) -> None:
        """`clock` is the one of bindings and rests, in seconds; `our_host` stands in From on calls to users."""
        self._stack, self._bindings, self._resolver, self._clock = stack, bindings, resolver, clock
        self._trunks = {trunk.name: trunk for trunk in trunks}
        self._ring_seconds = ring_seconds
        self._our_host = our_host

    async def call(
        self,
        origin: Origin,
        line: str,
        number: str,
        media: Media,
        sink: Sink,
        caller: str = "",
        ring_seconds: float = 0,
    ) -> PlacedDialog:
        """Call `number` through the trunk named `line`; return once it rings or is answered.

        `caller` stands in From unless the trunk has a `caller_number`. The sink gets every event of the returned
        dialog and none of attempts that failed before. Raises `CannotDo` (not allowed, not to be had now) or
        `CallRefused`, each with a sentence.
        """
        trunk = self._allowed(origin, line)
        if not _NUMBER.fullmatch(number):
            raise CannotDo(f"'{number}' can't be dialled: a number has 1-64 digits, letters or + * # . _ ~ -.")
        addresses = await self._resolver.resolve(trunk.host, trunk.port)
        trunk.resolved_to(addresses, self._clock())
        free = trunk.rested(addresses, self._clock())
        if not free:
            left = trunk.rest_left(self._clock())
            raise CannotDo(f"Line '{line}' asked to be left alone; it is rested for {left:.0f} s more.")
        host = bracketed(trunk.host) + (f":{trunk.port}" if trunk.port else "")
        shown = trunk.settings.caller_number or caller or trunk.username or "anonymous"
        uri = f"sip:{number.replace('#', '%23')}@{host}"
        party = Party(shown, uri=f"sip:{shown.replace('#', '%23')}@{host}")
        trunk.take()
        placed = _Placing(self, f"Line '{line}'", [Target(uri, address) for address in free], party, media, sink)
        placed.trunk = trunk
        placed.credentials = Credentials(trunk.username, trunk.password) if trunk.username else None
        try:
            return await placed.through(ring_seconds or self._ring_seconds)
        finally:
            placed.release_unless_alive()

    async def call_over(
        self,
        origin: Origin,
        lines: Sequence[str],
        number: str,
        media: Media,
        sink: Sink,
        caller: str = "",
        ring_seconds: float = 0,
    ) -> PlacedDialog:
        """Call through the first of `lines` that can: one that is unavailable, full or overloaded yields to the next.

        A refusal that another line would hear as well (busy, no such number) is final. Otherwise as `call`.
        """
        trouble: CannotDo | PeerFault = CannotDo("There is no line to call through: name one in [[sip.trunks]].")
        for line in lines:
            try:
                return await self.call(origin, line, number, media, sink, caller, ring_seconds)
            except CallRefused as refused:
                if not worth_another_address(refused.code):
                    raise
                trouble = refused
            except (CannotDo, PeerFault) as fault:
                trouble = fault
        raise trouble

    async def call_user(
        self, user: str, caller: Party, media: Media, sink: Sink, ring_seconds: float = 0
    ) -> PlacedDialog:
        """Call a registered user's phones one after the other, best first; otherwise as `call`."""
        bindings = self._bindings.of(user, self._clock())
        if not bindings:
            raise CannotDo(f"User '{user}' has no phone registered: nothing to call.")
        targets = [Target(binding.contact.uri, binding.route) for binding in bindings]
        placed = _Placing(self, f"The phone of '{user}'", targets, caller, media, sink)
        return await placed.through(ring_seconds or self._ring_seconds)

    def _allowed(self, origin: Origin, line: str) -> Trunk:
        if not may_call_out(origin):
            raise CannotDo(
                f"A call from {origin.address or origin.kind} may not go out: its caller proved no identity."
            )
        trunk = self._trunks.get(line)
        if trunk is None:
            known = ", ".join(f"'{name}'" for name in self._trunks) or "none"
            raise CannotDo(f"There is no line '{line}'; the configured ones are: {known}.")
        if not trunk.available:
            raise CannotDo(f"Line '{line}' does not answer its health checks; calls avoid it until it does.")
        return trunk


class _Placing:
    """One call on its way, over one or more attempts."""

    trunk: Trunk | None = None
    credentials: Credentials | None = None

    def __init__(
        self, outbound: Outbound, who: str, targets: Sequence[Target], caller: Party, media: Media, sink: Sink
    ) -> None:
        self._outbound, self._who, self._targets = outbound, who, targets
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
            attempt = _Attempt(self, target, left, last=number == len(self._targets) - 1)
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

    def place(self, target: Target, sink: Sink, ring_seconds: float) -> PlacedDialog:
        return self._outbound._stack.call(
            target,
            self._caller,
            self._media.address,
            self._media.port,
            sink=sink,
            credentials=self.credentials,
            ring_seconds=ring_seconds,
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
        rest = min(float(getattr(dialog, "retry_after", 0)), LONGEST_REST)
        if self.trunk is not None and code == 503 and rest > 0:
            self.trunk.rest(address, rest, self._outbound._clock())
            sentence = f"{sentence[:-1]}; it is rested for {rest:.0f} s."
        return CallRefused(sentence, cause, code)


class _Attempt:
    """One INVITE to one address. Keeps its events back until it is clear that it stays."""

    def __init__(self, placing: _Placing, target: Target, ring_seconds: float, *, last: bool) -> None:
        self._placing = placing
        self._last = last
        self._first: asyncio.Future[HungUp | None] = asyncio.get_running_loop().create_future()
        self._kept: list[object] = []
        self._committed = False
        self._dead = False
        self.dialog = placing.place(target, self._take, ring_seconds)

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
