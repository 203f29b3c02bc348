"""Lists come in: what is read, what is refused and why, and that importing again changes nothing. On both databases."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine, select

import campaigns.lead_import
from campaigns.campaign_rows import StoredCampaign, moved
from campaigns.do_not_call import list_named, put_numbers
from campaigns.lead_import import Imported, ImportOrder, import_leads
from campaigns.lead_writing import insert_leads
from models.campaign import CampaignMove
from models.database import table_of
from models.errors import CannotDo, OperatorFault
from models.lead import Lead
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Add, Make

CHINESE = "手机号,姓名,语言,优先级,预约时间,同意来源,同意时间,欠款金额,备注\n"
Bring = Callable[..., Imported]


@pytest.fixture
def bring(engine: Engine, tmp_path: Path) -> Bring:
    """Import a text as a file in the encoding given."""

    def bring(
        campaign: StoredCampaign, text: str, encoding: str = "utf-8", name: str = "list.csv", **how: Any
    ) -> Imported:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        how = {key.removeprefix("said_"): value for key, value in how.items()}
        return import_leads(engine, campaign, ImportOrder(path, **how), NOON)

    return bring


def leads(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table_of(Lead)).order_by(Lead.id)).all())


def refused(done: Imported) -> list[list[str]]:
    assert done.refused_path is not None
    with done.refused_path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_a_chinese_list_comes_in_whatever_its_encoding(
    engine: Engine, make_campaign: Make, bring: Bring, encoding: str
) -> None:
    row = "13812345678,张三,中文,80,2026-11-20 17:00,网站表单,2026-10-01,1250.50,老客户\n"
    done = bring(make_campaign(), CHINESE + row, encoding)
    assert (done.rows, done.added, done.refused) == (1, 1, {})
    [lead] = leads(engine)
    five = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert (lead.number, lead.name, lead.language, lead.priority) == ("+8613812345678", "张三", "zh", 80)
    assert (lead.timezone, lead.region, lead.state) == ("Asia/Shanghai", "CN", "new")
    assert (lead.appointment_at, lead.due_at, lead.rank) == (five, five, 100)
    assert lead.variables == {"欠款金额": "1250.50", "备注": "老客户"}
    assert lead.consent == {"source": "网站表单", "given_at": "2026-09-30T16:00:00+00:00"}
    assert lead.source == "list.csv:2"


def test_an_english_list_knows_its_columns(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    text = (
        "Name;Phone Number;Phone 2;Time Zone;Amount Due;2nd note\n"
        "Ann;(212) 555-0123;+44 20 7946 0958;America/Chicago;12;x\nBob;310.555.0199;;;;\n"
    )
    done = bring(make_campaign(country="US"), text)
    assert (done.form.delimiter, done.added) == (";", 2)
    ann, bob = leads(engine)
    assert (ann.number, ann.numbers, ann.timezone) == ("+12125550123", ["+442079460958"], "America/Chicago")
    assert (ann.variables, ann.due_at, ann.priority) == ({"Amount_Due": "12", "_2nd_note": "x"}, NOON, 50)
    assert (bob.number, bob.timezone, bob.variables) == ("+13105550199", "America/Los_Angeles", {})


def test_columns_are_what_the_operator_says(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    text = "被访人,号,秘密,金额\n张三,13812345678,x,5\n"
    bring(make_campaign(), text, said={"被访人": "name", "号": "number", "秘密": "-", "金额": "amount"})
    [lead] = leads(engine)
    assert (lead.name, lead.number, lead.variables) == ("张三", "+8613812345678", {"amount": "5"})


def test_a_list_of_bare_numbers_needs_no_headings(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    assert bring(make_campaign(), "13812345678\n13912345678\n").added == 2
    assert [lead.number for lead in leads(engine)] == ["+8613812345678", "+8613912345678"]


def test_a_sheet_comes_in(engine: Engine, make_campaign: Make) -> None:
    path = Path(__file__).parent / "customers.xlsx"
    done = import_leads(engine, make_campaign(), ImportOrder(path, refused=Path("/nowhere/x.csv")), NOON)
    assert (done.added, done.form.encoding) == (2, "excel")
    assert [(lead.number, lead.name, lead.variables) for lead in leads(engine)] == [
        ("+8613812345678", "张三", {"维修单号": "W1", "金额": "12.5"}),
        ("+861062345678", "Ann", {"维修单号": "W2", "金额": "30"}),
    ]
    assert leads(engine)[0].appointment_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def test_every_refused_row_is_there_with_its_line_and_reason(make_campaign: Make, bring: Bring, engine: Engine) -> None:
    with writing(engine) as connection:
        put_numbers(connection, list_named(connection, "national", NOON), [8613899999999], NOON)
    rows = [
        "13812345678,好,,,,,,,", ",无号,,,,,,,", "1234,短,,,,,,,", "138 1234 5678,重,,,,,,,",
        "13912345678,语,法语,,,,,,", "13912345679,优,,100,,,,,", "13912345670,约,,,明天,,,,",
        "13912345671,意,,,,表单,,,", "13899999999,拒,,,,,,,",
    ]  # fmt: skip
    done = bring(make_campaign(), CHINESE + "\n".join(rows) + "\n")
    assert (done.rows, done.added, done.known) == (9, 1, 0)
    assert done.refused == {"not-readable": 6, "duplicate": 1, "do-not-call": 1}
    found = {row[3]: (int(row[0]), row[1]) for row in refused(done)}
    expected = {
        "无": (3, "no number"), "短": (4, "'1234' is too short"), "重": (5, "on line 2 already"),
        "语": (6, "neither en nor zh"), "优": (7, "0 to 99"), "约": (8, "'明天' is no time"),
        "意": (9, "both a source and a date"), "拒": (10, "do-not-call list 'national'"),
    }  # fmt: skip
    for name, (line, words) in expected.items():
        at, reason = next(value for key, value in found.items() if key.startswith(name))
        assert at == line
        assert words in reason


def test_importing_again_changes_nothing(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    campaign = make_campaign()
    text = "phone,name\n13812345678,a\n13812345679,b\nnonsense,c\n13812345678,d\n"
    first = bring(campaign, text)
    before = leads(engine)
    again = bring(campaign, text)
    assert (first.added, first.known, again.added, again.known) == (2, 0, 0, 2)
    assert first.refused == again.refused
    assert leads(engine) == before


def test_an_import_that_was_killed_half_way_is_finished_by_the_next(
    engine: Engine, make_campaign: Make, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = make_campaign()
    monkeypatch.setattr(campaigns.lead_import, "PART", 10)
    text = "phone\n" + "".join(f"138{n:08}\n" for n in range(35))
    parts = iter(range(10))
    real = insert_leads

    def killed(*what: Any) -> int:
        if next(parts) == 2:
            raise KeyboardInterrupt
        return real(*what)

    monkeypatch.setattr(campaigns.lead_import, "insert_leads", killed)
    with pytest.raises(KeyboardInterrupt):
        bring(campaign, text)
    assert len(leads(engine)) == 20
    done = bring(campaign, text)
    assert (done.added, done.known, done.refused) == (15, 20, {})
    assert sorted(lead.number for lead in leads(engine)) == [f"+86138{n:08}" for n in range(35)]


def test_who_came_by_another_list_is_a_duplicate_unless_allowed(
    engine: Engine, make_campaign: Make, bring: Bring
) -> None:
    campaign = make_campaign()
    bring(campaign, "phone\n13812345678\n", name="monday.csv")
    done = bring(campaign, "phone\n13812345678\n13812345679\n", name="tuesday.csv")
    assert (done.added, done.refused) == (1, {"duplicate": 1})
    assert refused(done)[0][:2] == ["2", "the campaign has its number from monday.csv:2"]
    done = bring(campaign, "phone\n13812345678\n13812345678\n", name="wednesday.csv", duplicates="allow")
    assert (done.added, done.known, done.refused) == (0, 2, {})


def test_duplicates_over_all_campaigns_are_refused_where_the_rule_says_so(
    engine: Engine, make_campaign: Make, bring: Bring, add_leads: Add
) -> None:
    other, over = make_campaign("other"), make_campaign("over")
    add_leads(other, "+8613812345678")
    add_leads(other, "+8613812345670", state="done")
    add_leads(over, "+8613812345679")
    with writing(engine) as connection:
        for move in (CampaignMove.START, CampaignMove.FINISH):
            moved(connection, over.id, move, NOON)
    text = "phone\n13812345678\n13812345679\n13812345670\n"
    done = bring(make_campaign("new"), text, duplicates="all")
    assert (done.added, done.refused) == (2, {"duplicate": 1})
    assert "campaign 'other'" in refused(done)[0][1]
    assert bring(make_campaign("newer"), text).added == 3


def test_a_dry_run_writes_nothing(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    campaign = make_campaign()
    done = bring(campaign, "phone\n13812345678\nx\n", dry_run=True)
    assert (done.added, done.refused) == (1, {"not-readable": 1})
    assert leads(engine) == []


def test_numbers_that_tell_no_time_zone_need_one(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    text = "phone,timezone\n800 555 0123,\n888 555 0123,America/Denver\n"
    done = bring(make_campaign(country="US"), text)
    assert (done.added, done.refused) == (1, {"not-readable": 1})
    assert "time zone is unknown" in refused(done)[0][1]
    assert bring(make_campaign("b", country="US", timezone="America/New_York"), text).added == 2


def test_several_numbers_in_a_cell_are_one_persons(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    bring(make_campaign(), "phone\n13812345678；010-62345678\n")
    [lead] = leads(engine)
    assert (lead.number, lead.numbers) == ("+8613812345678", ["+861062345678"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"), ("name,city\nx,y\n", "no column for the number; its columns are name, city"),
        ("phone,note,note\n13812345678,a,b\n", "two columns 'note'"),
    ],
)  # fmt: skip
def test_a_list_that_cant_be_meant_is_one_sentence(make_campaign: Make, bring: Bring, text: str, sentence: str) -> None:
    with pytest.raises(OperatorFault, match=sentence) as refusal:
        bring(make_campaign(), text)
    assert str(refusal.value).endswith(".")


def test_wrong_orders_are_one_sentence_each(make_campaign: Make, bring: Bring, tmp_path: Path, engine: Engine) -> None:
    campaign = make_campaign()
    for how, sentence in (
        ({"said_encoding": "latin-x"}, "no encoding 'latin-x'"),
        ({"said_encoding": "ascii"}, "is not written in ascii"),
        ({"said": {"foo": "number"}}, "no column 'foo'"),
    ):
        with pytest.raises(OperatorFault, match=sentence):
            bring(campaign, "phone\n13812345678\n张\n", **how)
    with pytest.raises(OperatorFault, match="can't be read"):
        import_leads(engine, campaign, ImportOrder(tmp_path / "none.csv"), NOON)
    (tmp_path / "no.xlsx").write_bytes(b"nonsense")
    with pytest.raises(OperatorFault, match=r"sheet .* can't be read"):
        import_leads(engine, campaign, ImportOrder(tmp_path / "no.xlsx"), NOON)


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_of_a_list_with_20_percent_bad_rows_the_good_ones_come_and_each_bad_one_is_named(
    engine: Engine, make_campaign: Make, tmp_path: Path, name: str
) -> None:
    bad = ("", "1234", "not known", "+8613800000000000", "13800000000")
    rows = [(bad[n // 5 % 5] if n % 5 == 4 else f"138{n:08}", f"张{n}") for n in range(500)]
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text("".join(f"{number},{who}\n" for number, who in (("手机号", "姓名"), *rows)), encoding="gb18030")
    else:
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for line, row in enumerate((("手机号", "姓名"), *rows)):
                sheet.write_row(line, 0, row)
    done = import_leads(engine, make_campaign(), ImportOrder(path), NOON)
    assert (done.rows, done.added) == (500, 400)
    assert done.refused == {"not-readable": 80, "duplicate": 20}
    found = refused(done)
    assert [int(row[0]) for row in found] == [n + 2 for n in range(500) if n % 5 == 4]
    assert all(row[1] and row[3] == f"张{int(row[0]) - 2}" for row in found)
    again = import_leads(engine, make_campaign(), ImportOrder(path), NOON)
    assert (again.added, again.known, again.refused) == (0, 400, done.refused)


def test_a_character_that_no_database_takes_is_left_out(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    # Behind the beginning by which an encoding is known.
    text = "手机号,姓名,备注\n" + "\n" * 5000 + "13812345678,张\0三,a\0b\n"
    assert bring(make_campaign(), text).added == 1
    [lead] = leads(engine)
    assert (lead.name, lead.variables) == ("张三", {"备注": "ab"})


def test_a_finished_campaign_takes_no_list(engine: Engine, make_campaign: Make, bring: Bring) -> None:
    campaign = make_campaign()
    with writing(engine) as connection:
        for move in (CampaignMove.START, CampaignMove.FINISH):
            moved(connection, campaign.id, move, NOON + timedelta(minutes=1))
    with pytest.raises(CannotDo, match="clone"):
        bring(make_campaign(), "phone\n13812345678\n")
