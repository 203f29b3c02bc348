"""A server with a bench's flow and a fresh data directory, and calls to it."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bench.records import HeardTurn, Records
from voice.server_process import ServerProcess
from voice.synthetic_caller import SyntheticCaller

ADDRESS = "127.0.0.62"
FLOWS = Path(__file__).parent / "flows"


@asynccontextmanager
async def hotline(
    flow: str, settings: Mapping[str, str] | None = None, address: str = ADDRESS
) -> AsyncIterator[tuple[ServerProcess, Records]]:
    """Serve `bench/flows/FLOW.yaml` while the block runs; yield the server and its records."""
    directory = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    given = {
        "DIALPLAN__ROUTES": json.dumps([{"called": "*", "flow": str(FLOWS / f"{flow}.yaml")}]),
        "LOG__LEVEL": "warning",
        # All callers of a bench share one address, which is nobody's that the server knows.
        "SIP__GUARD__MAX_CALLS": "0",
        "LIMITS__DRAIN_SECONDS": "5",
        **(settings or {}),
    }
    server = ServerProcess(directory, address, given)
    try:
        async with server:
            yield server, Records(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def until(condition: Callable[[], bool], patience: float = 20.0) -> bool:
    """Wait until `condition` holds; tell whether it came to that."""
    for _ in range(round(patience / 0.05)):
        if condition():
            return True
        await asyncio.sleep(0.05)
    return False


async def turns_of(records: Records, caller: SyntheticCaller) -> list[HeardTurn]:
    """Return the turns of `caller`'s call once its record is closed."""

    def closed() -> bool:
        return records.is_closed(caller.number)

    await until(closed)
    return records.turns(records.call_of(caller.number))
