"""What is written of a plan is read back as the same plan."""

import json
from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st

from dialplans.calendars import Calendar
from queues.plan import (
    STRATEGIES,
    Agent,
    Need,
    Overflow,
    Priority,
    Queue,
    Relax,
    ServiceLevel,
    Shift,
)
from queues.plan_reading import read_plan
from queues.plan_writing import agent_mapping, calendar_mapping, queue_mapping, shift_mapping

WORDS = st.text("abcxyz账单", min_size=1, max_size=6)
SECONDS = st.floats(0, 3600, allow_nan=False)
LEVELS = st.integers(1, 10)
AGENTS = st.builds(
    Agent,
    extension=st.text("0123456789", min_size=1, max_size=6),
    name=WORDS,
    languages=st.lists(st.sampled_from(["en", "zh", "de"]), unique=True).map(tuple),
    skills=st.dictionaries(WORDS, LEVELS, max_size=3),
    cost=SECONDS,
    capacity=st.integers(1, 5),
    team=st.just("") | WORDS,
    address=st.sampled_from(["", "sip:201@pbx.example"]),
    enabled=st.booleans(),
)
NEEDS = st.lists(WORDS, unique=True, max_size=3).flatmap(
    lambda skills: st.tuples(
        *(st.sampled_from([Need(skill, 4), Need(skill, 7, (Relax(30, 5), Relax(90.5, 0)))]) for skill in skills)
    )
)
OVERFLOWS = st.builds(
    Overflow,
    when=st.sampled_from(["full", "closed", "nobody", "waited"]),
    to=st.sampled_from(["queue:other", "number:+441234", "voicemail", "callback", "ticket", "return"]),
    after_s=SECONDS,
)
QUEUES = st.builds(
    Queue,
    name=st.text("abcxyz", min_size=1, max_size=6),
    title=st.dictionaries(st.sampled_from(["en", "zh"]), WORDS),
    needs=NEEDS,
    match_language=st.booleans(),
    any_language_after_s=SECONDS,
    hours=st.just("") | WORDS,
    size=st.integers(0, 50),
    longest_wait_s=SECONDS,
    strategy=st.sampled_from(STRATEGIES) | st.just({"ability": 2.0, "lowest-cost": 0.5}),
    priority=st.builds(Priority, waiting=SECONDS, tags=st.dictionaries(WORDS, SECONDS, max_size=2)),
    ring_s=st.floats(3, 300),
    pause_after_missed=st.integers(0, 9),
    wrap_up_s=SECONDS,
    accept_by_key=st.booleans(),
    whisper=st.just("") | WORDS,
    announce_position=st.booleans(),
    announce_every_s=SECONDS,
    way_out_key=st.sampled_from(["", "0", "*", "#"]),
    overflow=st.lists(OVERFLOWS, max_size=3).map(tuple),
    service_level=st.builds(ServiceLevel, within_s=st.floats(1, 100), share=st.floats(0, 1)),
    credit_s=SECONDS,
)


@given(AGENTS)
def test_an_agent_comes_back_as_it_was(agent):
    assert read_plan(_stored({"agents": [agent_mapping(agent)]})).plan.agents == {agent.extension: agent}


@given(QUEUES)
def test_a_queue_comes_back_as_it_was(queue):
    assert read_plan(_stored({"queues": [queue_mapping(queue)]})).plan.queues == {queue.name: queue}


def test_calendars_and_shifts_come_back_as_they_were():
    office = Calendar(
        "Asia/Shanghai",
        {0: ((time(9), time(12)), (time(13), time(0))), 5: ((time(22), time(6)),)},
        "CN",
        frozenset({date(2026, 12, 24)}),
        frozenset({date(2026, 12, 26)}),
    )
    shifts = (
        Shift(agent="201", weekdays=(0, 2), start=time(8, 30), end=time(16)),
        Shift(team="night", days=(date(2026, 12, 24),), start=time(22), end=time(6), timezone="Europe/London"),
    )
    document = {"calendars": {"office": calendar_mapping(office)}, "shifts": [shift_mapping(one) for one in shifts]}
    plan = read_plan(_stored(document)).plan
    assert plan.calendars == {"office": office}
    assert plan.shifts == shifts


def test_what_nobody_decided_is_not_written():
    assert queue_mapping(Queue("help")) == {"name": "help"}
    assert agent_mapping(Agent("201", "Anna")) == {"extension": "201", "name": "Anna"}


def _stored(document):
    return json.loads(json.dumps(document))
