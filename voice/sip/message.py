"""SIP messages: header lines kept as text in their order, so that what we copy into an answer stays as it came.

The methods named in camel case are what sippy's transaction manager asks a message for.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from voice.sip import request
from voice.sip.address import SIP_PORT, Address, bracketed, numeric
from voice.sip.uri import NameAddr, read_name_addr, split_list

Headers = Iterable[tuple[str, str]]
ENCODING = "utf-8"
_UNCHANGED = "surrogateescape"
"""Bytes that are no UTF-8 go through us as they came (RFC 4475 section 3.1.1.2 has some)."""


def decoded(data: bytes) -> str:
    return data.decode(ENCODING, _UNCHANGED)


def encoded(text: str) -> bytes:
    return text.encode(ENCODING, _UNCHANGED)


def new_tag() -> str:
    return secrets.token_hex(8)


def new_branch() -> str:
    return "z9hG4bK" + secrets.token_hex(12)


@dataclass
class Via:
    """One hop (section 20.42, RFC 3581)."""

    transport: str
    host: str
    """As written: brackets around IPv6."""
    port: int
    """0 where none is written."""
    parameters: dict[str, str | None]

    @property
    def reply_address(self) -> Address:
        """Where the answer goes: RFC 3261 section 18.2.2, RFC 3581 section 4."""
        host = self.parameters.get("received") or self.host
        rport = self.parameters.get("rport")
        return host.strip("[]"), int(rport) if rport else (self.port or SIP_PORT)

    def seen_from(self, source: Address) -> None:
        """Note where the request really came from."""
        if numeric(self.host) != numeric(source[0]):
            self.parameters["received"] = source[0]
        if "rport" in self.parameters:
            self.parameters["received"] = source[0]
            self.parameters["rport"] = str(source[1])

    def __str__(self) -> str:
        port = f":{self.port}" if self.port else ""
        tail = "".join(f";{name}" if value is None else f";{name}={value}" for name, value in self.parameters.items())
        return f"SIP/2.0/{self.transport} {self.host}{port}{tail}"

    def getTAddr(self) -> Address:  # noqa: N802
        return self.reply_address

    def getBranch(self) -> str | None:  # noqa: N802
        return self.parameters.get("branch")


class Message:
    """What requests and responses share."""

    rtime: Any = None
    lossemul = 0

    def __init__(self, headers: Headers, body: str = "") -> None:
        """`headers`: canonical names (parsing.py), without Content-Length. A `Via` line holds one hop."""
        self.headers = list(headers)
        self.body = body
        self.via: Via | None = None
        """The topmost Via, which stands for the first Via line once it is set."""

    @property
    def start_line(self) -> str:
        raise AssertionError("a message is a request or a response")

    def values(self, name: str) -> list[str]:
        return [value for found, value in self.headers if found == name]

    def first(self, name: str) -> str:
        """First value of a header; "" where it is not there."""
        return next((value for found, value in self.headers if found == name), "")

    def listed(self, name: str) -> list[str]:
        """All values of a header that may be a list, commas taken apart."""
        return [item for value in self.values(name) for item in split_list(value) if item]

    def put(self, name: str, value: str) -> None:
        """Replace a header, or add it."""
        for index, (found, _) in enumerate(self.headers):
            if found == name:
                self.headers[index] = (name, value)
                return
        self.headers.append((name, value))

    @property
    def call_id(self) -> str:
        return self.first("Call-ID")

    @property
    def cseq(self) -> int:
        return int(self.first("CSeq").split()[0])

    @property
    def cseq_method(self) -> str:
        return self.first("CSeq").split()[1]

    @property
    def sender(self) -> NameAddr:
        """From."""
        return read_name_addr(self.first("From"))

    @property
    def receiver(self) -> NameAddr:
        """To."""
        return read_name_addr(self.first("To"))

    @property
    def from_tag(self) -> str | None:
        return self.sender.parameters.get("tag")

    @property
    def to_tag(self) -> str | None:
        return self.receiver.parameters.get("tag")

    @property
    def content_type(self) -> str:
        return self.first("Content-Type").partition(";")[0].strip().lower()

    def to_bytes(self) -> bytes:
        body = encoded(self.body)
        lines = [self.start_line]
        via = self.via
        for name, value in self.headers:
            if via is not None and name == "Via":
                value, via = str(via), None
            lines.append(f"{name}: {value}")
        lines.append(f"Content-Length: {len(body)}\r\n\r\n")
        return encoded("\r\n".join(lines)) + body

    # -- for sippy's transaction manager --------------------------------------------------------------------

    def getTId(self, wCSM: bool = False, wBRN: bool = False, wTTG: bool = False) -> tuple[object, ...]:  # noqa: N802, N803
        found: list[object] = [self.call_id, self.from_tag, self.cseq]
        if wCSM:
            found.append(self.cseq_method)
        if wBRN:
            found.append(self.via.getBranch() if self.via else None)
        if wTTG:
            found.append(self.to_tag)
        return tuple(found)

    def getHFBody(self, name: str) -> Any:  # noqa: N802
        if name == "via":
            return self.via
        if name == "to":
            return _To(self)
        if name == "expires":
            return _Seconds(self.first("Expires"))
        raise IndexError(name)

    def localStr(self, local: object = None, compact: bool = False) -> bytes:  # noqa: N802
        return self.to_bytes()


class Request(Message):
    def __init__(self, method: str, uri: str, headers: Headers, body: str = "", target: Address | None = None) -> None:
        """`target`: where one of ours is sent to."""
        super().__init__(headers, body)
        self.method = method
        self.uri = uri
        self.target = target
        self.source: Address = ("", 0)
        """Where one of theirs came from."""

    @property
    def start_line(self) -> str:
        return f"{self.method} {self.uri} SIP/2.0"

    def response(self, code: int, words: str, headers: Headers = (), body: str = "", tag: str = "") -> "Response":
        """Answer it (section 8.2.6): `tag` is our To tag, where To has none yet."""
        copied = [
            (name, value)
            for name, value in self.headers
            if name in ("Via", "From", "To", "Call-ID", "CSeq")
            or (name == "Record-Route" and 100 < code < 300 and self.method == "INVITE")
        ]
        answer = Response(code, words, [*copied, *headers], body)
        if self.via is not None:
            answer.via = Via(self.via.transport, self.via.host, self.via.port, dict(self.via.parameters))
        if tag and code > 100 and answer.to_tag is None:
            answer.put("To", f"{answer.first('To')};tag={tag}")
        return answer

    def follow_up(self, method: str) -> "Request":
        """The CANCEL, or the ACK of a refusal, that goes the way of this INVITE (sections 9.1, 17.1.1.3)."""
        same = ("Via", "Route", "Max-Forwards", "From", "To", "Call-ID")
        kept = [header for header in self.headers if header[0] in same]
        follower = Request(method, self.uri, [*kept, ("CSeq", f"{self.cseq} {method}")], target=self.target)
        follower.via = self.via
        return follower

    def plainly(self) -> request.Request:
        """As a value for those who aren't SIP's own parts."""
        return request.Request(self.method, self.uri, self.source, tuple(self.headers), self.body)

    # -- for sippy's transaction manager --------------------------------------------------------------------

    def getMethod(self) -> str:  # noqa: N802
        return self.method

    def getTarget(self) -> tuple[Address | None, str]:  # noqa: N802
        return self.target, "udp"

    def getSource(self) -> Address:  # noqa: N802
        return self.source

    def genResponse(self, code: int, words: str) -> "Response":  # noqa: N802
        return self.response(code, words)

    def genACK(self) -> "Request":  # noqa: N802
        return self.follow_up("ACK")

    def genCANCEL(self) -> "Request":  # noqa: N802
        return self.follow_up("CANCEL")


class Response(Message):
    def __init__(self, code: int, words: str, headers: Headers, body: str = "") -> None:
        super().__init__(headers, body)
        self.code = code
        self.words = words
        self.source: Address = ("", 0)

    @property
    def start_line(self) -> str:
        return f"SIP/2.0 {self.code} {self.words}"

    def getSCode(self) -> tuple[int, str]:  # noqa: N802
        return self.code, self.words


def our_via(host: str, port: int) -> Via:
    """A Via of ours that asks for the real source port (RFC 3581)."""
    return Via("UDP", bracketed(host), port, {"branch": new_branch(), "rport": None})


class _To:
    def __init__(self, message: Message) -> None:
        self._message = message

    def getTag(self) -> str | None:  # noqa: N802
        return self._message.to_tag

    def genTag(self) -> None:  # noqa: N802
        self._message.put("To", f"{self._message.first('To')};tag={new_tag()}")


class _Seconds:
    def __init__(self, text: str) -> None:
        if not (text.isascii() and text.isdecimal()):
            # What sippy expects of a header that isn't there.
            raise IndexError("expires")
        self._seconds = min(int(text), 7200)

    def getNum(self) -> int:  # noqa: N802
        return self._seconds
