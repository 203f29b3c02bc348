"""A lead as diallers see it, and what they change of it. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from models.lead import LeadMove


@dataclass(frozen=True)
class LeadRow:
    """One lead of the database; the columns are explained in `models/lead.py`."""

    id: int
    campaign_id: str
    number: str
    numbers: tuple[str, ...] = ()
    number_index: int = 0
    name: str = ""
    language: str = ""
    timezone: str = ""
    region: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    rank: int = 0
    due_at: datetime | None = None
    appointment_at: datetime | None = None
    attempts: int = 0
    tries: Mapping[str, int] = field(default_factory=dict)
    disposition: str = ""
    grade: str = ""
    line: str = ""
    consent: Mapping[str, Any] | None = None
    source: str = ""

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """The number and the further ones, in their order."""
        return (self.number, *self.numbers)

    @property
    def next_number(self) -> str:
        """The one that is called next."""
        return self.all_numbers[min(self.number_index, len(self.numbers))]


COLUMNS = tuple(one.name for one in fields(LeadRow))


def lead_row(row: Any) -> LeadRow:
    """Return the lead of a row with at least `COLUMNS`."""
    values = {name: getattr(row, name) for name in COLUMNS}
    return LeadRow(**{**values, "numbers": tuple(values["numbers"])})


@dataclass(frozen=True)
class LeadChange:
    """What becomes of a lead when its attempt is over."""

    lead_id: int
    move: LeadMove
    """RETRY or FINISH."""
    disposition: str
    due_at: datetime | None = None
    """Of a retry: not before."""
    appointment_at: datetime | None = None
    number_index: int | None = None
    """Which of its numbers is next; None: as before."""
    grade: str = ""
    line: str = ""


@dataclass(frozen=True)
class Happened:
    """An event that is written together with what it is about."""

    name: str
    at: datetime
    campaign_id: str = ""
    lead_id: int | None = None
    attempt_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, Any]:
        """Itself as a row of `CampaignEvent`."""
        values = {name: getattr(self, name) for name in ("name", "at", "campaign_id", "lead_id", "attempt_id")}
        return {**values, "data": dict(self.data)}
