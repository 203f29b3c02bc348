"""The synthetic caller proven against sipp, before anything is proven with it."""

import asyncio
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from bench.telephone_network import listening
from models.errors import PeerFault
from tests.live_server import until
from voice.server_process import free_port
from voice.synthetic_caller import SyntheticCaller
from voice.wire_times import first_audible

pytestmark = pytest.mark.peer
ADDRESS = "127.0.0.61"
TONE = (np.sin(np.arange(4000) / 5) * 8000).astype(np.int16)


async def sipp(directory: Path, *arguments: str) -> tuple[asyncio.subprocess.Process, tuple[str, int]]:
    """Start sipp as a server for one call; return it and where it listens."""
    port = free_port(ADDRESS)
    where = ["-i", ADDRESS, "-p", str(port), "-mi", ADDRESS, "-mp", str(free_port(ADDRESS))]
    process = await asyncio.create_subprocess_exec(
        "sipp",
        *arguments,
        *where,
        *("-m", "1", "-nostdin", "-timeout", "75s", "-timeout_error"),
        cwd=directory,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await listening(ADDRESS, port)
    return process, (ADDRESS, port)


async def test_a_call_to_sipp_is_answered_heard_and_ended(tmp_path: Path) -> None:
    process, where = await sipp(tmp_path, "-sn", "uas", "-rtp_echo")
    async with SyntheticCaller(where, ADDRESS) as caller:
        echoes, lengths = [], []
        for _ in range(3):
            spoken = await caller.say(TONE)
            heard = await until(partial(first_audible, caller.heard, spoken.began), "the echo")
            echoes.append(heard - spoken.began)
            lengths.append(spoken.ended - spoken.began)
            await asyncio.sleep(0.3)
    # The machine may hold up one of them, but makes none faster.
    assert min(echoes) < 0.1
    assert min(lengths) == pytest.approx(0.48, abs=0.1)
    process.kill()  # it would wait 4 s for a BYE sent again
    await process.wait()


async def test_a_refused_call_says_with_which_code(tmp_path: Path) -> None:
    process, where = await sipp(tmp_path, "-sf", str(Path(__file__).parent / "busy.xml"))
    caller = SyntheticCaller(where, ADDRESS)
    with pytest.raises(PeerFault, match="486 Busy Here"):
        await caller.dial()
    assert caller.code == 486
    assert await asyncio.wait_for(process.wait(), 60) == 0
