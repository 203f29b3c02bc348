"""Recognition through the phone: human prompts sent as RTP, transcripts from the call record, word error rate.

Clean, at 1, 3 and 5 % packet loss, and with 40 ms of jitter, which also reorders packets. A loss is of single packets
drawn at random; each delay is drawn evenly from 0 to 40 ms.
"""

import asyncio
import random
import sys
from collections.abc import Sequence

from bench import sounds
from bench.hotline_under_test import hotline, turns_of
from bench.records import Records
from bench.report import Report, run, short
from bench.word_errors import errors, words
from voice.server_process import ServerProcess
from voice.synthetic_caller import Impairment, Spoken, SyntheticCaller

CONDITIONS = (
    ("clean", 0.0, 0.0),
    ("loss 1 %", 0.01, 0.0),
    ("loss 3 %", 0.03, 0.0),
    ("loss 5 %", 0.05, 0.0),
    ("jitter 40 ms", 0.0, 0.04),
    ("loss 5 %, jitter 40 ms", 0.05, 0.04),
)
"""Name, share of packets lost, most delay in seconds."""
CALLS = 6
"""At a time."""


def impairment(loss: float, jitter: float, seed: int) -> Impairment:
    """Return what loses and delays packets like this."""
    draw = random.Random(seed)

    def fate() -> float | None:
        return None if draw.random() < loss else draw.uniform(0, jitter)

    return fate


async def understood(
    server: ServerProcess, records: Records, number: str, names: Sequence[str], impair: Impairment
) -> dict[str, str]:
    """Speak the prompts in one call; return what the record says was understood of each."""
    caller = SyntheticCaller(server.sip, server.address, number=number, impair=impair)
    said: list[tuple[str, Spoken]] = []
    async with caller:
        await caller.wait_until_robot(speaks=True, steady=0.1)
        for name in names:
            await caller.wait_until_robot(speaks=False, steady=0.5)
            said.append((name, await caller.say(sounds.human(name))))
            await caller.wait_until_robot(speaks=True, steady=0.1, patience=4)
        await asyncio.sleep(1)
    turns = [turn for turn in await turns_of(records, caller) if turn.speaker == "caller"]
    began = records.recording_began(records.call_of(number))
    ends = [spoken.began for _, spoken in said[1:]] + [said[-1][1].ended + 5]
    return {
        name: " ".join(turn.text for turn in turns if spoken.began - 0.3 <= turn.start_s + began < end - 0.3)
        for (name, spoken), end in zip(said, ends, strict=True)
    }


async def measure() -> Report:
    """Return the figure."""
    texts = sounds.transcripts()
    names = sorted(texts)[:: 8 if short() else 1]
    report = Report(
        "recognition through the phone", f"{len(names)} human prompts over PCMU (half of them where impaired)"
    )
    async with hotline("talk") as (server, records):
        for index, (condition, loss, jitter) in enumerate(CONDITIONS):
            wrong = total = 0
            spoken = names[:: 1 if not index else 2]
            groups = [spoken[part::CALLS] for part in range(CALLS)]
            answers = await asyncio.gather(
                *(
                    understood(server, records, f"34{index}{part}", group, impairment(loss, jitter, 10 * index + part))
                    for part, group in enumerate(groups)
                )
            )
            for name, text in ((name, text) for answer in answers for name, text in answer.items()):
                mistakes = errors(words(texts[name]), words(text))
                wrong, total = wrong + mistakes, total + len(words(texts[name]))
                if mistakes and not index:
                    report.notes.append(f'{name}: "{texts[name]}" became "{text}"')
            report.add(f"word error rate, {condition}", 100 * wrong / total, "%", "<= 2.5" if not index else "")
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
