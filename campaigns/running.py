"""When a campaign runs: its first and last day where its callees are; and the moves that operators ask for. Pure."""

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from campaigns.plan import CampaignPlan
from campaigns.schedule import to_come
from models.campaign import CampaignMove, CampaignState

FIRST_ZONE, LAST_ZONE = timedelta(hours=14), timedelta(hours=-12)
"""Where a day begins first and ends last on Earth (UTC+14, UTC-12)."""
ORDERS: dict[str, CampaignMove] = {
    "start": CampaignMove.START, "pause": CampaignMove.PAUSE, "resume": CampaignMove.RESUME,
    "stop": CampaignMove.STOP, "drain": CampaignMove.DRAIN,
}  # fmt: skip
"""What an operator may say, and the move that it is."""


def due_to_start(plan: CampaignPlan, now: datetime) -> bool:
    """Tell whether somewhere among the callees the campaign's first day has begun; permission knows each one's."""
    if plan.start_on is None:
        return True
    return _day(now, _zone(plan), FIRST_ZONE) >= plan.start_on


def begins_by_itself(plan: CampaignPlan, now: datetime) -> bool:
    """Tell whether a campaign that was started before its first day begins now, and not at a start of its schedule."""
    return due_to_start(plan, now) and not starts_by_schedule(plan, now)


def starts_by_schedule(plan: CampaignPlan, now: datetime) -> bool:
    """Tell whether the plan's own schedule has a start that is still to come."""
    return any(one.do == "start" and to_come(one, plan.timezone, now) for one in plan.schedule)


def is_over(plan: CampaignPlan, now: datetime) -> bool:
    """Tell whether the campaign's last day is over for all callees, wherever they are."""
    return plan.end_on is not None and _day(now, _zone(plan), LAST_ZONE) > plan.end_on


def move_of(order: str, state: CampaignState, plan: CampaignPlan, now: datetime) -> CampaignMove:
    """Return the move that an order is now: a start before the first day is an entry in the calendar."""
    if order == "start" and not due_to_start(plan, now):
        return CampaignMove.SCHEDULE
    if order == "start" and state is CampaignState.PAUSED:
        return CampaignMove.RESUME
    return ORDERS[order]


def _zone(plan: CampaignPlan) -> tzinfo | None:
    return ZoneInfo(plan.timezone.partition(",")[0]) if plan.timezone else None


def _day(now: datetime, zone: tzinfo | None, else_ahead: timedelta) -> date:
    return now.astimezone(zone).date() if zone else (now + else_ahead).date()
