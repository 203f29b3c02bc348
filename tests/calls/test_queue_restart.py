"""A server that starts in the middle of a day knows what was before: loads of agents, callers' histories, figures."""

import asyncio

import pytest

from queues.caller_rows import history
from queues.distributor import Distributor
from queues.metrics import QueueFigures
from queues.tally import Tally
from tests.calls.call_centre import BILLING, call_centre

pytestmark = pytest.mark.looptime
QUIET = {**BILLING, "wrap_up_s": 0}


async def test_the_day_goes_on_after_a_restart(open_line, tmp_path, monkeypatch):
    # Whatever the time is: noon.
    monkeypatch.setattr(Distributor, "midnight", lambda distributor: distributor.now() - 43_200)
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        before = centre.distributor
        figures = QueueFigures(centre.book, lambda: 0.0)
        before.subscribe(figures.take)
        await centre.comes("202")
        for _ in range(3):
            # The second one waits while the first talks; the third gives up.
            talks, waits, gives_up = line.dial("5550001"), line.dial("5550002"), line.dial("5550003")
            await talks.answered()
            ben = await phones.answers("202")
            for caller in (waits, gives_up):
                await caller.answered()
            await talks.waits(40)
            gives_up.hangs_up()
            ben.call.caller_hangs_up()
            ben = await phones.answers("202")
            await waits.waits(20)
            ben.call.caller_hangs_up()
            for caller in (talks, waits, gives_up):
                await caller.is_hung_up()
            await asyncio.sleep(5)
        after = Distributor(centre.engine, centre.journal, centre.book, clock=asyncio.get_running_loop().time)
        assert after.open("node") == []
        old, new = (one._distribution for one in (before, after))
        desks = old.desk("202"), new.desk("202")
        assert desks[0] is not None
        assert desks[1] is not None
        desk, again = desks[0].stored, desks[1].stored
        assert again.calls == desk.calls == 6
        assert again.talk_s == pytest.approx(desk.talk_s, abs=0.1)
        assert again.talk_s > 150
        # The journal's clock is the wall's; the line's is virtual.
        assert desk.offered_at - again.offered_at < 600
        gaps = [list(one._hall.expects("billing").gaps) for one in (old, new)]
        assert [gap for _, gap in gaps[1]] == pytest.approx([gap for _, gap in gaps[0]])
        assert len(gaps[0]) >= 3
        day = QueueFigures(centre.book, lambda: 0.0, after.day())
        for rate in (Tally.service_level, Tally.abandonment, Tally.speed_of_answer):
            assert day.rates(rate) == pytest.approx(figures.rates(rate), abs=0.05)
        assert day.rates(Tally.abandonment) == {"billing": pytest.approx(1 / 3)}
        with centre.engine.connect() as connection:
            assert history(connection, "5550002", after.now(), after.midnight()) == (3, False, ("202",))
            assert history(connection, "5550003", after.now(), after.midnight()) == (3, True, ())


async def test_ten_who_wait_when_the_server_stops_are_ended_with_words_and_keep_their_waiting_time(open_line, tmp_path):
    waiting = [f"555010{number}" for number in range(10)]
    async with call_centre(open_line, tmp_path, BILLING) as (line, phones, centre):
        await centre.comes("202")
        talks = line.dial("5550001")
        await talks.answered()
        await phones.answers("202")
        callers = [line.dial(number) for number in waiting]
        for caller in callers:
            await caller.answered()
        await asyncio.sleep(60)
        assert centre.distributor.waiting() == {"billing": 10}
        await line.reception.drain(0)
        for caller in (talks, *callers):
            await caller.is_hung_up()
        assert {story.cause for story in line.stories.values()} == {"server-stopped"}
        assert [state for _, state, _ in centre.stays()].count("stopped") == 10
        after = Distributor(centre.engine, centre.journal, centre.book, clock=asyncio.get_running_loop().time)
        assert after.open("node") == [], "nobody is left open"
        owed = {credit.number: credit.waited for credit in after._distribution._hall.room.credits(after.now(), 600)}
        assert set(waiting) <= set(owed)
        # The rows' moments are the wall's, the line's time is virtual: how long is another test's.
        assert all(seconds >= 0 for seconds in owed.values())
