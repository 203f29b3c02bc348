"""Sampling: which calls people review, and who reviews which, so many a week. Pure; the same calls, the same choice."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from models.quality_settings import QualitySettings, SampleSettings
from models.review import ReviewState
from quality.review import Case, Figures
from quality.reviewers import Staff, chance, whose_turn

SPREAD = frozenset({"random", "new-agent"})
"""Filled over the week, so that Monday's calls aren't all there is; the others matter most while they are new."""
FRESH = timedelta(days=7)
"""Only calls that began so lately."""


@dataclass(frozen=True)
class Candidate:
    """A scored call that nobody reviews."""

    call_id: str
    score_id: str
    scorecard: str
    version: str
    started_at: datetime
    machine: Figures
    agent: str = ""
    """Extension of who talked last; "" where the robot alone did."""
    team: str = ""
    queue: str = ""
    flow: str = ""
    silence_s: float = 0.0
    """The longest at a stretch."""
    confidence: float | None = None
    """Of what was recognised, 0 to 1; None where that isn't known."""
    complained: bool = False
    broken: frozenset[str] = frozenset()
    """Rules."""
    agent_since: datetime | None = None
    """When the agent was added; None where that isn't known."""


@dataclass(frozen=True)
class Pick:
    """A call that is to be reviewed."""

    candidate: Candidate
    sample: str
    share: str
    reason: str
    reviewer: str
    blind: bool = False
    """Somebody else's second look, to know how far reviewers agree."""


@dataclass(frozen=True)
class Filling:
    """How the week's quota of one sample is filled, of one agent, team, queue or flow."""

    sample: str
    share: str
    quota: int
    """For the whole week."""
    given: int
    """Before."""
    picked: int
    """Now."""
    fitting: int
    """Calls that could be chosen."""
    unassigned: int = 0
    """Calls that were passed over because nobody may review them."""


@dataclass(frozen=True)
class Plan:
    picks: tuple[Pick, ...] = ()
    fillings: tuple[Filling, ...] = ()


def plan(
    settings: QualitySettings,
    candidates: Sequence[Candidate],
    given: Mapping[tuple[str, str], int],
    staff: Staff,
    now: datetime,
) -> Plan:
    """Choose calls until the week's quotas are full as far as they may be now.

    `given`: how many this week has had already, by sample and share. No call is chosen twice.
    """
    work = _Work(settings, staff)
    for sample in settings.samples:
        shares: dict[str, list[Candidate]] = {}
        for one in candidates:
            share = share_of(sample, one)
            if share is not None and fits(sample, one, now):
                shares.setdefault(share, []).append(one)
        for share, fitting in sorted(shares.items()):
            before = given.get((sample.name, share), 0)
            room = max(allowed(sample, now) - before, 0)
            work.fill(sample, share, sorted(fitting, key=_order(sample, settings.seed)), room, before)
    return Plan(tuple(work.picks), tuple(work.fillings))


@dataclass
class _Work:
    """A plan as it comes about."""

    settings: QualitySettings
    staff: Staff
    picks: list[Pick] = field(default_factory=list)
    fillings: list[Filling] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.load = Counter(self.staff.load)

    def fill(self, sample: SampleSettings, share: str, fitting: Sequence[Candidate], room: int, before: int) -> None:
        free = [one for one in fitting if one.call_id not in self.taken]
        picked = unassigned = 0
        for one in free:
            if picked == room:
                break
            if reviewer := self._turn(one):
                picked += 1
                self._give(Pick(one, sample.name, share, sample.by, reviewer))
                self._second_look(sample, share, one, reviewer)
            else:
                unassigned += 1
        self.fillings.append(Filling(sample.name, share, sample.each_week, before, picked, len(free), unassigned))

    def _second_look(self, sample: SampleSettings, share: str, one: Candidate, first: str) -> None:
        if chance(self.settings.seed, "twice", one.score_id) < self.settings.double_share * 2**64 and (
            second := self._turn(one, but=(first,))
        ):
            self._give(Pick(one, sample.name, share, sample.by, second, blind=True))

    def _turn(self, one: Candidate, but: tuple[str, ...] = ()) -> str:
        case = Case(ReviewState.OPEN, "", one.agent, one.team, blind=False, appeal_until=None)
        return whose_turn(self.staff.people, self.load, case, one.score_id, but=but)

    def _give(self, pick: Pick) -> None:
        self.taken.add(pick.candidate.call_id)
        self.load[pick.reviewer] += 1
        self.picks.append(pick)


def fits(sample: SampleSettings, one: Candidate, now: datetime) -> bool:
    """Tell whether a sample means a call."""
    talk = "agent" if one.agent else "robot"
    named = ((sample.scorecard, one.scorecard), (sample.talks, talk))
    listed = ((sample.queues, one.queue), (sample.teams, one.team))
    if any(wanted and wanted != has for wanted, has in named) or any(has and it not in has for has, it in listed):
        return False
    limit = sample.from_where
    match sample.by:
        case "random":
            return True
        case "low-score":
            return one.machine.points is not None and one.machine.points < limit
        case "fatal":
            return one.machine.fatal
        case "rule":
            return sample.rule in one.broken
        case "long-silence":
            return one.silence_s >= limit
        case "low-confidence":
            return one.confidence is not None and one.confidence < limit
        case "complaint":
            return one.complained
        case "new-agent":
            return one.agent_since is not None and now - one.agent_since < timedelta(days=limit)


def share_of(sample: SampleSettings, one: Candidate) -> str | None:
    """Return which share of the quota a call counts for; None where it has none: no agent talked, say."""
    if sample.per == "all":
        return ""
    return {"agent": one.agent, "team": one.team, "queue": one.queue, "flow": one.flow}[sample.per] or None


def allowed(sample: SampleSettings, now: datetime) -> int:
    """Return how many of the week's quota may be given by now."""
    if sample.by not in SPREAD:
        return sample.each_week
    return math.ceil(sample.each_week * now.astimezone(UTC).isoweekday() / 7)


def week_of(now: datetime) -> str:
    """Return the week (ISO 8601, UTC) as reviews name it: 2026-W47."""
    year, week, _ = now.astimezone(UTC).isocalendar()
    return f"{year}-W{week:02}"


def week_begins(now: datetime) -> datetime:
    """Return the week's first moment."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday())


def _order(sample: SampleSettings, seed: str) -> Callable[[Candidate], tuple[float, int]]:
    """The worst first; where nothing is worse than another, by chance."""

    def order(one: Candidate) -> tuple[float, int]:
        worse = {
            "low-score": one.machine.points or 0.0,
            "long-silence": -one.silence_s,
            "low-confidence": one.confidence or 0.0,
        }
        return worse.get(sample.by, 0.0), chance(seed, sample.name, one.score_id)

    return order
