"""Voice to voice: last energy of the caller's RTP to first energy of the robot's, on the wire, 50 turns.

Half of the turns are human prompts, a quarter espeak-ng, a quarter Piper in another pitch. The robot's answer is a
prompt that it has said before. Where the time went is taken from the call record's turns, and so is whether a sentence
matched an intent of the flow: those that match are answered sooner. A turn that was never answered, or answered into
the sentence, counts as one that waited as long as the bench does.
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench import sounds
from bench.hotline_under_test import hotline, turns_of
from bench.records import HeardTurn, Records
from bench.report import Report, mean, run, short
from voice.server_process import ServerProcess
from voice.synthetic_caller import Samples, SyntheticCaller
from voice.wire_times import first_audible, last_audible

CALLS = 5

PATIENCE = 6.0
"""Seconds after which a turn counts as never answered."""

PRE_ROLL = 0.5
"""Seconds by which a recorded turn may begin before its speech was sent."""


@dataclass
class Asked:
    """One sentence of a caller and what came of it."""

    voice: str
    wait: float | None
    """Seconds from its end to the answer; less than 0: answered into it, None: never answered."""
    matched: bool
    """The record says that it had an intent."""

    @property
    def counted(self) -> float:
        """Milliseconds waited, all the patience where the whole sentence got no answer."""
        return 1000 * (self.wait if self.wait is not None and self.wait >= 0 else PATIENCE)


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


async def answered(caller: SyntheticCaller, samples: Samples, patience: float = PATIENCE) -> float | None:
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
) -> tuple[list[Asked], list[HeardTurn]]:
    """Hold one conversation; return what came of its sentences, and the call's turns as recorded."""
    waits = []
    caller = SyntheticCaller(server.sip, server.address, number=number)
    async with caller:
        await caller.wait_until_robot(speaks=True, steady=0.1)
        await caller.wait_until_robot(speaks=False, steady=0.7)
        for voice, samples in said:
            began = time.time()
            waits.append((voice, began, await answered(caller, samples)))
    turns = await turns_of(records, caller)
    start = records.recording_began(records.call_of(number))
    ends = [began for _, began, _ in waits[1:]] + [float("inf")]
    return [
        Asked(voice, wait, matched(turns, began - start - PRE_ROLL, end - start - PRE_ROLL))
        for (voice, began, wait), end in zip(waits, ends, strict=True)
    ], turns


def matched(turns: Sequence[HeardTurn], after: float, before: float) -> bool:
    """Tell whether the caller's first turn that began in this time, seconds of the recording, had an intent.

    "none" is what the record calls a sentence that was not understood; a command is understood.
    """
    heard = [turn for turn in turns if turn.speaker == "caller" and after <= turn.start_s < before]
    return bool(heard) and heard[0].intent not in ("", "none")


def split(report: Report, turns: Sequence[HeardTurn]) -> None:
    """Add the mean of each stage that the call records tell."""
    stages: dict[str, list[float]] = {}
    for turn in turns:
        for stage, milliseconds in turn.timings.items():
            stages.setdefault(stage, []).append(milliseconds)
    for stage, values in stages.items():
        report.add(f"of it {stage.removesuffix('_ms')} (mean)", mean(values), "ms")


def tell(report: Report, asked: Sequence[Asked]) -> None:
    """Add the waits: of all, of those with an intent and of those without, and by voice."""
    report.spread("voice to voice", [one.counted for one in asked], "ms", "<= 500", "<= 800")
    report.add("turns that matched an intent", sum(one.matched for one in asked), f"of {len(asked)}")
    for name, having in (("matched an intent", True), ("matched none", False)):
        report.spread(name, [one.counted for one in asked if one.matched is having], "ms")
    for voice in ("human", "espeak", "piper"):
        report.spread(voice, [one.counted for one in asked if one.voice == voice], "ms")
    into = sum(one.wait is not None and one.wait < 0 for one in asked)
    report.add("answered into the sentence", into, "turns", "<= 0")
    report.add("never answered", sum(one.wait is None for one in asked), "turns", "<= 0")


async def measure() -> Report:
    """Return the figure."""
    count = 12 if short() else 50
    report = Report("voice to voice", f"{count} turns in {CALLS} calls one after the other, on the wire")
    said = utterances(count)
    asked: list[Asked] = []
    turns: list[HeardTurn] = []
    async with hotline("talk") as (server, records):
        for index in range(CALLS):
            found, recorded = await one_call(server, records, f"30{index}", said[index::CALLS])
            asked += found
            turns += recorded
    tell(report, asked)
    split(report, turns)
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
