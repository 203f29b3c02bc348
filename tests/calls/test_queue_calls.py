"""Whole calls through the queues: from the flow's `enqueue` to an agent, or to wherever the queue leads."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from models.cause import Cause
from queues import front_desk
from tests.calls.call_centre import BILLING, call_centre

pytestmark = pytest.mark.looptime


def event(line, name):
    return next(data for found, data in line.story.events if found == name)


async def test_a_caller_is_offered_to_the_agent_who_can_and_the_agent_hears_who_it_is_first(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("203", "202")
        caller = await line.call()
        call = await phones.rings("202")
        assert call.caller.number == "5550142"
        assert call.caller.name.startswith("billing 0:0")
        assert centre.state("202") == "offered"
        ben = phones.person(call)
        call.answers()
        await caller.waits(0.3)
        assert any(text.startswith("Billing.") for text in ben.plays()), ben.plays()
        assert caller.stream.hears == (), "the whisper is the agent's"
        await caller.waits(15)
        assert caller.stream.hears == (ben.stream.number,)
        assert centre.state("202") == "talking"
        call.caller_hangs_up()
        await caller.hears("Thank you, that was all.")
        await caller.is_hung_up()
        assert centre.state("202") == "wrap-up"
        await caller.waits(31)
        assert centre.state("202") == "ready"
    assert centre.events() == [
        ("queue.joined", ""),
        ("queue.offered", "202"),
        ("queue.answered", "202"),
        ("queue.ended", "202"),
    ]
    assert centre.stays() == [("billing", "served", "202")]


@pytest.mark.parametrize("turns", range(4))
async def test_a_key_pressed_just_as_an_agent_answers_keeps_nobody_apart(turns, open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("202")
        caller = await line.call()
        call = await phones.rings("202")
        ben = phones.person(call)
        await caller.waits(1)
        call.answers()
        for _ in range(turns):
            await asyncio.sleep(0)
        caller.stream.key("5")
        await caller.waits(15)
        assert caller.stream.hears == (ben.stream.number,)
        caller.hangs_up()


async def test_who_calls_while_the_database_can_not_be_read_is_served_all_the_same(open_line, tmp_path, monkeypatch):
    def away(*_):
        raise OperationalError("SELECT", {}, Exception("server closed the connection unexpectedly"))

    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        monkeypatch.setattr(front_desk, "history", away)
        await centre.comes("202")
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(15)
        assert caller.stream.hears == (ben.stream.number,)
        caller.hangs_up()


async def test_who_does_not_answer_is_passed_by_and_paused_in_the_end(open_line, tmp_path):
    queue = {**BILLING, "ring_s": 10, "pause_after_missed": 2, "strategy": "ability"}
    async with call_centre(open_line, tmp_path, queue) as (line, phones, centre):
        await centre.comes("201", "202")
        caller = await line.call()
        await phones.rings("201")
        other = await phones.rings("202")
        assert centre.state("201") == "ready"
        other.declines()
        await phones.rings("201")
        again = await phones.rings("202")
        assert centre.state("201") == "paused"
        assert centre.book.presence("201").reason == "offers missed"
        again.answers()
        await caller.waits(10)
        again.caller_hangs_up()
        await caller.is_hung_up()
    names = [name for name, _ in centre.events()]
    assert names.count("queue.offer-missed") == 3


async def test_all_ring_and_the_first_has_the_caller(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, {**BILLING, "strategy": "ring-all"}) as (line, phones, centre):
        await centre.comes("201", "202")
        caller = await line.call()
        calls = [await phones.rings(), await phones.rings()]
        # Both pick up within the same moment.
        for call in calls:
            call.answers()
        await caller.waits(12)
        assert [call.over is None for call in calls].count(True) == 1
        assert sorted(map(centre.state, ("201", "202"))) == ["ready", "talking"]
        next(call for call in calls if call.over is None).caller_hangs_up()
        await caller.is_hung_up()


async def test_who_hangs_up_while_a_phone_rings_leaves_no_ghost(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("201")
        caller = await line.call()
        call = await phones.rings("201")
        caller.dialog.caller_hangs_up()
        await caller.is_hung_up()
        await caller.waits(0.5)
        assert call.over is not None
        assert call.over.cause is Cause.CANCELLED
        assert centre.state("201") == "ready"
    assert centre.stays() == [("billing", "abandoned", "")]


async def test_nobody_logged_in_leads_on_at_once_and_the_flow_says_so(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, _, centre):
        caller = await line.call()
        await caller.hears("Nobody is there.", out=False)
        await caller.is_hung_up()
    assert centre.stays() == [("billing", "overflowed", "")]
    assert event(line, "queue-left") == {"to": "return", "why": "nobody"}


async def test_who_waits_hears_the_place_and_keys_the_way_out(open_line, tmp_path):
    queue = {**BILLING, "way_out_key": "9"}
    async with call_centre(open_line, tmp_path, queue) as (line, phones, centre):
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        await second.hears("You are next. If you don't want to wait, press 9.", out=False)
        second.stream.key("9")
        await second.hears("Nobody is there.", out=False)
        await second.is_hung_up()
        ben.call.caller_hangs_up()
        await first.is_hung_up()


async def test_a_phone_that_dies_in_the_talk_brings_the_caller_to_the_next_agent(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("201", "202")
        caller = await line.call()
        call = await phones.rings()
        call.answers()
        await caller.waits(15)
        call.dies()
        centre.book.phone(call.called.number, False)
        other = await phones.rings()
        assert other.called.number != call.called.number
        other.answers()
        await caller.waits(15)
        other.caller_hangs_up()
        await caller.hears("Thank you, that was all.")
        await caller.is_hung_up()
    assert [state for _, state, _ in centre.stays()] == ["served", "served"]


async def test_an_agent_sends_the_caller_on_to_a_queue_and_to_a_colleague(open_line, tmp_path):
    sales = {"name": "sales", "needs": [{"skill": "sales"}]}
    async with call_centre(open_line, tmp_path, BILLING, sales) as (line, phones, centre):
        await centre.comes("202", "203")
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(15)
        ben.call.refers("sip:sales@hotline.example")
        cleo = await phones.answers("203")
        await caller.waits(15)
        assert ben.call.over is not None
        assert centre.state("202") == "wrap-up"
        cleo.call.refers("sip:201@hotline.example")
        anna = await phones.answers("201")
        await caller.waits(0.3)
        assert any(text.startswith("sales.") for text in anna.plays()), "what is known follows every hop"
        assert caller.stream.hears == ()
        await caller.waits(8)
        assert caller.stream.hears == (anna.stream.number,)
        assert cleo.call.over is not None
        anna.call.caller_hangs_up()
        await caller.hears("Thank you, that was all.")
        await caller.is_hung_up()
    assert [stay[:2] for stay in centre.stays()] == [("billing", "served"), ("sales", "served")]


async def test_a_phone_that_cannot_be_called_takes_its_agent_off_instead_of_ringing_for_ever(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("201", "202")
        phones.unregister("201")
        caller = await line.call()
        ben = await phones.answers("202")
        assert centre.state("201") == "offline"
        assert centre.book.presence("201").reason == "phone can't be called"
        await caller.waits(10)
        ben.call.caller_hangs_up()
        await caller.is_hung_up()


async def test_a_caller_overflows_into_another_queue_with_the_time_waited(open_line, tmp_path):
    sales = {"name": "sales", "needs": [{"skill": "sales"}]}
    overflow = [{"when": "waited", "after_s": 20, "to": "queue:sales"}]
    async with call_centre(open_line, tmp_path, {**BILLING, "overflow": overflow}, sales) as (line, phones, centre):
        await centre.comes("202", "203")
        first = await line.call()
        ben = await phones.answers("202")
        second = await line.call()
        cleo = await phones.answers("203")
        await second.waits(10)
        cleo.call.caller_hangs_up()
        await second.is_hung_up()
        ben.call.caller_hangs_up()
        await first.is_hung_up()
        assert cleo.call.caller.name.startswith("sales 0:2")
    assert sorted(centre.stays()) == [
        ("billing", "overflowed", ""),
        ("billing", "served", "202"),
        ("sales", "served", "203"),
    ]


async def test_who_calls_back_within_the_time_has_waited_as_long_as_before(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("202")
        busy = await line.call()
        ben = await phones.answers("202")
        impatient = line.dial("5550199")
        await impatient.answered()
        await impatient.waits(60)
        impatient.dialog.caller_hangs_up()
        await impatient.is_hung_up()
        other = line.dial("5550111")
        await other.answered()
        await other.waits(5)
        again = line.dial("5550199")
        await again.answered()
        await again.waits(5)
        await centre.comes("201")
        call = await phones.rings("201")
        assert call.caller.number == "5550199"
        call.answers()
        await again.waits(10)
        call.caller_hangs_up()
        ben.call.caller_hangs_up()
        last = await phones.rings()
        last.answers()
        await other.waits(10)
        last.caller_hangs_up()
        for one in (busy, again, other):
            await one.is_hung_up()


async def test_who_waits_long_is_offered_a_callback_that_keeps_the_place(open_line, tmp_path):
    queue = {**BILLING, "callback_after_s": 30, "announce_every_s": 0}
    async with call_centre(open_line, tmp_path, queue) as (line, phones, centre):
        await centre.comes("202")
        busy = await line.call()
        ben = await phones.answers("202")
        waits = line.dial("5550199")
        await waits.answered()
        await waits.hears("If you like, hang up and keep your place, and we call you back: press 1.", out=False)
        waits.stream.key("1")
        await waits.hears("Thank you. You keep your place, and we call you back.", out=False)
        await waits.hears("Thank you, that was all.", out=False)
        await waits.is_hung_up()
        [promise] = centre.callbacks.open_promises()
        assert (promise.number, promise.queue) == ("5550199", "billing")
        assert centre.distributor.now() - promise.since > 30
        ben.call.caller_hangs_up()
        await busy.is_hung_up()
    assert sorted(centre.stays()) == [("billing", "callback", ""), ("billing", "served", "202")]
