"""Writes leads by the thousand, the quickest way each database has; what is there already stays as it is."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, select

from campaigns.lead_store import APPOINTMENT_RANK
from models.campaign import Campaign, CampaignState
from models.database import table_of
from models.lead import LEAD_LIFE, Lead
from models.writing import each_by_itself

LEAD = table_of(Lead)
SQLITE_CACHE_KIB = 160_000
"""Numbers of a list come in no order, so its indexes are written all over; they should stay in memory meanwhile."""


class LeadDraft(NamedTuple):
    """A lead that isn't written yet."""

    number: str
    numbers: tuple[str, ...]
    name: str
    language: str
    timezone: str
    region: str
    variables: dict[str, str]
    priority: int
    appointment: datetime | None
    consent: dict[str, str] | None
    line: int
    """Of the list."""


@dataclass(frozen=True)
class Batch:
    """What all leads of one import share."""

    campaign_id: str
    file: str
    """The list's name: a lead's source is this and its line."""
    at: datetime


def tune(connection: Connection) -> None:
    """Prepare a connection for much writing."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{SQLITE_CACHE_KIB}")


def survey(engine: Engine, table: str) -> None:
    """Have PostgreSQL look at a table that has grown: by itself it does within minutes, and plans badly until then."""
    if engine.dialect.name == "postgresql":
        with each_by_itself(engine) as connection:
            connection.exec_driver_sql(f"ANALYZE {table}")


def insert_leads(connection: Connection, batch: Batch, drafts: Sequence[LeadDraft]) -> int:
    """Write leads whose numbers the campaign doesn't have; return how many those were."""
    if connection.dialect.name == "sqlite":
        return _into_sqlite(connection, batch, drafts)
    return _into_postgresql(connection, batch, drafts)


_OWN = ("number", "numbers", "name", "language", "timezone", "region", "variables", "priority", "rank", "due_at",
        "appointment_at", "consent", "source")  # fmt: skip
_SAME = ("campaign_id", "number_index", "state", "attempts", "tries", "lease_by", "disposition", "grade", "line",
         "imported_at")  # fmt: skip
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _sql(values: str) -> str:
    return f"INSERT INTO lead ({', '.join((*_SAME, *_OWN))}) {values} ON CONFLICT (campaign_id, number) DO NOTHING"


def _same(batch: Batch, at: str) -> str:
    # Nothing here comes from the list: the id is ours, the rest constant.
    return f"'{batch.campaign_id}', 0, 'new', 0, '{{}}', '', '', '', '', '{at}'"


def _values(batch: Batch, draft: LeadDraft, now: str, written: Any) -> tuple[Any, ...]:
    when = draft.appointment
    return (
        draft.number, _write(draft.numbers) if draft.numbers else "[]", draft.name, draft.language, draft.timezone,
        draft.region, _write(draft.variables), draft.priority, draft.priority if when is None else APPOINTMENT_RANK,
        now if when is None else written(when), None if when is None else written(when),
        None if draft.consent is None else _write(draft.consent), f"{batch.file}:{draft.line}",
    )  # fmt: skip


def _plain_time(moment: datetime) -> str:
    """Write a moment as SQLAlchemy does for SQLite."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def _into_sqlite(connection: Connection, batch: Batch, drafts: Sequence[LeadDraft]) -> int:
    now = _plain_time(batch.at)
    marks = ", ".join("?" * len(_OWN))
    cursor: Any = connection.connection.cursor()
    try:
        cursor.executemany(
            _sql(f"VALUES ({_same(batch, now)}, {marks})"),
            [_values(batch, draft, now, _plain_time) for draft in drafts],
        )
        return int(cursor.rowcount)
    finally:
        cursor.close()


def _into_postgresql(connection: Connection, batch: Batch, drafts: Sequence[LeadDraft]) -> int:
    now = batch.at.isoformat()
    cursor: Any = connection.connection.cursor()
    try:
        columns = ", ".join(_OWN)
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS list_part ON COMMIT DELETE ROWS "
            f"AS SELECT {columns} FROM lead WITH NO DATA"
        )
        with cursor.copy(f"COPY list_part ({columns}) FROM STDIN") as copy:
            for draft in drafts:
                copy.write_row(_values(batch, draft, now, datetime.isoformat))
        cursor.execute(_sql(f"SELECT {_same(batch, now)}, {columns} FROM list_part"))
        return int(cursor.rowcount)
    finally:
        cursor.close()


def sources_of(connection: Connection, campaign_id: str, numbers: Sequence[str]) -> dict[str, str]:
    """Return where those of `numbers` came from that the campaign has."""
    found = select(LEAD.c.number, LEAD.c.source).where(LEAD.c.campaign_id == campaign_id, LEAD.c.number.in_(numbers))
    return {row.number: row.source for row in connection.execute(found)}


def elsewhere(connection: Connection, campaign_id: str, numbers: Sequence[str]) -> dict[str, str]:
    """Return those of `numbers` that another campaign, which isn't over, has still to call, with its name."""
    over = [str(state) for state in LEAD_LIFE.ends]
    found = (
        select(LEAD.c.number, Campaign.name)
        .join(Campaign, Campaign.id == LEAD.c.campaign_id)
        .where(LEAD.c.number.in_(numbers), LEAD.c.campaign_id != campaign_id, LEAD.c.state.not_in(over))
        .where(Campaign.state != str(CampaignState.FINISHED))
    )
    return {row.number: row.name for row in connection.execute(found)}


def has_leads(connection: Connection, campaign_id: str) -> bool:
    """Tell whether a campaign has any lead."""
    return connection.execute(select(LEAD.c.id).where(LEAD.c.campaign_id == campaign_id).limit(1)).first() is not None
