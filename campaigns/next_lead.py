"""The next lead of a million: found through an index by zone and rank, never by looking through the list.

Leads that may be taken stand in the index by zone, rank and when they are due. One zone and rank is a bucket; there
are few of them (zones of the list times priorities in use). What is known of each bucket is its head: when its first
lead is due. So taking a lead is looking into the highest bucket whose zone is open and whose head is due.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, literal_column, select, text

from campaigns.lead_row import COLUMNS, LeadRow, lead_row
from models.database import table_of
from models.lead import TAKEABLE, Lead

FRESH_S = 2.0
"""How long heads are believed before the database is asked again: others import, settle and release leads too."""
AHEAD = 4
"""Leads that are looked at beyond those wanted, because some will be on a do-not-call list."""
TABLE = table_of(Lead)
# Two steps where a comparison of pairs would be one: SQLite looks for the first of a pair by the index only.
_HEADS = text(f"""
    WITH RECURSIVE head(id) AS (
        SELECT * FROM (
            SELECT id FROM lead WHERE campaign_id = :campaign AND {TAKEABLE}
            ORDER BY timezone, rank, due_at, id LIMIT 1) AS first
        UNION ALL
        SELECT coalesce(
            (SELECT n.id FROM lead n
             WHERE n.campaign_id = :campaign AND n.{TAKEABLE} AND n.timezone = l.timezone AND n.rank > l.rank
             ORDER BY n.rank, n.due_at, n.id LIMIT 1),
            (SELECT n.id FROM lead n
             WHERE n.campaign_id = :campaign AND n.{TAKEABLE} AND n.timezone > l.timezone
             ORDER BY n.timezone, n.rank, n.due_at, n.id LIMIT 1))
        FROM head JOIN lead l ON l.id = head.id)
    SELECT l.timezone, l.rank, l.due_at FROM head JOIN lead l ON l.id = head.id""").columns(
    timezone=Lead.timezone.type, rank=Lead.rank.type, due_at=Lead.due_at.type
)


@dataclass
class Bucket:
    """Leads of one zone and rank."""

    timezone: str
    rank: int
    due_at: datetime | None
    """Of its head, as far as is known; None: it was empty."""


class Buckets:
    """One campaign's buckets, as this process knows them."""

    def __init__(self, campaign_id: str) -> None:
        self.campaign_id = campaign_id
        self._known: list[Bucket] = []
        self._asked: datetime | None = None

    def due(self, connection: Connection, now: datetime, is_open: Callable[[str], bool]) -> list[Bucket]:
        """Return the buckets to look into: the highest rank first, in it the one whose head waits longest."""
        if self.stale(now):
            rows = connection.execute(_HEADS, {"campaign": self.campaign_id})
            self._known = [Bucket(row.timezone, row.rank, row.due_at) for row in rows]
            self._asked = now
        found = [one for one in self._known if one.due_at is not None and one.due_at <= now and is_open(one.timezone)]
        return sorted(found, key=lambda one: (-one.rank, one.due_at))

    def stale(self, now: datetime) -> bool:
        """Tell whether heads will be asked for again at `now`."""
        return self._asked is None or not 0 <= (now - self._asked).total_seconds() < FRESH_S

    def next_due(self, is_open: Callable[[str], bool]) -> datetime | None:
        """Return when the first lead of an open zone is due, as far as is known."""
        return min(
            (one.due_at for one in self._known if one.due_at is not None and is_open(one.timezone)), default=None
        )

    def came(self, timezone: str, rank: int, due_at: datetime) -> None:
        """Note that a lead is back on the list."""
        for one in self._known:
            if (one.timezone, one.rank) == (timezone, rank):
                one.due_at = due_at if one.due_at is None else min(one.due_at, due_at)
                return
        self._known.append(Bucket(timezone, rank, due_at))


@dataclass(frozen=True)
class Candidate:
    """A lead that may be taken unless it is on a list."""

    lead: LeadRow
    listed: bool
    """Whether its number is on one of the do-not-call lists that were asked about."""


def candidates(
    connection: Connection, campaign_id: str, bucket: Bucket, now: datetime, count: int, lists: Sequence[int]
) -> list[Candidate]:
    """Return up to `count` due leads of a bucket; notes its head. SQLite's way: nobody else writes meanwhile."""
    query = _query(tuple(lists))
    values = {"campaign": campaign_id, "zone": bucket.timezone, "rank": bucket.rank, "now": now, "count": count}
    rows = connection.execute(query, values).all()
    if len(rows) < count:
        bucket.due_at = None
    else:
        bucket.due_at = rows[-1].due_at
    return [Candidate(lead_row(row), bool(row.listed)) for row in rows]


_queries: dict[tuple[int, ...], Select[Any]] = {}


def _query(lists: tuple[int, ...]) -> Select[Any]:
    found = _queries.get(lists)
    if found is None:
        if len(_queries) > 100:
            _queries.clear()
        found = _queries[lists] = _written(lists)
    return found


def on_lists(lists: Sequence[int], number: str) -> str:
    """Return SQL that tells whether the column `number` is on one of `lists`.

    A value that is looked up, not EXISTS: for that PostgreSQL may read all ten million numbers into memory at once,
    which takes seconds, where it believes that many leads are asked about.
    """
    if not lists:
        return "false"
    ids = ", ".join(map(str, map(int, lists)))
    digits = f"CAST(substr({number}, 2) AS BIGINT)"
    return f"(SELECT 1 FROM do_not_call WHERE list_id IN ({ids}) AND do_not_call.number = {digits} LIMIT 1) IS NOT NULL"


def _written(lists: tuple[int, ...]) -> Select[Any]:
    return (
        select(*(TABLE.c[name] for name in COLUMNS), literal_column(on_lists(lists, "lead.number")).label("listed"))
        .where(
            TABLE.c.campaign_id == bindparam("campaign"),
            text(f"lead.{TAKEABLE}"),
            TABLE.c.timezone == bindparam("zone"),
            TABLE.c.rank == bindparam("rank"),
            TABLE.c.due_at <= bindparam("now", type_=TABLE.c.due_at.type),
        )
        .order_by(TABLE.c.due_at, TABLE.c.id)
        .limit(bindparam("count", type_=BigInteger()))
    )
