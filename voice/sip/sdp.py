"""Session descriptions (RFC 8866) and the offer/answer of audio over RTP (RFC 3264). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from voice.line import MediaPlan
from voice.media.media_protocol import Direction
from voice.sip.address import bracketed, numeric

CONTENT_TYPE = "application/sdp"
_STATIC = {0: ("PCMU", 8000), 8: ("PCMA", 8000), 9: ("G722", 8000), 13: ("CN", 8000)}
_NUMBER = {name: number for number, (name, _) in _STATIC.items()}
_DIGITS = 101
"""Our payload type for telephone-event."""
_PROFILES = ("RTP/AVP", "RTP/AVPF")
_SHORTEST, _LONGEST = 10, 60
"""Milliseconds of audio in a packet."""
_REVERSED: dict[Direction, Direction] = {"sendonly": "recvonly", "recvonly": "sendonly"}
Warned = Literal[300, 301, 302, 304, 305, 399]
"""Warning codes of RFC 3261 section 20.43."""


class BadDescription(Exception):
    """An offer or answer that nothing can be agreed on; `str()` says why."""

    def __init__(self, fault: str, code: int = 488, warning: Warned = 399) -> None:
        """`code`: 400 for what can't be read, 488 for what can't be done."""
        super().__init__(fault)
        self.code = code
        self.warning = warning


@dataclass(frozen=True)
class Codec:
    """One payload format of a medium."""

    number: int
    name: str
    """In upper case."""
    rate: int
    """Hertz, as signalled (G.722 says 8000)."""


@dataclass(frozen=True)
class Medium:
    """One m-line with what belongs to it."""

    kind: str
    port: int
    profile: str
    formats: tuple[str, ...]
    address: str = ""
    """The medium's own c= address, or the session's."""
    direction: Direction = "sendrecv"
    codecs: tuple[Codec, ...] = ()
    """Formats of an audio medium in the order offered."""
    ptime: int = 0
    """Milliseconds; 0 where none is asked for."""
    maxptime: int = 0


@dataclass(frozen=True)
class Description:
    """One session description, as far as a telephone needs it."""

    origin: str
    """The o= line's value: the same text means the same description (RFC 3264 section 8)."""
    media: tuple[Medium, ...]


@dataclass(frozen=True)
class Ours:
    """What we are ready to do."""

    address: str
    port: int
    codecs: tuple[str, ...]
    """Names, best first."""
    direction: Direction = "sendrecv"
    """sendonly while we hold the other side."""


def read(text: str) -> Description:
    """Read a description; raises `BadDescription` (400) where it can't be read."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    blocks: list[list[tuple[str, str]]] = [[]]
    for line in lines:
        kind, equals, value = line.partition("=")
        if not equals or len(kind.strip()) != 1:
            raise BadDescription(f"The session description has a line '{line[:40]}'.", 400)
        if kind.strip() == "m":
            blocks.append([])
        blocks[-1].append((kind.strip(), value.strip()))
    session = blocks[0]
    if not session or session[0][0] != "v" or session[0][1] != "0":
        raise BadDescription("The session description does not begin with v=0.", 400)
    origin = next((value for kind, value in session if kind == "o"), "")
    address = _connection(session, "")
    direction = _direction(session, "sendrecv")
    media = tuple(_medium(block, address, direction) for block in blocks[1:])
    return Description(origin, media)


def _medium(block: Sequence[tuple[str, str]], address: str, direction: Direction) -> Medium:
    fields = block[0][1].split()
    if len(fields) < 4:
        raise BadDescription(f"The session description has an incomplete m-line '{block[0][1][:40]}'.", 400)
    kind, port, profile, *formats = fields
    port = port.partition("/")[0]
    if not (port.isascii() and port.isdecimal() and int(port) <= 65535):
        raise BadDescription(f"The session description has a port '{port[:20]}'.", 400)
    where, way = _connection(block, address), _direction(block, direction)
    medium = Medium(kind.lower(), int(port), profile, tuple(formats), where, way)
    if medium.kind != "audio":
        return medium
    return replace(
        medium, codecs=_codecs(block, formats), ptime=_number(block, "ptime"), maxptime=_number(block, "maxptime")
    )


def _attributes(block: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, _, value in (v.partition(":") for kind, v in block if kind == "a")]


def _connection(block: Sequence[tuple[str, str]], inherited: str) -> str:
    for kind, value in block:
        if kind == "c":
            fields = value.split()
            if len(fields) != 3 or fields[0] != "IN" or fields[1] not in ("IP4", "IP6"):
                raise BadDescription(f"The session description has an address '{value[:40]}'.", 400)
            return fields[2].partition("/")[0]
    return inherited


def _direction(block: Sequence[tuple[str, str]], inherited: Direction) -> Direction:
    for name, _ in _attributes(block):
        if name in ("sendrecv", "sendonly", "recvonly", "inactive"):
            return name  # type: ignore[return-value]
    return inherited


def _codecs(block: Sequence[tuple[str, str]], formats: Sequence[str]) -> tuple[Codec, ...]:
    mapped: dict[str, tuple[str, int]] = {}
    for name, value in _attributes(block):
        number, _, encoding = value.partition(" ")
        if name == "rtpmap" and encoding:
            parts = encoding.strip().split("/")
            rate = parts[1] if len(parts) > 1 else "8000"
            if rate.isascii() and rate.isdecimal():
                mapped[number] = (parts[0].upper(), int(rate))
    found = []
    for text in formats:
        if text.isascii() and text.isdecimal() and int(text) <= 127:
            known = mapped.get(text) or _STATIC.get(int(text))
            if known is not None:
                found.append(Codec(int(text), *known))
    return tuple(found)


def _number(block: Sequence[tuple[str, str]], wanted: str) -> int:
    for name, value in _attributes(block):
        whole = value.strip().partition(".")[0]
        if name == wanted and whole.isascii() and whole.isdecimal():
            return min(int(whole), 1000)
    return 0


def agree(theirs: Description, ours: Ours) -> tuple[MediaPlan, int]:
    """Find what their description and ours have in common, and which of their m-lines it is.

    The first codec in their order that we allow is taken (RFC 3264 section 6.1 lets the offerer prefer). Raises
    `BadDescription` (488) where nothing fits.
    """
    audio = [(at, medium) for at, medium in enumerate(theirs.media) if medium.kind == "audio"]
    if not audio:
        raise BadDescription("No audio was offered.", warning=304)
    usable = [(at, medium) for at, medium in audio if medium.profile.upper() in _PROFILES]
    if not usable:
        raise BadDescription(f"Audio is offered as {audio[0][1].profile[:20]}, we take RTP/AVP.", warning=302)
    # A stream that is paused or refused (port 0) is agreed on only where there is no other.
    for at, medium in sorted(usable, key=lambda pair: pair[1].port == 0):
        chosen = _first(medium, ours.codecs)
        if chosen is not None:
            return _plan(medium, chosen, ours), at
    raise BadDescription(f"None of {', '.join(ours.codecs)} was offered.", warning=305)


def _first(medium: Medium, names: Sequence[str]) -> Codec | None:
    return next((codec for codec in medium.codecs if codec.name in names and codec.rate == 8000), None)


def _plan(medium: Medium, chosen: Codec, ours: Ours) -> MediaPlan:
    address = numeric(medium.address)
    if address is None:
        raise BadDescription(f"'{medium.address[:40]}' is no address for RTP.", warning=301)
    direction = common(_REVERSED.get(medium.direction, medium.direction), ours.direction)
    if address.is_unspecified:
        # RFC 2543's way to hold, still in use: nothing may be sent to 0.0.0.0.
        direction = common(direction, "recvonly")
    return MediaPlan(
        address=str(address),
        port=medium.port,
        codec=chosen.name,
        payload_type=chosen.number,
        ptime_ms=_packet_time(medium),
        digits_payload_type=_number_of(medium, "TELEPHONE-EVENT"),
        noise_payload_type=_number_of(medium, "CN"),
        direction=direction if medium.port else "inactive",
    )


def common(one: Direction, other: Direction) -> Direction:
    """What two wishes about the same stream, both from our side, allow together."""
    sends = one in ("sendrecv", "sendonly") and other in ("sendrecv", "sendonly")
    receives = one in ("sendrecv", "recvonly") and other in ("sendrecv", "recvonly")
    if sends:
        return "sendrecv" if receives else "sendonly"
    return "recvonly" if receives else "inactive"


def _number_of(medium: Medium, name: str) -> int:
    # telephone-event/16000 and other clock rates belong to codecs that we don't take.
    return next((codec.number for codec in medium.codecs if codec.name == name and codec.rate == 8000), -1)


def _packet_time(medium: Medium) -> int:
    wanted = medium.ptime or 20
    if medium.maxptime:
        wanted = min(wanted, medium.maxptime)
    return max(_SHORTEST, min(_LONGEST, wanted // 10 * 10))


def answer(offer: Description, plan: MediaPlan, at: int, ours: Ours) -> str:
    """The m-lines of our answer, one for each of theirs: `plan` for number `at`, the others refused with port 0."""
    lines = []
    for index, medium in enumerate(offer.media):
        if index == at:
            codecs = [(plan.payload_type, plan.codec)]
            lines += _audio(ours.port if medium.port else 0, medium.profile, codecs, plan, plan.direction)
        else:
            lines.append(f"m={medium.kind} 0 {medium.profile} {' '.join(medium.formats)}")
    return "\r\n".join(lines)


def offer(ours: Ours, plan: MediaPlan | None = None) -> str:
    """The m-line of our offer; within a call (`plan`) payload types stay what they are (RFC 3264 section 8.3.2)."""
    numbers = dict(_NUMBER)
    if plan is not None:
        numbers[plan.codec] = plan.payload_type
    names = sorted(ours.codecs, key=lambda name: plan is not None and name != plan.codec)
    shown = plan or MediaPlan("", 0, "", 0, digits_payload_type=_DIGITS, noise_payload_type=_NUMBER["CN"])
    if shown.digits_payload_type < 0:
        shown = replace(shown, digits_payload_type=_DIGITS)
    return "\r\n".join(_audio(ours.port, "RTP/AVP", [(numbers[name], name) for name in names], shown, ours.direction))


def _audio(
    port: int, profile: str, codecs: Sequence[tuple[int, str]], plan: MediaPlan, direction: Direction
) -> list[str]:
    numbered = [(number, f"{name}/8000") for number, name in codecs]
    if plan.noise_payload_type >= 0:
        numbered.append((plan.noise_payload_type, "CN/8000"))
    if plan.digits_payload_type >= 0:
        numbered.append((plan.digits_payload_type, "telephone-event/8000"))
    lines = [f"m=audio {port} {profile} {' '.join(str(number) for number, _ in numbered)}"]
    lines += [f"a=rtpmap:{number} {encoding}" for number, encoding in numbered]
    if plan.digits_payload_type >= 0:
        lines.append(f"a=fmtp:{plan.digits_payload_type} 0-16")
    return [*lines, f"a=ptime:{plan.ptime_ms}", f"a={direction}"]


def document(address: str, session: int, version: int, media: str) -> str:
    """Put the session part before the m-lines."""
    family = "IP6" if ":" in bracketed(address) else "IP4"
    return (
        f"v=0\r\no=hotline {session} {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\n"
        f"t=0 0\r\n{media}\r\n"
    )
