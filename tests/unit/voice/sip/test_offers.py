import pytest

from models.settings import UserSettings
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.digest import answer_to, best_challenge, hashed
from voice.sip.offers import Offers


@pytest.mark.parametrize(
    ("agent", "alone"),
    [("baresip v1.0.0 (x86_64/linux)", True), ("baresip v3.16.0", False), ("Linphone/5", False), ("", False)],
)
def test_phones_known_to_give_up_on_two_offers_get_one(agent, alone):
    assert Offers().md5_alone("phone", agent, 0) is alone


def test_a_phone_that_asks_again_instead_of_answering_gets_md5_alone_from_then_on():
    offers = Offers()
    answers = [offers.md5_alone("phone", "", now) for now in (0, 30, 31, 5000)]
    assert answers == [False, True, True, True]
    assert not offers.md5_alone("another", "", 31)


def test_a_phone_that_gave_its_name_once_is_known_when_it_calls():
    offers = Offers()
    assert offers.md5_alone("phone", "baresip v1.0.0", 0)
    assert offers.md5_alone("phone", "", 1)


def test_a_phone_that_answers_keeps_the_strong_offer():
    offers = Offers()
    for now in range(0, 3000, 240):
        assert not offers.md5_alone("phone", "", now)
        offers.answered("phone")


def test_a_phone_that_comes_back_much_later_starts_anew():
    offers = Offers()
    assert not offers.md5_alone("phone", "", 0)
    assert not offers.md5_alone("phone", "", 600)


def test_forged_phones_do_not_grow_the_memory():
    offers = Offers()
    for number in range(25_000):
        offers.md5_alone(f"phone {number}", "", 0)
        offers.md5_alone(f"phone {number}", "", 1)
    assert max(len(offers._offered), len(offers._helpless)) <= 10_000


def test_the_helpless_phone_is_challenged_with_md5_and_gets_in():
    asks = Authenticator("hotline", [UserSettings(name="alice", password="right")], Nonces(60))
    assert len(asks.challenges(0, phone="p")) == 2
    alone = asks.challenges(40, phone="p")
    assert len(alone) == 1
    challenge = best_challenge(alone)
    assert challenge is not None
    assert challenge.algorithm == "MD5"
    proof = answer_to(challenge, "alice", "right", "REGISTER", "sip:h")
    assert asks.proof("REGISTER", [proof], 41, "p").user == "alice"


def test_where_nobody_has_md5_it_is_offered_to_nobody():
    user = UserSettings(name="alice", ha1_sha256=hashed("SHA-256", "alice:hotline:right"))
    asks = Authenticator("hotline", [user], Nonces(60))
    (only,) = asks.challenges(0, phone="p", user_agent="baresip v1.0.0")
    assert "SHA-256" in only
