"""Calling hours hold where the callee is, over changes of the clock, holidays and working weekends."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaigns.calling_hours import CallingHours
from campaigns.plan import plan_of


def hours(**plan: Any) -> CallingHours:
    return CallingHours.of(plan_of({"name": "x", "country": "US", "flows": ["f"], "holidays": "", **plan}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


DAILY = ["mon-sun 08:00-21:00"]


@pytest.mark.parametrize(
    ("zone", "moment", "reason"),
    [
        ("America/New_York", "2026-11-18T07:59:59-05:00", "outside-hours"),
        ("America/New_York", "2026-11-18T08:00:00-05:00", None),
        ("America/New_York", "2026-11-18T20:59:59-05:00", None),
        ("America/New_York", "2026-11-18T21:00:00-05:00", "outside-hours"),
        ("America/Los_Angeles", "2026-11-18T08:00:00-05:00", "outside-hours"),
        ("America/Los_Angeles", "2026-11-18T11:00:00-05:00", None),
        ("Asia/Kolkata", "2026-11-18T02:29:00+00:00", "outside-hours"),
        ("Asia/Kolkata", "2026-11-18T02:30:00+00:00", None),
        ("America/New_York,America/Los_Angeles", "2026-11-18T10:59:00-05:00", "outside-hours"),
        ("America/New_York,America/Los_Angeles", "2026-11-18T11:00:00-05:00", None),
        ("America/New_York,America/Los_Angeles", "2026-11-18T21:00:00-05:00", "outside-hours"),
        ("", "2026-11-18T12:00:00-05:00", "no-timezone"),
    ],
)
def test_hours_are_the_callees(zone: str, moment: str, reason: str | None) -> None:
    closed = hours(hours=DAILY).closed(zone, "US", at(moment))
    assert (closed.reason if closed else None) == reason


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        # The clock goes forward on 2026-03-08 and back on 2026-11-01, both at two in the night.
        ("2026-03-07T22:00:00-05:00", "2026-03-08T08:00:00-04:00"),
        ("2026-10-31T22:00:00-04:00", "2026-11-01T08:00:00-05:00"),
        ("2026-03-08T12:00:00-04:00", "2026-03-08T12:00:00-04:00"),
    ],
)
def test_a_change_of_the_clock_moves_no_hour(moment: str, opens: str) -> None:
    assert hours(hours=DAILY).opens("America/New_York", "US", at(moment)) == at(opens)


def test_hours_that_begin_in_the_hour_that_is_left_out_begin_once() -> None:
    night = hours(hours=["mon-sun 02:30-04:00"])
    assert night.closed("America/New_York", "US", at("2026-03-08T03:45:00-04:00")) is None
    twice = hours(hours=["mon-sun 01:30-01:45"])
    for offset in ("-04:00", "-05:00"):
        assert twice.closed("America/New_York", "US", at(f"2026-11-01T01:40:00{offset}")) is None


def test_midnight_belongs_to_the_new_day() -> None:
    weekdays = hours(hours=["mon-fri 00:00-24:00"])
    shanghai = "Asia/Shanghai"
    assert weekdays.closed(shanghai, "CN", at("2026-11-20T23:59:59+08:00")) is None
    assert weekdays.closed(shanghai, "CN", at("2026-11-21T00:00:00+08:00")) is not None
    assert weekdays.opens(shanghai, "CN", at("2026-11-21T00:00:00+08:00")) == at("2026-11-23T00:00:00+08:00")


def test_holidays_are_the_plans_or_the_callees_own() -> None:
    thanksgiving = at("2026-11-26T12:00:00-05:00")
    for plan, region, reason in (("US", "US", "holiday"), ("", "US", None), ("CN", "US", None)):
        closed = hours(hours=DAILY, holidays=plan).closed("America/New_York", region, thanksgiving)
        assert (closed.reason if closed else None) == reason
    own = CallingHours.of(plan_of({"name": "x", "country": "CN", "flows": ["f"], "hours": DAILY}))
    closed = own.closed("America/New_York", "US", thanksgiving)
    assert closed is not None
    assert (closed.reason, closed.until) == ("holiday", at("2026-11-27T08:00:00-05:00"))
    assert own.closed("Asia/Shanghai", "CN", thanksgiving.replace(hour=1)) is None


def test_chinas_working_weekends_are_working_days() -> None:
    plan = hours(hours=["mon-fri 09:00-18:00"], holidays="CN", country="CN")
    # The Saturday that makes up for the Spring Festival of 2026, and a usual one.
    assert plan.closed("Asia/Shanghai", "CN", at("2026-02-14T10:00:00+08:00")) is None
    assert plan.closed("Asia/Shanghai", "CN", at("2026-02-07T10:00:00+08:00")) is not None
    festival = plan.closed("Asia/Shanghai", "CN", at("2026-02-17T10:00:00+08:00"))
    assert festival is not None
    assert (festival.reason, festival.until) == ("holiday", at("2026-02-24T09:00:00+08:00"))


def test_a_campaign_has_a_first_and_a_last_day() -> None:
    plan = hours(hours=DAILY, start_on="2026-11-20", end_on="2026-11-21")
    zone = "America/New_York"
    early = plan.closed(zone, "US", at("2026-11-18T12:00:00-05:00"))
    assert early is not None
    assert (early.reason, early.until) == ("not-yet", at("2026-11-20T08:00:00-05:00"))
    late = plan.closed(zone, "US", at("2026-11-22T12:00:00-05:00"))
    assert late is not None
    assert (late.reason, late.until) == ("over", None)
    assert plan.opens(zone, "US", at("2026-11-21T21:30:00-05:00")) is None


def test_zones_that_share_no_hour_never_open() -> None:
    plan = hours(hours=["mon-sun 09:00-12:00"])
    assert plan.opens("Pacific/Auckland,America/Los_Angeles", "", at("2026-11-18T00:00:00+00:00")) is None


def test_a_plans_zone_is_everybodys() -> None:
    plan = hours(hours=DAILY, timezone="Asia/Shanghai")
    assert plan.closed("America/New_York", "US", at("2026-11-18T09:00:00+08:00")) is None
    assert plan.closes("", "US", at("2026-11-18T09:00:00+08:00")) == at("2026-11-18T21:00:00+08:00")


def test_a_days_end_is_when_its_hours_end() -> None:
    plan = hours(hours=["mon-fri 09:00-12:00", "mon-fri 14:00-18:00"])
    assert plan.closes("Asia/Shanghai", "CN", at("2026-11-18T09:00:00+08:00")) == at("2026-11-18T12:00:00+08:00")
    assert plan.closes("Asia/Shanghai", "CN", at("2026-11-18T13:00:00+08:00")) is None
    assert plan.opens("Asia/Shanghai", "CN", at("2026-11-18T13:00:00+08:00")) == datetime(2026, 11, 18, 6, tzinfo=UTC)
    assert date(2026, 11, 18).weekday() == 2
