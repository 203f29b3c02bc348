"""Interruption: onset of the caller's speech to silence of the robot, on the wire; and what must not stop it.

During a long announcement the caller interrupts (human prompts and synthetic voices), or only says "uh-huh", coughs,
knocks, has a noisy line, or sends the robot's own voice back at -25 dB after 150 ms. A stop is false when the record
says that the announcement was interrupted; a pause is a gap after which, as the record says, it went on.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench import sounds
from bench.hotline_under_test import hotline, turns_of
from bench.records import HeardTurn, Records
from bench.report import Report, run, short
from voice.server_process import ServerProcess
from voice.synthetic_caller import Samples, Spoken, SyntheticCaller
from voice.wire_times import first_audible, silent_from

PAUSE = 0.3
"""Seconds of silence on the wire from which on the robot counts as silent."""

AT_ONCE = 3
"""Calls at a time, so that it ends sooner."""


@dataclass
class Sound:
    """Something that the caller sends into the announcement, and what came of it."""

    kind: str
    samples: Samples
    word: str = ""
    spoken: Spoken | None = None
    silent_after: float | None = None
    """Seconds from its onset to silence of the robot."""
    stopped: bool = False
    paused: bool = False
    """The record says that it fell silent and went on."""
    taken_for: str = ""


def interruptions(count: int) -> list[Sound]:
    """Return `count` true interruptions."""
    draw = random.Random(11)
    names = [name for name in sorted(sounds.transcripts()) if sounds.human(name).size > 1.2 * sounds.RATE]
    found = [Sound("human", sounds.human(name)) for name in draw.sample(names, count // 2)]
    for index in range(count - count // 2):
        question = sounds.QUESTIONS[index % len(sounds.QUESTIONS)]
        speak = sounds.espeak if index % 2 else sounds.piper
        found.append(Sound("synthetic", speak(question)))
    draw.shuffle(found)
    return found


def not_meant(count: int) -> list[Sound]:
    """Return `count` sounds of each kind that must not stop the robot."""
    found = []
    for index in range(count):
        word = sounds.BACKCHANNELS[index % len(sounds.BACKCHANNELS)]
        speak = sounds.piper if index // len(sounds.BACKCHANNELS) % 2 else sounds.espeak
        found.append(Sound("backchannel", speak(word), word=f"{word} ({speak.__name__})"))
        found.append(Sound("cough", sounds.cough(index)))
        found.append(Sound("knock", sounds.knock(index)))
        found.append(Sound("noise", sounds.hiss(1.0, index)))
    random.Random(5).shuffle(found)
    return found


async def into_the_announcement(caller: SyntheticCaller, sound: Sound, wait: float) -> None:
    """Make the sound while the robot has been speaking for a while."""
    if not await caller.wait_until_robot(speaks=True, steady=0.4, patience=15):
        return
    await asyncio.sleep(wait)
    if await caller.wait_until_robot(speaks=True, steady=0.1, patience=5):
        sound.spoken = await caller.say(sound.samples)
        await asyncio.sleep(1.5)


async def a_call(
    server: ServerProcess, records: Records, number: str, heard: Sequence[Sound], echo: float | None = None
) -> list[HeardTurn]:
    """Make all sounds in one call and fill in what came of them; return the turns."""
    draw = random.Random(number)
    caller = SyntheticCaller(server.sip, server.address, number=number, echo_db=echo)
    async with caller:
        for sound in heard:
            await into_the_announcement(caller, sound, draw.uniform(0.5, 1.5))
    turns = await turns_of(records, caller)
    call = records.call_of(number)
    resumed = [at for at, _ in records.events(call, "false-stop")]
    for sound in heard:
        if sound.spoken is not None:
            judge(sound, caller, turns, records.recording_began(call), resumed)
    return turns


def judge(
    sound: Sound, caller: SyntheticCaller, turns: Sequence[HeardTurn], began: float, resumed: Sequence[float]
) -> None:
    """Read from the wire when the robot fell silent, and from the record whether it was stopped or went on."""
    assert sound.spoken is not None
    near = [frame for frame in caller.heard if sound.spoken.began - 1 < frame.at < sound.spoken.ended + 2]
    sent = [frame for frame in caller.sent if sound.spoken.began - 0.001 < frame.at]
    onset = first_audible(sent, sound.spoken.began - 0.001) or sound.spoken.began
    silent = silent_from(near, onset, PAUSE)
    if silent is not None and silent < sound.spoken.ended + 0.7:
        sound.silent_after = silent - onset
    window = (sound.spoken.began - began, sound.spoken.ended - began + 1.5)
    for turn in turns:
        if turn.speaker == "robot" and turn.interrupted and window[0] - 0.2 < turn.end_s < window[1]:
            sound.stopped = True
        if turn.speaker == "caller" and window[0] - 0.5 < turn.start_s < window[1]:
            sound.taken_for = turn.text
    sound.paused = any(window[0] < at - began < window[1] + 1 for at in resumed)


async def measure() -> Report:
    """Return the figure."""
    few = short()
    report = Report("interruption", "sounds into a long announcement, on the wire and by the call record")
    true, false = interruptions(8 if few else 50), not_meant(3 if few else 25)
    async with hotline("announcement") as (server, records):
        calls = [(f"31{n}", true[n::5]) for n in range(5)] + [(f"32{n}", false[n::5]) for n in range(5)]
        for index in range(0, len(calls), AT_ONCE):
            together = calls[index : index + AT_ONCE]
            await asyncio.gather(*(a_call(server, records, number, heard) for number, heard in together))
        echoed = Sound("echo", sounds.hiss(20 if few else 60, 1, rms=10))
        turns = await a_call(server, records, "330", [echoed], echo=-25.0)
    made = [sound for sound in true if sound.spoken is not None]
    times = [sound.silent_after * 1000 for sound in made if sound.silent_after is not None]
    report.spread("silence after onset", times, "ms", p95="<= 300")
    report.add("interruptions made", len(made))
    report.add("never fell silent", len(made) - len(times), "", "<= 0")
    report.add("went on speaking", sum(not sound.stopped for sound in made))
    unmeant = [sound for sound in false if sound.spoken is not None]
    report.add("false stops", 100 * sum(sound.stopped for sound in unmeant) / max(len(unmeant), 1), "%", "<= 2")
    for kind in ("backchannel", "cough", "knock", "noise"):
        of_kind = [sound for sound in unmeant if sound.kind == kind]
        report.add(f"{kind}: false stops of {len(of_kind)}", sum(sound.stopped for sound in of_kind))
        report.add(f"{kind}: pauses of {len(of_kind)}", sum(sound.paused for sound in of_kind))
    # The last turn is cut by the caller's hanging up.
    report.add("echo at -25 dB: false stops", sum(turn.interrupted for turn in turns[:-1]), "", "<= 0")
    report.add("echo at -25 dB: turns taken for the caller's", sum(turn.speaker == "caller" for turn in turns))
    for sound in unmeant:
        if sound.stopped:
            report.notes.append(f'{sound.kind} {sound.word} stopped the robot, taken for "{sound.taken_for}"')
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
