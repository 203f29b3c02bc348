import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, select

from console.access import Viewer
from console.call_choices import choices
from console.call_export import COLUMNS, KINDS, answer, csv_lines, harmless, xlsx_file
from console.call_query import filter_of
from console.phrases import Phrases
from console.sessions import begin, session_of
from console.visit import Visit
from models.account import Account
from models.audit import Audit
from models.database import migrate, open_engine
from models.errors import Refused
from models.settings import Settings
from quality.call_filter import CallFilter
from quality.scope import ALL, Scope
from tests.unit.console.people import put_accounts
from tests.unit.quality.listing import CALLS as SOME
from tests.unit.quality.listing import Made, naive, write

QA = Viewer("quinn", "Quinn", ("qa",))
LEAD = Viewer("sue", "Sue", ("supervisor",), team="red")
EVIL = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def calls() -> list[Made]:
    return [*SOME, replace(SOME[0], id="evil", caller=EVIL, called="@evil", flow="-1+1", queue="＝2")]


@pytest.fixture(scope="module")
def engine(tmp_path_factory, calls):
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('export') / 'hotline.sqlite'}")
    migrate(engine)
    write(engine, calls)
    yield engine
    engine.dispose()


def _csv(engine, viewer: Viewer, wanted: CallFilter | None = None) -> list[dict[str, str]]:
    lines = list(csv_lines(engine, viewer, wanted or CallFilter()))
    assert all(len(line) < 100_000 for line in lines)
    return list(csv.DictReader(io.StringIO("".join(lines).removeprefix("\ufeff"))))


def test_an_export_has_what_passes_within_the_scope_and_nothing_else(engine, calls):
    for viewer in (QA, LEAD):
        wanted = CallFilter(language="zh")
        rows = _csv(engine, viewer, wanted)
        assert sorted(row["id"] for row in rows) == sorted(naive(calls, wanted, viewer.scope()))
        assert tuple(rows[0]) == COLUMNS


def test_an_export_ends_at_its_bound(engine, monkeypatch):
    monkeypatch.setattr("console.call_export.MOST", 7)
    assert len(_csv(engine, QA)) == 7


def test_nothing_in_an_export_is_run_by_a_spreadsheet(engine):
    row = next(row for row in _csv(engine, QA) if row["id"] == "evil")
    assert row["flow"] == "'-1+1"
    assert not any(cell.startswith(("=", "@", "-", "＝")) for cell in row.values())
    path = xlsx_file(engine, QA, CallFilter())
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    finally:
        path.unlink()
    assert tuple(sheet[0]) == COLUMNS
    assert len(sheet) == len(_csv(engine, QA)) + 1
    evil = next(row for row in sheet if row[0] == "evil")
    assert "'-1+1" in evil


def test_numbers_are_whole_for_those_who_may_see_originals_and_masked_for_others(engine):
    assert any("13800138000" in row["number"] for row in _csv(engine, QA))
    assert not any("1380013" in cell for row in _csv(engine, LEAD) for cell in row.values())


def test_a_masked_number_is_not_found_out_piece_by_piece():
    for number in ("138", "138*", "*8000", "+86138"):
        with pytest.raises(Refused, match="at least 7 digits"):
            filter_of(LEAD, {"number": number})
        assert filter_of(QA, {"number": number}).number == number
    for number in ("13800138000", "1380013*", "=1380013", "*=0138000"):
        assert filter_of(LEAD, {"number": number}).number.startswith("=")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"), ("+1;cmd", "'+1;cmd"), ("+8613800138000", "+8613800138000"), ("-2", "'-2"), (-2.5, -2.5),
        (True, "yes"), (None, ""), ("＠x", "'＠x"), ("\tx", "'\tx"), ("退款", "退款"),
    ],
)  # fmt: skip
def test_a_cell_is_harmless(cell, written):
    assert harmless(cell) == written


def test_choices_name_no_agent_or_team_out_of_scope(engine):
    with engine.connect() as connection:
        everything = choices(connection, ALL, "en")
        lead = choices(connection, Scope(teams=("red",)), "zh")
        nobody = choices(connection, Scope(teams=("",)), "zh")
    assert len(everything.agents) == 4
    assert [agent for agent, _ in lead.agents] == ["201", "202"]
    assert lead.teams == (("red", "red"),)
    assert (nobody.agents, nobody.teams) == ((), ())
    assert set(everything.flows) >= {("reception", "reception"), ("退款", "退款")}


EVERY_FILTER = {
    "words": "refund", "number": "13800138000", "since": "2020-01-01T00:00", "until": "2030-01-01T00:00",
    "agent": "201", "queue": "q", "campaign": "c", "flow": "f", "team": "t", "language": "zh", "direction": "inbound",
    "cause": "busy", "rule": "r", "score_from": "1", "score_to": "99", "good": "no", "fatal": "no", "reviewed": "open",
    "seconds_from": "1", "seconds_to": "900", "talk": "agent", "inspected": "yes", "running": "no",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_export_by_any_filter_is_given_and_on_the_trail_with_all_that_was_asked(engine, kind):
    query = EVERY_FILTER
    with engine.begin() as connection:
        connection.execute(delete(Account))
    put_accounts(engine)
    now = datetime.now(UTC)
    with engine.begin() as connection:
        session = session_of(connection, begin(connection, "quinn", "", now), now)
    assert session is not None
    visit = Visit(engine, Settings(), Phrases.load(), session, "en", {}, query, "192.0.2.1")
    response = await answer(visit, kind)
    assert response.media_type == KINDS[kind]
    with engine.connect() as connection:
        entry = connection.execute(select(Audit).where(Audit.words == f"calls.{kind}")).one()
    assert set(entry.data) == set(query)
    if response.background is not None:
        await response.background()
