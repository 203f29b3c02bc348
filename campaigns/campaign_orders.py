"""What an operator says of a campaign: written down, and taken up at once by a server that runs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from campaigns.campaign_rows import StoredCampaign, campaign_named, moved
from campaigns.running import ORDERS, move_of, starts_by_schedule, starts_in_vain
from models.campaign import CAMPAIGN_LIFE, CampaignState
from models.control_client import NotRunning, ask
from models.control_protocol import TakeUpCampaigns
from models.errors import CannotDo, Refused
from models.settings import Settings
from models.writing import writing

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Ordered:
    state: CampaignState
    """Of the campaign from now on."""
    live: bool
    """Whether a server goes by it already."""
    words: str


def order(engine: Engine, settings: Settings, name: str, what: str, now: datetime, why: str) -> Ordered:
    """Start, pause, resume, stop or drain a campaign; raise `OperatorFault` or `CannotDo` where that can't be."""
    with writing(engine) as connection:
        one = campaign_named(connection, name, held=True)
        try:
            state = moved(connection, one.id, move_of(what, one.state, one.plan, now), now, why)
        except Refused as refusal:
            raise Refused(f"{refusal} {_instead(one)}", refusal.key, **refusal.values) from None
    begins = ""
    if state is CampaignState.SCHEDULED:
        by_schedule = starts_by_schedule(one.plan, now)
        begins = f", and begins on {one.plan.start_on}{', when its schedule has a start' if by_schedule else ''}"
    vain = starts_in_vain(one.plan, state, now)
    live, words = taken_up(settings)
    said = f"The campaign '{name}' is {state}{'' if vain else begins}. {words}"
    return Ordered(state, live, f"{said} {vain}".rstrip())


def taken_up(settings: Settings) -> tuple[bool, str]:
    """Let the running server do what the database says now; return whether it does, and a sentence."""
    try:
        *_, done = ask(settings.data.directory, TakeUpCampaigns(), PATIENCE_S)
    except NotRunning:
        return False, "No server runs; it counts from the next start on."
    except CannotDo as refusal:
        return False, f"The running server takes it up later: {refusal}"
    return True, done.sentence


def _instead(one: StoredCampaign) -> str:
    """Return what an operator may do with a campaign instead of what it can't."""
    ways = possible(one.state)
    if not ways:
        return f"Its life is over; hotline campaigns clone {one.name} NEW makes another one of its plan."
    return f"What it can, now: hotline campaigns {'|'.join(ways)} {one.name}"


def possible(state: str) -> tuple[str, ...]:
    """Return what may be said of a campaign in this state."""
    return tuple(what for what, move in ORDERS.items() if CAMPAIGN_LIFE.allows(CampaignState(state), move))
