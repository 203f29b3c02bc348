import pytest

from tests.unit.dialplans.play import Play, follow

FLOW = """
languages: [en, zh]
slots:
  city: {{type: list, entries: {{beijing: {{en: [Beijing, Peking], zh: [北京]}}, linz: {{en: [Linz], zh: [林茨]}}}}}}
steps:
  - step: want
    collect: {{en: Tell me., zh: 请说。}}
    slot: {slot}
    {type}
    {more}
    max_attempts: 3
    otherwise: bye
  - step: right
    confirm: {{en: "{{{{ {slot} }}}}?", zh: "{{{{ {slot} }}}}？"}}
    no: want
    otherwise: bye
  - step: bye
    hangup: {{en: Goodbye., zh: 再见。}}
"""


def flow(type_="type: digits", slot="it", more=""):
    return FLOW.format(slot=slot, type=type_, more=more)


VALUES = [
    ("digits: 6", "en", "four two seven one oh six", "427106", "four two seven, one zero six?"),
    ("digits: 6", "zh", "四二七幺零六", "427106", "四二七，幺零六？"),
    ("type: number", "en", "twenty five", 25, "twenty five?"),
    ("type: number", "zh", "二十五", 25, "二十五？"),
    ("type: {type: moment, part: both}", "en", "tomorrow at three in the afternoon", "2026-11-22T15:00",
     "tomorrow at three P M?"),
    ("type: {type: moment, part: both}", "zh", "下周二下午三点", "2026-11-24T15:00", "十一月二十四号星期二下午三点？"),
    ("type: date", "en", "next Tuesday", "2026-11-24", "Tuesday, November twenty fourth?"),
    ("type: agreement", "en", "yes of course", True, "yes?"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "language", "words", "value", "asked"), VALUES)
def test_a_value_is_taken_and_read_back_as_people_say_it(type_, language, words, value, asked):
    play = Play(flow(type_), language)
    assert play.says(words) == asked
    assert play["it"] == value


@pytest.mark.parametrize(
    ("type_", "check", "fewest", "most"),
    [
        ("type: id_card", "id_card", 18, 18),
        ("type: card_number", "luhn", 13, 19),
        ("type: {type: identifier, check: ean}", "ean", 8, 14),
        ("type: {type: identifier, check: luhn, digits: 8}", "luhn", 8, 8),
        ("type: {type: identifier, digits: 6}", "", 6, 6),
        ("digits: 6", "", 6, 6),
    ],
)
def test_the_recogniser_is_told_the_check_digit_and_the_length_of_a_number(type_, check, fewest, most):
    question = Play(flow(type_)).question
    assert (question.check, question.keys.least, question.keys.most) == (check, fewest, most)


@pytest.mark.parametrize(
    ("language", "words", "spoken"), [("en", "to peking please", "Beijing?"), ("zh", "去北京", "北京？")]
)
def test_the_kind_may_be_that_of_a_slot_of_its_name(language, words, spoken):
    play = Play(flow("", "city"), language)
    assert play.question.kind == "list"
    assert play.says(words) == spoken
    assert play["city"] == "beijing"


def test_the_recognisers_pick_of_a_list_counts_where_the_words_do_not():
    play = Play(flow("", "city"))
    at = play.question.phrases.index("Linz")
    assert play.says("hm hm", choice=at) == "Linz?"


def test_keys_give_the_value_too():
    play = Play(flow("digits: {least: 3, most: 5}"))
    assert (play.question.keys.least, play.question.keys.most) == (3, 5)
    assert play.keys("4271") == "four two seven one?"
    assert Play(flow("digits: 6")).keys("12").startswith("Sorry")


@pytest.mark.parametrize(
    ("language", "script"),
    [
        (
            "en",
            """
            < four two seven one oh six
            > four two seven, one zero six?
            < no, I said four two seven one oh nine
            > All right, I've changed that to four two seven, one zero nine. four two seven, one zero nine?
            < no it's 427108
            > All right, I've changed that to four two seven, one zero eight. four two seven, one zero eight?
            < no
            > Tell me.
            """,
        ),
        (
            "zh",
            """
            < 四二七幺零六
            > 四二七，幺零六？
            < 不对，我说的是四二七幺零九
            > 好的，已经改成四二七，幺零九。 四二七，幺零九？
            < 不对
            > 请说。
            """,
        ),
    ],
)
def test_a_correction_changes_the_value_and_says_so(language, script):
    follow(flow("digits: 6"), language, script)


def test_a_value_that_is_not_sure_is_confirmed_by_itself():
    play = Play(flow("digits: 6", more="confirm_below: 0.99"))
    assert play.says("four two seven one oh six") == "Did you mean: four two seven, one zero six?"
    assert play.says("yes") == "four two seven, one zero six?"
    play = Play(flow("digits: 6", more="confirm_below: 0.99"))
    play.says("four two seven one oh six")
    assert play.says("no").startswith("All right, then please say it once more. Tell me.")
    assert play["it"] is None


@pytest.mark.parametrize(
    ("language", "first", "second", "third"),
    [
        ("en", "Sorry, I didn't get that. Tell me.",
         "Sorry, I didn't get that. Please say or key in your answer. Tell me.", "Goodbye."),
        ("zh", "抱歉，我没听明白。 请说。", "抱歉，我没听明白。 请您直接说，或者用按键输入。 请说。", "再见。"),
    ],
)  # fmt: skip
def test_help_grows_where_none_is_written(language, first, second, third):
    play = Play(flow("digits: 6"), language)
    assert [play.keys("1"), play.keys("2"), play.keys("3")] == [first, second, third]


@pytest.mark.parametrize(
    ("template", "en", "zh"),
    [
        ("{{ city }}", "Beijing", "北京"),
        ("{{ city | entry }}", "Beijing", "北京"),
        ("{{ from | entry:city }}", "Linz", "林茨"),
    ],
)
def test_an_entry_of_a_list_is_said_by_its_name_however_the_variable_got_it(template, en, zh):
    text = (
        "languages: [en, zh]\nslots: {city: {type: list, entries: {beijing: {en: Beijing, zh: 北京}, "
        "linz: {en: [Linz], zh: [林茨]}}}}\nsteps:\n- step: a\n  set: {city: beijing, from: linz}\n- step: b\n"
        f"  hangup: {{en: '{template}', zh: '{template}'}}\n"
    )
    assert Play(text).heard == en
    assert Play(text, "zh").heard == zh


WHEN = """
languages: [en, zh]
slots: {day: {type: date}, time: {type: time, opens: 9, closes: 18}, guests: {type: number, least: 1, most: 12}}
steps:
- step: main
  ask: {en: When?, zh: 哪天几点？}
  slots: [day, time, guests]
  otherwise: bye
- step: right
  confirm: {en: "{{ day }} {{ time }}, {{ guests }}?", zh: "{{ day }}{{ time }}{{ guests }}位？"}
  yes: bye
  no: bye
  otherwise: bye
- step: bye
  hangup: {en: Goodbye., zh: 再见。}
"""


@pytest.mark.parametrize(
    ("language", "first", "second", "now"),
    [
        ("en", "Tuesday at three for four people", "Friday at ten.", ("2026-11-27", "10:00", 4)),
        ("en", "Tuesday at three for four people", "what about Friday then?", ("2026-11-27", "15:00", 4)),
        ("en", "Tuesday at three for four people", "six people please", ("2026-11-24", "15:00", 6)),
        ("zh", "周二下午三点四位", "那就周五上午十点吧", ("2026-11-27", "10:00", 4)),
        ("zh", "周二下午三点四位", "六个人", ("2026-11-24", "15:00", 6)),
    ],
)
def test_a_bare_new_value_where_yes_or_no_was_asked_is_a_correction(language, first, second, now):
    play = Play(WHEN, language)
    play.says(first)
    assert play.step == "right"
    assert play.says(second).startswith(("All right, I've changed that to", "好的，已经改成"))
    assert play.step == "right"
    assert (play["day"], play["time"], play["guests"]) == now


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "Tuesday at three for four people", "are you open on Friday?"),
        ("en", "Tuesday at three for four people", "two"),
        ("zh", "周二下午三点四位", "你们周五营业吗"),
        ("zh", "周二下午三点四位", "二"),
    ],
)
def test_a_value_among_other_words_is_no_correction_nor_is_a_digit_that_means_a_key(language, first, second):
    play = Play(WHEN, language)
    play.says(first)
    before = (play["day"], play["time"], play["guests"])
    play.says(second)
    assert (play["day"], play["time"], play["guests"]) == before


@pytest.mark.parametrize(
    ("language", "first", "second", "then"),
    [
        ("en", "four two seven one oh six", "four two seven one oh nine", "four two seven, one zero nine?"),
        ("zh", "四二七幺零六", "四二七幺零九", "四二七，幺零九？"),
    ],
)
def test_another_value_said_to_did_you_mean_is_taken_instead_of_the_doubted_one(language, first, second, then):
    play = Play(flow("digits: 6", more="confirm_below: 0.99"), language)
    play.says(first)
    assert play.says(second).endswith(then)
    assert play["it"] == "427109"
    assert play.question.step == "right"


@pytest.mark.parametrize(("heard", "doubted"), [(0.2, True), (0.34, True), (0.45, False), (0.0, False)])
def test_what_was_hardly_heard_is_confirmed_and_a_short_right_answer_is_not(heard, doubted):
    play = Play(flow("digits: 6", more="confirm_below: 0.5"))
    assert play.says("four two seven one oh six", confidence=heard).startswith("Did you mean") is doubted
    play = Play(flow("digits: 6"))
    assert not play.says("four two seven one oh six", confidence=heard).startswith("Did you mean")


def test_a_cleared_value_is_not_correctable_any_more():
    cleared = WHEN.replace("- step: right", "- step: clear\n  set: {guests: ''}\n- step: right")
    play = Play(cleared)
    play.says("Tuesday at three for four people")
    assert set(play.dialogue.state().frame.taken) == {"day", "time"}
    play.says("no, I said six people")
    assert play["guests"] == ""
