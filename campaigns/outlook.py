"""What a campaign has before it: whom it may call today, where and when, and who stands on lists meanwhile."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, String, and_, cast, exists, false, func, select, text

from campaigns.calling_hours import CallingHours
from campaigns.campaign_rows import StoredCampaign, lead_counts
from campaigns.consents import agreed_among, is_taking_back
from campaigns.do_not_call import NUMBERS, lists_for
from campaigns.permission import consent_holds
from campaigns.plan import CampaignPlan
from models.attempt import Attempt
from models.consent import Consent
from models.database import table_of
from models.lead import TAKEABLE, Lead

LEAD, ATTEMPT, CONSENT = table_of(Lead), table_of(Attempt), table_of(Consent)
SAMPLE = 400
"""Leads whose lines and prices are looked at."""
BATCH = 1000
"""People who are asked about in one statement."""


@dataclass(frozen=True)
class ZoneOutlook:
    """Leads of one time zone."""

    timezone: str
    leads: int
    """That wait for a call."""
    today: int
    """Of them, due before the day's hours end."""
    opens: datetime | None
    """When they may be called next, UTC; not later than now: they may now; None: never."""
    closes: datetime | None
    """When the hours that begin at `opens` end, UTC."""


@dataclass(frozen=True)
class Outlook:
    """What a campaign has before it."""

    states: dict[str, int]
    zones: tuple[ZoneOutlook, ...]
    listed: int
    """Waiting leads that are on a do-not-call list, and will be refused."""
    without_consent: int
    """Waiting leads that have none where the plan requires it."""
    too_often: int
    """Waiting leads who were called as often as is allowed."""
    sample: tuple[str, ...]
    """Numbers of waiting leads from all over the list."""

    @property
    def waiting(self) -> int:
        """How many leads wait for a call."""
        return sum(zone.leads for zone in self.zones)

    @property
    def today(self) -> int:
        """How many can be called today, as far as the law and their due times go."""
        return max(0, sum(zone.today for zone in self.zones) - self.listed - self.without_consent - self.too_often)


def outlook(connection: Connection, campaign: StoredCampaign, now: datetime) -> Outlook:
    """Return what a campaign has before it; looks at every waiting lead, which takes seconds for a million."""
    waiting = and_(LEAD.c.campaign_id == campaign.id, text(f"lead.{TAKEABLE}"))
    return Outlook(
        states=lead_counts(connection, campaign.id),
        zones=tuple(_zones(connection, campaign, waiting, now)),
        listed=_listed(connection, campaign, waiting),
        without_consent=_without_consent(connection, campaign, waiting, now),
        too_often=_too_often(connection, campaign, waiting, now),
        sample=_sample(connection, campaign, waiting),
    )


def _zones(
    connection: Connection, campaign: StoredCampaign, waiting: ColumnElement[bool], now: datetime
) -> list[ZoneOutlook]:
    hours = CallingHours.of(campaign.plan)
    places = (
        select(LEAD.c.timezone, LEAD.c.region, func.count()).where(waiting).group_by(LEAD.c.timezone, LEAD.c.region)
    )
    found: dict[str, ZoneOutlook] = {}
    for timezone, region, leads in connection.execute(places):
        opens = hours.opens(timezone, region, now)
        closes = None if opens is None else hours.closes(timezone, region, opens)
        today = 0
        if opens is not None and closes is not None and _same_day(hours, timezone, now, opens):
            here = and_(waiting, LEAD.c.timezone == timezone, LEAD.c.region == region, LEAD.c.due_at <= closes)
            today = connection.scalar(select(func.count()).select_from(LEAD).where(here)) or 0
        before = found.get(timezone)
        if before is not None:
            leads, today = leads + before.leads, today + before.today
        found[timezone] = ZoneOutlook(timezone, leads, today, opens, closes)
    return sorted(found.values(), key=lambda zone: -zone.leads)


def _same_day(hours: CallingHours, timezone: str, now: datetime, opens: datetime) -> bool:
    zone = ZoneInfo(hours.zones(timezone)[0])
    return now.astimezone(zone).date() == opens.astimezone(zone).date()


def _count(connection: Connection, *which: Any) -> int:
    return connection.scalar(select(func.count()).select_from(LEAD).where(*which)) or 0


def _listed(connection: Connection, campaign: StoredCampaign, waiting: ColumnElement[bool]) -> int:
    lists: Sequence[int] = lists_for(connection, campaign)
    if not lists:
        return 0
    digits = text("do_not_call.number = CAST(substr(lead.number, 2) AS BIGINT)")
    on = exists(select(text("1")).select_from(NUMBERS).where(NUMBERS.c.list_id.in_(lists), digits).correlate(LEAD))
    return _count(connection, waiting, on)


def _without_consent(
    connection: Connection, campaign: StoredCampaign, waiting: ColumnElement[bool], now: datetime
) -> int:
    plan = campaign.plan
    if not plan.require_consent:
        return 0
    given = exists(
        select(CONSENT.c.id).where(
            CONSENT.c.number == LEAD.c.number,
            CONSENT.c.purpose.in_(["", plan.purpose]),
            CONSENT.c.given_at <= now,
            CONSENT.c.until.is_(None) | (CONSENT.c.until > now),
        )
    )
    return _count(connection, waiting, ~_by_the_list(now), ~given) + _taken_back(connection, plan, waiting, now)


def _by_the_list(now: datetime) -> ColumnElement[bool]:
    """Tell leads whose list says that they agreed, and that it holds now: moments are texts there, all in UTC."""
    at, until = now.astimezone(UTC).isoformat(), LEAD.c.consent["until"].as_string()
    begun = LEAD.c.consent["given_at"].as_string() <= at
    return func.coalesce(begun & (until.is_(None) | (until > at)), false())


def _taken_back(connection: Connection, plan: CampaignPlan, waiting: ColumnElement[bool], now: datetime) -> int:
    """Return how many leads agreed by the list, and took it back since by one of their numbers."""
    back = select(CONSENT.c.number, func.max(CONSENT.c.given_at).label("at")).where(
        CONSENT.c.purpose.in_(["", plan.purpose]), CONSENT.c.given_at <= now, is_taking_back()
    )
    at = {row.number: row.at for row in connection.execute(back.group_by(CONSENT.c.number))}
    if not at:
        return 0
    several = func.length(cast(LEAD.c.numbers, String)) > len("[]")
    theirs = LEAD.c.number.in_(back.with_only_columns(CONSENT.c.number)) | several
    agreed = select(LEAD.c.number, LEAD.c.numbers, LEAD.c.consent).where(waiting, _by_the_list(now), theirs)
    rows = connection.execution_options(yield_per=BATCH).execute(agreed)
    gone = [row.number for row in rows if not consent_holds(row.consent, now, _last(at, (row.number, *row.numbers)))]
    batches = (gone[start : start + BATCH] for start in range(0, len(gone), BATCH))
    return len(gone) - sum(len(agreed_among(connection, batch, plan.purpose, now)) for batch in batches)


def _last(at: Mapping[str, datetime], numbers: Iterable[str]) -> datetime | None:
    return max((at[number] for number in numbers if number in at), default=None)


def _too_often(connection: Connection, campaign: StoredCampaign, waiting: ColumnElement[bool], now: datetime) -> int:
    numbers: set[str] = set()
    for cap in campaign.plan.frequency:
        recent = ATTEMPT.c.placed_at > now - timedelta(days=cap.days)
        often = (
            select(ATTEMPT.c.number)
            .join(LEAD, LEAD.c.number == ATTEMPT.c.number)
            .where(waiting, recent)
            .group_by(ATTEMPT.c.number)
            .having(func.count() >= cap.times)
        )
        numbers.update(connection.scalars(often))
    return len(numbers)


def _sample(connection: Connection, campaign: StoredCampaign, waiting: ColumnElement[bool]) -> tuple[str, ...]:
    first, last = connection.execute(
        select(func.min(LEAD.c.id), func.max(LEAD.c.id)).where(LEAD.c.campaign_id == campaign.id)
    ).one()
    if first is None:
        return ()
    step = max(1, (last - first + 1) // SAMPLE)
    wanted = [*range(first, last + 1, step)][:SAMPLE]
    return tuple(connection.scalars(select(LEAD.c.number).where(waiting, LEAD.c.id.in_(wanted)).order_by(LEAD.c.id)))
