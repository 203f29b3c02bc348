"""Digest authentication, the arithmetic and the side that answers (RFC 7616 with SIP's RFC 8760).

MD5 and SHA-256 with qop=auth; MD5 without qop as in RFC 2069, which old servers and phones still do. The side that
asks is `authenticator.py`.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from models.errors import OperatorFault

Algorithm = Literal["SHA-256", "MD5"]
STRONGEST_FIRST: tuple[Algorithm, ...] = ("SHA-256", "MD5")
_HASHES: Mapping[str, Callable[[bytes], "hashlib._Hash"]] = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}
_PARAMETER = re.compile(r'\s*([!#$%&\'*+.^_`|~\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^",\s]*)\s*(?:,|$)')


def hashed(algorithm: str, text: str) -> str:
    """Hex digest H() of RFC 7616 section 3.3."""
    return _HASHES[algorithm](as_sent(text)).hexdigest()


def as_sent(text: str) -> bytes:
    """The bytes of a text out of a packet, also where they were no UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def password_of(written: str, owner: str) -> str:
    """Return the password itself: "env:NAME" reads the environment; `OperatorFault` where NAME isn't set."""
    if not written.startswith("env:"):
        return written
    name = written.removeprefix("env:")
    if name not in os.environ:
        raise OperatorFault(f"The password of {owner} is to be read from {name}, which is not set: export {name}=…")
    return os.environ[name]


def response(
    algorithm: str, ha1: str, method: str, uri: str, nonce: str, qop: str = "", nc: str = "", cnonce: str = ""
) -> str:
    """The `response` value of RFC 7616 section 3.4.1; without `qop` as in RFC 2069, which old phones still do."""
    ha2 = hashed(algorithm, f"{method}:{uri}")
    middle = f"{nonce}:{nc}:{cnonce}:{qop}" if qop else nonce
    return hashed(algorithm, f"{ha1}:{middle}:{ha2}")


def parameters(header: str) -> dict[str, str] | None:
    """Read a `Digest name=value, …` header (names in lower case, quotes removed); None where it is something else."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    found: dict[str, str] = {}
    at = 0
    while at < len(rest):
        match = _PARAMETER.match(rest, at)
        if match is None:
            return None
        value = match[2]
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found.setdefault(match[1].lower(), value)
        at = match.end()
    return found


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass(frozen=True)
class Challenge:
    """One WWW-Authenticate or Proxy-Authenticate that we can answer."""

    realm: str
    nonce: str
    algorithm: Algorithm
    qop: bool
    opaque: str | None
    stale: bool
    written_algorithm: bool
    """Whether the challenge named its algorithm; old servers choke on one they didn't name."""


def best_challenge(headers: Iterable[str]) -> Challenge | None:
    """Choose the strongest challenge that we can answer; None where there is none."""
    able = [challenge for header in headers if (challenge := _challenge(header)) is not None]
    return min(able, key=lambda challenge: STRONGEST_FIRST.index(challenge.algorithm), default=None)


def answer_to(challenge: Challenge, user: str, password: str, method: str, uri: str, count: int = 1) -> str:
    """The Authorization value for the `count`th request under this challenge."""
    ha1 = hashed(challenge.algorithm, f"{user}:{challenge.realm}:{password}")
    fields = [
        f"username={quoted(user)}",
        f"realm={quoted(challenge.realm)}",
        f"nonce={quoted(challenge.nonce)}",
        f"uri={quoted(uri)}",
    ]
    if challenge.qop:
        nc, cnonce = f"{count:08x}", secrets.token_hex(8)
        fields.append(
            f'response="{response(challenge.algorithm, ha1, method, uri, challenge.nonce, "auth", nc, cnonce)}"'
        )
        fields.append(f'qop=auth, nc={nc}, cnonce="{cnonce}"')
    else:
        fields.append(f'response="{response(challenge.algorithm, ha1, method, uri, challenge.nonce)}"')
    if challenge.written_algorithm:
        fields.append(f"algorithm={challenge.algorithm}")
    if challenge.opaque is not None:
        fields.append(f"opaque={quoted(challenge.opaque)}")
    return "Digest " + ", ".join(fields)


def _challenge(header: str) -> Challenge | None:
    given = parameters(header)
    if given is None or "nonce" not in given:
        return None
    named: dict[str, Algorithm] = {"md5": "MD5", "sha-256": "SHA-256"}
    algorithm = named.get(given.get("algorithm", "MD5").lower())
    offers = [offer.strip().lower() for offer in given.get("qop", "").split(",") if offer.strip()]
    if algorithm is None or (offers and "auth" not in offers) or (not offers and algorithm != "MD5"):
        return None
    return Challenge(
        realm=given.get("realm", ""),
        nonce=given["nonce"],
        algorithm=algorithm,
        qop=bool(offers),
        opaque=given.get("opaque"),
        stale=given.get("stale", "").lower() == "true",
        written_algorithm="algorithm" in given,
    )
