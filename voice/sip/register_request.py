"""A REGISTER as the SIP stack hands it over, read for the registrar; and its answer written for the stack."""

import re
from collections.abc import Callable

from voice.sip.bindings import read_contact
from voice.sip.header_values import listed
from voice.sip.registrar import Register, Registrar
from voice.sip.request import Request, RequestHandler, Response


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
        user=to.user,
        contacts=tuple(value for line in request.values("Contact") for value in listed(line)),
        expires=_seconds(request.first("Expires")),
        call_id=request.first("Call-ID"),
        cseq=int(cseq[1]),
        source=request.source,
        credentials=tuple(request.values("Authorization")),
        required=tuple(tag for line in request.values("Require") for tag in listed(line)),
        user_agent=request.first("User-Agent"),
    )


def _seconds(text: str) -> int | None:
    text = text.strip()
    return min(int(text), 2**31) if text.isascii() and text.isdecimal() else None
