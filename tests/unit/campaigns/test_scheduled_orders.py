"""Orders of schedules: each counts once, what people say counts until the next, and the breaker stays what it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select, update

from campaigns.campaign_rows import StoredCampaign, campaign_of, moved, put_campaign, removed
from campaigns.lead_row import Happened
from campaigns.plan import plan_of
from campaigns.schedule import due
from campaigns.scheduled_orders import DRAINED, carry_out, due_orders
from models.campaign import Campaign, CampaignMove, CampaignState
from models.campaign_event import CampaignEvent
from models.database import table_of
from models.errors import OperatorFault
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Make

MINUTE = timedelta(minutes=1)


def scheduled(make: Make, *orders: str, **plan: Any) -> StoredCampaign:
    """Make a campaign with orders such as "start wed 13:00"."""
    written = [dict(zip(("do", "at"), order.split(" ", 1), strict=True)) for order in orders]
    return make(timezone="Asia/Shanghai", schedule=written, **plan)


def say(engine: Engine, one: StoredCampaign, move: CampaignMove, at: datetime, why: str = "") -> None:
    with writing(engine) as connection:
        moved(connection, one.id, move, at, why)


def look(engine: Engine, one: StoredCampaign, at: datetime) -> list[str]:
    """Look once and return the names of what happened."""
    with writing(engine) as connection:
        return [each.name for each in carry_out(connection, one.id, at)]


def state(engine: Engine, one: StoredCampaign) -> str:
    with engine.connect() as connection:
        return campaign_of(connection, one.id).state


def notes(engine: Engine) -> list[dict[str, Any]]:
    asked = select(CampaignEvent.data).where(CampaignEvent.name == "campaign.scheduled-order")
    with engine.connect() as connection:
        return list(connection.scalars(asked.order_by(CampaignEvent.seq)))


def test_an_order_is_carried_out_once_and_noted(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start mon-fri 13:00")
    assert look(engine, one, NOON + 59 * MINUTE) == []
    assert look(engine, one, NOON + 60 * MINUTE) == ["campaign.start", "campaign.scheduled-order"]
    assert look(engine, one, NOON + 61 * MINUTE) == []
    due_at = "2026-11-18T05:00:00+00:00"
    assert notes(engine) == [{"order": "start", "time": "mon-fri 13:00", "due": due_at, "done": True}]
    assert state(engine, one) == "running"


def test_a_resume_that_wasnt_needed_closes_no_breaker_hours_later(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "resume wed 13:00")
    say(engine, one, CampaignMove.START, NOON + MINUTE)
    assert look(engine, one, NOON + 60 * MINUTE) == ["campaign.scheduled-order"]
    [noted] = notes(engine)
    assert not noted["done"]
    assert noted["why"] == "The campaign 'autumn' is running, so it can't resume."
    say(engine, one, CampaignMove.TRIP, NOON + 180 * MINUTE)
    assert look(engine, one, NOON + 181 * MINUTE) == []
    assert state(engine, one) == "tripped"


@pytest.mark.parametrize("order", ["resume", "start"])
def test_no_schedule_closes_an_open_breaker(engine: Engine, make_campaign: Make, order: str) -> None:
    one = scheduled(make_campaign, f"{order} wed 13:00")
    say(engine, one, CampaignMove.START, NOON + MINUTE)
    say(engine, one, CampaignMove.TRIP, NOON + 2 * MINUTE)
    assert look(engine, one, NOON + 60 * MINUTE) == ["campaign.scheduled-order"]
    assert state(engine, one) == "tripped"
    [noted] = notes(engine)
    assert not noted["done"]
    assert ("breaker" in noted["why"]) == (order == "resume")


@pytest.mark.parametrize("order", ["resume", "start"])
def test_a_pause_ends_by_the_schedule_whoever_ordered_it(engine: Engine, make_campaign: Make, order: str) -> None:
    one = scheduled(make_campaign, f"{order} wed 13:00", "pause wed 14:00", f"{order} wed 15:00")
    say(engine, one, CampaignMove.START, NOON + MINUTE)
    say(engine, one, CampaignMove.PAUSE, NOON + 2 * MINUTE)
    states = [(look(engine, one, NOON + hour * 60 * MINUTE), state(engine, one))[1] for hour in (1, 2, 3)]
    assert states == ["running", "paused", "running"]


def test_what_a_server_has_missed_is_carried_out_in_its_order_at_once(engine: Engine, make_campaign: Make) -> None:
    """A draft that was to be started at 13, paused at 15 and resumed at 16; the server comes back at half past 15."""
    one = scheduled(make_campaign, "start wed 13:00", "pause wed 15:00", "resume wed 16:00")
    assert look(engine, one, NOON + 210 * MINUTE) == [
        "campaign.start", "campaign.scheduled-order", "campaign.pause", "campaign.scheduled-order",
    ]  # fmt: skip
    assert state(engine, one) == "paused"
    assert look(engine, one, NOON + 211 * MINUTE) == []
    assert look(engine, one, NOON + 240 * MINUTE) == ["campaign.resume", "campaign.scheduled-order"]
    assert [noted["done"] for noted in notes(engine)] == [True] * 3


def test_what_was_said_by_hand_stands_between_what_was_missed(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start wed 13:00", "pause wed 15:00")
    say(engine, one, CampaignMove.START, NOON + 60 * MINUTE)
    say(engine, one, CampaignMove.STOP, NOON + 120 * MINUTE)
    assert look(engine, one, NOON + 200 * MINUTE) == ["campaign.scheduled-order"]
    assert state(engine, one) == "stopped"


def test_a_missed_start_after_a_missed_drain_waits_for_its_end(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "drain wed 13:00", "start wed 14:00")
    say(engine, one, CampaignMove.START, NOON + MINUTE)
    assert look(engine, one, NOON + 130 * MINUTE) == ["campaign.drain", "campaign.scheduled-order"]
    assert look(engine, one, NOON + 131 * MINUTE) == []
    say(engine, one, CampaignMove.STOP, NOON + 140 * MINUTE, DRAINED)
    assert look(engine, one, NOON + 141 * MINUTE) == ["campaign.start", "campaign.scheduled-order"]


def test_a_stop_for_the_moment_of_a_start_is_what_is_done(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start mon-fri 13:00", "stop wed 13:00")
    say(engine, one, CampaignMove.START, NOON + MINUTE)
    assert look(engine, one, NOON + 60 * MINUTE) == ["campaign.stop", "campaign.scheduled-order"]
    assert look(engine, one, NOON + 61 * MINUTE) == []


def test_a_start_waits_for_the_end_of_a_drain(engine: Engine, make_campaign: Make) -> None:
    """Drained from 12:50 on, to be started at 13:00; its last call ends at 13:10."""
    one = scheduled(make_campaign, "start wed 13:00")
    say(engine, one, CampaignMove.START, NOON + MINUTE)
    say(engine, one, CampaignMove.DRAIN, NOON + 50 * MINUTE)
    assert look(engine, one, NOON + 61 * MINUTE) == []
    say(engine, one, CampaignMove.STOP, NOON + 70 * MINUTE, DRAINED)
    assert look(engine, one, NOON + 71 * MINUTE) == ["campaign.start", "campaign.scheduled-order"]
    assert state(engine, one) == "running"


def test_who_stops_a_drain_by_hand_has_stopped_the_campaign(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start wed 13:00")
    say(engine, one, CampaignMove.START, NOON + MINUTE)
    say(engine, one, CampaignMove.DRAIN, NOON + 50 * MINUTE)
    say(engine, one, CampaignMove.STOP, NOON + 70 * MINUTE)
    assert look(engine, one, NOON + 71 * MINUTE) == []
    assert state(engine, one) == "stopped"


def test_after_the_last_day_nothing_is_started_and_nothing_is_noted(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start mon-fri 09:00", "drain mon-fri 18:00", end_on="2026-11-18")
    assert look(engine, one, NOON + timedelta(hours=6)) == ["campaign.scheduled-order"], "the last evening"
    for hours in range(12, 240, 3):
        assert look(engine, one, NOON + timedelta(hours=hours)) == []
    with writing(engine) as connection:
        connection.execute(update(Campaign).values(state="paused"))
    found = [look(engine, one, NOON + timedelta(days=10, hours=hours)) for hours in (0, 2)]
    assert found == [["campaign.drain", "campaign.scheduled-order"], []], "what was paused may still be ended"


def test_what_is_finished_has_no_schedule(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start mon-fri 09:00", "stop mon-fri 18:00")
    with writing(engine) as connection:
        connection.execute(update(Campaign).values(state=str(CampaignState.FINISHED)))
    assert [look(engine, one, NOON + timedelta(hours=hours)) for hours in range(0, 48, 3)] == [[]] * 16


def test_who_looks_second_does_nothing_again(engine: Engine, make_campaign: Make) -> None:
    """Two servers see the same order; an operator pauses between them."""
    one = scheduled(make_campaign, "start wed 13:00")
    at = NOON + 60 * MINUTE
    with engine.connect() as connection:
        assert set(due_orders(connection, [one], at)) == {one.id}
    look(engine, one, at)
    say(engine, one, CampaignMove.PAUSE, at)
    assert look(engine, one, at + timedelta(seconds=1)) == []
    assert state(engine, one) == "paused"


def test_of_servers_that_look_at_one_moment_one_carries_it_out(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start wed 13:00")
    with ThreadPoolExecutor(4) as servers:
        found = list(servers.map(lambda _: look(engine, one, NOON + 60 * MINUTE), range(8)))
    assert sorted(map(len, found)) == [0] * 7 + [2]
    assert len(notes(engine)) == 1


def test_a_campaign_that_was_removed_meanwhile_is_said_to_be(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start wed 13:00")
    with writing(engine) as connection:
        removed(connection, one, NOON)
    with pytest.raises(OperatorFault, match="was removed"):
        look(engine, one, NOON + 60 * MINUTE)


def test_campaigns_without_a_schedule_ask_the_database_nothing(engine: Engine, make_campaign: Make) -> None:
    one, asked = make_campaign(), list[str]()
    event.listen(engine, "before_cursor_execute", lambda *all: asked.append(all[2]))
    with engine.connect() as connection:
        assert due_orders(connection, [one], NOON) == {}
    assert asked == []


def test_what_was_said_is_found_by_an_index_among_many_events(engine: Engine, make_campaign: Make) -> None:
    """Each attempt is some events of its campaign; they aren't read."""
    one = scheduled(make_campaign, "start wed 13:00")
    rows = [Happened("attempt.ended", NOON, one.id).row] * 3000
    asked: list[tuple[str, Any]] = []
    with writing(engine) as connection:
        connection.execute(insert(table_of(CampaignEvent)), rows)
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE campaign_event")
    event.listen(engine, "before_cursor_execute", lambda *all: asked.append((all[2], all[3])))
    with engine.connect() as connection:
        assert set(due_orders(connection, [one], NOON + 60 * MINUTE)) == {one.id}
        [(statement, values)] = asked
        explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        plan = str(connection.exec_driver_sql(f"{explain} {statement}", values).all())
    assert "campaign_event_by_name" in plan


def edit(engine: Engine, one: StoredCampaign, at: datetime, **plan: Any) -> None:
    """Change its plan."""
    settings = {**one.settings, **plan}
    with writing(engine) as connection:
        assert put_campaign(connection, plan_of(settings), settings, at)[1] == "changed"


def test_a_new_plan_counts_from_then_on(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start wed 11:00", "start wed 13:00")
    assert due(one.plan.schedule, one.plan.timezone, NOON - 90 * MINUTE, NOON)
    assert look(engine, one, NOON + MINUTE) == [], "written at noon"


def test_who_edits_something_else_as_an_order_is_due_swallows_nothing(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "pause wed 13:00")
    say(engine, one, CampaignMove.START, NOON + MINUTE)
    edit(engine, one, NOON + 60 * MINUTE + timedelta(seconds=2), max_calls=3)
    at = NOON + 60 * MINUTE + timedelta(seconds=5)
    assert look(engine, one, at) == ["campaign.pause", "campaign.scheduled-order"]
    edit(engine, one, at, max_calls=4)
    assert look(engine, one, at + MINUTE) == [], "once"


def test_the_days_start_comes_after_a_server_was_down_and_a_plan_edited(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "start wed 13:00")
    edit(engine, one, NOON + 70 * MINUTE, calls_per_second=2)
    assert look(engine, one, NOON + 80 * MINUTE) == ["campaign.start", "campaign.scheduled-order"]


def test_what_is_rescheduled_counts_from_then_on(engine: Engine, make_campaign: Make) -> None:
    """At five past one the start is put off to two o'clock, and then the clock is another, by which it is later."""
    one = scheduled(make_campaign, "start wed 13:00")
    edit(engine, one, NOON + 65 * MINUTE, schedule=[{"do": "start", "at": f"wed {hour}:00"} for hour in (12, 14)])
    assert look(engine, one, NOON + 66 * MINUTE) == []
    with engine.connect() as connection:
        now = campaign_of(connection, one.id)
    edit(engine, now, NOON + 121 * MINUTE, timezone="Asia/Tokyo")
    assert look(engine, one, NOON + 122 * MINUTE) == [], "three o'clock there: the start was at two"


def test_the_same_orders_written_otherwise_are_no_other_schedule(engine: Engine, make_campaign: Make) -> None:
    one = scheduled(make_campaign, "pause wed 15:00", "start wed 13:00")
    zone = {"timezone": "Asia/Shanghai"}
    edit(engine, one, NOON + 65 * MINUTE, schedule=[{**order, **zone} for order in reversed(one.settings["schedule"])])
    assert look(engine, one, NOON + 66 * MINUTE) == ["campaign.start", "campaign.scheduled-order"]


def test_a_change_of_which_an_older_hotline_did_not_say_what_it_was_counts_as_one_of_the_schedule(
    engine: Engine, make_campaign: Make
) -> None:
    one = scheduled(make_campaign, "start wed 13:00")
    with writing(engine) as connection:
        connection.execute(
            insert(table_of(CampaignEvent)), [Happened("campaign.changed", NOON + 65 * MINUTE, one.id).row]
        )
    assert look(engine, one, NOON + 66 * MINUTE) == []
