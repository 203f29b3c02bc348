"""Softphones register with us: the registrar of RFC 3261 section 10, digest by RFC 7616 and RFC 8760.

Pure: a REGISTER and the time come in, an answer goes out; `register_request.py` turns packets into these and back.
Path (RFC 3327) is ignored: phones reach us directly, or through an edge that keeps the way back itself.
"""

from collections.abc import Callable
from dataclasses import dataclass

from voice.sip.address import Address
from voice.sip.authenticator import Authenticator
from voice.sip.bindings import Binding, Bindings, Contact, OutOfOrder, read_contact

DEFAULT_EXPIRES = 3600
"""Seconds, where a phone asks for nothing (section 10.2.1.1), and the most that we grant."""
MINIMUM_EXPIRES = 60
CONTACTS_OF_A_USER = 10


@dataclass(frozen=True)
class Register:
    """What matters of one REGISTER."""

    user: str
    """User part of To."""
    contacts: tuple[str, ...]
    """Contact values as written, commas taken apart; `("*",)` asks for removal of all; empty for a query."""
    expires: int | None
    """The Expires header; None where it is missing or malformed."""
    call_id: str
    cseq: int
    source: Address
    credentials: tuple[str, ...] = ()
    """Authorization values."""
    required: tuple[str, ...] = ()
    """Option tags of Require."""
    user_agent: str = ""


@dataclass(frozen=True)
class Answer:
    code: int
    words: str
    headers: tuple[tuple[str, str], ...] = ()


class Registrar:
    def __init__(
        self,
        authenticator: Authenticator,
        bindings: Bindings,
        on_proof: Callable[[str, bool, float], None] = lambda address, proven, now: None,
    ) -> None:
        """`on_proof(source address, whether proven, now)` hears of right and wrong credentials: the guard counts."""
        self._authenticator = authenticator
        self._bindings = bindings
        self._on_proof = on_proof

    def receive(self, register: Register, now: float) -> Answer:
        """Answer one REGISTER (section 10.3, steps in its order)."""
        if register.required:
            return Answer(420, "Bad Extension", (("Unsupported", ", ".join(register.required)),))
        phone = f"{register.user} at {register.source[0]}"
        proof = self._authenticator.proof("REGISTER", register.credentials, now, phone)
        if proof.tried and not proof.stale:
            self._on_proof(register.source[0], bool(proof.user), now)
        if not proof.user:
            challenges = self._authenticator.challenges(now, proof.stale, phone, register.user_agent)
            return Answer(401, "Unauthorized", tuple(("WWW-Authenticate", value) for value in challenges))
        if proof.user != register.user:
            return Answer(403, "Forbidden: not your address of record")
        try:
            return self._bind(register, now)
        except OutOfOrder:
            return Answer(500, "Out of order")

    def _bind(self, register: Register, now: float) -> Answer:
        if "*" in register.contacts:
            if len(register.contacts) > 1 or register.expires != 0:
                return Answer(400, "Contact * needs Expires 0 and no other contact")
            self._bindings.clear(register.user, register.call_id, register.cseq, now)
            return self._listing(register.user, now)
        contacts = [read_contact(text) for text in register.contacts]
        if None in contacts:
            return Answer(400, "Contact is no SIP URI")
        if len(contacts) > CONTACTS_OF_A_USER:
            return Answer(403, "Too many contacts")
        offered = []
        for contact in contacts:
            assert contact is not None
            seconds = _granted(contact, register.expires)
            if 0 < seconds < MINIMUM_EXPIRES:
                return Answer(423, "Interval Too Brief", (("Min-Expires", str(MINIMUM_EXPIRES)),))
            offered.append(self._binding(register, contact, seconds, now))
        self._bindings.update(offered, now, CONTACTS_OF_A_USER)
        return self._listing(register.user, now)

    @staticmethod
    def _binding(register: Register, contact: Contact, seconds: int, now: float) -> Binding:
        return Binding(
            user=register.user,
            contact=contact,
            source=register.source,
            expires_at=now + seconds,
            refreshed_at=now,
            call_id=register.call_id,
            cseq=register.cseq,
            user_agent=register.user_agent,
        )

    def _listing(self, user: str, now: float) -> Answer:
        contacts = (
            f"<{binding.contact.uri}>;expires={round(binding.expires_at - now)};q={binding.contact.q:g}"
            for binding in self._bindings.of(user, now)
        )
        return Answer(200, "OK", tuple(("Contact", contact) for contact in contacts))


def _granted(contact: Contact, header: int | None) -> int:
    for asked in (contact.expires, header):
        if asked is not None:
            return min(asked, DEFAULT_EXPIRES)
    return DEFAULT_EXPIRES
