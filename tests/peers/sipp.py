"""Runs a sipp scenario of tests/peers/sip against an address, or waits with one for our call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.peers.bare_stack import free_port

SCENARIOS = Path(__file__).parent / "sip"


class Sipp:
    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process, self._log = process, log

    async def passed(self, seconds: float = 30) -> None:
        """Wait for its end and assert that every call went as the scenario says."""
        code = await asyncio.wait_for(self._process.wait(), seconds)
        errors = self._log.read_text() if self._log.exists() else ""
        assert code == 0, f"sipp ended with {code}: {errors[-2000:]}"


@asynccontextmanager
async def sipp(
    scenario: str, directory: Path, *options: str, towards: str = "", host: str = "127.0.0.32", port: int = 0
) -> AsyncIterator[Sipp]:
    """Run a scenario: as caller with `towards`, as callee listening on `port` without."""
    log = directory / f"{scenario}.errors"
    process = await asyncio.create_subprocess_exec(
        "sipp",
        *([towards] if towards else []),
        *("-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", host, "-p", str(port or free_port(host)), "-mi", host),
        *("-nostdin", "-timeout", "25", "-timeout_error", "-trace_err", "-error_file", str(log)),
        *(options or ("-m", "1")),
        cwd=directory,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        if not towards:
            await _listens(host, port)
        yield Sipp(process, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(host: str, port: int) -> None:
    wanted = f"{int.from_bytes(bytes(map(int, host.split('.'))), 'little'):08X}:{port:04X}"
    async with asyncio.timeout(5):
        while wanted not in await asyncio.to_thread(Path("/proc/net/udp").read_text):
            await asyncio.sleep(0.01)
