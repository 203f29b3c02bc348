"""When campaigns run: first and last days, and what orders mean."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.plan import CampaignPlan, plan_of
from campaigns.running import begins_by_itself, due_to_start, is_over, move_of, starts_in_vain
from campaigns.schedule import due
from models.campaign import CampaignMove, CampaignState

HOUR = timedelta(hours=1)


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


WEEK = {"start_on": "2026-11-23", "end_on": "2026-11-27", "timezone": "Asia/Shanghai"}
SATURDAY = {"do": "start", "at": "sat 09:00"}
NEVER = (
    "No start of its schedule (sat 09:00) comes from 2026-11-23 to 2026-11-27, so it never begins by itself; "
    "change the schedule or the days (start_on, end_on)."
)


def test_a_start_that_comes_on_none_of_the_campaigns_days_is_said() -> None:
    now = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
    vain = plan(**WEEK, schedule=[SATURDAY])
    assert starts_in_vain(vain, CampaignState.DRAFT, now) == NEVER
    assert starts_in_vain(vain, CampaignState.SCHEDULED, datetime(2026, 11, 25, tzinfo=UTC)) == NEVER
    assert starts_in_vain(vain, CampaignState.RUNNING, now) == "", "somebody started it by hand"
    assert starts_in_vain(vain, CampaignState.DRAFT, datetime(2026, 11, 28, tzinfo=UTC)) == "", "it is over"
    until = plan(end_on="2026-11-20", timezone="Asia/Shanghai", schedule=[SATURDAY])
    assert "(sat 09:00) comes until 2026-11-20, so" in starts_in_vain(until, CampaignState.DRAFT, now)


@pytest.mark.parametrize(
    "schedule",
    [
        [{"do": "start", "at": "mon 00:00"}],
        [{"do": "start", "at": "fri 23:59"}],
        [SATURDAY, {"do": "start", "at": "2026-11-27 12:00"}],
        [{"do": "start", "at": "sat 09:00", "timezone": "Pacific/Niue"}, {"do": "start", "at": "tue 09:00"}],
        [{"do": "start", "at": "2026-11-20 09:00"}],
        [{"do": "pause", "at": "sat 12:00"}],
        [],
    ],
)
def test_of_a_start_that_comes_or_is_not_waited_for_nothing_is_said(schedule: list[dict[str, str]]) -> None:
    """One before the first day is an entry in the calendar: the campaign begins on that day."""
    now = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
    assert starts_in_vain(plan(**WEEK, schedule=schedule), CampaignState.DRAFT, now) == ""


def test_what_is_said_of_a_start_in_vain_goes_by_what_the_campaign_does() -> None:
    """Day by day from Wednesday on: a campaign of which nothing is said begins on its days, another never does."""
    for schedule in ([SATURDAY], [{"do": "start", "at": "tue 09:00"}], [{"do": "start", "at": "2026-12-24 09:00"}]):
        of = plan(**WEEK, schedule=schedule)
        begins = any(
            begins_by_itself(of, moment) or due(of.schedule, of.timezone, moment - HOUR, moment)
            for moment in (datetime(2026, 11, 22, 16, tzinfo=UTC) + number * HOUR for number in range(5 * 24))
        )
        said = starts_in_vain(of, CampaignState.DRAFT, datetime(2026, 11, 18, 4, 0, tzinfo=UTC))
        assert begins is (said == "")
