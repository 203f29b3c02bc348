"""SIP URIs and the name-addr around them, read as tolerantly as RFC 3261 section 25 and RFC 4475 ask."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from voice.sip.address import SIP_PORT, Address, numeric

_URI = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):"
    r"(?:(?P<user>[^@<>\s]*)@)?(?P<host>\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{0,5}))?"
    r"(?P<rest>[;?][^<>\s]*)?"
)
_TOKEN_NAME = re.compile(r"[^\"<>;,@]*")
_OPAQUE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]+")


class BadUri(ValueError):
    """The text is no URI, or a URI where none of its kind may stand."""


@dataclass(frozen=True)
class Uri:
    scheme: str
    """In lower case."""
    user: str
    """Unescaped, without parameters and password."""
    host: str
    """Without brackets; "" where the scheme has no host (tel, isbn …)."""
    port: int = 0
    """0 where none is written."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Names in lower case; "" for one without a value."""
    headers: str = ""
    """What stands after the question mark, escaped."""

    @property
    def address(self) -> Address | None:
        """Where requests to it go; None where the host is a name."""
        found = numeric(self.host)
        return None if found is None else (str(found), self.port or SIP_PORT)


@dataclass(frozen=True)
class NameAddr:
    """One From, To, Contact, Route, Refer-To … value."""

    name: str
    """Display name, quotes removed."""
    uri: str
    """As written."""
    parameters: dict[str, str] = field(default_factory=dict)
    """The header's own parameters: names in lower case, values without quotes."""


def read_uri(text: str) -> Uri:
    """Read a URI; raises `BadUri`. Schemes other than sip and sips are taken as opaque."""
    match = _URI.fullmatch(text)
    scheme = text.partition(":")[0].lower()
    if scheme not in ("sip", "sips"):
        if not _OPAQUE.fullmatch(text):
            raise BadUri(f"'{text[:40]}' is no URI")
        return Uri(scheme, unquote(text.partition(":")[2].partition(";")[0]), "")
    if match is None:
        raise BadUri(f"'{text[:40]}' is no SIP URI")
    port = int(match["port"] or 0)
    if port > 65535:
        raise BadUri(f"'{text[:40]}' has a port above 65535")
    rest, _, headers = (match["rest"] or "").partition("?")
    user = (match["user"] or "").partition(";")[0].partition(":")[0]
    return Uri(scheme, unquote(user), match["host"].strip("[]"), port, _parameters(rest), headers)


def user_of(uri: str) -> str:
    """Return whom a URI names: its user part, or the number of a `tel:`; "" where it can't be read."""
    try:
        read = read_uri(uri)
    except BadUri:
        return ""
    return read.user or read.host


def read_name_addr(text: str) -> NameAddr:
    """Read `"name" <uri>;parameters` or `uri;parameters`; raises `BadUri` where quotes or brackets don't balance."""
    text = text.strip()
    name = ""
    if text.startswith('"'):
        end = _closing_quote(text)
        if end < 0:
            raise BadUri(f"the quoted name in '{text[:40]}' has no end")
        name, text = re.sub(r"\\(.)", r"\1", text[1:end]), text[end + 1 :].strip()
        if not text.startswith("<"):
            raise BadUri(f"no <URI> follows the name '{name[:40]}'")
    elif "<" in text:
        before, _, after = text.partition("<")
        if not _TOKEN_NAME.fullmatch(before):
            raise BadUri(f"the name '{before[:40]}' needs quotes")
        name, text = before.strip(), "<" + after
    if text.startswith("<"):
        uri, closing, tail = text[1:].partition(">")
        tail = tail.strip()
        if not closing or (tail and not tail.startswith(";")):
            raise BadUri(f"'{text[:40]}' has unbalanced brackets")
        uri = uri.strip()
    else:
        uri, semicolon, tail = text.partition(";")
        uri, tail = uri.strip(), semicolon + tail
        if "?" in uri:
            raise BadUri(f"'{uri[:40]}' needs angle brackets around its headers")
    if not uri or re.search(r"[\s\"<>]", uri):
        raise BadUri(f"'{uri[:40]}' is no URI")
    return NameAddr(name, uri, _parameters(tail))


def split_list(value: str) -> list[str]:
    """Split a header value at the commas that stand outside quotes and angle brackets."""
    return [part.strip() for part in _cut(value, ",")]


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _cut(text, ";"):
        name, _, value = part.partition("=")
        if name.strip():
            value = value.strip()
            found.setdefault(name.strip().lower(), value[1:-1] if value[:1] == value[-1:] == '"' else value)
    return found


def _cut(text: str, at: str) -> Iterator[str]:
    if '"' not in text and "<" not in text:
        yield from text.split(at)
        return
    start, quoted, bracketed, index = 0, False, False, 0
    while index < len(text):
        character = text[index]
        if quoted and character == "\\":
            index += 1
        elif character == '"':
            quoted = not quoted
        elif not quoted and character in "<>":
            bracketed = character == "<"
        elif character == at and not quoted and not bracketed:
            yield text[start:index]
            start = index + 1
        index += 1
    yield text[start:]


def _closing_quote(text: str) -> int:
    index = 1
    while index < len(text):
        if text[index] == "\\":
            index += 1
        elif text[index] == '"':
            return index
        index += 1
    return -1
