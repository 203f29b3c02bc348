"""Waiting callers in the database: each stay's life, and what earlier stays say of who calls now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Executable, insert, select, update
from sqlalchemy.engine import Row

from models.call import new_id
from models.database import moment
from models.queue_caller import QUEUE_CALLER_LIFE, QueueCaller, QueueCallerMove, QueueCallerState
from models.queue_event import QueueEvent
from queues.waiting_room import Caller, Credit

LOST = (QueueCallerState.ABANDONED, QueueCallerState.STOPPED)
"""How a stay ends of who is owed the waiting time."""
TURNED_AWAY = (*LOST, QueueCallerState.OVERFLOWED)
"""How a stay ends of who got nobody, unless somebody else in the same call."""
FAMILIAR_DAYS = 30
"""For how long who served a caller last is the one whom the caller knows."""


class StayRow:
    """One caller's stay in one queue, as it is written."""

    def __init__(self, node: str) -> None:
        """It isn't there until `begin`."""
        self._node = node
        self._id = ""
        self._state = QueueCallerState.QUEUED
        self._data: dict[str, Any] = {}

    @property
    def open(self) -> bool:
        """Whether the stay goes on."""
        return bool(self._id) and self._state not in QUEUE_CALLER_LIFE.ends

    def know(self, data: Mapping[str, Any]) -> list[Executable]:
        """Return what writes what is known of the caller now, while the stay goes on."""
        self._data = {**self._data, **data}
        return [update(QueueCaller).where(QueueCaller.id == self._id).values(data=self._data)] if self.open else []

    def begin(self, caller: Caller, queue: str, now: float, joined: float, data: Mapping[str, Any]) -> Executable:
        """Return what writes that the caller waits in `queue` since `now`, and counts from `joined` (Unix seconds)."""
        self._id, self._state, self._data = new_id(), QUEUE_CALLER_LIFE.start, dict(data)
        return insert(QueueCaller).values(
            id=self._id, call_id=caller.call_id, node=self._node, queue=queue, state=self._state,
            caller=caller.number, language=caller.language, tags=list(caller.tags), joined_at=moment(now),
            credit_s=max(now - joined, 0.0), answered_at=None, ended_at=None, agent="", data=self._data,
        )  # fmt: skip

    def move(self, move: QueueCallerMove, now: float, agent: str = "") -> list[Executable]:
        """Return what writes the next state; nothing where the life has no such move (an end that was told twice)."""
        if not self._id or not QUEUE_CALLER_LIFE.allows(self._state, move):
            return []
        self._state = QUEUE_CALLER_LIFE.next(self._state, move)
        values: dict[str, Any] = {"state": self._state}
        if self._state is QueueCallerState.TALKING:
            values |= {"answered_at": moment(now), "agent": agent}
        if move is QueueCallerMove.LOSE:
            # Nobody was heard: nobody has served this caller.
            values |= {"answered_at": None, "agent": ""}
        if self._state in QUEUE_CALLER_LIFE.ends:
            values["ended_at"] = moment(now)
        return [update(QueueCaller).where(QueueCaller.id == self._id).values(**values)]


def stop_all(connection: Connection, node: str, now: float) -> list[Row[Any]]:
    """End the stays that a killed server of this data directory left open; return them as they were."""
    mine = QueueCaller.node == node, QueueCaller.ended_at.is_(None)
    left = connection.execute(select(QueueCaller.__table__).where(*mine).order_by(QueueCaller.id)).all()
    connection.execute(
        update(QueueCaller).where(*mine).values(state=QueueCallerState.STOPPED, ended_at=moment(now))
    )  # fmt: skip
    return list(left)


def credits_since(connection: Connection, since: datetime) -> list[Credit]:
    """Return what is owed to numbers whose last stay ended since then without anybody: times in Unix seconds."""
    stays = (
        select(QueueCaller)
        .where(QueueCaller.ended_at >= since, QueueCaller.caller != "")
        .order_by(QueueCaller.ended_at, QueueCaller.id)
    )
    last: dict[tuple[str, str], Row[Any]] = {}
    for row in connection.execute(stays):
        last[row.queue, row.caller] = row
    return [
        Credit(queue, number, (row.ended_at - row.joined_at).total_seconds() + row.credit_s, row.ended_at.timestamp())
        for (queue, number), row in last.items()
        if row.state in LOST
    ]


def history(
    connection: Connection, number: str, now: float, midnight: float, but: str = ""
) -> tuple[int, bool, tuple[str, ...]]:
    """Return a number's calls today, whether one of them got nobody, and the extension of who served it last.

    `but`: id of the present call, which is no earlier one.
    """
    if not number:
        return 0, False, ()
    since = moment(min(midnight, now - timedelta(days=FAMILIAR_DAYS).total_seconds()))
    rows = connection.execute(
        select(QueueCaller.call_id, QueueCaller.state, QueueCaller.agent, QueueCaller.joined_at)
        .where(QueueCaller.caller == number, QueueCaller.joined_at >= since, QueueCaller.call_id != but)
        .order_by(QueueCaller.joined_at)
    ).all()
    today = [row for row in rows if row.joined_at.timestamp() >= midnight]
    served = [row.agent for row in rows if row.agent]
    # A call that waited in two queues is one call, and got somebody if it did in either, or was led straight to them.
    lost = {row.call_id for row in today if row.state in TURNED_AWAY} - {row.call_id for row in today if row.agent}
    if lost:
        reached = QueueEvent.name == "direct.answered"
        lost -= set(connection.scalars(select(QueueEvent.call_id).where(QueueEvent.call_id.in_(lost), reached)))
    return len({row.call_id for row in today}), bool(lost), tuple(served[-1:])
