"""Runs a sipp scenario of tests/peers/sip against an address, or waits with one for our call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.telephone_network import listening
from tests.peers.bare_stack import free_port

SCENARIOS = Path(__file__).parent / "sip"


class Sipp:
    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process, self._log = process, log

    async def passed(self, seconds: float = 90) -> None:
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
        *("-nostdin", "-timeout", "75", "-timeout_error", "-trace_err", "-error_file", str(log)),
        *(options or ("-m", "1")),
        cwd=directory,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        if not towards:
            await listening(host, port)
        yield Sipp(process, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
