"""What a dialler learns from its calls: pacing, the circuit breaker and its own figures are told how they go. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from campaigns.attempt import Running
from campaigns.breaker import Breaker, BreakerRules, BreakerState
from campaigns.disposition import LINE_FAULTS, Disposition
from campaigns.pacing import Floor, Pacing
from voice.call_outcome import Outcome
from voice.campaign_call import Progress


@dataclass
class Figures:
    """What a dialler counted since it began."""

    placed: int = 0
    answered: int = 0
    abandoned: int = 0
    refused: int = 0
    dispositions: dict[str, int] = field(default_factory=dict)


class Lessons:
    """Of one campaign's dialler. Times are seconds of the steady clock."""

    def __init__(self, pacing: Pacing, rules: BreakerRules, on_breaker: Callable[[BreakerState], None]) -> None:
        """`on_breaker` hears when failures jump, and when they are over."""
        self.pacing, self.breaker = pacing, Breaker(rules)
        self.figures = Figures()
        self._on_breaker = on_breaker

    def close_breaker(self, rules: BreakerRules) -> None:
        """Forget all failures: whoever resumes the campaign takes it on."""
        self.breaker = Breaker(rules)

    def trial(self, now: float) -> int | None:
        """Return how many calls the breaker allows; None: it doesn't limit them."""
        before = self.breaker.state
        room = self.breaker.room(now)
        if self.breaker.state is not before:
            self._on_breaker(self.breaker.state)
        return room

    def heard(self, running: Running, progress: Progress, now: float) -> bool:
        """Take how a call goes on; return whether others may be placed for it."""
        if progress.name == "ringing" and running.rang_at is None:
            running.rang_at = now
        match progress.name:
            case "ringing" if self.breaker.state is BreakerState.CLOSED and not running.rang:
                # At once: failures are over long before talks, and would look like more than they are.
                running.rang = True
                self._tell_breaker(running.placed.id, False, now)
            case "answered":
                self.figures.answered += 1
            case "handover" if not running.to_agents:
                running.to_agents = True
                self.pacing.answered(now - running.began, now)
            case "offered" if not running.offered:
                running.offered = True
                return True
            case "connected":
                running.connected = True
            case _:
                pass
        return False

    def hopeless(self, floor: Floor, calls: Iterable[Running], now: float) -> list[Running]:
        """Return which calls to let go, since whoever answered now would find nobody."""
        ringing = [one for one in calls if not (one.answered or one.stopping)]
        rung = [now - one.rang_at if one.rang_at is not None else 0.0 for one in ringing]
        ages = [now - one.began for one in ringing]
        return [ringing[place] for place in self.pacing.let_go(floor, rung, ages, now)]

    def ended(self, running: Running, outcome: Outcome, now: float) -> None:
        """Let pacing know how a call ended."""
        if outcome.abandoned:
            self.pacing.abandoned(now)
            self.figures.abandoned += 1
        elif not running.to_agents:
            self.pacing.call_ended_unanswered(outcome.answered_s or now - running.began)

    def judged(self, running: Running, disposition: Disposition, now: float) -> None:
        """Let the breaker know what an attempt says of the lines."""
        if disposition in (Disposition.STOPPED, Disposition.LOST):
            self.breaker.taken_back(running.placed.id)
        elif disposition in LINE_FAULTS or not running.rang:
            self._tell_breaker(running.placed.id, disposition in LINE_FAULTS, now)

    def counted(self, disposition: Disposition) -> None:
        """Count an attempt that is settled."""
        counts = self.figures.dispositions
        counts[disposition] = counts.get(disposition, 0) + 1

    def agents_changed(self, what: str, seconds: float) -> None:
        """Let pacing know how long agents talk and wrap up."""
        match what:
            case "talked":
                self.pacing.talked(seconds)
            case "wrapped-up":
                self.pacing.wrapped_up(seconds)
            case _:
                pass

    def _tell_breaker(self, attempt: str, failed: bool, now: float) -> None:
        if changed := self.breaker.ended(attempt, failed, now):
            self._on_breaker(changed)
