"""Entries of calls for lists and boards: written anew from a call's records whenever these change.

Whoever changes what an entry tells writes it in the same transaction (inspection, scoring anew, reviews). Calls that
begin, go on and end are swept up: by whichever inspector or console runs, as often as it likes. The same sweep goes
through all calls of before, some at a time, so that a database that had none gets its entries.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.call import Call
from models.call_entry import CallEntry, CallEntryAgent, CallToken
from models.database import table_of
from models.writing import writing
from quality.call_facets import facets_of
from quality.call_gathering import gather, teams_of
from quality.writes import Writes, at_once

ENTRIES, TOKENS, TALKS = (table_of(noun) for noun in (CallEntry, CallToken, CallEntryAgent))
SETTLED = timedelta(seconds=30)
"""After its end a call's last notes, and those of queues and campaigns, may still be on their way."""
AT_A_TIME = 200
"""New entries that one sweep writes at most, and former ones."""
IN_TURN = 20
"""Entries of calls that go on, or ended just now, that one sweep looks at again though nothing says they changed."""
TOGETHER = 5
"""Entries in one transaction: while a busy machine writes them, calls that run can't write down what is said. A sweep
takes up so many calls of before at least."""
LOOKED_AT = 2000
"""Calls of before that one sweep looks at."""
RECENT = timedelta(minutes=10)
"""By which a call's beginning may be written late."""
AGAIN = timedelta(hours=1)
"""From one walk through all calls to the next."""
ENTRY_LOCK = 0x6361_6C6C
"""Advisory locks of entries, among others'."""
SCALE = 256
"""Keys a millisecond."""
LAST = 2**63 - 1


def key_from(moment: datetime) -> int:
    """Return the first key of a call that began in that millisecond, or later."""
    return int(moment.astimezone(UTC).timestamp() * 1000 + 1e-4) * SCALE


def note_call(connection: Connection, call_id: str, now: datetime | None = None) -> None:
    """Write the entry of a call as its records are now, in the caller's transaction; a call that is gone has none.

    May be called at any time and as often as one likes. Without `now` the call doesn't become settled by it.
    """
    if connection.dialect.name == "postgresql":
        # Two who write the same entry at once go one after the other; SQLite has one writer anyhow.
        of_call = zlib.crc32(call_id.encode()) - 2**31
        connection.execute(select(func.pg_advisory_xact_lock(ENTRY_LOCK, of_call)))
    wanted = _wanted(connection, call_id, now)
    if wanted is None:
        return
    former, entry = wanted.former, wanted.entry
    if former is None:
        key = _make(connection, entry)
    else:
        key = former.key
        if wanted.differs:
            connection.execute(update(ENTRIES).where(CallEntry.key == key).values(**entry))
    if former is None or former.agents != entry["agents"] or former.teams != entry["teams"]:
        _write_talks(connection, key, wanted.talks)
    old = _tokens(connection, key)
    if old is None:
        connection.execute(insert(TOKENS).values(key=key, tokens=wanted.tokens))
    elif old != wanted.tokens:
        connection.execute(update(TOKENS).where(CallToken.key == key).values(tokens=wanted.tokens))


@dataclass(frozen=True)
class _Wanted:
    """An entry as the call's records are now."""

    former: Any
    """The row that there is; None for none."""
    entry: Mapping[str, Any]
    talks: Mapping[str, str]
    """Team of each agent who talked."""
    tokens: str

    @property
    def differs(self) -> bool:
        """Whether it isn't what the former row says."""
        return any(getattr(self.former, name) != value for name, value in self.entry.items())


def _wanted(connection: Connection, call_id: str, now: datetime | None) -> _Wanted | None:
    found = gather(connection, call_id)
    if found is None:
        return None
    former = connection.execute(select(ENTRIES).where(CallEntry.call_id == call_id)).first()
    ended = found.ended_at
    settled = bool(former and former.settled) or (now is not None and ended is not None and now - ended >= SETTLED)
    talks = found.talks
    if former is not None and former.settled:
        # Whose team a call is of was decided when it was: who changes teams doesn't take past calls along.
        of_entry = select(CallEntryAgent.agent, CallEntryAgent.team).where(CallEntryAgent.key == former.key)
        then = {row.agent: row.team for row in connection.execute(of_entry)}
        talks = {agent: then.get(agent, team) for agent, team in talks.items()}
    entry = {**found.entry, "teams": teams_of(talks), "settled": settled}
    return _Wanted(former, entry, talks, " ".join((*found.said, *facets_of(entry, found.kept))))


def _due(connection: Connection, call_id: str, now: datetime) -> bool:
    """Tell whether a call's entry isn't what its records are: asked by who only reads, and keeps no writer waiting."""
    wanted = _wanted(connection, call_id, now)
    if wanted is None:
        return False
    return wanted.former is None or wanted.differs or _tokens(connection, wanted.former.key) != wanted.tokens


def _tokens(connection: Connection, key: int) -> str | None:
    return connection.scalar(select(CallToken.tokens).where(CallToken.key == key))


class Sweep:
    """Takes up calls that have no entry yet, and those whose entry isn't settled."""

    def __init__(self, engine: Engine, writes: Writes = at_once) -> None:
        self._engine, self._writes = engine, writes
        self._seen: datetime | None = None
        self._behind: tuple[datetime, str] | None = None
        """The walk through calls of before has come to this one."""
        self._walk_at: datetime | None = None
        self._round = LAST
        """The round of those that aren't settled has come to this key."""

    def run(self, now: datetime) -> int:
        """Write some entries and return how many; 0 when all are as the records are. Blocks on the database."""
        with self._engine.connect() as connection:
            # Those that had to be left are still without an entry the next time.
            since = min(self._seen or now, now) - RECENT
            new = self._new(connection, since)
            if len(new) < AT_A_TIME:
                self._seen = now
            calls = [*new, *self._moved(connection), *self._unsettled(connection)]
            calls += self._of_before(connection, now, max(AT_A_TIME - len(calls), TOGETHER))
            due = [call_id for call_id in dict.fromkeys(calls) if _due(connection, call_id, now)]
        for first in range(0, len(due), TOGETHER):
            # In one order, so that no two sweeps wait for each other.
            self._writes(partial(self._note, sorted(due[first : first + TOGETHER]), now))
        return len(due)

    def _note(self, calls: Sequence[str], now: datetime) -> None:
        with writing(self._engine) as connection:
            for call_id in calls:
                note_call(connection, call_id, now)

    def _new(self, connection: Connection, since: datetime) -> Sequence[str]:
        known = select(CallEntry.key).where(CallEntry.call_id == Call.id).exists()
        query = select(Call.id).where(Call.started_at >= since, ~known).order_by(Call.started_at.desc())
        return connection.scalars(query.limit(AT_A_TIME)).all()

    def _moved(self, connection: Connection) -> Sequence[str]:
        """Return calls that were answered or ended since their entry was written."""
        query = select(CallEntry.call_id).join(Call, Call.id == CallEntry.call_id)
        return connection.scalars(query.where(~CallEntry.settled, Call.state != CallEntry.state).limit(AT_A_TIME)).all()

    def _unsettled(self, connection: Connection) -> Sequence[str]:
        """Return the next of the others: an agent may have come, or what was late."""
        query = select(CallEntry.call_id, CallEntry.key).where(~CallEntry.settled, CallEntry.key < self._round)
        rows = connection.execute(query.order_by(CallEntry.key.desc()).limit(IN_TURN)).all()
        self._round = rows[-1].key if len(rows) == IN_TURN else LAST
        return [row.call_id for row in rows]

    def _of_before(self, connection: Connection, now: datetime, most: int) -> Sequence[str]:
        """Return calls without an entry among the next older ones."""
        if self._walk_at is not None and now < self._walk_at:
            return []
        query = select(Call.id, Call.started_at).order_by(Call.started_at.desc(), Call.id.desc()).limit(LOOKED_AT)
        if self._behind is not None:
            at, call_id = self._behind
            query = query.where(Call.started_at <= at, or_(Call.started_at < at, Call.id < call_id))
        rows = connection.execute(query).all()
        ids = [row.id for row in rows]
        known = set(connection.scalars(select(CallEntry.call_id).where(CallEntry.call_id.in_(ids))))
        missing = [row for row in rows if row.id not in known]
        last = missing[most - 1] if len(missing) > most else rows[-1] if len(rows) == LOOKED_AT else None
        self._behind = (last.started_at, last.id) if last else None
        self._walk_at = None if last else now + AGAIN
        return [row.id for row in missing[:most]]


def _make(connection: Connection, entry: Mapping[str, Any]) -> int:
    """Insert an entry under the next free key of its millisecond; return the key."""
    insert_into = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    key = key_from(entry["started_at"]) + zlib.crc32(entry["call_id"].encode()) % SCALE
    while True:
        new = insert_into(ENTRIES).values(key=key, **entry).on_conflict_do_nothing().returning(CallEntry.key)
        if connection.scalar(new) is not None:
            return key
        # Another call has it, or another sweep was quicker with this one.
        mine = connection.scalar(select(CallEntry.key).where(CallEntry.call_id == entry["call_id"]))
        if mine is not None:
            return mine
        key += 1


def _write_talks(connection: Connection, key: int, talks: Mapping[str, str]) -> None:
    connection.execute(delete(TALKS).where(CallEntryAgent.key == key))
    rows = [{"key": key, "agent": agent, "team": team} for agent, team in talks.items()]
    if rows:
        connection.execute(insert(TALKS), rows)
