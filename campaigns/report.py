"""What came of a campaign, in figures: the funnel, by hour, line, flow version and result, and what it cost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from campaigns.abandonment import PERSON
from campaigns.campaign_rows import StoredCampaign
from campaigns.disposition import HUMAN, Disposition
from campaigns.legal_figures import legal_figures
from models.attempt import Attempt
from models.database import table_of
from models.lead import Lead

ATTEMPT, LEAD = table_of(Attempt), table_of(Lead)
TALKED = HUMAN - {Disposition.HUNG_UP_EARLY, Disposition.ABANDONED}
"""A person talked with us."""
WARM = frozenset("AB")
"""Grades of who is interested."""
BATCH = 5000
"""Rows that are read at a time."""


@dataclass
class Tally:
    """Attempts of one hour, line or version."""

    attempts: int = 0
    rang: int = 0
    answered: int = 0
    persons: int = 0
    """Answered by a person, as far as anybody knows."""
    talked: int = 0
    warm: int = 0
    abandoned: int = 0
    talk_s: float = 0.0
    cost: float = 0.0

    def add(self, row: Any) -> None:
        """Count one attempt."""
        person = bool(row.person)
        self.attempts += 1
        self.rang += row.ringing_at is not None or row.answered_at is not None
        self.answered += row.answered_at is not None
        self.persons += person
        self.talked += row.disposition in TALKED
        self.warm += row.grade in WARM
        self.abandoned += bool(row.abandoned)
        self.talk_s += row.talk_s
        self.cost += row.cost

    def document(self) -> dict[str, Any]:
        """Return counts, shares and money."""
        return {
            "attempts": self.attempts, "rang": self.rang, "answered": self.answered, "persons": self.persons,
            "talked": self.talked, "warm": self.warm, "abandoned": self.abandoned,
            "answer_rate": share(self.answered, self.attempts), "person_rate": share(self.persons, self.attempts),
            "warm_rate": share(self.warm, self.persons), "minutes": round(self.talk_s / 60, 2),
            "cost": round(self.cost, 6), "cost_per_person": _each(self.cost, self.persons),
            "cost_per_warm": _each(self.cost, self.warm),
        }  # fmt: skip


@dataclass
class _Gathered:
    """All attempts of a campaign, counted."""

    whole: Tally = field(default_factory=Tally)
    hours: dict[int, Tally] = field(default_factory=dict)
    days: dict[str, Tally] = field(default_factory=dict)
    lines: dict[str, Tally] = field(default_factory=dict)
    versions: dict[str, Tally] = field(default_factory=dict)
    dispositions: Counter[str] = field(default_factory=Counter)
    answered_by: Counter[str] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    currencies: set[str] = field(default_factory=set)
    under_way: int = 0
    reached: dict[str, set[int]] = field(default_factory=dict)
    """Leads by how far they got."""


STAGES = ("called", "rang", "answered", "person", "talked", "warm")
"""Of the funnel, behind "list"."""


def report(connection: Connection, campaign: StoredCampaign, now: datetime) -> dict[str, Any]:
    """Return all figures of a campaign as a document; `now` is aware. Reads every attempt once."""
    found = _Gathered(reached={stage: set() for stage in STAGES})
    for row in _attempts(connection, campaign.id):
        _count(found, row, campaign)
    leads = connection.scalar(select(func.count()).select_from(LEAD).where(LEAD.c.campaign_id == campaign.id)) or 0
    return {
        "campaign": campaign.name, "state": str(campaign.state), "mode": campaign.plan.mode,
        "started_at": campaign.started_at.isoformat() if campaign.started_at else None,
        "ended_at": campaign.ended_at.isoformat() if campaign.ended_at else None, "at": now.isoformat(),
        "funnel": [{"stage": "list", "leads": leads}]
        + [{"stage": stage, "leads": len(found.reached[stage])} for stage in STAGES],
        "total": found.whole.document(), "under_way": found.under_way,
        "currency": " + ".join(sorted(found.currencies)),
        "by_hour": [{"hour": hour, **found.hours[hour].document()} for hour in sorted(found.hours)],
        "by_day": [{"day": day, **found.days[day].document()} for day in sorted(found.days)],
        "by_line": _by("line", found.lines), "by_version": _by("version", found.versions),
        "dispositions": dict(found.dispositions.most_common()), "grades": dict(sorted(found.grades.items())),
        "answered_by": dict(found.answered_by.most_common()),
        "legal": legal_figures(connection, campaign, now),
    }  # fmt: skip


def _attempts(connection: Connection, campaign_id: str) -> Iterable[Any]:
    columns = (
        ATTEMPT.c.lead_id, ATTEMPT.c.line, ATTEMPT.c.version, ATTEMPT.c.placed_at, ATTEMPT.c.ringing_at,
        ATTEMPT.c.answered_at, ATTEMPT.c.ended_at, ATTEMPT.c.answered_by, ATTEMPT.c.disposition, ATTEMPT.c.grade,
        ATTEMPT.c.abandoned, ATTEMPT.c.talk_s, ATTEMPT.c.cost, ATTEMPT.c.currency, LEAD.c.timezone,
        PERSON.label("person"),
    )  # fmt: skip
    joined = ATTEMPT.join(LEAD, LEAD.c.id == ATTEMPT.c.lead_id, isouter=True)
    query = select(*columns).select_from(joined).where(ATTEMPT.c.campaign_id == campaign_id)
    return connection.execution_options(yield_per=BATCH).execute(query.order_by(ATTEMPT.c.id))


def _count(found: _Gathered, row: Any, campaign: StoredCampaign) -> None:
    found.whole.add(row)
    if row.currency:
        found.currencies.add(row.currency)
    if not row.disposition:
        found.under_way += 1
    local = row.placed_at.astimezone(_zone(campaign.plan.timezone or (row.timezone or "").split(",")[0]))
    person = bool(row.person)
    day = local.date().isoformat()
    for tallies, key in ((found.lines, row.line), (found.versions, row.version), (found.days, day)):
        tallies.setdefault(key, Tally()).add(row)
    found.hours.setdefault(local.hour, Tally()).add(row)
    found.dispositions[row.disposition or "under-way"] += 1
    if row.answered_at is not None:
        found.answered_by[row.answered_by or "unknown"] += 1
    if row.grade:
        found.grades[row.grade] += 1
    got = {
        "called": True, "rang": row.ringing_at is not None or row.answered_at is not None,
        "answered": row.answered_at is not None, "person": person, "talked": row.disposition in TALKED,
        "warm": row.grade in WARM,
    }  # fmt: skip
    for stage, reached in got.items():
        if reached:
            found.reached[stage].add(row.lead_id)


@lru_cache(64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def _by(name: str, tallies: Mapping[str, Tally]) -> list[dict[str, Any]]:
    ordered = sorted(tallies.items(), key=lambda pair: -pair[1].attempts)
    return [{name: key, **tally.document()} for key, tally in ordered]


def _each(cost: float, count: int) -> float | None:
    return round(cost / count, 6) if count else None


def share(part: int, whole: int) -> float | None:
    """Return a share of 1, None of nothing."""
    return round(part / whole, 4) if whole else None
