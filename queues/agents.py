"""The book of agents of a running server: who they are, what each does now, and who hears of a change.

A change counts in memory at once and is told to the listeners; it is on its way into the database by then, and what is
returned is done when it is there. Also the port `Users` for the registrar: an agent that is disabled or has another
password is another user at once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Engine

from models.agent import AgentMove, AgentState
from models.errors import Refused
from queues.applying import unknown
from queues.journal import Journal
from queues.plan import Agent, Plan
from queues.plan_rows import StoredAgent, stored_agents, stored_plan
from queues.presence import NO_PHONE, RESTARTED, Presence, Wish, moved, phone_back, phone_lost, wished, wrapped_up
from queues.presence_rows import Told, presence_rows, stored_presences
from voice.sip.digest import Algorithm
from voice.sip.users import KnownUsers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Changed:
    """What became of one agent."""

    agent: Agent
    before: Presence
    after: Presence
    told: Told


Listener = Callable[[Changed], None]
Reader = Callable[[Plan, Plan], None]
"""Hears of the plan before and after an edit."""
Written = asyncio.Future[None]


class AgentBook:
    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        clock: Callable[[], float] = time.time,
        taken: Iterable[str] = (),
    ) -> None:
        """`clock` in Unix seconds; `taken`: names that phones of others register by. `open` reads the database."""
        self._taken = frozenset(taken)
        self._engine, self._journal, self._clock = engine, journal, clock
        self._agents: dict[str, StoredAgent] = {}
        self._presences: dict[str, Presence] = {}
        self._reachable: set[str] = set()
        self._listeners: list[Listener] = []
        self._readers: list[Reader] = []
        self.plan = Plan()
        """All that is planned, as it was read last."""
        self.users = KnownUsers()
        """Agents whose phones may register with us."""

    def open(self) -> None:
        """Read everything; blocks for a moment. Nobody is here until the phone is: see `come_back`."""
        plan, agents, presences = self._read()
        self._take(plan, agents)
        self._presences = {extension: presences.get(extension, Presence()) for extension in agents}

    async def come_back(self) -> None:
        """After a start: whoever was here is offline until the phone is known to be reachable."""
        for extension in self._agents:
            before = self._presences[extension]
            if before.state is not AgentState.OFFLINE:
                why = RESTARTED if before.state is AgentState.READY else NO_PHONE
                self._change(extension, phone_lost(before, self._clock(), why), "phone-lost", "queues")

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Let `listener` hear of every change of state, at once; return its way out."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def follow(self, reader: Reader) -> None:
        """Let `reader` hear of every edit of the plan, before agents who were disabled by it go offline."""
        self._readers.append(reader)

    @property
    def agents(self) -> dict[str, Agent]:
        """Everybody by extension."""
        return {extension: stored.agent for extension, stored in self._agents.items()}

    def agent(self, extension: str) -> Agent:
        """Return one agent; raise `CannotDo` for an extension that nobody has."""
        return self._stored(extension).agent

    def presence(self, extension: str) -> Presence:
        """Return what an agent does; raise `CannotDo` for an extension that nobody has."""
        self._stored(extension)
        return self._presences[extension]

    def logged_in(self) -> list[str]:
        """Return the extensions of those who want to work: ready, busy, paused, or only without their phone."""
        return [extension for extension, presence in self._presences.items() if presence.logged_in]

    def reachable(self, extension: str) -> bool:
        """Tell whether the agent's phone can be called."""
        return extension in self._reachable

    def move(self, extension: str, move: AgentMove, reason: str = "", by: str = "queues", call_id: str = "") -> Written:
        """Move an agent's life: offers, answers, ends. Raises `ImpossibleMove`."""
        after = moved(self.presence(extension), move, self._clock(), reason)
        return self._change(extension, after, str(move), by, call_id)

    def wrapped_up(self, extension: str, by: str = "queues") -> Written:
        """End the wrap-up. Raises `ImpossibleMove`."""
        return self._change(extension, wrapped_up(self.presence(extension), self._clock()), "wrapped-up", by)

    def wish(self, extension: str, wish: Wish, reason: str = "", by: str = "phone") -> Written:
        """Make an agent ready, paused or offline, as soon as that can be; raise `CannotDo` for a disabled one."""
        stored = self._stored(extension)
        if not stored.agent.enabled and wish != "offline":
            words = f"Agent {extension} is disabled; run hotline agents change {extension} --enable first."
            raise Refused(words, "orders.agent_disabled", agent=extension)
        before = self._presences[extension]
        after = wished(before, wish, self._clock(), reason, extension in self._reachable)
        return self._change(extension, after, wish, by)

    def phone(self, extension: str, reachable: bool, reason: str = NO_PHONE) -> Written:
        """Hear whether an agent's phone can be called; nothing comes of what is known already, or of nobody's phone."""
        if extension not in self._agents or reachable == (extension in self._reachable):
            return _nothing_to_write()
        before, now = self._presences[extension], self._clock()
        if reachable:
            self._reachable.add(extension)
            return self._change(extension, phone_back(before, now), "phone-back", "registrar")
        self._reachable.discard(extension)
        return self._change(extension, phone_lost(before, now, reason), "phone-lost", "registrar")

    async def take_up(self) -> list[str]:
        """Read the plan anew; return the extensions whose registrations are to be forgotten.

        Agents who were removed or disabled are offline at once, or after their talk.
        """
        plan, agents, presences = await asyncio.to_thread(self._read)
        gone = {ext for ext, old in self._agents.items() if ext not in agents or agents[ext].id != old.id}
        sign_out = [extension for extension, old in self._agents.items() if _is_another(old, agents.get(extension))]
        for extension in gone:
            self._drop(extension)
        for extension in agents.keys() - self._presences.keys():
            self._presences[extension] = presences.get(extension, Presence())
        before = self.plan
        self._take(plan, agents)
        for heard in tuple(self._readers):
            heard(before, plan)
        for extension, stored in agents.items():
            if not stored.agent.enabled and self._presences[extension].logged_in:
                self.wish(extension, "offline", "disabled", "command")
        return sign_out

    def _read(self) -> tuple[Plan, dict[str, StoredAgent], dict[str, Presence]]:
        with self._engine.connect() as connection:
            return stored_plan(connection), stored_agents(connection), dict(stored_presences(connection))

    def _take(self, plan: Plan, agents: dict[str, StoredAgent]) -> None:
        self.plan, self._agents = plan, agents
        algorithms: tuple[Algorithm, ...] = ("MD5", "SHA-256")
        self.users.replace(
            {
                (extension, algorithm): ha1
                for extension, stored in agents.items()
                if stored.agent.enabled and extension not in self._taken
                for algorithm, ha1 in zip(algorithms, (stored.ha1.md5, stored.ha1.sha256), strict=True)
                if ha1
            }
        )

    def _drop(self, extension: str) -> None:
        """Forget an agent that was removed; who listens hears it go, its rows are gone already."""
        before, stored = self._presences.pop(extension), self._agents.pop(extension)
        self._reachable.discard(extension)
        after = Presence(AgentState.REMOVED, since=self._clock())
        self._tell(Changed(stored.agent, before, after, Told(AgentMove.REMOVE, "command")))

    def _stored(self, extension: str) -> StoredAgent:
        found = self._agents.get(extension)
        if found is None:
            raise Refused(unknown("agent", extension, self._agents), "orders.agent_unknown", agent=extension)
        return found

    def _change(self, extension: str, after: Presence, move: str, by: str, call_id: str = "") -> Written:
        before = self._presences[extension]
        if after == before:
            return _nothing_to_write()
        self._presences[extension] = after
        stored, told = self._agents[extension], Told(move, by, call_id)
        written = self._journal.tell(
            "agent.state",
            *presence_rows(stored.id, extension, after, told, self._clock()),
            agent=extension,
            call_id=call_id,
            state=str(after.state),
            before=str(before.state),
            reason=after.reason,
            by=by,
            move=move,
            missed=after.missed,
        )
        self._tell(Changed(stored.agent, before, after, told))
        return written

    def _tell(self, changed: Changed) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(changed)
            except Exception:
                log.exception("A listener to agents' states failed on %s", changed.agent.extension)


def _nothing_to_write() -> Written:
    done: Written = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


def _is_another(old: StoredAgent, new: StoredAgent | None) -> bool:
    """Tell whether phones that registered as `old` must prove anew who they are."""
    return new is None or not new.agent.enabled or new.ha1 != old.ha1 or new.id != old.id
