import pytest

from dialplans.complaint import FlowRefused
from dialplans.golden import Caller, Keys
from dialplans.golden_file import beside, flow_of, loads


def complaints(text):
    with pytest.raises(FlowRefused) as refused:
        loads(text, ("en", "zh"))
    return [str(one) for one in refused.value.complaints]


HEAD = "dialogues:\n- name: one\n  turns:\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("dialogs: []\n", "flow.test.yaml:1:1: the file has no 'dialogs'; write 'dialogues' instead."),
        ("- name: one\n", "flow.test.yaml:1:1: the file is a list; write a mapping (key: value) instead."),
        ("dialogues:\n- turns: []\n", "flow.test.yaml:2:3: A dialogue has no name; write `name:` with what it shows."),
        ("dialogues:\n- name: one\n", "flow.test.yaml:2:3: dialogue 'one' has no turns; write `turns:` with a list"),
        (HEAD + "  - rowboat: hello\n", "flow.test.yaml:4:5: A turn is never 'rowboat'; write 'robot' instead."),
        (HEAD + "  - silent\n", "flow.test.yaml:4:5: A turn is never 'silent'; write 'silence' instead."),
        (HEAD + "  - {robot: a, caller: b}\n", "flow.test.yaml:4:5: A turn has two parts, robot or caller; write an"),
        (HEAD + "  - keys: 042\n", "flow.test.yaml:4:11: `keys` is '42'; write it in quotes."),
        (HEAD + "  - keys: twelve\n", "flow.test.yaml:4:11: 'twelve' are no keys of a telephone; write 0-9, * and #"),
        (HEAD + "  - robot: /(/\n", "flow.test.yaml:4:12: /(/ is no regular expression (missing ), unterminated"),
        (HEAD + "  - caller: {words: hi}\n", "flow.test.yaml:4:14: `caller` has no 'words'; write text, confidence"),
        (HEAD + "  - caller: {text: hi, confidence: 2}\n", "'confidence' is '2'; write a number from 0 to 1 instead."),
        (HEAD + "  - expect: {stepp: a}\n", "flow.test.yaml:4:14: `expect` has no 'stepp'; write 'step' instead."),
        (HEAD + "  - silence\n  language: fr\n", "flow.test.yaml:5:13: The flow doesn't speak 'fr'; write en or zh"),
        (HEAD + "  - silence\n  begin: {at: noon}\n", "'at' is no moment; write one like 2026-11-23T10:00:00+00:00."),
        (HEAD + "  - silence\n  begin: {caller: 049}\n", "'caller' is '49'; write it in quotes."),
        (HEAD + "  - silence\n  look_ups: [{way: GET}]\n", "a look-up has no 'way'; write"),
        (HEAD + "  - silence\n  articles: [{id: a}]\n", "An article has no short; write `short:`."),
        (
            HEAD + "  - silence\n- name: one\n  turns: []\n",
            "5:3: There are two dialogues 'one'; give one of them another",
        ),
        ("dialogues: [\n", "This is no YAML"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_with_line_column_and_remedy(text, complaint):
    assert any(complaint in one for one in complaints(text)), complaints(text)


def test_a_moment_keeps_its_offset_and_a_number_its_plus():
    text = HEAD + '  - silence\n  begin: {caller: "+861012345678", at: 2026-11-23T10:00:00+08:00}\n'
    (golden,) = loads(text, ("en",))
    assert (golden.caller, golden.at.isoformat()) == ("+861012345678", "2026-11-23T10:00:00+08:00")


def test_a_caller_is_words_or_words_with_their_circumstances():
    (golden,) = loads(HEAD + "  - caller: 你好\n  - caller: {text: no, anger: 0.9}\n  - keys: 12\n", ("en", "zh"))
    first, second, keys = golden.turns
    assert isinstance(first, Caller)
    assert isinstance(second, Caller)
    assert isinstance(keys, Keys)
    assert (first.text, second.anger, keys.keys) == ("你好", 0.9, "12")


def test_dialogues_stand_beside_their_flow(tmp_path):
    assert beside(tmp_path / "shop.yaml") == tmp_path / "shop.test.yaml"
    assert flow_of(tmp_path / "shop.test.yaml") == tmp_path / "shop.yaml"
