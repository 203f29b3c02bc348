"""What a server that starts in the middle of a day reads back of it: agents' loads, recent answers, queues' figures."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from models.database import moment
from models.queue_caller import QueueCaller, QueueCallerState
from models.queue_event import QueueEvent
from queues.candidates import NEVER
from queues.desk import StoredDesk
from queues.expected_wait import OLDEST_S
from queues.plan import Queue
from queues.tally import Tally

Gaps = dict[str, tuple[tuple[float, float], ...]]


def loads_of_agents(connection: Connection, midnight: float) -> list[StoredDesk]:
    """Return how many calls every agent took since `midnight` (Unix seconds), for how long, and the last offer."""
    calls: defaultdict[str, int] = defaultdict(int)
    talk_s: defaultdict[str, float] = defaultdict(float)
    answered = select(QueueCaller.agent, QueueCaller.state, QueueCaller.answered_at, QueueCaller.ended_at).where(
        QueueCaller.answered_at >= moment(midnight), QueueCaller.agent != ""
    )
    for row in connection.execute(answered):
        calls[row.agent] += 1
        # How long a talk was that a killed server left open, nobody knows.
        if row.state == QueueCallerState.SERVED and row.answered_at is not None and row.ended_at is not None:
            talk_s[row.agent] += (row.ended_at - row.answered_at).total_seconds()
    offers = (
        select(QueueEvent.agent, func.max(QueueEvent.at).label("last"))
        .where(QueueEvent.name == "queue.offered", QueueEvent.at >= moment(midnight), QueueEvent.agent != "")
        .group_by(QueueEvent.agent)
    )
    offered = {row.agent: row.last.timestamp() for row in connection.execute(offers)}
    return [
        StoredDesk(agent, offered_at=offered.get(agent, NEVER), calls=calls[agent], talk_s=talk_s[agent])
        for agent in sorted({*calls, *offered})
    ]


def recent_answers(connection: Connection, node: str, now: float) -> Gaps:
    """Return what `ExpectedWait` knew of each queue when this node's server stopped."""
    gaps: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    events = (
        select(QueueEvent.queue, QueueEvent.at, QueueEvent.data)
        .where(QueueEvent.name == "queue.answered", QueueEvent.at >= moment(now - OLDEST_S), QueueEvent.node == node)
        .order_by(QueueEvent.id)
    )
    for row in connection.execute(events):
        if row.data.get("gap") is not None:
            gaps[row.queue].append((row.at.timestamp(), float(row.data["gap"])))
    return {queue: tuple(known) for queue, known in gaps.items()}


def day_of_queues(connection: Connection, queues: Mapping[str, Queue], midnight: float) -> dict[str, Tally]:
    """Return the figures of every queue since `midnight` (Unix seconds)."""
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for row in connection.execute(select(QueueCaller.__table__).where(QueueCaller.joined_at >= moment(midnight))):
        tally = tallies[row.queue]
        tally.joined += 1
        tally.abandoned += row.state == QueueCallerState.ABANDONED
        tally.overflowed += row.state in (
            QueueCallerState.OVERFLOWED, QueueCallerState.CALLBACK, QueueCallerState.VOICEMAIL
        )  # fmt: skip
        if row.answered_at is not None:
            within_s = queues[row.queue].service_level.within_s if row.queue in queues else 0.0
            tally.answer((row.answered_at - row.joined_at).total_seconds(), within_s)
    sent_on = (
        select(QueueEvent.queue, func.count().label("times"))
        .where(QueueEvent.name == "queue.transferred", QueueEvent.at >= moment(midnight))
        .group_by(QueueEvent.queue)
    )
    for row in connection.execute(sent_on):
        tallies[row.queue].transferred = row.times
    return dict(tallies)
