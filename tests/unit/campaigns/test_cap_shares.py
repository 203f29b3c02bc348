"""Several servers that dial one campaign on one database keep each cap together, whoever comes, goes or is killed."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from campaigns.campaign_rows import moved
from campaigns.cap_shares import BEAT_S, LEASE_S, SILENT_S
from campaigns.line_book import LineBook
from campaigns.line_keeping import keep, restore, rows_of
from campaigns.line_plan import Line
from campaigns.line_rows import put_lines
from models.campaign import CampaignMove
from models.cap_share import CapShare
from models.errors import CannotDo
from models.settings import LineSettings
from models.writing import writing
from tests.unit.campaigns.conftest import NOON, Add, Make
from tests.unit.campaigns.dialled import Phones
from tests.unit.campaigns.test_campaign_office import Office, database_url, numbers

__all__ = ["database_url"]
pytestmark = pytest.mark.looptime
LINE = {"name": "a", "channels": 7, "calls_per_second": 3}
GIVEN_S = 3 * BEAT_S + 0.5
"""After which a newcomer has its share: it is seen, then the others give, then it takes."""
StartAll = Callable[..., list["Server"]]


class Server(Office):
    """One of several servers; the telephone network is the same for all."""

    def __init__(self, engine: Engine, phones: Phones, node: str, line: dict[str, Any], **settings: Any) -> None:
        began = NOON.timestamp() + asyncio.get_running_loop().time()
        book = LineBook([Line.model_validate(line)], LineSettings(seed=3), began)
        with engine.connect() as connection:
            restore(connection, book, began, node)
        super().__init__(engine, phones, node, book, **settings)
        self.book = book
        self.office.open(node)
        self.task = asyncio.ensure_future(self.office.run())

    async def kill(self) -> None:
        """End it without a word."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def keep(self) -> None:
        """What the office of lines does every few seconds."""
        with self.engine.begin() as connection:
            keep(connection, rows_of(self.book, self.clock(), node=self.node))

    @property
    def placed(self) -> int:
        return sum(one.lessons.figures.placed for one in self.office.diallers.values())


def begun(engine: Engine, make_campaign: Make, add_leads: Add, **plan: Any) -> None:
    """Begin a campaign with many leads."""
    stored = make_campaign(**{"max_calls": 50, "calls_per_second": 20, **plan})
    add_leads(stored, *numbers(900))
    with writing(engine) as connection:
        moved(connection, stored.id, CampaignMove.START, NOON)


def most_a_second(times: Sequence[float]) -> int:
    return max(sum(at <= one < at + 1.0 for one in times) for at in times)


async def test_two_servers_keep_a_lines_channels_and_rate_together_from_the_first_call_of_the_second(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    begun(engine, make_campaign, add_leads)
    phones = Phones()
    first = Server(engine, phones, "first", LINE)
    await asyncio.sleep(20)
    assert phones.running == 7, "a lone one has all of it"
    second = Server(engine, phones, "second", LINE)
    await asyncio.sleep(50)
    assert first.placed > 5
    assert second.placed > 5
    assert first.office.shares.servers == second.office.shares.servers == 2
    times = [at for at, *_ in phones.placed]
    assert phones.most == 7
    assert most_a_second(times) == 3
    await second.kill()
    began = asyncio.get_running_loop().time()
    await asyncio.sleep(LEASE_S + 2 * BEAT_S + 25)
    late = [at for at, *_ in phones.placed if at > began + LEASE_S + 2 * BEAT_S + 1]
    assert phones.running == 7, "its share has come back"
    assert most_a_second(late) == 3
    await first.kill()


@pytest.mark.parametrize("plan", [{"max_calls": 5}, {"calls_per_second": 2}, {}])
async def test_the_caps_of_a_campaign_and_of_the_whole_are_kept_together(
    plan: dict[str, Any], engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    whole = {} if plan else {"max_calls": 5, "calls_per_second": 2.0}
    begun(engine, make_campaign, add_leads, **plan)
    phones = Phones()
    servers = [Server(engine, phones, f"server {number}", {"name": "a"}, **whole) for number in range(3)]
    await asyncio.sleep(45)
    assert phones.most <= {**plan, **whole}.get("max_calls", 1000)
    assert most_a_second([at for at, *_ in phones.placed]) <= {**plan, **whole}.get("calls_per_second", 20)
    assert sum(one.placed > 0 for one in servers) >= 2
    for one in servers:
        await one.kill()


async def test_two_servers_spend_no_more_than_a_line_may_cost_a_day_though_one_is_killed(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    """Each call costs 0.06; 20 may be placed. What the killed one had not kept yet is read from its attempts."""
    line = {"name": "a", "prices": {"+86": {"per_minute": 0.06}}, "currency": "CNY", "spend_per_day": 1.2}
    begun(engine, make_campaign, add_leads, max_calls=8, calls_per_second=2)
    with engine.begin() as connection:
        put_lines(connection, [Line.model_validate(line)], ["a"])
    phones = Phones()
    servers = [Server(engine, phones, name, line) for name in ("first", "second")]
    for _ in range(5):
        await asyncio.sleep(5)
        for one in servers:
            one.keep()
    assert all(one.placed for one in servers)
    await asyncio.sleep(12)
    await servers[1].kill()
    for _ in range(6):
        await asyncio.sleep(5)
        servers[0].keep()
    third = Server(engine, phones, "third", line)
    await asyncio.sleep(10)
    assert 15 <= len(phones.placed) <= 20
    assert servers[0].book.documents(servers[0].clock())[0]["cost"] <= 1.2
    await servers[0].kill()
    await third.kill()


async def test_a_server_that_cannot_say_that_it_lives_dials_no_more_before_the_others_take_its_share(
    engine: Engine, make_campaign: Make, add_leads: Add, caplog: pytest.LogCaptureFixture
) -> None:
    begun(engine, make_campaign, add_leads)
    phones = Phones()
    first, second = (Server(engine, phones, name, LINE) for name in ("first", "second"))
    await asyncio.sleep(30)
    work = first.office.ports.work

    async def cut_off(what: Any, *args: Any, **values: Any) -> Any:
        if what.__name__ == "look":
            raise CannotDo("The database can't be written now (no route to host); nothing was changed: try again.")
        return await work(what, *args, **values)

    first.office.ports.work = cut_off
    await asyncio.sleep(SILENT_S + BEAT_S)
    placed = first.placed
    assert "dialling rests" in caplog.text
    await asyncio.sleep(40)
    assert first.placed == placed
    assert second.placed > placed
    # Its calls went on beside the other's; they are over.
    phones.most = phones.running
    assert phones.running == 7
    first.office.ports.work = work
    await asyncio.sleep(40)
    assert first.placed > placed, "it comes back as a newcomer"
    assert phones.most == 7
    assert most_a_second([at for at, *_ in phones.placed]) == 3
    for one in (first, second):
        await one.kill()


async def test_a_server_that_leaves_gives_its_share_at_once_and_one_that_comes_back_has_it_again(
    engine: Engine, make_campaign: Make, add_leads: Add, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    begun(engine, make_campaign, add_leads)
    phones = Phones()
    first, second = (Server(engine, phones, name, LINE) for name in ("first", "second"))
    await asyncio.sleep(30)
    await second.office.leave(60)
    await second.kill()
    await asyncio.sleep(BEAT_S + 25)
    assert phones.running == 7
    with engine.connect() as connection:
        assert connection.scalars(select(CapShare.node)).all() == ["first"]
    again = Server(engine, phones, "second", LINE)
    await asyncio.sleep(GIVEN_S + 30)
    assert again.placed
    assert phones.most == 7
    assert "says nothing any more" not in caplog.text
    for one in (first, again):
        await one.kill()


async def test_a_line_that_is_edited_gives_no_server_more_than_its_share(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    begun(engine, make_campaign, add_leads)
    phones = Phones()
    servers = [Server(engine, phones, name, {**LINE, "channels": 0}) for name in ("first", "second")]
    await asyncio.sleep(30)
    assert phones.running > 7
    edited = [Line.model_validate(LINE)]
    for one in servers:
        one.book.take_up(edited, one.clock())
    await asyncio.sleep(30)
    began, phones.most = asyncio.get_running_loop().time(), 0
    await asyncio.sleep(30)
    assert phones.most == 7
    assert most_a_second([at for at, *_ in phones.placed]) == 3
    assert began
    for one in servers:
        await one.kill()


async def test_a_lone_server_that_was_killed_has_all_caps_at_once_when_it_starts_again(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    begun(engine, make_campaign, add_leads)
    with engine.begin() as connection:
        connection.execute(insert(CapShare).values(node="here", beat=9, held={"calls line a": 3}))
    phones = Phones()
    one = Server(engine, phones, "here", LINE)
    await asyncio.sleep(8)
    assert phones.running == 7
    await one.kill()
