"""Whatever a stranger writes into the headers that the edge reads, nothing raises and nobody is believed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from models.settings import UserSettings
from voice.sip.authenticator import Authenticator, Nonces
from voice.sip.bindings import Bindings
from voice.sip.digest import best_challenge, parameters
from voice.sip.origins import Arrival, Domain, Origins
from voice.sip.register_request import register_handler
from voice.sip.registrar import Registrar
from voice.sip.request import Request

PIECES = ["sip:", "alice", "@", "h", ":", "5060", "<", ">", ";", "=", '"', "\\", ",", "*", "expires", "0", " ", "line"]
DIGEST = ["Digest ", "realm=", '"hotline"', "nonce=", "response=", "qop=auth", "nc=00000001", "algorithm=MD5", ",", "é"]
anything = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
credentials = st.text(max_size=60) | st.lists(st.sampled_from(DIGEST + PIECES), max_size=20).map("".join)

AUTHENTICATOR = Authenticator("hotline", [UserSettings(name="alice", password="right")], Nonces(60))
BINDINGS = Bindings()
HANDLER = register_handler(Registrar(AUTHENTICATOR, BINDINGS), lambda: 0.0)
ORIGINS = Origins([], AUTHENTICATOR, BINDINGS, Domain(("hotline",), 5060))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(anything, anything, anything, anything, credentials)
def test_hostile_headers_are_refused_or_challenged(to, contact, number, uri, proof):
    headers = (
        ("To", to),
        ("From", to),
        ("Contact", contact),
        ("CSeq", f"{number} REGISTER"),
        ("Expires", number),
        ("Require", ""),
        ("Authorization", proof),
    )
    request = Request("REGISTER", uri, ("127.0.0.49", 5060), headers)
    assert HANDLER(request).code in (400, 401)
    origin = ORIGINS.of(Arrival.read(request), 0.0)
    assert getattr(origin, "kind", "challenged") in ("challenged", "unknown")
    assert BINDINGS.users(0.0) == {}


@settings(max_examples=300, deadline=None, derandomize=True)
@given(credentials)
def test_hostile_challenges_are_answered_or_left_alone(header):
    found = parameters(header)
    assert found is None or all(name == name.lower() for name in found)
    challenge = best_challenge([header])
    assert challenge is None or challenge.algorithm in ("MD5", "SHA-256")
