"""Campaigns in the database: made, found, listed, cloned and removed, within the caller's transaction."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, insert, select, update

from campaigns.lead_row import Happened
from campaigns.plan import CampaignPlan, plan_of
from models.call import new_id
from models.campaign import CAMPAIGN_LIFE, Campaign, CampaignMove, CampaignState
from models.campaign_event import CampaignEvent
from models.errors import CannotDo, OperatorFault, Refused
from models.lead import Lead

log = logging.getLogger(__name__)
LIVE = (CampaignState.RUNNING, CampaignState.DRAINING, CampaignState.TRIPPED)
"""States in which calls are placed or go on."""
CHANGED = "campaign.changed"
"""The event of a changed plan; `schedule` says whether its schedule, or the clock of that, is another now."""


@dataclass(frozen=True)
class StoredCampaign:
    """A campaign of the database with its plan."""

    id: str
    name: str
    state: CampaignState
    plan: CampaignPlan
    settings: Mapping[str, Any]
    """The plan as it was written."""
    created_at: datetime
    edited_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None


def _stored(row: Any) -> StoredCampaign:
    """Return the campaign of a row; raise `OperatorFault` where another Hotline wrote a plan that isn't one here."""
    try:
        plan = plan_of(row.settings)
    except ValidationError as refusal:
        first = refusal.errors()[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise OperatorFault(
            f"The plan of the campaign '{row.name}' can't be read ({where}: {first['msg']}); write it again: "
            "hotline campaigns create FILE."
        ) from None
    return StoredCampaign(
        row.id, row.name, CampaignState(row.state), plan, row.settings, row.created_at, row.edited_at,
        row.started_at, row.ended_at,
    )  # fmt: skip


def campaigns(connection: Connection) -> list[StoredCampaign]:
    """Return all campaigns, the oldest first; one whose plan can't be read only leaves a line in the log."""
    found = []
    for row in connection.execute(select(Campaign.__table__).order_by(Campaign.id)):
        try:
            found.append(_stored(row))
        except OperatorFault as fault:
            log.warning("%s", fault)
    return found


def campaign_named(connection: Connection, name: str, held: bool = False) -> StoredCampaign:
    """Return the campaign of that name; raise `OperatorFault` with the names that there are.

    `held`: nobody else moves or edits it until the transaction ends.
    """
    asked = select(Campaign.__table__).where(Campaign.name == name)
    row = connection.execute(asked.with_for_update() if held else asked).first()
    if row is not None:
        return _stored(row)
    names = connection.scalars(select(Campaign.name).order_by(Campaign.id.desc()).limit(8)).all()
    known = f"there are {', '.join(names)}" if names else "there is none yet: hotline campaigns create FILE"
    raise OperatorFault(f"There is no campaign '{name}'; {known}.")


def campaign_of(connection: Connection, campaign_id: str, held: bool = False) -> StoredCampaign:
    """Return the campaign with that id; raise `OperatorFault` where it was removed. `held`: as of `campaign_named`."""
    asked = select(Campaign.__table__).where(Campaign.id == campaign_id)
    row = connection.execute(asked.with_for_update() if held else asked).first()
    if row is None:
        raise OperatorFault(f"The campaign {campaign_id} was removed; hotline campaigns list shows what there is.")
    return _stored(row)


def put_campaign(
    connection: Connection, plan: CampaignPlan, settings: Mapping[str, Any], now: datetime
) -> tuple[StoredCampaign, str]:
    """Write a plan; return the campaign and created, changed or unchanged. A campaign that is over isn't changed."""
    row = connection.execute(select(Campaign.__table__).where(Campaign.name == plan.name).with_for_update()).first()
    if row is None:
        values = {"id": new_id(), "name": plan.name, "state": str(CAMPAIGN_LIFE.start), "settings": dict(settings)}
        connection.execute(insert(Campaign).values(**values, created_at=now, edited_at=now))
        return _noted(connection, campaign_named(connection, plan.name), "created", now)
    if row.settings == dict(settings):
        return _stored(row), "unchanged"
    if row.state == CampaignState.FINISHED:
        raise OperatorFault(
            f"The campaign '{plan.name}' is finished; clone it under another name, and change that one."
        )
    connection.execute(update(Campaign).where(Campaign.id == row.id).values(settings=dict(settings), edited_at=now))
    rescheduled = _timetable(row.settings) != _timetable(settings)
    return _noted(connection, campaign_named(connection, plan.name), "changed", now, schedule=rescheduled)


def _timetable(settings: Mapping[str, Any]) -> frozenset[tuple[str, str, str]] | None:
    """Return what is done when and where; None where the plan can't be read."""
    try:
        plan = plan_of(settings)
    except ValidationError:
        return None
    return frozenset((one.do, one.at, one.timezone or plan.timezone) for one in plan.schedule)


def cloned(connection: Connection, name: str, new: str, now: datetime) -> StoredCampaign:
    """Make a campaign `new` with the plan of `name`; raise `OperatorFault` where there is one of that name."""
    settings = {**campaign_named(connection, name).settings, "name": new}
    if connection.execute(select(Campaign.id).where(Campaign.name == new)).first() is not None:
        raise OperatorFault(f"There is a campaign '{new}' already; give the copy another name.")
    try:
        plan = plan_of(settings)
    except ValidationError:
        raise OperatorFault(f"'{new}' is no name for a campaign; use letters, digits, '.', '-' and '_'.") from None
    return put_campaign(connection, plan, settings, now)[0]


def _noted(
    connection: Connection, one: StoredCampaign, what: str, now: datetime, **data: Any
) -> tuple[StoredCampaign, str]:
    note(connection, Happened(f"campaign.{what}", now, one.id, data=data))
    return one, what


def note(connection: Connection, *events: Happened) -> None:
    """Write events."""
    if events:
        connection.execute(insert(CampaignEvent), [event.row for event in events])


def moved(connection: Connection, campaign_id: str, move: CampaignMove, now: datetime, why: str = "") -> CampaignState:
    """Carry out a move of a campaign's life and its event; return the new state. Raises `CannotDo` where it can't."""
    # With PostgreSQL the lock keeps what an operator says meanwhile from being overwritten; SQLite has one writer.
    asked = select(Campaign.name, Campaign.state).where(Campaign.id == campaign_id).with_for_update()
    row = connection.execute(asked).first()
    if row is None:
        raise CannotDo(f"The campaign {campaign_id} was removed, so it can't {move}.")
    state = CampaignState(row.state)
    if not CAMPAIGN_LIFE.allows(state, move):
        words = f"The campaign '{row.name}' is {state}, so it can't {move}."
        raise Refused(words, "orders.campaign_state", name=row.name)
    after = CAMPAIGN_LIFE.next(state, move)
    values: dict[str, Any] = {"state": str(after)}
    if move is CampaignMove.START:
        values |= {"started_at": now, "ended_at": None}
    if after in {CampaignState.STOPPED, CampaignState.FINISHED}:
        values["ended_at"] = now
    connection.execute(update(Campaign).where(Campaign.id == campaign_id).values(**values))
    note(connection, Happened(f"campaign.{move}", now, campaign_id, data={"state": after, "why": why}))
    return after


def lead_counts(connection: Connection, campaign_id: str) -> dict[str, int]:
    """Return how many leads are in which state."""
    found = select(Lead.state, func.count()).where(Lead.campaign_id == campaign_id).group_by(Lead.state)
    return {row[0]: row[1] for row in connection.execute(found)}


def removed(connection: Connection, one: StoredCampaign, now: datetime, called_too: bool = False) -> int:
    """Remove a campaign with its leads; return how many. Attempts and opt-outs stay, as proof. Raises `CannotDo`."""
    if one.state in LIVE:
        raise CannotDo(f"The campaign '{one.name}' is {one.state}; stop it first: hotline campaigns stop {one.name}.")
    if one.started_at is not None and not called_too:
        raise CannotDo(
            f"The campaign '{one.name}' has called people; --force removes its leads (attempts and opt-outs stay)."
        )
    count = sum(lead_counts(connection, one.id).values())
    connection.execute(delete(Lead).where(Lead.campaign_id == one.id))
    connection.execute(delete(Campaign).where(Campaign.id == one.id))
    note(connection, Happened("campaign.removed", now, one.id, data={"name": one.name, "leads": count}))
    return count
