"""The agents of a queue as whoever calls out needs them: who is free, since when others talk or wrap up, who waits."""

from collections.abc import Callable
from dataclasses import dataclass

from models.agent import AgentState
from queues.agents import AgentBook, Changed
from queues.distributor import Distributor
from queues.staffing import able

TALKED, WRAPPED_UP, FREE = "talked", "wrapped-up", "free"
Heard = Callable[[str, float], None]
"""What an agent has done (`TALKED`, `WRAPPED_UP`, `FREE`), and for how many seconds."""


@dataclass(frozen=True)
class AgentsNow:
    """How the agents of a queue are at a moment; ages in seconds."""

    free: int
    talking: tuple[float, ...]
    wrapping: tuple[float, ...]
    waiting: int
    """Callers in the queue, whoever called whom, who have no agent yet."""


class AgentFloor:
    """Reads the book of agents and the distribution of a running server."""

    def __init__(self, book: AgentBook, distributor: Distributor) -> None:
        self._book, self._distributor = book, distributor
        self._listeners: list[tuple[str, Heard]] = []
        book.subscribe(self._changed)

    def now(self, queue: str) -> AgentsNow:
        """Return how the agents are who may serve `queue`; nobody where there is no such queue."""
        plan, now = self._book.plan.queues.get(queue), self._distributor.now()
        free, talking, wrapping = 0, list[float](), list[float]()
        for extension, agent in self._book.plan.agents.items():
            if plan is None or not able(agent, plan):
                continue
            presence = self._book.presence(extension)
            age = max(0.0, now - presence.since)
            match presence.state:
                case AgentState.READY:
                    free += 1
                case AgentState.TALKING | AgentState.OFFERED if not presence.after_call:
                    # Whose phone rings will talk: a caller who waits for them isn't counted as waiting.
                    talking.append(age if presence.state is AgentState.TALKING else 0.0)
                case AgentState.WRAP_UP:
                    wrapping.append(age)
                case _:
                    pass
        offered = sum(self._is(extension, AgentState.OFFERED) for extension in self._book.plan.agents)
        waiting = max(0, int(self._distributor.waiting().get(queue, 0.0)) - offered)
        return AgentsNow(free, tuple(talking), tuple(wrapping), waiting)

    def hinders(self, queue: str, extension: str) -> str:
        """Return why an agent can't be shown who is called for `queue`; "": nothing does.

        Paused they must be: no queue may take them while the phone rings at the other end.
        """
        agent, plan = self._book.plan.agents.get(extension), self._book.plan.queues.get(queue)
        if agent is None:
            return f"There is no agent {extension}; hotline agents list shows who there is."
        if plan is None or not able(agent, plan):
            return f"Agent {extension} doesn't serve the queue '{queue}'; give them its skills, or ask as another."
        state = self._book.presence(extension).state
        if state is not AgentState.PAUSED:
            return f"Agent {extension} is {state}; pause first (by phone, or hotline agents state {extension} paused)."
        return ""

    def follow(self, queue: str, listener: Heard) -> Callable[[], None]:
        """Let `listener` hear what the agents of `queue` have done; return how to stop it."""
        entry = (queue, listener)
        self._listeners.append(entry)
        return lambda: self._listeners.remove(entry) if entry in self._listeners else None

    def _is(self, extension: str, state: AgentState) -> bool:
        return self._book.presence(extension).state is state

    def _changed(self, changed: Changed) -> None:
        before, after = changed.before, changed.after
        if before.state is after.state:
            return
        done = {AgentState.TALKING: TALKED, AgentState.WRAP_UP: WRAPPED_UP}.get(before.state, "")
        for queue, listener in list(self._listeners):
            plan = self._book.plan.queues.get(queue)
            if plan is None or not able(changed.agent, plan):
                continue
            if done:
                listener(done, max(0.0, after.since - before.since))
            if after.state is AgentState.READY:
                listener(FREE, 0.0)
