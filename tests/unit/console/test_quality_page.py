"""The quality board: whatever an address says, a board comes of it; links lead to just the calls that are counted."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import Engine, update

from console.access import Viewer
from console.pages import quality
from console.pages import quality_charts as charts
from console.pages.quality import asked_of
from console.pages.quality_figures import address_of, calls_of, mean, share
from models.scorecard import ScorecardVersion
from quality.boards import BUCKETS, Tally
from quality.call_filter import CallFilter

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _query(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"days": "x", "by": "'; drop table call"},
        {"days": "99999999999"},
        {"days": "-3"},
        {"days": "0"},
        {"days": "²"},
    ],
)
def test_an_address_that_cannot_be_meant_is_a_board_all_the_same(query: dict[str, str]) -> None:
    asked = asked_of(query, NOW)
    assert asked.by == "agent"
    assert timedelta(days=1) <= asked.until - asked.since <= timedelta(days=365)


def test_an_address_holds_all_that_was_chosen() -> None:
    asked = asked_of({"days": "90", "by": "queue", "team": "蓝 队&x=1", "agent": "201"}, NOW)
    assert asked_of(_query(address_of(asked)), NOW) == asked
    assert asked_of(_query(address_of(asked, by="week", team="")), NOW).team == ""


def test_a_link_leads_to_just_the_calls_that_were_counted() -> None:
    asked = asked_of({"days": "7", "by": "agent", "queue": "客服", "flow": "front"}, NOW)
    found = CallFilter.of(_query(calls_of(asked, agent="201", rule="greeting")))
    assert (found.since, found.until) == (asked.since, asked.until)
    assert (found.queue, found.flow, found.agent, found.rule) == ("客服", "front", "201", "greeting")


def test_links_to_the_parts_of_the_distribution_share_no_score() -> None:
    begins = [tenth * 10.0 for tenth in range(BUCKETS)]
    assert all(end < begin for end, begin in zip(charts.ENDS, begins[1:], strict=False))
    assert charts.ENDS[-1] == 100.0


def test_charts_show_what_was_counted_and_leave_gaps_where_nothing_was_scored() -> None:
    days = [(date(2026, 11, 20), Tally(3, 2, 150.0, 1, 0)), (date(2026, 11, 21), Tally(1))]
    trend = charts.trend(days, "Mean", "Scored")
    assert trend["xAxis"]["data"] == ["11-20", "11-21"]
    assert [one["data"] for one in trend["series"]] == [[75.0, None], [2, 0]]
    assert charts.distribution(range(10), "Calls")["series"][0]["data"] == list(range(10))


def test_compared_are_those_that_are_scored_the_best_on_top() -> None:
    rows = [("Anna", Tally(2, 2, 180.0)), ("Ben", Tally(2)), ("王芳", Tally(1, 1, 60.0)), ("A" * 40, Tally(1, 1, 1.0))]
    shown = charts.compared(rows, "Mean")
    assert shown["yAxis"]["data"] == [f"{'A' * 17}…", "王芳", "Anna"]
    assert shown["series"][0]["data"] == [1.0, 60.0, 90.0]


def test_figures_of_nothing_are_a_dash() -> None:
    assert (mean(Tally(5)), share(None), share(0.0), share(0.034), share(1.0)) == ("–", "–", "0%", "3.4%", "100%")


def test_the_board_knows_whether_calls_wait_to_be_scored_or_nothing_scores_them(engine_with_calls: Engine) -> None:
    asked, viewer = quality.asked_of({}, datetime.now(UTC)), Viewer("quinn", "Quinn", ("qa",))
    with engine_with_calls.begin() as connection:
        assert quality._read(connection, asked, viewer)[1].scored_by
        connection.execute(update(ScorecardVersion).values(in_force=False))
        assert not quality._read(connection, asked, viewer)[1].scored_by
