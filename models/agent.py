"""An agent: a person with an extension who takes calls.

Offline until logging in; then ready, and offered a caller at a time. An offer is answered, missed or withdrawn
(somebody else was faster, the caller left). After the talk comes wrap-up, until the agent says ready or its time is
over. Pausing has a reason. Whoever may take several calls at a time stays "talking" while further ones are offered and
answered; only the end of the last one begins the wrap-up. An agent whose phone is lost (its registration ran out, its
OPTIONS are unanswered) is offline at once, from anywhere, and back when the phone is. The life ends when the agent is
removed.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class AgentState(StrEnum):
    OFFLINE = "offline"
    READY = "ready"
    OFFERED = "offered"
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    PAUSED = "paused"
    REMOVED = "removed"


class AgentMove(StrEnum):
    LOG_IN = "log-in"
    OFFER = "offer"
    MISS = "miss"
    WITHDRAW = "withdraw"
    ANSWER = "answer"
    END = "end"
    READY = "ready"
    PAUSE = "pause"
    LOG_OUT = "log-out"
    LOSE = "lose"
    REMOVE = "remove"


AGENT_LIFE = Life(
    noun="agent",
    start=AgentState.OFFLINE,
    table={
        (AgentState.OFFLINE, AgentMove.LOG_IN): AgentState.READY,
        (AgentState.OFFLINE, AgentMove.PAUSE): AgentState.PAUSED,
        (AgentState.OFFLINE, AgentMove.REMOVE): AgentState.REMOVED,
        (AgentState.READY, AgentMove.OFFER): AgentState.OFFERED,
        (AgentState.READY, AgentMove.PAUSE): AgentState.PAUSED,
        (AgentState.READY, AgentMove.LOG_OUT): AgentState.OFFLINE,
        (AgentState.READY, AgentMove.LOSE): AgentState.OFFLINE,
        (AgentState.OFFERED, AgentMove.ANSWER): AgentState.TALKING,
        (AgentState.OFFERED, AgentMove.MISS): AgentState.READY,
        (AgentState.OFFERED, AgentMove.WITHDRAW): AgentState.READY,
        (AgentState.OFFERED, AgentMove.PAUSE): AgentState.PAUSED,
        (AgentState.OFFERED, AgentMove.LOG_OUT): AgentState.OFFLINE,
        (AgentState.OFFERED, AgentMove.LOSE): AgentState.OFFLINE,
        (AgentState.TALKING, AgentMove.OFFER): AgentState.TALKING,
        (AgentState.TALKING, AgentMove.ANSWER): AgentState.TALKING,
        (AgentState.TALKING, AgentMove.MISS): AgentState.TALKING,
        (AgentState.TALKING, AgentMove.WITHDRAW): AgentState.TALKING,
        (AgentState.TALKING, AgentMove.END): AgentState.WRAP_UP,
        (AgentState.TALKING, AgentMove.LOSE): AgentState.OFFLINE,
        (AgentState.WRAP_UP, AgentMove.READY): AgentState.READY,
        (AgentState.WRAP_UP, AgentMove.PAUSE): AgentState.PAUSED,
        (AgentState.WRAP_UP, AgentMove.LOG_OUT): AgentState.OFFLINE,
        (AgentState.WRAP_UP, AgentMove.LOSE): AgentState.OFFLINE,
        (AgentState.PAUSED, AgentMove.READY): AgentState.READY,
        (AgentState.PAUSED, AgentMove.PAUSE): AgentState.PAUSED,
        (AgentState.PAUSED, AgentMove.LOG_OUT): AgentState.OFFLINE,
        (AgentState.PAUSED, AgentMove.LOSE): AgentState.OFFLINE,
    },
    ends=frozenset({AgentState.REMOVED}),
)


class Agent(Base):
    __tablename__ = "agent"

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`; the extension may be another person's later."""
    extension: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    ha1_md5: Mapped[str]
    """MD5(extension:realm:password) in hex; "" for none."""
    ha1_sha256: Mapped[str]
    realm: Mapped[str]
    """That the two were made for."""
    languages: Mapped[list[str]] = mapped_column(JSON)
    skills: Mapped[dict[str, int]] = mapped_column(JSON)
    """Level of each, 1 to 10."""
    cost: Mapped[float]
    capacity: Mapped[int]
    """Calls at a time."""
    team: Mapped[str]
    address: Mapped[str]
    """sip:… on the company's PBX; "" for a phone that registers with us."""
    enabled: Mapped[bool]
    supervises: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    """Teams whose agents' talks this one may listen to, from the own phone; "*": every one's."""
    edited_at: Mapped[datetime] = mapped_column(Moment)


class AgentPresence(Base):
    """What an agent does now: one row each, written with every change."""

    __tablename__ = "agent_presence"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str]
    reason: Mapped[str]
    """Of a pause, or why offline; "" for none."""
    since: Mapped[datetime] = mapped_column(Moment)
    missed: Mapped[int]
    """Offers missed in a row."""
    returns_to: Mapped[str]
    """ready or paused: what a lost phone's agent is again when the phone is back; "" where the agent logged out."""
    returns_reason: Mapped[str]
    after_call: Mapped[str]
    """paused or offline: what the agent asked to be once the talk is over; "" for nothing."""
    after_call_reason: Mapped[str]
    idle_since: Mapped[datetime] = mapped_column(Moment)
    """End of the last talk, or the log-in: who waits longest is offered first."""


class AgentChange(Base):
    """One change of an agent's state."""

    __tablename__ = "agent_change"
    __table_args__ = (Index("agent_change_by_agent", "agent_id", "id"), Index("agent_change_by_time", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[str]
    """No foreign key: history outlives who made it."""
    extension: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment)
    move: Mapped[str]
    state: Mapped[str]
    """What it led to."""
    reason: Mapped[str]
    by: Mapped[str]
    """phone, command, api, queues or registrar."""
    call_id: Mapped[str]
    """Of the caller whom it is about; "" for none."""
