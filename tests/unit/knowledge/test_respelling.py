import pytest

from knowledge.respelling import Respelling

KNOWN = Respelling(["我搬家了", "我的邮编变了", "可以货到付款吗", "我要代金券", "手机支付可以吗", "能分期付款吗"])


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("我上个周末班佳了", "我上个周末搬家了"),
        ("可以活到付款吗?", "可以货到付款吗?"),
        ("手机直复可以吗", "手机支付可以吗"),
        ("能换带金圈吗", "能换代金券吗"),
    ],
)
def test_what_sounds_like_known_words_is_spelled_as_they_are(heard: str, meant: str) -> None:
    assert KNOWN.of(heard) == meant


@pytest.mark.parametrize("text", ["今天天气很好", "我搬家了", "hello 2026", "", "VIP会员", "。。。"])
def test_everything_else_stays(text: str) -> None:
    assert KNOWN.of(text) == text


def test_signs_between_latin_words_are_spelled_too() -> None:
    assert KNOWN.of("ok 我班佳了 bye") == "ok 我搬家了 bye"
