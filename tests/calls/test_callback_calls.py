"""Whole calls in which somebody is called back: in their turn, to the agent who was kept for them."""

import asyncio

import pytest

from tests.calls.call_centre import BILLING, call_centre

pytestmark = pytest.mark.looptime
BUSY = {**BILLING, "callback_after_s": 20, "announce_every_s": 0, "wrap_up_s": 0, "match_language": False}
SAID = {
    "en": ("we call you back: press 1", "You keep your place", "the call back that you asked for"),
    "zh": ("回电", "保留", "这是您预约的回电"),
}


async def hangs_up_for_a_callback(line, number, language):
    """Wait until a callback is offered, take it, and be gone."""
    caller = line.dial(number)
    await caller.answered()
    await caller.hears(SAID[language][0], out=False)
    caller.stream.key("1")
    await caller.hears(SAID[language][1], out=False)
    await caller.is_hung_up()


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_who_hung_up_for_a_callback_is_called_in_turn_though_the_queue_is_never_empty(
    open_line, tmp_path, language
):
    opened = call_centre(open_line, tmp_path, BUSY, calls_out=True, language=language)
    async with opened as (line, phones, centre), centre.calling_back():
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        before = line.dial("5550001")
        await before.answered()
        await before.waits(2)
        await hangs_up_for_a_callback(line, "5550199", language)
        behind = [line.dial(f"555000{n}") for n in (2, 3)]
        for caller in behind:
            await caller.answered()
        await behind[0].waits(8)
        # The timetable of callbacks goes by the wall's clock: here it looks when it is told to.
        await centre.callbacks.look()
        # The agent serves one after the other, and two stay in the queue all the time.
        ben.call.caller_hangs_up()
        ben = await phones.answers("202")
        assert ben.call.caller.number == "5550001", "who was there before"
        await first.is_hung_up()
        await before.waits(5)
        ben.call.caller_hangs_up()
        back = await phones.rings("5550199")
        assert centre.state("202") == "offered", "kept, while two wait on the line"
        assert centre.distributor.waiting()["billing"] == 2
        person = phones.person(back)
        await asyncio.sleep(8)
        back.answers()
        ben = await phones.answers("202")
        assert ben.call.caller.number == "5550199"
        await asyncio.sleep(5)
        assert any(SAID[language][2] in said for said in person.plays())
        ben.call.caller_hangs_up()
        for caller in behind:
            ben = await phones.answers("202")
            await caller.waits(3)
            ben.call.caller_hangs_up()
        for caller in (before, *behind):
            await caller.is_hung_up()
        await asyncio.sleep(1)
        assert centre.callbacks.open_promises() == []
    states = sorted(state for _, state, _ in centre.stays())
    assert states == ["callback", "served", "served", "served", "served", "served"]


async def test_who_does_not_answer_costs_the_next_caller_only_the_ringing(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, BUSY, calls_out=True) as (line, phones, centre), centre.calling_back():
        await centre.comes("202")
        first = await line.call()
        ben = await phones.answers("202")
        await hangs_up_for_a_callback(line, "5550199", "en")
        behind = line.dial("5550002")
        await behind.answered()
        await behind.waits(8)
        await centre.callbacks.look()
        ben.call.caller_hangs_up()
        back = await phones.rings("5550199")
        await asyncio.sleep(10)
        back.declines()
        ben = await phones.answers("202")
        assert ben.call.caller.number == "5550002"
        [promise] = centre.callbacks.open_promises()
        assert (promise.state, promise.tries) == ("scheduled", 1)
        await behind.waits(5)
        ben.call.caller_hangs_up()
        for caller in (first, behind):
            await caller.is_hung_up()
        assert centre.state("202") in ("ready", "wrap-up")


async def test_a_callback_goes_to_the_agent_whom_the_caller_knows(open_line, tmp_path):
    familiar = {**BUSY, "strategy": "familiar"}
    opened = call_centre(open_line, tmp_path, familiar, calls_out=True)
    async with opened as (line, phones, centre), centre.calling_back():
        await centre.comes("201")
        known = line.dial("5550199")
        await known.answered()
        anna = await phones.answers("201")
        await known.waits(10)
        anna.call.caller_hangs_up()
        await known.is_hung_up()
        first = await line.call()
        anna = await phones.answers("201")
        await hangs_up_for_a_callback(line, "5550199", "en")
        # Ben has been free for longer.
        await centre.comes("202")
        await first.waits(30)
        anna.call.caller_hangs_up()
        await first.is_hung_up()
        await centre.callbacks.look()
        await centre.callbacks.look()
        [promise] = centre.callbacks.open_promises()
        assert promise.agent == "201"
        person = await phones.answers("5550199")
        anna = await phones.answers("201")
        await asyncio.sleep(8)
        assert person.stream.hears == (anna.stream.number,)
        anna.call.caller_hangs_up()
        await asyncio.sleep(5)
        assert centre.callbacks.open_promises() == []
