"""sippy's transactions (RFC 3261 section 17) on asyncio's clock, with what they lack put right.

Used of sippy 2.5.0: server and client transaction states, retransmission, matching of duplicates. Changed here:
timers are the loop's own; the ACK of a refusal goes the INVITE's way and before anything that follows from it; the
ACK of a 200 is made by the dialog, which knows its route; retransmission intervals stop growing at T2; a CANCEL that
comes after the final answer gets its 200; replies that are repeated are remembered by source.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import sippy.SipTransactionManager
from sippy.SipTransactionManager import COMPLETED, RINGING, TERMINATED, TRYING, SipTMRetransmitO, SipTransactionManager

from voice.sip.address import Address
from voice.sip.message import Request, Response, new_tag
from voice.sip.transport import Socket

T2 = 4.0
"""Seconds: the longest interval between two retransmissions (RFC 3261, table 4)."""
PURGE = 16.0
"""Seconds between two purges of the remembered replies; one lives through two of them: 32 s (64 * T1) at least."""

OnRequest = Callable[[Request, Any], Any]
"""(request, sippy's transaction) -> sippy's (response, cancel_cb, noack_cb), or None."""

OnFork = Callable[[Response], Request]
"""(a 2xx by another callee than the first) -> the ACK for it."""


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """What answers the repetitions of a 2xx that we have acknowledged."""

    to_tag: str | None
    ack: bytes
    target: Address | None


class _Timer:
    """What sippy's `Timeout` returns, on the running loop."""

    def __init__(self, due: Callable[..., None], interval: float, ticks: int, *parameters: object) -> None:
        self._due, self._interval, self._ticks, self._parameters = due, interval, ticks, parameters
        self._handle = asyncio.get_running_loop().call_later(interval, self._fire)

    def _fire(self) -> None:
        if getattr(self._due, "__self__", self).__dict__.get("stopped", False):
            return
        if self._ticks == -1:
            self._handle = asyncio.get_running_loop().call_later(self._interval, self._fire)
        self._due(*self._parameters)

    def cancel(self) -> None:
        self._handle.cancel()


def _timeout(due: Callable[..., None], interval: float, ticks: int = 1, *parameters: object) -> _Timer:
    return _Timer(due, interval, ticks, *parameters)


# sippy's dispatcher would have to be polled; its manager takes its timers from this name alone.
sippy.SipTransactionManager.Timeout = _timeout


class _OneSocket:
    """Stands in for sippy's table of local addresses."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    def getServer(self, address: object, is_local: bool = False) -> Socket:  # noqa: N802
        return self._socket

    def rotateCache(self) -> None:  # noqa: N802
        """There is none."""


class Transactions(SipTransactionManager):
    stopped = False

    def __init__(self, socket: Socket, on_request: OnRequest, on_fork: OnFork) -> None:
        self._on_fork = on_fork
        self.socket = socket
        self.l4r = _OneSocket(socket)
        self.tclient: dict[object, Any] = {}
        self.tserver: dict[Any, Any] = {}
        self.req_cb = on_request
        self.l1rcache: dict[bytes, Any] = {}
        self.l2rcache: dict[bytes, Any] = {}
        self.l3rcache: dict[bytes, Any] = {}
        self.req_consumers: dict[str, Any] = {}
        self._confirmed: list[dict[object, _Confirmed]] = [{}, {}, {}]
        self.cp_timer = _timeout(self.rCachePurge, PURGE, -1)

    def seen(self, data: bytes, source: Address) -> bytes | None:
        """Answer a datagram that came before from this source as then; else return its checksum for later."""
        checksum = md5(data + repr(source).encode(), usedforsecurity=False).digest()
        known = self.l1rcache.get(checksum) or self.l2rcache.get(checksum) or self.l3rcache.get(checksum)
        if known is None:
            return checksum
        if known.data is not None:
            self.socket.send_to(known.data, known.address)
        return None

    def remember(self, checksum: bytes, answer: bytes | None = None, address: Address | None = None) -> None:
        """Note what a datagram was answered with, for its duplicates."""
        self.l1rcache[checksum] = SipTMRetransmitO(self.socket, answer, address)

    def take_request(self, request: Request, checksum: bytes) -> None:
        if request.method == "CANCEL":
            self._cancelled(request, checksum)
            return
        self.incomingRequest(request, checksum, (), self.socket)

    def take_response(self, response: Response, checksum: bytes) -> None:
        tid = response.getTId(wCSM=True, wBRN=True)
        transaction = self.tclient.get(tid)
        if transaction is not None:
            self._respond(response, transaction, checksum)
            return
        confirmed = next((known[tid] for known in self._confirmed if tid in known), None)
        if confirmed is None or not 200 <= response.code < 300:
            self.remember(checksum)
        elif response.to_tag == confirmed.to_tag:
            self.transmitData(self.socket, confirmed.ack, confirmed.target, checksum)
        else:
            acked = self._on_fork(response)
            self.transmitData(self.socket, acked.to_bytes(), acked.target, checksum)

    def begin(
        self,
        request: Request,
        on_response: Callable[[Response], None],
        make_ack: Callable[[Response], Request] | None = None,
    ) -> Any:
        """Start a client transaction: `on_response` hears all of its responses, 408 where none came.

        `make_ack` writes the ACK of a 2xx to an INVITE (section 13.2.2.4).
        """
        transaction = self.newTransaction(request, lambda response, _: on_response(response), cb_ifver=2)
        transaction.make_ack = make_ack
        return transaction

    def cancel(self, transaction: Any, reason: str) -> None:
        """CANCEL an INVITE of ours, as soon as something of it was heard (section 9.1)."""
        if transaction.cancel is None or transaction.cancelPending:
            return
        if reason:
            transaction.cancel.put("Reason", reason)
        self.cancelTransaction(transaction)

    def forget(self, transaction: Any) -> None:
        """Drop a client transaction that nothing more is expected of."""
        if transaction.tid is None:
            return
        for timer in (transaction.teA, transaction.teB, transaction.teC):
            if timer is not None:
                timer.cancel()
        self.tclient.pop(transaction.tid, None)
        transaction.cleanup()
        # Whoever still holds the transaction must not hold the dialog.
        transaction.sent = transaction.make_ack = None

    def _respond(self, response: Response, transaction: Any, checksum: bytes) -> None:
        if transaction.state is TERMINATED:
            return
        if response.code < 200:
            self.incomingResponse(response, transaction, checksum)
            return
        tell, acknowledge, sent = transaction.resp_cb, transaction.make_ack, transaction.sent
        tid, acked, ack = transaction.tid, None, b""
        if transaction.needack:
            if response.code < 300 and acknowledge is not None:
                acked = acknowledge(response)
                ack = acked.to_bytes()
                self._confirmed[0][tid] = _Confirmed(response.to_tag, ack, acked.target)
            else:
                acked = sent.follow_up("ACK")
                acked.put("To", response.first("To"))
                ack = acked.to_bytes()
        self.forget(transaction)
        if acked is not None:
            self.transmitData(self.socket, ack, acked.target, checksum)
        else:
            self.remember(checksum)
        if tell is not None:
            tell(response, transaction)

    def _cancelled(self, cancel: Request, checksum: bytes) -> None:
        """Answer a CANCEL (section 9.2): 200 with the INVITE's To tag, also where our final answer overtook it."""
        transaction = self.tserver.get(cancel.getTId(wBRN=True))
        answer = cancel.response(481, "Call/Transaction Does Not Exist", tag=new_tag())
        if transaction is not None and transaction.r487 is not None:
            answer = cancel.response(200, "OK")
            answer.put("To", transaction.r487.first("To"))
        elif (tag := self._answered_tag(cancel)) is not None:
            answer = cancel.response(200, "OK", tag=tag)
        assert answer.via is not None
        self.transmitData(self.socket, answer.to_bytes(), answer.via.reply_address, checksum)
        if transaction is not None and pending(transaction):
            self.doCancel(transaction, None, cancel)

    def _answered_tag(self, cancel: Request) -> str | None:
        branch = cancel.via.getBranch() if cancel.via else None
        for tid, transaction in self.tserver.items():
            if transaction.state is COMPLETED and transaction.branch == branch and tid[0] == cancel.call_id:
                return str(tid[3])
        return None

    def stop(self) -> None:
        self.stopped = True
        self.cp_timer.cancel()
        self.tclient.clear()
        self.tserver.clear()

    # -- sippy's methods, changed ---------------------------------------------------------------------------

    def newTransaction(self, msg: Request, *given: Any, **named: Any) -> Any:  # noqa: N802
        transaction = super().newTransaction(msg, *given, **named)
        transaction.sent, transaction.make_ack = msg, None
        return transaction

    def timerA(self, t: Any) -> None:  # noqa: N802
        self.transmitData(t.userv, t.data, t.address)
        # Only an INVITE that nobody answered doubles on (section 17.1.1.2).
        limit = float("inf") if t.method == "INVITE" and t.tid in self.tclient else T2
        t.tout = min(t.tout * 2, limit)
        t.teA = _timeout(self.timerA, t.tout, 1, t)

    def transmitData(  # noqa: N802
        self, userv: Socket, data: bytes, address: Any, cachesum: bytes | None = None, lossemul: int = 0
    ) -> None:
        userv.send_to(data, address)
        if cachesum is not None:
            self.l1rcache[cachesum] = SipTMRetransmitO(userv, data, address)

    def rCachePurge(self) -> None:  # noqa: N802
        self.l3rcache = self.l2rcache
        super().rCachePurge()
        self._confirmed = [{}, *self._confirmed[:-1]]


def pending(transaction: Any) -> bool:
    """Whether a server transaction still waits for its final answer."""
    return transaction.state in (TRYING, RINGING)
