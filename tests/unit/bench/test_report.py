"""Percentiles and bounds of reports."""

import pytest

from bench.report import Report, Row, percentile


@pytest.mark.parametrize(("share", "value"), [(50, 50), (95, 95), (100, 100), (1, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: int, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_a_row_without_a_bound_is_kept_and_one_beyond_its_bound_is_not() -> None:
    assert Row("x", 5).kept
    assert Row("x", 5, bound="<= 5").kept
    assert not Row("x", 5.1, bound="<= 5").kept
    assert not Row("x", 4, bound=">= 5").kept


def test_a_spread_of_nothing_misses_what_was_asked(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report("made up", "")
    report.spread("wait", [], "ms", p95="<= 300")
    assert [(row.value, row.kept) for row in report.rows] == [(None, True), (None, False)]
    assert report.show() == 1
    assert "nothing" in capsys.readouterr().out


def test_a_spread_of_nothing_of_which_nothing_is_asked_is_shown_and_misses_nothing() -> None:
    report = Report("made up", "")
    report.spread("wait", [], "ms")
    assert (len(report.rows), report.show()) == (2, 0)
