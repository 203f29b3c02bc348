"""Places calls: through a trunk, through the first of several that can, or to a registered user's phones."""

import re
from collections.abc import Callable, Sequence

from models.errors import CannotDo, PeerFault, Refused
from voice.line import Origin, Party, Sink
from voice.placing import Caller, CallRefused, Media, PlacedDialog, Placing
from voice.sip.address import bracketed
from voice.sip.bindings import Bindings
from voice.sip.causes import worth_another_address
from voice.sip.origins import may_call_out
from voice.sip.request import Credentials, Target
from voice.sip.resolve import Resolver
from voice.sip.trunk import Trunk
from voice.sip.uri import BadUri, read_uri

_NUMBER = re.compile(r"[0-9A-Za-z+*#._~-]{1,64}")


class Outbound:
    def __init__(
        self,
        stack: Caller,
        trunks: Sequence[Trunk],
        bindings: Bindings,
        resolver: Resolver,
        clock: Callable[[], float],
        ring_seconds: float = 60,
    ) -> None:
        """`clock` is the one of bindings and rests, in seconds."""
        self._stack, self._bindings, self._resolver, self._clock = stack, bindings, resolver, clock
        self._trunks = {trunk.name: trunk for trunk in trunks}
        self._ring_seconds = ring_seconds
        self.refuses: Callable[[str, str], str] = lambda trunk, number: ""
        """Why a number may not be called over a trunk, by rules of floors above ("": it may); bound by `server.py`.

        It is asked by `call_over`. Campaigns, which `call`, have asked before.
        """

    async def call(
        self,
        origin: Origin,
        line: str,
        number: str,
        media: Media,
        sink: Sink,
        caller: str = "",
        ring_seconds: float = 0,
        shown: str = "",
        codecs: Sequence[str] = (),
    ) -> PlacedDialog:
        """Call `number` through the trunk named `line`; return once it rings or is answered.

        `caller` stands in From unless the trunk has a `caller_number`; `shown` stands there whatever it has. `codecs`
        are offered, best first; (): those of [media]. The
        sink gets every event of the returned dialog and none of attempts that failed before. Raises `CannotDo` (not
        allowed, not to be had now) or `CallRefused`, each with a sentence.
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
        shown = shown or trunk.settings.caller_number or _safe(caller or trunk.username)
        uri = f"sip:{number.replace('#', '%23')}@{host}"
        party = Party(shown, uri=f"sip:{shown.replace('#', '%23')}@{host}")
        trunk.take()
        placed = Placing(
            self._stack, self._clock, f"Line '{line}'", [Target(uri, address) for address in free], party, media, sink
        )
        placed.trunk, placed.codecs = trunk, codecs
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
            if why := self.refuses(line, number):
                trouble = CannotDo(why)
                continue
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
            words = f"User '{user}' has no phone registered: nothing to call."
            raise Refused(words, "orders.no_phone", user=user)
        targets = [Target(binding.contact.uri, binding.route) for binding in bindings]
        shown = Party(_safe(caller.number), _printable(caller.name))
        placed = Placing(self._stack, self._clock, f"The phone of '{user}'", targets, shown, media, sink)
        return await placed.through(ring_seconds or self._ring_seconds)

    async def call_address(
        self, uri: str, caller: Party, media: Media, sink: Sink, ring_seconds: float = 0
    ) -> PlacedDialog:
        """Call a SIP address, such as an extension on the company's PBX; otherwise as `call`.

        Where its host is that of a trunk, that trunk's calls are counted and its credentials are used.
        """
        try:
            read = read_uri(uri)
        except BadUri as fault:
            raise CannotDo(f"'{uri}' can't be called: {fault}") from fault
        addresses = await self._resolver.resolve(read.host, read.port or 0)
        shown = Party(_safe(caller.number), _printable(caller.name))
        targets = [Target(uri, address) for address in addresses]
        placed = Placing(self._stack, self._clock, f"'{uri}'", targets, shown, media, sink)
        trunk = next((trunk for trunk in self._trunks.values() if trunk.host.lower() == read.host.lower()), None)
        if trunk is not None:
            trunk.take()
            placed.trunk = trunk
            placed.credentials = Credentials(trunk.username, trunk.password) if trunk.username else None
        try:
            return await placed.through(ring_seconds or self._ring_seconds)
        finally:
            placed.release_unless_alive()

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


def _printable(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())


def _safe(caller: str) -> str:
    """What may stand as user part of From: a caller's own words must not become headers of ours."""
    return caller if _NUMBER.fullmatch(caller) else "anonymous"
