"""A caller goes on from one agent to another: the new one is rung while the caller hears music, or it fails.

Where it fails, the caller is told and comes back to who sent them: the agent who is still there, or their phone rings
again. What is known of the caller (`Guest.handover`) stays with them on every hop.
"""

from dataclasses import dataclass

from dialplans.exchange import Say
from models.cause import Cause
from models.errors import CannotDo
from voice.people import AgentCall, Guest, Shown, Transfer, Where
from voice.placing import CallRefused
from voice.standing_prompts import NOT_REACHED, prompt

BACK_RINGS_S = 20.0
"""Seconds for which the phone of who sent the caller rings when the caller comes back."""


@dataclass(frozen=True)
class HandedOn:
    """What became of a transfer."""

    call: AgentCall | None
    """Whom the caller talks to next: the new person, or who sent the caller; None: neither is there."""
    done: bool
    """Whether it is the new person."""
    why: str = ""
    """Where it failed: why, in words for the record."""


async def hand_on(
    guest: Guest, agent: AgentCall, transfer: Transfer, where: Where | None, shown: Shown, ring_seconds: float
) -> HandedOn:
    """Take the caller from `agent`, whose talk ended by `transfer`, to who is reached at `where`.

    An attended transfer needs no `where`: the leg to it is there, and may still ring.
    """
    call = transfer.call
    if call is None:
        assert where is not None, "an unattended transfer leads somewhere"
        call = guest.call(where, shown, ring_seconds)
    try:
        await call.answered()
    except (CallRefused, CannotDo) as fault:
        guest.event("transfer-failed", to=transfer.to, why=str(fault))
        agent.transfer_goes(_code(fault), "Not reached")
        await guest.say(Say((prompt(NOT_REACHED, guest.language),), barge_in=False))
        return await _back(guest, agent, transfer, shown, str(fault))
    except BaseException:
        call.hang_up(Cause.CANCELLED)
        raise
    lets_go(agent)
    guest.event("transferred", to=transfer.to, attended=transfer.attended)
    return HandedOn(call, True)


def lets_go(agent: AgentCall) -> None:
    """The transfer that `agent` asked for is settled well: their part in the call is over."""
    agent.transfer_goes(200, "OK")
    agent.hang_up(Cause.AGENT_HUNG_UP)


async def _back(guest: Guest, agent: AgentCall, transfer: Transfer, shown: Shown, why: str) -> HandedOn:
    if agent.up:
        return HandedOn(agent, False, why)
    back = guest.call(transfer.by, shown, BACK_RINGS_S)
    try:
        await back.answered()
    except (CallRefused, CannotDo) as fault:
        return HandedOn(None, False, f"{why} Back: {fault}")
    except BaseException:
        back.hang_up(Cause.CANCELLED)
        raise
    return HandedOn(back, False, why)


def _code(fault: Exception) -> int:
    """Return the final code that the phone is told in its NOTIFY."""
    return fault.code if isinstance(fault, CallRefused) and 400 <= fault.code < 700 else 480
