import pytest

from voice.sip.errand import Reply


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        (" 120 (in a moment)", 120),
        ("60;duration=5", 60),
        ("soon", None),
        ("-1", None),
        ("", None),
        ("１", None),
    ],
)
def test_seconds_are_read_without_comments_and_parameters(value, seconds):
    assert Reply(503, "", (("Retry-After", value),)).seconds("retry-after") == seconds


def test_headers_are_found_in_any_case_and_in_order():
    reply = Reply(401, "", (("WWW-Authenticate", "a"), ("Via", "x"), ("www-authenticate", "b")))
    assert reply.values("WWW-Authenticate") == ["a", "b"]
    assert reply.seconds("Expires") is None
