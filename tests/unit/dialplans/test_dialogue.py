import pytest

from dialplans.dialogue import Dialogue
from dialplans.exchange import (
    Begin,
    Finished,
    Gone,
    Handover,
    HangUp,
    Keyed,
    Listen,
    NoInput,
    Note,
    NotUnderstood,
    Said,
    Say,
    Understood,
)
from dialplans.loader import load, loads
from dialplans.prompts import prompts
from dialplans.routing import SHIPPED
from tests.unit.dialplans.play import Play

BEGIN = Begin("5550142", "hotline", "en")
RECEPTION = load(SHIPPED / "reception.yaml")


def spoken(actions):
    return " ".join(prompt.text for action in actions if isinstance(action, Say) for prompt in action.prompts)


def question(actions):
    (found,) = [action.question for action in actions if isinstance(action, Listen)]
    return found


def begun(flow=RECEPTION, language="en"):
    dialogue = Dialogue(flow, language)
    return dialogue, dialogue.receive(Begin("5550142", "hotline", language))


def said(text, choice=-1):
    return Said(text, 0.9, "en", choice)


def test_a_greeting_and_its_question_are_one_speech():
    _, actions = begun()
    (say,) = [action for action in actions if isinstance(action, Say)]
    assert len(say.prompts) == 2
    assert question(actions).step == "main"
    assert question(actions).keys.choices == ("1", "2", "3", "4", "9", "0", "*")


def test_silences_and_misses_count_together_and_start_anew_after_an_answer():
    dialogue, _ = begun()
    dialogue.receive(NoInput())
    dialogue.receive(NotUnderstood("noise"))
    assert "nine to six" in spoken(dialogue.receive(said("when are you open")))
    dialogue.receive(NoInput())
    dialogue.receive(NoInput())
    assert dialogue.step == "more"
    dialogue.receive(NoInput())
    assert dialogue.step == "keypad"


def test_the_last_help_serves_for_all_further_attempts():
    flow = loads(
        "steps:\n- step: a\n  ask: Well?\n  digits: {1: b}\n  no_input: [First., Second.]\n  max_attempts: 4\n"
        "  otherwise: b\n- step: b\n  hangup: Bye.\n"
    )
    dialogue, _ = begun(flow)
    assert [spoken(dialogue.receive(NoInput())) for _ in range(4)] == ["First.", "Second.", "Second.", "Bye."]
    assert dialogue.over


def test_digits_are_kept_in_their_slot_and_spoken_one_by_one():
    dialogue, _ = begun()
    dialogue.receive(Keyed("2"))
    actions = dialogue.receive(Keyed("427106"))
    assert dialogue.variables["order"] == "427106"
    assert spoken(actions) == "four two seven, one zero six. Is that right?"
    assert Understood("order", 1.0, {"order": "427106"}) in actions


def test_too_few_digits_are_no_answer():
    dialogue, _ = begun()
    dialogue.receive(Keyed("2"))
    assert "six digits" in spoken(dialogue.receive(Keyed("427")))
    assert "order" not in dialogue.variables


def test_a_branch_follows_the_first_condition_that_holds():
    dialogue, _ = begun()
    dialogue.receive(Keyed("2"))
    dialogue.receive(Keyed("927106"))
    actions = dialogue.receive(Keyed("1"))
    assert "can't find an order" in spoken(actions)
    assert any(isinstance(action, Handover) for action in actions)


def test_a_handover_that_cannot_be_goes_on_with_its_sentence():
    dialogue, _ = begun()
    actions = dialogue.receive(said("let me talk to a person"))
    (handover,) = [action for action in actions if isinstance(action, Handover)]
    assert (handover.verb, handover.target, handover.reason) == ("transfer", "operator", "asked")
    assert handover.summary == 'They began with: "let me talk to a person". They asked for a person.'
    assert dialogue.receive(said("hello")) == []
    assert "all my colleagues are busy" in spoken(dialogue.receive(Finished()))
    assert dialogue.step == "more"


def test_a_menu_takes_keys_words_and_the_recognisers_choice():
    for answer in (Keyed("3"), said("the address please"), said("three"), said("addres"), said("hmpf", choice=4)):
        dialogue, _ = begun()
        for _ in range(3):
            dialogue.receive(NoInput())
        assert dialogue.step == "keypad"
        assert "River Street" in spoken(dialogue.receive(answer)), answer


def test_a_whole_answer_is_told_from_the_beginning_of_one():
    dialogue, _ = begun()
    assert dialogue.answers("What are your opening hours?")
    assert not dialogue.answers("What are")
    assert not dialogue.answers("What are your opening hours and")
    assert not dialogue.answers("")
    dialogue.receive(Keyed("2"))
    assert not dialogue.answers("four two seven")
    assert dialogue.answers("four two seven one oh six")
    dialogue.receive(Keyed("427106"))
    assert dialogue.answers("yes")
    assert not dialogue.answers("well")


def test_digits_count_only_where_they_may_be_an_answer():
    dialogue, _ = begun()
    assert [dialogue.takes_digits(one) for one in ("1", "9", "5", "12")] == [True, True, False, False]
    dialogue.receive(Keyed("2"))
    assert dialogue.takes_digits("7")


@pytest.mark.parametrize(
    ("question", "counts"),
    [
        ("ask: Well?", False),
        ("ask: Well?\n  digits: {1: b}", False),
        ("ask: Well?\n  digits: {5: b}", True),
        ("ask: Well?\n  slots: [people]", True),
        ("collect: How many?\n  slot: people", True),
        ("confirm: Is that right?\n  yes: b\n  no: b", False),
    ],
)
def test_a_value_may_be_said_in_digits_and_a_key_is_known(question, counts):
    flow = loads(f"slots: {{people: number}}\nsteps:\n- step: a\n  {question}\n- step: b\n  hangup: Bye.\n")
    dialogue, _ = begun(flow)
    assert dialogue.takes_digits("5") is counts


def test_chinese_is_spoken_and_understood():
    dialogue, actions = begun(language="zh")
    assert "请问有什么可以帮您" in spoken(actions)
    assert "上午十点" in spoken(dialogue.receive(Said("你们几点开门", 0.9, "zh")))
    dialogue.receive(Said("我要查订单", 0.9, "zh"))
    assert spoken(dialogue.receive(Said("四二七幺零六", 0.9, "zh"))) == "四二七，幺零六，对吗？"


DETECTING = """
languages: [en, zh]
language: detect
intents:
  hours:
    examples: {en: [When are you open?, What are your hours?], zh: [你们几点开门, 营业时间是什么时候]}
steps:
  - step: main
    ask: {en: How can I help you?, zh: 请问有什么可以帮您？}
    intents: {hours: hours}
    otherwise: bye
  - step: hours
    say: {en: From nine to six., zh: 九点到六点。}
  - step: code
    collect: {en: Your code?, zh: 您的号码？}
    slot: code
    digits: 4
    otherwise: bye
  - step: which
    menu: {en: Tea or coffee?, zh: 茶还是咖啡？}
    options: {1: {say: {en: tea, zh: 茶}, goto: bye}, 2: {say: {en: coffee, zh: 咖啡}, goto: chosen}}
    otherwise: bye
  - step: chosen
    set: {language: en}
  - step: last
    ask: {en: Anything else?, zh: 还有别的吗？}
    intents: {hours: hours}
    otherwise: bye
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""


def test_a_chinese_answer_to_an_english_question_is_understood_and_answered_in_chinese():
    dialogue, actions = begun()
    assert question(actions).language == ""
    assert dialogue.answers("你们几点开门")
    actions = dialogue.receive(Said("你们几点开门", 0.3, "zh"))
    assert "上午十点" in spoken(actions)
    assert Note("language", {"language": "zh", "confidence": 0.3}) in actions
    assert dialogue.language == question(actions).language == "zh"


def test_words_that_answer_nothing_change_the_language_only_when_they_were_heard_well():
    dialogue, _ = begun()
    assert "Sorry" in spoken(dialogue.receive(Said("今天天气很紫", 0.35, "zh")))
    assert "抱歉" in spoken(dialogue.receive(Said("今天天气很紫", 0.8, "zh")))
    assert dialogue.language == "zh"
    assert "nine to six" in spoken(dialogue.receive(said("when are you open")))
    assert dialogue.language == "en"


@pytest.mark.parametrize(("text", "language"), [("when are you open", "zh"), ("你们几点开门", "en"), ("427", "zh")])
def test_a_language_that_does_not_fit_the_words_is_no_other_language(text, language):
    dialogue, _ = begun()
    actions = dialogue.receive(Said(text, 0.9, language))
    assert dialogue.language == "en"
    assert not any(isinstance(action, Note) and action.name == "language" for action in actions)


def test_repeat_in_another_language_repeats_the_question_in_that():
    dialogue, _ = begun()
    assert spoken(dialogue.receive(Said("请再说一遍", 0.9, "zh"))) == "请问有什么可以帮您？"


def test_the_language_is_identified_by_questions_and_menus_until_the_flow_settles_it():
    dialogue, actions = begun(loads(DETECTING))
    assert question(actions).language == ""
    actions = dialogue.receive(Said("你们几点开门", 0.9, "zh"))
    assert spoken(actions) == "九点到六点。 您的号码？"
    assert question(actions).language == "zh", "digits tell no language"
    actions = dialogue.receive(Keyed("1234"))
    assert (question(actions).language, question(actions).phrases) == ("", ("茶", "咖啡"))
    actions = dialogue.receive(Said("coffee", 0.9, "en", choice=0))
    assert spoken(actions) == "Anything else?"
    assert question(actions).language == "en"
    dialogue.receive(Said("你们几点开门", 0.9, "zh"))
    assert dialogue.language == "en"


def test_a_flow_that_does_not_ask_for_it_keeps_its_language():
    dialogue, actions = begun(loads(DETECTING.replace("language: detect\n", "")))
    assert question(actions).language == "en"
    dialogue.receive(Said("你们几点开门", 0.9, "zh"))
    assert dialogue.language == "en"


def test_a_dialogue_is_taken_up_where_another_left_it():
    one, _ = begun()
    one.receive(Keyed("2"))
    other = Dialogue(RECEPTION, "en")
    other.take_up(one.state())
    assert spoken(other.receive(Keyed("427106"))) == spoken(one.receive(Keyed("427106")))


def test_goodbye_cannot_be_interrupted_and_ends_it():
    dialogue, _ = begun()
    actions = dialogue.receive(said("goodbye"))
    say = next(action for action in actions if isinstance(action, Say))
    assert not say.barge_in
    assert isinstance(actions[-1], HangUp)
    assert dialogue.receive(said("hello?")) == []


def test_after_the_caller_is_gone_nothing_is_done():
    dialogue, _ = begun()
    assert dialogue.receive(Gone()) == []
    assert dialogue.receive(Keyed("1")) == []


def test_a_circle_ends_instead_of_running_for_ever():
    flow = loads("steps:\n- step: a\n  goto: b\n- step: b\n  goto: a\n")
    _, actions = begun(flow)
    assert isinstance(actions[-1], HangUp)


def test_fixed_prompts_are_listed_once_and_templates_are_not():
    found = prompts(RECEPTION)
    assert len(found) == len(set(found))
    assert any(prompt.text == "How can I help you?" for prompt in found)
    assert not any("{{" in prompt.text for prompt in found)
    assert {prompt.language for prompt in found} == {"en", "zh"}


ROUND = """
languages: [en, zh]
{head}
slots: {{when: {{type: date}}}}
steps:
- step: begin
  set: {{when: "2026-11-24"}}
- step: closed
  say: {{en: We're closed then., zh: 那时不营业。}}
- step: when
  ask: {{en: When?, zh: 哪天？}}
  slots: [when]
  goto: closed
  otherwise: person
- step: person
  enqueue: people
  unavailable: {{en: Nobody is there., zh: 没有人。}}
  {after}
"""
NO_WAY_ON = {
    "en": "I'm sorry, I can't go on from here. Please call again later. Goodbye!",
    "zh": "非常抱歉，这里出了点问题，请您稍后再打来。再见！",
}


@pytest.mark.parametrize(("language", "once"), [("en", "We're closed then."), ("zh", "那时不营业。")])
def test_a_round_in_which_nobody_is_asked_is_said_once_and_then_apologised_for(language, once):
    play = Play(ROUND.format(head="", after=""), language)
    assert (play.heard, play.hung_up) == (f"{once} {NO_WAY_ON[language]}", True)
    assert play.notes["circle"] == {"step": "closed"}


def test_a_round_in_which_nobody_is_asked_leads_to_the_human_once():
    play = Play(ROUND.format(head="human: {to: person}", after="goto: closed"))
    assert play.heard == "We're closed then."
    assert play.errand.reason == "stuck"
    assert play.done(ok=False) == f"Nobody is there. We're closed then. {NO_WAY_ON['en']}"
    assert play.hung_up


def test_a_round_in_which_only_a_system_is_asked_ends_after_a_few_tries():
    play = Play("systems: {shop: {url: 'http://shop'}}\nsteps:\n- step: look\n  call: shop\n  path: /\n"
                "  result: {a: $.a}\n  on_error: again\n- step: done\n  hangup: Done.\n"
                "- step: again\n  say: Once more.\n  goto: look\n")  # fmt: skip
    for _ in range(2):
        assert play.errand
        assert play.done(ok=False) == "Once more."
    assert play.errand
    assert play.done(ok=False).endswith(NO_WAY_ON["en"])
    assert play.hung_up


def test_a_round_that_changes_something_goes_on():
    flow = ROUND.format(head="", after="").replace("goto: closed", "goto: turn") + (
        "- step: turn\n  branch:\n  - {when: turned, goto: out}\n- step: note_it\n  set: {turned: '1'}\n"
        "  goto: closed\n"
        "- step: out\n  hangup: {en: Out., zh: 完。}\n"
    )
    assert Play(flow).heard == "We're closed then. We're closed then. Out."
