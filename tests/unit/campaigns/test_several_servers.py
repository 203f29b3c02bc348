"""Several servers dial one campaign: what an operator orders, and what one of them finds out, is right for each."""

import asyncio
import logging
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError

from campaigns import office_rows
from campaigns.campaign_office import LOOK_S
from models.attempt import Attempt
from models.campaign import CampaignMove
from models.campaign_event import CampaignEvent
from models.lead import Lead
from tests.unit.campaigns.conftest import Add, Make
from tests.unit.campaigns.dialled import NO_LINE, TALKS, Person, Phones
from tests.unit.campaigns.test_campaign_office import Office, database_url, numbers
from tests.unit.campaigns.test_cap_shares import Server, begun

__all__ = ["database_url"]
pytestmark = pytest.mark.looptime
RULES = {"window_s": 60, "share": 0.5, "least": 4, "rest_s": 30, "trial": 2}


def two_servers(engine: Engine, first: Phones, second: Phones) -> list[Server]:
    """Each with a telephone network of its own."""
    return [Server(engine, phones, name, {"name": "a"}) for name, phones in (("first", first), ("second", second))]


async def looking(servers: list[Server], seconds: float) -> None:
    """Wait, and let all look meanwhile as their schedulers do by the real clock."""
    for _ in range(int(seconds / LOOK_S)):
        await asyncio.sleep(LOOK_S)
        for one in servers:
            await one.office.look()


def turns(engine: Engine) -> list[tuple[str, str]]:
    """Return which server's breaker did what."""
    with engine.connect() as connection:
        asked = select(CampaignEvent.name, CampaignEvent.data).where(CampaignEvent.name.startswith("breaker."))
        return [(row.data.get("node", ""), row.name) for row in connection.execute(asked.order_by(CampaignEvent.seq))]


async def test_a_drain_lets_the_calls_of_each_server_come_to_their_end(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    begun(engine, make_campaign, add_leads, max_calls=8)
    quick, slow = Phones(), Phones(others=Person([replace(TALKS, talk_s=150.0)]))
    servers = two_servers(engine, quick, slow)
    await looking(servers, 40)
    await servers[0].order("autumn", CampaignMove.DRAIN)
    await looking(servers, 60)
    assert (quick.running, slow.running) == (0, 4)
    assert servers[0].campaign().state == "draining"
    await looking(servers, 120)
    assert servers[0].campaign().state == "stopped"
    with engine.connect() as connection:
        assert set(connection.scalars(select(Attempt.disposition))) == {"completed"}
        assert set(connection.scalars(select(Lead.state))) <= {"new", "waiting", "done"}
    assert not [one for server in servers for one in server.office.diallers]
    for one in servers:
        await one.kill()


async def test_a_database_that_is_away_when_a_drain_is_over_ends_no_other_campaign(
    engine: Engine, make_campaign: Make, add_leads: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_leads(make_campaign(max_calls=2), *numbers(20))
    add_leads(
        make_campaign("other", max_calls=2, calls_per_second=0.1), *(f"+8613800000{one}" for one in range(100, 200))
    )
    one, is_called, faults = Office(engine, Phones()), office_rows.is_called, [1]

    def away(of: Engine, campaign_id: str) -> bool:
        if faults and faults.pop():
            raise OperationalError("SELECT", {}, ConnectionError("the server closed the connection"))
        return is_called(of, campaign_id)

    monkeypatch.setattr(office_rows, "is_called", away)
    async with one.running():
        for name in ("autumn", "other"):
            await one.order(name, CampaignMove.START)
        await asyncio.sleep(5)
        await one.order("autumn", CampaignMove.DRAIN)
        await asyncio.sleep(60)
        assert not faults
        assert one.campaign().state == "draining"
        assert list(one.office.diallers) == ["other"], "it goes on"
        await one.office.look()
        assert one.campaign().state == "stopped", "once the database is there again"


async def test_a_look_that_comes_while_a_drain_ends_finds_nothing_to_do(
    engine: Engine, make_campaign: Make, add_leads: Add, caplog: pytest.LogCaptureFixture
) -> None:
    add_leads(make_campaign(max_calls=2), *numbers(20))
    one, is_called, looks = Office(engine, Phones()), office_rows.is_called, list[asyncio.Task[None]]()
    work = one.work

    async def slow(what: object, *args: object, **values: object) -> object:
        """Of the dialler and of the look: each has its answer before either goes on."""
        found = await work(what, *args, **values)
        if what is is_called:
            if not looks:
                looks.append(asyncio.ensure_future(one.office.look()))
            await asyncio.sleep(1)
        return found

    one.office._work = slow  # type: ignore[method-assign]
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        await asyncio.sleep(5)
        with caplog.at_level(logging.ERROR):
            await one.order("autumn", CampaignMove.DRAIN)
            await asyncio.sleep(60)
        assert [look.done() for look in looks] == [True]
        assert not caplog.records
        assert one.campaign().state == "stopped"


async def test_a_breaker_that_is_mended_at_one_server_stays_open_at_the_other(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    """Nor does it look as if somebody had resumed the campaign; and who resumes it closes both."""
    begun(engine, make_campaign, add_leads, max_calls=8, breaker=RULES, retry={"congestion": {"after": ["1s"]}})
    first, second = Phones(others=Person([NO_LINE])), Phones(others=Person([NO_LINE]))
    servers = two_servers(engine, first, second)
    await looking(servers, 20)
    assert {one for one in turns(engine) if one[1] == "breaker.tripped"} == {
        ("first", "breaker.tripped"), ("second", "breaker.tripped"),
    }  # fmt: skip
    first.others = Person([TALKS])
    await looking(servers, 60)
    assert ("first", "breaker.mended") in turns(engine)
    assert "breaker.closed" not in {name for _, name in turns(engine)}
    assert servers[0].campaign().state == "tripped", "the other's is open"
    placed = servers[0].placed
    await looking(servers, 20)
    assert servers[0].placed > placed, "and this one dials"
    second.others = Person([TALKS])
    await servers[1].order("autumn", CampaignMove.RESUME)
    await looking(servers, 10)
    assert turns(engine)[-1][1] == "breaker.closed"
    assert [str(d.lessons.breaker.state) for one in servers for d in one.office.diallers.values()] == ["closed"] * 2
    assert servers[0].campaign().state == "running"
    for one in servers:
        await one.kill()


async def test_a_campaign_that_trips_over_its_last_leads_ends_when_nobody_is_left(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    add_leads(make_campaign(breaker=RULES, retry={"congestion": "never", "failed": "never"}), *numbers(4))
    one = Office(engine, Phones(others=Person([NO_LINE])))
    async with one.running():
        await one.order("autumn", CampaignMove.START)
        await asyncio.sleep(15)
        assert one.campaign().state == "tripped"
        await one.renewing(60)
        assert one.campaign().state == "finished"
