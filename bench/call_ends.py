"""How calls of campaigns end, for benches and tests of lines: a talk with a person unless something else is said."""

from models.cause import Cause
from voice.call_outcome import Outcome


def ended(
    cause: Cause = Cause.CALLER_HUNG_UP,
    code: int = 0,
    ringing_s: float | None = 2.0,
    answered_s: float | None = 8.0,
    talk_s: float = 60.0,
    answered_by: str = "human",
    retry_after: int = 0,
) -> Outcome:
    """Return how a call ended that somebody answered."""
    return Outcome(
        "", cause, code, ringing_s=ringing_s, answered_s=answered_s, talk_s=talk_s, answered_by=answered_by,
        retry_after=retry_after,
    )  # fmt: skip


def unanswered(cause: Cause, code: int = 0, ringing_s: float | None = None, retry_after: int = 0) -> Outcome:
    """Return how a call ended that nobody answered."""
    return ended(cause, code, ringing_s, None, 0.0, "", retry_after)
