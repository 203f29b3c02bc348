"""A telephone network by sipp, and a campaign for it: what becomes of a call is in the last digit of the number."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from campaigns.campaign_rows import StoredCampaign, campaign_named, moved, put_campaign
from campaigns.line_plan import Line
from campaigns.plan import plan_of
from models.campaign import CampaignMove
from models.database import migrate, open_engine, table_of
from models.lead import Lead
from models.line import Line as LineRow
from models.writing import writing

SCENARIO = Path(__file__).parents[1] / "tests" / "peers" / "sip" / "telephone_network.xml"
BECOMES = {
    "0": "busy", "1": "busy", "2": "no-answer", "3": "no-such-number", "4": "declined", "5": "congestion",
    "6": "hung-up-early", "7": "completed", "8": "completed", "9": "completed",
}  # fmt: skip
"""By the last digit."""


@dataclass(frozen=True)
class Invite:
    """A call as the network saw it come."""

    at: float
    """Unix seconds."""
    number: str
    """E.164 with "+"."""
    call_id: str


@dataclass(frozen=True)
class Span:
    """A call as the network saw it come and end."""

    at: float
    """Unix seconds."""
    until: float | None
    """None: it isn't over; who called may be gone."""
    number: str
    """E.164 with "+"."""


class Network:
    """The running network, and what it saw."""

    def __init__(self, address: str, port: int, log: Path) -> None:
        self.address, self.port, self._log = address, port, log

    def _lines(self) -> list[list[str]]:
        return [line.split() for line in self._log.read_text().splitlines()] if self._log.exists() else []

    def invites(self) -> list[Invite]:
        """Return the calls that came, in order."""
        return [
            Invite(float(one[1]) + float(one[2]) / 1e6, f"+{one[3]}", one[4])
            for one in self._lines()
            if len(one) == 5 and one[0] == "INVITE"
        ]

    def spans(self) -> list[Span]:
        """Return all calls, in order; a number is believed to have one at a time."""
        found: list[Span] = []
        running: dict[str, int] = {}
        for one in self._lines():
            if len(one) < 4 or one[0] not in ("INVITE", "OVER"):
                continue
            at, number = float(one[1]) + float(one[2]) / 1e6, f"+{one[3]}"
            if one[0] == "INVITE":
                running[number] = len(found)
                found.append(Span(at, None, number))
            elif number in running:
                index = running.pop(number)
                found[index] = Span(found[index].at, at, number)
        return found

    def at_once(self) -> int:
        """Return the most calls that were there at a time, by the order in which they came and ended."""
        most = here = 0
        for one in self._lines():
            here += {"INVITE": 1, "OVER": -1}.get(one[0], 0) if one else 0
            most = max(most, here)
        return most


@asynccontextmanager
async def telephone_network(
    address: str, port: int, directory: Path, scenario: Path = SCENARIO
) -> AsyncIterator[Network]:
    """Answer calls to `address` as `scenario` has it while the block runs; sounds are files in `directory`."""
    log = directory / "network.log"
    process = await asyncio.create_subprocess_exec(
        "sipp", "-sf", str(scenario), "-i", address, "-p", str(port), "-mi", address, "-nostdin", "-trace_logs",
        "-log_file", str(log), cwd=directory, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await listening(address, port)
        yield Network(address, port, log)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def listening(address: str, port: int) -> None:
    """Return when somebody listens at an IPv4 address's UDP port; raise `TimeoutError` where nobody does for 20 s."""
    wanted = f"{int.from_bytes(bytes(map(int, address.split('.'))), 'little'):08X}:{port:04X}"
    for _ in range(2000):
        if wanted in await asyncio.to_thread(Path("/proc/net/udp").read_text):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError(f"Nobody listens at {address}:{port}.")


def prepare(
    url: str, plan: Mapping[str, Any], numbers: Iterable[str], lines: Iterable[Mapping[str, Any]], start: bool = True
) -> StoredCampaign:
    """Write a campaign, its leads and lines into a database, made where there is none; start it."""
    engine, now = open_engine(url), datetime.now(UTC)
    migrate(engine)
    blank = {
        "numbers": [], "number_index": 0, "name": "", "language": "", "timezone": "Asia/Shanghai", "region": "CN",
        "variables": {}, "priority": 50, "rank": 50, "state": "new", "due_at": now, "attempts": 0, "tries": {},
        "lease_by": "", "disposition": "", "grade": "", "line": "", "source": "", "imported_at": now,
    }  # fmt: skip
    with writing(engine) as connection:
        put_campaign(connection, plan_of(plan), plan, now)
        stored = campaign_named(connection, plan["name"])
        rows = [{**blank, "campaign_id": stored.id, "number": number} for number in numbers]
        connection.execute(insert(table_of(Lead)), rows)
        for line in lines:
            Line.model_validate(line)
            settings = {key: value for key, value in line.items() if key != "name"}
            connection.execute(insert(table_of(LineRow)).values(name=line["name"], settings=settings, edited_at=now))
        if start:
            moved(connection, stored.id, CampaignMove.START, now)
    engine.dispose()
    return stored
