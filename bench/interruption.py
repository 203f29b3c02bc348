"""Interruption: onset of the caller's speech to silence of the robot, on the wire; and what must not stop it.

During a long announcement the caller interrupts (human prompts and synthetic voices), or only says "uh-huh", coughs,
knocks, has a noisy line, or sends the robot's own voice back at -25 dB after 150 ms. Whatever of that silences the
robot is a false stop: for good where the record says that the announcement was interrupted, resumed where it says that
it went on from where it was cut.
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
from voice.wire_times import first_audible, silent_from, stretches

PAUSE = 0.3
"""Seconds of silence on the wire from which on the robot counts as silent."""

AT_ONCE = 3
"""Calls at a time, so that it ends sooner."""

KINDS = ("backchannel", "cough", "knock", "noise")


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
    """The record says that the robot was interrupted for good."""
    resumed: bool = False
    """The record says that it fell silent, was not interrupted, and went on from where it was cut."""
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


@dataclass
class Echo:
    """What the robot's own voice, sent back, did to it."""

    spoke: float = 0.0
    """Seconds for which the robot was heard."""
    stopped: int = 0
    resumed: int = 0
    taken_for_the_callers: int = 0


async def a_call(server: ServerProcess, records: Records, number: str, heard: Sequence[Sound]) -> None:
    """Make all sounds in one call and fill in what came of them."""
    draw = random.Random(number)
    caller = SyntheticCaller(server.sip, server.address, number=number)
    async with caller:
        for sound in heard:
            await into_the_announcement(caller, sound, draw.uniform(0.5, 1.5))
    turns = await turns_of(records, caller)
    call = records.call_of(number)
    resumed = [at for at, _ in records.events(call, "false-stop")]
    for sound in heard:
        if sound.spoken is not None:
            judge(sound, caller, turns, records.recording_began(call), resumed)


async def echoed(server: ServerProcess, records: Records, number: str, seconds: float) -> Echo:
    """Send the robot's voice back for that long while the caller says nothing."""
    caller = SyntheticCaller(server.sip, server.address, number=number, echo_db=-25.0)
    hush = Sound("echo", sounds.hiss(seconds, 1, rms=10))
    async with caller:
        await into_the_announcement(caller, hush, 0.5)
    turns = await turns_of(records, caller)
    found = Echo(resumed=len(records.events(records.call_of(number), "false-stop")))
    found.spoke = sum(part.ended - part.began for part in stretches(caller.heard))
    # The last turn is cut by the caller's hanging up.
    found.stopped = sum(turn.interrupted for turn in turns[:-1])
    found.taken_for_the_callers = sum(turn.speaker == "caller" for turn in turns)
    return found


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
    sound.resumed = not sound.stopped and any(window[0] < at - began < window[1] + 1 for at in resumed)


def share(count: int, among: Sequence[Sound]) -> float | None:
    """Return `count` in percent of `among`, None of none."""
    return 100 * count / len(among) if among else None


def tell_interruptions(report: Report, true: Sequence[Sound]) -> None:
    """Add what came of the interruptions that were meant; all of them have to have been made."""
    made = [sound for sound in true if sound.spoken is not None]
    times = [sound.silent_after * 1000 for sound in made if sound.silent_after is not None]
    report.spread("silence after onset", times, "ms", p95="<= 300")
    report.add("interruptions made", len(made), "", f">= {len(true)}")
    report.add("never fell silent", len(made) - len(times), "", "<= 0")
    report.add("went on speaking", sum(not sound.stopped for sound in made), "", "<= 0")


def tell_false_stops(report: Report, false: Sequence[Sound]) -> None:
    """Add how many of the sounds silenced the robot, for good or for a moment: both are false stops."""
    made = [sound for sound in false if sound.spoken is not None]
    stopped, resumed = sum(sound.stopped for sound in made), sum(sound.resumed for sound in made)
    report.add("sounds made that are no interruption", len(made), "", f">= {len(false)}")
    report.add("false stops, all", share(stopped + resumed, made), "%", "<= 2")
    report.add("false stops: stopped for good", share(stopped, made), "%", "<= 2")
    report.add("false stops: stopped and resumed", share(resumed, made), "%", "<= 2")
    for kind in KINDS:
        of_kind = [sound for sound in made if sound.kind == kind]
        report.add(f"{kind}: stopped for good, of {len(of_kind)}", sum(sound.stopped for sound in of_kind))
        report.add(f"{kind}: stopped and resumed, of {len(of_kind)}", sum(sound.resumed for sound in of_kind))
    for sound in made:
        if sound.stopped or sound.resumed:
            how = "for good" if sound.stopped else "for a moment"
            heard = f', taken for "{sound.taken_for}"' if sound.taken_for else ""
            report.notes.append(f"{sound.kind} {sound.word} stopped the robot {how}{heard}")


def tell_echo(report: Report, echo: Echo, seconds: float) -> None:
    """Add what the echo did; a robot that hardly spoke had none."""
    report.add("echo at -25 dB: the robot was heard for", echo.spoke, "s", f">= {0.8 * seconds:g}")
    report.add("echo at -25 dB: stopped for good", echo.stopped, "", "<= 0")
    report.add("echo at -25 dB: stopped and resumed", echo.resumed, "", "<= 0")
    report.add("echo at -25 dB: turns taken for the caller's", echo.taken_for_the_callers, "", "<= 0")


async def measure() -> Report:
    """Return the figure."""
    few = short()
    report = Report("interruption", "sounds into a long announcement, on the wire and by the call record")
    true, false = interruptions(8 if few else 50), not_meant(3 if few else 25)
    seconds = 20 if few else 60
    async with hotline("announcement") as (server, records):
        calls = [(f"31{n}", true[n::5]) for n in range(5)] + [(f"32{n}", false[n::5]) for n in range(5)]
        for index in range(0, len(calls), AT_ONCE):
            together = calls[index : index + AT_ONCE]
            await asyncio.gather(*(a_call(server, records, number, heard) for number, heard in together))
        echo = await echoed(server, records, "330", seconds)
    tell_interruptions(report, true)
    tell_false_stops(report, false)
    tell_echo(report, echo, seconds)
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
