"""One look for all who watch: none while nobody does, one for many, and a fault is no end."""

import asyncio
from datetime import datetime
from functools import partial
from itertools import count

import pytest
from sqlalchemy import Connection, Engine, text

from console.live_feed import LiveFeed

EVERY_S = 0.02
SOON_S = 30.0


async def test_everybody_gets_what_one_look_found(engine: Engine) -> None:
    numbers = count()
    feed = LiveFeed(engine, lambda connection, now: next(numbers), EVERY_S)
    got: list[list[int]] = [[], [], []]
    enough = asyncio.Event()

    def take(place: int, found: int) -> None:
        got[place].append(found)
        if all(len(one) >= 3 for one in got):
            enough.set()

    ways_out = [feed.watch(partial(take, place)) for place in range(3)]
    await asyncio.wait_for(enough.wait(), SOON_S)
    for leave in ways_out:
        leave()
    feed.close()
    assert set(got[1]) >= set(got[2])
    assert feed.looks <= max(len(one) for one in got) + 2, "a look for each of them would be three times as many"


async def test_who_watches_nothing_costs_nothing(engine: Engine) -> None:
    looked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look(connection: Connection, now: datetime) -> int:
        loop.call_soon_threadsafe(looked.set)
        return 1

    feed = LiveFeed(engine, look, EVERY_S)
    assert feed.looks == 0
    leave = feed.watch(lambda found: None)
    await asyncio.wait_for(looked.wait(), SOON_S)
    leave()
    feed.close()
    looks = feed.looks
    await asyncio.sleep(EVERY_S * 5)
    assert (feed.looks, feed.watchers) == (looks, 0)


async def test_a_database_that_is_away_is_looked_into_again_and_told_of_once(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    there = asyncio.Event()
    tries = count()

    def look(connection: Connection, now: datetime) -> str:
        if next(tries) < 3:
            connection.execute(text("select * from no_such_table"))
        return "found"

    feed = LiveFeed(engine, look, EVERY_S)
    leave = feed.watch(lambda found: there.set())
    await asyncio.wait_for(there.wait(), SOON_S)
    leave()
    feed.close()
    assert feed.newest == "found"
    assert len(caplog.records) == 1
