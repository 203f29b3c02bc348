"""Orders by the calendar: which one counts, where the clock is another, and after a server was down."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from campaigns.plan import plan_of
from campaigns.schedule import CAUTIOUS, ScheduledOrder, due

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
WORK = (ScheduledOrder(do="start", at="mon-fri 09:00"), ScheduledOrder(do="pause", at="mon-fri 12:00"))
SHANGHAI, HOUR = "Asia/Shanghai", timedelta(hours=1)
DAYS = "mon", "tue", "wed", "thu", "fri", "sat", "sun"


def said(orders: tuple[ScheduledOrder, ...], timezone: str, since: datetime, now: datetime) -> str | None:
    """Return the last of what is due."""
    found = due(orders, timezone, since, now)
    return found[-1][1].do if found else None


def order(at: str) -> tuple[ScheduledOrder, ...]:
    return (ScheduledOrder(do="start", at=at),)


def fired(at: str, zone: str, first: datetime, last: datetime) -> list[str]:
    """Return when an order is carried out by a server that looks every ten minutes, by the clock of `zone`."""
    found, since, now = [], first, first
    while now <= last:
        if due(order(at), zone, since, now):
            found.append(f"{now.astimezone(ZoneInfo(zone)):%m-%d %H:%M %z}")
            since = now
        now += timedelta(minutes=10)
    return found


def test_an_order_is_due_from_its_time_on_and_until_somebody_says_something_else() -> None:
    assert said(WORK, SHANGHAI, MONDAY, MONDAY + 0.99 * HOUR) is None
    assert said(WORK, SHANGHAI, MONDAY, MONDAY + HOUR) == "start"
    assert said(WORK, SHANGHAI, MONDAY + HOUR, MONDAY + 3.9 * HOUR) is None, "done already"
    assert said(WORK, SHANGHAI, MONDAY + HOUR, MONDAY + 4 * HOUR) == "pause"
    assert said(WORK, SHANGHAI, MONDAY + 5 * HOUR, MONDAY + 9 * HOUR) is None, "resumed by hand at one o'clock"


def test_what_was_missed_comes_in_its_order_as_far_back_as_a_week() -> None:
    missed = due(WORK, SHANGHAI, MONDAY - 900 * HOUR, MONDAY + 6 * HOUR)
    found = [f"{order.do} {at + 8 * HOUR:%a %H}" for at, order in missed]
    assert found[:3] == ["start Mon 09", "pause Mon 12", "start Tue 09"]
    assert found[-3:] == ["pause Fri 12", "start Mon 09", "pause Mon 12"]


def test_of_the_same_order_in_a_row_the_last_counts() -> None:
    every_day = due(order("mon-sun 09:00"), SHANGHAI, MONDAY - 100 * HOUR, MONDAY + HOUR)
    assert [at for at, _ in every_day] == [MONDAY + HOUR]


@pytest.mark.parametrize("clocks", [("mon 09:00", "mon-fri 09:00"), ("mon-fri 09:00", "2026-11-23 09:00")])
def test_of_orders_for_one_moment_the_most_cautious_counts_however_they_are_written(clocks: tuple[str, str]) -> None:
    for place, cautious in enumerate(CAUTIOUS):
        for other in CAUTIOUS[place:]:
            both = [ScheduledOrder(do=do, at=at) for do, at in zip((cautious, other), clocks, strict=True)]
            for written in (both, both[::-1]):
                assert [one.do for _, one in due(written, SHANGHAI, MONDAY, MONDAY + HOUR)] == [cautious]


def test_the_clock_is_that_of_the_order_or_of_the_plan() -> None:
    here = (ScheduledOrder(do="drain", at="2026-11-23 09:00", timezone="America/New_York"),)
    assert said(here, SHANGHAI, MONDAY, MONDAY + 13.9 * HOUR) is None
    assert said(here, SHANGHAI, MONDAY, MONDAY + 14 * HOUR) == "drain"
    assert said(here, SHANGHAI, MONDAY + 14 * HOUR, MONDAY + 900 * HOUR) is None, "once"


def test_days_are_a_list_or_a_span() -> None:
    weekend = (ScheduledOrder(do="stop", at="sat,sun 8:30"),)
    assert said(weekend, "UTC", MONDAY, MONDAY + 5 * 24 * HOUR + 8 * HOUR) is None
    assert said(weekend, "UTC", MONDAY, MONDAY + 5 * 24 * HOUR + 9 * HOUR) == "stop"


def test_a_span_of_days_may_go_over_the_weekend() -> None:
    hours = [timedelta(days=day, hours=10) for day in range(7)]
    found = ["sun-thu 9:00", "sat-mon 9:00", "fri 9:00", "mon-sun 9:00", "fri-fri,mon 9:00"]
    assert [
        [DAYS[(MONDAY + at).weekday()] for at in hours if said(order(one), "UTC", MONDAY + at - 2 * HOUR, MONDAY + at)]
        for one in found
    ] == [["mon", "tue", "wed", "thu", "sun"], ["mon", "sat", "sun"], ["fri"], list(DAYS), ["mon", "fri"]]


@pytest.mark.parametrize(
    ("zone", "at", "days", "times"),
    [
        ("America/New_York", "sun 01:30", "2026-10-31 2026-11-03", ["11-01 01:30 -0400"]),
        ("America/New_York", "2026-11-01 01:30", "2026-10-31 2026-11-03", ["11-01 01:30 -0400"]),
        ("Europe/Berlin", "sun 02:00", "2026-10-24 2026-10-27", ["10-25 02:00 +0200"]),
        ("Africa/Cairo", "mon-fri 23:30", "2026-10-29 2026-10-31", ["10-29 23:30 +0300", "10-30 23:30 +0200"]),
        ("America/Santiago", "sat 23:00", "2026-04-03 2026-04-06", ["04-04 23:00 -0300"]),
        ("Australia/Lord_Howe", "sun 01:40", "2026-04-03 2026-04-06", ["04-05 01:40 +1100"]),
    ],
)
def test_where_clocks_are_put_back_the_first_of_two_times_counts(
    zone: str, at: str, days: str, times: list[str]
) -> None:
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days.split())
    assert fired(at, zone, first, last) == times


@pytest.mark.parametrize(
    ("zone", "at", "days", "times"),
    [
        ("Africa/Cairo", "fri 00:00", "2026-04-22 2026-04-26", ["04-24 01:00 +0300"]),
        ("America/Santiago", "sun 00:00", "2026-09-04 2026-09-07", ["09-06 01:00 -0300"]),
        ("America/New_York", "sun 02:30", "2026-03-06 2026-03-09", ["03-08 03:30 -0400"]),
        ("Europe/Berlin", "2026-03-29 02:10", "2026-03-27 2026-03-31", ["03-29 03:10 +0200"]),
        ("Australia/Lord_Howe", "sun 02:10", "2026-10-02 2026-10-06", ["10-04 02:40 +1100"]),
    ],
)
def test_where_clocks_are_put_forward_a_time_that_never_comes_is_as_much_later(
    zone: str, at: str, days: str, times: list[str]
) -> None:
    first, last = (datetime.fromisoformat(day).replace(tzinfo=UTC) for day in days.split())
    assert fired(at, zone, first, last) == times


def test_two_orders_of_a_repeated_hour_are_told_apart_by_when_they_are() -> None:
    """01:30 and 01:40 of the first hour, and 01:30 UTC-5 of the second, which is later than both."""
    orders = (
        ScheduledOrder(do="start", at="sun 01:40"),
        ScheduledOrder(do="pause", at="2026-11-01 06:30", timezone="UTC"),
    )
    found = due(orders, "America/New_York", datetime(2026, 10, 31, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC))
    assert [(at.hour, one.do) for at, one in found] == [(5, "start"), (6, "pause")]


def test_every_zone_and_every_change_of_its_clocks_has_one_time_a_day() -> None:
    """Of each weekday's 00:30, 01:30, 02:30 and 23:30, over the days around both changes of a year."""
    for zone in ("Africa/Cairo", "America/Santiago", "America/Havana", "Asia/Beirut", "Europe/London", "Asia/Shanghai"):
        for change in (
            "2026-03-08",
            "2026-03-29",
            "2026-04-05",
            "2026-04-24",
            "2026-09-06",
            "2026-10-30",
            "2026-11-01",
        ):
            noon = datetime.fromisoformat(f"{change} 12:00").replace(tzinfo=ZoneInfo(zone)) - timedelta(days=3)
            for clock in ("00:30", "01:30", "02:30", "23:30"):
                each = [
                    said(order(f"mon-sun {clock}"), zone, before.astimezone(UTC), (before + timedelta(days=1)))
                    for before in (noon + timedelta(days=day) for day in range(6))
                ]
                assert each == ["start"] * 6, (zone, change, clock)


@pytest.mark.parametrize(
    "at",
    ["morning", "mon-fry 09:00", "mon 25:00", "2026-13-01 09:00", "", "09:00", "mon, 09:00", "mon- 09:00", "- 09:00"],
)
def test_what_is_no_time_is_said(at: str) -> None:
    with pytest.raises(ValidationError, match="is no time such as"):
        ScheduledOrder(do="start", at=at)


def test_a_schedule_needs_a_time_zone() -> None:
    plan = {"name": "a", "country": "CN", "flows": ["offer"], "schedule": [{"do": "start", "at": "mon-fri 09:00"}]}
    with pytest.raises(ValidationError, match="times and not where"):
        plan_of(plan)
    assert plan_of({**plan, "timezone": SHANGHAI}).schedule[0].do == "start"
