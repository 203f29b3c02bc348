"""What the end of a call says of the line that it went over. Pure."""

from dataclasses import dataclass

from models.cause import Cause
from voice.call_outcome import Outcome

OURS = frozenset({Cause.OPERATOR_HUNG_UP, Cause.CANCELLED, Cause.DRAINING, Cause.SERVER_STOPPED, Cause.OUR_ERROR})
"""Ends that say nothing of the line, where nobody had answered."""
ILL = frozenset({401, 402, 407, 408, 430, 500, 502, 503, 504})
"""Codes that say that the line itself isn't well."""
MOST_REST_S = 3600.0
"""Whatever Retry-After asks for."""
NOBODY = frozenset({"announcement", "silence", "fax", "machine"})
"""Who answered where no person did (`voice.campaign_call.Outcome.answered_by`)."""


@dataclass(frozen=True)
class Learned:
    """What is taken from it."""

    counts: bool = True
    """Whether it says anything of the line."""
    delay_s: float | None = None
    """Until it rang, or was answered at once."""
    person: bool = False
    """Whether a person answered."""
    connected_s: float | None = None
    """That the line bills; None: nothing answered."""
    short: bool = False
    ill: bool = False
    rest_s: float = 0.0
    """That the line asked for."""

    @property
    def talk_s(self) -> float | None:
        """Of a person; None where none answered."""
        return self.connected_s if self.person else None


def learned(outcome: Outcome, short_s: float) -> Learned:
    """Return what a call's end says; a person's talk that isn't longer than `short_s` is a short call."""
    code = outcome.code or 0
    if outcome.answered_s is None:
        if code == 0 and outcome.cause in OURS:
            return Learned(counts=False)
        rest_s = min(float(outcome.retry_after), MOST_REST_S) if code == 503 else 0.0
        unreachable = code == 0 and outcome.cause == Cause.LINE_UNREACHABLE
        return Learned(delay_s=outcome.ringing_s, ill=code in ILL or unreachable, rest_s=rest_s)
    person = outcome.answered_by not in NOBODY
    deaf = outcome.cause == Cause.RTP_SILENT and outcome.answered_by in ("", "silence")
    return Learned(
        delay_s=outcome.ringing_s if outcome.ringing_s is not None else outcome.answered_s,
        person=person and not deaf,
        connected_s=outcome.talk_s,
        short=person and outcome.talk_s <= short_s,
        ill=deaf,
    )
