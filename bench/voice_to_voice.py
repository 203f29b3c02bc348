"""Voice to voice: last energy of the caller's RTP to first energy of the robot's, on the wire, 50 turns.

Half of the turns are human prompts, a quarter espeak-ng, a quarter Piper in another pitch. The robot's answer is a
prompt that it has said before. Where the time went is taken from the call record's turns.
"""

import asyncio
import random
import sys
from collections.abc import Sequence

from bench import sounds
from bench.hotline_under_test import hotline, turns_of
from bench.records import HeardTurn, Records
from bench.report import Report, mean, run, short
from voice.server_process import ServerProcess
from voice.synthetic_caller import Samples, SyntheticCaller
from voice.wire_times import first_audible, last_audible

CALLS = 5


def utterances(count: int) -> list[tuple[str, Samples]]:
    """Return `count` things to say with the kind of voice that says each, well mixed."""
    draw = random.Random(7)
    names = draw.sample(sorted(sounds.transcripts()), count - 2 * (count // 4))
    said = [("human", sounds.human(name)) for name in names]
    for index in range(count // 4):
        question = sounds.QUESTIONS[index % len(sounds.QUESTIONS)]
        said.append(("espeak", sounds.espeak(question, ("en-us", "en-gb", "en-us+f3")[index % 3])))
        said.append(("piper", sounds.piper(question, (1.0, 1.2)[index % 2])))
    draw.shuffle(said)
    return said


async def answered(caller: SyntheticCaller, samples: Samples, patience: float = 6.0) -> float | None:
    """Say it and return the seconds from its last energy to the robot's first, or None when nothing came.

    Less than 0: the robot took a pause for the end and answered into the sentence.
    """
    spoken = await caller.say(samples)
    end = last_audible(caller.sent, spoken.began - 0.001, spoken.ended + 0.001) or spoken.ended
    for _ in range(round(patience / 0.02)):
        answer = first_audible(caller.heard[-600:], spoken.began + 0.1)
        if answer is not None:
            await caller.wait_until_robot(speaks=False, steady=0.7)
            return answer - end
        await asyncio.sleep(0.02)
    return None


async def one_call(
    server: ServerProcess, records: Records, number: str, said: Sequence[tuple[str, Samples]]
) -> tuple[list[tuple[str, float | None]], list[HeardTurn]]:
    """Hold one conversation; return its waits by voice, and the call's turns as recorded."""
    waits = []
    caller = SyntheticCaller(server.sip, server.address, number=number)
    async with caller:
        await caller.wait_until_robot(speaks=True, steady=0.1)
        await caller.wait_until_robot(speaks=False, steady=0.7)
        for voice, samples in said:
            waits.append((voice, await answered(caller, samples)))
    return waits, await turns_of(records, caller)


def split(report: Report, turns: Sequence[HeardTurn]) -> None:
    """Add the mean of each stage that the call records tell."""
    stages: dict[str, list[float]] = {}
    for turn in turns:
        for stage, milliseconds in turn.timings.items():
            stages.setdefault(stage, []).append(milliseconds)
    for stage, values in stages.items():
        report.add(f"of it {stage.removesuffix('_ms')} (mean)", mean(values), "ms")


async def measure() -> Report:
    """Return the figure."""
    count = 12 if short() else 50
    report = Report("voice to voice", f"{count} turns in {CALLS} calls one after the other, on the wire")
    said = utterances(count)
    waits: list[tuple[str, float | None]] = []
    turns: list[HeardTurn] = []
    async with hotline("talk") as (server, records):
        for index in range(CALLS):
            part = said[index::CALLS]
            found, recorded = await one_call(server, records, f"30{index}", part)
            waits += found
            turns += recorded
    times = [wait * 1000 for _, wait in waits if wait is not None and wait >= 0]
    report.spread("voice to voice", times, "ms", "<= 500", "<= 800")
    for voice in ("human", "espeak", "piper"):
        report.spread(voice, [wait * 1000 for kind, wait in waits if kind == voice and wait and wait >= 0], "ms")
    report.add("answered into the sentence", sum(1 for _, wait in waits if wait and wait < 0), "turns")
    report.add("never answered", sum(1 for _, wait in waits if wait is None), "turns", "<= 0")
    split(report, turns)
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
