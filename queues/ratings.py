"""Ratings that callers give in surveys: for the robot's stage of a call, or for the human's, with queue and agent.

A rating counts for the human where the caller has talked with one before in the call, unless the survey says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, select

from models.call_note import CallEnded, EventHappened
from models.call_note import Note as CallNote
from models.queue_event import QueueEvent
from queues.distribution_events import Note

ROBOT, HUMAN = "robot", "human"
RATED = "queue.rated"


@dataclass
class Satisfaction:
    """Ratings of one kind."""

    count: int = 0
    shares: float = 0.0
    """Sum of them, each as a share of the best."""

    def take(self, rating: float, most: float) -> None:
        """Count one, `most` being the best."""
        self.count += 1
        self.shares += rating / most if most else 0.0

    @property
    def mean(self) -> float | None:
        """The mean as a share of the best; None without any."""
        return self.shares / self.count if self.count else None


class Floor(Protocol):
    """What ratings ask of the distributor."""

    def note(self, note: Note) -> object: ...


@dataclass
class _Call:
    talked: bool = False
    queue: str = ""
    agent: str = ""


@dataclass
class Ratings:
    """Hears of calls and queues, and writes down what callers think of them; one a server."""

    floor: Floor
    stages: dict[str, Satisfaction] = field(default_factory=lambda: {ROBOT: Satisfaction(), HUMAN: Satisfaction()})
    """Since the start."""
    _calls: dict[str, _Call] = field(default_factory=dict)

    def noted(self, note: Note) -> None:
        """Hear what the distribution notes."""
        if note.name == "queue.answered":
            call = self._calls.setdefault(note.call_id, _Call())
            call.queue, call.agent = note.queue, note.agent

    def happened(self, note: CallNote) -> None:
        """Hear of what happens to calls."""
        match note:
            case CallEnded():
                self._calls.pop(note.call_id, None)
            case EventHappened(name="talk-began"):
                self._calls.setdefault(note.call_id, _Call()).talked = True
            case EventHappened(name="rated"):
                self._rated(note)
            case _:
                pass

    def _rated(self, note: EventHappened) -> None:
        call = self._calls.get(note.call_id, _Call())
        stage = str(note.data.get("stage") or (HUMAN if call.talked else ROBOT))
        rating, most = float(note.data["rating"]), float(note.data["most"])
        self.stages[stage].take(rating, most)
        queue, agent = (call.queue, call.agent) if stage == HUMAN else ("", "")
        data = {"stage": stage, "rating": rating, "most": most, "slot": note.data.get("slot", "")}
        self.floor.note(Note(RATED, queue, note.call_id, agent, data))

    def counts(self) -> Mapping[str, float]:
        """Return how many there were, by stage."""
        return {stage: found.count for stage, found in self.stages.items()}

    def means(self) -> Mapping[str, float]:
        """Return the mean by stage, as a share of the best; none where there was none."""
        return {stage: mean for stage, found in self.stages.items() if (mean := found.mean) is not None}


def ratings_since(connection: Connection, since: datetime) -> dict[tuple[str, str], Satisfaction]:
    """Return what was written down since a moment, by stage and queue ("" for the robot's stage, or no queue)."""
    rows = connection.execute(
        select(QueueEvent.queue, QueueEvent.data).where(QueueEvent.name == RATED, QueueEvent.at >= since)
    )
    found: dict[tuple[str, str], Satisfaction] = {}
    for queue, data in rows:
        found.setdefault((str(data["stage"]), queue), Satisfaction()).take(data["rating"], data["most"])
    return found


def in_words(found: Mapping[tuple[str, str], Satisfaction]) -> str:
    """Return both stages in a line, such as "Ratings today: robot 80 % (5), human 95 % (12)."; "" without any."""
    total: dict[str, Satisfaction] = {}
    for (stage, _), one in found.items():
        sum_ = total.setdefault(stage, Satisfaction())
        sum_.count, sum_.shares = sum_.count + one.count, sum_.shares + one.shares
    told = [f"{stage} {total[stage].mean:.0%} ({total[stage].count})" for stage in (ROBOT, HUMAN) if stage in total]
    return f"Ratings today: {', '.join(told)}." if told else ""
