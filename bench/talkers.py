"""Talkers: 20 callers talking at once on 2 cores; voice to voice and the largest gap in what they hear.

The callers run in one process on the same machine: what they cost is part of the load.
"""

import asyncio
import random
import sys

from bench.hotline_under_test import hotline
from bench.report import Report, run, short
from bench.voice_to_voice import answered, utterances
from voice.synthetic_caller import Samples, SyntheticCaller
from voice.wire_times import longest_gap

CALLERS = 20


async def talk(server: tuple[str, int], number: str, said: list[tuple[str, Samples]]) -> tuple[list[float], float]:
    """Hold one conversation of one's own pace; return its waits in seconds (missing: 99) and the largest gap."""
    draw = random.Random(number)
    caller = SyntheticCaller(server, server[0], number=number)
    await asyncio.sleep(draw.uniform(0, 3))
    async with caller:
        await caller.wait_until_robot(speaks=True, steady=0.1)
        await caller.wait_until_robot(speaks=False, steady=0.7)
        waits = []
        for _, samples in said:
            wait = await answered(caller, samples, patience=10)
            waits.append(99.0 if wait is None else wait)
            await asyncio.sleep(draw.uniform(0, 0.5))
        return waits, longest_gap(caller.heard)


async def measure() -> Report:
    """Return the figure."""
    turns = 3 if short() else 8
    callers = 10 if short() else CALLERS
    report = Report("talkers", f"{callers} callers at once, {turns} turns each, one speech worker, one media worker")
    said = utterances(40)
    async with hotline("talk", {"LIMITS__MAX_CALLS": "100"}) as (server, records):
        found = await asyncio.gather(
            *(
                talk(server.sip, f"35{index:02}", [said[(index * 7 + turn) % 40] for turn in range(turns)])
                for index in range(callers)
            )
        )
        causes = records.causes()
    # An answer into the sentence is none to all of it.
    waits = [1000 * (wait if wait >= 0 else 99.0) for of_call, _ in found for wait in of_call]
    report.spread("voice to voice", waits, "ms", p95="<= 1200")
    report.add("never answered", sum(wait == 99 for of_call, _ in found for wait in of_call), "turns", "<= 0")
    report.add("answered into the sentence", sum(wait < 0 for of_call, _ in found for wait in of_call), "turns", "<= 0")
    report.add("largest gap between packets", max(gap for _, gap in found) * 1000, "ms", "<= 60")
    report.notes.append(f"causes on record: {causes}")
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
