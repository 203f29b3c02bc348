"""What a dialler stands on: calls, lines, agents, the law, the database and the clocks, as it sees them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from campaigns.lead_row import Happened
from campaigns.lead_store import LeadStore
from campaigns.line_book import LineBook
from campaigns.pacing import Floor
from campaigns.permission import Permission
from campaigns.rate_limit import RateLimit
from dialplans.flow import Flow
from models.cause import Cause
from voice.call_outcome import Outcome
from voice.campaign_call import Outgoing


class Calls(Protocol):
    """Places calls (`voice.campaign_call.CampaignCalls`)."""

    async def prepare(self, flow: Flow) -> list[str]: ...
    def refusal(self) -> str: ...
    async def call(self, outgoing: Outgoing) -> Outcome: ...
    def hang_up(self, call_id: str, cause: Cause = ...) -> None: ...


class Agents(Protocol):
    """The agents of queues, as far as campaigns need them (`server.py` binds it)."""

    def floor(self, queue: str) -> Floor:
        """Return how the agents of a queue are now."""

    def hinders(self, queue: str, extension: str) -> str:
        """Return why an agent can't be shown who is called for `queue`, as a sentence; "": nothing does."""

    def follow(self, queue: str, listener: "Callable[[str, float], None]") -> Callable[[], None]:
        """Let `listener` hear of "talked" and "wrapped-up" with their seconds, and "free"; return how to stop it."""


class NoAgents:
    """Where there are no queues: a robot needs none."""

    def floor(self, queue: str) -> Floor:
        """Return an empty floor."""
        return Floor(0)

    def hinders(self, queue: str, extension: str) -> str:
        """There are no agents."""
        return f"There is no agent {extension}."

    def follow(self, queue: str, listener: "Callable[[str, float], None]") -> Callable[[], None]:
        """Nothing ever happens."""
        return lambda: None


@dataclass
class Ports:
    """What a dialler stands on; one set for all of a server."""

    store: LeadStore
    permission: Permission
    calls: Calls
    lines: LineBook
    agents: Agents
    whole: RateLimit
    """Calls of all campaigns together."""
    flow: Callable[[str], Awaitable[Flow]]
    """Returns the flow of that name; raises `OperatorFault`."""
    work: Callable[..., Awaitable[Any]]
    """Runs something that blocks on the database, apart from the loop."""
    tell: Callable[[Happened], None]
    """Told of what happened, when it is written."""
    clock: Callable[[], float]
    """Unix seconds: what the law goes by."""
    steady: Callable[[], float]
    """Seconds that don't jump: what pacing and rates go by."""
    node: str
    """Who leases."""
