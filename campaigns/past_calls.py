"""A campaign's latest calls as the record has them: after a restart, pacing goes on from what was learned of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from campaigns.pacing import Learned
from models.attempt import Attempt

MOST = 400
"""What is older has faded in `Durations` anyway."""


@dataclass(frozen=True)
class PastCall:
    ringing_s: float
    """From placing it to a person's answer, or to any other end."""
    person: bool
    """Whether somebody answered who needed an agent."""
    talk_s: float | None = None
    """With the agent; None where there was none."""


def past_calls(connection: Connection, campaign_id: str, most: int = MOST) -> list[PastCall]:
    """Return the campaign's latest calls that are over, the oldest first."""
    rows = connection.execute(
        select(Attempt.placed_at, Attempt.answered_at, Attempt.ended_at, Attempt.agent, Attempt.abandoned)
        .where(Attempt.campaign_id == campaign_id, Attempt.ended_at.is_not(None))
        .order_by(Attempt.placed_at.desc())
        .limit(most)
    ).all()
    return [
        PastCall(
            ((row.answered_at or row.ended_at) - row.placed_at).total_seconds(),
            bool(row.agent) or row.abandoned,
            (row.ended_at - row.answered_at).total_seconds() if row.agent and row.answered_at else None,
        )
        for row in reversed(rows)
    ]


def recall(learned: Learned, calls: Iterable[PastCall]) -> None:
    """Teach what pacing knows from the calls, as if it had seen them. Wrap-ups aren't on their record."""
    for call in calls:
        learned.rings.take(call.ringing_s, hit=call.person)
        if call.talk_s is not None:
            learned.talks.take(call.talk_s)
