"""A day of queues: 50 agents and 4,000 calls through the real distribution, beside Erlang C; strategies beside another.

Poisson arrivals over eight hours, exponential talks of 317 s on average (44 erlangs), nobody hangs up, no wrap-up; two
hours more before, which aren't counted, for a day doesn't begin in its steady state. Each seed is a day of its own; the
figure is the mean over days with its 95 % confidence. Service level: answered within 20 s.
"Skills": three queues of the same size; 12 agents with level 9 in each one's skill and none in the others', 14 with
level 5 in all; "faster": who has level 9 also talks for 10 % less than average, who has level 5 for 10 % more. The same
calls are served by each strategy, so the difference is taken day by day.
"Told": share of the waits that lay in the range announced at the beginning, which is to hold four of five.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from statistics import fmean, stdev

from bench.report import Report, short
from queues import erlang
from queues.plan import Agent, Need, Queue, StrategyName
from queues.simulation import Call, Day, Outcome, poisson, service_level

AGENTS, CALLS, DAY_S, BEFORE_S, TALK_S, WITHIN_S = 50, 4000, 28_800.0, 7200.0, 317.0, 20.0
TRADES = ("billing", "tech", "sales")
FASTER = {9: 0.9, 5: 1.1}
"""By what talks are longer, by level."""


def one_skill() -> tuple[dict[str, Queue], dict[str, Agent]]:
    """Return a queue whom everybody can serve."""
    queue = Queue("all", wrap_up_s=0, announce_every_s=0)
    return {"all": queue}, {str(100 + nth): Agent(str(100 + nth), "") for nth in range(AGENTS)}


def several_skills(strategy: StrategyName) -> tuple[dict[str, Queue], dict[str, Agent]]:
    """Return three queues, agents of one trade, and agents of all."""
    queues = {
        trade: Queue(trade, needs=(Need(trade, 3),), wrap_up_s=0, announce_every_s=0, strategy=strategy)
        for trade in TRADES
    }
    agents = {}
    for nth in range(AGENTS):
        # Mixed, so that extensions, which decide ties, don't favour one sort.
        own = TRADES[nth % 4] if nth % 4 < 3 and nth < 48 else ""
        skills = {own: 9} if own else dict.fromkeys(TRADES, 5)
        agents[str(100 + nth)] = Agent(str(100 + nth), "", (), skills, 1.0 if own else 2.0)
    return queues, agents


def pace(agents: dict[str, Agent]) -> Callable[[str, Call], float]:
    """Return by what an agent's talk is longer."""
    return lambda agent, call: FASTER[agents[agent].skills[call.caller.queue]]


def day(seed: int, queues: dict[str, Queue], agents: dict[str, Agent], faster: bool = False) -> list[Outcome]:
    """Return what becomes of the calls of a day that are counted."""
    seconds = DAY_S + BEFORE_S
    calls = poisson(seed, round(CALLS * seconds / DAY_S), seconds, TALK_S, sorted(queues))
    served = Day(queues, agents, pace=pace(agents)) if faster else Day(queues, agents)
    return [outcome for outcome in served.run(calls) if outcome.call.at >= BEFORE_S]


def confidence(values: Sequence[float]) -> float:
    """Return half the width of the 95 % confidence interval of the mean."""
    return 1.96 * stdev(values) / sqrt(len(values))


def speed(outcomes: Iterable[Outcome]) -> float:
    """Return the average speed of answer in seconds."""
    return fmean(outcome.wait for outcome in outcomes if outcome.wait is not None)


def beside_erlang(report: Report, days: int) -> None:
    """Measure first come, first served."""
    load = CALLS / DAY_S * TALK_S
    levels, speeds, told = [], [], []
    for seed in range(days):
        outcomes = day(seed, *one_skill())
        levels.append(100 * service_level(outcomes, WITHIN_S))
        speeds.append(speed(outcomes))
        told += [
            outcome.told[0] <= outcome.wait <= outcome.told[1]
            for outcome in outcomes
            if outcome.told is not None and outcome.wait is not None
        ]
    expected = 100 * erlang.service_level(AGENTS, load, TALK_S, WITHIN_S)
    report.add(f"service level, mean of {days} days", fmean(levels), "%")
    report.add("  95 % confidence, +-", confidence(levels), "points")
    report.add("  of one day, standard deviation", stdev(levels), "points")
    report.add("  by Erlang C", expected, "%")
    report.add("  difference", abs(fmean(levels) - expected), "points", "<= 2")
    report.add("speed of answer, mean", fmean(speeds), "s")
    report.add("  95 % confidence, +-", confidence(speeds), "s")
    report.add("  by Erlang C", erlang.speed_of_answer(AGENTS, load, TALK_S), "s")
    report.add("told ranges that held", 100 * fmean(told) if told else None, "%")
    report.notes.append(f"{len(told):,} callers were told a range")


def with_skills(report: Report, days: int, faster: bool) -> None:
    """Measure strategies where agents differ."""
    levels: dict[str, list[float]] = {}
    name = "skills, faster" if faster else "skills"
    strategies: tuple[StrategyName, ...] = ("longest-idle", "ability")
    for strategy in strategies:
        outcomes = [day(1000 + seed, *several_skills(strategy), faster) for seed in range(days)]
        levels[strategy] = [100 * service_level(each, WITHIN_S) for each in outcomes]
        report.add(f"{name}, {strategy}, mean of {days} days", fmean(levels[strategy]), "%")
        report.add("  speed of answer", fmean(speed(each) for each in outcomes), "s")
    gains = [better - before for better, before in zip(levels["ability"], levels["longest-idle"], strict=True)]
    report.add("  better by", fmean(gains), "points")
    report.add("  95 % confidence, +-", confidence(gains), "points")
    report.add("  better at least by (95 %)", fmean(gains) - confidence(gains), "points", ">= 0")


def main() -> int:
    """Measure and report."""
    report = Report("A day of queues", " ".join((__doc__ or "").split("\n\n")[1].split()))
    beside_erlang(report, 10 if short() else 100)
    with_skills(report, 5 if short() else 25, faster=False)
    with_skills(report, 5 if short() else 25, faster=True)
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
