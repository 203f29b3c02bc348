"""Brings a list into a campaign: every row becomes a lead, or is refused with its line and reason.

It goes in parts of ten thousand rows, each a transaction. So an import that is killed has whole parts, and importing
the same list again finds them and adds the rest: a number that came from the same row before is known, not refused.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from campaigns.campaign_rows import StoredCampaign, note
from campaigns.do_not_call import listed, lists_for
from campaigns.lead_reading import LeadReader, RowRefused
from campaigns.lead_row import Happened
from campaigns.lead_writing import Batch, LeadDraft, elsewhere, has_leads, insert_leads, sources_of, tune
from campaigns.list_columns import Columns, columns_of, without_headings
from campaigns.list_file import Form, Progress, Row, form_of, read_rows
from campaigns.phone_number import NotANumber, numbering
from campaigns.plan import CampaignPlan, Duplicates
from models.campaign import CampaignState
from models.errors import CannotDo, OperatorFault
from models.writing import writing

PART = 10_000
"""Rows in one transaction."""


@dataclass(frozen=True)
class ImportOrder:
    """What an operator wants imported, and how."""

    path: Path
    said: Mapping[str, str] = field(default_factory=dict)
    """Heading -> meaning, beyond what headings say by themselves."""
    duplicates: Duplicates | None = None
    """None: as the plan says."""
    encoding: str = ""
    refused: Path | None = None
    """Where refused rows go; None: beside the list."""
    dry_run: bool = False

    @property
    def refused_path(self) -> Path:
        """Where refused rows go."""
        return self.refused or self.path.with_name(f"{self.path.stem}.refused.csv")


@dataclass
class Imported:
    """What came of an import."""

    form: Form
    columns: Columns
    rows: int = 0
    added: int = 0
    known: int = 0
    """That were there already, from this list."""
    refused: Counter[str] = field(default_factory=Counter)
    """By kind of reason."""
    refused_path: Path | None = None
    """Where they are, if any."""


class _Refusals:
    """The file of refused rows; made with the first of them."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self._path, self._headings = path, headings
        self._file: Any = None
        self._rows: Any = None
        self.count = 0

    def put(self, line: int, reason: str, cells: Sequence[str]) -> None:
        if self._rows is None:
            try:
                # With a byte order mark, without which spreadsheets read Chinese as something else.
                self._file = self._path.open("w", encoding="utf-8-sig", newline="")
            except OSError as error:
                raise OperatorFault(
                    f"Refused rows can't be written to {self._path} ({error.strerror}); give --refused FILE."
                ) from None
            self._rows = csv.writer(self._file)
            self._rows.writerow(["line", "reason", *self._headings])
        self._rows.writerow([line, reason, *cells])
        self.count += 1

    def close(self) -> Path | None:
        if self._file is None:
            return None
        self._file.close()
        return self._path


def import_leads(
    engine: Engine, campaign: StoredCampaign, order: ImportOrder, now: datetime, progress: Progress | None = None
) -> Imported:
    """Import a list; raises `OperatorFault` for one that can't be read, before anything is written where possible."""
    if campaign.state is CampaignState.FINISHED:
        raise CannotDo(
            f"The campaign '{campaign.name}' is finished; clone it and import there: "
            f"hotline campaigns clone {campaign.name} NAME."
        )
    form = form_of(order.path, order.encoding)
    rows = read_rows(order.path, form, progress)
    columns, rows = _columns(rows, order, campaign.plan)
    done = Imported(form, columns)
    refusals = _Refusals(order.refused_path, columns.headings)
    work = _Import(engine, campaign, order, now, done, refusals)
    try:
        work.run(rows, LeadReader(campaign.plan, columns))
    finally:
        done.refused_path = refusals.close()
    return done


def _columns(rows: Iterator[Row], order: ImportOrder, plan: CampaignPlan) -> tuple[Columns, Iterator[Row]]:
    """Return the columns, and the rows after the headings; all rows where the list has none."""
    first = next(rows, None)
    if first is None:
        raise OperatorFault(f"The list {order.path} is empty; it needs a row of headings and a row for each person.")
    _, cells = first
    found = None
    if not order.said and not any(cell.strip().isidentifier() for cell in cells):
        found = without_headings(cells, [_is_number(cell, plan) for cell in cells])
    if found is not None:
        return found, _again(first, rows)
    said = {**{heading: meaning for heading, meaning in plan.columns.items() if heading in cells}, **order.said}
    return columns_of(cells, said, str(order.path)), rows


def _again(first: Row, rows: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rows


def _is_number(text: str, plan: CampaignPlan) -> bool:
    try:
        numbering(plan.country).read(text.strip())
    except NotANumber:
        return False
    return True


@dataclass
class _Import:
    engine: Engine
    campaign: StoredCampaign
    order: ImportOrder
    now: datetime
    done: Imported
    refusals: _Refusals
    seen: dict[int, int] = field(default_factory=dict)
    """Number -> the line that it was on first."""
    rows: dict[int, Sequence[str]] = field(default_factory=dict)
    """Of this part, by line: for the file of refused rows."""
    fresh: bool = False
    """Whether the campaign had no leads before."""

    def run(self, rows: Iterator[Row], reader: LeadReader) -> None:
        batch = Batch(self.campaign.id, self.order.path.name, self.now)
        part: list[LeadDraft] = []
        with self.engine.connect() as connection:
            self.fresh = not has_leads(connection, self.campaign.id)
        for line, cells in rows:
            self.done.rows += 1
            try:
                draft = reader.read(line, cells)
            except RowRefused as reason:
                self._refuse(line, cells, str(reason), "not-readable")
                continue
            first = self.seen.setdefault(int(draft.number), line)
            if first != line:
                self._repeated(line, cells, first)
                continue
            part.append(draft)
            self.rows[line] = cells
            if len(part) >= PART:
                self._write(batch, part)
                part = []
        self._write(batch, part)
        self._note()

    def _repeated(self, line: int, cells: Sequence[str], first: int) -> None:
        if self._duplicates == "allow":
            self.done.known += 1
        else:
            self._refuse(line, cells, f"its number is on line {first} already", "duplicate")

    @property
    def _duplicates(self) -> Duplicates:
        return self.order.duplicates or self.campaign.plan.duplicates

    def _refuse(self, line: int, cells: Sequence[str], reason: str, kind: str) -> None:
        self.done.refused[kind] += 1
        self.refusals.put(line, reason, cells)

    def _write(self, batch: Batch, part: list[LeadDraft]) -> None:
        if not part:
            return
        with writing(self.engine) as connection:
            tune(connection)
            numbers = [draft.number for draft in part]
            on = listed(connection, numbers, lists_for(connection, self.campaign))
            part = self._without(part, {number: f"do-not-call list '{one.name}'" for number, one in on.items()},
                                 "it is on the {}", "do-not-call")  # fmt: skip
            if self._duplicates == "all":
                others = elsewhere(connection, self.campaign.id, [draft.number for draft in part])
                part = self._without(part, others, "its number is still to be called by the campaign '{}'", "duplicate")
            if self.order.dry_run:
                there = sources_of(connection, self.campaign.id, [draft.number for draft in part])
                added = sum(draft.number not in there for draft in part)
            else:
                # Asked before: afterwards those that this part wrote are there too.
                there = {} if self.fresh else self._sources(connection, part)
                added = insert_leads(connection, batch, part)
        self.done.added += added
        if added < len(part):
            self._account(batch, part, there, len(part) - added)
        self.rows.clear()

    def _sources(self, connection: Connection, part: Sequence[LeadDraft]) -> dict[str, str]:
        return sources_of(connection, self.campaign.id, [draft.number for draft in part])

    def _without(self, part: list[LeadDraft], why: Mapping[str, str], words: str, kind: str) -> list[LeadDraft]:
        for draft in part:
            if draft.number in why:
                self._refuse(draft.line, self.rows[draft.line], words.format(why[draft.number]), kind)
        return [draft for draft in part if draft.number not in why]

    def _account(self, batch: Batch, part: Sequence[LeadDraft], there: Mapping[str, str], missing: int) -> None:
        """Tell those that this list brought before from those that came from elsewhere."""
        for draft in part:
            source = there.get(draft.number)
            if source is None:
                continue
            missing -= 1
            if source == f"{batch.file}:{draft.line}" or self._duplicates == "allow":
                self.done.known += 1
            else:
                self._refuse(
                    draft.line, self.rows[draft.line], f"the campaign has its number from {source}", "duplicate"
                )
        # Another import wrote them between our asking and our writing.
        self.done.known += max(0, missing)

    def _note(self) -> None:
        if self.order.dry_run:
            return
        done = self.done
        data = {
            "file": self.order.path.name, "rows": done.rows, "added": done.added, "known": done.known,
            "refused": dict(done.refused),
        }  # fmt: skip
        with writing(self.engine) as connection:
            note(connection, Happened("campaign.imported", self.now, self.campaign.id, data=data))
