import time

import pytest

from models.settings import UserSettings
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.bindings import Bindings
from voice.sip.digest import answer_to, best_challenge
from voice.sip.register_request import read_register, register_handler
from voice.sip.registrar import Registrar
from voice.sip.request import Request

HEADERS = {
    "From": "<sip:alice@h>;tag=1",
    "To": "Alice <sip:alice@h>",
    "Call-ID": "abc@phone",
    "CSeq": "7 REGISTER",
    "Contact": '"A, B" <sip:alice@127.0.0.42:5062;x=1,2>;q=0.5, <sip:alice@127.0.0.43>',
    "Expires": "120",
    "User-Agent": "phone/1",
}


def request(**changes):
    headers = {name: value for name, value in (HEADERS | changes).items() if value is not None}
    return Request("REGISTER", "sip:h", ("127.0.0.42", 5062), tuple(headers.items()))


def test_a_register_is_read_with_its_listed_contacts_apart():
    register = read_register(request(Require="path, gruu"))
    assert register is not None
    assert (register.user, register.call_id, register.cseq, register.expires) == ("alice", "abc@phone", 7, 120)
    assert register.contacts == ('"A, B" <sip:alice@127.0.0.42:5062;x=1,2>;q=0.5', "<sip:alice@127.0.0.43>")
    assert register.required == ("path", "gruu")


@pytest.mark.parametrize(
    "wrong", [{"To": "<tel:1>"}, {"To": ""}, {"CSeq": "REGISTER"}, {"CSeq": "99999999999 REGISTER"}]
)
def test_a_register_that_can_not_be_read_is_a_bad_request(wrong):
    assert read_register(request(**wrong)) is None
    registrar = Registrar(Authenticator("hotline", [], Nonces(60)), Bindings())
    assert register_handler(registrar, lambda: 0.0)(request(**wrong)).code == 400


@pytest.mark.parametrize("expires", ["soon", "-1", "", None, "１２"])
def test_an_unreadable_expires_counts_as_missing(expires):
    register = read_register(request(Expires=expires))
    assert register is not None
    assert register.expires is None


def test_the_way_through_the_stacks_door():
    users = [UserSettings(name="alice", password="right")]
    bindings = Bindings()
    handler = register_handler(Registrar(Authenticator("hotline", users, Nonces(60)), bindings), lambda: 5.0)
    refused = handler(request())
    assert refused.code == 401
    challenge = best_challenge(value for name, value in refused.headers if name == "WWW-Authenticate")
    assert challenge is not None
    answer = handler(request(Authorization=answer_to(challenge, "alice", "right", "REGISTER", "sip:h")))
    assert (answer.code, len(answer.headers)) == (200, 2)
    assert {binding.contact.read.host for binding in bindings.of("alice", 6)} == {"127.0.0.42", "127.0.0.43"}


@pytest.mark.parametrize("filling", [" ", "<", '"', ",", "\\", '"\\', "sip:", ";"])
def test_a_line_made_to_keep_us_busy_does_not(filling):
    long = filling * (60_000 // len(filling))
    began = time.process_time()
    read_register(request(To=long, Contact=long, Require=long))
    read_register(request(To=long + "<sip:a@h>", Contact="<" + long))
    assert time.process_time() - began < 0.5
