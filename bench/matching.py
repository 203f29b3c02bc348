"""Matching: time of one decision with 1,000 waiting callers, 2,000 agents and 100 skills, on one core.

Callers of 100 queues (one or two skills at level 1-5, relaxed after 30 and 90 s; English or Chinese; every third knows
an agent) wait; agents have 3-8 skills at level 1-10. A decision is all of it: taking up the event that it follows,
putting callers in order, who fits whom, whom each gets. "An event": in the crowd an agent becomes free, or somebody
joins or leaves, one after another. "All at once": nobody was matched yet, and so many agents are free; what agents can
do is known from before. Growth: callers and agents doubled and doubled. Times are the processor's: a decision waits for
nothing, so the clock says the same where the core does nothing else. p99 is over all seeds.
"""

import gc
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import get_args

from bench.report import Report, percentile, short
from queues.candidates import Candidate
from queues.matching import Matching
from queues.plan import Need, Queue, Relax, Strategy, StrategyName
from queues.waiter import Waiter, wish_of

WAITERS, AGENTS, SKILLS = 1000, 2000, 100
LIMIT_MS = 5
STRATEGY: tuple[Strategy, ...] = (
    *get_args(StrategyName)[:-1],
    {"ability": 2.0, "longest-idle": 1.0},
    {"familiar": 1.0, "lowest-cost": 1.0, "even-calls": 1.0},
)
"""All but ring-all, which takes no decision."""
NOW = 10_000.0


class Crowd:
    """Waiters and agents made by a seed."""

    def __init__(self, seed: int, waiters: int, agents: int) -> None:
        """So many of each; their skills don't grow in number."""
        self._chance = random.Random(seed)
        self._calls = 0
        self._queues = [self._queue(f"q{n}") for n in range(SKILLS)]
        self.agents = [self._agent(str(10_000 + n)) for n in range(agents)]
        self.waiters = [self.waiter(NOW - self._chance.uniform(0, 200)) for _ in range(waiters)]

    def _queue(self, name: str) -> Queue:
        chance = self._chance
        skills = chance.sample(range(SKILLS), chance.choice([1, 1, 2]))
        needs = []
        for skill in skills:
            level = chance.randint(1, 5)
            needs.append(Need(f"s{skill}", level, (Relax(30, max(1, level - 1)), Relax(90, max(1, level - 2)))))
        return Queue(name, needs=tuple(needs), strategy=chance.choice(STRATEGY))

    def _agent(self, extension: str) -> Candidate:
        chance = self._chance
        skills = {f"s{skill}": chance.randint(1, 10) for skill in chance.sample(range(SKILLS), chance.randint(3, 8))}
        languages = chance.choice([("en",), ("zh",), ("en", "zh")])
        idle, calls, talk = NOW - chance.uniform(0, 600), chance.randint(0, 60), chance.uniform(0, 9000)
        offered = NOW - chance.uniform(0, 9000)
        return Candidate(extension, skills, languages, chance.randint(1, 3), 1, 0, idle, calls, talk, offered)

    def waiter(self, joined: float) -> Waiter:
        """Return a new caller."""
        chance = self._chance
        self._calls += 1
        wish = wish_of(chance.choice(self._queues), chance.choice(["en", "zh"]))
        known = (chance.choice(self.agents).extension,) if chance.random() < 1 / 3 else ()
        return Waiter(f"call-{self._calls}", wish, joined, chance.choice([0.0, 0.0, 30.0]), 1 / 60, known)


def crowded(crowd: Crowd, free: int) -> Matching:
    """Return a matching of the crowd with `free` of the agents free, warmed by a decision."""
    matching = Matching()
    for nth, agent in enumerate(crowd.agents):
        matching.put(agent if nth < free else replace(agent, load=1))
    for waiter in crowd.waiters:
        matching.join(waiter)
    matching.decide(NOW)
    # As the server does once it has started: what lives long is left out of the collector's rounds.
    gc.collect()
    gc.freeze()
    return matching


def all_at_once(seed: int, waiters: int, agents: int, free: int, rounds: int) -> Iterator[float]:
    """Yield the milliseconds of decisions over all of the crowd."""
    crowd = Crowd(seed, waiters, agents)
    matching = crowded(crowd, free)
    for nth in range(rounds):
        agent = crowd.agents[nth % free]
        joining = crowd.waiter(NOW)
        began = time.process_time()
        matching.put(replace(agent, idle_since=NOW + nth))
        matching.join(joining)
        matching.decide(NOW + nth * 0.01)
        yield (time.process_time() - began) * 1000
        matching.leave(joining.call_id)


def event_by_event(
    seed: int, waiters: int, agents: int, rounds: int, clock: Callable[[], float] = time.process_time
) -> Iterator[float]:
    """Yield the milliseconds of decisions in a crowd that is served as agents become free."""
    crowd = Crowd(seed, waiters, agents)
    matching = crowded(crowd, 0)
    waiting = {waiter.call_id: waiter for waiter in crowd.waiters}
    chance = random.Random(seed)
    for nth in range(rounds):
        now = NOW + nth * 0.05
        agent, joining, leaving = chance.choice(crowd.agents), crowd.waiter(now), chance.choice(crowd.waiters)
        began = clock()
        if nth % 3 == 0:
            matching.put(replace(agent, idle_since=now))
        elif nth % 3 == 1 or leaving.call_id not in waiting:
            matching.join(joining)
            waiting[joining.call_id] = joining
        else:
            matching.leave(leaving.call_id)
            del waiting[leaving.call_id]
        pairs = matching.decide(now)
        for pair in pairs:
            matching.leave(pair.call_id)
            del waiting[pair.call_id]
            for extension in pair.agents:
                matching.put(replace(agent, extension=extension, load=1))
        yield (clock() - began) * 1000


def main() -> int:
    """Measure and report."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    report = Report("Matching", " ".join((__doc__ or "").split("\n\n")[1].split()))
    seeds, rounds = (range(2), 50) if short() else (range(5), 120)
    bound = f"<= {LIMIT_MS}"
    for name, free in [("2,000 free", AGENTS), ("1,000 free", WAITERS), ("500 free", 500), ("50 free", 50)]:
        times = [ms for seed in seeds for ms in all_at_once(seed, WAITERS, AGENTS, free, rounds)]
        report.add(f"all at once, {name} p50", percentile(times, 50), "ms")
        report.add(f"all at once, {name} p99", percentile(times, 99), "ms", bound)
    times = [ms for seed in seeds for ms in event_by_event(seed, WAITERS, AGENTS, 10 * rounds)]
    report.add("an event p50", percentile(times, 50), "ms")
    report.add("an event p99", percentile(times, 99), "ms", bound)
    clock = list(event_by_event(7, WAITERS, AGENTS, 10 * rounds, time.perf_counter))
    report.add("an event by the clock, p99", percentile(clock, 99), "ms")
    before = 0.0
    for factor in (1, 2, 4, 8):
        sizes = (WAITERS * factor // 4, AGENTS * factor // 4)
        took = median(list(all_at_once(1, *sizes, sizes[1], max(20, rounds // 5))))
        report.add(f"{sizes[0]:,} x {sizes[1]:,}, all at once", took, "ms")
        if before:
            report.add("  times as long as half as many", took / before, "", "<= 2.5")
        before = took
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
