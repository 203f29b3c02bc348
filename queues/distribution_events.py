"""What the distribution is told, and what it wants done: the values that go in and out. Times are seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from queues.desk import StoredDesk
from queues.plan import Agent, Queue
from queues.waiting_room import Caller, Credit


@dataclass(frozen=True)
class Stored:
    """What outlives the process: calls don't, but what is owed to callers and what agents did does."""

    desks: tuple[StoredDesk, ...] = ()
    credits: tuple[Credit, ...] = ()
    gaps: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    """Recent answers by queue, as `ExpectedWait` has them."""


# -- in ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    """A caller comes to wait."""

    caller: Caller


@dataclass(frozen=True)
class Left:
    """A caller is gone, whatever was going on; in a talk it ends the talk."""

    call_id: str
    why: str = "hung-up"
    """It leaves a credit; "hung-up" counts as abandoned, anything else ("stopped") was our own doing."""


@dataclass(frozen=True)
class Pressed:
    """A key of a caller who waits."""

    call_id: str
    key: str


@dataclass(frozen=True)
class AgentFree:
    """An agent is logged in, reachable, and wants calls; ends a wrap-up too."""

    agent: str
    idle_since: float | None = None
    """Since when there was nothing to do; None: from now on."""


@dataclass(frozen=True)
class AgentBusy:
    """An agent is logged in and may not be offered calls: paused, in training, on another call."""

    agent: str
    reason: str = ""


@dataclass(frozen=True)
class AgentGone:
    """An agent has logged out, or the phone can't be reached."""

    agent: str
    reason: str = ""


@dataclass(frozen=True)
class OfferTaken:
    """An agent has answered (and accepted by key, where the queue wants that)."""

    offer: str
    agent: str


@dataclass(frozen=True)
class OfferMissed:
    """An agent's phone has stopped ringing without an answer, or never rang."""

    offer: str
    agent: str
    why: str = "no-answer"
    """"unreachable" doesn't count towards the pause."""


@dataclass(frozen=True)
class TalkEnded:
    """A talk is over for this agent, however it ended."""

    call_id: str
    agent: str
    unheard: str = ""
    """How it ended that the caller never heard the agent: "lost" (the agent went) or "hung-up"; "": they talked."""


@dataclass(frozen=True)
class WrapUpOver:
    """An agent has finished the wrap-up before its time."""

    agent: str


@dataclass(frozen=True)
class Edited:
    """Queues and agents are others now; callers of a queue that is gone overflow as it said."""

    queues: Mapping[str, Queue]
    agents: Mapping[str, Agent]


@dataclass(frozen=True)
class DayBegan:
    """Calls and talk time of the day are counted anew."""


@dataclass(frozen=True)
class Tick:
    """Time has passed: see `Distribution.next_tick`."""


Event = (
    Joined | Left | Pressed | AgentFree | AgentBusy | AgentGone | OfferTaken | OfferMissed | TalkEnded | WrapUpOver
    | Edited | DayBegan | Tick
)  # fmt: skip

# -- out ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """Let these agents' phones ring; each ends in `OfferTaken`, `OfferMissed` or our `Withdraw`."""

    offer_id: str
    call_id: str
    agents: tuple[str, ...]
    ring_s: float


@dataclass(frozen=True)
class Withdraw:
    """Let that agent's phone ring no more, or hang up if it has just answered: somebody else has the caller."""

    offer_id: str
    agent: str

    @property
    def call_id(self) -> str:
        """Whom the offer was of."""
        return self.offer_id.rpartition("/")[0]


@dataclass(frozen=True)
class Summon:
    """Call somebody who waits away from the line: an agent is kept for them, until they come or `Left` is told.

    Who answers comes as a `Caller` whose `instead_of` is this `call_id`; whoever isn't reached joins again, away.
    """

    call_id: str
    agent: str
    score: Mapping[str, float] = field(default_factory=dict)
    """The parts of what brought them to the front, as `Place.score` has them."""


Kind = Literal["position", "callback"]


@dataclass(frozen=True)
class Announce:
    """Tell a caller something.

    "position": "position" (1 first), "low_s" and "high_s", each only if the queue tells it and it is known; "way_out":
    the key, where there is one; "first": whether it is the first. "callback": "key", which accepts it.
    """

    call_id: str
    kind: Kind
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Overflow:
    """A caller isn't served here: `to` as in `plan.Overflow.to`.

    "queue:NAME": still waits with us, in that queue now. Anything else: no longer waits, and whoever carries it out has
    the caller. "callback": `joined` is when the waiting began, with which a `Caller` who is away keeps the place.
    """

    call_id: str
    to: str
    why: str
    """full, closed, nobody, waited, removed, way-out or asked (for a callback)."""
    joined: float = 0.0


@dataclass(frozen=True)
class PauseAgent:
    """Pause an agent: nothing is offered any more until `AgentFree`."""

    agent: str
    reason: str


@dataclass(frozen=True)
class WrapUp:
    """An agent's talk is over; `seconds` of wrap-up begin, or 0: ready for the next at once."""

    agent: str
    seconds: float


@dataclass(frozen=True)
class WrappedUp:
    """The time of an agent's wrap-up is over: ready, unless something else was wished for meanwhile."""

    agent: str


@dataclass(frozen=True)
class Note:
    """Something for the journal; comes before the action that it tells of."""

    name: str
    queue: str = ""
    call_id: str = ""
    agent: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


Action = Offer | Summon | Withdraw | Announce | Overflow | PauseAgent | WrapUp | WrappedUp | Note
