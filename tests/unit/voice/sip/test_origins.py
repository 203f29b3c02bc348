from dataclasses import replace

import pytest

from models.settings import TrunkSettings, UserSettings
from voice.line import Origin
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.bindings import Binding, Bindings, Contact
from voice.sip.digest import answer_to, best_challenge
from voice.sip.origins import Arrival, Domain, Origins, Prove, may_call_out, may_reach_hotline
from voice.sip.request import Request
from voice.sip.trunk import Trunk

STRANGER = Arrival("INVITE", ("203.0.113.9", 5060), "joe", "example.com")


class Edge:
    def __init__(self, users=True, accept_unknown=True):
        self.trunk = Trunk(
            TrunkSettings(name="acme", host="192.0.2.1", addresses=["10.0.0.0/24"], username="me", register_with=True)
        )
        self.quiet = Trunk(TrunkSettings(name="quiet", host="192.0.2.2"))
        self.bindings = Bindings()
        known = [UserSettings(name="alice", password="right")] if users else []
        self.authenticator = Authenticator("hotline", known, Nonces(60))
        self.origins = Origins(
            [self.trunk, self.quiet],
            self.authenticator,
            self.bindings,
            Domain(("Hotline", "198.51.100.7", ""), 5070),
            accept_unknown,
            lambda *heard: self.proofs.append(heard),
        )
        self.proofs: list[tuple[str, bool, float]] = []

    def proven(self, arrival, user="alice", password="right"):
        challenge = best_challenge(self.authenticator.challenges(0))
        assert challenge is not None
        return replace(arrival, credentials=(answer_to(challenge, user, password, arrival.method, "sip:100@h"),))


@pytest.mark.parametrize("source", ["192.0.2.1", "10.0.0.77"])
def test_a_trunk_is_known_by_address(source):
    arrival = replace(STRANGER, source=(source, 5062))
    assert Edge().origins.of(arrival, 0) == Origin("trunk", "acme", f"{source}:5062")


def test_a_request_to_the_contact_that_we_registered_is_the_trunks():
    edge = Edge()
    origin = edge.origins.of(replace(STRANGER, line=edge.trunk.line), 0)
    assert isinstance(origin, Origin)
    assert (origin.kind, origin.name) == ("trunk", "acme")


def test_a_line_that_was_never_registered_opens_nothing():
    edge = Edge()
    for line in (edge.quiet.line, "", "0" * 16):
        origin = edge.origins.of(replace(STRANGER, line=line), 0)
        assert isinstance(origin, Origin)
        assert origin.kind == "unknown"


@pytest.mark.parametrize("user", ["alice", "nobody", ""])
@pytest.mark.parametrize(
    "at",
    [
        {"from_host": "hotline"},
        {"from_host": "HOTLINE."},
        {"from_host": "198.51.100.7", "from_port": 5070},
        {"from_host": "::ffff:198.51.100.7"},
        {"from_host": "line.test", "called_host": "Line.Test", "called_port": 5060},
    ],
)
def test_whoever_claims_our_domain_has_to_prove_it_whether_such_a_user_exists_or_not(user, at):
    assert isinstance(Edge().origins.of(replace(STRANGER, from_user=user, **at), 0), Prove)


@pytest.mark.parametrize("user", ["alice", "nobody", ""])
@pytest.mark.parametrize(
    "at",
    [
        {},
        {"from_host": ""},
        {"from_host": "198.51.100.7", "from_port": 5062},
        {"called_host": "198.51.100.7", "called_port": 5070},
    ],
)
def test_whoever_calls_from_elsewhere_is_a_stranger_by_whatever_name(user, at):
    origin = Edge().origins.of(replace(STRANGER, from_user=user, **at), 0)
    assert isinstance(origin, Origin)
    assert origin.kind == "unknown"


def test_a_user_proves_it_from_any_domain():
    edge = Edge()
    claim = replace(STRANGER, from_user="alice", from_host="hotline")
    assert edge.origins.of(edge.proven(STRANGER), 0) == Origin("user", "alice", "203.0.113.9:5060")
    assert edge.origins.of(edge.proven(claim), 0) == Origin("user", "alice", "203.0.113.9:5060")


def test_wrong_credentials_are_challenged_again_and_never_pass_as_unknown():
    edge = Edge()
    for arrival in (edge.proven(STRANGER, password="wrong"), edge.proven(STRANGER, user="nobody")):
        assert isinstance(edge.origins.of(arrival, 0), Prove)
    assert edge.proofs == [("203.0.113.9", False, 0)] * 2


def test_where_strangers_are_not_answered_nobody_learns_who_exists():
    for user in ("alice", "nobody"):
        assert isinstance(Edge(accept_unknown=False).origins.of(replace(STRANGER, from_user=user), 0), Prove)


def test_without_any_user_nobody_is_challenged():
    origin = Edge(users=False).origins.of(replace(STRANGER, from_user="alice", from_host="hotline"), 0)
    assert isinstance(origin, Origin)
    assert origin.kind == "unknown"


def test_a_registered_phone_is_asked_whatever_it_calls_itself():
    edge = Edge()
    binding = Binding("alice", Contact("sip:a@h"), STRANGER.source, 100, 0, "c", 1)
    edge.bindings.update([binding], 0, 10)
    assert isinstance(edge.origins.of(STRANGER, 50), Prove)
    later = edge.origins.of(STRANGER, 100)
    assert isinstance(later, Origin)
    assert later.kind == "unknown"


def test_a_registered_phone_inside_a_trunks_network_is_a_users_phone():
    edge = Edge()
    inside = replace(STRANGER, source=("10.0.0.7", 5070), from_user="alice")
    edge.bindings.update([Binding("alice", Contact("sip:a@h"), inside.source, 100, 0, "c", 1)], 0, 10)
    assert isinstance(edge.origins.of(inside, 0), Prove)
    assert edge.origins.of(edge.proven(inside), 0) == Origin("user", "alice", "10.0.0.7:5070")
    beside = edge.origins.of(replace(inside, source=("10.0.0.8", 5070)), 0)
    assert isinstance(beside, Origin)
    assert beside.kind == "trunk"


def test_everybody_else_is_unknown():
    assert Edge().origins.of(STRANGER, 0) == Origin("unknown", "", "203.0.113.9:5060")


@pytest.mark.parametrize(
    ("kind", "allowed"), [("user", True), ("ourselves", True), ("loopback", True), ("trunk", False), ("unknown", False)]
)
def test_no_call_goes_out_for_a_source_that_proved_nothing(kind, allowed):
    assert may_call_out(Origin(kind, "x", "")) is allowed


def test_a_request_is_read_whatever_way_its_from_is_written():
    quoted = r'"Al, \"x\"" <sip:al%69ce:pw@Example.com:5062;user=phone>;tag=1'
    for sender in (quoted, "sip:alice@Example.com:5062;tag=1"):
        request = Request(
            "INVITE",
            "sip:me@192.0.2.5:5060;line=abc123;x=y",
            ("203.0.113.9", 5060),
            (("From", sender), ("Authorization", "Digest a=b"), ("Proxy-Authorization", "Digest c=d")),
        )
        arrival = Arrival.read(request)
        assert (arrival.from_user, arrival.from_host.lower(), arrival.line) == ("alice", "example.com", "abc123")
        assert arrival.credentials == ("Digest a=b", "Digest c=d")
        assert (arrival.from_port, arrival.called_host, arrival.called_port) == (5062, "192.0.2.5", 5060)


def test_a_request_whose_from_is_no_sip_uri_comes_from_nobody_we_know():
    request = Request("INVITE", "sip:100@h", ("203.0.113.9", 5060), (("From", "<tel:+123>;tag=1"),))
    assert Edge().origins.of(Arrival.read(request), 0) == Origin("unknown", "", "203.0.113.9:5060")


def test_unknown_callers_reach_the_hotline_only_where_they_are_accepted():
    unknown, trunk = Origin("unknown", "", ""), Origin("trunk", "acme", "")
    assert [may_reach_hotline(unknown, accepted) for accepted in (True, False)] == [True, False]
    assert may_reach_hotline(trunk, False)
