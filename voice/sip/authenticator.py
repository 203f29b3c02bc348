"""Digest authentication, the side that asks (RFC 7616 with SIP's RFC 8760).

It keeps no list of the challenges that it hands out: a nonce carries its own time and is signed with a secret of this
process. Only the nonce counts of *successful* answers are kept, bounded, so that an answer that somebody overheard is
good for nothing. An unknown user costs the same hashes as a wrong password.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.settings import UserSettings
from voice.sip.digest import STRONGEST_FIRST, Algorithm, as_sent, hashed, parameters, quoted, response
from voice.sip.offers import Offers
from voice.sip.users import AllUsers, ConfiguredUsers, KnownUsers, Users

_EVERY_COUNT_USED = 0xFFFFFFFF
_NONCE_BYTES = 8 + 8 + 16
"""Milliseconds, chance, signature."""


class Nonces:
    """Signed challenges and what has been spent of them."""

    def __init__(self, lifetime: float, secret: bytes | None = None, remembered: int = 10_000) -> None:
        """`lifetime`: seconds a nonce is good for. `remembered`: used nonces whose counts are kept."""
        self._lifetime = lifetime
        self._secret = secret or secrets.token_bytes(32)
        self._remembered = remembered
        self._spent: OrderedDict[str, int] = OrderedDict()
        self._forgotten_before = -1
        """Milliseconds: a nonce issued up to then may have counts that we no longer know."""

    def issue(self, now: float) -> str:
        head = int(now * 1000).to_bytes(8, "big") + secrets.token_bytes(8)
        return urlsafe_b64encode(head + self._signature(head)).decode()

    def fresh(self, nonce: str, now: float) -> bool:
        """Whether we issued `nonce` and it hasn't expired."""
        issued = self._issued(nonce)
        return issued is not None and issued > self._forgotten_before and issued / 1000 + self._lifetime >= now

    def spend(self, nonce: str, nc: int | None) -> bool:
        """Use one count of a fresh nonce; False where it was used before. None (no qop) uses the nonce up at once."""
        last = self._spent.get(nonce, 0)
        if nc is None and last:
            return False
        count = _EVERY_COUNT_USED if nc is None else nc
        if count <= last:
            return False
        self._spent[nonce] = count
        self._spent.move_to_end(nonce)
        if len(self._spent) > self._remembered:
            oldest, _ = self._spent.popitem(last=False)
            self._forgotten_before = max(self._forgotten_before, self._issued(oldest) or 0)
        return True

    def _issued(self, nonce: str) -> int | None:
        try:
            raw = urlsafe_b64decode(as_sent(nonce))
        except (BadBase64, ValueError):
            return None
        head, signature = raw[:16], raw[16:]
        if len(raw) != _NONCE_BYTES or not hmac.compare_digest(signature, self._signature(head)):
            return None
        return int.from_bytes(head[:8], "big")

    def _signature(self, head: bytes) -> bytes:
        return hmac.digest(self._secret, head, "sha256")[:16]


@dataclass(frozen=True)
class Proof:
    """What a request's credentials prove."""

    user: str = ""
    """The user who is proven to have sent it; "" for nobody."""
    stale: bool = False
    """The password is right and only the nonce is too old (or of an earlier server): ask again, nobody failed."""
    tried: bool = False
    """Whether there were credentials for our realm at all."""


class Authenticator:
    """Asks users for proof of who they are."""

    def __init__(self, realm: str, users: Iterable[UserSettings], nonces: Nonces, more: Users | None = None) -> None:
        """`users` of the settings, and `more` that may come and go.

        Raises `OperatorFault` where one of the settings has no password or one that can't be read.
        """
        self._realm = realm
        self._nonces = nonces
        self._offers = Offers()
        self._users = AllUsers(ConfiguredUsers(realm, users), KnownUsers() if more is None else more)
        self._nobody = {algorithm: hashed(algorithm, secrets.token_hex(16)) for algorithm in STRONGEST_FIRST}

    @property
    def has_users(self) -> bool:
        return len(self._users) > 0

    @property
    def offered(self) -> tuple[Algorithm, ...]:
        """Offered to everybody alike: an offer that depends on the user would tell who exists."""
        return self._users.offered

    def knows(self, user: str) -> bool:
        """Tell whether there is such a user: for ourselves only."""
        return any(self._users.ha1(user, algorithm) for algorithm in STRONGEST_FIRST)

    def challenges(self, now: float, stale: bool = False, phone: str = "", user_agent: str = "") -> tuple[str, ...]:
        """Values of the WWW-Authenticate headers of one 401, strongest first (RFC 8760 section 2.4).

        `phone` is whatever stays the same of the asking phone, so that one which can't cope with two is found out.
        """
        nonce = self._nonces.issue(now)
        tail = ", stale=true" if stale else ""
        simple = phone and "MD5" in self.offered and self._offers.md5_alone(phone, user_agent, now)
        return tuple(
            f'Digest realm={quoted(self._realm)}, nonce="{nonce}", algorithm={algorithm}, qop="auth"{tail}'
            for algorithm in (("MD5",) if simple else self.offered)
        )

    def proof(self, method: str, credentials: Iterable[str], now: float, phone: str = "") -> Proof:
        """Judge the Authorization headers of one request; `phone` as in `challenges`."""
        for header in credentials:
            given = parameters(header)
            if given is not None and given.get("realm") == self._realm:
                self._offers.answered(phone)
                return self._judge(method, given, now)
        return Proof()

    def _judge(self, method: str, given: Mapping[str, str], now: float) -> Proof:
        named: dict[str, Algorithm] = {"md5": "MD5", "sha-256": "SHA-256"}
        algorithm = named.get(given.get("algorithm", "MD5").lower())
        qop, nc, user = given.get("qop", ""), given.get("nc", ""), given.get("username", "")
        counted = qop == "auth" and re.fullmatch(r"[0-9a-fA-F]{8}", nc) is not None
        if (
            algorithm is None
            or algorithm not in self.offered
            or (qop and not counted)
            or (not qop and algorithm != "MD5")
        ):
            return Proof(tried=True)
        ha1 = self._users.ha1(user, algorithm) or self._nobody[algorithm]
        nonce = given.get("nonce", "")
        expected = response(
            algorithm, ha1, method, given.get("uri", ""), nonce, qop, nc if qop else "", given.get("cnonce", "")
        )
        right = hmac.compare_digest(expected.encode(), as_sent(given.get("response", "").lower()))
        fresh = self._nonces.fresh(nonce, now)
        if not right:
            return Proof(tried=True)
        if not fresh or not self._nonces.spend(nonce, int(nc, 16) if qop else None):
            return Proof(tried=True, stale=True)
        return Proof(user, tried=True)
