"""Pacing: how many calls may ring now. Pure; time is passed in.

- robot: as many as the caps allow: the robot has time for everybody.
- progressive: one call for each free agent.
- ratio: a fixed number of calls for each free agent; for comparison, with nothing that holds abandonment.
- predictive: one call more as long as whoever answers it will find an agent in time, by the forecast.
- preview: none by itself; an agent accepts each lead first.

Predictive decides at every event, call by call. For the moments at which the next call would be answered it asks: how
many people will have answered by then, how many agents will have become free (`forecast.py`)? The chance that nobody is
left for that call is its risk, and the call is placed while that is within what may be risked now. This goes by how
many more abandoned calls the windows that hold this moment can bear (the cap on their answered calls, less those that
were abandoned): while it is many the risk stays level, since little is gained by much risk and little lost by none;
the last ones are saved. Where the cap of the window or of the 30 days is broken, no call is placed beyond the free
agents; likewise with few agents or few data. When the forecast turns, calls that have rung as long as the law wants are
let go, the oldest first, until who answers next will find somebody: a late answer that finds nobody costs more than
the call.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from campaigns.forecast import Durations, Seconds, exceeds
from campaigns.pacing_rules import PacingRules

Mode = Literal["robot", "progressive", "predictive", "ratio", "preview"]
MODES: tuple[Mode, ...] = ("robot", "progressive", "predictive", "ratio", "preview")
PLENTY = 1_000_000


@dataclass(frozen=True)
class Floor:
    """Agents as they are at a moment. Ages are seconds since the phase began."""

    free: int
    talking: Sequence[float] = ()
    wrapping: Sequence[float] = ()
    waiting: int = 0
    """People who answered and wait for an agent just now."""

    @property
    def agents(self) -> int:
        """How many are there, whatever they do."""
        return self.free + len(self.talking) + len(self.wrapping)


@dataclass(frozen=True)
class Count:
    """How many calls people answered, and how many of those were abandoned."""

    answered: int = 0
    abandoned: int = 0


@dataclass(frozen=True)
class Decision:
    """What pacing decided, and why."""

    calls: int
    """To place now."""
    why: str
    risk: float = 0.0
    """Of the last call that was allowed: the chance that nobody will be there for who answers it."""


@dataclass
class Learned:
    """What a campaign knows of its calls and agents."""

    rings: Durations = field(default_factory=lambda: Durations(1.0, 60, 15.0, 10.0, 0.4))
    """From placing a call to a person's answer, or to any other end."""
    talks: Durations = field(default_factory=lambda: Durations(5.0, 360, 180.0, 3.0))
    wraps: Durations = field(default_factory=lambda: Durations(1.0, 180, 20.0, 1.0))


HORIZONS = 7
"""Moments of an answer that are looked at."""
RISKS = (0.004, 0.08, 0.32, 0.72, 1.0)
"""Shares of the most risk, where the windows can bear no more abandoned call, one, two, three, more."""
FEWER = 0.94
"""Share of a window's answers that a later one may have; and some were machines, which don't count."""
LEAST_RING_S = 15.0
"""For which a call rings at least: the law's 15 seconds or four rings."""
HOPELESS = (0.003, 0.01, 0.03)
"""Chance that nobody will be there for who answers next, above which calls that rang so long are let go; by how many
abandoned calls the windows can bear: none, one, more."""
NEXT_S = 3.0
"""Within which whoever answers is the next."""
ALLOWANCE = 1.0
"""Abandoned calls beyond the cap that may be chance; with more, the forecast isn't believed any more."""


class Pacing:
    """One campaign's pacing. Times are seconds on one clock; what happens is told, what may be placed is asked."""

    def __init__(self, mode: Mode, rules: PacingRules = PacingRules(), before: Count = Count()) -> None:
        """`before`: the calls of the last 30 days until now, which count against the cap too."""
        self.mode, self.rules = mode, rules
        self.learned = Learned()
        self._answered: deque[float] = deque()
        self._abandoned: deque[float] = deque()
        self._all = before

    # -- what happens ------------------------------------------------------------------------------------------

    def call_ended_unanswered(self, ringing_s: float) -> None:
        """A call came to nothing, or to something that needs no agent (a machine), so long after it was placed."""
        self.learned.rings.take(ringing_s, hit=False)

    def answered(self, ringing_s: float, now: float) -> None:
        """A person answered and needs an agent."""
        self.learned.rings.take(ringing_s)
        self._answered.append(now)
        self._all = Count(self._all.answered + 1, self._all.abandoned)

    def abandoned(self, now: float) -> None:
        """One who answered got no agent in time."""
        self._abandoned.append(now)
        self._all = Count(self._all.answered, self._all.abandoned + 1)

    def talked(self, seconds: float) -> None:
        """A talk with an agent is over."""
        self.learned.talks.take(seconds)

    def wrapped_up(self, seconds: float) -> None:
        """A wrap-up is over."""
        self.learned.wraps.take(seconds)

    def recount(self, all_days: Count) -> None:
        """Take the count of the last 30 days anew, as the database has it."""
        self._all = all_days

    # -- what may be placed ------------------------------------------------------------------------------------

    def decide(self, floor: Floor, ringing: Sequence[float], now: float) -> Decision:
        """Return how many calls to place now; `ringing`: the ages of those placed and neither answered nor over."""
        match self.mode:
            case "robot":
                return Decision(PLENTY, "the robot has time for everybody")
            case "preview":
                return Decision(0, "agents accept each lead first")
            case "ratio":
                return self._for_each_free(floor, len(ringing), self.rules.ratio, f"{self.rules.ratio:g} a free agent")
            case "progressive":
                return self._for_each_free(floor, len(ringing), 1.0, "one a free agent")
        if reason := self._cautious(floor, now):
            return self._for_each_free(floor, len(ringing), 1.0, f"one a free agent: {reason}")
        # A call for whom an agent is free already has no risk, however coarse the forecast is in its far tail.
        surely = max(0, floor.free - floor.waiting - len(ringing))
        found = self._predict(floor, ringing, now)
        return found if found.calls >= surely else Decision(surely, found.why)

    def let_go(self, floor: Floor, rung: Sequence[float], ringing: Sequence[float], now: float) -> list[int]:
        """Return which calls to end now, as places in `rung`: for how many seconds each has rung, 0 where it hasn't.

        The longest first of those that have rung as long as the law wants, while who answers such a call next would
        hardly find an agent in time. `ringing`: for how many seconds each was placed.
        """
        long = sorted((place for place, age in enumerate(rung) if age >= LEAST_RING_S), key=lambda place: -rung[place])
        if self.mode != "predictive" or not long:
            return []
        answers = self.learned.rings.chances(np.asarray(ringing, dtype=float), np.asarray([NEXT_S]))[:, 0]
        busy = 1 - self._freed(floor, np.asarray([self.rules.connect_s + NEXT_S / 2]))[:, 0]
        chances = np.concatenate((answers, busy))
        moments = [np.asarray([each.sum()]) for each in _moments(chances)]
        threshold = np.asarray([float(floor.free - floor.waiting + len(busy) - 1)])
        hopeless, gone = HOPELESS[min(self._bears(now), len(HOPELESS) - 1)], list[int]()
        for place in long:
            own = _moments(answers[place : place + 1])
            mean, variance, third = (whole - part for whole, part in zip(moments, own, strict=True))
            if exceeds(mean, variance, third, threshold)[0] <= hopeless:
                break
            gone.append(place)
            moments = [mean, variance, third]
        return gone

    def window(self, now: float) -> Count:
        """Return the calls of the window that ends now."""
        for times in (self._answered, self._abandoned):
            while times and times[0] <= now - self.rules.window_s:
                times.popleft()
        return Count(len(self._answered), len(self._abandoned))

    @property
    def all_days(self) -> Count:
        """The calls of the last 30 days."""
        return self._all

    def _for_each_free(self, floor: Floor, ringing: int, each: float, why: str) -> Decision:
        # Who waits has a claim to a free agent already.
        return Decision(max(0, int((floor.free - floor.waiting) * each) - ringing), why)

    def _cautious(self, floor: Floor, now: float) -> str:
        """Return why nothing is predicted now, "" where it is."""
        rules = self.rules
        if floor.agents < rules.least_agents:
            return f"{floor.agents} agents, fewer than {rules.least_agents}"
        if self.learned.rings.known < rules.least_calls or self.learned.talks.known < rules.least_talks:
            return "too little is known yet"
        for count, of in ((self.window(now), "the window"), (self._all, "the 30 days")):
            if count.abandoned > rules.cap * count.answered + ALLOWANCE:
                return f"{count.abandoned} of {count.answered} abandoned, the cap of {of}"
        return ""

    def _predict(self, floor: Floor, ringing: Sequence[float], now: float) -> Decision:
        rings, rules = self.learned.rings, self.rules
        # Cautiously: as many answer as is still likely.
        caution = 1 + rings.doubt / max(rings.share, 1e-6)
        horizons, weights = self._answer_times()
        ages = np.asarray(ringing, dtype=float)
        answers = np.minimum(rings.chances(ages, horizons) * caution, 1.0)
        freed = self._freed(floor, horizons + rules.connect_s)
        one = np.minimum(rings.chances(np.zeros(1), horizons)[0] * caution, 1.0)
        # Answered less freed: who becomes free counts as 1 - chance, so that it is one sum of chances.
        busy = 1 - freed
        mean, variance, third = (each.sum(axis=0) for each in _moments(np.concatenate((answers, busy))))
        threshold = np.full(len(horizons), float(floor.free - floor.waiting + len(busy) - 1))
        allowed, own = self._may_risk(now), _moments(one)
        calls, risk = 0, 0.0
        while calls < PLENTY:
            # The chance that all are taken when this one is answered.
            taken = float((exceeds(mean, variance, third, threshold) * weights).sum())
            if taken > allowed:
                break
            calls, risk = calls + 1, taken
            mean, variance, third = mean + own[0], variance + own[1], third + own[2]
        return Decision(calls, f"risk up to {allowed:.4f}", risk)

    def _may_risk(self, now: float) -> float:
        """Return the risk that a call may have, by what the budgets have left beyond one more abandoned call."""
        # What is left of 30 days only counts once most of it is spent: it doesn't come back within hours.
        days = min(2.5 * self._left(self._all), 1.0)
        return self.rules.most_risk * max(RISKS[0], min(RISKS[min(self._bears(now), len(RISKS) - 1)], days))

    def _bears(self, now: float) -> int:
        """Return how many more abandoned calls every window that holds this moment can bear, at least 0."""
        window = self.window(now)
        return max(0, int(self.rules.cap * FEWER * window.answered) - window.abandoned)

    def _left(self, count: Count) -> float:
        """Return the share of a budget that is left, beyond one more abandoned call."""
        budget = self.rules.cap * count.answered - 1
        return max(0.0, budget - count.abandoned) / max(budget, 0.5)

    def _answer_times(self) -> tuple[Seconds, Seconds]:
        """Return the moments at which a call placed now would be answered, and the chance of each."""
        middles, shares = self.learned.rings.spread()
        edges = np.minimum(((np.arange(HORIZONS) + 0.5) / HORIZONS), 0.999)
        return np.interp(edges, np.cumsum(shares), middles), np.full(HORIZONS, 1 / HORIZONS)

    def _freed(self, floor: Floor, within: Seconds) -> Seconds:
        """Return for each busy agent the chance of being free by then."""
        talks, wraps = self.learned.talks, self.learned.wraps
        wrapping = wraps.chances(np.asarray(floor.wrapping, dtype=float), within)
        usual = wraps.mean if wraps.known else 0.0
        talking = talks.chances(np.asarray(floor.talking, dtype=float), np.maximum(within - usual, 0.0))
        return np.concatenate((talking, wrapping))


def _moments(chances: Seconds) -> tuple[Seconds, Seconds, Seconds]:
    """Return mean, variance and third central moment of each chance."""
    variance = chances * (1 - chances)
    return chances, variance, variance * (1 - 2 * chances)
