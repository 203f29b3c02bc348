"""What an author may write besides steps, and what is said of what can't be."""

from datetime import date, time

import pytest

from dialplans.complaint import FlowRefused
from dialplans.loader import loads
from dialplans.options import options_of
from dialplans.slots import SlotKind
from dialplans.verbs.registry import STEPS, VERBS

WHOLE = """\
flow: whole
languages: [en, zh]
calendars:
  office:
    timezone: Asia/Shanghai
    hours: {mon-fri: 09:00-18:00, sat: [10:00-12:00, 13:00-14:00]}
    holidays: CN
    closed: [2026-12-24]
    open: [2026-12-27]
slots:
  order: {type: identifier, digits: 6}
  when: moment
  city: {type: list, entries: {beijing: {en: [Beijing, Peking], zh: [北京]}}}
systems:
  shop: {url: https://shop.example, headers: {Authorization: "Bearer {{ env.TOKEN }}"}, timeout_s: 3, retries: 0}
human: {to: person, asked: true, no_match: 3, tags: [vip], rating: 2, anger: 0.7}
prompts: {sorry: {en: Pardon?, zh: 嗯？}}
intents:
  order:
    called: {en: your order, zh: 查订单}
    examples: {en: [Where is my order?, My parcel], zh: [我的订单, 包裹]}
    patterns: {en: ['order \\d+']}
    slots: [order]
steps:
  - step: person
    enqueue: people
    unavailable: {en: Nobody., zh: 没人。}
"""


def refused(text):
    with pytest.raises(FlowRefused) as error:
        loads(text, "x.yaml")
    return str(error.value)


def test_every_part_of_a_flow_is_read():
    flow = loads(WHOLE)
    office = flow.calendars["office"]
    assert (office.timezone, office.country) == ("Asia/Shanghai", "CN")
    assert office.hours[5] == ((time(10), time(12)), (time(13), time(14)))
    assert (office.closed, office.opened) == (frozenset([date(2026, 12, 24)]), frozenset([date(2026, 12, 27)]))
    assert flow.slots["order"] == SlotKind.of({"type": "identifier", "digits": 6})
    assert flow.slots["when"].type == "moment"
    assert flow.systems["shop"].headers == {"Authorization": "Bearer {{ env.TOKEN }}"}
    assert flow.human is not None
    assert flow.human.to is not None
    assert (flow.human.to.step, flow.human.no_match, flow.human.tags) == ("person", 3, ("vip",))
    order = flow.intents["order"]
    assert (order.name, order.called["zh"], order.patterns, order.slots) == (
        "order", "查订单", {"en": ("order \\d+",)}, ("order",),
    )  # fmt: skip
    assert flow.operator() == flow.human.to


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("timezone: Asia/Shanghai", "timezone: Asia/Beijing", "x.yaml:5:15: There is no time zone 'Asia/Beijing'"),
        ("mon-fri: 09:00-18:00", "mon-fri: 9 to 6", "x.yaml:6:22: '9 to 6' are no opening hours"),
        ("mon-fri: 09", "weekdays: 09", "x.yaml:6:13: 'weekdays' are no days of the week"),
        ("holidays: CN", "holidays: XX", "x.yaml:7:15: No holidays are known for 'XX'"),
        ("2026-12-24", "christmas", "x.yaml:8:14: 'christmas' is no day; write it like 2026-12-24."),
        ("hours: {mon", "hurs: {mon", "x.yaml:6:5: calendar 'office' has no 'hurs'; write 'hours' instead."),
        ("when: moment", "when: momnt", "x.yaml:12:9: 'when': There is no slot type 'momnt'"),
        ("digits: 6}", "digts: 6}", "has no setting 'digts'; it takes"),
        ("url: https", "ulr: https", "x.yaml:15:10: System 'shop' has no 'ulr'; write 'url' instead."),
        ("timeout_s: 3", "timeout_s: 0", "'timeout_s' is '0'; write a number from 0.1 to 60 instead."),
        ("{to: person, asked", "{asked", "x.yaml:16:8: 'human' doesn't say where to; write `to: STEP`."),
        ("anger: 0.7", "angr: 0.7", "'human' has no 'angr'; write 'anger' instead."),
        ("{sorry: ", "{sory: ", "x.yaml:17:11: 'prompts' has no 'sory'; write 'sorry' instead."),
        ("zh: 嗯？", "en2: 嗯？", "'sorry' has no 'en2'"),
        ("called: {en: your order, zh: 查订单}", "named: x", "x.yaml:20:5: Intent 'order' has no 'named'"),
        ("enqueue: people", "enqueue: [people]", "x.yaml:26:14: 'enqueue' of step 'person' is a list; write a text"),
    ],
)
def test_a_mistake_in_any_part_is_named_with_its_place(old, new, complaint):
    assert old in WHOLE
    assert complaint in refused(WHOLE.replace(old, new))


VERB = "languages: [en]\nsteps:\n  - step: a\n    {}\n"


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ("call: shop", "step 'a' (call) doesn't say where to go when the system fails; write `on_error: STEP`."),
        ("call: shop\n    on_error: b\n    result: {x: '$.['}", "'x' is no JSON path"),
        ("call: shop\n    on_error: b\n    method: GOT", "An HTTP method is never 'GOT'; write 'GET' instead."),
        ("answer: {tag: x}", "has no 'tag'; write 'tags' instead."),
        ("record: x\n    most: 4", "step 'a' (record) has no 'most'; write 'most_s' instead."),
        ("survey: How?\n    least: -1", "'least' is '-1'; write a number from 0 to 9 instead."),
        ("ask: Well?\n    confirm_below: 70", "'confirm_below' is '70'; write a number from 0 to 1 instead."),
        ("ask: Well?\n    digits: {x: a}", "'x' is no key of a telephone; write 0-9, * or # (in quotes) instead."),
        (
            "collect: Well?\n    slot: x\n    type: {type: number, least: 5, most: 2}",
            "'least' (5) of a slot must not be",
        ),
        ("set: {language: fr}", "'fr' is no language of the flow; write en instead."),
        ("ticket: desk", "step 'a' (ticket) doesn't say what the caller hears when nobody is there"),
        ("run: x\n    wiht: {}", "step 'a' (run) has no 'wiht'; write 'with' instead."),
    ],
)
def test_a_mistake_in_a_verb_is_named_with_its_remedy(step, complaint):
    assert complaint in refused(VERB.format(step))


def test_every_verb_of_the_language_is_there_with_a_sentence_for_every_field():
    assert set(VERBS) == {
        "say", "play", "ask", "menu", "collect", "confirm", "answer", "set", "branch", "call", "enqueue", "transfer",
        "voicemail", "callback", "ticket", "record", "survey", "run", "return", "hangup", "goto",
    }  # fmt: skip
    for step in STEPS:
        for option in options_of(step).values():
            assert option.doc.endswith("."), (step, option)
            assert option.kind.words


def test_an_empty_flow_may_be_written_with_numbers_as_names():
    assert list(loads("steps:\n- step: 1\n  goto: 2\n- step: 2\n  hangup:\n").steps) == ["1", "2"]


def test_what_a_record_says_is_no_second_verb():
    assert loads(VERB.format("record: x\n    say: Speak.")).steps["a"].verbs == ("record",)
