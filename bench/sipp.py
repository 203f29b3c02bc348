"""sipp as a crowd of short calls, and its own count of what failed."""

import asyncio
import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Crowd:
    """What sipp says when it is done."""

    succeeded: int
    failed: int
    retransmissions: int


async def crowd(server: tuple[str, int], address: str, *, calls: int, rate: float, hold_ms: int) -> Crowd:
    """Place `calls` calls of `hold_ms` from `address`, `rate` of them a second (sipp's own uac scenario, no RTP)."""
    with tempfile.TemporaryDirectory() as directory:
        process = await asyncio.create_subprocess_exec(
            *("sipp", "-sn", "uac", f"{server[0]}:{server[1]}", "-i", address, "-mi", address, "-s", "hotline"),
            *("-m", str(calls), "-r", str(rate), "-d", str(hold_ms), "-l", str(calls), "-nostdin"),
            *("-trace_stat", "-stf", "stat.csv", "-fd", "1", "-timeout", f"{calls / rate + hold_ms / 1000 + 60:.0f}s"),
            cwd=directory,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await process.wait()
        rows = list(csv.DictReader((Path(directory) / "stat.csv").open(encoding="utf-8"), delimiter=";"))
    last = rows[-1]
    return Crowd(int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]), int(last["Retransmissions(C)"]))
