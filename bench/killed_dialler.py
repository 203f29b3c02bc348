"""The process that `campaign_kills` kills: the real dialler on a real database, its calls datagrams to the bench."""

import asyncio
import random
import socket
import time
from typing import Any

from campaigns.campaign_rows import campaign_named
from campaigns.dialer import Dialer
from campaigns.dialer_ports import NoAgents, Ports
from campaigns.lead_store import LeadStore
from campaigns.line_book import LineBook
from campaigns.line_plan import Line
from campaigns.permission import Permission
from campaigns.rate_limit import RateLimit
from dialplans.flow import Flow
from dialplans.loader import loads
from models.cause import Cause
from models.database import moment, open_engine
from models.settings import LineSettings
from voice.call_outcome import Outcome
from voice.campaign_call import Outgoing, Progress

FLOW = "languages: [en]\nsteps:\n  - step: hello\n    hangup: Hello and goodbye.\n"
OUTCOMES = (
    ("busy", Outcome("", Cause.BUSY, 486, ringing_s=0.01)),
    ("completed", Outcome("", Cause.ROBOT_HUNG_UP, ringing_s=0.01, answered_s=0.05, talk_s=20.0, turns=4)),
)


class _Calls:
    """The calls of the process: a datagram for each, and what comes of it by the number."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))

    def say(self, words: str) -> None:
        self._socket.send(words.encode())

    async def prepare(self, flow: Flow) -> list[str]:
        return []

    def refusal(self) -> str:
        return ""

    def hang_up(self, call_id: str, cause: Cause = Cause.OPERATOR_HUNG_UP) -> None:
        raise AssertionError("nobody asks for it here")

    async def call(self, outgoing: Outgoing) -> Outcome:
        self.say(f"call {outgoing.attempt} {outgoing.permit.number}")
        outgoing.on_progress(Progress("placed", outgoing.attempt, 0.0))
        await asyncio.sleep(random.uniform(0.02, 0.3))
        return OUTCOMES[int(outgoing.permit.number[-1]) % 2][1]


async def dial(url: str, port: int) -> None:
    """Be the process that is killed."""
    engine, calls = open_engine(url), _Calls(port)
    with engine.connect() as connection:
        stored = campaign_named(connection, "kills")
    store = LeadStore(engine)
    store.recover("here", moment(time.time()))

    async def flow(name: str) -> Flow:
        return loads(FLOW, "kills.yaml")

    async def work(what: Any, *args: Any, **values: Any) -> Any:
        return await asyncio.to_thread(what, *args, **values)

    book = LineBook([Line(name="network")], LineSettings(seed=1), time.time())
    ports = Ports(
        store, Permission(engine), calls, book, NoAgents(), RateLimit(), flow, work, lambda event: None, time.time,
        time.monotonic, "here",
    )  # fmt: skip
    calls.say("ready")
    await Dialer(stored, ports).run()


def be_killed(url: str, port: int) -> None:
    """Be the process that is killed."""
    asyncio.run(dial(url, port))
