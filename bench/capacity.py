"""Capacity of the media plane: N calls with a prompt out, the caller's audio in and recording on.

    python -m bench.capacity [--calls 50,100,200,400] [--seconds 20] [--short] [--json] [--no-peer]

Load comes from another process, which also takes the gaps between packets from the kernel's receive time stamps (they
stand for a capture). CPU is user and system time of the media worker's process while all calls run. At 50 calls pyVoIP
answers as many calls (by SIP) on the same machine in the same run; it records one channel. No call's audio goes on to a
speech worker (`ListenTo`): what that costs besides isn't in these figures.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np

from bench.pyvoip_peer import PyvoipPeer
from bench.report import Report
from models.settings import MediaSettings
from voice.media import media_protocol as protocol
from voice.media.media_client import MediaClient, MediaStream

OURS, THEIRS = "127.0.0.53", "127.0.0.54"
PORTS = "40000-41999"
PEER_CALLS = 50
_CPUCLOCK_SCHED = 2
_SETTLE = 1.5
"""Seconds at both ends that CPU isn't taken over."""


@dataclass
class Measured:
    """One engine with one number of calls."""

    engine: str
    calls: int
    failed: int
    """Refused, less than 95 % of the packets came, or the recording isn't whole."""
    lost_out: int
    """Packets missing at the callers, by sequence number."""
    lost_in: int
    """Packets of the callers that never came, by sequence number."""
    late_in: int
    """Those that came after their turn."""
    gap_p50_ms: float
    gap_p99_ms: float
    gap_max_ms: float
    cpu_percent: float
    """Of one core, of the process that has the media."""

    @property
    def cpu_per_call(self) -> float:
        return self.cpu_percent / self.calls


def cpu_seconds(pid: int) -> float:
    """Return user and system time of a process and its threads so far, to the nanosecond.

    From the process's own CPU clock (clock_getcpuclockid(3)): the ticks of /proc/PID/stat are samples, and a process
    that wakes by a timer is sampled awake too often.
    """
    return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)


class Result(TypedDict):
    """What `bench.rtp_load` answers."""

    received: list[int]
    lost: int
    gaps_ms: list[float]
    sent: int


class Load:
    """The other process."""

    def __init__(self, calls: int) -> None:
        command = [sys.executable, "-W", "ignore", "-c", "from bench.rtp_load import main; main()"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._say({"address": THEIRS, "calls": calls})
        assert self.process.stdout is not None
        self.ports: list[int] = json.loads(self.process.stdout.readline())["ports"]

    def begin(self, targets: list[tuple[str, int]], seconds: float) -> None:
        self._say({"targets": targets, "seconds": seconds})

    def result(self) -> Result:
        answer: Result = json.loads(self.process.communicate()[0])
        return answer

    def _say(self, order: dict[str, object]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()


async def ours(media: MediaClient, calls: int, seconds: float, directory: Path) -> Measured:
    """Measure the media worker with `calls` streams."""
    load = await asyncio.to_thread(Load, calls)
    streams = await _open(media, calls, load.ports, directory)
    load.begin([(stream.address, stream.port) for stream in streams], seconds)
    cpu = await _cpu_percent(media.figures()[0].pid, seconds)
    answer = await asyncio.to_thread(load.result)
    figures = [await stream.close() for stream in streams]
    await asyncio.sleep(1)
    measured = _measured("hotline", calls, seconds, answer, cpu)
    measured.lost_in = sum(each.packets_lost for each in figures)
    measured.late_in = sum(each.packets_late for each in figures)
    measured.failed += sum(not _is_recorded(directory / f"{stream.number}.wav", seconds) for stream in streams)
    return measured


async def theirs(calls: int, seconds: float) -> Measured:
    """Measure pyVoIP with the same load."""
    load = await asyncio.to_thread(Load, calls)
    peer = PyvoipPeer(OURS, THEIRS, seconds)
    try:
        targets = await asyncio.to_thread(peer.place_calls, load.ports)
        if len(targets) < calls:
            raise RuntimeError(f"pyVoIP answered {len(targets)} of {calls} calls")
        load.begin(targets, seconds)
        cpu = await _cpu_percent(peer.process.pid, seconds)
        answer = await asyncio.to_thread(load.result)
    finally:
        peer.close()
    return _measured("pyVoIP 1.6.8", calls, seconds, answer, cpu)


async def _cpu_percent(pid: int, seconds: float) -> float:
    """Return the mean share of a core that a process takes while the calls run, without their first and last part."""
    await asyncio.sleep(_SETTLE)
    before, measured = cpu_seconds(pid), max(seconds - 2 * _SETTLE, 1)
    await asyncio.sleep(measured)
    return 100 * (cpu_seconds(pid) - before) / measured


async def _open(media: MediaClient, calls: int, ports: list[int], directory: Path) -> list[MediaStream]:
    prompt = directory / "prompt.wav"
    with wave.open(str(prompt), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((8000 * np.sin(np.arange(80_000) * 0.3)).astype("<i2").tobytes())
    streams = []
    for place in range(calls):
        stream = await media.open(lambda event: None)
        streams.append(stream)
        stream.tell(protocol.SetRemote(stream.number, THEIRS, ports[place], "PCMU", 0, digits_payload_type=101))
        stream.tell(protocol.Play(stream.number, 1, [protocol.File(str(prompt), loop=True)]))
        stream.tell(protocol.Record(stream.number, str(directory / f"{stream.number}.wav")))
    return streams


def _is_recorded(path: Path, seconds: float) -> bool:
    with wave.open(str(path)) as file:
        channels: int = file.getnchannels()
        return channels == 2 and file.getnframes() >= 8000 * (seconds - 1)


def _measured(engine: str, calls: int, seconds: float, answer: Result, cpu: float) -> Measured:
    gaps = np.array(answer["gaps_ms"] or [0.0])
    p50, p99, worst = (float(each) for each in np.percentile(gaps, [50, 99, 100]))
    failed = sum(count < 0.95 * 50 * seconds for count in answer["received"])
    return Measured(engine, calls, failed, answer["lost"], 0, 0, p50, p99, worst, cpu)


async def measure(calls: list[int], seconds: float, with_peer: bool) -> list[Measured]:
    """Run every size, one after the other, each with a fresh media worker."""
    rows: list[Measured] = []
    for count in calls:
        with tempfile.TemporaryDirectory() as directory:
            rows.append(await _fresh(count, seconds, Path(directory)))
        if count == PEER_CALLS and with_peer:
            rows.append(await theirs(count, seconds))
    return rows


async def _fresh(calls: int, seconds: float, directory: Path) -> Measured:
    media = MediaClient(MediaSettings(ports=PORTS, workers=1), OURS)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(media.run())
        await media.ready()
        measured = await ours(media, calls, seconds, directory)
        running.cancel()
    return measured


def table(rows: list[Measured]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| engine | calls | failed | lost out / in / late | gap p50 / p99 / max ms | % of a core | per call |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.engine} | {row.calls} | {row.failed} | {row.lost_out} / {row.lost_in} / {row.late_in} | "
        f"{row.gap_p50_ms:.1f} / {row.gap_p99_ms:.1f} / {row.gap_max_ms:.1f} | {row.cpu_percent:.0f} | "
        f"{row.cpu_per_call:.3f} |"
        for row in rows
    ]
    return "\n".join(lines)


def report(rows: list[Measured], into: Report) -> None:
    """Add every row, with the bounds that the issue asks for."""
    for row in rows:
        ours_at_most = row.engine == "hotline" and row.calls == 400
        name = f"{row.engine}, {row.calls} calls"
        into.add(f"{name}: failed", row.failed, "calls", "<= 0" if row.engine == "hotline" else "")
        into.add(f"{name}: lost", row.lost_out + row.lost_in, "packets", "<= 0" if row.engine == "hotline" else "")
        into.add(f"{name}: gap p99", row.gap_p99_ms, "ms", "<= 23" if ours_at_most else "")
        into.add(f"{name}: per call", row.cpu_per_call, "% of a core", "<= 0.15" if ours_at_most else "")
    peers = [row for row in rows if row.engine != "hotline"]
    for peer in peers:
        us = next(row for row in rows if row.engine == "hotline" and row.calls == peer.calls)
        times = peer.cpu_per_call / max(us.cpu_per_call, 0.001)
        into.add(f"{peer.engine} takes, at {peer.calls} calls", times, "times our CPU", ">= 5")
    into.notes += table(rows).splitlines()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", default="50,100,200,400")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--short", action="store_true", help="5 s a size")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-peer", action="store_true", help="leave pyVoIP out")
    options = parser.parse_args()
    sizes = [int(each) for each in options.calls.split(",")]
    result = Report("capacity of the media plane", "prompt out, caller in, recording on; load from another process")
    rows = asyncio.run(measure(sizes, 6 if options.short else options.seconds, not options.no_peer))
    report(rows, result)
    return result.show()


if __name__ == "__main__":
    sys.exit(main())
