"""A lead: one person on a campaign's list.

A new lead is leased by a dialler, which has it for a short time only: a lease that runs out puts the lead back, so a
dialler that is killed loses none. Right before its call the law is asked; who may not be called now waits, who may
never be called is refused. A called one is done, or waits for its next try; a call that a killed server lost counts
as a try, and the lead waits. What is done or refused is never called again.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment
from models.life import Life


class LeadState(StrEnum):
    NEW = "new"
    LEASED = "leased"
    CALLING = "calling"
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class LeadMove(StrEnum):
    LEASE = "lease"
    RELEASE = "release"
    DEFER = "defer"
    CALL = "call"
    RETRY = "retry"
    LOSE = "lose"
    FINISH = "finish"
    REFUSE = "refuse"


LEAD_LIFE = Life(
    noun="lead",
    start=LeadState.NEW,
    table={
        (LeadState.NEW, LeadMove.LEASE): LeadState.LEASED,
        (LeadState.NEW, LeadMove.REFUSE): LeadState.REFUSED,
        (LeadState.LEASED, LeadMove.RELEASE): LeadState.WAITING,
        (LeadState.LEASED, LeadMove.DEFER): LeadState.WAITING,
        (LeadState.LEASED, LeadMove.CALL): LeadState.CALLING,
        (LeadState.LEASED, LeadMove.REFUSE): LeadState.REFUSED,
        (LeadState.CALLING, LeadMove.RETRY): LeadState.WAITING,
        (LeadState.CALLING, LeadMove.LOSE): LeadState.WAITING,
        (LeadState.CALLING, LeadMove.FINISH): LeadState.DONE,
        (LeadState.WAITING, LeadMove.LEASE): LeadState.LEASED,
        (LeadState.WAITING, LeadMove.FINISH): LeadState.DONE,
        (LeadState.WAITING, LeadMove.REFUSE): LeadState.REFUSED,
    },
    ends=frozenset({LeadState.DONE, LeadState.REFUSED}),
)
TAKEABLE = "state IN ('new', 'waiting')"
"""Of the index that the next lead is found by; a query must say it in these words to be served by it."""


class Lead(Base):
    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number", name="lead_once"),
        Index(
            "lead_next", "campaign_id", "timezone", "rank", "due_at", "id",
            sqlite_where=text(TAKEABLE), postgresql_where=text(TAKEABLE),
        ),
        Index(
            "lead_taken", "state", "lease_until",
            sqlite_where=text("state IN ('leased', 'calling')"),
            postgresql_where=text("state IN ('leased', 'calling')"),
        ),
        Index("lead_by_number", "number"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    number: Mapped[str]
    """E.164 with "+"; the one that the lead is known by."""
    numbers: Mapped[list[str]] = mapped_column(JSON)
    """Further ones, in the order they are tried."""
    number_index: Mapped[int]
    """Which is called next: 0 for `number`, 1 for the first of `numbers` …"""
    name: Mapped[str]
    language: Mapped[str]
    """en, zh, or "" for the campaign's."""
    timezone: Mapped[str]
    """IANA names, joined by "," where the number doesn't tell which of several: calling hours must hold in each."""
    region: Mapped[str]
    """ISO 3166 country of the number, such as CN; with a subdivision where a column gave one (US-CA)."""
    variables: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The list's further columns, for the flow."""
    priority: Mapped[int]
    """0 to 99; the highest is called first."""
    rank: Mapped[int]
    """What goes first: the priority, or 100 for who has an appointment."""
    state: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(Moment)
    """Not to be taken before."""
    appointment_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int]
    tries: Mapped[dict[str, int]] = mapped_column(JSON)
    """Attempts by disposition."""
    lease_by: Mapped[str]
    """The dialler that has it; "" for none."""
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    disposition: Mapped[str]
    """Of the last attempt, or why it is refused; "" before."""
    grade: Mapped[str]
    line: Mapped[str]
    """That the last attempt went through."""
    consent: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Consent that came with the list: source, given_at and until (ISO 8601)."""
    source: Mapped[str]
    """File and row: "list.csv:17"."""
    imported_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
