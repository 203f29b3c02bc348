"""Line choice: time of one choice among 200 lines, with what it learns from a call's end, on one core.

200 lines with prices by prefix, one to eight caller numbers with a cap a day, allowed prefixes, half of them with a
contract share, all with limits of channels, calls a second and spend; 30,000 calls are known. Chinese numbers at
random, mobile and fixed, so that most are seen for the first time. "A choice" is all of it: what kind of number that is
(the guard against toll fraud), which lines are allowed, well and free, the draw by what is believed of each, the caller
number. Times are the processor's; "by the clock" beside them.
"""

import gc
import os
import random
import sys
import time
from typing import Any

from bench.call_ends import ended, unanswered
from bench.report import Report, percentile, short
from campaigns.line_book import Choice, LineBook
from campaigns.line_plan import Line
from models.cause import Cause
from models.settings import LineSettings

LINES = 200
LIMIT_MS = 0.2
KNOWN = 30_000
MOBILE = (*range(130, 140), *range(150, 154), *range(155, 160), *range(180, 190))
"""That are given out; others are looked up at length, and are no numbers that a list has."""
REGIONS = ("CN-BJ", "CN-SH", "CN-GD", "CN-ZJ", "CN-SC", "CN")


BUSY = unanswered(Cause.BUSY, 486, 2.0)


def lines(chance: random.Random) -> list[Line]:
    """Return the 200 lines."""
    return [Line.model_validate(_line(nth, chance)) for nth in range(LINES)]


def _line(nth: int, chance: random.Random) -> dict[str, Any]:
    area = chance.choice(["10", "21", "20", "755", "571", "28"])
    numbers = [
        {"number": f"+86{area}{chance.randint(20000000, 89999999)}", "region": chance.choice(["", *REGIONS[:5]])}
        for _ in range(chance.randint(1, 8))
    ]
    prices = {"+86": round(chance.uniform(0.03, 0.12), 3), f"+861{chance.randint(3, 9)}": 0.05, "+8610": 0.04}
    return {
        "name": f"line-{nth}", "currency": "CNY", "prices": prices, "spend_per_day": 5000, "channels": 200,
        "calls_per_second": 50, "numbers": numbers, "number_per_day": 500, "share": 0.4 if nth % 2 else 0,
        "prefixes": ["+86"] if nth % 3 else ["+861", "+8621"], "timezone": "Asia/Shanghai",
    }  # fmt: skip


def number(chance: random.Random) -> str:
    """Return a Chinese number, five of six mobile."""
    if chance.random() < 1 / 6:
        return f"+86{chance.choice(['10', '21', '20'])}{chance.randint(20000000, 89999999)}"
    return f"+86{chance.choice(MOBILE)}{chance.randint(10000000, 99999999)}"


def measured(seed: int, rounds: int) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return milliseconds of choices (CPU, clock), of counting a placed call, of learning from an end."""
    chance = random.Random(seed)
    now = 1_763_600_000.0
    book = LineBook(lines(chance), LineSettings(seed=seed + 1), now)
    for _ in range(KNOWN):
        now += 0.02
        talk_s = chance.expovariate(1 / 40) if chance.random() < 0.3 else None
        line = chance.randrange(LINES)
        book.figures.note(line, f"+861{chance.randint(30, 99)}", now, delay_s=3, talk_s=talk_s)
    running: list[Choice] = []
    times: tuple[list[float], list[float], list[float], list[float]] = ([], [], [], [])
    for nth in range(200):
        book.choose(number(chance), now=now + nth, country="CN")
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        now += 0.02
        called, region = number(chance), chance.choice(REGIONS)
        cpu, clock = time.process_time(), time.perf_counter()
        choice = book.choose(called, now=now, country="CN", region=region)
        chosen, by_clock = time.process_time(), time.perf_counter()
        assert choice is not None
        book.placed(choice)
        placed = time.process_time()
        running.append(choice)
        over = running.pop(0) if len(running) > 300 else None
        ending = time.process_time()
        if over is not None:
            book.ended(over, ended() if chance.random() < 0.3 else BUSY, now)
        done = time.process_time()
        seen = (chosen - cpu, by_clock - clock, placed - chosen, done - ending)
        for kept, value in zip(times, seen, strict=True):
            kept.append(value * 1000)
    return times


def main() -> int:
    """Measure and report."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    report = Report("Line choice", " ".join((__doc__ or "").split("\n\n")[1].split()))
    runs = [measured(seed, 2000 if short() else 10_000) for seed in (range(1) if short() else range(3))]
    choices, clock, placed, ended = ([ms for run in runs for ms in run[which]] for which in range(4))
    report.add("a choice p50", percentile(choices, 50), "ms", f"<= {LIMIT_MS}")
    report.add("a choice p99", percentile(choices, 99), "ms", f"<= {LIMIT_MS}")
    report.add("by the clock p50", percentile(clock, 50), "ms")
    report.add("by the clock p99", percentile(clock, 99), "ms")
    report.add("counting the call p50", percentile(placed, 50), "ms")
    report.add("learning from its end p50", percentile(ended, 50), "ms")
    return report.show()


if __name__ == "__main__":
    sys.exit(main())
