"""`hotline demo`: a server of its own, a real SIP call to it over UDP on loopback, the conversation as it happens."""

import asyncio
import json
import sys
import time
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from models.cause import Cause
from models.errors import HotlineError
from voice.server_process import ServerProcess
from voice.synthetic_caller import Samples, SyntheticCaller
from voice.wire_times import first_audible, silent_from

Print = Callable[[str], None]
Note = Mapping[str, Any]
VOICE = Path(__file__).parent / "demo_voice"
ORDER_NUMBER = "427106"
LISTENS = 4.0
"""Seconds of the long announcement that the caller bears."""
PATIENCE = 20.0
"""Seconds for any one step of the conversation."""
ADDRESS = "127.0.0.1"


async def demo(directory: Path, say: Print | None = None) -> int:
    """Run it with `directory` for its data; return 0 only if the conversation is on record as it was meant."""
    say = say or _printer()
    say(f"Hotline's demo. Its data stay in {directory}.")
    server = ServerProcess(directory, ADDRESS, {"LOG__LEVEL": "info", "SPEECH__RENDER_FIRST": "language"})
    story = Story(say)
    faults: list[Exception] = []
    caller: SyntheticCaller | None = None
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_tell(server, story))
            caller = await _call(server, story, say)
    except* HotlineError as group:
        faults.extend(group.exceptions)
    if caller is None:
        for fault in faults:
            say(f"The demo failed. {fault}")
        return 1
    return _conclude(await _record(directory, story.call), caller, directory, say)


async def _call(server: ServerProcess, story: "Story", say: Print) -> SyntheticCaller:
    """Start the server, have the conversation, end the server."""
    began = time.monotonic()
    say(f"Starting the server on {ADDRESS}, UDP port {server.sip_port} …")
    await server.start()
    try:
        say(f"The server is ready after {time.monotonic() - began:.1f} s. A caller dials {ADDRESS}.")
        say("")
        story.live = True
        return await _converse(server)
    finally:
        await server.stop()


async def _converse(server: ServerProcess) -> SyntheticCaller:
    """Play the caller: a question, another one into the long answer, an order number by keypad, goodbye."""
    caller = SyntheticCaller(server.sip, ADDRESS, number="5550142")
    async with caller:
        await _robots_turn(caller)
        await caller.say(_sound("services"))
        await caller.wait_until_robot(speaks=True, patience=PATIENCE)
        await asyncio.sleep(LISTENS)
        await caller.say(_sound("order"))
        await _robots_turn(caller)
        await caller.key(ORDER_NUMBER)
        await _robots_turn(caller)
        await caller.key("1")
        await _robots_turn(caller)
        await caller.say(_sound("goodbye"))
        try:
            async with asyncio.timeout(PATIENCE):
                await caller.ended_by_server.wait()
        except TimeoutError:
            pass  # what is on record tells what went wrong
    return caller


async def _robots_turn(caller: SyntheticCaller) -> None:
    """Hear the robot out."""
    await caller.wait_until_robot(speaks=True, steady=0.1, patience=PATIENCE)
    await caller.wait_until_robot(speaks=False, steady=1.0, patience=PATIENCE)


class Story:
    """The conversation as told by the server's log, a line at a time."""

    def __init__(self, say: Print) -> None:
        self._say = say
        self.live = False
        self.call = ""
        self._printed: set[int] = set()

    def feed(self, entry: Note) -> None:
        """Print what one log line means for the person who watches."""
        match entry.get("note"):
            case "CallBegan":
                self.call = str(entry.get("call", ""))
            case "CallAnswered":
                self._say("         (the robot answers)")
            case "TurnTaken":
                self._turn(entry)
            case "TurnChanged" if entry.get("intent"):
                self._say(f"         (understood as: {entry['intent']})")
            case "CallEnded":
                self._say(f"         (the call is over: {entry.get('cause')})")
            case None if not self.live and entry.get("level", "info") != "debug":
                self._say(f"  {entry.get('message')}")

    def _turn(self, turn: Note) -> None:
        """A turn is told when it begins and again, if it changed, when it ends."""
        number, speaker = int(turn["number"]), f"{turn['speaker']:7}"
        first = number not in self._printed
        self._printed.add(number)
        if turn.get("interrupted"):
            self._say("         [the robot is interrupted]")
        elif first:
            text = f"presses {' '.join(str(turn['digits']))}" if turn.get("digits") else str(turn["text"])
            self._say(f"{_seconds(turn.get('start_s'))}  {speaker} {text}")


async def _tell(server: ServerProcess, story: Story) -> None:
    async for entry in server.follow():
        story.feed(entry)


async def _record(directory: Path, call: str) -> dict[str, Any]:
    """Read the call record as any script would; an empty one where there is none."""
    if not call:
        return {}
    process = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "console",
            "calls",
            "show",
            call,
            "--json",
            "--config",
            str(directory / "hotline.toml"),
        ),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    found = json.loads(output) if process.returncode == 0 else {}
    return found if isinstance(found, dict) else {}


def missing(record: Mapping[str, Any]) -> list[str]:
    """Return what the record of the demo's call lacks, as sentences; nothing when all of it happened."""
    turns = record.get("turns", [])
    meant = [turn["intent"] for turn in turns if turn["speaker"] == "caller" and not turn.get("digits")]
    lacks = []
    if "services" not in meant:
        lacks.append("The caller's first question was not understood.")
    if not any(turn["interrupted"] for turn in turns if turn["speaker"] == "robot"):
        lacks.append("The robot was not interrupted.")
    if "order" not in meant:
        lacks.append("The caller's second question was not understood.")
    if not any(turn.get("digits", "") == ORDER_NUMBER for turn in turns):
        lacks.append("The keys of the order number did not arrive.")
    if "goodbye" not in meant:
        lacks.append("The caller's goodbye was not understood.")
    if record.get("cause") != Cause.ROBOT_HUNG_UP:
        lacks.append(f"The robot did not hang up after the goodbye; the call's cause is '{record.get('cause')}'.")
    recording = record.get("recording")
    if not recording or not Path(recording).exists():
        lacks.append("There is no recording.")
    return lacks


def _conclude(record: Mapping[str, Any], caller: SyntheticCaller, directory: Path, say: Print) -> int:
    """Say where everything is and how quick it was; return the exit code."""
    say("")
    if record:
        _figures(record, caller, say)
        command, where = f"{_hotline()} calls", f"--config {directory / 'hotline.toml'}"
        say(f"Recording    {record['recording']}  (left the caller, right the robot)")
        say(f"Call record  {command} show {record['id']} {where}")
        say(f"Listen       {command} play {record['id']} {where}")
    lacks = missing(record) if record else ["There is no call record."]
    for sentence in lacks:
        say(f"The demo failed. {sentence}")
    return 1 if lacks else 0


def _figures(record: Mapping[str, Any], caller: SyntheticCaller, say: Print) -> None:
    for number, (spoken, what) in enumerate(
        zip(caller.spoken, ("the first question", "the interruption", "goodbye"), strict=False)
    ):
        answer = first_audible(caller.heard, spoken.ended + (0.1 if number == 1 else 0.0))
        if answer is not None:
            say(f"Voice to voice, {what}: {(answer - spoken.ended) * 1000:.0f} ms")
    if len(caller.spoken) > 1:
        onset = caller.spoken[1].began
        silent = silent_from(caller.heard, onset)
        if silent is not None:
            say(f"The robot fell silent {(silent - onset) * 1000:.0f} ms after the caller began to interrupt it.")
    media = record["media"]
    say(
        f"Packets: {media['packets_in']} from the caller, {media['packets_lost']} lost, jitter "
        f"{media['jitter_ms']:.1f} ms, MOS {media['mos']:.1f}; {len(caller.heard)} from the robot."
    )


def _seconds(value: object) -> str:
    return f"{float(value):6.1f} s" if isinstance(value, int | float) else " " * 8


def _sound(name: str) -> Samples:
    with wave.open(str(VOICE / f"{name}.wav"), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


def _hotline() -> str:
    """Return how this very `hotline` is called."""
    beside = Path(sys.executable).with_name("hotline")
    try:
        return str(beside.relative_to(Path.cwd())) if beside.exists() else "hotline"
    except ValueError:
        return str(beside)


def _printer() -> Print:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    return console.print
