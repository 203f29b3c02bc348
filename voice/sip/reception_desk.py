"""Where requests arrive: within a dialog they go to it, a new INVITE becomes a call, the rest is answered here."""

import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from models.cause import Cause
from models.errors import CannotDo
from voice.line import Origin, Party
from voice.sip import request as plain
from voice.sip.abilities import ACCEPT, ALLOW, METHODS, OPTIONS, SERVER, SUPPORTED
from voice.sip.in_dialog import answer_request, unacceptable
from voice.sip.inbound import InboundDialog
from voice.sip.message import Request, Response, new_tag
from voice.sip.origins import Prove, may_reach_hotline
from voice.sip.peer import Peer, contact
from voice.sip.sdp import BadDescription
from voice.sip.seldom import Seldom
from voice.sip.session_refresh import SHORTEST, TooBrief, asked
from voice.sip.uri import BadUri, read_name_addr, read_uri

if TYPE_CHECKING:
    from voice.sip.dialog import SipDialog
    from voice.sip.stack import SipStack

log = logging.getLogger(__name__)
_WITHIN_ONLY = ("BYE", "INFO", "UPDATE", "PRACK", "NOTIFY", "REFER")
"""Methods that outside a dialog we know nothing of (481); a REFER there would be a call out by a stranger (403)."""
_COME_AGAIN = ("Retry-After", "10")
"""Seconds, where it is the source that has enough calls or we that leave."""
_FULL_LOG_EVERY = 10.0
"""Seconds between two log lines about sources with too many calls."""


class ReceptionDesk:
    def __init__(self, stack: "SipStack") -> None:
        self._stack = stack
        self._full_news: defaultdict[str, Seldom] = defaultdict(lambda: Seldom(_FULL_LOG_EVERY))
        """By kind of origin: a stranger's crowd must not hide that a trunk is full."""

    def receive(self, request: Request, transaction: Any) -> Any:
        """Take a request with a new transaction; returns what sippy wants back, whatever happens inside."""
        try:
            return self._received(request, transaction)
        except Exception:
            self._stack.counts["failures"] += 1
            log.exception("%s could not be handled", request.method)
            return _ours(request.response(500, "Server Internal Error", [SERVER], tag=new_tag()))

    def _received(self, request: Request, transaction: Any) -> Any:
        to_tag = request.to_tag
        if to_tag is not None:
            dialog = self._dialog_of(request, to_tag)
            if dialog is None:
                return _ours(request.response(481, "Call/Transaction Does Not Exist"))
            unknown = _unknown_options(request)
            return _ours(unknown) if unknown else answer_request(dialog, request, transaction)
        if request.method == "INVITE":
            return self._invited(request, transaction)
        return _ours(self._outside(request))

    def _dialog_of(self, request: Request, to_tag: str) -> "SipDialog | None":
        for dialog in self._stack.calls_of(request.call_id):
            if dialog.peer.local_tag == to_tag and dialog.peer.remote_tag == request.from_tag:
                return dialog
        return None

    # -- outside dialogs ------------------------------------------------------------------------------------

    def _outside(self, request: Request) -> Response:
        unknown = _unknown_options(request)
        handler = self._stack.handlers.get(request.method)
        # The registrar names the options that it lacks itself.
        if unknown is not None and handler is None:
            return unknown
        if handler is not None:
            return _from_handler(request, handler)
        if request.method == "OPTIONS":
            return self._options(request)
        if request.method == "REFER":
            return _said(request, 403, "Forbidden")
        if request.method in _WITHIN_ONLY:
            return _said(request, 481, "Call/Transaction Does Not Exist")
        if request.method in ("SUBSCRIBE", "PUBLISH"):
            return _said(request, 489, "Bad Event")
        if request.method in ("MESSAGE", *METHODS):
            return _said(request, 405, "Method Not Allowed", ALLOW)
        return _said(request, 501, "Not Implemented", ALLOW)

    def _options(self, request: Request) -> Response:
        code = self._stack.health()
        if code == 200:
            return _said(request, 200, "OK", ACCEPT, ALLOW, SUPPORTED, ("Accept-Encoding", "identity"))
        return _said(request, code, "Service Unavailable", _COME_AGAIN)

    # -- a new call -----------------------------------------------------------------------------------------

    def _invited(self, request: Request, transaction: Any) -> Any:
        refusal = _unacceptable_invite(request) or self._merged(request)
        origin = None
        if refusal is None:
            origin = self._stack.origins.of(self._stack.arrival(request), self._stack.clock())
            if isinstance(origin, Prove):
                challenges = [("WWW-Authenticate", value) for value in origin.challenges]
                refusal = _said(request, 401, "Unauthorized", *challenges)
            elif not may_reach_hotline(origin, self._stack.settings.guard.accept_unknown):
                refusal = _said(request, 403, "Forbidden")
        if refusal is not None:
            return _ours(refusal)
        assert isinstance(origin, Origin)
        try:
            dialog = self._dialog(request, transaction, origin)
        except BadDescription as fault:
            self._stack.counts["bad_descriptions"] += 1
            return _ours(unacceptable(request, fault))
        full = self._full(request, dialog)
        if full is not None:
            return _ours(full)
        transactions = self._stack.transactions
        transactions.sendResponse(request.response(100, "Trying"), transaction)
        transaction.r487.put("To", dialog.peer.local)
        transaction.cancel_cb, transaction.noack_cb = dialog.cancelled, dialog.unacknowledged
        self._stack.enter(dialog)
        self._stack.counts["calls_in"] += 1
        try:
            self._stack.on_call(dialog)
        except Exception:
            self._stack.counts["failures"] += 1
            log.exception("%s could not be taken", dialog.id)
            dialog.hang_up(Cause.OUR_ERROR)
        return None, dialog.cancelled, dialog.unacknowledged

    def _full(self, request: Request, dialog: InboundDialog) -> Response | None:
        """Refuse where the source has as many calls as it may have; else the call is counted until its dialog ends."""
        origin = dialog.origin
        try:
            self._stack.admission.take(origin)
        except CannotDo as fault:
            self._stack.counts[f"refused_{origin.kind}_full"] += 1
            if news := self._full_news[origin.kind].line(f"A call was refused (503): {fault}", self._stack.clock()):
                log.warning("%s", news)
            self._stack.on_full(dialog, str(fault))
            return _said(request, 503, "Too Many Calls", _COME_AGAIN)
        return None

    def _dialog(self, request: Request, transaction: Any, origin: Origin) -> InboundDialog:
        interval = asked(request)
        assert not isinstance(interval, TooBrief)
        stack = self._stack
        local = f"{request.first('To')};tag={new_tag()}"
        called = _party(request.first("To"), request.uri)
        here = stack.here(request.source)
        ours = contact(here, called.number if called.number.isalnum() and called.number.isascii() else "hotline")
        peer = Peer(here, ours, request.call_id, local, request.first("From"), request.source)
        peer.called_us(request)
        caller = _party(request.first("From"))
        return InboundDialog(stack, peer, stack.codecs, (caller, called, origin), request, transaction, interval)

    def _merged(self, request: Request) -> Response | None:
        """The same request by two ways is one call (section 8.2.2.2)."""
        for dialog in self._stack.calls_of(request.call_id):
            if dialog.peer.remote_tag == request.from_tag and dialog.peer.remote_cseq == request.cseq:
                return _said(request, 482, "Loop Detected")
        return None


def _ours(response: Response) -> tuple[Response, None, None]:
    return response, None, None


def _said(request: Request, code: int, words: str, *headers: tuple[str, str]) -> Response:
    return request.response(code, words, [SERVER, *headers], tag=new_tag())


def _unknown_options(request: Request) -> Response | None:
    if request.method in ("ACK", "CANCEL"):
        return None
    unknown = [option for option in request.listed("Require") if option.lower() not in OPTIONS]
    if not unknown:
        return None
    return _said(request, 420, "Bad Extension", ("Unsupported", ", ".join(unknown)))


def _unacceptable_invite(request: Request) -> Response | None:
    unknown = _unknown_options(request)
    if unknown is not None:
        return unknown
    if request.body and request.content_type != "application/sdp":
        return _said(request, 415, "Unsupported Media Type", ACCEPT)
    encoding = request.first("Content-Encoding").strip().lower()
    if request.body and encoding not in ("", "identity"):
        return _said(request, 415, "Unsupported Media Type", ("Accept-Encoding", "identity"))
    accepted = [item.partition(";")[0].strip().lower() for item in request.listed("Accept")]
    if accepted and not {"application/sdp", "application/*", "*/*"} & set(accepted):
        return _said(request, 406, "Not Acceptable", ACCEPT)
    if isinstance(asked(request), TooBrief):
        return _said(request, 422, "Session Interval Too Small", ("Min-SE", str(SHORTEST)))
    return None


def _from_handler(request: Request, handler: plain.RequestHandler) -> Response:
    found = handler(request.plainly())
    return request.response(found.code, found.words, [SERVER, *found.headers], found.body, tag=new_tag())


def _party(value: str, instead: str = "") -> Party:
    """Who stands in From or To; `instead` is the Request-URI, which says better who is called."""
    try:
        named = read_name_addr(value)
        uri = instead or named.uri
        return Party(read_uri(uri).user or "anonymous", named.name, uri)
    except BadUri:
        return Party("anonymous")
