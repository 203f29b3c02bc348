import pytest

from dialplans.commands import command_in
from tests.unit.dialplans.play import Play, follow


@pytest.mark.parametrize(
    ("language", "text", "command"),
    [
        ("en", "go back please", "back"),
        ("en", "can I go back to the previous question", "back"),
        ("en", "Help!", "help"),
        ("en", "what can I say?", "help"),
        ("en", "goodbye then", "goodbye"),
        ("en", "no thanks, that is all", "enough"),
        ("en", "I want my money back", ""),
        ("en", "I need help with my bicycle", ""),
        ("en", "when will you be back on Monday", ""),
        ("zh", "返回上一步", "back"),
        ("zh", "我可以说什么", "help"),
        ("zh", "好的再见", "goodbye"),
        ("zh", "没有了谢谢再见", "goodbye"),
        ("zh", "好的谢谢再见", "goodbye"),
        ("zh", "没别的了，谢谢您", "enough"),
        ("zh", "好的，谢谢您", ""),
        ("zh", "好，就这样约吧", ""),
        ("en", "that's everything, thanks", "enough"),
        ("en", "is that everything I ordered", ""),
        ("zh", "没有了", "enough"),
        ("zh", "我想退货返回运费怎么算", ""),
        ("zh", "帮助我查一下订单", ""),
        ("en", "that helped, thank you", ""),
        ("en", "it does not help me", ""),
        ("en", "please help me", "help"),
        ("zh", "有帮助", ""),
        ("zh", "没什么帮助", ""),
        ("zh", "帮助不大", ""),
        ("zh", "我需要帮助", "help"),
        ("en", "I need a help", "help"),
        ("en", "I want to be helped", "help"),
        ("en", "can I be helped", "help"),
        ("en", "no, that didn't help", ""),
        ("zh", "有什么帮助", "help"),
        ("zh", "能有点帮助吗", "help"),
        ("zh", "需要帮助了", "help"),
        ("zh", "没有什么帮助", ""),
        ("zh", "不需要帮助了", ""),
        ("en", "sorry, I didn't catch that", "repeat"),
        ("en", "I did not understand you", "repeat"),
        ("en", "I didn't get it", ""),
        ("en", "I didn't understand my bill", ""),
        ("zh", "我没听懂", "repeat"),
    ],
)
def test_a_command_is_told_from_a_sentence_that_mentions_it(language, text, command):
    assert command_in(text, language) == command


FLOW = """
languages: [en, zh]
{head}
slots: {{n: {{type: number}}, when: {{type: moment, part: either}}}}
intents:
  hours: {{examples: {{en: [When are you open?, What are your hours?], zh: [几点开门, 营业时间]}}}}
steps:
  - step: first
    ask: {{en: First?, zh: 第一？}}
    digits: {{1: second, 5: second}}
    intents: {{hours: second}}
    help: {{en: Ask for our hours., zh: 可以问营业时间。}}
    otherwise: bye
  - step: second
    {question}
    otherwise: bye
  - step: bye
    hangup: {{en: The end., zh: 完。}}
  - step: person
    enqueue: people
    unavailable: {{en: Nobody., zh: 没人。}}
    goto: bye
"""
QUESTIONS = {
    "ask": "ask: {en: Second?, zh: 第二？}\n    intents: {hours: bye}",
    "form": "ask: {en: Second?, zh: 第二？}\n    slots: [when]",
    "menu": "menu: {en: Second?, zh: 第二？}\n    options: {1: {say: {en: tea, zh: 茶}, goto: bye}}",
    "collect": "collect: {en: Second?, zh: 第二？}\n    slot: d\n    digits: 4",
    "confirm": "confirm: {en: Second?, zh: 第二？}",
    "survey": "survey: {en: Second?, zh: 第二？}",
}
HEAD = "commands: {operator: person, goodbye: bye}"


@pytest.mark.parametrize("kind", QUESTIONS)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", {"repeat": "say that again", "back": "go back", "operator": "operator", "goodbye": "goodbye",
                "help": "help"}),
        ("zh", {"repeat": "再说一遍", "back": "返回", "operator": "转人工", "goodbye": "再见", "help": "帮助"}),
    ],
)  # fmt: skip
def test_every_command_holds_at_every_kind_of_question(kind, language, words):
    def at_second():
        play = Play(FLOW.format(head=HEAD, question=QUESTIONS[kind]), language)
        play.keys("5")
        return play

    asked = {"en": "Second?", "zh": "第二？"}[language]
    assert at_second().says(words["repeat"]) == asked
    assert at_second().keys("*") == asked
    assert (
        at_second().says(words["back"]) == {"en": "Let's go back. First?", "zh": "好的，回到上一步。 第一？"}[language]
    )
    helped = at_second()
    assert helped.says(words["help"])
    assert helped.step == "second"
    assert "no_match" not in helped.notes, "help is no misunderstanding"
    assert helped.question.step == "second"
    person = at_second()
    person.says(words["operator"])
    assert person.errand.reason == "asked"
    person = at_second()
    person.keys("0")
    assert person.errand.reason == "asked"
    assert at_second().says(words["goodbye"]) == {"en": "The end.", "zh": "完。"}[language]


@pytest.mark.parametrize(("language", "words", "heard"), [("en", "bye bye", "Goodbye!"), ("zh", "拜拜", "再见！")])
def test_goodbye_needs_no_step(language, words, heard):
    play = Play(FLOW.format(head="", question=QUESTIONS["ask"]), language)
    assert (play.says(words), play.hung_up) == (heard, True)


@pytest.mark.parametrize(("language", "words"), [("en", "no thanks"), ("zh", "不用了")])
def test_whoever_has_had_enough_is_hung_up_on_only_where_the_flow_has_a_step_for_it(language, words):
    assert not Play(FLOW.format(head="", question=QUESTIONS["ask"]), language).says(words).startswith("The")
    assert Play(FLOW.format(head=HEAD, question=QUESTIONS["ask"]), language).says(words) in ("The end.", "完。")


def test_the_written_help_is_said_at_help_and_at_the_second_miss():
    follow(
        FLOW.format(head="", question=QUESTIONS["ask"]),
        "en",
        """
        < help
        > Ask for our hours.
        < purple bananas
        > Sorry, I didn't get that. First?
        < purple bananas
        > Sorry, I didn't get that. Ask for our hours.
        """,
    )


def test_going_back_goes_as_far_as_the_first_question():
    play = Play(FLOW.format(head="", question=QUESTIONS["collect"]))
    play.keys("5")
    play.says("go back")
    assert play.says("go back") == "This is the first question. First?"
    play.keys("5")
    play.silent()
    assert play.says("go back") == "Let's go back. First?"


def test_a_wish_by_the_name_of_operator_is_asking_for_a_human():
    flow = FLOW.format(head="human: {to: person, asked: false}", question=QUESTIONS["ask"]).replace("hours", "operator")
    play = Play(flow.replace("{operator: second}", "{operator: person}"))
    play.says("when are you open")
    assert play.errand.reason == "asked"


@pytest.mark.parametrize("kind", ["ask", "form", "menu", "collect", "survey"])
@pytest.mark.parametrize(
    ("language", "words", "heard"),
    [("en", "Never mind.", "Goodbye!"), ("en", "oh, forget it, thanks", "Goodbye!"), ("zh", "算了", "再见！"),
     ("zh", "那算了吧", "再见！")],
)  # fmt: skip
def test_whoever_drops_it_is_said_goodbye_to(kind, language, words, heard):
    play = Play(FLOW.format(head="", question=QUESTIONS[kind]), language)
    play.keys("5")
    assert (play.says(words), play.hung_up) == (heard, True)
    play = Play(FLOW.format(head=HEAD, question=QUESTIONS[kind]), language)
    play.keys("5")
    assert play.says(words) in ("The end.", "完。")


@pytest.mark.parametrize(("language", "words"), [("en", "never mind"), ("zh", "算了")])
def test_a_question_that_has_never_mind_as_an_answer_takes_it(language, words):
    own = "menu: {en: Second?, zh: 第二？}\n    options: {1: {say: {en: never mind, zh: 算了}, goto: first}}"
    play = Play(FLOW.format(head="", question=own), language)
    play.keys("5")
    assert play.says(words) in ("First?", "第一？")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "I never mind the price of a table"), ("en", "it does not matter"), ("zh", "怎么算")]
)
def test_words_that_are_near_never_mind_are_not(language, words):
    assert command_in(words, language) != "leave"


@pytest.mark.parametrize(
    ("language", "goes_on", "ends"),
    [
        ("en", "say that again", ("never mind", "goodbye", "Bye.", "that is all")),
        ("zh", "再说一遍", ("算了", "再见", "拜拜", "没有了")),
    ],
)
def test_no_call_is_ended_on_a_draft_whatever_hum_it_was_made_of(language, goes_on, ends):
    play = Play(FLOW.format(head=HEAD, question=QUESTIONS["ask"]), language)
    assert play.dialogue.answers(goes_on, language)
    assert not any(play.dialogue.answers(words, language) for words in ends)
