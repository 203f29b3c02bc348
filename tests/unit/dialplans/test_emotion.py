import pytest

from dialplans.emotion import anger

ENOUGH = 0.7
"""What a flow's `anger` is in the examples of the documentation."""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This is fucking ridiculous"),
        ("en", "I'm absolutely furious with you"),
        ("en", "I am sick and tired of your terrible service"),
        ("en", "This is the third time I'm calling and nobody helps me, it's a disgrace"),
        ("en", "Your company is a joke, you people never answer, I will sue you"),
        ("en", "What kind of bullshit is this?"),
        ("en", "How dare you treat me like that"),
        ("zh", "你们这什么破公司，气死我了"),
        ("zh", "太过分了，我打了三次电话都没有人管"),
        ("zh", "他妈的你们到底怎么回事"),
        ("zh", "我受够你们了，我要找律师"),
        ("zh", "你们服务太差了，简直是骗子"),
        ("zh", "太不像话了，我非常不满意，我要投诉到消协"),
    ],
)
def test_swearing_and_hard_complaints_are_anger(language: str, text: str) -> None:
    assert anger(text, language) >= ENOUGH


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This is urgent, I need it today"),
        ("en", "Hurry up please, my train leaves in ten minutes"),
        ("en", "My mother died last week and I have to cancel her contract"),
        ("en", "The machine is broken and water is everywhere"),
        ("en", "I was in a terrible accident"),
        ("en", "I'd like to make a complaint please"),
        ("en", "I'm not angry, I just have a question"),
        ("en", "Never mind, no hard feelings"),
        ("en", "What are your opening hours?"),
        ("en", ""),
        ("zh", "很急，今天一定要送到"),
        ("zh", "麻烦快一点，我赶时间"),
        ("zh", "我妈妈上个星期去世了，我想取消合同"),
        ("zh", "机器坏了，漏了一地水"),
        ("zh", "我没有生气，就是想问一下"),
        ("zh", "我想投诉，请问找谁"),
        ("zh", "你们几点开门"),
        ("zh", "垃圾什么时候来收"),
    ],
)
def test_haste_need_and_sorrow_are_not(language: str, text: str) -> None:
    assert anger(text, language) < ENOUGH


def test_anger_adds_up() -> None:
    one = anger("I'm disappointed in you", "en")
    two = anger("I'm disappointed in you, this is ridiculous", "en")
    assert 0 < one < two < anger("I'm disappointed in you, this is RIDICULOUS, shut up!!", "en") <= 1
    assert 0 < anger("我很失望", "zh") < anger("我很失望，太离谱了", "zh") <= 1


def test_a_language_that_nobody_taught_it_is_never_angry() -> None:
    assert anger("merde alors", "fr") == 0


def test_a_mother_is_no_swearword():
    assert anger("这是给我妈妈的新家买的", "zh") == 0.0
    assert anger("妈的，怎么又坏了", "zh") > 0.6
