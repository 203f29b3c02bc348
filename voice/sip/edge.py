"""The SIP edge as one piece: who may come in, who is registered with us, with whom we are registered.

`server.py` builds it before the stack (which asks its guard and origins), plugs it in once the stack has started, and
runs it beside everything else.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Protocol

from models.errors import CannotDo, HotlineError, OperatorFault
from models.settings import SipSettings
from voice.sip.address import Address, bracketed, host_and_port, numeric
from voice.sip.admission import Admission
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.bindings import Bindings
from voice.sip.errand import Errand, Reply
from voice.sip.guard import Guard
from voice.sip.health_check import HealthCheck
from voice.sip.origins import Domain, Origins
from voice.sip.phone_check import PhoneCheck, Watched
from voice.sip.register_request import register_handler
from voice.sip.registrar import Registrar
from voice.sip.registration import Registration
from voice.sip.request import RequestHandler
from voice.sip.resolve import Resolver
from voice.sip.trunk import Sign, Trunk
from voice.sip.users import Users

log = logging.getLogger(__name__)
_FOLLOW_EVERY = 60.0
"""Seconds; the resolver asks the name servers only when the records' time is over."""
_EXPIRE_EVERY = 1.0
"""Seconds."""
_AFTER_A_FAULT = 30.0
"""Seconds until what failed unexpectedly is begun again."""


class Stack(Protocol):
    """What the edge needs of the SIP stack."""

    @property
    def address(self) -> Address:
        """Bound address and port."""

    @property
    def public_address(self) -> str:
        """Numeric address that others are told."""

    def handle(self, method: str, handler: RequestHandler) -> None: ...

    async def send(self, address: Address, errand: Errand) -> Reply: ...


class SipEdge:
    def __init__(self, settings: SipSettings, clock: Callable[[], float], more_users: Users | None = None) -> None:
        """Raise `OperatorFault` where a trunk, user or address in the settings can't be used.

        `clock` in seconds; the guard, nonces, bindings and registrations all count by it. `more_users` may register
        besides those of the settings.
        """
        self._settings, self._clock = settings, clock
        self.trunks = [Trunk(trunk) for trunk in settings.trunks]
        self._by_name = {trunk.name: trunk for trunk in self.trunks}
        self.bindings = Bindings()
        self.resolver = Resolver(clock)
        self.authenticator = authenticator = Authenticator(
            settings.realm, settings.users, Nonces(settings.nonce_seconds), more_users
        )
        self.guard = Guard(settings.guard, self._is_trunk)
        listen, port = host_and_port(settings.listen, "listen in [sip]")
        self._can_be_called_at(settings.public_address or listen)
        self.origins = Origins(
            self.trunks,
            authenticator,
            self.bindings,
            Domain((settings.realm, listen, settings.public_address), port),
            settings.guard.accept_unknown,
            self.guard.credentials_judged,
        )
        self.admission = Admission(self.trunks, settings.guard.max_calls)
        self.registrar = Registrar(authenticator, self.bindings, self.guard.credentials_judged)
        self.registrations: list[Registration] = []
        self._people: tuple[Callable[[], Iterable[Watched]], Callable[[Watched, bool], None]] | None = None
        self._stack: Stack | None = None
        self._stopping, self._ended = asyncio.Event(), asyncio.Event()
        self._running = False

    def plug_into(self, stack: Stack) -> None:
        """Take over REGISTER, and prepare what `run` keeps going. The stack has started."""
        stack.handle("REGISTER", register_handler(self.registrar, self._clock))
        here = stack.public_address, stack.address[1]
        self._stack, self._here = stack, here
        self.registrations = [
            Registration(trunk, stack.send, self.resolver, here, self._clock)
            for trunk in self.trunks
            if trunk.settings.register_with
        ]

    def watch_phones(self, watched: Callable[[], Iterable[Watched]], on_sign: Callable[[Watched, bool], None]) -> None:
        """Have `run` ask the `watched` places whether they are there, and tell `on_sign` of each answer and silence."""
        self._people = watched, on_sign

    def healthy(self, name: str) -> bool:
        """Tell whether the trunk of this name answers its health checks; False for an unknown one."""
        trunk = self._by_name.get(name)
        return trunk is not None and trunk.available

    async def check(self, name: str) -> bool:
        """Ask a trunk now by OPTIONS, as its health checks do, and go by its answer. The stack has started."""
        trunk = self._by_name.get(name)
        if trunk is None:
            known = ", ".join(trunk.name for trunk in self.trunks) or "none"
            raise CannotDo(f"There is no trunk '{name}' in [[sip.trunks]]; the configured ones are: {known}.")
        if self._stack is None:
            raise CannotDo("The SIP stack is just starting; try again in a moment.")
        our_uri = f"sip:hotline@{bracketed(self._here[0])}:{self._here[1]}"
        sign = await HealthCheck(trunk, self._stack.send, self.resolver, our_uri).check()
        trunk.heard(sign)
        return sign is Sign.ANSWERED

    async def run(self) -> None:
        """Keep registrations up and watch the trunks' health until `stop`; then unregister and return."""
        assert self._stack is not None, "the edge runs once it is plugged into a stack"
        our_uri = f"sip:hotline@{bracketed(self._here[0])}:{self._here[1]}"
        self._running = True
        try:
            async with asyncio.TaskGroup() as group:
                named = [trunk for trunk in self.trunks if numeric(trunk.host) is None]
                watched = [trunk for trunk in self.trunks if trunk.settings.health_check]
                checks = [HealthCheck(trunk, self._stack.send, self.resolver, our_uri) for trunk in watched]
                watches = [
                    *(group.create_task(self._kept_up(trunk.name, partial(self._follow, trunk))) for trunk in named),
                    *(
                        group.create_task(self._kept_up(trunk.name, check.run))
                        for trunk, check in zip(watched, checks, strict=True)
                    ),
                ]
                watches.append(group.create_task(self._kept_up("phones", self._expire)))
                if self._people and self._settings.phone_check:
                    check = PhoneCheck(
                        *self._people, self._stack.send, self.resolver, our_uri, self._settings.phone_check
                    )
                    watches.append(group.create_task(self._kept_up("phones", check.run)))
                for registration in self.registrations:
                    group.create_task(self._kept_up(registration.trunk.name, registration.run))
                await self._stopping.wait()
                for registration in self.registrations:
                    registration.stop()
                for watch in watches:
                    watch.cancel()
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Unregister everywhere, within two seconds, and end `run`. The stack has to be stopped after that.

        Running calls aren't touched: the guard and the origins still know every trunk by what was learnt of it.
        """
        self._stopping.set()
        if self._running:
            await self._ended.wait()

    async def _kept_up(self, line: str, life: Callable[[], Awaitable[None]]) -> None:
        """Begin `life` again after a fault of ours: one trunk's trouble must not end the others' calls."""
        while not self._stopping.is_set():
            try:
                await life()
                return
            except Exception:
                log.exception("line '%s': we failed; this is tried again in %.0f s", line, _AFTER_A_FAULT)
            with suppress(TimeoutError):
                async with asyncio.timeout(_AFTER_A_FAULT):
                    await self._stopping.wait()

    async def _follow(self, trunk: Trunk) -> None:
        """Keep knowing where a trunk's name leads, for calls come from there whether we call or not."""
        while True:
            try:
                trunk.resolved_to(await self.resolver.resolve(trunk.host, trunk.port), self._clock())
            except HotlineError as fault:
                log.warning("line '%s': %s", trunk.name, fault)
            await asyncio.sleep(_FOLLOW_EVERY)

    async def _expire(self) -> None:
        """Remove registrations as they run out, not only when somebody asks for them."""
        while True:
            await asyncio.sleep(_EXPIRE_EVERY)
            self.bindings.expire(self._clock())

    def _is_trunk(self, address: str) -> bool:
        return any(trunk.owns(address) for trunk in self.trunks)

    def _can_be_called_at(self, address: str) -> None:
        host = numeric(address)
        for trunk in self.trunks:
            if trunk.settings.register_with and (host is None or host.is_unspecified):
                raise OperatorFault(
                    f"Trunk '{trunk.name}' can't send calls to '{address}', which would be registered with it: "
                    "set public_address in [sip] to the numeric address that it reaches us at."
                )
