import pytest

from models.errors import OperatorFault
from voice.sip.digest import answer_to, best_challenge, hashed, parameters, password_of, response

RFC_7616 = {
    "method": "GET",
    "uri": "/dir/index.html",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "qop": "auth",
    "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
}
"""The example of RFC 7616 section 3.9.1."""


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_response_is_the_one_in_rfc_7616(algorithm, expected):

    ha1 = hashed(algorithm, "Mufasa:http-auth@example.org:Circle of Life")
    assert response(algorithm, ha1, **RFC_7616) == expected


def test_the_response_without_qop_is_the_one_in_rfc_2069():
    ha1 = "939e7578ed9e3c518a452acee763bce9"
    assert (
        response("MD5", ha1, "GET", "/dir/index.html", "dcd98b7102dd2f0e8b11d0f600bfb0c093")
        == "670fd8c2df070c60b045671b8b24ff02"
    )


def test_commas_and_quotes_inside_quoted_values_are_kept():
    assert parameters(r'Digest username="a, \"b\"", realm="x=y,z", nc=00000001 ,qop=auth') == {
        "username": 'a, "b"',
        "realm": "x=y,z",
        "nc": "00000001",
        "qop": "auth",
    }


@pytest.mark.parametrize("header", ["Basic dXNlcg==", "Digest ???", 'Digest realm="open', ""])
def test_what_is_no_digest_reads_as_nothing(header):
    assert parameters(header) is None or parameters(header) == {}
    assert best_challenge([header]) is None


def test_the_strongest_challenge_is_answered_whatever_the_order():
    md5 = 'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"'
    sha = 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth,auth-int"'
    unknown = 'Digest realm="r", nonce="n", algorithm=SHA-512-256, qop="auth"'
    for order in ([md5, sha, unknown], [unknown, sha, md5]):
        chosen = best_challenge(order)
        assert chosen is not None
        assert chosen.algorithm == "SHA-256"


def test_a_challenge_that_asks_for_more_than_we_do_is_left_alone():
    assert best_challenge(['Digest realm="r", nonce="n", qop="auth-int"']) is None
    assert best_challenge(['Digest realm="r", nonce="n", algorithm=SHA-256']) is None
    assert best_challenge(['Digest realm="r"']) is None


def test_an_answer_repeats_what_the_server_wants_back():
    challenge = best_challenge(['Digest realm="a \\"b\\"", nonce="n", opaque="o", qop="auth"'])
    assert challenge is not None
    given = parameters(answer_to(challenge, "me", "secret", "REGISTER", "sip:x", count=17))
    assert given is not None
    assert (given["realm"], given["opaque"], given["nc"], given["qop"]) == ('a "b"', "o", "00000011", "auth")
    assert "algorithm" not in given


def test_a_password_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("SIP_PASSWORD", "from outside")
    assert password_of("env:SIP_PASSWORD", "trunk 'a'") == "from outside"
    assert password_of("plain", "trunk 'a'") == "plain"
    with pytest.raises(OperatorFault, match="trunk 'a' is to be read from NOT_THERE"):
        password_of("env:NOT_THERE", "trunk 'a'")
