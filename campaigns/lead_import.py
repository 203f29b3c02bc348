"""Brings a list into a campaign: every row becomes a lead, or is refused with its line and reason.

It goes in parts of ten thousand rows, each a transaction. So an import that is killed has whole parts, and importing
the same list again finds them and adds the rest: a number that came from the same row before is known, not refused.
While PostgreSQL writes a part, the next one is read; SQLite writes in our own process, where that would gain nothing.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from campaigns.campaign_rows import StoredCampaign, note
from campaigns.do_not_call import listed, lists_for
from campaigns.first_lines import FirstLines
from campaigns.lead_reading import LeadReader, RowRefused
from campaigns.lead_row import Happened
from campaigns.lead_writing import Batch, LeadDraft, elsewhere, has_leads, insert_leads, sources_of, survey, tune
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
class _Written:
    """What came of a part."""

    added: int = 0
    known: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, reason, and kind of reason."""

    def without(self, drafts: list[LeadDraft], why: Mapping[str, str], words: str, kind: str) -> list[LeadDraft]:
        """Refuse those that `why` has a word about; return the others."""
        self.refused += [(draft.line, words.format(why[draft.number]), kind) for draft in drafts if draft.number in why]
        return [draft for draft in drafts if draft.number not in why]


@dataclass
class _Part:
    """Rows that are written in one transaction."""

    drafts: list[LeadDraft] = field(default_factory=list)
    rows: dict[int, Sequence[str]] = field(default_factory=dict)
    """By line: for the file of refused rows."""


@dataclass
class _Import:
    engine: Engine
    campaign: StoredCampaign
    order: ImportOrder
    now: datetime
    done: Imported
    refusals: _Refusals
    seen: FirstLines = field(default_factory=FirstLines)
    fresh: bool = False
    """Whether the campaign had no leads before."""

    def run(self, rows: Iterator[Row], reader: LeadReader) -> None:
        batch = Batch(self.campaign.id, self.order.path.name, self.now)
        with self.engine.connect() as connection:
            self.fresh = not has_leads(connection, self.campaign.id)
        if self.engine.dialect.name == "sqlite":
            # Each row's step would hand the interpreter over and wait for it again.
            for part in self._parts(rows, reader):
                self._told(part, self._write(batch, part))
        else:
            self._write_behind(batch, self._parts(rows, reader))
        self._note()
        if self.done.added:
            survey(self.engine, "lead")

    def _write_behind(self, batch: Batch, parts: Iterator[_Part]) -> None:
        """Write each part while the next one is read."""
        with ThreadPoolExecutor(1, "lead-import") as writer:
            before: tuple[_Part, Future[_Written]] | None = None
            for part in parts:
                if before is not None:
                    self._told(before[0], before[1].result())
                before = part, writer.submit(self._write, batch, part)
            if before is not None:
                self._told(before[0], before[1].result())

    def _parts(self, rows: Iterator[Row], reader: LeadReader) -> Iterator[_Part]:
        """Yield what can be written; what can't is refused, or known, here."""
        part = _Part()
        for line, cells in rows:
            self.done.rows += 1
            try:
                draft = reader.read(line, cells)
            except RowRefused as reason:
                self._refuse(line, cells, str(reason), "not-readable")
                continue
            first = self.seen.first(int(draft.number), line)
            if first != line:
                self._repeated(line, cells, first)
                continue
            part.drafts.append(draft)
            part.rows[line] = cells
            if len(part.drafts) >= PART:
                yield part
                part = _Part()
        if part.drafts:
            yield part

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

    def _told(self, part: _Part, written: _Written) -> None:
        """Count what came of a part."""
        self.done.added += written.added
        self.done.known += written.known
        for line, reason, kind in written.refused:
            self._refuse(line, part.rows[line], reason, kind)

    def _write(self, batch: Batch, part: _Part) -> _Written:
        """Write a part; nothing of the import is touched meanwhile but the database."""
        done = _Written()
        with writing(self.engine) as connection:
            tune(connection)
            drafts = part.drafts
            on = listed(connection, [draft.number for draft in drafts], lists_for(connection, self.campaign))
            drafts = done.without(drafts, {number: f"do-not-call list '{one.name}'" for number, one in on.items()},
                                  "it is on the {}", "do-not-call")  # fmt: skip
            if self._duplicates == "all":
                others = elsewhere(connection, self.campaign.id, [draft.number for draft in drafts])
                words = "its number is still to be called by the campaign '{}'"
                drafts = done.without(drafts, others, words, "duplicate")
            if self.order.dry_run:
                there = sources_of(connection, self.campaign.id, [draft.number for draft in drafts])
                done.added = sum(draft.number not in there for draft in drafts)
            else:
                # Asked before: afterwards those that this part wrote are there too.
                there = {} if self.fresh else self._sources(connection, drafts)
                done.added = insert_leads(connection, batch, drafts)
        if done.added < len(drafts):
            self._account(batch, drafts, there, done)
        return done

    def _sources(self, connection: Connection, drafts: Sequence[LeadDraft]) -> dict[str, str]:
        return sources_of(connection, self.campaign.id, [draft.number for draft in drafts])

    def _account(self, batch: Batch, drafts: Sequence[LeadDraft], there: Mapping[str, str], done: _Written) -> None:
        """Tell those that this list brought before from those that came from elsewhere."""
        missing = len(drafts) - done.added
        for draft in drafts:
            source = there.get(draft.number)
            if source is None:
                continue
            missing -= 1
            if source == f"{batch.file}:{draft.line}" or self._duplicates == "allow":
                done.known += 1
            else:
                done.refused.append((draft.line, f"the campaign has its number from {source}", "duplicate"))
        # Another import wrote them between our asking and our writing.
        done.known += max(0, missing)

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
