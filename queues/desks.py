"""The desks: all agents as the distribution sees them; matching is told of every change. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from queues.desk import Desk, StoredDesk
from queues.matching import Matching
from queues.plan import Agent, Queue
from queues.staffing import able


class Desks:
    """All agents, by extension."""

    def __init__(self, agents: Mapping[str, Agent], stored: Iterable[StoredDesk], matching: Matching) -> None:
        """Nobody is logged in."""
        self._matching = matching
        self._desks: dict[str, Desk] = {}
        self._able: dict[tuple[str, str], list[Desk]] = {}
        """Who may serve callers of a queue and language at last."""
        kept = {desk.agent: desk for desk in stored}
        for extension, agent in agents.items():
            if agent.enabled:
                self._seat(agent, kept.get(extension))

    def get(self, extension: str) -> Desk | None:
        """Return what is known of an agent, None for an unknown one."""
        return self._desks.get(extension)

    def __getitem__(self, extension: str) -> Desk:
        """Return what is known of an agent who is known."""
        return self._desks[extension]

    def put(self, desk: Desk) -> None:
        """Tell matching what has become of an agent."""
        if desk.agent.extension in self._desks:
            self._matching.put(desk.candidate())

    def serve(self, queue: Queue, language: str) -> bool:
        """Tell whether somebody is logged in who may serve a caller at last, when every need is relaxed."""
        strict = language if queue.match_language and not queue.any_language_after_s else ""
        who = self._able.get((queue.name, strict))
        if who is None:
            who = self._able[queue.name, strict] = [
                desk
                for desk in self._desks.values()
                if able(desk.agent, queue)
                and (not strict or not desk.agent.languages or strict in desk.agent.languages)
            ]
        return any(desk.logged_in for desk in who)

    def edited(self, agents: Mapping[str, Agent]) -> list[str]:
        """Take up other agents; return who is no more, offers and all, except who still talks."""
        self._able.clear()
        for extension, agent in agents.items():
            desk = self._desks.get(extension)
            if not agent.enabled:
                continue
            if desk is None:
                self._seat(agent, None)
            elif desk.agent != agent:
                desk.agent = agent
                self.put(desk)
        return [name for name in self._desks if name not in agents or not agents[name].enabled]

    def drop(self, extension: str) -> None:
        """Forget an agent who has neither offer nor talk."""
        self._able.clear()
        del self._desks[extension]
        self._matching.drop(extension)

    def new_day(self) -> None:
        """Count calls and talk time from nought."""
        for desk in self._desks.values():
            desk.stored = replace(desk.stored, calls=0, talk_s=0.0)
            self.put(desk)

    def stored(self) -> tuple[StoredDesk, ...]:
        """Return what outlives the process."""
        return tuple(desk.stored for _, desk in sorted(self._desks.items()))

    def _seat(self, agent: Agent, stored: StoredDesk | None) -> None:
        self._able.clear()
        desk = self._desks[agent.extension] = Desk(agent, stored=stored or StoredDesk(agent.extension))
        self.put(desk)
