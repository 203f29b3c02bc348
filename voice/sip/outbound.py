"""A call that we make: the UAC side of an INVITE, one attempt at one address (RFC 3261 section 13.2)."""

import asyncio
from typing import Any, Literal

from models.cause import Cause
from voice.line import Answered, HungUp, Origin, Party, Ringing, Sink
from voice.sip.abilities import ALLOW, SDP_TYPE, SUPPORTED, USER_AGENT
from voice.sip.causes import meaning, reason_header
from voice.sip.dialog import SipDialog, Wire
from voice.sip.dialog_life import Event, State
from voice.sip.message import Headers, Request, Response
from voice.sip.peer import Peer
from voice.sip.request import Credentials
from voice.sip.sdp import BadDescription
from voice.sip.session_refresh import granted

_PARTING = 32.0
"""Seconds for the answer to our CANCEL, 64 T1 (section 9.1)."""
_CHALLENGES = 3
"""Challenges answered in one attempt: a proxy's, the callee's, and a stale nonce."""


class OutboundDialog(SipDialog):
    direction: Literal["inbound", "outbound"] = "outbound"

    def __init__(
        self,
        wire: Wire,
        peer: Peer,
        codecs: tuple[str, ...],
        parties: tuple[Party, Party, Origin],
        media: tuple[str, int],
        sink: Sink,
        credentials: Credentials | None,
        headers: Headers,
    ) -> None:
        super().__init__(wire, peer, codecs, *parties, credentials)
        self.move(Event.PLACED)
        self.attach(sink)
        self.receive_at(*media)
        self._headers = [*headers, ALLOW, SUPPORTED, USER_AGENT, SDP_TYPE]
        self._proofs: dict[str, str] = {}
        self._tries = 0
        self._offer = self.negotiation.offered()
        self._transaction: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._ring_seconds = 0.0
        self._rings = False
        self.heard = False
        """Whether any response came in."""
        self.retry_after = 0
        """Seconds that the refusal's Retry-After asked for; 0 where it asked for nothing."""

    def place(self, ring_seconds: float, reach_seconds: float) -> None:
        """Send the INVITE; it may take `reach_seconds` until it rings, and then ring for `ring_seconds`."""
        self._ring_seconds = ring_seconds
        self._give_it(reach_seconds)
        self._invite()

    def _give_it(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._rung_out)

    def give_up(self, cause: Cause) -> None:
        """CANCEL; a 200 that crosses it is acknowledged and ended with BYE."""
        self.end(HungUp(cause, by_us=True))
        transactions, transaction = self.wire.transactions, self._transaction
        transactions.cancel(transaction, reason_header(cause))
        asyncio.get_running_loop().call_later(_PARTING, transactions.forget, transaction)

    def end(self, how: HungUp) -> None:
        super().end(how)
        if self._timer is not None:
            self._timer.cancel()

    def _invite(self) -> None:
        request = self.peer.request("INVITE", [*self._headers, *self._proofs.items()], self._offer)
        self._transaction = self.wire.transactions.begin(
            request, lambda response: self._heard(request, response), self.acknowledging(request)
        )

    def heard_2xx(self, response: Response) -> None:
        if self.state is State.UP:
            super().heard_2xx(response)
        else:
            self.peer.was_reached(response)

    def _rung_out(self) -> None:
        if self.state is State.CALLING:
            self.give_up(Cause.NO_ANSWER)

    def _heard(self, request: Request, response: Response) -> None:
        self.heard = self.heard or bool(response.source[0])
        if response.code < 200:
            self._provisional(response)
        elif response.code < 300:
            self._accepted(response)
        elif not self.over:
            self._refused(request, response)

    def _provisional(self, response: Response) -> None:
        if response.code == 100 or self.over:
            return
        plan = None
        if response.body and response.content_type == "application/sdp":
            try:
                plan = self.negotiation.answered(response.body)
            except BadDescription:
                # The 200 decides; what comes before it is only for the ear.
                plan = None
        if response.code in (180, 183) and not self._rings:
            # Whatever the network took to find the phone: a person is given the whole time to answer.
            self._rings = True
            self._give_it(self._ring_seconds)
        if plan is not None or response.code in (180, 183):
            self.emit(Ringing(plan))

    def _accepted(self, response: Response) -> None:
        if self.over:
            self.say_bye(Cause.CANCELLED)
            return
        if self._timer is not None:
            self._timer.cancel()
        self.move(Event.ACCEPTED)
        try:
            if response.body:
                plan = self.negotiation.answered(response.body)
            elif self.negotiation.plan is not None:
                plan = self.negotiation.plan
            else:
                raise BadDescription("The answer has no session description.")
        except BadDescription as fault:
            self.end(HungUp(Cause.NO_COMMON_CODEC, response.code, str(fault), by_us=True))
            self.say_bye(Cause.NO_COMMON_CODEC)
            return
        self.session.agreed(granted(response))
        self.emit(Answered(plan))
        self.renegotiation.go_on()

    def _refused(self, request: Request, response: Response) -> None:
        proof = self.proof(request, response)
        if proof is not None and self._tries < _CHALLENGES:
            self._tries += 1
            self._proofs[proof[0]] = proof[1]
            self._invite()
            return
        cause, words = meaning(response.code)
        seconds = response.first("Retry-After").partition(";")[0].partition("(")[0].strip()
        self.retry_after = int(seconds) if seconds.isascii() and seconds.isdecimal() and len(seconds) < 7 else 0
        self.end(HungUp(cause, response.code, f"{words} ({response.words})" if response.words else words))
