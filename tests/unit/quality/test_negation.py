import pytest

from quality.negation import denies


@pytest.mark.parametrize(
    ("text", "language", "denied"),
    [
        ("This call is recorded.", "en", False),
        ("This call isn't recorded.", "en", True),
        ("This call isn’t recorded.", "en", True),
        ("Nobody records anything here.", "en", True),
        ("I have noted that.", "en", False),
        ("You know it.", "en", False),
        ("We repair it at no extra cost.", "en", False),
        ("That is no problem.", "en", False),
        ("Not only that, it is free.", "en", False),
        ("There is no fee for that.", "en", True),
        ("There are no costs covered.", "en", True),
        ("本次通话会录音。", "zh", False),
        ("我们的电话是不录音的。", "zh", True),
        ("这个电话没有录音。", "zh", True),
        ("不好意思，请您稍等。", "zh", False),
        ("没问题，我帮您查。", "zh", False),
        ("您是不是要退货？", "zh", False),
        ("有没有发票？", "zh", False),
        ("您同不同意接收邮件？", "zh", False),
        ("您看对不对？", "zh", False),
        ("我不同意，对不对？", "zh", True),
        ("两个不同的颜色。", "zh", False),
    ],
)
def test_what_denies_is_told_from_what_only_sounds_like_it(text, language, denied):
    assert denies(text, language) is denied
