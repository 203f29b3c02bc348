"""Keeps us registered with a trunk so that it sends us calls (RFC 3261 section 10.2).

One `Registration` owns one trunk's registration from `run` to `stop`; sockets, clock and chance are given to it.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable

from models.errors import HotlineError
from voice.sip.address import Address, bracketed
from voice.sip.bindings import read_contact
from voice.sip.causes import worth_another_address
from voice.sip.digest import Challenge, answer_to, best_challenge
from voice.sip.errand import Errand, Reply, Send
from voice.sip.registration_life import REGISTRATION, Event, Granted, Refused, State, refresh_after, wait_after
from voice.sip.resolve import Resolver
from voice.sip.trunk import Trunk

log = logging.getLogger(__name__)

_EXCHANGES = 5
"""Requests of one attempt with one address: a challenge, a stale nonce, a longer interval, and room for one more."""
_PARTING = 2.0
"""Seconds that a stopping server waits for the answer to its last REGISTER."""


class Registration:
    def __init__(
        self,
        trunk: Trunk,
        send: Send,
        resolver: Resolver,
        here: Address,
        clock: Callable[[], float],
        chance: random.Random | None = None,
    ) -> None:
        """`here`: the address that the trunk is to send calls to. `clock` in seconds, as for `registered_until`."""
        self.trunk = trunk
        self.state = REGISTRATION.start
        self.registered_until = 0.0
        """Time of the clock; 0 where we aren't registered."""
        self.error = ""
        """The last failure as a sentence; "" after a success."""
        self._send, self._resolver, self._clock = send, resolver, clock
        self._chance = chance or random.Random()
        self._contact = f"sip:{trunk.username}@{bracketed(here[0])}:{here[1]};line={trunk.line}"
        self._registrar = f"sip:{bracketed(trunk.host)}" + (f":{trunk.port}" if trunk.port else "")
        self._account = f"sip:{trunk.username}@{bracketed(trunk.host)}"
        self._call_id = secrets.token_hex(16)
        self._cseq = 0
        self._expires = trunk.settings.expires
        self._challenge: Challenge | None = None
        self._proxy = False
        self._uses = 0
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Register, refresh and try again until `stop`; then unregister."""
        failures = 0
        while not self._stopping.is_set():
            outcome = await self._attempt_unless_stopped()
            if outcome is None:
                break
            if isinstance(outcome, Granted):
                failures = 0
                self._confirmed(outcome)
                delay = refresh_after(outcome.seconds, self._chance)
            else:
                failures += 1
                delay = wait_after(failures, outcome.retry_after, self._chance)
                self._failed(outcome, delay)
            try:
                async with asyncio.timeout(delay):
                    await self._stopping.wait()
            except TimeoutError:
                self.state = REGISTRATION.next(self.state, Event.DUE)
        await self._leave()

    def stop(self) -> None:
        """Let `run` unregister and return."""
        self._stopping.set()

    def registered(self, now: float) -> bool:
        return self.registered_until > now

    async def _attempt_unless_stopped(self) -> Granted | Refused | None:
        """One attempt; None where `stop` came first."""
        attempt = asyncio.ensure_future(self.attempt())
        stopped = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({attempt, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return attempt.result() if attempt.done() else None
        finally:
            for task in (attempt, stopped):
                task.cancel()
            await asyncio.gather(attempt, stopped, return_exceptions=True)

    async def attempt(self, expires: int | None = None) -> Granted | Refused:
        """Register once, over the trunk's addresses in turn."""
        try:
            addresses = await self._resolver.resolve(self.trunk.host, self.trunk.port)
        except HotlineError as fault:
            return Refused(f"Registration with '{self.trunk.name}' failed: {fault}")
        self.trunk.resolved_to(addresses, self._clock())
        outcome: Granted | Refused = Refused("")
        for address in addresses:
            outcome = await self._with(address, self._expires if expires is None else expires)
            if isinstance(outcome, Granted) or not outcome.elsewhere:
                break
        return outcome

    async def _with(self, address: Address, expires: int) -> Granted | Refused:
        reply = Reply(408)
        for _ in range(_EXCHANGES):
            reply = await self._send(address, self._errand(expires))
            if 200 <= reply.code < 300:
                return self._granted(reply, expires)
            if reply.code in (401, 407) and self._can_answer(reply):
                continue
            least = reply.seconds("Min-Expires")
            if reply.code == 423 and expires and least is not None and expires < least <= 86400:
                self._expires = expires = least
                continue
            break
        return self._refused(reply, address)

    def _errand(self, expires: int) -> Errand:
        self._cseq += 1
        headers = [("Contact", f"<{self._contact}>;expires={expires}"), ("Expires", str(expires))]
        if self._challenge is not None:
            self._uses += 1
            proof = answer_to(
                self._challenge, self.trunk.username, self.trunk.password, "REGISTER", self._registrar, self._uses
            )
            headers.append(("Proxy-Authorization" if self._proxy else "Authorization", proof))
        account = self._account
        return Errand("REGISTER", self._registrar, account, account, self._call_id, self._cseq, tuple(headers))

    def _can_answer(self, reply: Reply) -> bool:
        """Take up a challenge; False where the one that we answered came back as wrong, or none can be answered."""
        self._proxy = reply.code == 407
        challenge = best_challenge(reply.values("Proxy-Authenticate" if self._proxy else "WWW-Authenticate"))
        answered_before, self._challenge = self._challenge, challenge
        if challenge is None or not self.trunk.password:
            self._challenge = None
            return False
        # A server that changes its nonce without saying "stale" is met half-way: once per attempt, on the first use.
        fresh = answered_before is None or challenge.stale or self._uses > 1
        self._uses = 0
        if not fresh:
            self._challenge = None
        return fresh

    def _granted(self, reply: Reply, asked: int) -> Granted | Refused:
        ours = [
            contact.expires
            for text in reply.values("Contact")
            if (contact := read_contact(text)) is not None
            and self.trunk.line in contact.uri
            and contact.expires is not None
        ]
        header = reply.seconds("Expires")
        seconds = ours[0] if ours else asked if header is None else header
        if asked and seconds <= 0:
            return Refused(f"'{self.trunk.name}' answered our REGISTER with 200 but holds no registration of ours.")
        return Granted(seconds)

    def _refused(self, reply: Reply, address: Address) -> Refused:
        where = f"{bracketed(address[0])}:{address[1]}"
        if reply.code == 408:
            sentence = f"'{self.trunk.name}' does not answer our REGISTER at {where}: check host and network."
        elif reply.code in (401, 407):
            sentence = f"'{self.trunk.name}' refused our credentials ({reply.code}): check its username and password."
        else:
            sentence = f"'{self.trunk.name}' refused our REGISTER ({reply.code} {reply.words})."
        return Refused(sentence, float(reply.seconds("Retry-After") or 0), worth_another_address(reply.code))

    def _confirmed(self, granted: Granted) -> None:
        if self.state is not State.REGISTERED and (self.error or not self.registered_until):
            log.info("registered with '%s' for %d s", self.trunk.name, granted.seconds)
        self.state = REGISTRATION.next(self.state, Event.CONFIRMED)
        self.registered_until = self._clock() + granted.seconds
        self.error = ""

    def _failed(self, refused: Refused, delay: float) -> None:
        self.state = REGISTRATION.next(self.state, Event.FAILED)
        self.error = refused.sentence
        if self.registered_until <= self._clock():
            self.registered_until = 0.0
        log.warning("%s Next attempt in %.0f s.", refused.sentence, delay)

    async def _leave(self) -> None:
        self.state = REGISTRATION.next(self.state, Event.STOPPED)
        if not self.registered(self._clock()):
            return
        self.registered_until = 0.0
        try:
            async with asyncio.timeout(_PARTING):
                await self.attempt(expires=0)
        except TimeoutError:
            log.info("'%s' did not confirm our unregistering", self.trunk.name)
