"""What a campaign came to: figures, the law, the page, the table of results; counted from what is on record."""

import csv
import json
import random
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, func, insert, select, update
from typer.testing import CliRunner

from campaigns.campaign_rows import StoredCampaign
from campaigns.consents import take_back
from campaigns.export import OF_ATTEMPT, OF_LEAD, export, harmless
from campaigns.report import report
from campaigns.report_drawing import bars, columns
from campaigns.report_page import page
from campaigns.report_words import WORDS
from console.command import app
from models.attempt import Attempt
from models.call import new_id
from models.consent import Consent
from models.do_not_call import OptOut
from models.errors import OperatorFault
from models.lead import Lead

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""A Wednesday, twelve o'clock in Shanghai."""
Put = Callable[..., str]


@pytest.fixture
def put(engine: Engine) -> Put:
    """Write an attempt; keywords are its columns."""

    def write(campaign: StoredCampaign, lead: int, **columns: Any) -> str:
        answered = columns.get("answered_at")
        row = {
            "id": new_id(), "campaign_id": campaign.id, "lead_id": lead, "node": "n", "number": "+8613800000001",
            "line": "a", "caller_number": "", "mode": "robot", "version": "offer@1", "state": "ended",
            "placed_at": NOON, "ringing_at": answered, "answered_at": None, "ended_at": NOON, "cause": "",
            "code": 0, "answered_by": "human" if answered else "", "disposition": "no-answer", "grade": "",
            "call_id": "", "lines": [{"line": "b", "code": 503}, {"line": "a", "code": 0}], "agent": "", "queue": "",
            "talk_s": 0.0, "cost": 0.0, "currency": "CNY", "results": {}, "abandoned": False, **columns,
        }  # fmt: skip
        with engine.begin() as connection:
            connection.execute(insert(Attempt).values(**row))
        return str(row["id"])

    return write


@pytest.fixture
def autumn(make_campaign: Any, add_leads: Any, put: Put) -> StoredCampaign:
    """Four leads: one never called, one busy and then interested, one machine, one abandoned."""
    campaign: StoredCampaign = make_campaign(mode="progressive", queue="sales", hours=["mon-sun 09:00-20:00"])
    first, second, third, _ = add_leads(campaign, *(f"+861380000000{nth}" for nth in range(1, 5)))
    talked = {"answered_at": NOON, "talk_s": 90.0, "cost": 0.12}
    put(campaign, first, disposition="busy")
    put(campaign, first, disposition="completed", grade="A", version="offer@2", line="b", **talked)
    put(campaign, second, disposition="machine", answered_by="machine", answered_at=NOON, cost=0.06,
        number="+8613800000002")  # fmt: skip
    put(campaign, third, disposition="abandoned", abandoned=True, answered_at=NOON, cost=0.06, number="+8613800000003",
        placed_at=NOON + timedelta(hours=2))  # fmt: skip
    return campaign


def lead_of(engine: Engine) -> int:
    """Return the first lead."""
    with engine.connect() as connection:
        return int(connection.scalar(select(func.min(Lead.id))) or 0)


def seen(engine: Engine, campaign: StoredCampaign, now: datetime = NOON + timedelta(hours=3)) -> dict[str, Any]:
    with engine.connect() as connection:
        return report(connection, campaign, now)


def test_the_funnel_counts_leads_and_the_tables_count_calls(engine: Engine, autumn: StoredCampaign):
    found = seen(engine, autumn)
    assert {one["stage"]: one["leads"] for one in found["funnel"]} == {
        "list": 4, "called": 3, "rang": 3, "answered": 3, "person": 2, "talked": 1, "warm": 1,
    }  # fmt: skip
    total = found["total"]
    assert (total["attempts"], total["answered"], total["persons"], total["warm"]) == (4, 3, 2, 1)
    assert (total["cost"], total["cost_per_warm"], found["currency"]) == (0.24, 0.24, "CNY")
    assert [(row["hour"], row["attempts"]) for row in found["by_hour"]] == [(12, 3), (14, 1)]
    assert [(row["line"], row["attempts"], row["person_rate"]) for row in found["by_line"]] == [
        ("a", 3, 0.3333), ("b", 1, 1.0),
    ]  # fmt: skip
    assert {row["version"]: row["warm"] for row in found["by_version"]} == {"offer@1": 0, "offer@2": 1}
    assert found["dispositions"] == {"busy": 1, "completed": 1, "machine": 1, "abandoned": 1}
    assert found["grades"] == {"A": 1}


def test_a_campaign_without_calls_has_a_report_too(engine: Engine, make_campaign: Any):
    found = seen(engine, make_campaign())
    assert found["total"]["attempts"] == 0
    assert found["total"]["answer_rate"] is None
    assert found["by_line"] == []
    for language in ("en", "zh"):
        assert "<h1>" in page(found, language)


def test_abandonment_is_measured_over_the_laws_window(engine: Engine, autumn: StoredCampaign):
    legal = seen(engine, autumn)["legal"]
    assert (legal["window_persons"], legal["window_abandoned"], legal["abandoned_percent"]) == (2, 1, 50.0)
    assert not legal["abandonment_kept"]
    later = seen(engine, autumn, NOON + timedelta(days=31))["legal"]
    assert (later["window_persons"], later["abandonment_kept"]) == (0, True)


def test_calls_outside_the_hours_of_the_callee_are_found(engine: Engine, autumn: StoredCampaign, put: Put):
    assert seen(engine, autumn)["legal"]["outside_hours"] == 0
    put(autumn, lead_of(engine), placed_at=NOON + timedelta(hours=8, minutes=1))
    put(autumn, lead_of(engine), placed_at=NOON + timedelta(hours=7, minutes=59))
    assert seen(engine, autumn)["legal"]["outside_hours"] == 1


def test_a_call_after_an_opt_out_is_found_and_one_before_is_none(engine: Engine, autumn: StoredCampaign, put: Put):
    opt_out = {
        "id": new_id(), "number": "+8613800000001", "at": NOON + timedelta(minutes=5), "campaign": autumn.name,
        "attempt": "", "call_id": "", "how": "said", "words": "don't call me again", "scope": "",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(OptOut).values(**opt_out))
    legal = seen(engine, autumn)["legal"]
    assert (legal["opt_outs"], legal["calls_after_opt_out"]) == (1, 0)
    put(autumn, lead_of(engine), placed_at=NOON + timedelta(minutes=10))
    assert seen(engine, autumn)["legal"]["calls_after_opt_out"] == 1


def test_consent_is_counted_by_its_proof_with_the_list_or_in_the_book(engine: Engine, autumn: StoredCampaign):
    with engine.begin() as connection:
        connection.execute(
            update(Lead).where(Lead.number == "+8613800000001").values(consent={"source": "form 7", "given_at": "x"})
        )
        connection.execute(
            insert(Consent).values(
                id=new_id(), number="+8613800000002", purpose="", source="shop", given_at=NOON, until=None, proof="p"
            )
        )
        take_back(connection, "+8613800000003", NOON)
    legal = seen(engine, autumn)["legal"]
    assert (legal["called_leads"], legal["with_consent"], legal["consent_required"]) == (3, 2, False)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_by_itself_and_says_what_is_broken(engine: Engine, autumn: StoredCampaign, language: str):
    text = page(seen(engine, autumn), language)
    assert "http" not in text.replace("http://www.w3.org", "")
    assert "<script" not in text
    assert WORDS[language]["broken"] in text
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in text
    start = text.index("<svg")
    while start >= 0:
        end = text.index("</svg>", start) + 6
        ET.fromstring(text[start:end])
        start = text.find("<svg", end)


def test_strangers_words_in_names_are_no_html(engine: Engine, autumn: StoredCampaign, put: Put):
    put(autumn, lead_of(engine), line="<script>alert(1)</script>", version="a&b")
    text = page(seen(engine, autumn), "en")
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "a&amp;b" in text


def test_both_languages_have_every_word():
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_charts_of_nothing_and_of_zeros_are_drawn():
    assert bars([]) == columns([], []) == ""
    ET.fromstring(bars([("无", 0.0, "0")]))
    ET.fromstring(columns(["09"], [("calls", [0.0])]))
    random.seed(1)
    ET.fromstring(columns([str(n) for n in range(24)], [("a", [random.random() * 1e6 for _ in range(24)])]))


# -- export ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("-2+3", "'-2+3"), ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"), ("＝1", "'＝1"), ("+8613800000001", "+8613800000001"), ("-", "'-"), ("plain", "plain"),
        ("", ""), (None, ""), (-3.5, -3.5), (True, "yes"), (["=a"], '["=a"]'), (NOON, "2026-11-18T04:00:00+00:00"),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula_and_numbers_stay_numbers(value: object, cell: object):
    assert harmless(value) == cell


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_results_are_exported_with_the_lists_columns_and_stay_texts(
    engine: Engine, autumn: StoredCampaign, put: Put, tmp_path: Path, ending: str
):
    with engine.begin() as connection:
        connection.execute(
            update(Lead)
            .where(Lead.number == "+8613800000001")
            .values(name="王芳", variables={"=HYPERLINK(1)": "=1+1", "amount": 12.5})
        )
    put(autumn, lead_of(engine), results={"outcome": "interested", "note": "@evil"})
    path = tmp_path / f"results.{ending}"
    with engine.connect() as connection:
        assert export(connection, autumn, path, tmp_path) == 5
        assert export(connection, autumn, path, tmp_path, everybody=True) == 6
    heading: list[Any]
    rows: list[list[Any]]
    if ending == "csv":
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            heading, *rows = csv.reader(file)
    else:
        heading, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert heading[:2] == ["lead_number", "lead_name"]
    first = dict(zip(heading, rows[0], strict=True))
    assert first["lead_name"] == "王芳"
    assert first["list_=HYPERLINK(1)"] == "'=1+1"
    assert str(first["list_amount"]) == "12.5"
    assert first["attempt_lines"] == "b 503 > a"
    last = dict(zip(heading, rows[4], strict=True))
    assert (last["result_outcome"], last["result_note"]) == ("interested", "'@evil")
    assert dict(zip(heading, rows[5], strict=True))["attempt_id"] == ""


def test_an_empty_campaign_exports_its_headings_and_bad_paths_are_said(
    engine: Engine, make_campaign: Any, tmp_path: Path
):
    campaign = make_campaign()
    with engine.connect() as connection:
        assert export(connection, campaign, tmp_path / "empty.csv", tmp_path) == 0
        heading = (tmp_path / "empty.csv").read_text("utf-8-sig").strip().split(",")
        assert len(heading) == len(OF_LEAD) + len(OF_ATTEMPT)
        with pytest.raises(OperatorFault, match=r"end it in .csv or .xlsx"):
            export(connection, campaign, tmp_path / "results.pdf", tmp_path)
        for ending in ("csv", "xlsx"):
            with pytest.raises(OperatorFault, match="can't be written"):
                export(connection, campaign, tmp_path / "missing" / f"results.{ending}", tmp_path)


def test_the_commands_print_write_and_refuse(
    engine: Engine, database_url: str, autumn: StoredCampaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOTLINE_DATABASE__URL", database_url)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    with engine.begin() as connection:  # the command counts the law's window from now, whenever that is
        connection.execute(update(Attempt).values(placed_at=datetime.now(UTC) - timedelta(days=1)))

    def hotline(line: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["campaigns", *line.split()])
        assert result.exit_code == code, result.output
        return result.output

    said = hotline("report autumn --html page.html --language zh")
    assert "autumn: draft, progressive" in said
    assert "1 of 2 that a person answered: 50 % (at most 3 %) BROKEN" in " ".join(said.split())
    assert "合规指标" in (tmp_path / "page.html").read_text("utf-8")
    assert json.loads(hotline("report autumn --json"))["total"]["attempts"] == 4
    assert "autumn.csv has 4 rows." in hotline("export autumn")
    assert json.loads(hotline("export autumn -o all.xlsx --all --json")) == {"file": "all.xlsx", "rows": 5}
    assert "There is no campaign 'winter'" in hotline("report winter", 1)
    assert "is no language of the page" in hotline("report autumn --language fr", 2)
    assert "can't be written" in hotline("report autumn --html missing/page.html", 1)
