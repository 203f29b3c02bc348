"""From a datagram to a message, or to the refusal that the RFC asks for (RFC 3261 sections 7 and 8.2, RFC 4475).

sippy's own parser answers nothing to what it can't read and prints a traceback; this one stands before it. Tolerant
where a reader can't misunderstand (white space, case, folding, missing reason phrase), strict where he can.
"""

import re
from collections.abc import Sequence

from voice.sip.address import Address, bracketed
from voice.sip.message import Message, Request, Response, Via, decoded, encoded, new_tag
from voice.sip.uri import BadUri, NameAddr, read_name_addr, read_uri, split_list

LARGEST = 65_535
_TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]+"
_REQUEST_LINE = re.compile(rf"({_TOKEN}) (\S.*) (SIP/\d+\.\d+) *", re.IGNORECASE)
_STATUS_LINE = re.compile(r"SIP/2\.0 +(\d+)(?: (.*))?", re.IGNORECASE)
_VIA = re.compile(
    rf"SIP\s*/\s*(\d+\.\d+)\s*/\s*({_TOKEN})\s+(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+)\s*(?::\s*(\d{{1,5}})\s*)?(;.*)?",
    re.DOTALL | re.IGNORECASE,
)
_CSEQ = re.compile(rf"(\d+)\s+({_TOKEN})")
_LARGEST_CSEQ = 2**31 - 1
_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
}
_NAMES = (
    "Accept Accept-Encoding Accept-Language Allow Allow-Events Authorization Call-ID Contact Content-Disposition "
    "Content-Encoding Content-Length Content-Type CSeq Date Event Expires From History-Info Info-Package "
    "Max-Forwards Min-Expires Min-SE P-Asserted-Identity Privacy Proxy-Authenticate Proxy-Authorization "
    "Proxy-Require RAck Reason Record-Route Recv-Info Refer-Sub Refer-To Referred-By Replaces Require Retry-After "
    "Route RSeq Server Session-Expires Subject Subscription-State Supported To Unsupported User-Agent Via Warning "
    "WWW-Authenticate"
)
_CANONICAL = {name.lower(): name for name in _NAMES.split(" ")}
_ONCE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type")
_NEEDED = ("Via", "From", "To", "Call-ID", "CSeq")


class Malformed(Exception):
    """A datagram that is no message we can take. `str()` names the fault; `answer` is what can be sent back."""

    def __init__(self, fault: str, answer: bytes | None = None, address: Address | None = None) -> None:
        super().__init__(fault)
        self.answer = answer
        self.address = address


class _Fault(Exception):
    def __init__(self, words: str, code: int = 400) -> None:
        super().__init__(words)
        self.code = code


def read(data: bytes, source: Address) -> Request | Response:
    """Read one datagram; its topmost Via notes `source` (received, rport). Raises `Malformed`."""
    head, body = _split(data)
    lines = _unfolded(decoded(head))
    if not lines:
        raise Malformed("nothing but white space")
    start = lines[0]
    headers, bad_line = _headers(lines[1:])
    if start[:4].upper() == "SIP/":
        try:
            return _response(start, headers, body, bad_line, source)
        except (_Fault, BadUri) as fault:
            raise Malformed(f"a response with {fault}") from None
    via = _top_via(headers, source)
    try:
        request = _request(start, headers, body, bad_line)
        if via is None:
            raise _Fault("no readable Via")
        request.via, request.source = via, source
        return request
    except (_Fault, BadUri) as fault:
        code = fault.code if isinstance(fault, _Fault) else 400
        if via is None or start.upper().startswith("ACK "):
            raise Malformed(str(fault)) from None
        answer = _refusal(code, str(fault), headers, via)
        raise Malformed(str(fault), answer, via.reply_address) from None


def _split(data: bytes) -> tuple[bytes, bytes]:
    data = data.lstrip(b"\r\n")
    for mark in (b"\r\n\r\n", b"\n\n"):
        head, found, body = data.partition(mark)
        if found:
            return head, body
    return data, b""


def _unfolded(head: str) -> list[str]:
    lines: list[str] = []
    for line in head.split("\n"):
        line = line.removesuffix("\r")
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += " " + line.strip()
        elif line:
            lines.append(line)
    return lines


def _headers(lines: Sequence[str]) -> tuple[list[tuple[str, str]], str]:
    headers: list[tuple[str, str]] = []
    bad_line = ""
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.rstrip().lower()
        if not colon or not name or " " in name:
            bad_line = bad_line or line
            continue
        canonical = _COMPACT.get(name) or _CANONICAL.get(name) or name.title()
        if canonical == "Via":
            headers += [("Via", hop) for hop in split_list(value)]
        else:
            headers.append((canonical, value.strip()))
    return headers, bad_line


def _request(start: str, headers: list[tuple[str, str]], body: bytes, bad_line: str) -> Request:
    line = _REQUEST_LINE.fullmatch(start)
    if line is None:
        raise _Fault("an unreadable request line")
    method, uri, version = line.groups()
    if version.upper() != "SIP/2.0":
        raise _Fault("Version Not Supported", 505)
    message = Request(method, uri, headers)
    _check_common(message, bad_line)
    if message.cseq_method != method:
        raise _Fault("a CSeq method that differs from the request's")
    _check_uri(uri)
    forwards = message.first("Max-Forwards")
    if forwards and not (forwards.isascii() and forwards.isdecimal()):
        raise _Fault("an unreadable Max-Forwards")
    for value in message.listed("Contact"):
        if value != "*":
            # What can be reached by it is for the registrar to judge; a call's Contact we must reach ourselves.
            _address(value, any_scheme=method == "REGISTER")
    for value in (*message.listed("Route"), *message.listed("Record-Route")):
        _address(value)
    _take_body(message, body)
    return message


def _response(start: str, headers: list[tuple[str, str]], body: bytes, bad_line: str, source: Address) -> Response:
    line = _STATUS_LINE.fullmatch(start.rstrip())
    if line is None or not 100 <= int(line[1][:4]) <= 699:
        raise _Fault("an unreadable status line")
    message = Response(int(line[1]), line[2] or "", headers)
    message.source = source
    _check_common(message, bad_line)
    message.via = read_via(message.first("Via"))
    if message.via is None:
        raise _Fault("an unreadable Via")
    _take_body(message, body)
    return message


def _check_common(message: Message, bad_line: str) -> None:
    if bad_line:
        raise _Fault(f"a line that is no header: '{bad_line[:40]}'")
    names = [name for name, _ in message.headers]
    for name in _NEEDED:
        if name not in names:
            raise _Fault(f"no {name}")
    for name in _ONCE:
        if names.count(name) > 1:
            raise _Fault(f"more than one {name}")
    cseq = _CSEQ.fullmatch(message.first("CSeq"))
    if cseq is None or len(cseq[1]) > 10 or int(cseq[1]) > _LARGEST_CSEQ:
        raise _Fault("an unreadable CSeq")
    if not message.call_id or " " in message.call_id:
        raise _Fault("an unreadable Call-ID")
    for value in (message.first("From"), message.first("To")):
        _address(value, any_scheme=True)
    for value in message.values("Via"):
        if read_via(value) is None:
            raise _Fault("an unreadable Via")


def _check_uri(uri: str) -> None:
    found = read_uri(uri)
    if found.scheme not in ("sip", "sips"):
        raise _Fault("Unsupported URI Scheme", 416)
    if found.headers:
        raise _Fault("headers in the Request-URI")


def _address(value: str, any_scheme: bool = False) -> NameAddr:
    found = read_name_addr(value)
    uri = read_uri(found.uri)
    if not any_scheme and uri.scheme not in ("sip", "sips", "tel", "mailto", "http", "https"):
        raise _Fault(f"a URI of scheme '{uri.scheme[:20]}' where only sip makes sense")
    return found


def _take_body(message: Message, body: bytes) -> None:
    message.body = decoded(_body(message, body))
    # It is written anew with each message that goes out.
    message.headers = [header for header in message.headers if header[0] != "Content-Length"]


def _body(message: Message, body: bytes) -> bytes:
    written = message.first("Content-Length")
    if not written:
        if ("Content-Length", "") in message.headers:
            raise _Fault("an empty Content-Length")
        return body
    if not (written.isascii() and written.isdecimal() and len(written) < 10):
        raise _Fault("an unreadable Content-Length")
    length = int(written)
    if length > len(body):
        raise _Fault("a Content-Length beyond the end of the datagram")
    # What follows the body in a datagram is to be ignored (section 18.3).
    return body[:length]


def _top_via(headers: list[tuple[str, str]], source: Address) -> Via | None:
    """The hop to answer to, read as leniently as an answer needs."""
    first = next((value for name, value in headers if name == "Via"), "")
    via = read_via(first) or read_via(first.partition(";")[0])
    if via is not None:
        via.seen_from(source)
    return via


def read_via(value: str) -> Via | None:
    """Read one hop; None where it can't be read."""
    match = _VIA.fullmatch(value.strip())
    if match is None or int(match[4] or 0) > 65535:
        return None
    parameters: dict[str, str | None] = {}
    for part in split_list((match[5] or "").replace(";", ",")[1:]) if match[5] else ():
        name, equals, text = part.partition("=")
        if not name.strip():
            # wsinv has "; secondparam ; q" with blanks, badinv01 has ";;": only the latter is malformed.
            return None
        parameters[name.strip().lower()] = text.strip() if equals else None
    rport = parameters.get("rport")
    if rport is not None and not (rport.isdecimal() and 0 < int(rport) <= 65535):
        del parameters["rport"]
    return Via(match[2].upper(), match[3], int(match[4] or 0), parameters)


def _refusal(code: int, fault: str, headers: list[tuple[str, str]], via: Via) -> bytes:
    words = fault if code != 400 else f"Bad Request: {fault}"
    kept: dict[str, list[str]] = {"Via": [], "From": [], "To": [], "Call-ID": [], "CSeq": []}
    for name, value in headers:
        if name in kept and (name == "Via" or not kept[name]):
            kept[name].append(value)
    lines = [f"SIP/2.0 {code} {words}", f"Via: {via}", *(f"Via: {hop}" for hop in kept["Via"][1:] if read_via(hop))]
    for name in ("From", "To", "Call-ID", "CSeq"):
        for value in kept[name]:
            tagged = name != "To" or re.search(r";\s*tag\s*=", value)
            lines.append(f"{name}: {value}" if tagged else f"{name}: {value};tag={new_tag()}")
    return encoded("\r\n".join([*lines, "Content-Length: 0", "", ""]))


def written(address: Address) -> str:
    """An address as people and headers write it."""
    return f"{bracketed(address[0])}:{address[1]}"
