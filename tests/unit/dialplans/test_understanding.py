import pytest

from dialplans.answers import understanding_of
from dialplans.commands import command_in
from dialplans.loader import load
from dialplans.routing import SHIPPED

FLOW = load(SHIPPED / "reception.yaml")


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("en", "What are your opening hours?", "hours"),
        ("en", "um, when do you open tomorrow?", "hours"),
        ("en", "could you tell me where my package is", "order"),
        ("en", "Sorry, I just want to know where my order is.", "order"),
        ("en", "No, wait. What can you do for me?", "services"),
        ("en", "what's your address please", "address"),
        ("en", "how do I find you", "address"),
        ("en", "can we speak Mandarin", "language"),
        ("zh", "请问你们周末几点关门", "hours"),
        ("zh", "帮我查一下我的订单", "order"),
        ("zh", "你们店怎么走", "address"),
        ("zh", "我要说英文", "language"),
    ],
)
def test_other_words_for_the_same_wish_are_understood(language, text, intent):
    assert understanding_of(FLOW, language).of(text).intent == intent


def test_chinese_that_only_sounds_right_is_understood():
    # "订单" heard as "定单", "快递" as "快地": the recogniser had the sound right and the character wrong.
    assert understanding_of(FLOW, "zh").of("我的定单到那里了").intent == "order"
    assert understanding_of(FLOW, "zh").of("快地什么时候到").intent == "order"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "what's the weather like tomorrow"),
        ("en", "bananas are yellow"),
        ("en", "I want to buy a car"),
        ("en", ""),
        ("en", "uh"),
        ("zh", "今天天气怎么样"),
        ("zh", "我想买一只猫"),
    ],
)
def test_what_was_never_thought_of_is_none_of_these(language, text):
    assert understanding_of(FLOW, language).of(text).intent == ""


def test_the_same_words_always_mean_the_same():
    first = understanding_of(FLOW, "en").of("when can I come by")
    again = understanding_of(load(SHIPPED / "reception.yaml"), "en").of("when can I come by")
    assert first == again


def test_only_the_intents_of_the_question_count():
    meaning = understanding_of(FLOW, "en").of("where is my order", among=["hours", "address"])
    assert meaning.intent != "order"


@pytest.mark.parametrize(
    ("language", "text", "command"),
    [
        ("en", "Could you repeat that, please?", "repeat"),
        ("en", "Pardon?", "repeat"),
        ("en", "I want to talk to a real person.", "operator"),
        ("en", "Operator!", "operator"),
        ("en", "That is all, thank you very much. Goodbye!", "goodbye"),
        ("en", "No thanks.", "enough"),
        ("en", "I'd like to repeat my last order", ""),
        ("en", "the operator of the crane fell asleep", ""),
        ("en", "no", ""),
        ("zh", "请再说一遍", "repeat"),
        ("zh", "我要转人工", "operator"),
        ("zh", "不用了谢谢", "enough"),
        ("zh", "我没收到快递", ""),
    ],
)
def test_commands_are_known_everywhere_and_not_found_in_longer_wishes(language, text, command):
    assert command_in(text, language) == command
