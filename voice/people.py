"""Persons as a call sees them: where one is reached, the caller who waits for one, and the port of who finds them.

`People.take` is the errand of a caller whom a flow hands over. It is given a `Guest`, the caller's call while that
lasts: music, announcements, keys, calls to persons, and the talk with one. Who waits how long, and who is asked, is not
known here (that is `queues`); `server.py` binds it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from dialplans.exchange import Done, Handover, Say
from models.cause import Cause
from voice.line import Party

# -- where somebody is reached -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Extension:
    """A phone that is registered with us."""

    user: str


@dataclass(frozen=True)
class Address:
    """A SIP address, as on the company's PBX."""

    uri: str


@dataclass(frozen=True)
class Number:
    """A number through a trunk, as the trunk's policy allows."""

    number: str
    line: str = ""
    """Name of the trunk; "": the first that can."""


Where = Extension | Address | Number

Find = Callable[[str], Where | None]
"""Where somebody is whose extension or number an agent keyed, or named in a transfer; raises `CannotDo`, in words.

None: it is known and no phone (a queue), so that only an unattended transfer leads there.
"""


@dataclass(frozen=True)
class Shown:
    """What the display of a phone shows while it rings."""

    number: str
    name: str
    """The caller, the queue and how long they waited, in a few words ("billing 0:42")."""


# -- the leg to a person -------------------------------------------------------------------------------------


class AgentCall(Protocol):
    """One leg to a person; it rings from the beginning. Its events stay inside."""

    id: str
    where: Where

    @property
    def up(self) -> bool:
        """Whether it is answered and not over."""

    async def answered(self) -> None:
        """Return when it is answered; raise `CallRefused` (busy, declined, no answer) or `CannotDo` (not there)."""

    async def ended(self) -> None:
        """Return when it is over."""

    async def whisper(self, say: Say) -> None:
        """Say what only the agent hears; return when it is said. Raises `CannotDo` where the agent is gone.

        The caller waits meanwhile: what isn't ready soon (`Guest.foresee`) is left out.
        """

    async def key(self, seconds: float) -> str:
        """Return the next key that the agent presses, "" when none came. Raises `CannotDo` where they are gone."""

    def transfer_goes(self, code: int, words: str) -> None:
        """Tell the phone how the transfer goes that it asked for; from 200 on that is settled (nothing, by keys)."""

    def hang_up(self, cause: Cause) -> None:
        """End it however far it got. Idempotent."""


@dataclass(frozen=True)
class Transfer:
    """A talk's agent wants the caller to go on to somebody else."""

    to: str
    """Name of an extension or queue, or a number, as the agent keyed it or their phone named it."""
    attended: bool
    """Both talked to the new person first (or ring there): `call` is the leg to them."""
    by: Where
    """Whose phone asked for it: who gets the caller back where it fails."""
    call: AgentCall | None = None
    """Where attended: whom the caller talks to next; it may still ring."""


@dataclass(frozen=True)
class Talked:
    """How a talk ended."""

    seconds: float
    ended_by: Literal["caller", "agent", "transfer", "lost", "server"]
    """"lost": the agent's phone died; the caller was told so, and is still there."""
    transfer: Transfer | None = None
    """Where it ended by one. Unless attended, the agent's leg may still be up, until the transfer is settled."""
    why: str = ""


# -- the caller --------------------------------------------------------------------------------------------


class Guest(Protocol):
    """A caller, while a person is found and while both talk.

    Who hangs up while waiting cancels `People.take`; in a talk that ends with `ended_by` "caller", and the errand has
    a second to come to its end before it is cancelled.
    """

    call_id: str
    caller: Party
    called: Party
    language: str
    handover: Handover

    @property
    def hung_up(self) -> bool:
        """Whether the caller hung up; a call that we end (a server that stops, a limit) isn't the caller's doing."""

    def music(self, file: str = "") -> None:
        """Play on, round and round, until there is something else to hear; "": hold tones."""

    async def say(self, say: Say) -> None:
        """Announce something; music goes on after it. Returns when it is said."""

    async def key(self, seconds: float) -> str:
        """Return the next key that the caller presses, "" when none came."""

    async def helped(self, own_key: Callable[[], str]) -> None:
        """Let the robot help meanwhile, where the flow says how; return when it has, at once where it hasn't to.

        What is learned is in `handover` at once. `own_key` tells which key stays with who waits for keys.
        """

    def when_learned(self, hear: Callable[[], None]) -> None:
        """Have `hear` called whenever `handover` says more than before; in place of whoever was called so far."""

    def found(self) -> None:
        """Somebody has the caller: a robot that still helps says so and ends that, before `talk` begins."""

    def foresee(self, says: Sequence[Say], *, rings: bool = False) -> None:
        """Have the sound made already of what agents will be told, while nobody waits for it, until the caller is gone.

        What was foreseen before and isn't made yet is left. `rings`: for agents whose phones ring, so before what is
        made for callers who only wait.
        """

    def event(self, name: str, **data: Any) -> None:
        """Write a dated fact into the call's record."""

    def call(self, where: Where, shown: Shown, ring_seconds: float) -> AgentCall:
        """Begin to call a person at once; what is wrong with it is said by `AgentCall.answered`."""

    async def talk(
        self, agent: AgentCall, agent_name: str, find: Find | None = None, *, swapped: bool = False
    ) -> Talked:
        """Let caller and agent hear each other until one of them ends it or sends the caller on.

        `swapped`: the guest is an agent of ours, `agent` a customer whom we called: so they are on record.

        `agent` was answered. `find` knows whom transfers and consultations may lead to; without, there are none.
        """


class People(Protocol):
    """Who finds a person for a caller."""

    async def take(self, guest: Guest) -> Done:
        """Return when the caller is back, or can't be helped: its values are the flow's, `why` is for the record."""
