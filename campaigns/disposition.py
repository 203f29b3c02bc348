"""Disposition: what one attempt came to, in one word, out of what the line and the talk say. Pure.

The word decides everything that follows: whether the lead is done, and when it is called again (`retry.py`). The talk
knows better than the line, and a refusal better than everything: whoever doesn't want to be called is called no more.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.cause import Cause
from voice.call_outcome import Outcome


class Disposition(StrEnum):
    """What became of one attempt."""

    COMPLETED = "completed"
    """A person talked with us to the end."""
    HANDED_OVER = "handed-over"
    """A person talks, or talked, to an agent."""
    PROMISED = "promised"
    """A person wants to be called at an agreed time."""
    OPTED_OUT = "opted-out"
    WRONG_PERSON = "wrong-person"
    HUNG_UP_EARLY = "hung-up-early"
    ABANDONED = "abandoned"
    """A person answered, and no agent was free within the time that the law gives."""
    MACHINE = "machine"
    MESSAGE_LEFT = "message-left"
    SCREENED = "screened"
    """A screening service didn't put us through."""
    FAX = "fax"
    IVR = "ivr"
    SILENT = "silent"
    """Answered, and nothing was ever heard: a dead line, or a trunk that sends no sound."""
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    DECLINED = "declined"
    SWITCHED_OFF = "switched-off"
    """Off or out of reach, as the network said (关机, 无法接通)."""
    SUSPENDED = "suspended"
    """The number is out of service for now (停机)."""
    NO_SUCH_NUMBER = "no-such-number"
    """The number doesn't exist (空号)."""
    CONGESTION = "congestion"
    """No line could take the call."""
    FAILED = "failed"
    """A fault of ours, or of the line."""
    STOPPED = "stopped"
    """An operator ended it."""
    LOST = "lost"
    """The server was killed meanwhile; nobody knows how far it came."""


HUMAN = frozenset(
    {
        Disposition.COMPLETED, Disposition.HANDED_OVER, Disposition.PROMISED, Disposition.OPTED_OUT,
        Disposition.WRONG_PERSON, Disposition.HUNG_UP_EARLY, Disposition.ABANDONED,
    }
)  # fmt: skip
"""A person answered."""
LINE_FAULTS = frozenset({Disposition.CONGESTION, Disposition.FAILED, Disposition.SILENT})
"""Nothing that the callee did: what the circuit breaker counts as failures."""
SPECIAL = {
    "machine": Disposition.MACHINE, "screening": Disposition.SCREENED, "fax": Disposition.FAX,
    "ivr": Disposition.IVR, "silence": Disposition.SILENT,
}  # fmt: skip
"""By who answered."""
ANNOUNCED = {
    "no-such-number": Disposition.NO_SUCH_NUMBER, "suspended": Disposition.SUSPENDED,
    "switched-off": Disposition.SWITCHED_OFF, "unreachable": Disposition.SWITCHED_OFF, "busy": Disposition.BUSY,
    "no-answer": Disposition.NO_ANSWER, "congestion": Disposition.CONGESTION,
}  # fmt: skip
"""By what a network's announcement says."""
STOPPED = (Cause.OPERATOR_HUNG_UP, Cause.DRAINING)
"""Ends that were ours, in the middle of it."""
UNANSWERED = {
    Cause.BUSY: Disposition.BUSY, Cause.NO_ANSWER: Disposition.NO_ANSWER, Cause.DECLINED: Disposition.DECLINED,
    Cause.NO_SUCH_NUMBER: Disposition.NO_SUCH_NUMBER, Cause.CONGESTION: Disposition.CONGESTION,
    Cause.LINE_UNREACHABLE: Disposition.CONGESTION, Cause.LINE_REFUSED: Disposition.CONGESTION,
    Cause.FORBIDDEN: Disposition.CONGESTION, Cause.UNAUTHORISED: Disposition.CONGESTION,
    Cause.OPERATOR_HUNG_UP: Disposition.STOPPED, Cause.CANCELLED: Disposition.STOPPED,
    Cause.DRAINING: Disposition.STOPPED, Cause.SERVER_STOPPED: Disposition.LOST,
}  # fmt: skip
"""By the cause of a call that nobody answered; any other is a fault."""


@dataclass(frozen=True)
class Early:
    """When a person counts as having hung up early."""

    seconds: float = 10.0
    """Sooner than this after the answer …"""
    turns: int = 1
    """… and having said no more than this."""


def disposition_of(outcome: Outcome, early: Early = Early()) -> Disposition:
    """Return what an attempt came to."""
    if outcome.opt_out:
        return Disposition.OPTED_OUT
    if outcome.answered_s is None and outcome.answered_by != "announcement":
        return _unanswered(outcome)
    if outcome.abandoned:
        return Disposition.ABANDONED
    if outcome.handed_over and outcome.answered_by in ("", "human", "screening"):
        return Disposition.HANDED_OVER
    if outcome.appointment is not None:
        return Disposition.PROMISED
    said = str(outcome.results.get("outcome", ""))
    if said in set(Disposition):
        # The flow's own word, which it is told with `set: {outcome: …}`.
        return Disposition(said)
    if outcome.cause in STOPPED and outcome.answered_by in ("", "human", "silence"):
        return Disposition.STOPPED
    if outcome.answered_by == "announcement":
        return ANNOUNCED.get(str(outcome.results.get("announcement", "")), Disposition.SWITCHED_OFF)
    if outcome.answered_by == "machine" and outcome.results.get("message_left"):
        return Disposition.MESSAGE_LEFT
    if outcome.answered_by in SPECIAL:
        return SPECIAL[outcome.answered_by]
    return _talked(outcome, early)


def _unanswered(outcome: Outcome) -> Disposition:
    try:
        cause = Cause(outcome.cause)
    except ValueError:
        return Disposition.FAILED
    if cause is Cause.CONGESTION and outcome.code in (486, 600):
        return Disposition.BUSY
    return UNANSWERED.get(cause, Disposition.FAILED)


def _talked(outcome: Outcome, early: Early) -> Disposition:
    """Return what a talk with a person came to."""
    match outcome.cause:
        case Cause.RTP_SILENT:
            return Disposition.SILENT if outcome.turns == 0 else Disposition.HUNG_UP_EARLY
        case Cause.MEDIA_FAILED | Cause.OUR_ERROR | Cause.NO_COMMON_CODEC:
            return Disposition.FAILED
        case Cause.SERVER_STOPPED:
            return Disposition.LOST
        case Cause.CALLER_HUNG_UP if outcome.talk_s < early.seconds and outcome.turns <= early.turns:
            return Disposition.HUNG_UP_EARLY
        case _:
            return Disposition.COMPLETED
