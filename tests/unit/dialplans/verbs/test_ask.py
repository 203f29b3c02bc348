import pytest

from dialplans.exchange import Understood
from dialplans.understanding import Meaning
from tests.unit.dialplans.play import Play, follow

FLOW = """
languages: [en, zh]
slots:
  order: {type: digits, digits: 6}
  when: {type: moment, part: both}
  guests: {type: number, least: 1, most: 12}
intents:
  hours:
    examples: {en: [When are you open?, What are your hours?], zh: [你们几点开门, 营业时间是什么时候]}
  table:
    examples: {en: [I want to book a table., A table please.], zh: [我想订一张桌子, 订位]}
    slots: [when, guests]
  status:
    examples: {en: [Where is my order?, Has my parcel been sent?], zh: [我的订单到哪里了, 包裹发了吗]}
    called: {en: your order, zh: 查订单}
steps:
  - step: main
    ask: {en: What can I do for you?, zh: 请问需要什么？}
    intents: {hours: hours, table: book, status: bye}
    slots: [order]
    digits: {1: hours, 9: bye}
    max_attempts: 4
    otherwise: bye
  - step: hours
    say: {en: From nine to six., zh: 九点到六点。}
    goto: main
  - step: book
    ask: {en: "When, and for how many?", zh: 什么时候，几位？}
    slots: [when, guests]
    prompts:
      when: {en: For when?, zh: 哪天几点？}
      guests: {en: How many guests?, zh: 几位？}
    otherwise: bye
  - step: right
    confirm: {en: "{{ when }}, for {{ guests }}?", zh: "{{ when }}，{{ guests }}位？"}
    yes: bye
    no: book
    otherwise: bye
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""

TALKS = {
    "an intent leads on, by voice and by key": (
        "en",
        """
        > What can I do for you?
        < when are you open
        > From nine to six. What can I do for you?
        # 1
        > From nine to six. What can I do for you?
        """,
    ),
    "意图可以说也可以按键": (
        "zh",
        """
        < 你们几点开门
        > 九点到六点。 请问需要什么？
        # 1
        > 九点到六点。 请问需要什么？
        """,
    ),
    "intent and values in one sentence; only what lacks is asked": (
        "en",
        """
        < I want to book a table for four
        > For when?
        < tomorrow at eight in the evening
        > tomorrow at eight P M, for four?
        """,
    ),
    "all of it in one sentence": (
        "zh",
        """
        < 我要订位明天晚上八点四位
        > 明天晚上八点，四位？
        """,
    ),
    "a form takes its values in any order": (
        "zh",
        """
        < 订位
        > 什么时候，几位？
        < 四位
        > 哪天几点？
        < 明天晚上八点
        > 明天晚上八点，四位？
        """,
    ),
    "a form that is asked again forgets what it took itself": (
        "en",
        """
        < a table please
        < tomorrow at eight in the evening for four
        > tomorrow at eight P M, for four?
        < no
        > When, and for how many?
        """,
    ),
    "going back within a form takes back the last value": (
        "en",
        """
        < a table please
        > When, and for how many?
        < tomorrow at eight in the evening
        > How many guests?
        < go back
        > When, and for how many?
        < go back
        > Let's go back. What can I do for you?
        """,
    ),
    "help grows, and names what one can say": (
        "en",
        """
        < purple bananas
        > Sorry, I didn't get that. What can I do for you?
        < purple bananas
        > Sorry, I didn't get that. You can say: When are you open, I want to book a table, or your order.
        """,
    ),
    "帮助越来越具体": (
        "zh",
        """
        < 今天天气很紫
        > 抱歉，我没听明白。 请问需要什么？
        < 今天天气很紫
        > 抱歉，我没听明白。 您可以说：你们几点开门、我想订一张桌子，或者查订单。
        < 帮助
        > 您可以说：你们几点开门、我想订一张桌子，或者查订单。
        """,
    ),
}


@pytest.mark.parametrize("name", TALKS)
def test_a_free_question(name):
    follow(FLOW, *TALKS[name])


def test_values_of_an_intent_are_kept_with_where_they_came_from():
    play = follow(FLOW, "en", "< I want to book a table for four")
    assert play["guests"] == 4
    taken = play.dialogue.state().frame.taken["guests"]
    assert (taken.value, taken.step, taken.language) == (4, "main", "en")


def test_what_is_keyed_in_a_form_fills_the_value_that_is_asked_for():
    play = follow(FLOW, "en", "< a table please\n< tomorrow at eight in the evening")
    assert (play.question.keys.least, play.question.keys.most) == (1, 2)
    assert play.keys("4") == "tomorrow at eight P M, for four?"


def test_a_value_that_is_said_with_nothing_else_is_kept_while_the_question_is_asked_again():
    play = Play(FLOW)
    assert play.says("it is 427106").startswith("Sorry")
    assert play["order"] == "427106"


def test_the_last_attempt_leads_to_otherwise():
    play = follow(FLOW, "en", "...\n...\n< mumble grumble\n...")
    assert (play.heard, play.hung_up) == ("Goodbye.", True)


SURE = FLOW.replace("max_attempts: 4", "max_attempts: 4\n    confirm_below: 0.7")
DOUBTFUL = Meaning("hours", 0.6, "status", 0.3)
TORN = Meaning("hours", 0.6, "status", 0.55)
NONE_BUT = Meaning("", 0.45, "hours", 0.4)


@pytest.fixture
def understood(monkeypatch):
    """Makes every sentence mean what is asked for."""

    def mean(meaning):
        monkeypatch.setattr("dialplans.answers.Reader.meaning", lambda reader, text, intents: meaning)

    return mean


@pytest.mark.parametrize(
    ("language", "asked", "agrees", "then"),
    [
        ("en", "Did you mean: When are you open?", "yes", "From nine to six."),
        ("zh", "您是说“你们几点开门”，对吗？", "对", "九点到六点。"),
    ],
)
@pytest.mark.parametrize("meaning", [DOUBTFUL, NONE_BUT])
def test_an_answer_that_is_not_sure_is_confirmed_first(understood, meaning, language, asked, agrees, then):
    play = Play(SURE, language)
    understood(meaning)
    assert play.says("hm") == asked
    assert play.question.kind == "yes_no"
    assert play.says(agrees).startswith(then)


@pytest.mark.parametrize(
    ("language", "asked", "answers"),
    [
        ("en", "Did you mean: When are you open, or: your order?", ["your order", "the second one", "two"]),
        ("zh", "您是说“你们几点开门”，还是“查订单”？", ["查订单", "第二个"]),
    ],
)
def test_where_two_are_near_the_caller_is_asked_which(understood, language, asked, answers):
    for answer in answers:
        play = Play(SURE, language)
        understood(TORN)
        assert play.says("hm") == asked
        understood(Meaning("", 0.0))
        assert play.says(answer) in ("Goodbye.", "再见。"), answer
        assert play.of(Understood)[0].intent == "status"
    play = Play(SURE, language)
    understood(TORN)
    play.says("hm")
    assert play.keys("2") in ("Goodbye.", "再见。")


def test_a_surer_answer_is_taken_at_once(understood):
    play = Play(SURE)
    understood(Meaning("hours", 0.71, "status", 0.7))
    assert play.says("hm").startswith("From nine")


def test_an_answer_that_was_not_meant_is_asked_for_again(understood):
    play = Play(SURE)
    understood(DOUBTFUL)
    play.says("hm")
    assert play.says("no") == "All right, then please say it once more. What can I do for you?"
    understood(Meaning("status", 0.9))
    assert play.says("where is my order") == "Goodbye."


def test_the_same_answer_said_once_more_is_taken(understood):
    play = Play(SURE)
    understood(DOUBTFUL)
    play.says("hm")
    assert play.says("when are you open").startswith("From nine to six.")


def test_a_doubt_that_nobody_answers_ends_at_the_questions_own_way_out(understood):
    play = Play(SURE)
    understood(DOUBTFUL)
    play.says("hm")
    play.silent()
    assert play.silent() == "Goodbye."


TABLE = SURE.replace("slots: [order]", "slots: [order, when, guests]\n    goto: book", 1)


@pytest.mark.parametrize(
    ("language", "first", "doubted", "second", "then"),
    [
        ("en", "hm", DOUBTFUL, "a table please", "When, and for how many?"),
        ("en", "hm", DOUBTFUL, "no, where is my order", "Goodbye."),
        ("en", "hm", DOUBTFUL, "tomorrow at eight in the evening", "How many guests?"),
        ("en", "hm", DOUBTFUL, "no", "All right, then please say it once more. What can I do for you?"),
        ("zh", "嗯", DOUBTFUL, "我想订一张桌子", "什么时候，几位？"),
        ("zh", "嗯", DOUBTFUL, "不是，我要查我的订单到哪里了", "再见。"),
        ("zh", "嗯", DOUBTFUL, "明天晚上八点", "几位？"),
        ("zh", "嗯", DOUBTFUL, "不是", "好的，那请您再说一遍。 请问需要什么？"),
    ],
)
def test_what_is_clearly_meant_instead_of_what_was_guessed_is_taken_at_once(
    understood, monkeypatch, language, first, doubted, second, then
):
    play = Play(TABLE, language)
    understood(doubted)
    play.says(first)
    meant = {"table": ("a table please", "我想订一张桌子"), "status": ("where is my order", "我的订单到哪里了")}

    def mean(_reader, text, _intents):
        name = next((name for name, said in meant.items() if any(one in text for one in said)), "")
        return Meaning(name, 0.95 if name else 0.1)

    monkeypatch.setattr("dialplans.answers.Reader.meaning", mean)
    assert play.says(second) == then


@pytest.mark.parametrize(
    ("language", "yes", "asked"),
    [("en", "yes, tomorrow at eight in the evening", "How many guests?"), ("zh", "对，明天晚上八点", "几位？")],
)
def test_what_is_said_along_with_the_yes_is_taken_too(understood, language, yes, asked):
    play = Play(TABLE, language)
    understood(Meaning("", 0.45, "table", 0.4))
    play.says("hm" if language == "en" else "嗯")
    assert play.says(yes) == asked


@pytest.mark.parametrize(
    ("language", "first", "second", "then"),
    [
        ("en", "we'd like to come tomorrow at eight in the evening, four of us", "no, at nine",
         "All right, I've changed that to tomorrow at nine P M."),
        ("zh", "我们想明天晚上八点来，四位", "不对，九点", "好的，已经改成明天晚上九点。"),
    ],
)  # fmt: skip
def test_who_corrects_a_part_of_what_was_guessed_meant_the_guess(understood, language, first, second, then):
    """Only the guess would be asked about, and what was said along would be lost with it."""
    play = Play(TABLE, language)
    understood(Meaning("", 0.45, "table", 0.4))
    play.says(first)
    assert play.says(second).startswith(then)
    assert play.step == "right"


@pytest.mark.parametrize(
    ("language", "yes", "when", "guests"),
    [
        ("en", "yes, but at nine", "2026-11-22T21:00", 4),
        ("en", "yes, on Tuesday", "2026-11-24T20:00", 4),
        ("en", "yes, for five people", "2026-11-22T20:00", 5),
        ("en", "yes, at nine for five people", "2026-11-22T21:00", 5),
        ("en", "yes, at eight", "2026-11-22T20:00", 4),
        ("en", "yes, in the evening", "2026-11-22T20:00", 4),
        ("en", "yes, at noon", "2026-11-22T12:00", 4),
        ("en", "yes, that's right", "2026-11-22T20:00", 4),
        ("zh", "对，九点", "2026-11-22T21:00", 4),
        ("zh", "对，下周二", "2026-11-24T20:00", 4),
        ("zh", "对，五位", "2026-11-22T20:00", 5),
        ("zh", "对，九点五位", "2026-11-22T21:00", 5),
        ("zh", "对，八点", "2026-11-22T20:00", 4),
        ("zh", "对，晚上", "2026-11-22T20:00", 4),
        ("zh", "对，中午", "2026-11-22T12:00", 4),
        ("zh", "是的，没错", "2026-11-22T20:00", 4),
    ],
)
def test_another_value_said_with_the_yes_counts_and_the_rest_stays(understood, language, yes, when, guests):
    play = Play(TABLE, language)
    understood(Meaning("", 0.45, "table", 0.4))
    table = {"en": "we'd like to come tomorrow at eight in the evening, four of us", "zh": "我们想明天晚上八点来，四位"}
    play.says(table[language])
    assert (play["when"], play["guests"], play.step) == ("2026-11-22T20:00", 4, "main")
    play.says(yes)
    assert (play["when"], play["guests"], play.step) == (when, guests, "right"), play.heard


@pytest.mark.parametrize(
    ("language", "first", "yes"),
    [
        ("en", "we'd like to come tomorrow at eight in the evening", "yes, for four people"),
        ("zh", "我们想明天晚上八点来", "对，四位"),
    ],
)
def test_more_said_with_the_yes_changes_nothing_that_was_meant(understood, language, first, yes):
    play = Play(TABLE, language)
    understood(Meaning("", 0.45, "table", 0.4))
    play.says(first)
    play.says(yes)
    assert (play["when"], play["guests"], play.step) == ("2026-11-22T20:00", 4, "right"), play.heard


@pytest.mark.parametrize(("language", "first", "yes"), [("en", "tomorrow at eight", "yes"), ("zh", "明天八点", "对")])
def test_a_yes_is_no_text(language, first, yes):
    flow = """
languages: [en, zh]
slots: {when: {type: moment}, why: text}
steps:
- step: ask
  ask: {en: "When, and why?", zh: 什么时候，为什么？}
  slots: [when, why]
  confirm_below: 0.99
  otherwise: bye
- {step: bye, hangup: }
"""
    play = Play(flow, language)
    play.says(first)
    assert (play["why"], play.question.kind) == (None, "yes_no")
    play.says(yes)
    assert (play["why"], play.question.kind, play.step) == (None, "dictation", "ask")


@pytest.mark.parametrize(("language", "asked"), [("en", "How many guests?"), ("zh", "几位？")])
def test_a_form_asks_only_for_what_the_flow_cleared(language, asked):
    cleared = FLOW.replace("no: book", "no: fewer") + "  - step: fewer\n    set: {guests: ''}\n    goto: book\n"
    play = Play(cleared, language)
    play.says("a table please" if language == "en" else "订位")
    play.says("tomorrow at eight in the evening for four" if language == "en" else "明天晚上八点四位")
    assert play.keys("2") == asked
    assert play.keys("5").endswith(", for five?" if language == "en" else "五位？")


@pytest.mark.parametrize(("language", "words"), [("en", "it is 427106"), ("zh", "是四二七幺零六")])
def test_with_a_goto_an_answer_that_is_only_values_goes_on_there(language, words):
    onward = FLOW.replace("slots: [order]", "slots: [order]\n    goto: got", 1) + (
        '  - step: got\n    hangup: {en: "Order {{ order }}.", zh: "订单{{ order }}。"}\n'
    )
    play = Play(onward, language)
    assert play.says(words) in ("Order four two seven, one zero six.", "订单四二七，幺零六。")
    assert play.of(Understood)[0].intent == "order"


def test_with_a_goto_a_value_among_other_words_is_still_no_answer():
    onward = FLOW.replace("slots: [order]", "slots: [order]\n    goto: hours", 1)
    play = Play(onward)
    assert play.says("purple bananas 427106 elephants").startswith("Sorry")


def test_what_else_may_have_been_said_is_asked_about_with_what_was_heard(monkeypatch):
    asked = []
    heard = "when you hope in"
    others = (("when you open", 0.9),)

    def of(self, text, among=None, others=()):
        asked.append((text, others))
        return Meaning("hours", 0.9) if others else Meaning("", 0.2)

    monkeypatch.setattr("dialplans.understanding.Understanding.of", of)
    play = Play(FLOW)
    assert play.says(heard, others=others) == "From nine to six. What can I do for you?"
    assert (heard, others) in asked
    # The next answer is not helped by it.
    play.says(heard)
    assert asked[-1] == (heard, ())
