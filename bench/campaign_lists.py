"""Lists and databases for the figures of campaigns: people with numbers, do-not-call files, SQLite and PostgreSQL."""

import csv
import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from sqlalchemy import Engine

from campaigns.campaign_rows import StoredCampaign, campaign_named, put_campaign
from campaigns.plan import plan_of
from models.database import migrate
from models.writing import writing
from tests.postgresql import cluster

NOON = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
"""A Wednesday, 13 o'clock in New York, 10 in Los Angeles."""
DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=512MB", "max_wal_size=4GB")
"""As a database that matters is run."""
HEADINGS = ("手机号", "姓名", "优先级", "欠款金额", "到期日", "城市")
DAY = "2026-12-01"
BEGINNINGS = ("138", "139", "150", "186", "177", "199")
AREAS = ("212", "617", "305", "312", "713", "214", "303", "602", "310", "415", "206", "907", "808", "313", "404")


@contextmanager
def database(kind: str, directory: Path) -> Iterator[str]:
    """Yield the URL of a fresh database, sqlite or postgresql, on disk as in use."""
    if kind == "sqlite":
        yield f"sqlite:///{directory / 'hotline.sqlite'}"
        return
    with cluster(*DURABLE) as url:
        yield url.format("postgres")


def chinese_rows(count: int, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """Yield rows of `HEADINGS`: a hundredth without a proper number, numbers in no order."""
    chance = random.Random(seed)
    for n in range(count):
        number = f"{chance.choice(BEGINNINGS)}{chance.randrange(10**8):08}" if n % 100 else "1380000"
        yield (
            number, f"王{n % 977}", chance.choice(("", "10", "50", "90")), f"{chance.randrange(10**5) / 100:.2f}",
            DAY, chance.choice(("上海", "北京", "成都")),
        )  # fmt: skip


def write_csv(path: Path, count: int) -> None:
    """Write a list as CSV in GB18030, as Chinese spreadsheets do."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(chinese_rows(count))


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
SPACE = "http://schemas.openxmlformats.org"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{SPACE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{SPACE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{SPACE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SPACE}/spreadsheetml/2006/main" '
    f'xmlns:r="{SPACE}/officeDocument/2006/relationships"><sheets>'
    '<sheet name="List" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{SPACE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{SPACE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


OFFICE_PARTS = {
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{SPACE}/package/2006/relationships">'
    + "".join(
        f'<Relationship Id="r{n}" Type="{SPACE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")),
            1,
        )
    )
    + "</Relationships>",
    "xl/styles.xml": f'<styleSheet xmlns="{SPACE}/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/>'
    '<xf numFmtId="14"/></cellXfs></styleSheet>',
}


def write_sheet(path: Path, count: int) -> None:
    """Write the same list as an XLSX sheet, each text in its cell, as programs export them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, f"{XML}{text}")
        _write_rows(
            archive, count, lambda place, cell: f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        )


def write_office_sheet(path: Path, count: int) -> None:
    """Write the same list as office programs do: each text once, in a table beside; dates and amounts as numbers."""
    texts: dict[str, int] = {}

    def written(place: str, cell: str) -> str:
        if place[0] == "C" or place[0] == "D":
            return f'<c r="{place}"><v>{cell}</v></c>' if cell[:1].isdigit() else text(place, cell)
        return f'<c r="{place}" s="1"><v>46357</v></c>' if cell == DAY else text(place, cell)

    def text(place: str, cell: str) -> str:
        return f'<c r="{place}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in {**PARTS, **OFFICE_PARTS}.items():
            archive.writestr(name, f"{XML}{part}")
        _write_rows(archive, count, written)
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as table:
            table.write(f'{XML}<sst xmlns="{SPACE}/spreadsheetml/2006/main">'.encode())
            for one in texts:
                table.write(f"<si><t>{escape(one)}</t></si>".encode())
            table.write(b"</sst>")


def _write_rows(archive: zipfile.ZipFile, count: int, written: Callable[[str, str], str]) -> None:
    with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
        sheet.write(f'<worksheet xmlns="{SPACE}/spreadsheetml/2006/main"><sheetData>'.encode())
        for number, row in enumerate((HEADINGS, *chinese_rows(count)), 1):
            cells = "".join(written(f"{letter}{number}", cell) for letter, cell in zip("ABCDEF", row, strict=True))
            sheet.write(f'<row r="{number}">{cells}</row>'.encode())
        sheet.write(b"</sheetData></worksheet>")


def write_american_csv(path: Path, count: int) -> None:
    """Write a list of American numbers: fifteen areas in nine time zones, four priorities."""
    chance = random.Random(2)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("phone", "name", "priority", "amount"))
        for n in range(count):
            number = f"{chance.choice(AREAS)}{chance.randrange(2, 10)}{chance.randrange(10**6):06}"
            writer.writerow((number, f"Customer {n}", chance.choice((10, 40, 50, 80)), f"{n % 997}.50"))


def write_do_not_call(path: Path, count: int) -> None:
    """Write a national file: numbers of the same areas, each of ten digits, in order."""
    chance = random.Random(3)
    areas = [f"{area}{n}" for area in (*AREAS, "201", "202", "203", "209", "216") for n in range(2, 10)]
    with path.open("w", encoding="ascii") as file:
        for area in sorted(areas):
            each = -(-count // len(areas))
            numbers = chance.sample(range(10**6), min(each, 10**6))
            file.writelines(f"{area}{number:06}\n" for number in sorted(numbers))


def campaign_in(engine: Engine, country: str) -> StoredCampaign:
    """Return a campaign of that country in a database with our tables."""
    migrate(engine)
    settings = {"name": "bench", "country": country, "flows": ["payment_reminder"], "hours": ["mon-fri 08:00-21:00"]}
    with writing(engine) as connection:
        put_campaign(connection, plan_of(settings), settings, NOON)
        return campaign_named(connection, "bench")
