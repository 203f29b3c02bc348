"""The floor of agents: who is free, and for how long the others have been doing what they do."""

from collections.abc import Callable
from typing import Any

from models.agent import AgentState
from queues.agent_floor import AgentFloor, AgentsNow
from queues.agents import Changed
from queues.plan import Agent, Need, Plan, Queue
from queues.presence import Presence


class Book:
    """Agents by hand: two of sales, one of another skill."""

    def __init__(self) -> None:
        agents = {name: Agent(name, name, skills={"sales": 5}) for name in ("201", "202", "203", "204")}
        agents["301"] = Agent("301", "301", skills={"billing": 5})
        self.plan = Plan(agents, {"sales": Queue("sales", needs=(Need("sales", 3),))})
        self.presences = {name: Presence() for name in agents}
        self.listener: Callable[[Changed], None] = lambda changed: None

    def presence(self, extension: str) -> Presence:
        return self.presences[extension]

    def subscribe(self, listener: Callable[[Changed], None]) -> None:
        self.listener = listener

    def turn(self, extension: str, after: Presence) -> None:
        before, self.presences[extension] = self.presences[extension], after
        told: Any = None
        self.listener(Changed(self.plan.agents[extension], before, after, told))


class Floor:
    def __init__(self) -> None:
        self.waits = 0.0

    def now(self) -> float:
        return 1000.0

    def waiting(self) -> dict[str, float]:
        return {"sales": self.waits}


def made() -> tuple[Book, Floor, AgentFloor]:
    book: Any = Book()
    floor: Any = Floor()
    return book, floor, AgentFloor(book, floor)


def test_agents_who_may_serve_the_queue_are_counted_by_what_they_do() -> None:
    book, floor, agents = made()
    book.presences |= {
        "201": Presence(AgentState.READY), "202": Presence(AgentState.TALKING, since=940.0),
        "203": Presence(AgentState.WRAP_UP, since=995.0), "204": Presence(AgentState.PAUSED),
        "301": Presence(AgentState.READY),
    }  # fmt: skip
    floor.waits = 1
    assert agents.now("sales") == AgentsNow(1, (60.0,), (5.0,), 1)
    assert agents.now("nothing") == AgentsNow(0, (), (), 0)


def test_who_is_rung_is_neither_free_nor_is_their_caller_waiting() -> None:
    book, floor, agents = made()
    book.presences["201"] = Presence(AgentState.OFFERED, since=999.0)
    floor.waits = 1
    assert agents.now("sales") == AgentsNow(0, (0.0,), (), 0)


def test_who_leaves_after_the_talk_is_not_counted_on() -> None:
    book, _, agents = made()
    book.presences["201"] = Presence(AgentState.TALKING, since=900.0, after_call="paused")
    assert agents.now("sales") == AgentsNow(0, (), (), 0)


def test_talks_and_wrap_ups_are_told_with_their_seconds_until_nobody_follows_any_more() -> None:
    book, _, agents = made()
    heard: list[tuple[str, float]] = []
    stop = agents.follow("sales", lambda what, seconds: heard.append((what, seconds)))
    book.turn("201", Presence(AgentState.TALKING, since=100.0))
    book.turn("201", Presence(AgentState.WRAP_UP, since=250.0))
    book.turn("201", Presence(AgentState.READY, since=262.0))
    book.turn("301", Presence(AgentState.TALKING, since=100.0))
    assert heard == [("talked", 150.0), ("wrapped-up", 12.0), ("free", 0.0)]
    stop()
    book.turn("201", Presence(AgentState.TALKING, since=300.0))
    book.turn("201", Presence(AgentState.WRAP_UP, since=310.0))
    assert len(heard) == 3
