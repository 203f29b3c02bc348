"""Line bandit: answers for the same money over lines whose answer rate changes, beside simpler ways to choose.

Eight lines, a day of ten hours, a call every four seconds. Each line has an answer rate, a share of answers that are
hung up at once, and a price a minute, all unknown. Four worlds: *still*; *drift* (rates go up and down within hours);
*jumps* (a new rate every two hours or so, each line by itself); *marked* (the best line's numbers are marked as spam,
and its rate falls to a sixth; an hour later so does the second best's). A call placed costs 0.03 whatever becomes of it
(channel, the lead's place in the list), an answered one its minutes besides; an answer that lasts is worth 1. Each way
gets the same 400. What becomes of a call is known when it is over, up to minutes later; each lead answers or not by
the same draw for all ways.

"Bandit" is the book of lines as the server runs it, with default settings. Fixed weights are shares by the rates that
lines had in the morning. Epsilon-greedy takes the best mean so far and one call in ten at random; "of late" it looks at
each line's last 200 calls only. Regret: answers' worth less cost that was lost to who always knows the best line at
that moment, per 1,000 calls. Seeds 1-6 were used while building (half-life of memory); seeds 101-110 are reported.
"""

import heapq
import math
import random
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from bench.call_ends import ended, unanswered
from bench.report import Report, mean, short
from campaigns.line_book import Choice, LineBook
from campaigns.line_plan import Line
from models.cause import Cause
from models.settings import LineSettings
from voice.call_outcome import Outcome

LINES, HOURS, A_SECOND = 8, 10, 0.25
BUDGET, PLACED, WORTH = 400.0, 0.03, 1.0
SHORT_S = 6.0
WORLDS = ("still", "drift", "jumps", "marked")
TALK_S = 45.0


class World:
    """What is true of the lines at each moment; made by a seed."""

    def __init__(self, name: str, seed: int) -> None:
        chance = random.Random(f"{name} {seed}")
        self.base = [chance.uniform(0.08, 0.45) for _ in range(LINES)]
        self.short = [chance.choice([0.03, 0.08, 0.25]) for _ in range(LINES)]
        self.price = [round(chance.uniform(0.05, 0.15), 3) for _ in range(LINES)]
        self._phase = [chance.uniform(0, 2 * math.pi) for _ in range(LINES)]
        self._period = [chance.uniform(3, 8) * 3600 for _ in range(LINES)]
        self._jumps = [self._steps(chance) for _ in range(LINES)]
        best = sorted(range(LINES), key=lambda line: -self.value(line, 0.0, still=True))
        self._falls = {best[0]: 2.5 * 3600, best[1]: 3.5 * 3600}
        self._name = name

    def _steps(self, chance: random.Random) -> list[tuple[float, float]]:
        at, steps = 0.0, []
        while at < HOURS * 3600:
            at += chance.expovariate(1 / 7200)
            steps.append((at, chance.uniform(0.05, 0.45)))
        return steps

    def rate(self, line: int, now: float) -> float:
        """Return how likely a call over `line` is answered, `now` seconds after the morning."""
        match self._name:
            case "drift":
                swing = 0.6 * math.sin(2 * math.pi * now / self._period[line] + self._phase[line])
                return self.base[line] * (1 + swing)
            case "jumps":
                return next((rate for at, rate in reversed(self._jumps[line]) if at <= now), self.base[line])
            case "marked" if now >= self._falls.get(line, math.inf):
                return self.base[line] / 6
            case _:
                return self.base[line]

    def value(self, line: int, now: float, still: bool = False) -> float:
        """Return what a call over `line` is worth, less its minutes."""
        rate = self.base[line] if still else self.rate(line, now)
        lasting = 1 - self.short[line]
        minutes = self.short[line] + lasting * 1 / (1 - math.exp(-60 / TALK_S))
        return rate * (WORTH * lasting - self.price[line] * minutes)


class Way(Protocol):
    """One way to choose lines."""

    def choose(self, now: float) -> int: ...

    def ended(self, line: int, end: Outcome, cost: float, now: float) -> None: ...


class Bandit:
    """The book of lines."""

    def __init__(self, world: World, seed: int, settings: LineSettings) -> None:
        prices = [{"name": f"l{n}", "currency": "CNY", "prices": {"+86": world.price[n]}} for n in range(LINES)]
        self._book = LineBook([Line.model_validate(one) for one in prices], settings, 0.0)
        self._running: deque[tuple[int, Choice]] = deque()

    def choose(self, now: float) -> int:
        choice = self._book.choose("+8613912345678", now=now, country="CN")
        assert choice is not None
        self._book.placed(choice)
        line = int(choice.line[1:])
        self._running.append((line, choice))
        return line

    def ended(self, line: int, end: Outcome, cost: float, now: float) -> None:
        # Choices of one line are alike: whichever began first ends.
        at = next(index for index, (own, _) in enumerate(self._running) if own == line)
        choice = self._running[at][1]
        del self._running[at]
        self._book.ended(choice, end, now)


class Shares:
    """Fixed weights; all alike is round robin."""

    def __init__(self, weights: list[float]) -> None:
        self._weights = [weight / sum(weights) for weight in weights]
        self._owed = [0.0] * len(weights)

    def choose(self, now: float) -> int:
        self._owed = [owed + weight for owed, weight in zip(self._owed, self._weights, strict=True)]
        line = max(range(len(self._owed)), key=self._owed.__getitem__)
        self._owed[line] -= 1
        return line

    def ended(self, line: int, end: Outcome, cost: float, now: float) -> None:
        """Nothing is learned."""


@dataclass
class Greedy:
    """The best mean value so far, and one call in ten at random."""

    chance: random.Random
    last: int | None = None
    values: list[deque[float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.values = [deque(maxlen=self.last) for _ in range(LINES)]

    def choose(self, now: float) -> int:
        if self.chance.random() < 0.1:
            return self.chance.randrange(LINES)
        untried = [line for line in range(LINES) if not self.values[line]]
        if untried:
            return self.chance.choice(untried)
        return max(range(LINES), key=self._mean)

    def _mean(self, line: int) -> float:
        return sum(self.values[line]) / len(self.values[line])

    def ended(self, line: int, end: Outcome, cost: float, now: float) -> None:
        lasting = end.answered_s is not None and end.talk_s > SHORT_S
        self.values[line].append(WORTH * lasting - cost)


class Running:
    """The mean of all values of a line, kept as a sum: as `Greedy` over everything, without keeping it all."""

    def __init__(self, chance: random.Random) -> None:
        self._chance, self._sums, self._counts = chance, [0.0] * LINES, [0] * LINES

    def choose(self, now: float) -> int:
        if self._chance.random() < 0.1:
            return self._chance.randrange(LINES)
        untried = [line for line in range(LINES) if not self._counts[line]]
        if untried:
            return self._chance.choice(untried)
        return max(range(LINES), key=lambda line: self._sums[line] / self._counts[line])

    def ended(self, line: int, end: Outcome, cost: float, now: float) -> None:
        self._sums[line] += WORTH * (end.answered_s is not None and end.talk_s > SHORT_S) - cost
        self._counts[line] += 1


@dataclass
class Day:
    """What came of one way in one world."""

    calls: int = 0
    answers: int = 0
    """That lasted."""
    cost: float = 0.0
    lost: float = 0.0
    """Against who knows the best line."""


def lived(world: World, way: Way, seed: int) -> Day:
    """Let `way` choose until the money or the day is over."""
    chance = np.random.default_rng(seed)
    ending: list[tuple[float, int, int, Outcome, float]] = []
    day, now, order = Day(), 0.0, 0
    while day.cost < BUDGET and now < HOURS * 3600:
        now += 1 / A_SECOND
        while ending and ending[0][0] <= now:
            over, _, line, end, cost = heapq.heappop(ending)
            way.ended(line, end, cost, over)
        answers, hangs_up, talk, rings = chance.random(4)
        line = way.choose(now)
        day.calls += 1
        values = [world.value(one, now) for one in range(LINES)]
        day.lost += max(values) - values[line]
        cost, ring_s = 0.0, 5 + 25 * rings
        if answers < world.rate(line, now):
            talk_s = 2 + 3 * talk if hangs_up < world.short[line] else max(SHORT_S + 1, -TALK_S * math.log(1 - talk))
            cost = world.price[line] * math.ceil(talk_s / 60)
            day.answers += talk_s > SHORT_S
            end = ended(Cause.CALLER_HUNG_UP, 0, 2.0, ring_s, talk_s, "human")
        else:
            talk_s, end = 0.0, unanswered(Cause.NO_ANSWER, 480, 2.0)
        day.cost += PLACED + cost
        order += 1
        heapq.heappush(ending, (now + ring_s + talk_s, order, line, end, cost))
    return day


def ways(world: World, seed: int, settings: LineSettings) -> dict[str, Way]:
    """Return all ways anew."""
    morning = [world.rate(line, 0.0) for line in range(LINES)]
    return {
        "bandit": Bandit(world, seed, settings),
        "round robin": Shares([1.0] * LINES),
        "fixed weights": Shares(morning),
        "epsilon-greedy": Running(random.Random(seed)),
        "epsilon-greedy of late": Greedy(random.Random(seed), 200),
    }


def compared(name: str, seeds: range, settings: Callable[[int], LineSettings]) -> dict[str, list[Day]]:
    """Return the days of each way in one kind of world, by seed."""
    found: dict[str, list[Day]] = {}
    for seed in seeds:
        world = World(name, seed)
        for way, chooser in ways(world, seed, settings(seed)).items():
            found.setdefault(way, []).append(lived(world, chooser, seed))
    return found


def main() -> int:
    """Measure and report."""
    report = Report("Line bandit", " ".join((__doc__ or "").split("\n\n")[1].split()))
    seeds = range(101, 104) if short() else range(101, 111)
    for name in WORLDS:
        days = compared(name, seeds, lambda seed: LineSettings(seed=seed))
        own = [day.answers for day in days["bandit"]]
        for way, lived_days in days.items():
            report.add(f"{name}: {way}, answers", mean([day.answers for day in lived_days]), "")
            report.add("  regret", mean([1000 * day.lost / day.calls for day in lived_days]), "per 1,000 calls")
            report.add("  cost of an answer", mean([day.cost / day.answers for day in lived_days]), "")
            if way != "bandit":
                ahead = [mine / day.answers - 1 for mine, day in zip(own, lived_days, strict=True)]
                bound = ">= 0" if way in ("round robin", "fixed weights") else ""
                report.add("  the bandit has more, mean", 100 * mean(ahead), "%", bound)
                report.add("  the bandit has more, worst seed", 100 * min(ahead), "%")
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
