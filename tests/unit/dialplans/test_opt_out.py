"""Who doesn't want to be called again is understood, by words and by key, at any moment; who means today only isn't."""

from collections.abc import Sequence

import pytest

from dialplans.dialogue import Dialogue
from dialplans.exchange import Begin, HangUp, Keyed, Listen, Note, OptedOut, Said, Say
from dialplans.flow import Flow
from dialplans.loader import loads
from dialplans.opt_out import opts_out

FLOW = """\
flow: offer
languages: [en, zh]
steps:
  - step: ask
    ask: {en: May I ask you something?, zh: 可以问您一个问题吗？}
    digits: {1: more}
    otherwise: bye
  - step: more
    collect: {en: What is your number?, zh: 您的号码是多少？}
    digits: 4
    slot: number
    otherwise: bye
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""
OWN = (
    FLOW.replace("steps:", "commands: {opt_out: sorry}\nsteps:")
    + """\
  - step: sorry
    hangup: {en: As you wish., zh: 听您的。}
"""
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please don't call me again.", "en"),
        ("Stop calling me!", "en"),
        ("Take me off your list, please", "en"),
        ("I want you to remove my number from your system", "en"),
        ("Don't ever call this number again", "en"),
        ("No more calls.", "en"),
        ("I don't want any more calls from you", "en"),
        ("please quit calling", "en"),
        ("Don't call me.", "en"),
        ("unsubscribe", "en"),
        ("不要再给我打电话了", "zh"),
        ("别再打来了", "zh"),
        ("以后别打了", "zh"),
        ("你们别骚扰我", "zh"),
        ("把我的号码删掉", "zh"),
        ("我不想接到这种电话", "zh"),
        ("请勿再拨打", "zh"),
        ("退订", "zh"),
        ("不要在给我打电话", "zh"),
        ("把我拉黑吧", "zh"),
        ("Take me off, please.", "en"),
        ("get me out of your database", "en"),
        ("take my number out of your system", "en"),
        ("Remove us from the calling list", "en"),
        ("delete my details from your records", "en"),
        ("把我从名单里删了", "zh"),
        ("我的电话请从你们的名单里删掉", "zh"),
        ("从你们系统里移除我的号码", "zh"),
        ("将我的信息删除", "zh"),
        ("把我的号码删一下", "zh"),
        ("把这个号码去掉", "zh"),
        ("这个电话给我删掉吧", "zh"),
        ("麻烦把我们的资料都删了", "zh"),
    ],
)
def test_who_wants_no_more_calls_says_so_in_many_ways(text: str, language: str) -> None:
    assert opts_out(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Don't call me before nine.", "en"),
        ("Can you call me again tomorrow?", "en"),
        ("Call me back at five", "en"),
        ("Who is calling me?", "en"),
        ("I'm not interested", "en"),
        ("Don't call again today, I'm busy", "en"),
        ("why do you keep calling my wife", "en"),
        ("明天再打给我吧", "zh"),
        ("今天别打了，我在开会", "zh"),
        ("不要上午打", "zh"),
        ("你是谁啊", "zh"),
        ("我不需要，谢谢", "zh"),
        ("过一会再打", "zh"),
        ("get me out of this menu", "en"),
        ("take this off please", "en"),
        ("Remove this from my order", "en"),
        ("Take me out of the queue", "en"),
        ("我除了周一都行", "zh"),
        ("我去了一趟医院", "zh"),
        ("我拿了", "zh"),
        ("我拿出来看一下", "zh"),
        ("我电话去了好几次", "zh"),
        ("我从水库去了公司", "zh"),
        ("我从系统里拿了一个号", "zh"),
        ("帮我删除我的订单", "zh"),
        ("我把短信删掉了", "zh"),
        ("我的电话拿去修了", "zh"),
        ("我移动的套餐", "zh"),
    ],
)
def test_who_means_another_time_may_be_called_again(text: str, language: str) -> None:
    assert not opts_out(text, language)


def begun(text: str = FLOW, language: str = "en", outgoing: bool = True) -> Dialogue:
    dialogue = Dialogue(loads(text))
    dialogue.receive(Begin("5550100", "+442079460123", language, outgoing=outgoing))
    return dialogue


def parted(actions: Sequence[object], words: str, how: str = "said") -> None:
    [note] = [one for one in actions if isinstance(one, Note) and one.name == "opted-out"]
    assert note.data["how"] == how
    said = [prompt.text for one in actions if isinstance(one, Say) for prompt in one.prompts]
    assert said[-1].startswith(words)
    assert any(isinstance(one, HangUp) for one in actions)


@pytest.mark.parametrize(("language", "said"), [("en", "don't call me again"), ("zh", "别再打来了")])
def test_it_is_not_taken_before_silence_says_that_nothing_follows(language: str, said: str) -> None:
    assert not begun(language=language).answers(said)


@pytest.mark.parametrize(
    ("language", "said", "words"),
    [
        ("en", "don't call me again", "I understand. We won't call you again"),
        ("zh", "别再打来了", "明白了，我们不会再给您打电话"),
    ],
)
def test_it_holds_at_every_question_of_a_call_of_ours(language: str, said: str, words: str) -> None:
    dialogue = begun(language=language)
    parted(dialogue.receive(Said(said, 0.9, language)), words)
    assert dialogue.variables["opt_out"] is True


def test_a_key_says_it_where_the_question_takes_single_keys() -> None:
    dialogue = begun()
    parted(dialogue.receive(Keyed("9")), "I understand", "keyed")


def test_the_key_is_among_those_that_are_listened_for() -> None:
    actions = Dialogue(flow := loads(FLOW)).receive(Begin("1", "2", "en", outgoing=True))
    assert isinstance(flow, Flow)
    [question] = [one.question for one in actions if isinstance(one, Listen)]
    assert question.keys is not None
    assert "9" in question.keys.choices


def test_a_flow_may_part_in_its_own_words() -> None:
    parted(begun(OWN).receive(Said("stop calling me", 0.9, "en")), "As you wish.")
    parted(begun(OWN, outgoing=False).receive(Said("stop calling me", 0.9, "en")), "As you wish.")


def test_it_holds_while_nothing_is_asked_and_after_the_last_word() -> None:
    dialogue = begun()
    dialogue.receive(Keyed("1"))
    dialogue.receive(Said("goodbye", 0.9, "en"))
    assert dialogue.over
    parted(dialogue.receive(OptedOut("said", "and never call me again")), "I understand")


def test_callers_of_ours_who_speak_of_calls_are_not_meant() -> None:
    dialogue = begun(outgoing=False)
    actions = dialogue.receive(Said("stop calling me", 0.9, "en"))
    assert not any(isinstance(one, Note) and one.name == "opted-out" for one in actions)
