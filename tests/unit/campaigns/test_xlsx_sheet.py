"""XLSX sheets row by row: what cells show, what damaged files are called, and that malicious ones are bounded."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import campaigns.xlsx_parts
import campaigns.xlsx_texts
from campaigns.list_file import form_of, read_rows
from campaigns.xlsx_numbers import DATE, ELAPSED, NUMBER, Numbers, kind_of_format
from campaigns.xlsx_parts import check_archive, check_book
from campaigns.xlsx_sheet import sheet_rows
from models.errors import OperatorFault

SPACE = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{SPACE}/spreadsheetml/2006/main"'
RELATIONS = f"{SPACE}/officeDocument/2006/relationships"
Write = Callable[..., Path]
LONG = "a" * 500_000


def relations(**targets: str) -> str:
    each = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{SPACE}/package/2006/relationships">{each}</Relationships>'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a workbook whose first sheet has these rows, as other programs than ours write them."""

    def write(
        rows: str, *, texts: str = "", styles: str = "", book: str = "", others: dict[str, Any] | None = None
    ) -> Path:
        path = tmp_path / "list.xlsx"
        parts = {
            "_rels/.rels": relations(officeDocument="xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}">{book}<sheets>'
            '<sheet name="List" sheetId="1" r:id="r0"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                worksheet="worksheets/sheet1.xml",
                **({"sharedStrings": "/xl/sharedStrings.xml"} if texts else {}),
                **({"styles": "styles.xml"} if styles else {}),
            ),
            "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
            "xl/sharedStrings.xml": f"<sst {MAIN}>{texts}</sst>",
            "xl/styles.xml": f"<styleSheet {MAIN}>{styles}</styleSheet>",
            **(others or {}),
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in parts.items():
                archive.writestr(name, text)
        return path

    return write


def cells(path: Path) -> list[list[str]]:
    return [found for _, found in sheet_rows(path)]


def one(cell: str) -> str:
    return f"<row>{cell}</row>"


def test_a_telephone_number_in_a_cell_of_numbers_has_no_point(write: Write) -> None:
    rows = "".join(f"<c><v>{n}</v></c>" for n in ("13812345678", "1.3812345678E10", "12.5", "0.1", "-5", " 7 "))
    assert cells(write(one(rows))) == [["13812345678", "13812345678", "12.5", "0.1", "-5", "7"]]


def test_texts_are_those_of_the_workbook_without_how_they_are_spoken(write: Write) -> None:
    texts = (
        "<si><t>张三</t></si><si><r><t>a</t></r><r><rPr/><t xml:space='preserve'> b </t></r>"
        "<rPh sb='0' eb='1'><t>zhang</t></rPh></si><si><t>  c </t></si><si/><si><t>x_x000D_y&amp;</t></si>"
    )
    rows = "".join(f'<c t="s"><v>{n}</v></c>' for n in (0, 1, 2, 3, 4, 0))
    assert cells(write(one(rows), texts=texts)) == [["张三", "a b ", "c", "", "x\ry&", "张三"]]


def test_texts_in_cells_formulas_and_other_kinds_show_what_was_saved(write: Write) -> None:
    rows = (
        '<c t="inlineStr"><is><t>in </t></is></c><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r>'
        '<rPh sb="0" eb="1"><t>p</t></rPh></is></c><c t="str"><f>A1</f><v>kept</v></c><c><f>1+1</f><v>2</v></c>'
        '<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="d"><v>2026-11-20T10:00:00</v></c><c><f>A1</f></c>'
    )
    assert cells(write(one(rows))) == [["in", "ab", "kept", "2", "True", "", "2026-11-20 10:00:00", ""]]


def test_rows_and_cells_stand_where_they_say(write: Write) -> None:
    rows = '<row r="3"><c r="B3"><v>1</v></c><c r="AA3"><v>2</v></c></row><row><c><v>3</v></c></row><row r="9"/>'
    found = list(sheet_rows(write(rows)))
    assert [line for line, _ in found] == [3, 4, 9]
    assert found[0][1] == ["", "1", *[""] * 24, "2"]
    assert [row for _, row in found[1:]] == [["3"], []]


def test_empty_cells_far_to_the_right_take_no_place(write: Write) -> None:
    assert cells(write('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>')) == [["1"]]


def test_a_sheet_with_prefixed_tags_is_the_same(write: Write) -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{SPACE}/spreadsheetml/2006/main"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr">'
        '<x:is><x:t>a</x:t></x:is></x:c><x:c r="B1"><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert cells(write("", others={"xl/worksheets/sheet1.xml": sheet})) == [["a", "2"]]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("yyyy\\-mm\\-dd", DATE), ('[$-804]yyyy"年"m"月"d"日"', DATE), ("hh:mm", DATE), ("上午/下午h", DATE),
        ("[h]:mm:ss", ELAPSED), ("[ss]", ELAPSED), ('#,##0.00 "days"', NUMBER), ("[Red]0.00", NUMBER),
        ("General", NUMBER), ("0\\d", NUMBER), ("_d0", NUMBER), ("0;yyyy", NUMBER), ("0.00E+00", NUMBER),
    ],
)  # fmt: skip
def test_a_format_makes_a_date_of_a_number_or_not(code: str, kind: int) -> None:
    assert kind_of_format(code) == kind


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("46346", "2026-11-20"), ("46346.708333333336", "2026-11-20 17:00:00"), ("0.5", "12:00:00"),
        ("59", "1900-02-28"), ("61", "1900-03-01"), ("2958465", "9999-12-31"), ("-3", "-3"), ("3000000", "3000000"),
        ("46346.999999999996", "2026-11-21 00:00:00"), ("2958465.9999999995", "2958465.9999999995"), ("no", "no"),
    ],
)  # fmt: skip
def test_a_number_with_a_dates_format_shows_the_date(number: str, shown: str) -> None:
    assert Numbers([NUMBER, DATE], mac_days=False).shown(number, "1") == shown


def test_old_macintoshes_count_days_from_1904(write: Write) -> None:
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/></cellXfs>'
    rows = one('<c s="1"><v>0</v></c><c s="1"><v>44884</v></c><c s="2"><v>1.5</v></c>')
    path = write(rows, styles=styles, book='<workbookPr date1904="1"/>')
    assert cells(path) == [["00:00:00", "2026-11-20", "1 day, 12:00:00"]]


def test_what_a_well_known_writer_writes_is_read_as_it_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["电话", "预约时间", "金额"])
        sheet.write(1, 0, 13812345678)
        sheet.write_datetime(1, 1, datetime(2026, 11, 20, 17), book.add_format({"num_format": "yyyy/m/d h:mm"}))  # noqa: DTZ001 - sheets have no zones
        sheet.write(1, 2, 12.5)
        sheet.write_formula(2, 0, "=A2", None, "13812345678")
    assert list(sheet_rows(path)) == [
        (1, ["电话", "预约时间", "金额"]), (2, ["13812345678", "2026-11-20 17:00:00", "12.5"]), (3, ["13812345678"]),
    ]  # fmt: skip


def test_progress_comes_to_the_end(write: Write) -> None:
    seen: list[float] = []
    rows = "".join(one("<c><v>1</v></c>") for _ in range(10_000))
    path = write(rows)
    assert len(list(read_rows(path, form_of(path), seen.append))) == 10_000
    assert seen == sorted(seen)
    assert seen[-1] > 0.99


# -- what is no sheet --------------------------------------------------------------------------------------------------


def used(path: Path) -> None:
    check_book(path)
    list(sheet_rows(path))


def complaint(path: Path) -> str:
    with pytest.raises(OperatorFault) as fault:
        used(path)
    sentence = str(fault.value)
    assert sentence.startswith(f"The sheet {path} can't be read (")
    assert sentence.endswith("); save it anew, or as CSV.")
    assert sentence.count("\n") == 0
    return sentence


def test_a_file_that_is_no_archive_or_that_was_cut_off_is_damaged(write: Write, tmp_path: Path) -> None:
    path = write(one("<c><v>1</v></c>"))
    whole = path.read_bytes()
    for content in (b"", b"nonsense", whole[:-200], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)):
        path.write_bytes(content)
        assert "it is damaged, has a password or is no XLSX file" in complaint(path)
    assert "No such file" in complaint(tmp_path / "none.xlsx")


def test_a_changed_byte_is_found_before_any_row_is_used(write: Write) -> None:
    path = write("".join(one(f"<c><v>{n * 7919 % 10_007}</v></c>") for n in range(5000)))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(OperatorFault, match="can't be read"):
        form_of(path)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("<row><c></row>", "its XML is damaged"),
        ('<row><c t="s"><v>5</v></c></row>', "refers to text 5, and there are 0"),
        ('<row><c t="s"><v>-1</v></c></row>', "refers to text -1"),
        ('<row><c t="s"><v>x</v></c></row>', "invalid literal"),
        ('<row r="1048577"/>', "a row 1,048,577, and a sheet has 1,048,576"),
        ('<row><c r="XFE1"/></row>', "a column XFE, and a sheet has 16,384"),
        ('<row><c r="1A"/></row>', "a cell '1A'"),
        (f"<row>{'<c/>' * 16_385}</row>", "a row of more than 16,384 cells"),
        ("<a>" * 70 + "</a>" * 70, "in each other without an end"),
        ("&none;", "its XML is damaged"),
    ],
)  # fmt: skip
def test_what_no_sheet_may_have_is_named(write: Write, rows: str, words: str) -> None:
    assert words in complaint(write(rows))


@pytest.mark.parametrize(
    ("part", "content", "words"),
    [
        ("xl/workbook.xml", f"<workbook {MAIN}/>", "it has no sheet"),
        ("xl/_rels/workbook.xml.rels", relations(worksheet="worksheets/sheet2.xml"), "sheet2.xml is missing"),
        ("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>', "a document type, which no sheet has"),
        ("xl/workbook.xml", "", "its XML is damaged"),
    ],
)
def test_a_workbook_without_what_it_needs_is_damaged(write: Write, part: str, content: str, words: str) -> None:
    assert words in complaint(write(one("<c><v>1</v></c>"), others={part: content}))


# -- bombs: few bytes that become many -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        f"<row><c><v>{'1' * 9_000_000}</v></c></row>",
        f'<row><c t="inlineStr"><is>{f"<r><t>{LONG}</t></r>" * 10}</is></c></row>',
        f'<row a="{"a" * 9_000_000}"/>',
        f"<!--{'a' * 9_000_000}-->",
        " " * 9_000_000,
    ],
    ids=["number", "runs", "attribute", "comment", "spaces"],
)
def test_what_never_ends_is_not_held(write: Write, rows: str) -> None:
    assert "without an end" in complaint(write(rows))


def test_blanks_between_tags_are_no_cells_text(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigns.xlsx_parts, "MOST_TOKEN", 1 << 17)
    blank = "\n" + " " * 30
    rows = "".join(f'{blank}<row r="{n}">{blank}<c r="A{n}" s="1"/>{blank}</row>' for n in range(1, 5000))
    assert len(cells(write(rows))) == 4999


def test_a_character_that_no_database_takes_is_left_out(write: Write) -> None:
    assert cells(write(one('<c t="str"><v>a_x0000_b_x0041_</v></c>'))) == [["abA"]]


def test_a_part_may_be_named_from_the_folder_above(write: Write) -> None:
    there = relations(worksheet="../xl/worksheets/sheet1.xml")
    path = write(one("<c><v>1</v></c>"), others={"xl/_rels/workbook.xml.rels": there})
    assert cells(path) == [["1"]]
    missing = relations(worksheet="worksheets/sheet9.xml")
    path = write(one("<c><v>1</v></c>"), others={"xl/_rels/workbook.xml.rels": missing})
    with pytest.raises(OperatorFault, match=r"its part xl/worksheets/sheet9\.xml is missing"):
        list(sheet_rows(path))


def test_rows_of_nothing_are_not_held(write: Write) -> None:
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 2000))
    assert "hardly anything in them" in complaint(write(rows))


def test_a_part_of_more_bytes_than_any_sheet_has_is_not_read_to_its_end(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("".join(one("<c><v>1</v></c>") for _ in range(200_000)))
    monkeypatch.setattr(campaigns.xlsx_parts, "MOST_PART", 2 << 20)
    assert "it has a part of more than 2 MiB" in complaint(path)
    with pytest.raises(OperatorFault, match="a part of more than 1 MiB"):
        check_archive(path, 1 << 20)
    check_archive(path, 100 << 20)


def test_texts_are_held_up_to_a_limit(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(one("<c><v>1</v></c>"), texts=f"<si><t>{'a' * 1000}</t></si>" * 2000)
    assert cells(path) == [["1"]]
    monkeypatch.setattr(campaigns.xlsx_texts, "MOST_TEXT", 1 << 20)
    assert "its texts take more than 1 MiB" in complaint(path)


def test_other_kinds_of_sheets_are_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "list.ods"
    table = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>phone</text:p></table:table-cell>'
        '</table:table-row><table:table-row><table:table-cell office:value-type="float" office:value="13812345678"/>'
        "</table:table-row>"
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    names = ("office", "table", "text")
    content = (
        f"<office:document-content {' '.join(f'xmlns:{one}={chr(34)}{space}:{one}:1.0{chr(34)}' for one in names)}>"
        f'<office:body><office:spreadsheet><table:table table:name="L">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"/>')
        archive.writestr("content.xml", content)
    assert list(read_rows(path, form_of(path))) == [(1, ["phone"]), (2, ["13812345678"])]


def test_days_are_counted_the_same_way_all_year() -> None:
    numbers = Numbers([NUMBER, DATE], mac_days=False)
    day = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(366):
        assert numbers.shown(str(46023 + n), "1") == (day + timedelta(days=n)).date().isoformat()
