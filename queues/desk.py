"""A desk: one agent as the distribution sees one, with what rings there and who is talked with. Pure."""

from dataclasses import dataclass, field, replace

from queues.candidates import NEVER, Candidate
from queues.plan import Agent


@dataclass(frozen=True)
class StoredDesk:
    """What outlives the process."""

    agent: str
    idle_since: float = NEVER
    offered_at: float = NEVER
    calls: int = 0
    """Today."""
    talk_s: float = 0.0
    """Today."""
    missed: int = 0
    """In a row."""


@dataclass
class Desk:
    """One agent."""

    agent: Agent
    logged_in: bool = False
    ready: bool = False
    """Wants calls: neither paused nor away."""
    wrap_up: bool = False
    offers: set[str] = field(default_factory=set)
    """Offers that ring here."""
    talks: set[str] = field(default_factory=set)
    """Call ids of who is talked with."""
    stored: StoredDesk = field(default_factory=lambda: StoredDesk(""))

    def candidate(self) -> Candidate:
        """Return the agent as matching sees one."""
        load = len(self.offers) + len(self.talks)
        agent, kept = self.agent, self.stored
        takes = self.logged_in and self.ready and not self.wrap_up
        return Candidate(
            agent.extension, agent.skills, agent.languages, agent.cost, agent.capacity if takes else load, load,
            kept.idle_since, kept.calls, kept.talk_s, kept.offered_at,
        )  # fmt: skip

    def comes(self, now: float, idle_since: float | None = None) -> bool:
        """Be ready from now on, idle since then (None: now); return whether that is new."""
        if self.logged_in and self.ready and not self.wrap_up:
            return False
        if not self.wrap_up and not self.talks:
            # Who comes back by an own wish has another chance.
            self.stored = replace(self.stored, idle_since=now if idle_since is None else idle_since, missed=0)
        self.logged_in = self.ready = True
        self.wrap_up = False
        return True

    def rings(self, offer: str, now: float) -> None:
        """Let an offer ring here."""
        self.offers.add(offer)
        self.stored = replace(self.stored, offered_at=now)

    def misses(self, offer: str, counts: bool) -> int:
        """End an offer that wasn't taken; return how many were missed in a row."""
        self.offers.discard(offer)
        if counts:
            self.stored = replace(self.stored, missed=self.stored.missed + 1)
        return self.stored.missed

    def takes(self, offer: str, call_id: str) -> None:
        """Turn an offer into a talk."""
        self.offers.discard(offer)
        self.talks.add(call_id)
        self.stored = replace(self.stored, missed=0, calls=self.stored.calls + 1)

    def ends(self, call_id: str, now: float, seconds: float, *, heard: bool = True) -> None:
        """End a talk that took so long; one that the caller never heard wasn't any."""
        self.talks.discard(call_id)
        if not heard:
            self.stored = replace(self.stored, calls=max(0, self.stored.calls - 1), idle_since=now)
            return
        self.stored = replace(self.stored, talk_s=self.stored.talk_s + seconds, idle_since=now)
