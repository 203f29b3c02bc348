"""A tally: what became of the callers of one queue, and the rates that supervisors go by. Pure.

| rate | is |
|---|---|
| service level | share of answered and abandoned callers who were answered within the queue's time |
| average speed of answer | mean wait of who was answered, seconds |
| abandonment | share of answered and abandoned callers who hung up waiting |
| transfer rate | share of talks whose agent sent the caller on |
"""

from dataclasses import dataclass


@dataclass
class Tally:
    """Counts; a wait is the time in this queue, without what was waited in another one or an earlier call."""

    joined: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0
    overflowed: int = 0
    transferred: int = 0
    waited: float = 0.0
    """Seconds of who was answered."""

    def answer(self, waited: float, within_s: float) -> None:
        """Count somebody who was answered."""
        self.answered += 1
        self.waited += waited
        self.in_time += waited <= within_s

    def lost(self, waited: float, within_s: float) -> None:
        """Take back that somebody was answered, who heard nobody."""
        if self.answered:
            self.answered -= 1
            self.waited -= waited
            self.in_time -= waited <= within_s

    def service_level(self) -> float | None:
        """Return the share; None, as the others, where there is nothing to divide by."""
        return _share(self.in_time, self.answered + self.abandoned)

    def abandonment(self) -> float | None:
        return _share(self.abandoned, self.answered + self.abandoned)

    def speed_of_answer(self) -> float | None:
        return _share(self.waited, self.answered)

    def transfer_rate(self) -> float | None:
        return _share(self.transferred, self.answered)


def _share(some: float, of: int) -> float | None:
    return some / of if of else None
