"""PostgreSQL's way to take leads: found, leased, and refused where they are on a list, in one statement.

So a taking is one way to the server and back, and its locks last for that statement only.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, TextClause, column, text

from campaigns.lead_row import COLUMNS, lead_row
from campaigns.next_lead import AHEAD, TABLE, Bucket, Candidate, on_lists
from models.lead import TAKEABLE, LeadState

REFUSED = "do-not-call"
# A lead that was changed meanwhile is looked at anew before it is locked. A lease that a crash of the database forgets
# harms nobody, as `dialling` asks: no disk is awaited.
_SQL = """
    WITH found AS MATERIALIZED (
        SELECT {columns} FROM lead
        WHERE campaign_id = :campaign AND {takeable} AND timezone = :zone AND rank = :rank AND due_at <= :now
        ORDER BY due_at, id LIMIT {looked} FOR UPDATE SKIP LOCKED),
    seen AS MATERIALIZED (SELECT found.*, {listed} AS listed FROM found),
    ours AS (SELECT id FROM seen WHERE NOT listed ORDER BY due_at, id LIMIT {wanted}),
    leased AS (
        UPDATE lead SET state = '{taken}', lease_by = :who, lease_until = :until FROM ours WHERE lead.id = ours.id),
    refused AS (
        UPDATE lead SET state = '{over}', disposition = '{reason}', ended_at = :now, lease_by = '', lease_until = NULL
        FROM seen WHERE lead.id = seen.id AND seen.listed),
    told AS (
        INSERT INTO campaign_event (at, campaign_id, lead_id, name, data)
        SELECT :now, campaign_id, id, 'lead.refused', CAST(:data AS JSON) FROM seen WHERE listed)
    SELECT seen.*, set_config('synchronous_commit', 'off', true) FROM seen ORDER BY due_at, id"""


def take_at_once(
    connection: Connection, campaign_id: str, bucket: Bucket, now: datetime, wanted: int, lists: Sequence[int],
    who: str, until: datetime,
) -> list[Candidate]:  # fmt: skip
    """Lease the first `wanted` leads of a bucket that are due and on none of `lists`, until `until`, for `who`.

    Returns those that were looked at, in their order: the leased ones, those that were refused, and some more; notes
    the bucket's head. `connection` commits each statement by itself.
    """
    values: dict[str, Any] = {
        "campaign": campaign_id, "zone": bucket.timezone, "rank": bucket.rank, "now": now, "who": who, "until": until,
        "data": f'{{"reason": "{REFUSED}"}}',
    }  # fmt: skip
    rows = connection.execute(_statement(tuple(lists), wanted), values).all()
    bucket.due_at = None if len(rows) < wanted + AHEAD else rows[-1].due_at
    return [Candidate(lead_row(row), bool(row.listed)) for row in rows]


_statements: dict[tuple[tuple[int, ...], int], Any] = {}


def _statement(lists: tuple[int, ...], wanted: int) -> Any:
    found = _statements.get((lists, wanted))
    if found is None:
        if len(_statements) > 100:
            _statements.clear()
        found = _statements[lists, wanted] = _written(lists, wanted)
    return found


def _written(lists: tuple[int, ...], wanted: int) -> Any:
    # Counts as text: the planner must know how few rows it is about.
    sql: TextClause = text(
        _SQL.format(
            columns=", ".join(COLUMNS), takeable=TAKEABLE, looked=int(wanted) + AHEAD, wanted=int(wanted),
            listed=on_lists(lists, "found.number"), taken=LeadState.LEASED, over=LeadState.REFUSED, reason=REFUSED,
        )
    )  # fmt: skip
    return sql.columns(*(TABLE.c[name] for name in COLUMNS), column("listed", Boolean), column("config"))
