"""`hotline queues test`: who would be offered a caller now, and why, by the matching of real calls. Calls nobody."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from models.agent import AgentChange, AgentMove, AgentState
from models.database import moment
from models.errors import CannotDo
from models.queue_caller import QueueCaller, QueueCallerState
from queues.applying import unknown
from queues.caller_rows import history
from queues.candidates import NEVER, Candidate
from queues.matching import match
from queues.plan import Agent, Plan, Queue
from queues.plan_rows import stored_plan
from queues.presence import Presence
from queues.presence_rows import stored_presences
from queues.staffing import is_open, nobody_will_come
from queues.waiter import Waiter, wish_of
from queues.waiting_room import Caller, Place, WaitingRoom

MOST = 20
"""Agents who are ranked."""
TEST = "test"
"""The caller's call id."""


@dataclass(frozen=True)
class Question:
    """Who would call."""

    queue: str
    number: str = ""
    tags: tuple[str, ...] = ()
    language: str = ""
    waited_s: float = 0.0


def trial(connection: Connection, question: Question, now: float | None = None) -> dict[str, Any]:
    """Return what would happen, as a document; raise `CannotDo` for an unknown queue. `now` in Unix seconds."""
    now = time.time() if now is None else now
    plan, presences = stored_plan(connection), stored_presences(connection)
    if question.queue not in plan.queues:
        raise CannotDo(unknown("queue", question.queue, plan.queues))
    queue = plan.queues[question.queue]
    room = _room(connection, plan)
    full = room.full(queue)
    place = room.enter(_caller(connection, question, now), queue, now)
    free = _candidates(connection, plan, presences, now)
    waiters = [other.waiter() for other in room.places.values() if not other.offer]
    pairs = {pair.call_id: pair.agents for pair in match(waiters, free.values(), now)}
    offered = pairs.get(TEST, ())
    document = {
        "queue": queue.name,
        "language": question.language,
        "score": place.score(now),
        "position": room.position(TEST, now),
        **_instead(plan, queue, presences, full, now),
        "offered": list(offered),
        "agents": _agents(plan, queue, presences, place.waiter(), free, now),
    }
    return document if document["instead"] == "" else {**document, "offered": []}


def _caller(connection: Connection, question: Question, now: float) -> Caller:
    midnight = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    calls, failed, familiar = history(connection, question.number, now, midnight)
    return Caller(
        TEST,
        question.queue,
        question.number,
        question.language,
        question.tags,
        calls,
        failed,
        familiar=familiar,
        joined=now - question.waited_s,
    )


def _room(connection: Connection, plan: Plan) -> WaitingRoom:
    """Return the callers who wait now, as far as the database knows them."""
    room = WaitingRoom()
    open_states = (QueueCallerState.QUEUED, QueueCallerState.OFFERED)
    for row in connection.execute(select(QueueCaller.__table__).where(QueueCaller.state.in_(open_states))):
        queue = plan.queues.get(row.queue)
        if queue is not None:
            joined = row.joined_at.timestamp()
            caller = Caller(
                row.call_id, row.queue, row.caller, row.language, tuple(row.tags), joined=joined - row.credit_s
            )
            room.places[row.call_id] = Place(caller, queue, joined - row.credit_s, joined)
            room.places[row.call_id].offer = "" if row.state == QueueCallerState.QUEUED else "offered"
    return room


def _candidates(
    connection: Connection, plan: Plan, presences: Mapping[str, Presence], now: float
) -> dict[str, Candidate]:
    """Return the agents who are ready, by extension."""
    midnight = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    stays = connection.execute(
        select(QueueCaller.agent, QueueCaller.answered_at, QueueCaller.ended_at).where(
            QueueCaller.agent != "", QueueCaller.answered_at >= midnight
        )
    ).all()
    offers = connection.execute(
        select(AgentChange.extension, func.max(AgentChange.at, type_=AgentChange.at.type))
        .where(AgentChange.move == AgentMove.OFFER, AgentChange.at >= midnight)
        .group_by(AgentChange.extension)
    ).all()
    offered = {extension: at.timestamp() for extension, at in offers}
    found = {}
    for extension, presence in presences.items():
        agent = plan.agents[extension]
        if presence.state is AgentState.READY and agent.enabled:
            mine = [(row.answered_at, row.ended_at or moment(now)) for row in stays if row.agent == extension]
            found[extension] = Candidate(
                extension,
                agent.skills,
                agent.languages,
                agent.cost,
                agent.capacity,
                0,
                presence.idle_since,
                len(mine),
                sum((end - begin).total_seconds() for begin, end in mine),
                offered.get(extension, NEVER),
            )
    return found


def _instead(plan: Plan, queue: Queue, presences: Mapping[str, Presence], full: bool, now: float) -> dict[str, Any]:
    """Return whether the queue can take the caller, and where the caller is led where it can't ("" for nowhere)."""
    today = datetime.fromtimestamp(now, UTC).astimezone()
    opened = is_open(plan, queue, today)
    vain = nobody_will_come(plan, queue, [one for one, presence in presences.items() if presence.logged_in], today)
    why = "full" if full else "closed" if not opened else "nobody" if vain else ""
    ways: dict[str, str] = {way.when: way.to for way in reversed(queue.overflow)}
    # Without a way for nobody, callers wait on.
    instead = ways.get(why, "" if why in ("", "nobody") else "return")
    return {"open": opened, "full": full, "nobody_will_come": vain, "why": why, "instead": instead}


def _agents(
    plan: Plan,
    queue: Queue,
    presences: Mapping[str, Presence],
    waiter: Waiter,
    free: Mapping[str, Candidate],
    now: float,
) -> list[dict[str, Any]]:
    """Return all agents: those who fit and are free by rank, then the others with what is missing."""
    order = _ranked(waiter, dict(free), now)
    fit = [
        {"extension": one, "name": plan.agents[one].name, "rank": rank, "why": _for(free[one], queue, waiter, now)}
        for rank, one in enumerate(order, 1)
    ]
    rest = [
        {"extension": one, "name": agent.name, "rank": None, "why": _against(agent, presences[one], queue, waiter, now)}
        for one, agent in plan.agents.items()
        if one not in order
    ]
    return [*fit, *rest]


def _ranked(waiter: Waiter, free: dict[str, Candidate], now: float) -> list[str]:
    """Return who would be offered the caller if the caller were alone, then who if that one weren't there …"""
    alone = replace(waiter, wish=replace(waiter.wish, strategy="longest-idle")) if _rings_all(waiter) else waiter
    found: list[str] = []
    while len(found) < MOST and (pairs := match([alone], free.values(), now)):
        found.append(pairs[0].agents[0])
        del free[found[-1]]
    return found


def _rings_all(waiter: Waiter) -> bool:
    return waiter.wish.strategy == "ring-all"


def _for(candidate: Candidate, queue: Queue, waiter: Waiter, now: float) -> str:
    parts = [f"idle {now - candidate.idle_since:.0f} s", f"{candidate.calls} calls and {candidate.talk_s:.0f} s today"]
    parts += [f"{need.skill} {candidate.skills.get(need.skill, 0)}" for need in queue.needs]
    parts.append(f"cost {candidate.cost:g}")
    if candidate.extension in waiter.familiar:
        parts.append("served the caller last")
    return ", ".join(parts)


def _against(agent: Agent, presence: Presence, queue: Queue, waiter: Waiter, now: float) -> str:
    if not agent.enabled:
        return "disabled"
    for skill, level in waiter.wish.levels(waiter.joined, now):
        if agent.skills.get(skill, 0) < level:
            return f"has {skill} {agent.skills.get(skill, 0)}, needed is {level}"
    tongue = wish_of(queue, waiter.wish.language).tongue(waiter.joined, now)
    if tongue and agent.languages and tongue not in agent.languages:
        return f"speaks {', '.join(agent.languages)}, not {tongue}"
    reason = f" ({presence.reason})" if presence.reason else ""
    return f"{presence.state}{reason}" if presence.state is not AgentState.READY else "comes after those above"


def print_trial(answer: dict[str, Any]) -> None:
    """Print it for a person."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = Console(highlight=False)
    parts = ", ".join(f"{name} {value:g}" for name, value in answer["score"].items() if value and name != "score")
    out.print(Text(f"Score {answer['score']['score']:g}{f' ({parts})' if parts else ''}, place {answer['position']}."))
    out.print(Text(_outcome(answer)))
    table = Table(box=None, pad_edge=False)
    for heading in ("", "Extension", "Name", "Why"):
        table.add_column(heading)
    for agent in answer["agents"]:
        row = (str(agent["rank"] or "-"), agent["extension"], agent["name"], agent["why"])
        table.add_row(*(Text(cell) for cell in row))
    if answer["agents"]:
        out.print(table)


def _outcome(answer: dict[str, Any]) -> str:
    reasons = {"full": "The queue is full", "closed": "The queue is closed", "nobody": "Nobody is there or will come"}
    if answer["instead"]:
        return f"{reasons[answer['why']]}: the caller is led to {answer['instead']}."
    if answer["offered"]:
        return f"Offered to {', '.join(answer['offered'])}."
    return (
        f"{reasons[answer['why']]}; the caller waits."
        if answer["why"]
        else "The caller waits: nobody who fits is free."
    )
