"""What an administrator writes is read as meant, or refused in one sentence with its remedy."""

from datetime import date, time
from typing import Any

import pytest

from queues.plan import Agent, Need, Overflow, Priority, Queue, Relax, ServiceLevel, Shift
from queues.plan_entry import PlanRefused
from queues.plan_reading import Secret, read_plan


def checked(document):
    written = read_plan(document)
    written.check(written.plan)


def refusal(document):
    with pytest.raises(PlanRefused) as refused:
        checked(document)
    return refused.value.complaints


def agent(**more):
    return {"agents": [{"extension": "201", "name": "Anna", "skills": {"billing": 5}, **more}]}


def queue(**more):
    return {**agent(), "queues": [{"name": "billing", **more}]}


def test_an_agent_is_read_whole():
    document = {
        "agents": [
            {
                "extension": 201,
                "name": "张安娜",
                "password": "env:ANNA",
                "languages": ["zh", "en"],
                "skills": {"账单": 10, "tech": 1},
                "cost": 1.5,
                "capacity": 2,
                "team": "day",
                "address": "sip:201@pbx.example",
                "enabled": False,
            }
        ]
    }
    written = read_plan(document)
    skills = {"账单": 10, "tech": 1}
    expected = Agent("201", "张安娜", ("zh", "en"), skills, 1.5, 2, "day", "sip:201@pbx.example", False)
    assert written.plan.agents == {"201": expected}
    assert written.secrets == {"201": Secret("env:ANNA")}


def test_a_queue_is_read_whole():
    document = queue(
        title={"en": "invoices", "zh": "账单"},
        needs=[{"skill": "billing", "level": 5, "relax": [{"after_s": 60, "level": 3}, {"after_s": 120, "level": 0}]}],
        match_language=False,
        any_language_after_s=90,
        size=20,
        longest_wait_s=600,
        strategy={"ability": 2, "longest-idle": 1},
        priority={"waiting": 2, "tags": {"vip": 30}, "failed_today": 5, "calls_today": 0},
        ring_s=15,
        pause_after_missed=2,
        wrap_up_s=10,
        accept_by_key=True,
        whisper="{{ queue }}",
        music="waltz.wav",
        announce_position=False,
        announce_wait=False,
        announce_every_s=30,
        way_out_key="*",
        callback_after_s=120,
        callback_tries=5,
        callback_again_s=900,
        overflow=[{"when": "waited", "to": "number:+4412345", "after_s": 300}, {"when": "full", "to": "voicemail"}],
        service_level=[30, 0.9],
        credit_s=0,
    )
    assert read_plan(document).plan.queues["billing"] == Queue(
        "billing",
        {"en": "invoices", "zh": "账单"},
        (Need("billing", 5, (Relax(60, 3), Relax(120, 0))),),
        False,
        90,
        "",
        20,
        600,
        {"ability": 2, "longest-idle": 1},
        Priority(2, {"vip": 30}, 5, 0),
        15,
        2,
        10,
        True,
        "{{ queue }}",
        "waltz.wav",
        False,
        False,
        30,
        "*",
        120,
        5,
        900,
        (Overflow("waited", "number:+4412345", 300), Overflow("full", "voicemail")),
        ServiceLevel(30, 0.9),
        0,
    )


def test_a_queue_of_which_only_the_name_is_written_has_the_defaults():
    assert read_plan({"queues": {"help": {}}}).plan.queues == {"help": Queue("help")}


def test_needs_can_be_written_in_short():
    assert read_plan(queue(needs={"billing": 4})).plan.queues["billing"].needs == (Need("billing", 4),)


def test_a_level_falls_with_the_waiting_time():
    need = Need("billing", 5, (Relax(60, 3), Relax(120, 0)))
    assert [need.level_after(waited) for waited in (0, 59.9, 60, 119, 120, 1e6)] == [5, 5, 3, 3, 0, 0]


def test_a_shift_is_read_by_weekday_and_by_date():
    document = {
        **agent(team="day"),
        "shifts": [
            {"team": "day", "days": "mon-fri", "hours": "09:00-17:30", "timezone": "Asia/Shanghai"},
            {"agent": "201", "dates": ["2026-12-24"], "hours": "22:00-06:00"},
        ],
    }
    assert read_plan(document).plan.shifts == (
        Shift("", "day", (0, 1, 2, 3, 4), (), time(9), time(17, 30), "Asia/Shanghai"),
        Shift("201", "", (), (date(2026, 12, 24),), time(22), time(6)),
    )


SENTENCES = [
    (agent(skills={"billing": 11}), "Agent 201 has level 11 for the skill 'billing'; levels go from 1 to 10, best."),
    (agent(skills={"billing": 0}), "Agent 201 has level 0 for the skill 'billing'; levels go from 1 to 10, best."),
    (
        agent(skills={"billing": True}),
        "Agent 201 has level true for the skill 'billing'; levels go from 1 to 10, best.",
    ),
    (agent(cost="much"), "Agent 201 has 'much' as cost; write a number not below 0."),
    (agent(cost=float("nan")), "Agent 201 has nan as cost; write a number not below 0."),
    (agent(capacity=0), "Agent 201 has 0 as capacity; write a number from 1 to 100."),
    (agent(capacity=1.5), "Agent 201 has 1.5 as capacity; write a whole number."),
    (agent(address="pbx"), "Agent 201 has the address 'pbx'; write one like sip:201@pbx.example."),
    (agent(languages=["english"]), "Agent 201 has the language 'english'; write codes like en or zh."),
    (agent(ha1="abc"), "Agent 201 has an ha1 that is no hash; write 32 hexadecimal digits."),
    (agent(skils={}), "Agent 201 has an unknown key 'skils'; write 'skills' instead."),
    (agent(enabled="yes"), "Agent 201 has 'yes' as enabled; write true or false."),
    (agent(extension="20 1"), "Agent 20 1 has the extension '20 1'; write digits, like 201."),
    ({"agents": [{"name": "Anna"}]}, 'An agent has no extension; add extension = "…".'),
    ({"agents": ["201"]}, "An agent is '201'; write a table of keys and values."),
    ({"agents": agent()["agents"] * 2}, "Agent 201 is there twice; remove or rename one."),
    ({"agent": []}, "The plan has an unknown key 'agent'; write 'agents' instead."),
    ({"agents": 5}, "'agents' is 5; write a list of tables."),
    (queue(strategy="longest"), "Queue 'billing' has an unknown strategy 'longest'; write 'longest-idle' instead."),
    (queue(strategy={"ring-all": 1}), "Queue 'billing', strategy, has an unknown key 'ring-all'"),
    (queue(strategy={"ability": 0}), "Queue 'billing' mixes no strategy; give at least one of them a weight above 0."),
    (
        queue(needs={"billing": 11}),
        "Queue 'billing', needs, has level 11 for the skill 'billing'; levels go from 1 to 10, best.",
    ),
    (queue(needs={"biling": 5}), "Queue 'billing' needs the unknown skill 'biling'; write 'billing' instead."),
    (queue(hours="office"), "Queue 'billing' has the unknown calendar 'office' as hours; add it under calendars."),
    (queue(ring_s=1), "Queue 'billing' has 1 as ring_s; write a number from 3 to 300."),
    (queue(wrap_up_s=-1), "Queue 'billing' has -1 as wrap_up_s; write a number from 0 to 86400."),
    (queue(way_out_key="10"), "Queue 'billing' has the way_out_key '10'; write one of 0-9, * and #."),
    (queue(service_level=[20, 80]), "Queue 'billing', service_level, has 80 as share; write a number from 0 to 1."),
    (
        queue(overflow=[{"when": "busy", "to": "voicemail"}]),
        "Queue 'billing', overflow 1, has 'busy' as when; write full, closed, nobody or waited.",
    ),
    (
        queue(overflow=[{"when": "full", "to": "number:all"}]),
        (
            "Queue 'billing', overflow 1, leads to 'number:all'; "
            "write queue:NAME, number:DIGITS, voicemail, callback, ticket or return."
        ),
    ),
    (
        queue(overflow=[{"when": "full", "to": "queue:nobody"}]),
        "Queue 'billing' overflows to the unknown queue 'nobody'; there is nothing to choose from yet.",
    ),
    (
        queue(overflow=[{"when": "full", "to": "queue:billing"}]),
        "Queue 'billing' overflows in a circle (billing -> billing); lead one of them to voicemail or callback.",
    ),
    (
        queue(overflow=[{"when": "closed", "to": "voicemail"}]),
        "Queue 'billing' overflows when closed and has no hours; name a calendar as hours.",
    ),
    (
        queue(overflow=[{"when": "waited", "to": "voicemail"}]),
        "Queue 'billing' overflows after waiting for no time; write after_s or longest_wait_s.",
    ),
    (
        queue(needs=[{"skill": "billing", "level": 3, "relax": [{"after_s": 5, "level": 4}]}]),
        "Queue 'billing', needs 1, is relaxed upwards; write later times with lower levels, in their order.",
    ),
    (
        queue(needs=[{"skill": "billing"}, {"skill": "billing"}]),
        "Queue 'billing' needs 'billing' twice; write it once, with `relax` where a lower level will do later.",
    ),
    (
        agent(team="day", supervises=["dy"]),
        "Agent 201 supervises the unknown team 'dy'; write 'day' instead.",
    ),
    (
        {"shifts": [{"team": "night", "days": "mon", "hours": "22:00-06:00"}]},
        "Shift 1 is for the unknown team 'night'; there is nothing to choose from yet.",
    ),
    (
        {**agent(), "shifts": [{"agent": "201", "days": "mon", "hours": "late"}]},
        "Shift 1 has a wrong hours: 'late' are no opening hours; write from and to, like 09:00-18:00.",
    ),
    ({"shifts": [{"days": "mon", "hours": "9:00-17:00"}]}, "Shift 1 is nobody's; write either agent or team."),
    ({"calendars": {"office": {}}}, "Calendar 'office' has no hours; write hours such as {mon-fri = \"09:00-18:00\"}."),
    (
        {"calendars": {"office": {"hours": {"mon": "09:00-18:00"}, "timezone": "London"}}},
        (
            "Calendar 'office' has a wrong timezone: There is no time zone 'London'; "
            "write one like Asia/Shanghai or Europe/London."
        ),
    ),
]


@pytest.mark.parametrize(("document", "sentence"), SENTENCES, ids=[sentence[:60] for _, sentence in SENTENCES])
def test_what_is_wrong_is_said_in_one_sentence(document, sentence):
    complaints = refusal(document)
    assert len(complaints) == 1
    assert complaints[0].startswith(sentence)


def test_every_complaint_is_told_at_once():
    assert len(refusal({**agent(cost=-1, capacity=0), "queues": {"help": {"size": -1}}})) == 3


def test_a_circle_over_three_queues_is_told_once_with_its_way():
    ways = {"a": "b", "b": "c", "c": "a", "d": "a"}
    queues = {name: {"overflow": [{"when": "full", "to": f"queue:{to}"}]} for name, to in ways.items()}
    assert refusal({"queues": queues}) == (
        "Queue 'a' overflows in a circle (a -> b -> c -> a); lead one of them to voicemail or callback.",
    )


def test_a_chain_of_overflows_is_no_circle():
    ways = {"a": ["b", "c"], "b": ["c"], "c": []}
    queues = {
        name: {"overflow": [{"when": "full", "to": f"queue:{to}"} for to in those]} for name, those in ways.items()
    }
    written = read_plan({"queues": queues})
    written.check(written.plan)
    assert [way.queue for way in written.plan.queues["a"].overflow] == ["b", "c"]


def test_declared_skills_are_all_that_agents_may_have():
    document = {"skills": ["billing", "tech"], **agent(skills={"tehc": 3})}
    assert refusal(document) == ("Agent 201 has the unknown skill 'tehc'; write 'tech' instead.",)


def test_only_what_touches_a_changed_entry_is_complained_about():
    written = read_plan({"queues": {"a": {"hours": "gone"}, "b": {"hours": "lost"}}})
    with pytest.raises(PlanRefused) as refused:
        written.check(written.plan, frozenset({("queue", "b")}))
    assert refused.value.complaints == ("Queue 'b' has the unknown calendar 'lost' as hours; add it under calendars.",)


def test_thousands_of_complaints_are_not_all_printed():
    agents = [{"extension": str(number), "capacity": 0} for number in range(1000, 3000)]
    with pytest.raises(PlanRefused) as refused:
        read_plan({"agents": agents})
    assert len(refused.value.complaints) == 2000
    lines = str(refused.value).splitlines()
    assert (len(lines), lines[-1]) == (21, "And 1980 more like these.")


def test_a_remedy_does_not_list_a_hundred_names():
    others: dict[str, Any] = {f"q{number}": {} for number in range(100)}
    queues = others | {"lost": {"overflow": [{"when": "full", "to": "queue:zzz"}]}}
    (sentence,) = refusal({"queues": queues})
    assert sentence.endswith("write one of q0, q1, q2, q3, q4, q5, q6, q7 … (100 in all).")
