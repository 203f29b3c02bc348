"""Moves of campaigns by several at one moment: with PostgreSQL each sees what the one before it has written."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select, text

from campaigns.campaign_orders import order
from campaigns.campaign_rows import StoredCampaign, campaign_named, campaign_of, moved, put_campaign, removed
from campaigns.plan import plan_of
from models.campaign import CampaignMove, CampaignState
from models.campaign_event import CampaignEvent
from models.errors import CannotDo, OperatorFault
from models.settings import DataSettings, Settings
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Make

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
PATIENCE_S = 20.0


def say(engine: Engine, one: StoredCampaign, *moves: CampaignMove) -> None:
    for move in moves:
        with writing(engine) as connection:
            moved(connection, one.id, move, NOON)


def waited_for(engine: Engine, other: "Future[object]") -> None:
    """Return as soon as the other transaction waits for the lock of ours, or is over."""
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    end = time.monotonic() + PATIENCE_S
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not (connection.scalar(asked) or other.done()):
            assert time.monotonic() < end, "it neither waits nor ends"


def during(engine: Engine, one: StoredCampaign, move: CampaignMove, other: Callable[[], object]) -> "Future[object]":
    """Carry out a move, and let `other` begin, in a thread of its own, before the move is committed."""
    with ThreadPoolExecutor(1) as thread:
        with writing(engine) as connection:
            moved(connection, one.id, move, NOON)
            begun = thread.submit(other)
            waited_for(engine, begun)
        begun.exception(PATIENCE_S)
    return begun


def state(engine: Engine, one: StoredCampaign) -> CampaignState:
    with engine.connect() as connection:
        return campaign_of(connection, one.id).state


def test_a_breaker_that_trips_while_an_operator_stops_does_not_take_the_stop_back(
    engine: Engine, make_campaign: Make
) -> None:
    one = make_campaign()
    say(engine, one, CampaignMove.START)
    tripped = during(engine, one, CampaignMove.STOP, lambda: say(engine, one, CampaignMove.TRIP))
    assert state(engine, one) == "stopped"
    with pytest.raises(CannotDo, match="The campaign 'autumn' is stopped, so it can't trip"):
        tripped.result()


def test_what_an_order_means_goes_by_what_was_said_a_moment_before(
    engine: Engine, make_campaign: Make, settings: Settings
) -> None:
    """A start of what is paused is a resume, and of what was just stopped a start."""
    one = make_campaign()
    say(engine, one, CampaignMove.START, CampaignMove.PAUSE)
    started = during(engine, one, CampaignMove.STOP, lambda: order(engine, settings, "autumn", "start", NOON, ""))
    started.result()
    with engine.connect() as connection:
        names = connection.scalars(select(CampaignEvent.name).order_by(CampaignEvent.seq.desc()).limit(2)).all()
    assert (state(engine, one), names) == ("running", ["campaign.start", "campaign.stop"])


def test_a_plan_is_not_changed_under_a_list_that_is_done_at_that_moment(engine: Engine, make_campaign: Make) -> None:
    one = make_campaign()
    say(engine, one, CampaignMove.START)
    changed = {**one.settings, "max_calls": 3}

    def change() -> None:
        with writing(engine) as connection:
            put_campaign(connection, plan_of(changed), changed, NOON)

    with pytest.raises(OperatorFault, match="is finished; clone it"):
        during(engine, one, CampaignMove.FINISH, change).result()


def test_a_campaign_that_is_started_at_that_moment_is_not_removed(engine: Engine, make_campaign: Make) -> None:
    one = make_campaign()

    def remove() -> None:
        with writing(engine) as connection:
            removed(connection, campaign_named(connection, "autumn", held=True), NOON)

    with pytest.raises(CannotDo, match="is running; stop it first"):
        during(engine, one, CampaignMove.START, remove).result()
    assert state(engine, one) == "running"


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of a server that doesn't run."""
    return Settings(data=DataSettings(directory=tmp_path_factory.mktemp("nobody")))
