"""The RFCs' answers to a peer's requests within a dialog. Each handler returns what sippy wants: a response or None."""

import re
from typing import TYPE_CHECKING, Any

from models.cause import Cause
from voice.line import HungUp, InfoDigit, MediaChanged, Referred
from voice.sip.abilities import ACCEPT, ALLOW, KEY_TYPES, SDP_TYPE, SERVER, SUPPORTED
from voice.sip.dialog_life import State
from voice.sip.message import Headers, Request, Response
from voice.sip.refer import Transfer
from voice.sip.sdp import BadDescription
from voice.sip.session_refresh import SHORTEST, TooBrief, answered, asked
from voice.sip.uri import BadUri, read_name_addr, read_uri

if TYPE_CHECKING:
    from voice.sip.dialog import SipDialog

_KEYS = {str(number): str(number) for number in range(10)} | {"*": "*", "#": "#", "10": "*", "11": "#"}
_KEYS |= {letter: letter for letter in "ABCD"} | {"12": "A", "13": "B", "14": "C", "15": "D"}
_DEFAULT_PRESS = 100
"""Milliseconds, where an INFO doesn't say how long the key was pressed."""


def answer_request(dialog: "SipDialog", request: Request, transaction: Any) -> Any:
    """Answer one request; returns sippy's (response, cancel callback, no-ACK callback)."""
    if request.cseq <= dialog.peer.remote_cseq:
        return request.response(500, "Out of Order"), None, None
    dialog.peer.remote_cseq = request.cseq
    if request.method == "INVITE":
        return _invite(dialog, request, transaction)
    if request.method == "REFER":
        return _refer(dialog, request, transaction), None, None
    handler = _HANDLERS.get(request.method)
    if handler is None:
        return request.response(405, "Method Not Allowed", [ALLOW]), None, None
    return handler(dialog, request), None, None


def _bye(dialog: "SipDialog", request: Request) -> Response:
    # On either kind of call it is the person on the other side who put the receiver down.
    dialog.end(HungUp(Cause.CALLER_HUNG_UP, words=said_reason(request)))
    return request.response(200, "OK")


def said_reason(request: Request) -> str:
    """The text of a Reason header (RFC 3326); "" where there is none."""
    text = re.search(r'text\s*=\s*"([^"]*)"', request.first("Reason"))
    return text[1] if text else ""


def _options(dialog: "SipDialog", request: Request) -> Response:
    return request.response(200, "OK", [ACCEPT, ALLOW, SUPPORTED])


def _info(dialog: "SipDialog", request: Request) -> Response:
    if request.first("Info-Package"):
        return request.response(469, "Bad Info Package", [("Recv-Info", "")])
    if not request.body.strip():
        return request.response(200, "OK")
    if request.content_type == "application/dtmf-relay":
        signal = re.search(r"^\s*Signal\s*=\s*(\S+)", request.body, re.IGNORECASE | re.MULTILINE)
        duration = re.search(r"^\s*Duration\s*=\s*(\d{1,5})", request.body, re.IGNORECASE | re.MULTILINE)
        key = _KEYS.get(signal[1].upper()) if signal else None
        pressed = int(duration[1]) if duration else _DEFAULT_PRESS
    elif request.content_type == "application/dtmf":
        key, pressed = _KEYS.get(request.body.strip().upper()), _DEFAULT_PRESS
    else:
        return request.response(415, "Unsupported Media Type", [KEY_TYPES])
    if key is None:
        return request.response(400, "Bad Request: no key")
    dialog.emit(InfoDigit(key, pressed))
    return request.response(200, "OK")


def _refer(dialog: "SipDialog", request: Request, transaction: Any) -> Response | None:
    targets = request.listed("Refer-To")
    if len(targets) != 1:
        return request.response(400, "Bad Request: one Refer-To is needed")
    try:
        target = read_name_addr(targets[0]).uri
        uri = read_uri(target)
    except BadUri:
        return request.response(400, "Bad Request: an unreadable Refer-To")
    if uri.scheme not in ("sip", "sips", "tel"):
        return request.response(416, "Unsupported URI Scheme")
    if dialog.state is not State.UP:
        return request.response(403, "Forbidden: the call is not up")
    replaces = re.search(r"(?:^|&)Replaces=([^&]*)", uri.headers, re.IGNORECASE)
    dialog.refers.append(Transfer(dialog, request, transaction))
    dialog.emit(Referred(target.partition("?")[0], replaces[1] if replaces else ""))
    return None


def _notify(dialog: "SipDialog", request: Request) -> Response:
    return request.response(481, "Subscription Does Not Exist")


def _subscribe(dialog: "SipDialog", request: Request) -> Response:
    return request.response(489, "Bad Event")


def _prack(dialog: "SipDialog", request: Request) -> Response:
    # We send no reliable provisional responses, so there is none to acknowledge (RFC 3262 section 3).
    return request.response(481, "Call/Transaction Does Not Exist")


def _update(dialog: "SipDialog", request: Request) -> Response:
    if request.body and dialog.renegotiation.running:
        return request.response(491, "Request Pending")
    if request.body and dialog.renegotiation.peers_running:
        return request.response(500, "Server Internal Error", [("Retry-After", "2")])
    interval = asked(request)
    if isinstance(interval, TooBrief):
        return request.response(422, "Session Interval Too Small", [("Min-SE", str(SHORTEST))])
    headers: list[tuple[str, str]] = [("Contact", dialog.peer.contact), ALLOW, SUPPORTED, *answered(interval)]
    body = ""
    if request.body:
        refusal, body = _reoffered(dialog, request)
        if refusal is not None:
            return refusal
        headers.append(SDP_TYPE)
    dialog.peer.refresh(request)
    dialog.session.agreed(interval)
    return request.response(200, "OK", headers, body)


def _reoffered(dialog: "SipDialog", request: Request) -> tuple[Response | None, str]:
    """Answer a new offer: the refusal (nothing has changed then), or our answer."""
    if request.content_type != "application/sdp":
        return request.response(415, "Unsupported Media Type", [ACCEPT]), ""
    before = dialog.negotiation.plan
    if before is None:
        # Nothing of ours is known yet that an answer could be made of (RFC 3311 section 5.2).
        return request.response(504, "Server Time-out"), ""
    try:
        answer = dialog.negotiation.answer_to(dialog.negotiation.check(request.body))
    except BadDescription as fault:
        return unacceptable(request, fault), ""
    plan = dialog.negotiation.plan
    assert plan is not None
    if plan != before:
        dialog.emit(MediaChanged(plan))
    return None, answer


def unacceptable(request: Request, fault: BadDescription) -> Response:
    """Refuse a session description, with the reason as a Warning (RFC 3261 section 20.43)."""
    words = "Not Acceptable Here" if fault.code == 488 else "Bad Request: session description"
    text = str(fault).replace("\\", "").replace('"', "'")
    return request.response(fault.code, words, [("Warning", f'{fault.warning} hotline "{text}"')])


def _invite(dialog: "SipDialog", request: Request, transaction: Any) -> Any:
    refusal = _not_now(dialog, request)
    interval = asked(request)
    if refusal is None and isinstance(interval, TooBrief):
        refusal = request.response(422, "Session Interval Too Small", [("Min-SE", str(SHORTEST))])
    offered = bool(request.body)
    body = ""
    if refusal is None and offered:
        refusal, body = _reoffered(dialog, request)
    if refusal is not None:
        return refusal, None, None
    assert not isinstance(interval, TooBrief)
    if not offered:
        body = dialog.negotiation.offered()
    dialog.peer.refresh(request)
    dialog.session.agreed(interval)
    dialog.renegotiation.peers_running = True

    def acknowledged(ack: Request) -> None:
        _acknowledged(dialog, ack, offered)

    def unacknowledged() -> None:
        dialog.renegotiation.peers_running = False
        dialog.hang_up(Cause.LINE_UNREACHABLE)

    headers: Headers = [("Contact", dialog.peer.contact), ALLOW, SUPPORTED, SERVER, *answered(interval), SDP_TYPE]
    response = request.response(200, "OK", headers, body)
    dialog.wire.transactions.sendResponse(response, transaction, ack_cb=acknowledged)
    return None, None, unacknowledged


def _not_now(dialog: "SipDialog", request: Request) -> Response | None:
    if dialog.state is not State.UP or dialog.renegotiation.peers_running:
        return request.response(500, "Server Internal Error", [("Retry-After", "2")])
    if dialog.renegotiation.running:
        return request.response(491, "Request Pending")
    return None


def _acknowledged(dialog: "SipDialog", ack: Request, offered: bool) -> None:
    dialog.renegotiation.peers_running = False
    if dialog.over:
        return
    if not offered:
        before = dialog.negotiation.plan
        try:
            plan = dialog.negotiation.answered(ack.body)
        except BadDescription:
            dialog.hang_up(Cause.NO_COMMON_CODEC)
            return
        if plan != before:
            dialog.emit(MediaChanged(plan))
    dialog.renegotiation.go_on()


_HANDLERS = {
    "BYE": _bye,
    "OPTIONS": _options,
    "INFO": _info,
    "NOTIFY": _notify,
    "SUBSCRIBE": _subscribe,
    "PRACK": _prack,
    "UPDATE": _update,
}
