"""The audit trail as it is read: filtered, in pages, and as a file that no spreadsheet runs."""

import csv
from datetime import UTC, datetime, timedelta

import pytest

from console.refused import Refused
from console.trail import TrailFilter, as_csv, entries
from models.audit import record

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def connection(engine):
    with engine.connect() as connection:
        for number in range(7):
            record(connection, NOW + timedelta(days=number), "ann", "listened", call_id=f"c{number % 2}")
        record(connection, NOW, "quinn", "signed-in", words='=HYPERLINK("http://evil.example")', address="192.0.2.1")
        yield connection


def test_the_newest_come_first_and_pages_follow_each_other(connection):
    rows, further = entries(connection, TrailFilter(account="ann"), limit=3)
    assert [row.id for row in rows] == [7, 6, 5]
    rows, further = entries(connection, TrailFilter(account="ann"), further, limit=3)
    assert [row.id for row in rows] == [4, 3, 2]
    rows, further = entries(connection, TrailFilter(account="ann"), further, limit=3)
    assert ([row.id for row in rows], further) == ([1], 0)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 8),
        ({"call_id": "c1"}, 3),
        ({"action": "signed-in"}, 1),
        ({"since": "2026-11-23", "until": "2026-11-24"}, 2),
        ({"since": "2020-01-01", "until": "9999-12-31"}, 8),
        ({"account": "nobody"}, 0),
        ({"account": "' OR 1=1 --"}, 0),
    ],
)
def test_filters_combine(connection, query, count):
    wanted = TrailFilter.of({**query, "language": "zh"})
    assert len(entries(connection, wanted)[0]) == count
    assert wanted.query() == query


def test_a_day_that_is_none_is_said():
    with pytest.raises(Refused, match="'yesterday' is no day"):
        TrailFilter.of({"since": "yesterday"})


def test_the_file_has_every_line_and_no_formula(connection):
    lines = list(csv.reader("".join(as_csv(connection, TrailFilter())).removeprefix("\ufeff").splitlines()))
    assert lines[0][:4] == ["at", "account", "address", "action"]
    assert len(lines) == 9
    assert lines[1][1:6] == ["quinn", "192.0.2.1", "signed-in", "", '\'=HYPERLINK("http://evil.example")']


@pytest.mark.parametrize("words", ["＝1+1", "＠x", "=1+1"])
def test_what_a_spreadsheet_turns_into_a_formula_is_none_in_the_file(connection, words):
    record(connection, NOW, "quinn", "comment.added", words=words)
    (_, row) = csv.reader(as_csv(connection, TrailFilter(action="comment.added")))
    assert row[5] == f"'{words}"
