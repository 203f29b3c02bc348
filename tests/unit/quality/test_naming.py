import pytest

from quality.evidence import Compared
from quality.meaning import likenesses
from quality.naming import WITHOUT, missing, names_of

PLATE = {
    "zh": (
        "请问您的车牌号是多少？",
        "请告诉我您的车牌号。",
        "麻烦说一下车牌号码。",
        "您的车牌是什么？",
        "我需要您的车牌号。",
    ),
    "en": (
        "What is your plate number?",
        "Please give me your plate number.",
        "What is on the number plate?",
        "I need the plate of the car.",
        "Could you read me the plate?",
    ),
}
UNLIKE = {
    "zh": ("您的车是什么颜色？", "请告诉我您的订单号。"),
    "en": ("What colour is the car?", "I need your order number."),
}
NAMES = {"zh": (("ce", "pai"),), "en": (("plat",),)}
"""Chinese as it is compared: che like ce."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_every_example_has_and_nothing_near_is_the_name(language):
    assert names_of(PLATE[language], UNLIKE[language], language) == NAMES[language]


def test_what_is_near_has_it_too_and_so_it_is_no_name():
    assert names_of(PLATE["zh"], (*UNLIKE["zh"], "车牌坏了。"), "zh") != NAMES["zh"]


def test_few_examples_or_ones_that_share_nothing_have_no_name():
    assert names_of(PLATE["zh"][:3], UNLIKE["zh"], "zh") == ()
    opening = ("Thank you for calling.", "How can I help?", "Good morning.", "Welcome to us.", "What is it about?")
    assert names_of(opening, (), "en") == ()


@pytest.mark.parametrize(
    ("language", "examples"),
    [
        ("zh", ("请先备份数据。", "请先备份照片。", "您要先备份。", "升级之前先备份文件。", "之前要有备份。")),
        (
            "zh",
            (
                "开始之前请保存文件。",
                "升级之前复制一份。",
                "关机之前备份数据。",
                "之前请存好照片。",
                "退出之前导出来。",
            ),
        ),
        ("en", ("Back it up first.", "Save the files first.", "First copy them.", "Keep them first.", "First of all.")),
    ],
)
def test_words_that_name_nothing_are_no_name(language, examples):
    assert set(names_of(examples, (), language)) <= {("bei", "fen")}


def test_a_thing_may_have_two_names():
    birthday = (
        "请问您的出生日期？",
        "您是哪年出生的？",
        "麻烦说一下出生日期。",
        "请告诉我您的生日。",
        "我要核对出生日期。",
    )
    assert names_of(birthday, ("请问发票日期？",), "zh") == (("cu", "sen"), ("sen", "ri"))


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("您车的车牌号码是多少呢？", 0.0, 0.0),
        ("您车的车盘号码是多少呢？", 0.0, WITHOUT / 2),
        ("请问您的手机号是多少？", WITHOUT * 0.8, WITHOUT),
        ("好。", WITHOUT, WITHOUT),
    ],
)
def test_what_sounds_like_the_name_counts_as_it_and_another_noun_does_not(said, least, most):
    assert least <= missing(said, NAMES["zh"], "zh") <= most


def test_a_rule_without_a_name_takes_nothing_from_anybody():
    assert missing("请问您的手机号是多少？", (), "zh") == 0.0


def test_a_request_that_differs_in_one_noun_is_not_what_the_rule_asks_for():
    @Compared
    def alike(said, examples, language):
        return [0.7 if examples == PLATE[language] else 0.1 for _ in said]

    found = likenesses(["您的车牌号是多少？", "您的手机号是多少？"], PLATE["zh"], UNLIKE["zh"], 0.6, "zh", alike)
    assert found[0] > 0.6
    assert found[1] == 0.0
    found = likenesses(["Your plate number?", "Your phone number?"], PLATE["en"], UNLIKE["en"], 0.6, "en", alike)
    assert [one > 0 for one in found] == [True, False]
