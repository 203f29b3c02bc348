"""Leads are taken in order, once, with a lease; attempts are settled once; nothing is lost. On both databases."""

import json
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from campaigns.campaign_rows import StoredCampaign, lead_counts
from campaigns.do_not_call import Proof, list_named, put_numbers
from campaigns.lead_row import Happened, LeadChange, LeadRow
from campaigns.lead_store import LeadStore
from models.attempt import Attempt, AttemptMove
from models.call import new_id
from models.campaign_event import CampaignEvent
from models.database import table_of
from models.errors import CannotDo
from models.lead import Lead, LeadMove
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Add, Make

MINUTE = timedelta(minutes=1)
NUMBERS = [f"+86138000{n:05}" for n in range(100)]
CHECKOUT = Path(__file__).parents[3]


def numbers(leads: list[LeadRow]) -> list[str]:
    return [lead.number for lead in leads]


def attempt(lead: LeadRow, who: str = "a", at: datetime = NOON, **more: Any) -> dict[str, Any]:
    return {
        "id": new_id(), "campaign_id": lead.campaign_id, "lead_id": lead.id, "node": who, "number": lead.number,
        "placed_at": at, **more,
    }  # fmt: skip


def ended(one: dict[str, Any], disposition: str, at: datetime = NOON) -> dict[str, Any]:
    return {"id": one["id"], "ended_at": at, "disposition": disposition}


def lead_of(engine: Engine, lead_id: int) -> Any:
    with engine.connect() as connection:
        return connection.execute(select(table_of(Lead)).where(Lead.id == lead_id)).one()


def events(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(CampaignEvent.name).order_by(CampaignEvent.seq)))


@pytest.fixture
def campaign(make_campaign: Make) -> StoredCampaign:
    return make_campaign()


@pytest.fixture
def store(engine: Engine) -> LeadStore:
    return LeadStore(engine)


def test_leads_leave_by_appointment_then_priority_then_age(
    store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0], priority=10, rank=10)
    add_leads(campaign, NUMBERS[1], priority=90, rank=90)
    add_leads(campaign, NUMBERS[2], priority=90, rank=90, due_at=NOON - MINUTE)
    add_leads(campaign, NUMBERS[3], priority=10, rank=100, appointment_at=NOON, due_at=NOON)
    assert numbers(store.take(campaign.id, NOON, 10, "a")) == [NUMBERS[3], NUMBERS[2], NUMBERS[1], NUMBERS[0]]


def test_an_appointment_of_later_holds_nobody_up(store: LeadStore, campaign: StoredCampaign, add_leads: Add) -> None:
    later = NOON + timedelta(hours=5)
    add_leads(campaign, NUMBERS[0], rank=100, appointment_at=later, due_at=later)
    add_leads(campaign, NUMBERS[1], priority=0, rank=0)
    assert numbers(store.take(campaign.id, NOON, 10, "a")) == [NUMBERS[1]]
    assert numbers(store.take(campaign.id, later - MINUTE, 10, "a")) == []
    assert numbers(store.take(campaign.id, later, 10, "a")) == [NUMBERS[0]]


def test_nobody_is_taken_where_it_is_outside_the_hours(
    store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0], timezone="America/New_York", priority=99, rank=99)
    add_leads(campaign, NUMBERS[1])
    add_leads(campaign, NUMBERS[2], timezone="Asia/Shanghai,America/New_York")
    add_leads(campaign, NUMBERS[3], timezone="")
    assert numbers(store.take(campaign.id, NOON, 10, "a")) == [NUMBERS[1]]
    in_new_york = NOON + timedelta(hours=10)
    assert numbers(store.take(campaign.id, in_new_york, 10, "a")) == [NUMBERS[0]]


def test_a_taken_lead_is_taken_by_nobody_else(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, *NUMBERS[:5])
    first = numbers(store.take(campaign.id, NOON, 3, "a"))
    second = numbers(LeadStore(engine).take(campaign.id, NOON, 3, "b"))
    assert sorted(first + second) == NUMBERS[:5]
    assert store.take(campaign.id, NOON, 3, "a") == []


def test_many_single_takings_give_every_lead_once_in_order(
    store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    for zone in ("Asia/Shanghai", "Asia/Tokyo"):
        for priority in (10, 90):
            some = NUMBERS[:20] if zone == "Asia/Tokyo" else NUMBERS[20:40]
            add_leads(campaign, *(some[:10] if priority == 10 else some[10:]), timezone=zone, priority=priority,
                      rank=priority)  # fmt: skip
    taken = [store.take(campaign.id, NOON, 1, "a") for _ in range(41)]
    assert [lead.priority for one in taken for lead in one] == [90] * 20 + [10] * 20
    assert len({lead.id for one in taken for lead in one}) == 40


def test_leads_on_a_do_not_call_list_are_refused_meanwhile(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add, make_campaign: Make
) -> None:
    add_leads(campaign, *NUMBERS[:30])
    with writing(engine) as connection:
        everybody = list_named(connection, "national", NOON)
        put_numbers(connection, everybody, [int(number[1:]) for number in NUMBERS[:15]], NOON)
        others = list_named(connection, "theirs", NOON, campaign="another")
        put_numbers(connection, others, [int(NUMBERS[20][1:])], NOON)
    assert numbers(store.take(campaign.id, NOON, 1, "a")) == [NUMBERS[15]]
    assert numbers(store.take(campaign.id, NOON, 50, "a")) == NUMBERS[16:30]
    with engine.connect() as connection:
        assert lead_counts(connection, campaign.id) == {"refused": 15, "leased": 15}
    assert Counter(events(engine))["lead.refused"] == 15


def test_no_taking_asks_for_lists_and_for_heads_once_both_were_asked_for(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, *NUMBERS)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *each: asked.append(str(each[2])))
    both, now = [], NOON
    for pause in (0.0, *[0.1] * 30, 60.0, *[0.1] * 30):
        asked.clear()
        now += timedelta(seconds=pause)
        store.take(campaign.id, now, 1, "a")
        both.append(all(any(word in one for one in asked) for word in ("RECURSIVE", "do_not_call_list")))
    assert [turn for turn, were in enumerate(both) if were] == [0, 31], "only at first, and after a long pause"


def test_a_list_that_the_plan_names_holds_too(
    engine: Engine, store: LeadStore, add_leads: Add, make_campaign: Make
) -> None:
    with writing(engine) as connection:
        theirs = list_named(connection, "theirs", NOON, campaign="another")
        put_numbers(connection, theirs, [int(NUMBERS[0][1:])], NOON)
    campaign = make_campaign("named", do_not_call=["theirs"])
    add_leads(campaign, *NUMBERS[:2])
    assert numbers(store.take(campaign.id, NOON, 5, "a")) == [NUMBERS[1]]


def test_a_released_lead_is_first_again(store: LeadStore, campaign: StoredCampaign, add_leads: Add) -> None:
    add_leads(campaign, *NUMBERS[:3])
    leads = store.take(campaign.id, NOON, 2, "a")
    store.release(leads[:1], "b")
    assert numbers(store.take(campaign.id, NOON, 1, "a")) == [NUMBERS[2]], "it is not b's to release"
    store.release(leads, "a")
    assert numbers(store.take(campaign.id, NOON, 3, "a")) == NUMBERS[:2]


def test_a_deferred_lead_comes_when_the_law_allows(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0])
    [lead] = store.take(campaign.id, NOON, 1, "a")
    store.defer(lead, NOON + 30 * MINUTE, "frequency", NOON)
    assert store.take(campaign.id, NOON + 29 * MINUTE, 1, "a") == []
    assert numbers(store.take(campaign.id, NOON + 30 * MINUTE, 1, "a")) == [NUMBERS[0]]
    assert events(engine)[-1] == "lead.deferred"


def test_a_refused_lead_never_comes_again(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0])
    [lead] = store.take(campaign.id, NOON, 1, "a")
    store.refuse(lead, "no-consent", NOON)
    store.release([lead], "a")
    assert store.take(campaign.id, NOON + timedelta(days=300), 1, "a") == []
    row = lead_of(engine, lead.id)
    assert (row.state, row.disposition, row.ended_at) == ("refused", "no-consent", NOON)


def test_an_attempt_is_written_before_the_call_and_settled_once(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0], priority=5, rank=5)
    [lead] = store.take(campaign.id, NOON, 1, "a")
    one = attempt(lead, line="telecom")
    store.dialling(one, [Happened("attempt.placed", NOON, campaign.id, lead.id, one["id"], {"line": "telecom"})])
    store.progress(one["id"], AttemptMove.RING, NOON)
    store.progress(one["id"], AttemptMove.ANSWER, NOON + MINUTE, answered_by="human")
    store.progress(one["id"], AttemptMove.RING, NOON + MINUTE)
    at = NOON + timedelta(hours=2)
    change = LeadChange(lead.id, LeadMove.RETRY, "busy", at, number_index=0, line="telecom")
    assert store.settle(ended(one, "busy"), change, [Happened("attempt.ended", NOON, campaign.id)])
    assert not store.settle(ended(one, "busy"), change, [Happened("attempt.ended", NOON, campaign.id)])
    row = lead_of(engine, lead.id)
    assert (row.state, row.attempts, row.tries, row.due_at, row.line) == ("waiting", 1, {"busy": 1}, at, "telecom")
    with engine.connect() as connection:
        stored = connection.execute(select(table_of(Attempt))).one()
    assert (stored.state, stored.ringing_at, stored.answered_at, stored.answered_by) == (
        "ended", NOON, NOON + MINUTE, "human",
    )  # fmt: skip
    assert events(engine) == ["campaign.created", "attempt.placed", "attempt.ended"]
    assert store.take(campaign.id, at - MINUTE, 1, "a") == []
    assert numbers(store.take(campaign.id, at, 1, "a")) == [NUMBERS[0]]


def test_what_is_final_is_never_taken_again(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0])
    [lead] = store.take(campaign.id, NOON, 1, "a")
    one = attempt(lead)
    store.dialling(one)
    assert store.open_leads(campaign.id) == 1
    store.settle(ended(one, "completed"), LeadChange(lead.id, LeadMove.FINISH, "completed", grade="A"))
    assert store.open_leads(campaign.id) == 0
    assert store.take(campaign.id, NOON + timedelta(days=300), 1, "a") == []
    row = lead_of(engine, lead.id)
    assert (row.state, row.disposition, row.grade, row.ended_at) == ("done", "completed", "A", NOON)


def test_an_appointment_goes_before_every_priority(store: LeadStore, campaign: StoredCampaign, add_leads: Add) -> None:
    add_leads(campaign, NUMBERS[0], priority=0, rank=0)
    [lead] = store.take(campaign.id, NOON, 1, "a")
    one = attempt(lead)
    store.dialling(one)
    five = NOON + timedelta(hours=5)
    store.settle(ended(one, "promised"), LeadChange(lead.id, LeadMove.RETRY, "promised", five, appointment_at=five))
    add_leads(campaign, NUMBERS[1], priority=99, rank=99)
    assert numbers(store.take(campaign.id, five, 1, "a")) == [NUMBERS[0]]


def test_a_lost_lease_forbids_to_dial(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0])
    [lead] = store.take(campaign.id, NOON, 1, "a", lease_s=60)
    assert store.expire(NOON + MINUTE) == []
    [again] = LeadStore(engine).take(campaign.id, NOON + MINUTE, 1, "b")
    assert again.id == lead.id
    with pytest.raises(CannotDo, match="no longer ours"):
        store.dialling(attempt(lead, "a"))
    store.dialling(attempt(again, "b"))


def test_a_lease_that_is_renewed_goes_on(store: LeadStore, campaign: StoredCampaign, add_leads: Add) -> None:
    add_leads(campaign, NUMBERS[0])
    [lead] = store.take(campaign.id, NOON, 1, "a", lease_s=60)
    store.renew("a", [lead.id], NOON + MINUTE)
    store.expire(NOON + 1.5 * MINUTE)
    assert store.take(campaign.id, NOON + 1.5 * MINUTE, 1, "b") == []


def test_what_its_dialler_has_no_more_runs_out_though_the_dialler_lives(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, *NUMBERS[:3])
    [kept, forgotten, calling] = store.take(campaign.id, NOON, 3, "a")
    one = attempt(calling)
    store.dialling(one)
    for minute in range(1, 20):
        store.renew("a", [kept.id], NOON + minute * MINUTE)
        lost = store.expire(NOON + minute * MINUTE)
        assert lost == ([one["id"]] if minute == 15 else [])
    assert [lead_of(engine, lead.id).state for lead in (kept, forgotten, calling)] == ["leased", "waiting", "waiting"]


def test_a_killed_diallers_leads_are_put_back_and_its_calls_are_lost_tries(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, *NUMBERS[:3])
    [leased, calling] = store.take(campaign.id, NOON, 2, "a")
    [others] = store.take(campaign.id, NOON, 1, "b")
    one, other = attempt(calling, "a"), attempt(others, "b")
    store.dialling(one)
    store.dialling(other)
    again = LeadStore(engine)
    assert again.recover("a", NOON + MINUTE) == [one["id"]]
    assert again.recover("a", NOON + MINUTE) == []
    assert numbers(again.take(campaign.id, NOON + MINUTE, 5, "a")) == [leased.number]
    row = lead_of(engine, calling.id)
    assert (row.state, row.tries, row.attempts, row.due_at) == ("waiting", {"lost": 1}, 1, NOON + 6 * MINUTE)
    assert lead_of(engine, others.id).state == "calling"
    assert not store.settle(ended(one, "busy"), LeadChange(calling.id, LeadMove.RETRY, "busy", NOON))


def test_a_plan_says_how_often_a_call_may_be_lost(engine: Engine, add_leads: Add, make_campaign: Make) -> None:
    never = make_campaign(retry={"lost": "never"})
    twice = make_campaign("twice", retry={"lost": {"after": ["1m"], "most": 9}, "any": {"most": 2}})
    add_leads(never, NUMBERS[0])
    add_leads(twice, NUMBERS[1])
    ends = []
    for minute in range(0, 60, 10):
        store, now = LeadStore(engine), NOON + minute * MINUTE
        for lead in (*store.take(never.id, now, 1, "a"), *store.take(twice.id, now, 1, "a")):
            store.dialling(attempt(lead, at=now))
        ends += store.recover("a", now + MINUTE)
    assert len(ends) == 3
    with engine.connect() as connection:
        rows = connection.execute(select(table_of(Lead)).order_by(Lead.id)).all()
    assert [(row.state, row.disposition, row.tries) for row in rows] == [
        ("done", "lost", {"lost": 1}), ("done", "lost", {"lost": 2}),
    ]  # fmt: skip


def test_whoever_had_answered_for_an_agent_when_the_server_was_killed_was_abandoned(
    engine: Engine, add_leads: Add, make_campaign: Make
) -> None:
    agents, robot = make_campaign(mode="progressive", queue="sales"), make_campaign("robot")
    add_leads(agents, *NUMBERS[:2])
    add_leads(robot, NUMBERS[2])
    store = LeadStore(engine)
    taken = [*store.take(agents.id, NOON, 2, "a"), *store.take(robot.id, NOON, 1, "a")]
    for lead, mode, answers in zip(taken, ("progressive", "progressive", "robot"), (True, False, True), strict=True):
        one = attempt(lead, mode=mode)
        store.dialling(one)
        if answers:
            store.progress(one["id"], AttemptMove.ANSWER, NOON)
    assert len(LeadStore(engine).recover("a", NOON + MINUTE)) == 3
    waits = [lead_of(engine, lead.id).due_at - NOON - MINUTE for lead in taken]
    assert waits == [timedelta(hours=72), 5 * MINUTE, 5 * MINUTE]
    assert store.abandonment(agents.id, NOON) == (1, 1)
    assert store.abandonment(robot.id, NOON) == (0, 0)


def test_calls_of_a_machine_that_never_came_back_end(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0])
    [lead] = store.take(campaign.id, NOON, 1, "a")
    one = attempt(lead)
    store.dialling(one)
    assert store.expire(NOON + 10 * MINUTE) == []
    assert store.expire(NOON + 16 * MINUTE) == [one["id"]]
    assert lead_of(engine, lead.id).state == "waiting"


def test_what_was_noted_of_a_call_is_not_blanked_by_an_end_that_knows_less(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, NUMBERS[0])
    [lead] = store.take(campaign.id, NOON, 1, "a")
    one = attempt(lead)
    store.dialling(one)
    store.progress(one["id"], AttemptMove.ANSWER, NOON + MINUTE, call_id="call-1")
    nothing = {"ringing_at": None, "answered_at": None, "call_id": ""}
    assert store.settle(ended(one, "failed") | nothing, LeadChange(lead.id, LeadMove.RETRY, "failed", NOON))
    with engine.connect() as connection:
        row = connection.execute(select(table_of(Attempt))).one()
    assert (row.answered_at, row.call_id, row.disposition) == (NOON + MINUTE, "call-1", "failed")


def test_an_opt_out_holds_at_once_and_in_every_campaign(
    engine: Engine, store: LeadStore, campaign: StoredCampaign, add_leads: Add, make_campaign: Make
) -> None:
    other = make_campaign("spring")
    add_leads(campaign, NUMBERS[0])
    [lead] = store.take(campaign.id, NOON, 1, "a")
    one = attempt(lead)
    store.dialling(one)
    add_leads(other, *NUMBERS[:2])
    proof = Proof(NUMBERS[0], NOON, "said", "别再打了", campaign.name, one["id"], "call-1")
    change = LeadChange(lead.id, LeadMove.FINISH, "opted-out")
    assert store.settle(ended(one, "opted-out"), change, proof=proof)
    assert numbers(store.take(other.id, NOON, 5, "a")) == [NUMBERS[1]]
    add_leads(make_campaign("summer"), NUMBERS[0])
    assert store.take(make_campaign("summer").id, NOON, 5, "a") == []


def test_an_opt_out_of_one_campaign_leaves_the_others(
    store: LeadStore, campaign: StoredCampaign, add_leads: Add, make_campaign: Make
) -> None:
    other = make_campaign("spring")
    for one in (campaign, other):
        add_leads(one, NUMBERS[0])
    assert store.opt_out(Proof(NUMBERS[0], NOON, "operator", scope=campaign.name)) == 1
    assert store.take(campaign.id, NOON, 1, "a") == []
    assert numbers(store.take(other.id, NOON, 1, "a")) == [NUMBERS[0]]


def test_abandonment_is_counted_of_what_people_answered(
    store: LeadStore, campaign: StoredCampaign, add_leads: Add
) -> None:
    kinds = (
        ("human", "x", False), ("human", "x", True), ("machine", "x", False), ("", "x", False),
        ("", "handed-over", False),  # nobody listens who answers where there is no recogniser
    )  # fmt: skip
    add_leads(campaign, *NUMBERS[: len(kinds)])
    for lead, (by, disposition, abandoned) in zip(store.take(campaign.id, NOON, 9, "a"), kinds, strict=True):
        one = attempt(lead)
        store.dialling(one)
        store.progress(one["id"], AttemptMove.ANSWER, NOON)
        end = {**ended(one, disposition), "answered_by": by, "abandoned": abandoned}
        store.settle(end, LeadChange(lead.id, LeadMove.FINISH, "x"))
    assert store.abandonment(campaign.id, NOON - MINUTE) == (3, 1)
    assert store.abandonment(campaign.id, NOON + MINUTE) == (0, 0)


DIALLER = """
import json, sys
from datetime import datetime
from campaigns.lead_row import LeadChange
from campaigns.lead_store import LeadStore
from models.call import new_id
from models.database import open_engine
from models.lead import LeadMove
url, campaign, now, who = sys.argv[1:]
now, store, mine = datetime.fromisoformat(now), LeadStore(open_engine(url)), []
leads = store.take(campaign, now, 2, who)
print("ready", flush=True)
sys.stdin.readline()
while leads:
    for lead in leads:
        one = {"id": new_id(), "campaign_id": campaign, "lead_id": lead.id, "node": who, "number": lead.number,
               "placed_at": now}
        store.dialling(one)
        assert store.settle({"id": one["id"], "ended_at": now, "disposition": "completed"},
                            LeadChange(lead.id, LeadMove.FINISH, "completed"))
        mine.append(lead.number)
    leads = store.take(campaign, now, 2, who)
print(json.dumps(mine))
"""


def test_two_diallers_at_once_neither_lose_nor_double(
    engine: Engine, database_url: str, campaign: StoredCampaign, add_leads: Add
) -> None:
    add_leads(campaign, *NUMBERS)
    diallers = [
        subprocess.Popen(
            [sys.executable, "-c", DIALLER, database_url, campaign.id, NOON.isoformat(), who],
            cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for who in ("a", "b")
    ]  # fmt: skip
    for one in diallers:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in diallers:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    called = [json.loads(one.communicate(timeout=60)[0]) for one in diallers]
    assert sorted(called[0] + called[1]) == NUMBERS
    assert min(len(called[0]), len(called[1])) > 0
    with engine.connect() as connection:
        assert lead_counts(connection, campaign.id) == {"done": 100}
        assert sorted(connection.scalars(select(Attempt.number))) == NUMBERS
