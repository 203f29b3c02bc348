"""A waiter: a caller who waits, as matching sees one, and the wish that those of one queue and language share. Pure."""

from dataclasses import dataclass

from queues.plan import Need, Queue
from queues.strategies import FrozenStrategy, frozen


@dataclass(frozen=True)
class Wish:
    """What callers of one queue and language ask of an agent."""

    needs: tuple[Need, ...] = ()
    language: str = ""
    """"": any."""
    any_language_after_s: float = 0.0
    """Of waiting, after which any will do; 0: never."""
    strategy: FrozenStrategy = "longest-idle"

    def levels(self, joined: float, now: float) -> tuple[tuple[str, int], ...]:
        """Return the least level of each skill for somebody who has waited since `joined`, without those let go."""
        return tuple((need.skill, level) for need in self.needs if (level := _level(need, joined, now)) > 0)

    def tongue(self, joined: float, now: float) -> str:
        """Return the language for somebody who has waited since `joined`; "": any."""
        relaxed = self.any_language_after_s > 0 and joined + self.any_language_after_s <= now
        return "" if relaxed else self.language

    def changes(self, joined: float) -> list[float]:
        """Return the times at which it asks for less, in order."""
        steps = {joined + step.after_s for need in self.needs for step in need.relax}
        if self.any_language_after_s > 0 and self.language:
            steps.add(joined + self.any_language_after_s)
        return sorted(steps)


@dataclass(frozen=True, slots=True)
class Waiter:
    """A caller who waits."""

    call_id: str
    wish: Wish = Wish()
    joined: float = 0.0
    """Seconds, on the clock of `now`; earlier by the credit of an earlier call."""
    points: float = 0.0
    """Of the score, whatever the time."""
    points_per_s: float = 1 / 60
    """By which the score grows; above 0, or who came later may starve who came before."""
    familiar: tuple[str, ...] = ()
    """Extensions that the caller knows, the closest first."""
    avoid: frozenset[str] = frozenset()
    """Extensions that had their chance with this call: offered again only if nobody else is there."""
    keeps_agent: bool = False
    """Whether those known come first whatever the strategy says."""

    def score(self, now: float) -> float:
        """Return by how much this caller is to be preferred."""
        return self.points + self.points_per_s * (now - self.joined)


def wish_of(queue: Queue, language: str) -> Wish:
    """Return what callers of a queue who speak `language` ask for."""
    return Wish(
        queue.needs, language if queue.match_language else "", queue.any_language_after_s, frozen(queue.strategy)
    )


def _level(need: Need, joined: float, now: float) -> int:
    # Not `Need.level_after`: the sum is what `changes` names, and rounding must not let the two differ.
    return next((step.level for step in reversed(need.relax) if joined + step.after_s <= now), need.level)
