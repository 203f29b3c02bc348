"""A simulated day: calls come, agents answer and talk, and the real distribution decides who gets whom. Pure.

Time is a number that jumps from event to event. Whatever the distribution wants done is done by agents who answer after
the same time each, if they answer at all, and by callers whose patience and talk time come with them.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from queues.distribution import Distribution
from queues.distribution_events import (
    AgentFree,
    Announce,
    Event,
    Joined,
    Left,
    Offer,
    OfferTaken,
    Overflow,
    TalkEnded,
    Tick,
)
from queues.plan import Agent, Queue
from queues.waiting_room import Caller


@dataclass(frozen=True)
class Call:
    """One call of the day."""

    at: float
    """Seconds from the beginning of the day."""
    caller: Caller
    talk_s: float
    patience_s: float = float("inf")
    """After so long a wait the caller hangs up."""


@dataclass
class Outcome:
    """What became of a call."""

    call: Call
    answered: float | None = None
    """When; None: never."""
    agent: str = ""
    told: tuple[float, float] | None = None
    """The range of the wait that was announced first, in seconds."""
    overflowed: str = ""

    @property
    def wait(self) -> float | None:
        """Seconds until the answer, None without one."""
        return None if self.answered is None else self.answered - self.call.at


@dataclass
class Day:
    """A day in progress."""

    queues: Mapping[str, Queue]
    agents: Mapping[str, Agent]
    answer_s: float = 0.0
    """From the offer to the answer."""
    pace: Callable[[str, Call], float] = lambda _agent, _call: 1.0
    """By what an agent's talk is longer than the call's `talk_s`."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._distribution = Distribution(self.queues, self.agents)
        self._ahead: list[tuple[float, int, Event]] = []
        self._number = count()

    def run(self, calls: Iterable[Call]) -> list[Outcome]:
        """Let all calls come and be served to the last one; return what became of each, in order."""
        for extension in self.agents:
            self._later(0.0, AgentFree(extension))
        for call in calls:
            self.outcomes[call.caller.call_id] = Outcome(call)
            self._later(call.at, Joined(call.caller))
            if call.patience_s < float("inf"):
                self._later(call.at + call.patience_s, Left(call.caller.call_id))
        now = 0.0
        while self._ahead or self._distribution.waiting():
            tick = self._distribution.next_tick(now)
            if not self._ahead and tick is None:
                break
            if tick is not None and (not self._ahead or tick < self._ahead[0][0]):
                now = tick
                self._happens(Tick(), now)
            else:
                now, _, event = heappop(self._ahead)
                self._happens(event, now)
        return list(self.outcomes.values())

    def _happens(self, event: Event, now: float) -> None:
        if isinstance(event, Left) and self.outcomes[event.call_id].answered is not None:
            return
        if isinstance(event, OfferTaken):
            self._answered(event, now)
        for action in self._distribution.receive(event, now):
            match action:
                case Offer():
                    self._later(now + self.answer_s, OfferTaken(action.offer_id, action.agents[0]))
                case Announce() if "low_s" in action.values:
                    outcome = self.outcomes[action.call_id]
                    if action.values["first"]:
                        outcome.told = (action.values["low_s"], action.values["high_s"])
                case Overflow():
                    self.outcomes[action.call_id].overflowed = action.to

    def _answered(self, taken: OfferTaken, now: float) -> None:
        call_id = taken.offer.rpartition("/")[0]
        if not any(place.offer == taken.offer for place in self._distribution.waiting()):
            return
        outcome = self.outcomes[call_id]
        outcome.answered, outcome.agent = now, taken.agent
        talk_s = outcome.call.talk_s * self.pace(taken.agent, outcome.call)
        self._later(now + talk_s, TalkEnded(call_id, taken.agent))

    def _later(self, time: float, event: Event) -> None:
        heappush(self._ahead, (time, next(self._number), event))


def poisson(
    seed: int, calls: int, seconds: float, talk_s: float, queues: Iterable[str], patience_s: float = float("inf")
) -> list[Call]:
    """Return calls that come at random, as many as `calls` in so many seconds on average, each to one of the queues.

    Talks and patience are exponential with these means; an infinite patience is everybody's.
    """
    chance, names = random.Random(seed), list(queues)
    made: list[Call] = []
    now = chance.expovariate(calls / seconds)
    while now < seconds:
        patience = patience_s if patience_s == float("inf") else chance.expovariate(1 / patience_s)
        caller = Caller(f"c{len(made)}", chance.choice(names))
        made.append(Call(now, caller, chance.expovariate(1 / talk_s), patience))
        now += chance.expovariate(calls / seconds)
    return made


def service_level(outcomes: Iterable[Outcome], within_s: float, since: float = 0.0) -> float:
    """Return the share of the calls since a time that were answered within so many seconds."""
    waits = [outcome.wait for outcome in outcomes if outcome.call.at >= since]
    return sum(wait is not None and wait <= within_s for wait in waits) / max(1, len(waits))
