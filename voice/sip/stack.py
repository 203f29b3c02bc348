"""The SIP end point: one UDP socket, sippy's transactions, our dialogs; everything in one asyncio loop.

datagram -> guard -> duplicates -> parsing -> transactions -> dialogs / calls / requests outside calls
"""

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from models.cause import Cause
from models.settings import SipSettings
from voice.line import Origin, Party, Sink
from voice.sip.abilities import USER_AGENT
from voice.sip.address import SIP_PORT, Address, bracketed, host_and_port, numeric
from voice.sip.admission import Admission
from voice.sip.dialog import SipDialog
from voice.sip.errand import Errand, Reply
from voice.sip.message import Headers, Request, Response, new_tag, our_via
from voice.sip.origins import Arrival, Prove
from voice.sip.outbound import OutboundDialog
from voice.sip.parsing import Malformed, read, written
from voice.sip.peer import Peer, contact
from voice.sip.reception_desk import ReceptionDesk
from voice.sip.request import Credentials, RequestHandler, Target
from voice.sip.seldom import Seldom
from voice.sip.transactions import Transactions
from voice.sip.transport import Socket
from voice.sip.uri import BadUri, read_uri

log = logging.getLogger(__name__)
_PARTING_STEP = 0.02
_MALFORMED_LOG_EVERY = 1.0
"""Seconds between two log lines about datagrams that can't be read."""


class Verdict(Protocol):
    @property
    def admitted(self) -> bool: ...

    @property
    def news(self) -> str: ...


class Guard(Protocol):
    def admits(self, address: str, now: float, head: bytes, /) -> Verdict:
        """Judge a datagram before anything reads it."""


class Origins(Protocol):
    def of(self, arrival: Arrival, now: float, /) -> Origin | Prove:
        """Tell who sent an INVITE, or what to challenge it with."""


class SipStack:
    def __init__(
        self,
        settings: SipSettings,
        *,
        guard: Guard,
        origins: Origins,
        admission: Admission,
        on_call: Callable[[SipDialog], None],
        health: Callable[[], int],
        on_full: Callable[[SipDialog, str], None] = lambda dialog, why: None,
        codecs: Sequence[str] = ("PCMU", "PCMA", "G722"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_call` hears of each inbound call, and decides; `health` gives the code for OPTIONS (200 or 503).

        `on_full` hears of a call that was refused (503) as its source had as many as it may have, and why; the dialog
        was never begun.
        `codecs`: names that we allow, best first. `clock`: seconds, for guard and origins.
        """
        self.settings = settings
        self.codecs = tuple(codecs)
        self.clock = clock
        self.origins = origins
        self.admission = admission
        self.on_call = on_call
        self.on_full = on_full
        self.health = health
        self.counts: Counter[str] = Counter()
        """Since the start: datagrams, requests by method, what was dropped and why (metrics)."""
        self.handlers: dict[str, RequestHandler] = {}
        self._dialogs: dict[str, list[SipDialog]] = {}
        """By Call-ID: several where we call ourselves, or a proxy forks."""
        self._guard = guard
        self._desk = ReceptionDesk(self)
        self._malformed_news = Seldom(_MALFORMED_LOG_EVERY)

    async def start(self) -> None:
        """Bind and listen; raises `OperatorFault`."""
        host, port = host_and_port(self.settings.listen, "[sip] listen")
        self._socket = Socket((host, port or SIP_PORT), self._received, self._unsent)
        self.address: Address = self._socket.address
        self.public_address = self.settings.public_address.strip("[]") or self.address[0]
        found = numeric(self.public_address)
        self._anywhere = found is not None and found.is_unspecified
        self.transactions = Transactions(self._socket, self._desk.receive, self._forked)

    async def stop(self, patience: float = 1.0) -> None:
        """End what is left of calls and close the socket.

        `patience`: seconds to wait for answers to our last requests; in one second they are repeated once.
        """
        for dialog in [dialog for dialogs in self._dialogs.values() for dialog in dialogs]:
            dialog.hang_up(Cause.SERVER_STOPPED)
        for _ in range(round(patience / _PARTING_STEP)):
            if not self.transactions.tclient:
                break
            await asyncio.sleep(_PARTING_STEP)
        self._dialogs.clear()
        self.transactions.stop()
        self._socket.close()

    def handle(self, method: str, handler: RequestHandler) -> None:
        """Let `handler` answer a method outside dialogs (REGISTER, MESSAGE …)."""
        self.handlers[method] = handler

    def here(self, peer: Address) -> Address:
        """What stands for us in Via, Contact and SDP towards a peer."""
        host = self._socket.towards(peer) if self._anywhere else self.public_address
        return host, self.address[1]

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
        headers: Headers = (),
        codecs: Sequence[str] = (),
    ) -> OutboundDialog:
        """Place one call to one numeric address, offering RTP at `address`:`port`; `codecs`: (): the stack's own.

        It may take `reach_seconds` (None: as many as it may ring) until it rings, and then ring for `ring_seconds`.
        Events go to `sink`: `Ringing`, `Answered`, and at the end `HungUp` with the final code (408 also where nobody
        answered at all).
        """
        here = self.here(target.address)
        caller_uri = caller.uri or f"sip:{caller.number}@{bracketed(here[0])}"
        name = caller.name.replace("\\", "\\\\").replace('"', '\\"')
        local = f"{f'{chr(34)}{name}{chr(34)} ' if name else ''}<{caller_uri}>;tag={new_tag()}"
        call_id = secrets.token_hex(16)
        peer = Peer(here, contact(here), call_id, local, f"<{target.uri}>", target.address)
        peer.target = target.uri
        peer.first_hop = target.address
        origin = Origin("ourselves", "", written(here))
        parties = (caller, Party(_user(target.uri), uri=target.uri), origin)
        offered = tuple(codecs) or self.codecs
        dialog = OutboundDialog(self, peer, offered, parties, (address, port), sink, credentials, headers)
        self.enter(dialog)
        self.counts["calls_out"] += 1
        dialog.place(ring_seconds, ring_seconds if reach_seconds is None else reach_seconds)
        return dialog

    async def send(self, address: Address, errand: Errand) -> Reply:
        """Send a request outside dialogs and return its final reply; 408 where nobody answered."""
        heard: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        here = self.here(address)
        via = our_via(*here)
        lines = [
            ("Via", str(via)),
            ("Max-Forwards", "70"),
            ("From", f"<{errand.from_uri}>;tag={new_tag()}"),
            ("To", f"<{errand.to_uri}>"),
            ("Call-ID", errand.call_id),
            ("CSeq", f"{errand.cseq} {errand.method}"),
            *errand.headers,
            USER_AGENT,
        ]
        if not any(name == "Contact" for name, _ in errand.headers):
            lines.append(("Contact", contact(here)))
        request = Request(errand.method, errand.uri, lines, target=address)
        request.via = via

        def on_response(response: Response) -> None:
            if response.code >= 200 and not heard.done():
                heard.set_result(Reply(response.code, response.words, tuple(response.headers)))

        transaction = self.transactions.begin(request, on_response)
        try:
            return await heard
        finally:
            self.transactions.forget(transaction)

    # -- for dialogs and the reception desk -----------------------------------------------------------------

    def enter(self, dialog: SipDialog) -> None:
        """Let a dialog hear the requests that are its own."""
        self._dialogs.setdefault(dialog.id, []).append(dialog)

    def left(self, dialog: SipDialog) -> None:
        found = self._dialogs.get(dialog.id, [])
        if dialog in found:
            found.remove(dialog)
            if dialog.direction == "inbound":
                self.admission.release(dialog.origin)
        if not found:
            self._dialogs.pop(dialog.id, None)

    def calls_of(self, call_id: str) -> Sequence[SipDialog]:
        """The dialogs with this Call-ID."""
        return self._dialogs.get(call_id, ())

    def arrival(self, request: Request) -> Arrival:
        """What of a request tells who sent it."""
        return Arrival.read(request.plainly())

    def _forked(self, response: Response) -> Request:
        """A second phone answered our one INVITE: acknowledge and end it (RFC 3261 section 13.2.2.4)."""
        here = self.here(response.source)
        peer = Peer(
            here, contact(here), response.call_id, response.first("From"), response.first("To"), response.source
        )
        peer.local_cseq = response.cseq
        peer.was_reached(response)
        bye = peer.request("BYE")
        # Its ACK goes first.
        asyncio.get_running_loop().call_soon(self.transactions.begin, bye, lambda response: None)
        return peer.request("ACK", cseq=response.cseq)

    def _unsent(self) -> None:
        self.counts["unsent"] += 1

    # -- from the socket ------------------------------------------------------------------------------------

    def _received(self, data: bytes, source: Address) -> None:
        self.counts["datagrams"] += 1
        if len(data) <= 4 and not data.strip():
            # Keep-alives of phones behind NAT: they only have to pass.
            self.counts["keepalives"] += 1
            return
        if data[0] < 4 and data[4:8] == b"\x21\x12\xa4\x42":
            self.counts["stun"] += 1
            return
        verdict = self._guard.admits(source[0], self.clock(), data)
        if not verdict.admitted:
            self.counts["dropped"] += 1
            if verdict.news:
                log.warning("%s", verdict.news)
            return
        checksum = self.transactions.seen(data, source)
        if checksum is None:
            self.counts["duplicates"] += 1
            return
        try:
            message = read(data, source)
        except Malformed as fault:
            self._malformed(fault, checksum, source)
            return
        try:
            self._take(message, checksum)
        except Exception:
            self.counts["failures"] += 1
            log.exception("a message of %s could not be handled", written(source))

    def _take(self, message: Request | Response, checksum: bytes) -> None:
        if log.isEnabledFor(logging.DEBUG):
            # Neither URIs nor bodies: they hold numbers.
            what = message.method if isinstance(message, Request) else f"{message.code} {message.cseq_method}"
            log.debug("%s < %s from %s", message.call_id, what, written(message.source))
        if isinstance(message, Request):
            self.counts[f"in_{message.method}" if message.method in _COUNTED else "in_other"] += 1
            self.transactions.take_request(message, checksum)
        else:
            self.transactions.take_response(message, checksum)

    def _malformed(self, fault: Malformed, checksum: bytes, source: Address) -> None:
        self.counts["malformed"] += 1
        if fault.answer is not None and fault.address is not None and numeric(fault.address[0]) is not None:
            self._socket.send_to(fault.answer, fault.address)
            self.transactions.remember(checksum, fault.answer, fault.address)
        else:
            self.transactions.remember(checksum)
        what = str(fault)[:120].encode("ascii", "replace").decode()
        if news := self._malformed_news.line(f"< {written(source)} sent {what}", self.clock()):
            log.warning("%s", news)


_METHODS = "INVITE ACK CANCEL BYE OPTIONS REGISTER INFO UPDATE REFER NOTIFY MESSAGE SUBSCRIBE PUBLISH PRACK"
_COUNTED = frozenset(_METHODS.split(" "))
"""Methods counted by name: a stranger must not be able to make up metrics."""


def _user(uri: str) -> str:
    try:
        return read_uri(uri).user
    except BadUri:
        return ""
