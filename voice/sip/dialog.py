"""One SIP dialog (RFC 3261 section 12) as a leg's signalling: what inbound and outbound calls share.

sippy's own user agent drops UPDATE, NOTIFY and MESSAGE, hangs up on REFER and knows no session timers, so dialogs are
ours and stand on sippy's transactions alone. `in_dialog.py` answers the peer's requests, `renegotiation.py` sends ours.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Literal, Protocol

from models.cause import Cause
from models.errors import CannotDo
from voice.line import DialogEvent, HungUp, MediaPlan, Origin, Party, Sink
from voice.sip.address import numeric
from voice.sip.causes import reason_header
from voice.sip.dialog_life import DIALOG, Event, State
from voice.sip.digest import answer_to, best_challenge
from voice.sip.message import Headers, Request, Response
from voice.sip.negotiation import Negotiation
from voice.sip.peer import Peer
from voice.sip.refer import Transfer
from voice.sip.renegotiation import Renegotiation
from voice.sip.request import Credentials
from voice.sip.session_watch import SessionWatch
from voice.sip.transactions import Transactions

log = logging.getLogger(__name__)
_CHALLENGES = 3
"""Challenges answered for one request: a proxy's, the peer's, and a stale nonce."""
_KEPT_EVENTS = 100
"""Events kept for a sink that isn't attached yet."""


class Wire(Protocol):
    """What a dialog needs of the stack."""

    transactions: Transactions

    def left(self, dialog: "SipDialog") -> None:
        """Hear that a dialog takes no more requests."""


class SipDialog:
    direction: Literal["inbound", "outbound"]

    def __init__(
        self,
        wire: Wire,
        peer: Peer,
        codecs: tuple[str, ...],
        caller: Party,
        called: Party,
        origin: Origin,
        credentials: Credentials | None = None,
    ) -> None:
        self.id = peer.call_id
        self.caller, self.called, self.origin = caller, called, origin
        self.wire, self.peer = wire, peer
        self.negotiation = Negotiation(codecs)
        self.state: State = DIALOG.start
        self.credentials = credentials
        self.renegotiation = Renegotiation(self)
        self.session = SessionWatch(self)
        self.refers: list[Transfer] = []
        self._sink: Sink | None = None
        self._kept: list[DialogEvent] = []
        self._uses: dict[str, int] = {}
        """How often each nonce of the peer was used: the count goes with every proof (RFC 7616 section 3.4)."""

    # -- voice/line.py's Dialog -----------------------------------------------------------------------------

    def attach(self, sink: Sink) -> None:
        self._sink = sink
        kept, self._kept = self._kept, []
        for event in kept:
            self.emit(event)

    def ring(self) -> None:
        raise CannotDo("A call that we placed can't be rung by us.")

    async def answer(self, address: str, port: int) -> MediaPlan:
        raise CannotDo("A call that we placed can't be answered by us.")

    def reject(self, code: int, words: str, cause: Cause, retry_after: int = 0) -> None:
        raise CannotDo("A call that we placed can't be rejected by us.")

    def hang_up(self, cause: Cause) -> None:
        if self.state is State.UP:
            self.end(HungUp(cause, by_us=True))
            self.say_bye(cause)
        elif self.state is not State.OVER:
            self.give_up(cause)

    def hold(self, on: bool) -> None:
        self.renegotiation.towards("sendonly" if on else "sendrecv")

    def refer_progress(self, code: int, words: str) -> None:
        """Tell the peer how the transfer that it asked for goes (RFC 3515 section 2.4.5); from 200 on it is settled.

        The first word of it answers the REFER: 300 or more declines it.
        """
        for refer in self.refers:
            refer.tell(code, words)
        if code >= 200:
            self.refers.clear()

    async def is_there(self, seconds: float) -> bool:
        """Ask the other end of an answered call (OPTIONS) and tell whether it said anything within `seconds`.

        481 says that it has forgotten the call; 408 stands for one that said nothing (RFC 3261 section 12.2.1.2).
        """
        said: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def heard(response: Response) -> None:
            if not said.done():
                said.set_result(response.code not in (408, 481))

        self.ask("OPTIONS", on_final=heard)
        try:
            async with asyncio.timeout(seconds):
                return await said
        except TimeoutError:
            return False

    # -- for the parts of a dialog --------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        return self.state is State.OVER

    def give_up(self, cause: Cause) -> None:
        """End a call that isn't up yet."""
        raise AssertionError("each direction has its own way")

    def receive_at(self, address: str, port: int) -> None:
        """Say where our RTP goes; an address that stands for all of ours becomes the one that the peer sees."""
        found = numeric(address)
        self.negotiation.at(self.peer.here[0] if found is not None and found.is_unspecified else address, port)

    def move(self, event: Event) -> None:
        self.state = DIALOG.next(self.state, event)

    def emit(self, event: DialogEvent) -> None:
        if self._sink is None:
            if len(self._kept) < _KEPT_EVENTS:
                self._kept.append(event)
            return
        try:
            self._sink(event)
        except Exception:
            # Signalling goes on whatever the listener does: the BYE of this very call may come after the event.
            log.exception("%s: %s was not taken", self.id, type(event).__name__)

    def end(self, how: HungUp) -> None:
        """Be over: the last event goes out, everything that runs for the dialog stops."""
        if self.over:
            return
        self.move(Event.ENDED)
        self.renegotiation.stop()
        self.session.stop()
        for refer in self.refers:
            refer.stop()
        self.refers.clear()
        self.emit(how)
        self.left()

    def left(self) -> None:
        """Take no more requests (an unacknowledged 200 keeps a dialog a little longer)."""
        self.wire.left(self)

    def say_bye(self, cause: Cause) -> None:
        self.ask("BYE", [("Reason", reason_header(cause))])

    def ask(
        self, method: str, headers: Headers = (), body: str = "", on_final: Callable[[Response], None] | None = None
    ) -> None:
        """Send a request within the dialog; challenges are answered, `on_final` hears the final response."""
        headers = list(headers)
        self._send(self.peer.request(method, headers, body), headers, on_final, _CHALLENGES)

    def _send(
        self, request: Request, headers: Headers, on_final: Callable[[Response], None] | None, tries: int
    ) -> None:
        def heard(response: Response) -> None:
            if response.code < 200:
                return
            proof = self.proof(request, response) if tries else None
            if proof is not None:
                proven = [*(header for header in headers if header[0] != proof[0]), proof]
                self._send(self.peer.request(request.method, proven, request.body), proven, on_final, tries - 1)
            elif on_final is not None:
                on_final(response)

        self.wire.transactions.begin(request, heard, self.acknowledging(request))

    def proof(self, request: Request, response: Response) -> tuple[str, str] | None:
        """The header that answers a 401 or 407; None where we can't, or `request` proved all that we know already."""
        if response.code not in (401, 407) or self.credentials is None:
            return None
        asks, proves = ("WWW-Authenticate", "Authorization")
        if response.code == 407:
            asks, proves = ("Proxy-Authenticate", "Proxy-Authorization")
        challenge = best_challenge(response.values(asks))
        if challenge is None or (request.first(proves) and not challenge.stale):
            return None
        mine = self.credentials
        count = self._uses[challenge.nonce] = self._uses.get(challenge.nonce, 0) + 1
        return proves, answer_to(challenge, mine.username, mine.password, request.method, request.uri, count)

    def acknowledging(self, invite: Request) -> Callable[[Response], Request] | None:
        """How the ACK of a 2xx to this INVITE is made: along the dialog's route, with the INVITE's credentials."""
        if invite.method != "INVITE":
            return None

        def make(response: Response) -> Request:
            self.heard_2xx(response)
            proofs = [header for header in invite.headers if header[0] in ("Authorization", "Proxy-Authorization")]
            return self.peer.request("ACK", proofs, cseq=invite.cseq)

        return make

    def heard_2xx(self, response: Response) -> None:
        """Take what a 2xx says about the peer, before it is acknowledged."""
        self.peer.refresh(response)
