import pytest

from quality.evidence import Compared
from quality.meaning import likenesses
from quality.question import asks, ends_asking


@pytest.mark.parametrize(
    ("text", "language", "question"),
    [
        ("Did you get the deposit back?", "en", True),
        ("How much deposit did you pay?", "en", True),
        ("You get the deposit back.", "en", False),
        ("Would you rate this call afterwards?", "en", False),
        ("You get it back at the end, okay?", "en", False),
        ("押金退到您卡上了吗", "zh", True),
        ("您交了多少押金？", "zh", True),
        ("押金最后会退给您。", "zh", False),
        ("挂机以后请您给我打个分，好吗？", "zh", False),
        ("请问您交了押金吗？", "zh", True),
        ("我给您登记一下可以吗！", "zh", False),
        ("我给您登记一下可以吗，", "zh", False),
        ("You get the deposit back, right?", "en", False),
        ("You get the deposit back, correct?", "en", False),
        ("押金会退给您，对吗？", "zh", False),
        ("押金会退给您，对吧", "zh", False),
        ("押金会退给您，对不对？", "zh", False),
        ("订单完成吗", "zh", True),
        ("协议达成吗？", "zh", True),
        ("您用的是建设银行吗", "zh", True),
        ("退款正在进行吗？", "zh", True),
        ("我明天给您打过去，成吗", "zh", False),
        ("我明天给您打过去行吗？", "zh", False),
        ("我现在就给您发行吗", "zh", False),
        ("我短信发行吗？", "zh", False),
        ("我先帮您变成吗", "zh", False),
        ("债券发行吗", "zh", True),
        ("我把专辑给您发行吗", "zh", False),
        ("我把优惠券发行吗", "zh", False),
        ("这只国债今天发行吗？", "zh", True),
        ("您用的是工行吗", "zh", True),
        ("您要办的是跨行吗？", "zh", True),
        ("这个款式流行吗", "zh", True),
        ("活动照常举行吗", "zh", True),
        ("今天限行吗", "zh", True),
        ("这个规定现在还实行吗", "zh", True),
        ("您赞成吗", "zh", True),
        ("您最近还好吗", "zh", True),
        ("请您到分行办理，债券也发行吗", "zh", False),
        ("我帮您转人工行吗", "zh", False),
        ("我们电话沟通行吗", "zh", False),
        ("给您空运行吗", "zh", False),
        ("我给您走物流行吗", "zh", False),
        ("我再给您核实行吗", "zh", False),
        ("我们十点三十分行吗", "zh", False),
        ("我这边给您取出行吗", "zh", False),
        ("我给您修好吗", "zh", False),
        ("Is the address right?", "en", True),
        ("这个号码对吗？", "zh", True),
        ("您交了多少押金呢", "zh", True),
        ("押金您收没收到呢。", "zh", True),
        ("押金还没退给您呢。", "zh", False),
        ("Bekommen Sie das zurück?", "de", False),
    ],
)
def test_who_asks_says_nothing_and_who_requests_does(text, language, question):
    assert asks(text, language) is question


@pytest.mark.parametrize(
    ("text", "language", "ends"),
    [
        ("Could you rate this call?", "en", True),
        ("You get it back, right? ", "en", True),
        ("You get it back", "en", False),
        ("能请您打个分吗", "zh", True),
        ("您什么时候走呢。", "zh", True),
        ("我正在查呢", "zh", False),
        ("Kommen Sie?", "de", True),
    ],
)
def test_with_a_question_a_sentence_is_over_and_with_a_request_too(text, language, ends):
    assert ends_asking(text, language) is ends


@Compared
def alike(said, examples, language):
    return [0.85 if any("deposit" in one for one in examples) else 0.1 for _ in said]


def test_a_question_is_not_what_a_rule_means_that_asks_nothing():
    said = ["Has the deposit come back to you?", "The deposit comes back to you."]
    found = likenesses(said, ("You get the deposit back.",), (), 0.0, "en", alike)
    assert [one > 0 for one in found] == [False, True]


def test_it_is_what_a_rule_means_of_which_an_example_asks():
    examples = ("Did you get the deposit back?", "I want to know whether you got the deposit.")
    assert likenesses(["Has the deposit come back to you?"], examples, (), 0.0, "en", alike)[0] > 0
