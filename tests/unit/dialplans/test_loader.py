import pytest

from asr_tts.marks import WAY_OUT
from dialplans.checker import check
from dialplans.complaint import FlowRefused
from dialplans.loader import load, loads
from dialplans.routing import SHIPPED
from dialplans.verbs.ask import AskStep
from dialplans.verbs.collect import CollectStep
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.menu import MenuStep

GOOD = """\
flow: shop
languages: [en]
commands: {goodbye: bye}
intents:
  hours:
    examples: [When are you open?, What are your hours?]
steps:
  - step: main
    ask: How can I help you?
    intents: {hours: hours}
    otherwise: bye
  - step: hours
    say: From nine to six.
    goto: main
  - step: bye
    hangup: Goodbye.
"""

COLON = "'：' isn't the sign that is meant here; write ':' and a space instead."


def complaints(text):
    try:
        return [str(one) for one in check(loads(text, "flows/x.yaml"))]
    except FlowRefused as refused:
        return [str(one) for one in refused.complaints]


def test_a_good_flow_has_no_complaints():
    assert complaints(GOOD) == []
    flow = loads(GOOD)
    assert flow.first == "main"
    assert isinstance(flow.steps["main"], AskStep)
    assert len(flow.version) == 12


def test_the_shipped_flow_is_in_order():
    flow = load(SHIPPED / "reception.yaml")
    assert check(flow) == []
    assert isinstance(flow.steps["order_number"], CollectStep)
    assert isinstance(flow.steps["keypad"], MenuStep)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("    say: From nine to six.", "    sya: From nine to six.",
         "flows/x.yaml:13:5: Step 'hours': verb 'sya' is unknown; write 'say' instead."),
        ("otherwise: bye", "otherwise: by",
         "flows/x.yaml:11:16: There is no step 'by'; write 'bye' instead."),
        ("    otherwise: bye\n", "    barge_inn: true\n    otherwise: bye\n",
         "flows/x.yaml:11:5: step 'main' (ask) has no 'barge_inn'; write 'barge_in' instead."),
        ("    otherwise: bye\n", "    max_attempts: many\n    otherwise: bye\n",
         "flows/x.yaml:11:19: 'max_attempts' is 'many'; write a number from 1 to 10 instead."),
        ("    otherwise: bye\n", "    barge_in: perhaps\n    otherwise: bye\n",
         "flows/x.yaml:11:15: 'barge_in' is 'perhaps'; write true or false instead."),
        ("{hours: hours}", "{ours: hours}",
         "flows/x.yaml:8:5: There is no intent 'ours'; write 'hours' instead."),
        ("    otherwise: bye\n", "",
         "flows/x.yaml:8:5: Question 'main' has no way out after 3 attempts; write `otherwise: STEP`."),
        ("languages: [en]", "languages: [en, zh]",
         "flows/x.yaml:9:10: 'ask' of step 'main' is said in one language only; write {en: …, zh: …} instead."),
        ("languages: [en]", "languages: [en, fr]",
         "flows/x.yaml:2:17: Language 'fr' is not spoken here; write en or zh instead."),
        ("steps:\n", "steps:\n  - step: lost\n    say: Hello.\n    goto: lost2\n  - step: lost2\n    goto: lost\n",
         "flows/x.yaml:8:5: Step 'lost' leads back to itself without a question; change it."),
        ("  - step: bye", "  - step: never\n    say: Nobody gets here.\n  - step: bye",
         "flows/x.yaml:15:5: Step 'never' is never reached; lead to it with `goto`, or delete it."),
        ("languages: [en]", "languages: [en]\nlanguage: detect",
         "flows/x.yaml:3:11: There is only one language to detect; name several in `languages:`, or delete this line."),
        ("    otherwise: bye\n", "    language: detect\n    otherwise: bye\n",
         "flows/x.yaml:11:15: There is only one language to detect; name several in `languages:`, or "),
        ("    otherwise: bye\n", "    language: zh\n    otherwise: bye\n",
         "flows/x.yaml:11:15: `language` is never 'zh' here; write `language: detect`, or a step `set: {langu"),
        ("    say: From nine to six.", "    say: From nine to six.\n    language: detect",
         "flows/x.yaml:14:5: step 'hours' (say) has no 'language'; write "),
        ("    goto: main\n", "    goto: main\n    play: x.wav\n",
         "flows/x.yaml:15:5: Step 'hours' has two verbs, say and play; write a step for each."),
        ("    examples: [When are you open?, What are your hours?]", "    examples: [When are you open?]",
         "flows/x.yaml:5:3: Intent 'hours' has fewer than 2 examples in en; five are good."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place_and_what_to_write_instead(old, new, complaint):
    assert old in GOOD
    found = complaints(GOOD.replace(old, new))
    assert any(one.startswith(complaint) for one in found), found


@pytest.mark.parametrize(
    ("text", "place", "mark"),
    [
        ("From <brake 500ms/> nine to six.", "13:10", "<brake 500ms/>"),
        ("From <break/> nine to six.", "13:10", "<break/>"),
        ("From <emphasis>nine to six.", "13:10", "<emphasis>"),
        ("\n      en: From nine <b>to six.", "14:11", "<b>"),
    ],
)
def test_what_looks_like_a_mark_and_is_none_is_named_where_its_text_stands(text, place, mark):
    sentence = f"'{mark}' is no mark and is not said; {WAY_OUT}."
    assert complaints(GOOD.replace("From nine to six.", text)) == [f"flows/x.yaml:{place}: {sentence}"]


@pytest.mark.parametrize(
    "text", ["<break 500ms/> Nine.", "<emphasis>Nine</emphasis>", "It's <spell>AB12</spell>", "3 < 4"]
)
def test_marks_that_there_are_bring_no_complaint(text):
    assert complaints(GOOD.replace("From nine to six.", text)) == []


def test_of_each_language_the_text_with_the_mark_is_named():
    both = GOOD.replace("[en]", "[en, zh]").replace("From nine to six.", "{en: Nine., zh: <b>九点。}")
    found = [one for one in complaints(both) if "is no mark" in one]
    assert found == [f"flows/x.yaml:13:26: '<b>' is no mark and is not said; {WAY_OUT}."]


def test_a_pause_that_would_be_cut_is_named_with_the_longest_there_is():
    [found] = complaints(GOOD.replace("From nine to six.", "One <break 30s/> moment."))
    assert found == (
        "flows/x.yaml:13:10: '<break 30s/>' is longer than 10 s, the longest pause of one break, and would be cut; "
        "write <break 10s/>, or several in a row."
    )


def test_a_question_that_hears_no_words_detects_no_language():
    flow = """\
languages: [en, zh]
steps:
  - step: which
    menu: {en: "Press 1.", zh: 请按一。}
    options: {1: {goto: bye}}
    speech: false
    language: detect
    otherwise: bye
  - step: bye
    hangup: {en: Goodbye., zh: 再见。}
"""
    assert [one.partition(": ")[2] for one in complaints(flow)] == [
        "step 'which' (menu) hears no words, so it can't detect a language; delete `language:` or `speech:`."
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("[en]", "【en】", "2:12: 'languages' is '【en】'; '【' isn't the sign that is meant here; write '[' instead."),
        ("[en]", "en",
         "2:12: 'languages' is 'en'; write a list ([one, two], or a line for each with a dash before it) instead."),
        ("From nine to six.", "{en: Nine, zh: 九}",
         "13:21: 'say' of step 'hours' has 'zh', which the flow doesn't speak; add it to `languages:`, or delete it."),
        ("From nine to six.", "{en: Hello, Sir.}",
         "13:22: 'say' of step 'hours' has no 'Sir.'; put a text with a comma into \"quotes\"."),
        ("From nine to six.", "{en：9}", f"13:11: 'say' of step 'hours' has no 'en：9'; {COLON}"),
        ("From nine to six.", "{{ day }}",
         "13:11: 'say' of step 'hours' begins with a brace or bracket; put the text into \"quotes\"."),
        ("From nine to six.", '"From { nine }."',
         "13:10: '{' stands alone and would be read out; write a value as {{ name }}."),
        ("From nine to six.", '"From {{ nine } to six."',
         "13:10: '{' stands alone and would be read out; write a value as {{ name }}."),
        ("From nine to six.", '"From ｛｛nine｝｝."',
         "13:10: '｛' stands alone and would be read out; write a value as {{ name }}."),
    ],
)  # fmt: skip
def test_what_was_meant_for_yaml_or_a_template_and_is_none_is_told_by_how_to_write_it(old, new, found):
    told = complaints(GOOD.replace(old, new, 1))
    assert told[-1] == f"flows/x.yaml:{found}"
    assert [one for one in told[:-1] if "lacks en" not in one] == []


def test_a_number_with_leading_zeros_keeps_them():
    flow = loads(GOOD.replace("    hangup: Goodbye.", "    transfer: 0049301234\n    unavailable: Nobody is there."))
    bye = flow.steps["bye"]
    assert isinstance(bye, HandoverStep)
    assert bye.target == "0049301234"


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file():
    bad = GOOD.replace("otherwise: bye", "otherwise: [bye]").replace("hangup: Goodbye.", "hangup: {fr: Au revoir}")
    found = complaints(bad)
    assert len(found) >= 2
    assert found == sorted(found, key=lambda one: int(one.split(":")[1]))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("steps: [", "This is no YAML"),
        ("- a list", "steps"),
        ("flow: x", "The flow has no steps; write `steps:` with a list of them."),
        ("steps: []", "The flow has no steps; write at least one."),
        ("steps: [{say: hello}]", "A step has no name; write `step: NAME` first."),
        ("steps: [{step: a, menu: hi, otherwise: a}]", "has no options; write `options:` with a key for each."),
        ("steps: [{step: a, collect: hi, otherwise: a}]", "doesn't say where the digits go; write `slot: NAME`."),
        ("steps: [{step: a, transfer: desk}]", "write `unavailable:`"),
        ("steps: [{step: a, hangup: }]\nsteps: []", "This is no YAML"),
    ],
)
def test_what_is_no_flow_is_refused_with_a_sentence(text, complaint):
    assert any(complaint in one for one in complaints(text)), complaints(text)


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path):
    path = tmp_path / "gbk.yaml"
    path.write_bytes("flow: x\nsteps:\n  - step: 你好\n".encode("gbk"))
    with pytest.raises(FlowRefused, match=r"gbk.yaml:3:1: The file is not UTF-8"):
        load(path, "gbk.yaml")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FlowRefused, match="can't be read"):
        load(tmp_path / "none.yaml")
