"""A simulated campaign: people who answer or don't, agents who talk and wrap up, and the real pacing. Pure.

Time is a number that jumps from event to event. Who answers waits `connect_s` for an agent at most, then counts as
abandoned. What comes of calls is drawn from a seed, so that modes are compared on like populations.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from campaigns.pacing import Count, Floor, Mode, Pacing
from campaigns.pacing_rules import PacingRules


@dataclass(frozen=True)
class Population:
    """What becomes of calls, as shares of all; what is left doesn't answer until the ringing ends."""

    human: float = 0.28
    machine: float = 0.20
    busy: float = 0.07
    nobody: float = 0.03
    """No such number, switched off: an announcement or a code within seconds."""
    answer_s: float = 12.0
    """Mean of a person's time to answer, gamma distributed (shape 4)."""
    machine_s: float = 18.0
    ring_s: float = 30.0
    talk_s: float = 180.0
    """Mean of a talk with an agent, log-normal."""
    talk_spread: float = 0.6
    """The deviation of its logarithm."""
    wrap_s: float = 10.0
    """Mean of a wrap-up, gamma distributed (shape 4)."""
    taken_for_human: float = 0.03
    """Share of machines that an agent gets after all, for some seconds."""


@dataclass(frozen=True)
class Day:
    """A day of a campaign."""

    agents: int = 20
    hours: float = 8.0
    population: Callable[[float], Population] = lambda _now: Population()
    """What the people are like at a time of the day (seconds from its beginning)."""
    at_once: int = 1000
    """Calls at once, at most."""


@dataclass
class Result:
    """How a simulated day went."""

    mode: str
    agents: int
    seconds: float
    placed: int = 0
    answered: list[float] = field(default_factory=list)
    """When people answered."""
    abandoned: list[float] = field(default_factory=list)
    talks: list[tuple[float, float]] = field(default_factory=list)
    """When each talk began, and its seconds; with people only."""

    def talk_minutes(self, since: float = 0.0) -> float:
        """Return the minutes of talk in an agent's hour, from a time of the day on."""
        talked = sum(max(0.0, min(at + long, self.seconds) - max(at, since)) for at, long in self.talks)
        return talked / 60 / (self.agents * (self.seconds - since) / 3600)

    def abandonment(self, since: float = 0.0) -> float:
        """Return the share of answered calls that were abandoned."""
        answered = sum(at >= since for at in self.answered)
        return sum(at >= since for at in self.abandoned) / max(1, answered)

    def worst_window(self, since: float, window_s: float = 1800.0, step_s: float = 60.0) -> float:
        """Return the highest share of abandoned calls in any window that begins after `since`, begun every `step_s`."""
        worst, start = 0.0, since
        while start + window_s <= self.seconds:
            answered = sum(start <= at < start + window_s for at in self.answered)
            abandoned = sum(start <= at < start + window_s for at in self.abandoned)
            worst, start = max(worst, abandoned / max(1, answered)), start + step_s
        return worst


class _Phase:
    FREE, TALKING, WRAPPING = range(3)


@dataclass
class _Agent:
    phase: int = _Phase.FREE
    since: float = 0.0


def simulate(day: Day, mode: Mode, rules: PacingRules, seed: int, before: Count = Count()) -> Result:
    """Return how a day goes in a mode; a robot's has as many calls as `at_once`."""
    return _Run(day, Pacing(mode, rules, before), random.Random(seed)).run()


class _Run:
    def __init__(self, day: Day, pacing: Pacing, chance: random.Random) -> None:
        self._day, self._pacing, self._chance = day, pacing, chance
        self._agents = [_Agent() for _ in range(day.agents)]
        self._ringing: dict[int, float] = {}
        self._waiting: deque[tuple[int, float, bool]] = deque()
        """Who answered: number, when, and whether a person."""
        self._ahead: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = count()
        self.result = Result(pacing.mode, day.agents, day.hours * 3600)

    def run(self) -> Result:
        self._later(0.0, self._second)
        while self._ahead and self._ahead[0][0] < self.result.seconds:
            now, _, happens = heappop(self._ahead)
            happens(now)
            self._dial(now)
        return self.result

    def _later(self, at: float, happens: Callable[[float], None]) -> None:
        heappush(self._ahead, (at, next(self._number), happens))

    def _second(self, now: float) -> None:
        self._later(now + 1.0, self._second)

    def _dial(self, now: float) -> None:
        free = 0
        talking: list[float] = []
        wrapping: list[float] = []
        for agent in self._agents:
            if agent.phase == _Phase.FREE:
                free += 1
            else:
                (talking if agent.phase == _Phase.TALKING else wrapping).append(now - agent.since)
        floor = Floor(free, talking, wrapping, len(self._waiting))
        numbers, ages = list(self._ringing), [now - at for at in self._ringing.values()]
        calls = self._pacing.decide(floor, ages, now).calls
        for place in self._pacing.let_go(floor, ages, ages, now):
            self._over(numbers[place], now)
        for _ in range(min(calls, self._day.at_once - len(self._ringing) - len(talking))):
            self._place(now)

    def _place(self, now: float) -> None:
        people, draw = self._day.population(now), self._chance.random()
        number = next(self._number)
        self._ringing[number] = now
        self.result.placed += 1
        if draw < people.human:
            long = min(self._gamma(people.answer_s), people.ring_s - 0.5)
            self._later(now + long, lambda then: self._answered(number, then, True))
        elif draw < people.human + people.machine:
            long = min(self._gamma(people.machine_s), people.ring_s - 0.5)
            fooled = self._chance.random() < people.taken_for_human
            happens = (lambda then: self._answered(number, then, False)) if fooled else None
            self._later(now + long, happens or (lambda then: self._over(number, then)))
        else:
            quick = draw < people.human + people.machine + people.busy + people.nobody
            long = self._chance.uniform(1.0, 4.0) if quick else people.ring_s
            self._later(now + long, lambda then: self._over(number, then))

    def _gamma(self, mean: float) -> float:
        return self._chance.gammavariate(4.0, mean / 4)

    def _over(self, number: int, now: float) -> None:
        # Not there: it was let go before.
        if (began := self._ringing.pop(number, None)) is not None:
            self._pacing.call_ended_unanswered(now - began)

    def _answered(self, number: int, now: float, human: bool) -> None:
        if (began := self._ringing.pop(number, None)) is None:
            return
        self._pacing.answered(now - began, now)
        if human:
            self.result.answered.append(now)
        self._waiting.append((number, now, human))
        self._match(now)
        if any(waits == number for waits, _, _ in self._waiting):
            self._later(now + self._pacing.rules.connect_s, lambda then: self._give_up(number, then))

    def _give_up(self, number: int, now: float) -> None:
        gone = [one for one in self._waiting if one[0] == number]
        for one in gone:
            self._waiting.remove(one)
            self._pacing.abandoned(now)
            if one[2]:
                self.result.abandoned.append(one[1])

    def _match(self, now: float) -> None:
        for agent in self._agents:
            if not self._waiting:
                return
            if agent.phase == _Phase.FREE:
                _, _, human = self._waiting.popleft()
                self._talk(agent, now, human)

    def _talk(self, agent: _Agent, now: float, human: bool) -> None:
        people = self._day.population(now)
        agent.phase, agent.since = _Phase.TALKING, now
        long = 8.0
        if human:
            spread = people.talk_spread
            long = people.talk_s * self._chance.lognormvariate(-spread * spread / 2, spread)
            self.result.talks.append((now, long))

        def over(then: float) -> None:
            agent.phase, agent.since = _Phase.WRAPPING, then
            self._pacing.talked(long)
            wrap = self._gamma(people.wrap_s)
            self._later(then + wrap, lambda done: ready(done, wrap))

        def ready(then: float, wrap: float) -> None:
            agent.phase, agent.since = _Phase.FREE, then
            self._pacing.wrapped_up(wrap)
            self._match(then)

        self._later(now + long, over)


WARM_UP_S = 1800.0
"""After which a day is measured: until then the dialler learns."""


def document(result: Result) -> dict[str, float | int | str]:
    """Return how a day went, after the warm-up (all of a day that isn't longer)."""
    since = WARM_UP_S if result.seconds > 2 * WARM_UP_S else 0.0
    return {
        "mode": result.mode, "agents": result.agents, "hours": result.seconds / 3600, "placed": result.placed,
        "answered": len(result.answered), "abandoned": len(result.abandoned),
        "talk_minutes": round(result.talk_minutes(since), 2),
        "abandoned_percent": round(100 * result.abandonment(since), 3),
        "worst_window_percent": round(100 * result.worst_window(since), 3),
    }  # fmt: skip
