"""One broken flow a complaint, in English and in Chinese: line, column and remedy."""

import pytest

from dialplans.checker import check
from dialplans.complaint import FlowRefused
from dialplans.loader import SHIPPED, load, loads

SOUND = """\
languages: [LANG]
variables: [bill]
commands: {goodbye: bye}
calendars: {office: {hours: {mon-fri: 09:00-18:00}}}
systems: {shop: {url: "http://127.0.0.1:1"}}
slots: {city: {type: list, entries: {beijing: [北京, Beijing], shanghai: [上海, Shanghai]}}}
intents:
  hours: {examples: [ONE, TWO]}
flows: {sub: {steps: [{step: x, say: "HELLO {{ name }}"}]}}
steps:
- step: main
  ask: HELLO
  intents: {hours: look}
  slots: [city]
  otherwise: bye
- step: look
  call: shop
  result: {state: $.state}
  on_error: bye
- step: choose
  branch:
  - {open: office, goto: tell}
  - {when: city, equals: beijing, goto: tell}
  goto: tell
- step: tell
  say: "HELLO {{ state | upper }} {{ bill.amount }} {{ office.opens | datetime }}"
- step: inner
  run: sub
  with: {name: "{{ city }}"}
- step: again
  goto: main
- step: bye
  hangup: HELLO
"""
SAME = "{1: {say: ONE, goto: bye}, 2: {say: ONE, goto: bye}}"
WORDS = {
    "en": {"HELLO": "Hello", "ONE": "When are you open?", "TWO": "What are your hours?"},
    "zh": {"HELLO": "您好", "ONE": "你们几点开门", "TWO": "营业时间是什么"},
}


def complaints(text, language, **more):
    for name, words in WORDS[language].items():
        text = text.replace(name, words)
    try:
        return [str(one) for one in check(loads(text.replace("LANG", language), "x.yaml"), **more)]
    except FlowRefused as refused:
        return [str(one) for one in refused.complaints]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("goto: main", "goto: man", "x.yaml:31:9: There is no step 'man'; write 'main' instead."),
        ("{goodbye: bye}", "{goodbye: by}", "x.yaml:3:21: There is no step 'by'; write 'bye' instead."),
        ("variables: [bill]", "variables: [bill]\nhuman: {to: peron}", "x.yaml:3:13: There is no step 'peron'; write"),
        ("intents: {hours: look}", "intents: {hour: look}", "x.yaml:11:3: There is no intent 'hour'; write 'hours'"),
        ("  slots: [city]", "  slots: [citi]", "x.yaml:11:3: There is no slot 'citi'; write 'city' instead."),
        ("  slots: [city]", "  slots: [city]\n  prompts: {town: HELLO}",
         "x.yaml:11:3: There is no slot 'town' in question 'main'; write city instead."),
        ("[ONE, TWO]", "[ONE, TWO], slots: [town]", "x.yaml:8:3: There is no slot 'town'; write city instead."),
        ("open: office", "open: offise", "x.yaml:20:3: There is no calendar 'offise'; write 'office' instead."),
        ("equals: beijing", "equals: bejing",
         "x.yaml:20:3: Slot 'city' never is 'bejing', in step 'choose'; write 'beijing' instead."),
        ("call: shop", "call: shoop", "x.yaml:16:3: There is no system 'shoop'; write 'shop' instead."),
        ("run: sub", "run: subb",
         "x.yaml:27:3: There is no flow 'subb', in `flows:` or as subb.yaml beside this file; write 'sub' instead."),
        ("run: sub", "run: other",
         "There is no flow 'other', in `flows:` or as other.yaml beside this file; write it under one of these."),
        ("  with: {name", "  results: {found: found}\n  with: {name",
         "x.yaml:27:3: Flow 'sub' gives no 'found' back; write `return:` there with what it found."),
        ("url: \"http://127.0.0.1:1\"", "url: shop.example",
         "x.yaml:5:17: The address of system 'shop' is 'shop.example'; begin it with https:// or http://."),
        ("call: shop", "call: shop\n  path: orders", "x.yaml:16:3: Path 'orders' would run into the address; begin it"),
        ("call: shop", "call: shop\n  path: /orders/{city}",
         "x.yaml:16:3: Path '/orders/{city}' has a lone brace; write a value as {{ name }}."),
        ("{when: city, equals: beijing, goto", "{when: city == beijing, goto",
         "x.yaml:23:5: 'city == beijing' is no variable; write `when: city` and beside it equals, one_of"),
        ("{when: city, equals: beijing, goto", "{when: caller, starts: +4479, goto",
         "x.yaml:23:28: A plus before 4479 is lost where it stands without quotes; write them."),
        ("- step: tell\n", "- step: tell\n  collect: HELLO\n  slot: cita\n  otherwise: bye\n- step: told\n",
         "x.yaml:25:3: There is no slot 'cita'; write 'city' instead, or its `type:` or `digits:`."),
        ("hangup: HELLO", "transfer: +442079460000\n  unavailable: HELLO",
         "x.yaml:33:13: A plus before 442079460000 is lost where it stands without quotes; write them."),
        ("hangup: HELLO", "transfer: “1001”\n  unavailable: HELLO",
         "x.yaml:33:13: 'transfer' of step 'bye' is “1001”; '“' isn't the sign that is meant here; write '\"' "),
        ("[ONE, TWO]", "[ONE, TWO], patterns: ['(a']",
         "'(a' is no regular expression: missing ), unterminated subpattern at position 0; write one, or"),
        ("- step: tell\n", "- step: tell\n  survey: HELLO\n  least: 5\n  most: 5\n  otherwise: bye\n- step: told\n",
         "x.yaml:25:3: No rating is from 5 to 5; write a `most:` above `least:`."),
        ("- step: tell\n", "- step: tell\n  menu: HELLO\n  options: {}\n  otherwise: bye\n- step: told\n",
         "x.yaml:27:12: 'options' are none; write a key for each answer."),
        ("- step: tell\n",
         f"- step: tell\n  menu: HELLO\n  options: {SAME}\n  otherwise: bye\n- step: told\n",
         "is said for option 1 already; say something else for option 2."),
        ("| upper", "| uper", "x.yaml:25:3: There is no filter 'uper' ({{ state | uper }} in step 'tell'); write"),
        ("{{ state |", "{{ sate |", "x.yaml:25:3: Nothing sets 'sate' (in step 'tell'); write 'state' instead, or"),
        ("variables: [bill]\n", "", "x.yaml:24:3: Nothing sets 'bill.amount' (in step 'tell')"),
        ("office.opens", "office.ends", "x.yaml:25:3: Nothing sets 'office.ends' (in step 'tell')"),
        ("{when: city,", "{when: town,", "x.yaml:20:3: Nothing sets 'town' (in step 'choose')"),
        ('with: {name: "{{ city }}"}', "with: {}", "x.yaml:9:23: Nothing sets 'name' (in step 'x')"),
        ("  otherwise: bye\n", "", "x.yaml:11:3: Question 'main' has no way out after 3 attempts; write `otherwise:"),
        ("  intents: {hours: look}\n  slots: [city]\n", "",
         "x.yaml:11:3: Question 'main' takes no answer; write `intents:` or `digits:`."),
        ("[ONE, TWO]", "[ONE]", "x.yaml:8:3: Intent 'hours' has fewer than 2 examples in LANG; five are good."),
        ("flows: {sub", "  other: {examples: [ONE, TWO]}\nflows: {sub",
         "x.yaml:9:3: Intent 'other' is used nowhere; use it or delete it."),
        ("- step: bye", "- step: lost\n  say: HELLO\n- step: bye",
         "x.yaml:32:3: Step 'lost' is never reached; lead to it with `goto`, or delete it."),
        ("goto: main", "goto: inner", "x.yaml:27:3: Step 'inner' leads back to itself without a question; change it."),
        ("languages: [LANG]", "languages: [LANG]\nvoices: {fr: joe}",
         "x.yaml:1:1: `voices:` has 'fr', which the flow doesn't speak; write LANG instead."),
    ],
)  # fmt: skip
def test_every_fault_is_said_with_its_place_and_remedy(language, right, wrong, complaint):
    assert right in SOUND
    assert complaints(SOUND, language) == []
    found = complaints(SOUND.replace(right, wrong, 1), language)
    assert any(complaint.replace("LANG", language) in one for one in found), found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_circle_without_an_exit_is_named_with_its_steps(language):
    text = "languages: [LANG]\nsteps:\n- step: a\n  ask: HELLO\n  digits: {1: b}\n  otherwise: b\n- step: b\n  ask: HELLO\n  digits: {1: a}\n  otherwise: a\n"  # noqa: E501
    (found,) = complaints(text, language)
    assert found.startswith("x.yaml:3:3: From step 'a' no way leads to an end: it and 'b' lead to each other only; let")
    assert found.endswith("let one lead to a `hangup`, or write `commands: {goodbye: STEP}`.")
    assert complaints(text.replace("otherwise: a", "otherwise: c") + "- step: c\n  hangup:\n", language) == []
    with_command = text.replace("steps:", "commands: {goodbye: c}\nsteps:") + "- step: c\n  hangup:\n"
    assert complaints(with_command, language) == []


SIMILAR = """\
languages: [LANG]
intents:
  buy: {examples: [A1, A2, A3]}
  rent: {examples: [A1, A2, B3]}
steps:
- step: a
  ask: HELLO
  intents: {buy: b, rent: b}
  otherwise: b
- step: b
  hangup:
"""


@pytest.mark.parametrize(
    ("language", "one", "two", "three", "other"),
    [
        ("en", "I want a bike", "can I have a bike", "a bike please", "I would like a bike"),
        ("zh", "我想要一辆自行车", "能给我一辆自行车吗", "来一辆自行车", "我要自行车"),
    ],
)
def test_intents_that_examples_cant_tell_apart_are_named_where_they_are_asked_together(
    language, one, two, three, other
):
    text = SIMILAR.replace("A1", one).replace("A2", two).replace("A3", three).replace("B3", other)
    (found, *_) = complaints(text, language, thorough=True)
    assert found.startswith("x.yaml:3:3: Intent 'buy' can't be told from 'rent' by")
    assert found.endswith("write other examples, or make one intent of the two.")
    assert complaints(text, language) == []
    apart = text.replace("rent: b}", "rent: b}\n  slots: []").replace("{buy: b, rent: b}", "{buy: c}")
    apart += "- step: c\n  ask: HELLO\n  intents: {rent: b}\n  otherwise: b\n"
    assert complaints(apart, language, thorough=True) == []


def test_a_sound_that_is_not_beside_the_flow_is_named_before_anybody_publishes_it(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text("steps:\n- step: jingle\n  play: jingle.wav\n- step: bye\n  hangup:\n")
    (found,) = check(load(path, "shop.yaml"), thorough=True)
    assert str(found).startswith("shop.yaml:2:3: Step 'jingle' plays 'jingle.wav', which is not beside the flow; ")
    (tmp_path / "jingle.wav").write_bytes(b"RIFF")
    assert check(load(path, "shop.yaml"), thorough=True) == []


def test_a_language_that_nothing_speaks_and_a_voice_that_is_not_there_are_named():
    voices = {"en": ("joe",), "zh": ()}
    assert complaints(SOUND, "en", spoken=voices) == []
    assert "Nothing speaks 'zh' here, so its prompts are silent; see `hotline doctor`" in complaints(
        SOUND, "zh", spoken=voices
    )[0]  # fmt: skip
    wanted = SOUND.replace("variables", "voices: {en: jo}\nvariables")
    assert complaints(wanted, "en", spoken=voices) == [
        "x.yaml:1:1: There is no voice 'jo' for 'en'; write joe instead."
    ]


@pytest.mark.parametrize("name", sorted(p.stem for p in SHIPPED.glob("*.yaml") if not p.stem.endswith(".test")))
def test_the_shipped_flows_have_no_fault(name):
    assert check(load(SHIPPED / f"{name}.yaml"), thorough=True) == []
