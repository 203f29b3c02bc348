"""The flows that a company starts from: in order, bilingual, and true to the dialogues beside them."""

from datetime import datetime

import pytest

from dialplans import golden, golden_command, golden_file
from dialplans.checker import check
from dialplans.exchange import Handover
from dialplans.loader import SHIPPED, load
from dialplans.prompts import prompts
from tests.unit.dialplans.play import Play

READY = (
    "reception", "order_status", "appointment", "payment_reminder", "offer", "satisfaction_survey", "out_of_hours",
    "leave_message", "after_agent",
)  # fmt: skip


@pytest.mark.parametrize("name", READY)
def test_a_ready_flow_is_in_order(name):
    assert [str(complaint) for complaint in check(load(SHIPPED / f"{name}.yaml"))] == []


@pytest.mark.parametrize("name", READY)
def test_a_ready_flow_has_its_golden_dialogues(name):
    report = golden_command.tested(SHIPPED / f"{name}.yaml")
    assert report.good, "\n".join(golden_command.lines(report))
    assert len(report.outcomes) >= 10


@pytest.mark.parametrize("name", READY)
def test_a_ready_flow_is_tried_in_both_languages(name):
    dialogues = golden_file.load(SHIPPED / f"{name}.test.yaml", ("en", "zh"))
    spoken = [one.language for one in dialogues]
    assert spoken.count("zh") >= 4
    assert spoken.count("en") >= 4


def test_every_flow_that_is_shipped_is_a_ready_flow():
    shipped = {path.stem for path in SHIPPED.glob("*.yaml") if not path.name.endswith(golden_file.ENDING)}
    assert shipped == set(READY)


def test_each_of_the_five_ways_to_a_human_is_in_a_golden_dialogue():
    reasons = set()
    for name in READY:
        for one in golden_file.load(SHIPPED / f"{name}.test.yaml", ("en", "zh")):
            handovers = [turn for turn in one.turns if isinstance(turn, golden.HandsOver)]
            reasons |= {turn.particulars.get("reason") for turn in handovers}
    assert {"asked", "no-match", "tag", "rating", "anger"} <= reasons


@pytest.mark.parametrize("name", READY)
def test_no_ready_flow_says_a_sentence_too_long_for_the_ear(name):
    """A reception may advertise, once; all else is short."""
    long = [prompt.text for prompt in prompts(load(SHIPPED / f"{name}.yaml")) if len(prompt.text) > 220]
    assert len(long) <= (1 if name == "reception" else 0), long


CALENDAR = """
flow: hours
languages: [en, zh]
calendars: {office: {hours: {mon-fri: 09:00-18:00}}}
steps:
  - step: told
    say: {en: "Back {{ office.opens | datetime }}.", zh: "{{ office.opens | datetime }}恢复营业。"}
  - step: end
    hangup: {en: "Until {{ office.closes | time }}.", zh: "到{{ office.closes | time }}。"}
"""


@pytest.mark.parametrize(
    ("language", "at", "told"),
    [
        ("en", "2026-11-22T20:00+08:00", "Back tomorrow at nine A M. Until ."),
        ("zh", "2026-11-20T20:00+08:00", "十一月二十三号星期一上午九点恢复营业。 到。"),
        ("en", "2026-11-23T10:00+08:00", "Back tomorrow at nine A M. Until six P M."),
    ],
)
def test_a_calendar_says_when_it_opens_and_closes(language, at, told):
    assert Play(CALENDAR, language, wall=datetime.fromisoformat(at)).heard == told


def test_a_customer_with_a_tag_goes_to_a_human_who_is_told_why():
    play = Play(load(SHIPPED / "order_status.yaml"), customer={"name": "Ann", "tag": "vip"})
    (handover,) = play.of(Handover)
    assert (handover.target, handover.reason) == ("orders", "tag")


@pytest.mark.parametrize(
    ("language", "wish", "answer", "told"),
    [
        (
            "en",
            "I need my bike fixed on Tuesday morning",
            "yes, but at eleven",
            "changed that to eleven A M. So that's",
        ),
        ("en", "I need my bike fixed on Tuesday morning", "yes, at eleven", "changed that to eleven A M. So that's"),
        ("zh", "周二上午修车", "对，十一点", "好的，已经改成上午十一点。 为您预约"),
    ],
)
def test_an_hour_said_with_the_yes_to_a_doubted_appointment_is_the_hour(language, wish, answer, told):
    play = Play(load(SHIPPED / "appointment.yaml"), language)
    play.says(wish)
    assert (play["time"], play.question.kind) == ("10:00", "yes_no")
    assert told in play.says(answer)
    assert (play["day"], play["time"], play["service"]) == ("2026-11-24", "11:00", "repair")
