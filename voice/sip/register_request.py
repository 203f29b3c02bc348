"""A REGISTER as the SIP stack hands it over, read for the registrar; and its answer written for the stack."""

import re
from collections.abc import Callable

from voice.sip.bindings import read_contact
from voice.sip.registrar import Register, Registrar
from voice.sip.request import Request, RequestHandler, Response
from voice.sip.uri import split_list


def register_handler(registrar: Registrar, clock: Callable[[], float]) -> RequestHandler:
    """What `SipStack.handle("REGISTER", …)` takes."""

    def answer(request: Request) -> Response:
        register = read_register(request)
        if register is None:
            return Response(400, "Bad Request")
        answered = registrar.receive(register, clock())
        return Response(answered.code, answered.words, answered.headers)

    return answer


def read_register(request: Request) -> Register | None:
    """Read what the registrar wants to know; None where To or CSeq can't be read."""
    to = read_contact(request.first("To"))
    cseq = re.match(r"\s*(\d{1,10})\s", request.first("CSeq") + " ")
    if to is None or cseq is None:
        return None
    return Register(
        user=to.read.user,
        contacts=tuple(value for line in request.values("Contact") for value in split_list(line) if value),
        expires=_seconds(request.first("Expires")),
        call_id=request.first("Call-ID"),
        cseq=int(cseq[1]),
        source=request.source,
        credentials=tuple(request.values("Authorization")),
        required=tuple(tag for line in request.values("Require") for tag in split_list(line) if tag),
        user_agent=request.first("User-Agent"),
    )


def _seconds(text: str) -> int | None:
    text = text.strip()
    return min(int(text), 2**31) if text.isascii() and text.isdecimal() else None
