"""Long numbers that callers say in pieces, with a silence in between that ends the answer."""

import pytest

from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
steps:
  - step: want
    collect: {{en: Which number?, zh: 请说号码。}}
    slot: it
    {type}
    max_attempts: 3
    otherwise: bye
  - step: bye
    hangup: {{en: "It's {{{{ it | default('none') }}}}.", zh: "号码是{{{{ it | default('没有') }}}}。"}}
"""


def call(language="en", type_="digits: 9"):
    return Play(FLOW.format(type=type_), language)


@pytest.mark.parametrize(
    ("language", "pieces", "asked"),
    [
        ("en", ("three one five", "five four three nine three oh"), "three one five, and the rest?"),
        ("zh", ("我的号码是三幺五", "五四三九三零"), "三幺五，后面呢？"),
        ("zh", ("三幺五五", "四三九三零"), "三幺五五，后面呢？"),
    ],
)
def test_the_first_piece_is_said_back_and_kept_for_the_rest(language, pieces, asked):
    play = call(language)
    assert play.says(pieces[0]) == asked
    play.says(pieces[1])
    assert play["it"] == "315543930"


def test_three_pieces_are_one_number_and_none_of_them_is_a_misunderstanding():
    play = call()
    play.says("three one five")
    assert play.says("five four three") == "three one five, five four three, and the rest?"
    assert "no_match" not in play.notes
    play.says("nine three oh")
    assert play["it"] == "315543930"


def test_who_says_all_of_it_again_is_taken_at_that():
    play = call()
    play.says("three one five")
    play.says("three one five five four three nine three oh")
    assert play["it"] == "315543930"


@pytest.mark.parametrize(
    ("language", "pieces"),
    [("en", ("three one five", "five four three nine three oh")), ("zh", ("三幺五", "五四三九三零"))],
)
def test_who_has_the_question_repeated_begins_anew(language, pieces):
    play = call(language)
    first = play.says(pieces[0])
    assert play.says("please repeat that" if language == "en" else "请再说一遍") in ("Which number?", "请说号码。")
    assert play.says(pieces[0]) == first
    play.says(pieces[1])
    assert play["it"] == "315543930"


@pytest.mark.parametrize("then", ["I don't know", "five four three nine three oh one two"])
def test_what_does_not_go_on_from_it_begins_anew(then):
    play = call()
    play.says("three one five")
    assert play.says(then) == "Sorry, I didn't get that. Which number?"
    play.says("five four three nine three oh")  # no more joined to the first piece
    assert play["it"] is None


def test_silence_behind_a_piece_begins_anew():
    play = call()
    play.says("three one five")
    assert play.silent() == "Are you still there? Which number?"
    play.says("three one five five four three nine three oh")
    assert play["it"] == "315543930"


def test_a_command_behind_a_piece_is_a_command():
    play = call()
    play.says("three one five")
    assert "put you through" in play.says("operator")


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("digits: {least: 6, most: 11}", "three one five"),
        ("digits: 4", "three one"),
        ("digits: 9", "three"),
        ("digits: 9", "three one five five four three nine three"),
        ("digits: 9", "I have three one five"),
        ("type: {type: identifier, pattern: '[A-Z]{3}[0-9]{6}'}", "three one five"),
        ("type: number", "three one five"),
    ],
    ids=["length not known", "a short number", "one digit", "one too few was misheard", "other words", "letters",
         "no row"],
)  # fmt: skip
def test_what_is_no_piece_of_a_long_number_is_as_before(type_, text):
    assert "rest" not in call(type_=type_).says(text)


def test_an_identity_number_may_end_in_x_in_its_second_piece():
    play = call("zh", "type: id_card")
    play.says("一一零一零五")
    play.says("一九四九一二三一零零二叉")
    assert play["it"] == "11010519491231002X"


def test_an_open_question_that_a_number_may_answer_too_waits_for_no_rest():
    play = Play(
        """
languages: [en]
slots: {order: {type: identifier, digits: 6}}
intents: {status: {examples: {en: [Where is my order?, Has it been sent?, When will it come?]}, slots: [order]}}
steps:
  - step: wish
    ask: What can I do for you?
    intents: {status: bye}
    slots: [order]
    otherwise: bye
  - step: bye
    hangup: Bye.
"""
    )
    assert "rest" not in play.says("four two seven")
