"""The call with an agent: how soon both hear each other, and what 100 bridged calls with recording cost and delay.

    python -m bench.bridge [--short] [--json]

First a whole server calls phones for its callers, whispers a tone to each, and connects: the time from the last packet
of the whisper at the phone to the first packet with the other's voice, the later one of both ends, on the wire. Then
the media worker alone with 100 bridged pairs, the callers recorded, load from another process; two more pairs carry
pulses, whose way through (packet in to packet out, by the kernel's clock) is the delay that a bridge adds.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np

from bench.answering_phone import Mouth, Phones, has, phones, tone
from bench.capacity import Load, cpu_seconds
from bench.report import Report, percentile, run, short
from models.settings import MediaSettings
from voice.media import media_protocol as protocol
from voice.media.media_client import MediaClient, MediaStream
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

SERVER, PHONES, CALLER = "127.0.23.20", "127.0.23.21", "127.0.23.22"
OURS, THEIRS, PROBES = "127.0.23.23", "127.0.0.54", "127.0.23.24"
PORTS = "42000-43999"
CALLER_PITCH, AGENT_PITCH, WHISPER_PITCH = 600.0, 1000.0, 1500.0
PAIRS = 100
SETTLE_S = 1.5
FLOW = """\
flow: bridge
languages: [en]
commands: {{operator: sorry}}
steps:
  - step: hand
    transfer: "{uri}"
    unavailable: Nobody is there.
    done: sorry
  - step: sorry
    hangup: Goodbye.
"""


def tone_file(path: Path, pitch: float, seconds: float) -> None:
    """Write a tone without silence at its end."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(
            (8000 * np.sin(2 * np.pi * pitch * np.arange(round(8000 * seconds)) / 8000)).astype("<i2").tobytes()
        )


# -- how soon both hear each other -----------------------------------------------------------------------------


async def connected(calls: int) -> tuple[list[float], list[float], int]:
    """Return milliseconds from whisper to both hearing, from answer to whisper, and how many calls failed."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        tone_file(directory / "whisper.wav", WHISPER_PITCH, 1.0)
        async with phones(PHONES, AGENT_PITCH) as agents:
            (directory / "bridge.yaml").write_text(FLOW.format(uri=agents.uri))
            routes = [{"called": "*", "flow": str(directory / "bridge.yaml")}]
            settings = {
                "DIALPLAN__ROUTES": json.dumps(routes), "SPEECH__RECOGNISER": "none",
                "SPEECH__SYNTHESISER": "pyttsx3", "SIP__GUARD__MAX_CALLS": "0", "LOG__LEVEL": "warning",
            }  # fmt: skip
            os.environ["PEOPLE_WHISPER"] = str(directory / "whisper.wav")
            server = ServerProcess(directory / "server", SERVER, settings, module="bench.server_with_people")
            async with server:
                results = [await _one(server, agents, place) for place in range(calls)]
    found = [result for result in results if result is not None]
    return [both for both, _ in found], [whisper for _, whisper in found], calls - len(found)


async def _one(server: ServerProcess, agents: Phones, place: int) -> tuple[float, float] | None:
    second = (8000 * np.sin(2 * np.pi * CALLER_PITCH * np.arange(8000) / 8000)).astype(np.int16)
    async with SyntheticCaller(server.sip, CALLER, number=f"9{place:03}") as caller:
        speaking = asyncio.ensure_future(_speak(caller, second))
        for _ in range(100):
            await asyncio.sleep(0.05)
            if any(has(frame.payload, AGENT_PITCH) for frame in caller.heard[-5:]):
                break
        await asyncio.sleep(0.3)
        speaking.cancel()
        mouth = agents.mouths[-1]
        whisper = [at for at, payload in mouth.heard if has(payload, WHISPER_PITCH)]
        theirs = [at for at, payload in mouth.heard if has(payload, CALLER_PITCH) and whisper and at > whisper[-1]]
        ours = [frame.at for frame in caller.heard if has(frame.payload, AGENT_PITCH)]
    if not (whisper and theirs and ours):
        return None
    return 1000 * (max(theirs[0], ours[0]) - whisper[-1]), 1000 * (whisper[0] - agents.answered[-1])


async def _speak(caller: SyntheticCaller, second: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> None:
    while True:
        await caller.say(second)


# -- 100 bridged calls -------------------------------------------------------------------------------------------


async def bridged(seconds: float) -> tuple[float, list[float], int, int, list[float]]:
    """Return CPU of a core a call (percent), gaps (ms), packets lost, whole recordings, and added delays (ms)."""
    media = MediaClient(MediaSettings(ports=PORTS, workers=1), OURS)
    with tempfile.TemporaryDirectory() as name:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(media.run())
            await media.ready()
            try:
                return await _bridged(media, Path(name), seconds)
            finally:
                running.cancel()


async def _bridged(
    media: MediaClient, directory: Path, seconds: float
) -> tuple[float, list[float], int, int, list[float]]:
    load = await asyncio.to_thread(Load, 2 * PAIRS)
    streams = [await media.open(lambda event: None) for _ in range(2 * PAIRS)]
    for stream, port in zip(streams, load.ports, strict=True):
        stream.tell(protocol.SetRemote(stream.number, THEIRS, port, "PCMU", 0, digits_payload_type=101))
    for caller, agent in zip(streams[::2], streams[1::2], strict=True):
        _bridge(caller, agent)
        caller.tell(protocol.Record(caller.number, str(directory / f"{caller.number}.wav")))
    load.begin([(stream.address, stream.port) for stream in streams], seconds)
    pid = media.figures()[0].pid
    await asyncio.sleep(SETTLE_S)
    before, began = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds / 2 - SETTLE_S)
    share = 100 * (cpu_seconds(pid) - before) / (time.monotonic() - began)
    delays = await _delays(media, seconds / 2 - SETTLE_S)
    answer = await asyncio.to_thread(load.result)
    figures = [await stream.close() for stream in streams]
    await asyncio.sleep(1)
    whole = sum(_frames(directory / f"{stream.number}.wav") >= 8000 * (seconds - 1) for stream in streams[::2])
    lost = answer["lost"] + sum(each.packets_lost for each in figures)
    return share / PAIRS, answer["gaps_ms"], lost, whole, delays


def _bridge(one: MediaStream, other: MediaStream) -> None:
    one.tell(protocol.Hear(one.number, [other.number]))
    other.tell(protocol.Hear(other.number, [one.number]))


def _frames(path: Path) -> int:
    with wave.open(str(path)) as file:
        return int(file.getnframes())


async def _delays(media: MediaClient, seconds: float) -> list[float]:
    """Send pulses through two more bridges, both ways at odd phases; return how long each took, in milliseconds."""
    ends, streams = [], []
    for _ in range(4):
        stream, mouth = await media.open(lambda event: None), Mouth(PROBES)
        stream.tell(protocol.SetRemote(stream.number, PROBES, mouth.port, "PCMU", 0))
        ends.append(mouth)
        streams.append(stream)
    for place in (0, 2):
        _bridge(streams[place], streams[place + 1])
    quiet = [b"\xff" * 160] * 30
    pulsed = [*quiet, *tone(AGENT_PITCH, 5)]
    speaking = []
    for stream, mouth in zip(streams, ends, strict=True):
        speaking.append(asyncio.ensure_future(mouth.speak((stream.address, stream.port), pulsed, seconds - 0.5)))
        await asyncio.sleep(random.uniform(0.003, 0.02))
    await asyncio.gather(*speaking)
    await asyncio.sleep(0.3)
    delays: list[float] = []
    for place, mouth in enumerate(ends):
        delays += _pulses(mouth, ends[place ^ 1], len(pulsed), len(quiet))
    for stream, mouth in zip(streams, ends, strict=True):
        await stream.close()
        mouth.close()
    return delays


def _pulses(speaker: Mouth, listener: Mouth, period: int, quiet: int) -> list[float]:
    """Return milliseconds from each pulse's first packet out to the first packet with it in."""
    loud = [at for at, payload in listener.heard if has(payload, AGENT_PITCH)]
    found = []
    # The jitter buffer settles in the first second.
    for place in range(period + quiet, len(speaker.sent), period):
        after = [at for at in loud if at > speaker.sent[place]]
        if after:
            found.append(1000 * (after[0] - speaker.sent[place]))
    return found


async def measure() -> Report:
    """Measure both."""
    report = Report("the call with an agent", "on the wire, kernel times; load and phones by hand")
    calls = 10 if short() else 40
    both, whisper, failed = await connected(calls)
    report.add("calls that were not connected", failed, f"of {calls}", "<= 0")
    report.spread("whisper's end to both hearing", both, "ms", p95="<= 150")
    report.spread("answer to whisper", whisper, "ms")
    share, gaps, lost, whole, delays = await bridged(12 if short() else 30)
    report.add("100 bridged calls: CPU a call", share, "% of a core", "<= 0.3")
    report.add("100 bridged calls: gap p99", percentile(gaps, 99), "ms", "<= 23")
    report.add("100 bridged calls: lost", lost, "packets", "<= 0")
    report.add("100 bridged calls: recordings whole", whole, "", f">= {PAIRS}")
    report.spread("added delay, packet in to packet out", delays, "ms", p95="<= 60")
    report.notes.append(f"{len(both)} connections, {len(delays)} pulses.")
    return report


if __name__ == "__main__":
    sys.exit(run(measure))
