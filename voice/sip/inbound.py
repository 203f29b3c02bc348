"""A call that somebody makes to us: the UAS side of an INVITE (RFC 3261 section 13.3)."""

import asyncio
from typing import Any, Literal

from models.cause import Cause
from models.errors import CannotDo, PeerFault
from voice.line import HungUp, MediaPlan, Origin, Party
from voice.sip.abilities import ALLOW, SDP_TYPE, SERVER, SUPPORTED
from voice.sip.causes import refusal
from voice.sip.dialog import SipDialog, Wire
from voice.sip.dialog_life import Event, State
from voice.sip.in_dialog import said_reason, unacceptable
from voice.sip.message import Headers, Request
from voice.sip.peer import Peer
from voice.sip.sdp import BadDescription, Description
from voice.sip.session_refresh import Interval, answered
from voice.sip.transactions import pending


class InboundDialog(SipDialog):
    direction: Literal["inbound", "outbound"] = "inbound"

    def __init__(
        self,
        wire: Wire,
        peer: Peer,
        codecs: tuple[str, ...],
        parties: tuple[Party, Party, Origin],
        invite: Request,
        transaction: Any,
        interval: Interval | None,
    ) -> None:
        """Raises `BadDescription` where the INVITE's offer can't be taken."""
        super().__init__(wire, peer, codecs, *parties)
        self.invite = invite
        """What the peer sent; its headers may interest whoever routes the call."""
        self._transaction = transaction
        self._interval = interval
        self._offer: Description | None = self.negotiation.check(invite.body) if invite.body else None
        self._late: asyncio.Future[MediaPlan] | None = None
        self._bye: Cause | None = None

    # -- voice/line.py's Dialog -----------------------------------------------------------------------------

    def ring(self) -> None:
        if self._open:
            self._answer(180, "Ringing", self._usual())

    def early(self, address: str, port: int) -> MediaPlan:
        """183 with our answer: the caller hears us before the call counts as answered.

        Raises `CannotDo` where the call is over or the caller sent no offer to answer.
        """
        if not self._open or self._offer is None:
            raise CannotDo("This caller can't be sent sound before the answer.")
        self.receive_at(address, port)
        body = self.negotiation.answer_to(self._offer)
        self._answer(183, "Session Progress", [*self._usual(), SDP_TYPE], body)
        assert self.negotiation.plan is not None
        return self.negotiation.plan

    async def answer(self, address: str, port: int) -> MediaPlan:
        if not self._open:
            raise CannotDo("The call is over already: the caller hung up before our answer.")
        self.receive_at(address, port)
        try:
            body = self.negotiation.answer_to(self._offer) if self._offer else self.negotiation.offered()
        except BadDescription as fault:
            self._refuse_description(fault)
            raise PeerFault(f"The caller's session description can't be taken: {fault}") from None
        self.move(Event.ANSWERED)
        headers = [*self._usual(), SUPPORTED, SERVER, *answered(self._interval), SDP_TYPE]
        self._answer(200, "OK", headers, body, acknowledged=True)
        if self._offer is not None:
            assert self.negotiation.plan is not None
            return self.negotiation.plan
        self._late = asyncio.get_running_loop().create_future()
        return await self._late

    def reject(self, code: int, words: str, cause: Cause, retry_after: int = 0) -> None:
        if not self._open:
            return
        self._answer(code, words, [("Retry-After", str(retry_after))] if retry_after else [])
        self.end(HungUp(cause, code, words, by_us=True))

    # -- for the stack --------------------------------------------------------------------------------------

    def cancelled(self, rtime: object = None, cancel: Request | None = None) -> None:
        """The caller gave up (sippy has answered 487), or its Expires ran out."""
        text = said_reason(cancel) if cancel is not None else ""
        self.end(HungUp(Cause.CANCELLED, 487, text or "Request Terminated"))

    def unacknowledged(self) -> None:
        """Our 200 was repeated for 32 s and nobody acknowledged it (section 13.3.1.4)."""
        self._settle(PeerFault("The caller never acknowledged our answer."))
        if self._bye is not None:
            cause, self._bye = self._bye, None
            self.say_bye(cause)
            self.left()
        elif not self.over:
            self.end(HungUp(Cause.LINE_UNREACHABLE, words="our answer was never acknowledged"))
            self.say_bye(Cause.LINE_UNREACHABLE)

    # -- inside ---------------------------------------------------------------------------------------------

    @property
    def _open(self) -> bool:
        return self.state is State.CALLED and pending(self._transaction)

    def give_up(self, cause: Cause) -> None:
        if self.state is State.CALLED:
            self.reject(*refusal(cause), cause)
            return
        # BYE may not overtake the ACK (section 15): it follows it, or the end of waiting for it.
        self._bye = cause
        self.end(HungUp(cause, by_us=True))

    def end(self, how: HungUp) -> None:
        if self._open:
            self._answer(487, "Request Terminated", [])
        if self.state is State.ANSWERED and self._bye is None and self._transaction.teA is not None:
            # A BYE that came before the ACK ends the repetition of our 200 too.
            self._transaction.teA.cancel()
        super().end(how)
        self._settle(CannotDo("The call ended before it was set up."))

    def left(self) -> None:
        if self._bye is None:
            super().left()

    def _usual(self) -> list[tuple[str, str]]:
        return [("Contact", self.peer.contact), ALLOW]

    def _answer(self, code: int, words: str, headers: Headers, body: str = "", acknowledged: bool = False) -> None:
        response = self.invite.response(code, words, headers, body, tag=self.peer.local_tag or "")
        on_ack = self._acknowledged if acknowledged else None
        self.wire.transactions.sendResponse(response, self._transaction, ack_cb=on_ack)

    def _refuse_description(self, fault: BadDescription) -> None:
        response = unacceptable(self.invite, fault)
        self._answer(response.code, response.words, [("Warning", response.first("Warning"))])
        self.end(HungUp(Cause.NO_COMMON_CODEC, response.code, str(fault), by_us=True))

    def _acknowledged(self, ack: Request) -> None:
        if self.over:
            if self._bye is not None:
                cause, self._bye = self._bye, None
                self.say_bye(cause)
                self.left()
            return
        self.move(Event.ACKNOWLEDGED)
        if self._late is not None:
            try:
                plan = self.negotiation.answered(ack.body)
            except BadDescription as fault:
                self._settle(PeerFault(f"The caller answered our offer with something else: {fault}"))
                self.hang_up(Cause.NO_COMMON_CODEC)
                return
            if not self._late.done():
                self._late.set_result(plan)
        self.session.agreed(self._interval)
        self.renegotiation.go_on()

    def _settle(self, fault: Exception) -> None:
        if self._late is not None and not self._late.done():
            self._late.set_exception(fault)
            # Whoever waited may have been cancelled meanwhile: nobody is to hear of it a second time.
            self._late.exception()
