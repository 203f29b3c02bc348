"""What one agent does, and what becomes of it: a value and the moves that lead to the next one. Pure.

Times are Unix seconds. A wish (ready, paused, offline) is what the agent or a supervisor wants; in the middle of a talk
it waits for the end of it, and where the phone can't be reached, for the phone.
"""

from dataclasses import dataclass, replace
from typing import Literal

from models.agent import AGENT_LIFE, AgentMove, AgentState
from models.life import ImpossibleMove

Wish = Literal["ready", "paused", "offline"]
WISHES: tuple[Wish, ...] = ("ready", "paused", "offline")
RESTARTED = "server restarted"
"""Why somebody is offline who was ready when the server stopped."""
SOON_S = 120.0
"""Within which a phone must be back after a restart for the agent to have been idle all the time."""
NO_PHONE = "phone not reachable"
"""Why somebody is offline who didn't log out."""
MISSED = "offers missed"
"""Why somebody is paused who didn't ask for it."""


@dataclass(frozen=True)
class Presence:
    """One agent's state with all that belongs to it."""

    state: AgentState = AgentState.OFFLINE
    reason: str = ""
    """Of a pause; or why offline."""
    since: float = 0.0
    missed: int = 0
    """Offers missed in a row."""
    returns_to: str = ""
    """ready or paused, where the phone is lost; ""."""
    returns_reason: str = ""
    after_call: str = ""
    """paused or offline: wished for during a talk."""
    after_call_reason: str = ""
    idle_since: float = 0.0
    """Since when there was nothing to do: the end of the last talk, or becoming ready."""

    @property
    def logged_in(self) -> bool:
        """Whether the agent wants to work, even if the phone can't be reached."""
        return self.state is not AgentState.OFFLINE or bool(self.returns_to)


def moved(presence: Presence, move: AgentMove, now: float, reason: str = "") -> Presence:
    """Return what `move` makes of it; raise `ImpossibleMove` where the life has no such move."""
    state = AGENT_LIFE.next(presence.state, move)
    since = presence.since if state is presence.state and reason == presence.reason else now
    after = replace(presence, state=state, reason=reason, since=since)
    match move:
        case AgentMove.MISS:
            return replace(after, missed=presence.missed + 1)
        case AgentMove.ANSWER:
            return replace(after, missed=0)
        case AgentMove.LOG_IN | AgentMove.READY:
            return replace(_settled(after), missed=0, idle_since=now)
        case AgentMove.PAUSE | AgentMove.LOG_OUT:
            return _settled(after)
        case AgentMove.END:
            return replace(after, idle_since=now)
        case _:
            return after


def _settled(presence: Presence) -> Presence:
    """Nothing that was wished for before counts any more."""
    return replace(presence, returns_to="", returns_reason="", after_call="", after_call_reason="")


def wished(presence: Presence, wish: Wish, now: float, reason: str = "", reachable: bool = True) -> Presence:
    """Return what somebody's wish makes of it; what can't be yet is kept for later."""
    if presence.state is AgentState.TALKING:
        later = "" if wish == "ready" else wish
        return replace(presence, after_call=later, after_call_reason=reason if later else "")
    if wish == "offline":
        if presence.state is AgentState.OFFLINE:
            return replace(_settled(presence), reason=reason)
        return moved(presence, AgentMove.LOG_OUT, now, reason)
    if not reachable:
        return _waiting_for_the_phone(presence, wish, now, reason)
    if wish == "paused":
        return moved(presence, AgentMove.PAUSE, now, reason)
    if presence.state is AgentState.OFFLINE:
        return moved(presence, AgentMove.LOG_IN, now, reason)
    if presence.state in (AgentState.PAUSED, AgentState.WRAP_UP):
        return moved(presence, AgentMove.READY, now, reason)
    return presence


def _waiting_for_the_phone(presence: Presence, wish: Wish, now: float, reason: str) -> Presence:
    lost = phone_lost(presence, now)
    return replace(lost, returns_to=wish, returns_reason=reason)


def phone_lost(presence: Presence, now: float, reason: str = NO_PHONE) -> Presence:
    """Return it offline, with what it is again when the phone is back."""
    if not AGENT_LIFE.allows(presence.state, AgentMove.LOSE):
        return presence
    lost = moved(presence, AgentMove.LOSE, now, reason)
    if presence.after_call == "offline":
        return replace(_settled(lost), reason=presence.after_call_reason)
    if presence.state is AgentState.PAUSED:
        return replace(_settled(lost), returns_to="paused", returns_reason=presence.reason)
    if presence.after_call == "paused":
        return replace(_settled(lost), returns_to="paused", returns_reason=presence.after_call_reason)
    return replace(_settled(lost), returns_to="ready")


def phone_back(presence: Presence, now: float) -> Presence:
    """Return what it was before the phone was lost; as it is where the agent had logged out."""
    if presence.state is not AgentState.OFFLINE or not presence.returns_to:
        return presence
    if presence.returns_to == "paused":
        return moved(presence, AgentMove.PAUSE, now, presence.returns_reason)
    back = moved(presence, AgentMove.LOG_IN, now)
    # The phone rang for nobody meanwhile, but the agent was there.
    restarted = presence.reason == RESTARTED and now - presence.since <= SOON_S
    return replace(back, idle_since=presence.idle_since) if restarted else back


def wrapped_up(presence: Presence, now: float) -> Presence:
    """Return what comes after the wrap-up: what was wished for during the talk, else ready."""
    if presence.state is not AgentState.WRAP_UP:
        raise ImpossibleMove(f"An agent that is {presence.state} has no wrap-up to finish.")
    if presence.after_call == "paused":
        return moved(presence, AgentMove.PAUSE, now, presence.after_call_reason)
    if presence.after_call == "offline":
        return moved(presence, AgentMove.LOG_OUT, now, presence.after_call_reason)
    return moved(presence, AgentMove.READY, now)


def told_of(extension: str, presence: Presence, wish: Wish) -> str:
    """Return what became of a wish, as a sentence."""
    reason = f" ({presence.reason})" if presence.reason else ""
    if presence.after_call:
        return f"Agent {extension} talks, and is {presence.after_call} after that."
    if presence.returns_to and wish != "offline":
        return f"Agent {extension} is {presence.returns_to} as soon as the phone can be reached."
    return f"Agent {extension} is {presence.state}{reason}."
