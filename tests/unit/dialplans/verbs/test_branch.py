from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dialplans.complaint import FlowRefused
from dialplans.loader import loads
from tests.unit.dialplans.play import Play

FLOW = """
languages: [en, zh]
calendars:
  office: {{timezone: Asia/Shanghai, hours: {{mon-fri: 09:00-18:00}}, holidays: CN}}
steps:
  - step: known
    set: {{name: Ada, total: 12.5, count: 3, day: 2026-12-24, order.state: sent, tags: [new, vip], done: false}}
  - step: which
    branch:
      - {condition}
  - step: otherwise
    hangup: {{en: "no", zh: "no"}}
  - step: yes
    hangup: {{en: "yes", zh: "yes"}}
"""


def holds(condition, language="en", wall=None, **more):
    flow = FLOW.format(condition="{" + condition + ", goto: 'yes'}")
    return Play(flow, language, **({"wall": wall} if wall else {}), **more).heard == "yes"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("when: name, equals: Ada", True),
        ("when: name, equals: Bob", False),
        ("when: count, equals: 3", True),
        ("when: done, equals: false", True),
        ("when: nobody, equals: Ada", False),
        ("when: order.state, equals: sent", True),
        ("when: customer.plan, equals: gold", True),
        ("when: customer.plan, one_of: [silver, gold]", True),
        ("when: tags, one_of: [vip]", True),
        ("when: name, one_of: [Bob, Eve]", False),
        ("when: name, starts: A", True),
        ("when: caller, starts: '555'", True),
        ("when: total, above: 12", True),
        ("when: total, below: '12.5'", False),
        ("when: total, above: 100", False),
        ("when: day, above: 2026-12-01", True),
        ("when: day, below: 2026-12-01", False),
        ("when: now, above: 2026-11-20", True),
        ("when: name, above: 3", False),
        ("when: nobody, above: 3", False),
        ("when: name", True),
        ("when: nobody", False),
        ("when: done", False),
        ("when: name, exists: true", True),
        ("when: nobody, exists: true", False),
        ("when: nobody, exists: false", True),
        ("all: [{when: name, equals: Ada}, {when: count, above: 2}]", True),
        ("all: [{when: name, equals: Ada}, {when: count, above: 3}]", False),
        ("any: [{when: name, equals: Bob}, {when: count, above: 2}]", True),
        ("any: []", False),
        ("not: {when: name, equals: Bob}", True),
        ("not: {any: [{when: name}]}", False),
        ("language: en", True),
        ("language: zh", False),
    ],
)
def test_a_condition(condition, expected):
    assert holds(condition, customer={"plan": "gold"}) is expected


@pytest.mark.parametrize(
    ("wall", "is_open"),
    [
        ("2026-11-20T10:00+08:00", True),
        ("2026-11-20T19:00+08:00", False),
        ("2026-11-21T10:00+08:00", False),
        ("2026-10-10T10:00+08:00", True),  # a Saturday that is worked for a holiday
        ("2026-11-20T10:00+00:00", False),
    ],
)
def test_a_calendar_is_asked_at_the_time_of_the_call(wall, is_open):
    moment = datetime.fromisoformat(wall).astimezone(ZoneInfo("UTC"))
    assert holds("open: office", wall=moment) is is_open
    assert holds("closed: office", wall=moment) is not is_open


@pytest.mark.parametrize(
    ("when", "is_open"),
    [("2026-11-24T15:00", True), ("2026-11-24T18:30", False), ("2026-11-22T15:00", False), ("soon", False)],
)
def test_a_calendar_is_asked_at_the_moment_of_a_value_in_its_own_time_zone(when, is_open):
    assert holds("open: office, at: customer.when", customer={"when": when}) is is_open
    assert holds("closed: office, at: customer.when", customer={"when": when}) is not is_open


def test_the_language_is_that_of_the_call_now():
    assert holds("language: zh", "zh")


@pytest.mark.parametrize(
    ("condition", "complaint"),
    [
        ("{goto: 'yes'}", "is not whole; write `when: VARIABLE` and `goto: STEP`."),
        ("{when: name, equals: Ada}", "is not whole; write `when: VARIABLE` and `goto: STEP`."),
        ("{when: name, equls: Ada, goto: 'yes'}", "has no 'equls'; write 'equals' instead."),
        ("{when: name, equals: Ada, starts: B, goto: 'yes'}", "has two tests, equals and starts; write one"),
        ("{language: fr, goto: 'yes'}", "'fr' is no language of the flow; write en or zh instead."),
    ],
)
def test_what_is_no_condition_is_named(condition, complaint):
    with pytest.raises(FlowRefused, match=complaint.replace("?", r"\?")) as refused:
        loads(FLOW.format(condition=condition))
    assert "a condition of step 'which'" in str(refused.value) or "fr" in condition
