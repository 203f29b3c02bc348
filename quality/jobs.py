"""Which calls wait for inspection, and who has which: in the database, so that none is lost and none done twice."""

import os
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Exists, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.agent import Agent, AgentPresence, AgentState
from models.call import Call, CallState
from models.inspection import INSPECTION_LIFE, Inspection, InspectionMove, InspectionState
from models.queue_caller import QueueCaller

LEASE = timedelta(minutes=15)
"""For which a call is one inspector's; much longer than any takes."""
MOST_TRIES = 3
WRAPS_UP = timedelta(minutes=3)
"""For which a call waits for its agent's wrap-up to be over; who forgets to be ready again isn't waited for."""
GONE = "the inspector that had it is gone"
NEW = 500
"""Calls that are taken up as waiting at a time."""


def me() -> str:
    """Return whom the database names as the inspector: host and process."""
    return f"{socket.gethostname()}/{os.getpid()}"


class Jobs:
    """The inspector `who`'s view of what there is to do."""

    def __init__(self, engine: Engine, who: str) -> None:
        self._engine, self._who = engine, who

    def take_up(self, now: datetime, settled: datetime, since: datetime | None = None) -> int:
        """Let answered calls that were over by `settled`, and that nobody inspected, wait; return how many are new.

        `since`: only those that began from then on.
        """
        known = select(Inspection.call_id).where(Inspection.call_id == Call.id).exists()
        # The planner of SQLite would look through all ended calls, by their state, for those of a day.
        over = func.coalesce(Call.state, "") if since else Call.state
        recent = (Call.started_at >= since,) if since else ()
        empty = literal([], Inspection.transcript.type)
        new = (
            select(
                Call.id, literal(str(InspectionState.WAITING)), literal(0), literal(""), literal(now),
                literal(""), literal(False), empty, empty, literal({}, Inspection.facts.type),
            )

            .where(over == CallState.ENDED, Call.answered_at.is_not(None), Call.ended_at <= settled)
            .where(~known, ~_wraps_up(settled), *recent)
            .order_by(Call.started_at.desc())
            .limit(NEW)
        )  # fmt: skip
        columns = (
            "call_id", "state", "tries", "taken_by", "queued_at",
            "words", "listened", "transcript", "personal", "facts",
        )  # fmt: skip
        with self._engine.begin() as connection:
            # Another inspector may be taking up the same ones at this moment.
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            rows = insert(Inspection).from_select(columns, new).on_conflict_do_nothing()
            return connection.execute(rows).rowcount

    def take(self, now: datetime) -> str | None:
        """Take the newest call that waits, or that somebody was too long at; return its id, None where none waits."""
        waits = (
            select(Inspection.call_id)
            .where(Inspection.state == InspectionState.WAITING)
            .order_by(Inspection.call_id.desc())
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        values = {"taken_by": self._who, "taken_until": now + LEASE, "tries": Inspection.tries + 1}
        while True:
            with self._engine.begin() as connection:
                self._lose(connection, now, Inspection.taken_until < now)
                call_id = connection.scalar(waits)
                if call_id is None:
                    return None
                taken = self._moves(InspectionState.WAITING, InspectionMove.TAKE).where(Inspection.call_id == call_id)
                # Where rows can't be locked (SQLite) another may have been quicker.
                if connection.execute(taken.values(**values)).rowcount:
                    return call_id

    def finish(self, connection: Connection, call_id: str, now: datetime, found: Mapping[str, Any]) -> bool:
        """Write what was found, in the caller's transaction; return whether the call still is this inspector's."""
        done = self._moves(InspectionState.TAKEN, InspectionMove.FINISH).where(*self._mine(call_id))
        return bool(connection.execute(done.values(done_at=now, taken_until=None, **found)).rowcount)

    def fail(self, call_id: str, now: datetime, why: str) -> None:
        """Let the call wait again, or give it up after `MOST_TRIES`."""
        with self._engine.begin() as connection:
            last = Inspection.tries >= MOST_TRIES
            given_up = self._moves(InspectionState.TAKEN, InspectionMove.GIVE_UP).where(*self._mine(call_id), last)
            if not connection.execute(given_up.values(done_at=now, taken_until=None, words=why)).rowcount:
                lost = self._moves(InspectionState.TAKEN, InspectionMove.LOSE).where(*self._mine(call_id))
                connection.execute(lost.values(taken_until=None, words=why))

    def give_back(self, call_id: str) -> None:
        """Let a call wait again as if nobody had taken it."""
        with self._engine.begin() as connection:
            lost = self._moves(InspectionState.TAKEN, InspectionMove.LOSE).where(*self._mine(call_id))
            connection.execute(lost.values(taken_until=None, tries=Inspection.tries - 1))

    def take_from_the_dead(self, now: datetime) -> None:
        """Let the calls wait again that inspectors of this host had who aren't there any more.

        Nobody need wait then for the lease of who was killed to end.
        """
        held = select(Inspection.taken_by).where(Inspection.state == InspectionState.TAKEN).distinct()
        with self._engine.connect() as connection:
            dead = [who for who in connection.scalars(held) if _is_dead(who)]
        if dead:
            with self._engine.begin() as connection:
                self._lose(connection, now, Inspection.taken_by.in_(dead))

    def counts(self) -> dict[str, int]:
        """Return how many calls are in each state."""
        with self._engine.connect() as connection:
            query = select(Inspection.state, func.count()).group_by(Inspection.state)
            found = {row.state: row[1] for row in connection.execute(query)}
        return {str(state): found.get(state, 0) for state in InspectionState}

    def keep(self, call_id: str, now: datetime) -> None:
        """Go on having a call that takes long, because there was no time for it."""
        mine = update(Inspection).where(Inspection.state == InspectionState.TAKEN, *self._mine(call_id))
        with self._engine.begin() as connection:
            connection.execute(mine.values(taken_until=now + LEASE))

    def _lose(self, connection: Connection, now: datetime, gone: ColumnElement[bool]) -> None:
        often = Inspection.tries >= MOST_TRIES
        given_up = self._moves(InspectionState.TAKEN, InspectionMove.GIVE_UP).where(gone, often)
        connection.execute(given_up.values(done_at=now, taken_until=None, words=GONE))
        lost = self._moves(InspectionState.TAKEN, InspectionMove.LOSE).where(gone)
        connection.execute(lost.values(taken_until=None, words=GONE))

    def _mine(self, call_id: str) -> tuple[Any, ...]:
        return Inspection.call_id == call_id, Inspection.taken_by == self._who

    @staticmethod
    def _moves(state: InspectionState, move: InspectionMove) -> Any:
        return update(Inspection).where(Inspection.state == state).values(state=INSPECTION_LIFE.next(state, move))


def _is_dead(who: str) -> bool:
    """Whether an inspector was of this host and is no process any more."""
    host, _, number = who.rpartition("/")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's
        return False
    return False


def _wraps_up(settled: datetime) -> Exists:
    """Whether a call's agent is still busy with it: how long that takes is a fact of the call too."""
    return (
        select(QueueCaller.id)
        .join(Agent, Agent.extension == QueueCaller.agent)
        .join(AgentPresence, AgentPresence.agent_id == Agent.id)
        .where(QueueCaller.call_id == Call.id, AgentPresence.state == AgentState.WRAP_UP)
        .where(AgentPresence.since >= QueueCaller.answered_at, Call.ended_at > settled - WRAPS_UP)
        .exists()
    )
