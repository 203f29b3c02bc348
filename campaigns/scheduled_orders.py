"""Orders of schedules in the database: each counts once, carried out or noted with the reason why it couldn't be.

What people say counts until the next time of the schedule: an order that came at a bad moment isn't carried out hours
later. Only a start waits, for the end of calls that still go on. What was missed is carried out in its order, at once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from campaigns.campaign_rows import CHANGED, StoredCampaign, campaign_of, moved, note
from campaigns.lead_row import Happened
from campaigns.running import is_over, move_of
from campaigns.schedule import LONGEST, ScheduledOrder, due
from models.campaign import CampaignMove, CampaignState
from models.campaign_event import CampaignEvent
from models.errors import CannotDo

ORDERED = (
    CampaignMove.SCHEDULE, CampaignMove.START, CampaignMove.PAUSE, CampaignMove.RESUME, CampaignMove.STOP,
    CampaignMove.DRAIN,
)  # fmt: skip
"""Moves that somebody wants; the others happen to a campaign."""
DRAINED = "drained"
"""Why a campaign stops whose last calls are over: nobody's order."""
SCHEDULED = "by its schedule"
"""Why a campaign is moved whose order is noted besides."""
NOTED = "campaign.scheduled-order"
"""The event of an order whose time came: what it was, whether it was carried out, and else why not."""
NAMES = (NOTED, CHANGED, *(f"campaign.{move}" for move in ORDERED))
DIALS = ("start", "resume")
"""Orders after which people are called."""
OUTLIVED = (CampaignState.DRAFT, CampaignState.SCHEDULED, CampaignState.STOPPED)
"""States in which there is nothing to end after the last day."""


def due_orders(
    connection: Connection, stored: Iterable[StoredCampaign], now: datetime
) -> dict[str, list[tuple[datetime, ScheduledOrder]]]:
    """Return the orders whose time has come, and when, by campaign id. One indexed read, however many events."""
    scheduled = [one for one in stored if one.plan.schedule]
    if not scheduled:
        return {}
    said = _last_said(connection, now)
    found = {one.id: _due(one, said, now) for one in scheduled}
    return {campaign_id: orders for campaign_id, orders in found.items() if orders}


def carry_out(connection: Connection, campaign_id: str, now: datetime) -> list[Happened]:
    """Carry out the orders whose time has come, or note why one can't be; return what happened, which is written.

    Looks again at what is due: since the caller looked, somebody may have said something, or another server done it.
    Raises `OperatorFault` where the campaign was removed.
    """
    one, happened = campaign_of(connection, campaign_id, held=True), list[Happened]()
    for due_at, order in due_orders(connection, [one], now).get(campaign_id, []):
        if _waits(one, order):
            break
        happened += _one(connection, one, due_at, order, now)
        one = campaign_of(connection, campaign_id)
    return happened


def _one(
    connection: Connection, one: StoredCampaign, due_at: datetime, order: ScheduledOrder, now: datetime
) -> list[Happened]:
    facts: dict[str, Any] = {"order": order.do, "time": order.at, "due": due_at.isoformat(), "done": False}
    happened = []
    try:
        move = _allowed(one, order, now)
        state = moved(connection, one.id, move, now, SCHEDULED)
        happened.append(Happened(f"campaign.{move}", now, one.id, data={"state": state, "why": SCHEDULED}))
        facts["done"] = True
    except CannotDo as refusal:
        facts["why"] = str(refusal)
    noted = Happened(NOTED, now, one.id, data=facts)
    note(connection, noted)
    return [*happened, noted]


def _allowed(one: StoredCampaign, order: ScheduledOrder, now: datetime) -> CampaignMove:
    """Return the move that the order is; raise `CannotDo` where only a person may say so."""
    move = move_of(order.do, one.state, one.plan, now)
    if move is CampaignMove.RESUME and one.state is CampaignState.TRIPPED:
        raise CannotDo(f"The circuit breaker of the campaign '{one.name}' is open, which no schedule closes.")
    return move


def _due(one: StoredCampaign, said: Mapping[str, datetime], now: datetime) -> list[tuple[datetime, ScheduledOrder]]:
    over = is_over(one.plan, now)
    if one.state is CampaignState.FINISHED or (over and one.state in OUTLIVED):
        return []
    heeded = [order for order in one.plan.schedule if not (over and order.do in DIALS)]
    found = due(heeded, one.plan.timezone, max(said.get(one.id, one.created_at), one.created_at), now)
    return [] if found and _waits(one, found[0][1]) else found


def _waits(one: StoredCampaign, order: ScheduledOrder) -> bool:
    return order.do == "start" and one.state is CampaignState.DRAINING


def _said(now: datetime) -> Select[Any]:
    # By names and time, and not by campaign: that way the index is short, the campaign's own has all its calls.
    columns = CampaignEvent.campaign_id, CampaignEvent.at, CampaignEvent.name, CampaignEvent.data
    return select(*columns).where(CampaignEvent.name.in_(NAMES), CampaignEvent.at > now - LONGEST)


def _last_said(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Return when somebody last said what a campaign is to do, or its schedule was last heard, by campaign id."""
    said: dict[str, datetime] = {}
    for campaign_id, at, name, data in connection.execute(_said(now)):
        if name == NOTED:
            # Orders that were missed come one after the other at one moment; what counts is when each was to be.
            at = datetime.fromisoformat(data["due"]) if "due" in data else at
        elif name == CHANGED:
            # An older Hotline didn't say what was changed.
            if not data.get("schedule", True):
                continue
        elif data.get("why") == SCHEDULED or (name == f"campaign.{CampaignMove.STOP}" and data.get("why") == DRAINED):
            continue
        said[campaign_id] = max(at, said.get(campaign_id, at))
    return said
