"""Shifts tell who should be ready, and a queue knows when nobody will come."""

from datetime import UTC, datetime, time
from time import process_time

import pytest

from dialplans.calendars import Calendar
from queues.plan import Agent, Need, Plan, Queue, Relax, Shift
from queues.staffing import able, is_open, next_shift, nobody_will_come, on_shift, should_be_ready

ANNA = Agent("201", "Anna", skills={"billing": 5}, team="day")
BO = Agent("202", "Bo", skills={"tech": 9}, team="night")
WEEK = tuple(range(5))
DAY = Shift(team="day", weekdays=WEEK, start=time(9), end=time(17))
NIGHT = Shift(agent="202", weekdays=WEEK, start=time(22), end=time(6))
BILLING = Queue("billing", needs=(Need("billing", 3),))


def plan(*queues, shifts=(DAY, NIGHT), **calendars):
    return Plan({"201": ANNA, "202": BO}, {queue.name: queue for queue in queues}, calendars, tuple(shifts))


def at(day, hour, minute=0):
    """Of November 2026: the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(("moment", "names"), [
    (at(20, 8, 59), []),
    (at(20, 9), ["201"]),
    (at(20, 17), []),
    (at(20, 23), ["202"]),
    (at(21, 5, 59), ["202"]),
    (at(21, 9), []),
])  # fmt: skip
def test_a_shift_begins_and_ends_and_reaches_over_midnight(moment, names):
    assert [agent.extension for agent in should_be_ready(plan(), moment)] == names


def test_a_shift_has_its_own_time_zone():
    shift = Shift(agent="201", weekdays=WEEK, timezone="Asia/Shanghai")
    assert on_shift(ANNA, [shift], at(20, 1))
    assert not on_shift(ANNA, [shift], at(20, 9))


def test_a_shift_of_one_date_holds_on_that_date_only():
    shift = Shift(agent="201", days=(at(21, 0).date(),))
    assert on_shift(ANNA, [shift], at(21, 10))
    assert not on_shift(ANNA, [shift], at(22, 10))


def test_the_next_shift_is_found_over_the_weekend():
    assert next_shift(ANNA, [DAY], at(20, 12)) == at(23, 9)
    assert next_shift(BO, [DAY], at(20, 12)) is None


def test_able_is_who_has_the_skill_at_the_level_that_will_do_in_the_end():
    need = Queue("hard", needs=(Need("billing", 9, (Relax(60, 5),)),))
    assert able(ANNA, need)
    assert not able(BO, need)
    assert able(BO, Queue("any", needs=(Need("billing", 9, (Relax(60, 0),)),)))
    assert not able(Agent("203", "C", skills={"billing": 9}, enabled=False), need)


def test_somebody_comes_as_long_as_an_able_agent_is_logged_in():
    assert not nobody_will_come(plan(shifts=()), BILLING, ["201"], at(21, 3))
    assert nobody_will_come(plan(shifts=()), BILLING, ["202"], at(21, 3))
    assert nobody_will_come(plan(shifts=()), BILLING, [], at(21, 3))


def test_whoever_is_on_shift_is_expected_even_before_logging_in():
    assert not nobody_will_come(plan(), BILLING, [], at(20, 9, 1))


def test_a_shift_within_four_hours_lets_hope_where_the_queue_has_no_hours():
    assert not nobody_will_come(plan(), BILLING, [], at(20, 5, 1))
    assert nobody_will_come(plan(), BILLING, [], at(20, 4, 59))


def test_a_shift_after_closing_time_brings_nobody():
    late = Queue("billing", needs=BILLING.needs, hours="office")
    office = Calendar("UTC", {4: ((time(4), time(8)),)})
    assert nobody_will_come(plan(late, office=office), late, [], at(20, 7, 30))
    longer = Calendar("UTC", {4: ((time(4), time(12)),)})
    assert not nobody_will_come(plan(late, office=longer), late, [], at(20, 4))


def test_a_queue_without_hours_is_always_open():
    office = Calendar("UTC", {4: ((time(9), time(17)),)})
    known = plan(office=office)
    assert is_open(known, BILLING, at(21, 3))
    timed = Queue("billing", hours="office")
    assert [is_open(known, timed, at(20, hour)) for hour in (8, 9, 17)] == [False, True, False]


def test_a_night_shift_that_began_yesterday_counts_until_it_ends():
    tech = Queue("tech", needs=(Need("tech"),))
    assert not nobody_will_come(plan(tech), tech, [], at(21, 5, 59))
    assert nobody_will_come(plan(tech), tech, [], at(21, 6))


def test_thousands_of_agents_are_looked_at_in_a_moment():
    agents = {str(n): Agent(str(n), str(n), skills={"billing": 5}, team=f"t{n % 50}") for n in range(5000)}
    shifts = tuple(Shift(team=f"t{n}", weekdays=WEEK, start=time(9), end=time(17)) for n in range(50))
    known = Plan(agents, {}, {}, shifts)
    began = process_time()
    for _ in range(10):
        assert nobody_will_come(known, BILLING, [], at(21, 12))
    assert process_time() - began < 1.0, "ten looks at 5,000 agents"
