from datetime import UTC, date, datetime, timedelta

import pytest

from dialplans.calendars import (
    Calendar,
    NotACalendar,
    a_country,
    a_date,
    a_timezone,
    hours_of,
    opening_hours,
    span,
    weekdays,
)

OFFICE = opening_hours({"mon-fri": "09:00-18:00", "sat": ["10:00-12:00", "13:00-14:00"]})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_it_is_open_within_its_hours_of_its_own_time_zone() -> None:
    office = Calendar("Asia/Shanghai", OFFICE)
    assert office.is_open(at("2026-11-23T09:00+08:00"))
    assert not office.is_open(at("2026-11-23T18:00+08:00"))
    assert office.is_open(at("2026-11-23T01:30+00:00"))
    assert not office.is_open(at("2026-11-23T09:30+00:00") + timedelta(hours=1))


def test_a_day_may_have_a_break_and_a_closed_day_has_no_hours() -> None:
    office = Calendar("UTC", OFFICE)
    assert office.is_open(at("2026-11-21T11:59+00:00"))
    assert not office.is_open(at("2026-11-21T12:30+00:00"))
    assert office.is_open(at("2026-11-21T13:30+00:00"))
    assert not office.is_open(at("2026-11-22T11:00+00:00"))


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-10-01", False),  # National Day, a Thursday
        ("2026-10-10", True),  # a Saturday, worked for the 7th
        ("2026-02-14", True),  # a Saturday, worked for the 20th
        ("2026-02-20", False),  # its Friday off
        ("2026-10-17", False),  # an ordinary Saturday
    ],
)
def test_chinas_shifted_working_days_have_the_hours_of_a_working_day(day: str, is_open: bool) -> None:
    office = Calendar("Asia/Shanghai", opening_hours({"mon-fri": "09:00-18:00"}), "CN")
    assert office.is_open(at(f"{day}T17:00+08:00")) is is_open


def test_holidays_differ_within_a_country() -> None:
    corpus_christi = at("2026-06-04T10:00+02:00")
    assert not Calendar("Europe/Berlin", OFFICE, "DE-BY").is_open(corpus_christi)
    assert Calendar("Europe/Berlin", OFFICE, "DE-BE").is_open(corpus_christi)


def test_days_of_ones_own_win_over_week_and_holidays() -> None:
    christmas, sunday, thursday = date(2026, 12, 25), date(2026, 12, 27), date(2026, 12, 24)
    office = Calendar("UTC", OFFICE, "GB", closed=frozenset([thursday]), opened=frozenset([christmas, sunday]))
    assert office.is_open(datetime(2026, 12, 25, 10, tzinfo=UTC))
    assert office.is_open(datetime(2026, 12, 27, 10, tzinfo=UTC))
    assert not office.is_open(datetime(2026, 12, 24, 10, tzinfo=UTC))


def test_a_night_reaches_into_the_next_day() -> None:
    bar = Calendar("UTC", opening_hours({"fri": "20:00-03:00"}))
    assert bar.is_open(at("2026-11-20T23:00+00:00"))
    assert bar.is_open(at("2026-11-21T02:59+00:00"))
    assert not bar.is_open(at("2026-11-21T03:00+00:00"))
    assert not bar.is_open(at("2026-11-20T02:00+00:00"))


def test_it_knows_when_it_opens_next_and_when_it_closes() -> None:
    office = Calendar("Asia/Shanghai", opening_hours({"mon-fri": "09:00-18:00"}), "CN")
    assert office.opens(at("2026-09-30T19:00+08:00")) == at("2026-10-08T09:00+08:00")
    assert office.closes(at("2026-09-30T17:00+08:00")) == at("2026-09-30T18:00+08:00")
    assert office.closes(at("2026-09-30T19:00+08:00")) is None
    assert Calendar("UTC").opens(at("2026-09-30T19:00+00:00")) is None


def test_around_the_clock_is_from_midnight_to_midnight() -> None:
    always = Calendar("UTC", opening_hours({"mon-sun": "00:00-24:00"}))
    assert always.is_open(at("2026-11-21T23:59+00:00"))
    assert always.is_open(at("2026-11-22T00:00+00:00"))


def test_the_week_may_be_written_around_its_end() -> None:
    assert weekdays("sat-mon") == (5, 6, 0)
    assert weekdays("Monday, wed") == (0, 2)


@pytest.mark.parametrize(
    ("read", "wrong", "sentence"),
    [
        (weekdays, "xyz", "'xyz' are no days of the week; write mon, mon-fri or sat,sun."),
        (span, "9-18", "'9-18' are no opening hours; write from and to, like 09:00-18:00."),
        (span, "25:00-26:00", "'25:00-26:00' are no opening hours; write from and to, like 09:00-18:00."),
        (a_timezone, "Beijing", "There is no time zone 'Beijing'; write one like Asia/Shanghai or Europe/London."),
        (a_country, "XX", "No holidays are known for 'XX'; write a country like CN, GB or US."),
        (a_date, "24.12.2026", "'24.12.2026' is no day; write it like 2026-12-24."),
    ],
)
def test_what_is_wrong_is_said_with_what_to_write(read, wrong: str, sentence: str) -> None:
    with pytest.raises(NotACalendar) as fault:
        read(wrong)
    assert str(fault.value) == sentence


def test_a_part_of_a_country_is_checked_too() -> None:
    with pytest.raises(NotACalendar, match="'DE' has no part 'XX'"):
        a_country("DE-XX")


def test_hours_may_be_written_as_lines():
    assert hours_of(["mon-fri 09:00-18:00", "sat 10:00-12:00", "sat 13:00-14:00"]) == OFFICE


def test_without_a_time_zone_it_has_that_of_the_moment() -> None:
    office = Calendar("", OFFICE)
    assert office.is_open(at("2026-11-23T09:00+08:00"))
    assert not office.is_open(at("2026-11-23T18:00+08:00"))
    assert office.opens(at("2026-11-23T20:00-05:00")) == at("2026-11-24T09:00-05:00")
    assert office.closes(at("2026-11-23T10:00+08:00")) == at("2026-11-23T18:00+08:00")
