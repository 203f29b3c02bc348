"""The synthetic caller proven against sipp, before anything is proven with it."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from models.errors import PeerFault
from voice.server_process import free_port
from voice.synthetic_caller import SyntheticCaller
from voice.wire_times import first_audible

pytestmark = pytest.mark.peer
ADDRESS = "127.0.0.61"
TONE = (np.sin(np.arange(4000) / 5) * 8000).astype(np.int16)


def listens(port: int) -> bool:
    return f":{port:04X} " in Path("/proc/net/udp").read_text()


async def sipp(directory: Path, *arguments: str) -> tuple[asyncio.subprocess.Process, tuple[str, int]]:
    """Start sipp as a server for one call; return it and where it listens."""
    port = free_port(ADDRESS)
    where = ["-i", ADDRESS, "-p", str(port), "-mi", ADDRESS, "-mp", str(free_port(ADDRESS))]
    process = await asyncio.create_subprocess_exec(
        "sipp",
        *arguments,
        *where,
        *("-m", "1", "-nostdin", "-timeout", "20s", "-timeout_error"),
        cwd=directory,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    for _ in range(100):
        if listens(port):
            return process, (ADDRESS, port)
        await asyncio.sleep(0.05)
    raise AssertionError("sipp does not listen")


async def test_a_call_to_sipp_is_answered_heard_and_ended(tmp_path: Path) -> None:
    process, where = await sipp(tmp_path, "-sn", "uas", "-rtp_echo")
    async with SyntheticCaller(where, ADDRESS) as caller:
        spoken = await caller.say(TONE)
        await asyncio.sleep(0.2)
        heard = first_audible(caller.heard, spoken.began)
    assert heard is not None
    assert heard - spoken.began < 0.1
    assert spoken.ended - spoken.began == pytest.approx(0.48, abs=0.1)
    process.kill()  # it would wait 4 s for a BYE sent again
    await process.wait()


async def test_a_refused_call_says_with_which_code(tmp_path: Path) -> None:
    process, where = await sipp(tmp_path, "-sf", str(Path(__file__).parent / "busy.xml"))
    caller = SyntheticCaller(where, ADDRESS)
    with pytest.raises(PeerFault, match="486 Busy Here"):
        await caller.dial()
    assert caller.code == 486
    assert await asyncio.wait_for(process.wait(), 10) == 0
