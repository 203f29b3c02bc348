import hmac
from collections import Counter

import pytest

from models.errors import OperatorFault
from models.settings import UserSettings
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.digest import STRONGEST_FIRST, answer_to, best_challenge, hashed, response
from voice.sip.users import KnownUsers

URI = "sip:hotline"


def asking(users=None, lifetime=60, **options):
    users = users or [UserSettings(name="alice", password="right"), UserSettings(name="bob", password="other")]
    return Authenticator("hotline", users, Nonces(lifetime, secret=b"s" * 32, **options))


def answered(authenticator, now, *, user="alice", password="right", algorithm=None, method="REGISTER", count=1):
    offers = authenticator.challenges(now)
    chosen = best_challenge([offer for offer in offers if algorithm is None or f"algorithm={algorithm}" in offer])
    assert chosen is not None
    return answer_to(chosen, user, password, method, URI, count)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_the_right_password_proves_the_user(algorithm):
    asks = asking()
    assert asks.proof("REGISTER", [answered(asks, 0, algorithm=algorithm)], 1).user == "alice"


def test_both_algorithms_are_offered_and_the_stronger_stands_first():
    first, second = asking().challenges(0)
    assert "algorithm=SHA-256" in first
    assert "algorithm=MD5" in second


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"user": "bob"}, {"user": "nobody"}, {"method": "INVITE"}])
def test_anything_wrong_proves_nobody_and_is_not_stale(wrong):
    asks = asking()
    proof = asks.proof("REGISTER", [answered(asks, 0, **wrong)], 1)
    assert (proof.user, proof.stale, proof.tried) == ("", False, True)


def test_an_unknown_user_costs_exactly_the_hashes_of_a_wrong_password(monkeypatch):
    asks = asking()
    known = answered(asks, 0, user="alice", password="wrong", algorithm="SHA-256")
    unknown = answered(asks, 0, user="nobody", password="wrong", algorithm="SHA-256")
    calls: Counter[str] = Counter()

    def counted(name, function):
        def call(*arguments):
            calls[name] += 1
            return function(*arguments)

        return call

    monkeypatch.setattr("voice.sip.authenticator.response", counted("response", response))
    monkeypatch.setattr("hmac.compare_digest", counted("compare", hmac.compare_digest))
    work = []
    for header in (known, unknown):
        calls.clear()
        asks.proof("REGISTER", [header], 1)
        work.append(dict(calls))
    assert work[0] == work[1]
    assert work[0]["response"] == 1


def test_an_expired_nonce_is_stale_only_with_the_right_password():
    asks = asking(lifetime=60)
    assert asks.proof("REGISTER", [answered(asks, 0)], 60).user == "alice"
    right, wrong = answered(asks, 0), answered(asks, 0, password="wrong")
    assert asks.proof("REGISTER", [right], 61).stale
    assert not asks.proof("REGISTER", [wrong], 61).stale
    assert all("stale=true" in challenge for challenge in asks.challenges(61, stale=True))


def test_an_overheard_answer_is_good_for_nothing():
    asks = asking()
    header = answered(asks, 0)
    assert asks.proof("REGISTER", [header], 1).user == "alice"
    again = asks.proof("REGISTER", [header], 2)
    assert (again.user, again.stale) == ("", True)


def test_one_nonce_serves_rising_counts():
    asks = asking()
    chosen = best_challenge(asks.challenges(0))
    assert chosen is not None
    for count in (1, 2, 7):
        assert asks.proof("REGISTER", [answer_to(chosen, "alice", "right", "REGISTER", URI, count)], 1).user == "alice"
    assert asks.proof("REGISTER", [answer_to(chosen, "alice", "right", "REGISTER", URI, 6)], 1).stale


def test_an_old_phone_without_qop_gets_one_use_of_a_nonce():
    asks = asking()
    bare = best_challenge([asks.challenges(0)[1].replace(', qop="auth"', "")])
    assert bare is not None
    header = answer_to(bare, "alice", "right", "REGISTER", URI)
    assert asks.proof("REGISTER", [header], 1).user == "alice"
    assert asks.proof("REGISTER", [header], 1).stale


def test_a_nonce_of_another_server_is_never_accepted():
    theirs = Authenticator("hotline", [UserSettings(name="alice", password="right")], Nonces(60, secret=b"t" * 32))
    proof = asking().proof("REGISTER", [answered(theirs, 0)], 1)
    assert (proof.user, proof.stale) == ("", True)


def test_forgetting_used_nonces_never_makes_a_replay_good():
    asks = asking(remembered=3)
    first = answered(asks, 0)
    assert asks.proof("REGISTER", [first], 0).user == "alice"
    for moment in range(1, 6):
        assert asks.proof("REGISTER", [answered(asks, moment)], moment).user == "alice"
    assert asks.proof("REGISTER", [first], 6).stale


def test_ha1_values_serve_instead_of_a_password():
    ha1 = {
        "ha1": hashed("MD5", "alice:hotline:right"),
        "ha1_sha256": hashed("SHA-256", "alice:hotline:right").upper(),
    }
    asks = asking([UserSettings(name="alice", **ha1)])
    for algorithm in ("MD5", "SHA-256"):
        assert asks.proof("REGISTER", [answered(asks, 0, algorithm=algorithm)], 1).user == "alice"


def test_what_not_every_user_can_do_is_offered_to_nobody():
    users = [UserSettings(name="alice", ha1=hashed("MD5", "alice:hotline:right")), UserSettings(name="b", password="x")]
    asks = asking(users)
    assert asks.offered == ("MD5",)
    assert asks.proof("REGISTER", [answered(asks, 0)], 1).user == "alice"


def test_a_user_without_any_password_is_the_operators_fault():
    with pytest.raises(OperatorFault, match="User 'alice' has no password"):
        asking([UserSettings(name="alice")])


def test_credentials_for_another_realm_are_no_try():
    other = Authenticator("elsewhere", [UserSettings(name="alice", password="right")], Nonces(60))
    assert not asking().proof("REGISTER", [answered(other, 0)], 1).tried


@pytest.mark.parametrize(
    "header",
    [
        'Digest realm="hotline"',
        'Digest realm="hotline", username="alice", nonce="é", qop=auth, nc=zz, response="x"',
        'Digest realm="hotline", username="alice", nonce="AAAA", qop=auth, nc=00000001, response="é", algorithm=MD5',
        'Digest realm="hotline", username="alice", algorithm=SHA-256, nonce="é"',
        'Digest realm="hotline", username="\udcff", uri="\udcff", nonce="\udcff", response="\udcff"',
    ],
)
def test_garbage_in_credentials_proves_nobody(header):
    assert asking().proof("REGISTER", [header], 1).user == ""


def with_agents(*names):
    """Users of the settings, and agents who may come and go; they have the password "right" too."""
    agents = KnownUsers()
    agents.replace(table_of(*names))
    users = [UserSettings(name="alice", password="right")]
    return Authenticator("hotline", users, Nonces(60, secret=b"s" * 32), agents), agents


def table_of(*names, password="right"):
    return {(name, kind): hashed(kind, f"{name}:hotline:{password}") for name in names for kind in STRONGEST_FIRST}


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_whoever_comes_later_is_a_user_at_once_and_whoever_goes_is_none(algorithm):
    asks, agents = with_agents()
    early = answered(asks, 0, user="201", algorithm=algorithm)
    assert asks.proof("REGISTER", [early], 1).user == ""
    agents.replace(table_of("201"))
    assert asks.proof("REGISTER", [answered(asks, 0, user="201", algorithm=algorithm)], 1).user == "201"
    agents.replace(table_of("202"))
    assert asks.proof("REGISTER", [answered(asks, 0, user="201", algorithm=algorithm)], 1).user == ""


def test_a_changed_password_counts_at_once():
    asks, agents = with_agents("201")
    agents.replace(table_of("201", password="new"))
    assert asks.proof("REGISTER", [answered(asks, 0, user="201")], 1).user == ""
    assert asks.proof("REGISTER", [answered(asks, 0, user="201", password="new")], 1).user == "201"


def test_a_user_of_the_settings_keeps_the_name_that_an_agent_has_too():
    asks, agents = with_agents()
    agents.replace(table_of("alice", password="agents"))
    assert asks.proof("REGISTER", [answered(asks, 0, password="agents")], 1).user == ""
    assert asks.proof("REGISTER", [answered(asks, 0)], 1).user == "alice"


def test_an_agent_known_by_md5_alone_takes_the_stronger_offer_from_everybody_alike():
    asks, agents = with_agents()
    assert asks.offered == ("SHA-256", "MD5")
    agents.replace({("201", "MD5"): hashed("MD5", "201:hotline:right")})
    assert asks.offered == ("MD5",)
    assert [challenge.count("algorithm=MD5") for challenge in asks.challenges(0)] == [1]


def test_agents_alone_make_users():
    agents = KnownUsers()
    asks = Authenticator("hotline", [], Nonces(60), agents)
    assert not asks.has_users
    agents.replace(table_of("201"))
    assert asks.has_users


def test_an_unknown_name_is_looked_for_as_long_as_a_known_one(monkeypatch):
    asks, _ = with_agents("201")
    asked: Counter[KnownUsers] = Counter()

    def counted(part, name, algorithm):
        asked[part] += 1
        return plain(part, name, algorithm)

    plain = KnownUsers.ha1
    monkeypatch.setattr(KnownUsers, "ha1", counted)
    work = []
    for user in ("alice", "201", "nobody"):
        asked.clear()
        asks.proof("REGISTER", [answered(asks, 0, user=user, password="wrong")], 1)
        work.append(sorted(asked.values()))
    assert work == [[1, 1]] * 3
