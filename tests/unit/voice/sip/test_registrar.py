import itertools
import re

import pytest

from models.settings import UserSettings
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.bindings import Bindings
from voice.sip.digest import answer_to, best_challenge
from voice.sip.registrar import Register, Registrar

PHONE = ("127.0.0.42", 5070)


class Phone:
    """Registers like a softphone: asks, answers the challenge, counts CSeq."""

    def __init__(self, bindings=None, *, user="alice", password="right", source=PHONE, call_id="c1"):
        self.proofs: list[tuple[str, bool, float]] = []
        self.bindings = bindings or Bindings()
        users = [UserSettings(name="alice", password="right"), UserSettings(name="bob", password="right")]
        self.registrar = Registrar(
            Authenticator("hotline", users, Nonces(60)), self.bindings, lambda *heard: self.proofs.append(heard)
        )
        self.user, self.password, self.source, self.call_id = user, password, source, call_id
        self.cseq = itertools.count(1)

    def register(self, *contacts, now=0.0, expires=None, cseq=None, to=None, call_id=None, source=None):
        asked = self._register(contacts, expires, cseq, to, call_id, source, ())
        refused = self.registrar.receive(asked, now)
        assert refused.code == 401
        challenge = best_challenge(value for _, value in refused.headers)
        assert challenge is not None
        proof = answer_to(challenge, self.user, self.password, "REGISTER", "sip:hotline")
        return self.registrar.receive(self._register(contacts, expires, cseq, to, call_id, source, (proof,)), now)

    def _register(self, contacts, expires, cseq, to, call_id, source, credentials):
        return Register(
            user=to or self.user,
            contacts=contacts,
            expires=expires,
            call_id=call_id or self.call_id,
            cseq=cseq or next(self.cseq),
            source=source or self.source,
            credentials=credentials,
        )


def contacts_of(answer):
    assert answer.code == 200
    values = [re.fullmatch(r"<(.*?)>;expires=(\d+);q=.*", value) for name, value in answer.headers if name == "Contact"]
    return {match[1]: int(match[2]) for match in values if match is not None}


def test_a_phone_registers_and_is_told_how_long_it_holds():
    phone = Phone()
    answer = phone.register("<sip:alice@127.0.0.42:5070>;expires=120", expires=600)
    assert contacts_of(answer) == {"sip:alice@127.0.0.42:5070": 120}
    assert contacts_of(phone.register(now=50)) == {"sip:alice@127.0.0.42:5070": 70}
    assert contacts_of(phone.register(now=120)) == {}


@pytest.mark.parametrize(
    ("contact", "header", "granted"),
    [
        ("<sip:a@h>", 200, 200),
        ("<sip:a@h>", None, 3600),
        ("<sip:a@h>;expires=never", None, 3600),
        ("<sip:a@h>", 4_000_000_000, 3600),
        ("sip:a@h;expires=90", None, 90),
        ('"A, B" <sip:a@h;transport=udp>;q=0.5;expires="70"', 99, 70),
    ],
)
def test_the_time_granted_follows_contact_then_header_then_default(contact, header, granted):
    assert list(contacts_of(Phone().register(contact, expires=header)).values()) == [granted]


def test_too_short_a_time_is_refused_with_the_shortest_one():
    answer = Phone().register("<sip:a@h>;expires=59")
    assert (answer.code, answer.headers) == (423, (("Min-Expires", "60"),))


def test_several_phones_of_a_user_stand_by_their_preference():
    phone = Phone()
    phone.register("<sip:a@h1>;q=0.2", "<sip:a@h2>;q=0.9")
    phone.register("<sip:a@h3>", call_id="other")
    assert [binding.contact.read.host for binding in phone.bindings.of("alice", 1)] == ["h3", "h2", "h1"]


def test_a_refresh_renews_instead_of_adding():
    phone = Phone()
    phone.register("<sip:alice@H:5060;transport=UDP>", now=0, expires=100)
    answer = phone.register("<sip:alice@h;transport=udp>", now=90, expires=100)
    assert list(contacts_of(answer).values()) == [100]


def test_above_the_limit_the_oldest_contact_gives_way():
    phone = Phone()
    for number in range(12):
        phone.register(f"<sip:a@h{number}>", now=number)
    hosts = {binding.contact.read.host for binding in phone.bindings.of("alice", 12)}
    assert hosts == {f"h{number}" for number in range(2, 12)}
    assert phone.register(*(f"<sip:a@k{number}>" for number in range(11))).code == 403


def test_expires_zero_removes_one_and_a_star_removes_all():
    phone = Phone()
    phone.register("<sip:a@h1>", "<sip:a@h2>", "<sip:a@h3>")
    assert set(contacts_of(phone.register("<sip:a@h1>;expires=0"))) == {"sip:a@h2", "sip:a@h3"}
    assert contacts_of(phone.register("*", expires=0)) == {}
    assert phone.bindings.users(0) == {}


@pytest.mark.parametrize(("contacts", "expires"), [(("*",), 60), (("*",), None), (("*", "<sip:a@h>"), 0)])
def test_a_star_with_anything_else_is_a_bad_request(contacts, expires):
    phone = Phone()
    phone.register("<sip:a@h1>")
    assert phone.register(*contacts, expires=expires).code == 400
    assert len(phone.bindings.of("alice", 0)) == 1


def test_a_reordered_register_changes_nothing():
    phone = Phone()
    phone.register("<sip:a@h>;expires=500", cseq=10)
    assert phone.register("<sip:a@h2>", "<sip:a@h>;expires=0", cseq=9).code == 500
    assert phone.register("*", expires=0, cseq=10).code == 500
    assert contacts_of(phone.register()) == {"sip:a@h": 500}
    assert contacts_of(phone.register("<sip:a@h>;expires=70", cseq=1, call_id="rebooted")) == {"sip:a@h": 70}


def test_a_contact_that_is_no_sip_uri_is_a_bad_request():
    for contact in ("<mailto:a@h>", "<sip:>", "<sip:a@h", "tel:123", "", "<sip:a@h:99999999>"):
        assert Phone().register(contact).code == 400


def test_unknown_user_and_wrong_password_get_the_same_answer():
    def answer(**who):
        refused = Phone(**who).register("<sip:a@h>")
        return refused.code, refused.words, [re.sub('nonce="[^"]*"', "nonce", value) for _, value in refused.headers]

    assert answer(password="wrong") == answer(user="nobody") == answer(user="nobody", password="")


def test_nobody_registers_for_somebody_else():
    phone = Phone(user="bob")
    assert phone.register("<sip:bob@h>", to="alice").code == 403
    assert phone.bindings.of("alice", 0) == []


def test_the_guard_hears_of_right_and_wrong_credentials_only():
    phone = Phone(password="wrong")
    phone.register("<sip:a@h>", now=5)
    right = Phone()
    right.register("<sip:a@h>", now=6)
    assert phone.proofs == [(PHONE[0], False, 5)]
    assert right.proofs == [(PHONE[0], True, 6)]


def test_an_option_that_we_lack_is_named():
    register = Register("alice", (), None, "c", 1, PHONE, required=("path", "gruu"))
    answer = Phone().registrar.receive(register, 0)
    assert (answer.code, answer.headers) == (420, (("Unsupported", "path, gruu"),))


@pytest.mark.parametrize(
    ("contact", "source", "route"),
    [
        ("<sip:a@127.0.0.42:5090>", ("127.0.0.42", 5070), ("127.0.0.42", 5090)),
        ("<sip:a@192.168.1.7:5090>", ("127.0.0.42", 40000), ("127.0.0.42", 40000)),
        ("<sip:a@phone.invalid>", ("127.0.0.42", 40000), ("127.0.0.42", 40000)),
        ("<sip:a@[::1]:5090>", ("::1", 5070), ("::1", 5090)),
    ],
)
def test_a_phone_behind_a_nat_is_reached_where_its_register_came_from(contact, source, route):
    phone = Phone(source=source)
    phone.register(contact)
    (binding,) = phone.bindings.of("alice", 0)
    assert binding.route == route
    assert phone.bindings.at(source, 0) == "alice"
    assert phone.bindings.at(("127.0.0.99", 1), 0) == ""
    assert phone.bindings.at(source, 3601) == ""
    phone.register("*", expires=0)
    assert phone.bindings.at(source, 0) == ""


def test_bindings_can_be_kept_outside_and_brought_back():
    kept = {}

    def keep(binding, present):
        kept[binding.contact.key] = binding
        if not present:
            del kept[binding.contact.key]

    phone = Phone(Bindings(on_change=keep))
    phone.register("<sip:a@h1>;expires=100", "<sip:a@h2>;expires=900")
    phone.register("<sip:a@h2>;expires=0")
    back = Bindings(kept.values())
    assert [binding.contact.read.host for binding in back.of("alice", 50)] == ["h1"]


def test_watchers_hear_of_each_binding_and_of_its_end_without_anybody_asking():
    heard = []
    phone = Phone()
    phone.bindings.watch(lambda binding, present: heard.append((binding.contact.read.host, present)))
    phone.register("<sip:a@h1>;expires=100", "<sip:a@h2>;expires=900")
    phone.bindings.expire(99)
    phone.bindings.expire(100)
    assert heard == [("h1", True), ("h2", True), ("h1", False)]


def test_a_forgotten_user_is_nowhere_until_registering_anew():
    heard = []
    phone = Phone()
    phone.register("<sip:a@h1>", "<sip:a@h2>")
    phone.bindings.watch(lambda binding, present: heard.append(present))
    phone.bindings.forget("alice")
    assert phone.bindings.of("alice", 0) == []
    assert heard == [False, False]
    phone.bindings.forget("nobody")
    assert phone.register("<sip:a@h1>").code == 200
