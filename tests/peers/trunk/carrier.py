"""sipp playing a carrier: one process a scenario, ended by its number of calls or by us."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

from bench.telephone_network import listening
from voice.sip.address import host_and_port

HERE = Path(__file__).parent


class Carrier:
    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process, self._log = process, log

    async def finished(self) -> int:
        """Exit code once all calls are over: 0 where every one went by the scenario."""
        await asyncio.wait_for(self._process.wait(), 90)
        return self._process.returncode or 0

    def received(self, method: str) -> list[str]:
        """Requests of one method that came in, whole."""
        if not self._log.exists():
            return []
        messages = re.split(r"-{20,}[^\n]*\n", self._log.read_text())
        bodies = [message.partition("\n\n")[2] for message in messages if "message received" in message]
        return [body.lstrip() for body in bodies if body.lstrip().startswith(method + " ")]


@contextlib.asynccontextmanager
async def carrier(scenario: str, place: str, directory: Path, calls: int = 1) -> AsyncIterator[Carrier]:
    """Run `trunk/SCENARIO.xml` as the called side at `place`, an address of 127.0.0.0/8 with port."""
    address, port = host_and_port(place, "a test's carrier")
    log = directory / f"{scenario}-{address}.log"
    process = await asyncio.create_subprocess_exec(
        "sipp",
        *("-sf", str(HERE / f"{scenario}.xml"), "-i", address, "-p", str(port), "-mi", address),
        *("-m", str(calls), "-timeout", "75", "-timeout_error", "-nostdin", "-trace_msg", "-message_file", str(log)),
        cwd=directory,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await listening(address, port)
        yield Carrier(process, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
