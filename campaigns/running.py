"""When a campaign runs: its first and last day where its callees are; and the moves that operators ask for. Pure."""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from campaigns.plan import CampaignPlan
from campaigns.schedule import next_time
from models.campaign import CampaignMove, CampaignState

FIRST_ZONE, LAST_ZONE = timedelta(hours=14), timedelta(hours=-12)
"""Where a day begins first and ends last on Earth (UTC+14, UTC-12)."""
ORDERS: dict[str, CampaignMove] = {
    "start": CampaignMove.START, "pause": CampaignMove.PAUSE, "resume": CampaignMove.RESUME,
    "stop": CampaignMove.STOP, "drain": CampaignMove.DRAIN,
}  # fmt: skip
"""What an operator may say, and the move that it is."""
NOT_BEGUN = (CampaignState.DRAFT, CampaignState.SCHEDULED)
"""States in which a campaign has yet to begin."""


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
    return bool(_starts(plan, now))


def starts_in_vain(plan: CampaignPlan, state: CampaignState, now: datetime) -> str:
    """Return what is wrong where a start of the plan's own schedule is to come, but none on the campaign's days; "".

    Such a campaign waits for that start while its days pass. `state`: of the campaign, as it is now.
    """
    if plan.end_on is None or is_over(plan, now) or state not in NOT_BEGUN:
        return ""
    times = _starts(plan, now if due_to_start(plan, now) else _before_first_day(plan))
    if not times or any(not is_over(plan, at) for _, at in times):
        return ""
    starts = ", ".join(written for written, _ in times)
    days = f"from {plan.start_on} to {plan.end_on}" if plan.start_on else f"until {plan.end_on}"
    return (
        f"No start of its schedule ({starts}) comes {days}, so it never begins by itself; "
        "change the schedule or the days (start_on, end_on)."
    )


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


def _starts(plan: CampaignPlan, since: datetime) -> list[tuple[str, datetime]]:
    """Return the starts of the plan's schedule that have a time after `since`: as written, and the first of them."""
    starts = [(one.at, next_time(one, plan.timezone, since)) for one in plan.schedule if one.do == "start"]
    return [(written, at) for written, at in starts if at is not None]


def _before_first_day(plan: CampaignPlan) -> datetime:
    """Return the last moment before the first day begins, wherever it begins first."""
    assert plan.start_on is not None, "asked before the first day"
    begins = datetime.combine(plan.start_on, time(), _zone(plan) or timezone(FIRST_ZONE))
    return begins.astimezone(UTC) - timedelta.resolution


def _zone(plan: CampaignPlan) -> tzinfo | None:
    return ZoneInfo(plan.timezone.partition(",")[0]) if plan.timezone else None


def _day(now: datetime, zone: tzinfo | None, else_ahead: timedelta) -> date:
    return now.astimezone(zone).date() if zone else (now + else_ahead).date()
