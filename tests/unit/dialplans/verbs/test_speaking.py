"""say, play, set, goto, hangup: what is said, and how values sound in it."""

import pytest

from dialplans.exchange import Prompt, Say
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
voices: {{en: amy}}
steps:
  - step: known
    set: {{total: 1250.5, day: 2026-12-24, at: "2026-12-24T15:00", phone: "+8613812345678", code: AB12, n: 3,
          list: [a, b], copy: "{{{{ total }}}}", text: "n is {{{{ n }}}}", deep: {{a: [{{b: x}}]}}}}
  - step: hello
    say: {{en: '{en}', zh: '{zh}'}}
  - step: end
    hangup:
"""


def heard(template, language="en", **more):
    return Play(FLOW.format(en=template, zh=template), language, **more).heard


@pytest.mark.parametrize(
    ("template", "en", "zh"),
    [
        ("{{ total | money:USD }}", "one thousand two hundred fifty dollars and fifty cents", "一千二百五十点五美元"),
        ("{{ total | money:CNY }}", "one thousand two hundred fifty yuan and fifty fen", "一千二百五十元五角"),
        ("{{ phone | phone }}", None, "幺三八，幺二三四，五六七八"),
        ("{{ code | spell }}", "A B one two", "A B 幺二"),
        ("{{ n | ordinal }}", "third", "第三"),
        ("{{ n | number }}", "three", "三"),
        ("{{ day | date }}", None, "十二月二十四号星期四"),
        ("{{ day | weekday }}", "Thursday", "星期四"),
        ("{{ at | time }}", "three P M", "下午三点"),
        ("{{ code | lower }}", "ab12", "ab12"),
        ("{{ code | lower | upper }}", "AB12", "AB12"),
        ("{{ list | count }}", "2", "2"),
        ("{{ n | count }}", "3", "3"),
        ("{{ list.1 }} {{ deep.a.0.b }}", "b x", "b x"),
        ('{{ nobody | default:"no|one" }}', "no|one", "no|one"),
        ('{{ n | default:"none" }}', "3", "3"),
        ("{{ copy | money:USD }}", "one thousand two hundred fifty dollars and fifty cents", "一千二百五十点五美元"),
        ("{{ text }}", "n is 3", "n is 3"),
        ("{{ caller | digits }}", "five five five, zero one four two", None),
        ("{{ customer.name }}, {{ customer.none }}.", "Ada, .", "Ada, ."),
        ("{{ language }}", "en", "zh"),
        ("{{ n | nofilter }}", "3", "3"),
    ],
)
def test_a_value_sounds_right_in_both_languages(template, en, zh):
    for language, expected in (("en", en), ("zh", zh)):
        if expected is not None:
            assert heard(template, language, customer={"name": "Ada"}) == expected


def test_a_value_that_is_not_set_is_nothing_and_is_noted():
    play = Play(FLOW.format(en="Hello {{ nobody }}!", zh="好"))
    assert play.heard == "Hello !"
    assert play.notes["unset_value"] == {"step": "hello", "value": "nobody"}


SYSTEM = """
languages: [en, zh]
steps:
  - step: known
    set: {answer: {a: [1]}, rows: [x, {b: 2}, null, y], amounts: ["12.50 CNY", "14 CNY"],
          fee: {amount: 5, currency: CNY}, odd: {amount: {v: 5}}, worse: {amount: soon}}
  - step: hello
    say: {en: '<TEXT>', zh: '<TEXT>'}
  - step: end
    hangup:
"""


@pytest.mark.parametrize(
    ("template", "en", "zh", "noted"),
    [
        ("It is {{ answer }}.", "It is .", "It is .", "answer"),
        ("It is {{ answer | digits }}.", "It is .", "It is .", "answer"),
        ("It is {{ answer | money }}.", "It is .", "It is .", "answer"),
        ("It is {{ answer | upper }}.", "It is .", "It is .", "answer"),
        ("It is {{ odd | money }}.", "It is .", "It is .", "odd"),
        ("It is {{ worse | money }}.", "It is soon.", "It is soon.", None),
        ("It is {{ rows }}.", "It is x, y.", "It is x, y.", "rows"),
        ("It is {{ rows | row }}.", "It is x, y.", "It is x, y.", "rows"),
        ("It is {{ answer.a }}.", "It is 1.", "It is 1.", None),
        ("It is {{ answer | count }}.", "It is 1.", "It is 1.", None),
        ("It is {{ fee | money }}.", "It is five yuan.", "It is 五元.", None),
        ("{{ amounts | money }}", "twelve yuan and fifty fen and fourteen yuan", "十二元五角和十四元", None),
    ],
)
def test_a_mapping_of_a_companys_system_is_never_read_out_with_its_braces(template, en, zh, noted):
    for language, expected in (("en", en), ("zh", zh)):
        play = Play(SYSTEM.replace("<TEXT>", template), language)
        assert play.heard == expected
        assert play.notes.get("value_without_words") == ({"step": "hello", "value": noted} if noted else None)


def test_a_secret_of_the_environment_is_never_spoken():
    assert heard("It is {{ env.TOKEN }}.") == "It is ."


def test_a_prompt_has_its_language_and_voice():
    play = Play(FLOW.format(en="Hi.", zh="好。"))
    assert play.of(Say)[0].prompts == (Prompt(text="Hi.", language="en", voice="amy"),)


def test_a_file_is_played_in_the_language_of_the_call():
    flow = "steps:\n- step: a\n  play: {en: a.wav, zh: b.wav}\n  barge_in: false\n- step: b\n  hangup:\n"
    assert Play(f"languages: [en, zh]\n{flow}", "zh").of(Say) == [Say((Prompt(file="b.wav", language="zh"),), False)]


def test_setting_the_language_changes_what_follows():
    flow = FLOW.format(en="Hi.", zh="好。").replace(
        "- step: hello", "- step: to\n    set: {language: zh}\n  - step: hello"
    )
    play = Play(flow)
    assert (play.heard, play.notes["language"]) == ("好。", {"language": "zh"})


def test_an_author_has_words_of_ones_own_for_what_the_interpreter_says():
    flow = "prompts: {sorry: Come again?}\nsteps:\n- step: a\n  ask: Yes?\n  digits: {1: b}\n- step: b\n  hangup:\n"
    assert Play(flow).says("mumble") == "Come again? Yes?"
