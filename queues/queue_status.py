"""How queues are doing now, and how the day went, from what is in the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from models.agent import AgentState
from models.errors import CannotDo
from models.queue_caller import QueueCaller, QueueCallerState
from queues.applying import unknown
from queues.plan import Plan, Queue
from queues.plan_rows import stored_plan
from queues.presence import Presence
from queues.presence_rows import stored_presences
from queues.ratings import HUMAN, Satisfaction, in_words, ratings_since
from queues.staffing import able, is_open, nobody_will_come, should_be_ready

HEADINGS = (
    "Queue", "Open", "Waiting", "Longest", "Shift", "Ready", "Busy", "Paused", "Answered", "Lost", "In time",
)  # fmt: skip
if TYPE_CHECKING:
    from rich.console import JustifyMethod
    from rich.table import Table

WAITING = (QueueCallerState.QUEUED, QueueCallerState.OFFERED)


@dataclass(frozen=True)
class Stay:
    """One caller's stay in a queue, as far as figures need it."""

    queue: str
    state: str
    waited_s: float
    """Until answered, ended or now."""
    credit_s: float
    answered: bool


def queue_status(connection: Connection, name: str = "", now: datetime | None = None) -> list[dict[str, Any]]:
    """Return the figures of one queue, or of all; the day begins at midnight here. Raises `CannotDo`."""
    now = now or datetime.now(UTC)
    plan, presences = stored_plan(connection), dict(stored_presences(connection))
    if name and name not in plan.queues:
        raise CannotDo(unknown("queue", name, plan.queues))
    stays, ratings = _stays(connection, now), ratings_since(connection, _midnight(now))
    return [
        _status(plan, queue, presences, [stay for stay in stays if stay.queue == queue.name], now)
        | {"satisfaction": _satisfaction(ratings.get((HUMAN, queue.name), Satisfaction()))}
        for queue in plan.queues.values()
        if not name or queue.name == name
    ]


def _midnight(now: datetime) -> datetime:
    return now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def _satisfaction(found: Satisfaction) -> dict[str, Any]:
    """Return today's ratings for talks with agents: how many, and their mean as a share of the best (None: none)."""
    return {"ratings": found.count, "mean": None if found.mean is None else round(found.mean, 4)}


def ratings_today(connection: Connection, now: datetime | None = None) -> str:
    """Return today's ratings for the robot's stage and the human's in a line; "" without any."""
    return in_words(ratings_since(connection, _midnight(now or datetime.now(UTC))))


def _stays(connection: Connection, now: datetime) -> list[Stay]:
    midnight = _midnight(now)
    rows = connection.execute(
        select(QueueCaller.__table__).where((QueueCaller.joined_at >= midnight) | QueueCaller.state.in_(WAITING))
    )
    return [
        Stay(
            row.queue,
            row.state,
            ((row.answered_at or row.ended_at or now) - row.joined_at).total_seconds(),
            row.credit_s,
            row.answered_at is not None,
        )
        for row in rows
    ]


def _status(
    plan: Plan, queue: Queue, presences: dict[str, Presence], stays: list[Stay], now: datetime
) -> dict[str, Any]:
    fit = {one.extension: presences[one.extension] for one in plan.agents.values() if able(one, queue)}
    logged_in = [extension for extension, presence in fit.items() if presence.logged_in]
    return {
        "queue": queue.name,
        "open": is_open(plan, queue, now),
        "nobody_will_come": nobody_will_come(plan, queue, logged_in, now),
        "waiting": sum(stay.state in WAITING for stay in stays),
        "longest_wait_s": round(max((s.waited_s + s.credit_s for s in stays if s.state in WAITING), default=0.0), 1),
        "on_shift": sum(agent.extension in fit for agent in should_be_ready(plan, now)),
        "agents": {str(state): _count(fit.values(), state) for state in AgentState if state != AgentState.REMOVED},
        "today": _today(queue, stays),
    }


def _count(presences: Iterable[Presence], state: AgentState) -> int:
    return sum(presence.state is state for presence in presences)


def _today(queue: Queue, stays: list[Stay]) -> dict[str, Any]:
    """Return counts and figures of those who don't wait any more; None where nothing is to be divided by."""
    answered = [stay for stay in stays if stay.answered]
    abandoned = sum(stay.state == QueueCallerState.ABANDONED for stay in stays)
    in_time = sum(stay.waited_s <= queue.service_level.within_s for stay in answered)
    wanted = len(answered) + abandoned
    others = (QueueCallerState.OVERFLOWED, QueueCallerState.CALLBACK, QueueCallerState.VOICEMAIL)
    return {
        "answered": len(answered),
        "abandoned": abandoned,
        **{str(state): sum(stay.state == state for stay in stays) for state in others},
        "service_level": round(in_time / wanted, 4) if wanted else None,
        "target": queue.service_level.share,
        "average_speed_of_answer_s": _mean([stay.waited_s for stay in answered]),
        "abandonment": round(abandoned / wanted, 4) if wanted else None,
    }


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None


def print_status(rows: list[dict[str, Any]], ratings: str = "") -> None:
    """Print a table, and `ratings` under it."""
    from rich.console import Console

    Console().print(status_table(rows) if rows else "There is no queue yet; add one with hotline queues add.")
    if ratings:
        Console(highlight=False).print(ratings)


def status_table(rows: list[dict[str, Any]]) -> "Table":
    """Return the figures of queues, one a row; on a narrow terminal long names take several lines."""
    from rich.table import Table
    from rich.text import Text

    # Two spaces between columns would leave names of queues no room in 80.
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in HEADINGS:
        justify: JustifyMethod = "left" if heading in ("Queue", "Open") else "right"
        table.add_column(heading, no_wrap=heading != "Queue", overflow="fold", justify=justify)
    for row in rows:
        agents, today = row["agents"], row["today"]
        level = "-" if today["service_level"] is None else f"{today['service_level']:.0%} of {today['target']:.0%}"
        opened = "closed" if not row["open"] else "nobody" if row["nobody_will_come"] else "open"
        busy = agents["offered"] + agents["talking"] + agents["wrap-up"]
        there = (row["on_shift"], agents["ready"], busy, agents["paused"])
        numbers = (row["waiting"], f"{row['longest_wait_s']:.0f} s", *there)
        cells = (row["queue"], opened, *numbers, today["answered"], today["abandoned"], level)
        table.add_row(*(Text(str(cell)) for cell in cells))
    return table
