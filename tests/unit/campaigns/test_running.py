"""When campaigns run: first and last days, and what orders mean."""

from datetime import UTC, datetime

from campaigns.plan import CampaignPlan, plan_of
from campaigns.running import begins_by_itself, due_to_start, is_over, move_of
from models.campaign import CampaignMove, CampaignState


def plan(**values: object) -> CampaignPlan:
    return plan_of({"name": "autumn", "country": "CN", "flows": ["offer"], **values})


def test_a_first_day_begins_where_it_begins_first_unless_a_zone_is_named() -> None:
    evening = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
    assert due_to_start(plan(start_on="2026-11-19"), evening)
    assert not due_to_start(plan(start_on="2026-11-19", timezone="Asia/Shanghai"), evening)
    assert due_to_start(plan(), evening)


def test_a_last_day_is_over_when_it_is_over_everywhere() -> None:
    late = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
    assert not is_over(plan(end_on="2026-11-19"), late)
    assert is_over(plan(end_on="2026-11-19", timezone="Asia/Shanghai"), late)
    assert not is_over(plan(), late)


def test_a_start_before_the_first_day_is_an_entry_in_the_calendar_and_of_a_paused_one_a_resume() -> None:
    now = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
    ahead = plan(start_on="2026-12-01")
    assert move_of("start", CampaignState.DRAFT, ahead, now) is CampaignMove.SCHEDULE
    assert move_of("start", CampaignState.PAUSED, plan(), now) is CampaignMove.RESUME
    assert move_of("stop", CampaignState.RUNNING, plan(), now) is CampaignMove.STOP


def test_on_its_first_day_a_campaign_waits_for_the_start_of_its_own_schedule() -> None:
    days = {"start_on": "2026-11-19", "timezone": "Asia/Shanghai"}
    morning, evening = datetime(2026, 11, 19, 0, 0, tzinfo=UTC), datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
    assert begins_by_itself(plan(**days), morning)
    assert begins_by_itself(plan(**days, schedule=[{"do": "pause", "at": "mon-fri 12:00"}]), morning)
    assert not begins_by_itself(plan(**days, schedule=[{"do": "start", "at": "mon-fri 13:00"}]), morning)
    once = plan(**days, schedule=[{"do": "start", "at": "2026-11-19 13:00"}])
    assert not begins_by_itself(once, morning)
    assert begins_by_itself(once, evening), "no start is to come any more"
    there = plan(**days, schedule=[{"do": "start", "at": "2026-11-19 13:00", "timezone": "America/New_York"}])
    assert not begins_by_itself(there, evening), "five in the morning"
