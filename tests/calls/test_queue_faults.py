"""What goes wrong between callers, queues and agents on whole calls, and the order in which callers are served."""

import asyncio

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queue_event import QueueEvent
from tests.calls.call_centre import AGENTS, BILLING, call_centre

pytestmark = pytest.mark.looptime
SALES = {"name": "sales", "needs": [{"skill": "sales"}]}
QUIET = {**BILLING, "announce_every_s": 0, "wrap_up_s": 0, "strategy": "ability"}
TAGGED = """
languages: [en]
commands: {operator: hand}
steps:
  - step: welcome
    say: Welcome.
  - step: known
    branch:
      - {when: caller, equals: "5550199", goto: dear}
    goto: hand
  - step: dear
    set: {customer: {tags: [vip]}}
  - step: hand
    enqueue: billing
    unavailable: Nobody is there.
    done: bye
  - step: bye
    hangup: Goodbye.
"""
SURVEY = """
languages: [en]
commands: {operator: bye}
human: {to: sorry, rating: 2}
steps:
  - step: welcome
    say: Welcome.
  - step: hand
    enqueue: billing
    unavailable: Nobody is there.
    done: mark
  - step: mark
    survey: How was it, from one to five?
    no_input: [Please say one to five.]
    max_attempts: 2
    otherwise: bye
    bad: sorry
    goto: bye
  - step: sorry
    callback: billing
    reason: rating
    done: promised
    unavailable: That can't be.
    goto: bye
  - step: promised
    hangup: We are sorry, and call you back.
  - step: bye
    hangup: Goodbye.
"""


async def dials(line, number):
    caller = line.dial(number)
    await caller.answered()
    return caller


async def talks_and_ends(caller, person, seconds=15):
    await caller.waits(seconds)
    assert caller.stream.hears == (person.stream.number,)
    person.call.caller_hangs_up()
    await caller.is_hung_up()


def gapless(centre):
    with Session(centre.engine) as session:
        numbers = list(
            session.scalars(select(QueueEvent.number).where(QueueEvent.node == "node").order_by(QueueEvent.id))
        )
    return numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("first", ["agent", "caller"])
async def test_an_agent_who_answers_as_the_caller_hangs_up_is_left_without_a_call_and_free(open_line, tmp_path, first):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201")
        caller = await line.call()
        call = await phones.rings("201")
        both = [call.answers, caller.hangs_up]
        for does in both if first == "agent" else reversed(both):
            does()
        await caller.waits(1)
        assert call.over is not None
        assert centre.state("201") == "ready"
        other = await dials(line, "5550111")
        await talks_and_ends(other, await phones.answers("201"))
    assert [name for name, _ in centre.events()].count("queue.ended") == (2 if centre.stays()[0][1] == "served" else 1)
    assert centre.stays()[0][1] in ("abandoned", "served")
    assert centre.stays()[1] == ("billing", "served", "201")


async def test_the_only_agents_phone_dies_and_the_caller_is_told_and_led_on(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201")
        caller = await line.call()
        anna = await phones.answers("201")
        await caller.waits(15)
        anna.call.dies()
        await caller.hears("Nobody is there.")
        await caller.is_hung_up()
        assert centre.state("201") == "offline"
    assert centre.stays() == [("billing", "served", "201"), ("billing", "overflowed", "")]


async def test_a_transfer_to_nowhere_leaves_the_caller_with_the_agent(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201")
        caller = await line.call()
        anna = await phones.answers("201")
        await caller.waits(15)
        anna.call.refers("sip:999x@hotline.example")
        await caller.waits(1)
        assert anna.call.told == [(404, "Not Found")]
        assert caller.stream.hears == (anna.stream.number,)
        anna.call.refers("sip:203@hotline.example")
        (await phones.rings("203")).declines()
        await caller.hears("my colleague can't be reached", out=False)
        await caller.waits(6)
        assert anna.call.told[-1] == (486, "Not reached")
        assert centre.state("201") == "talking"
        await talks_and_ends(caller, anna)
        assert centre.state("203") == "offline"
    assert centre.stays() == [("billing", "served", "201")]


async def test_a_busy_phone_passes_the_caller_on_and_costs_its_agent_nothing_for_ever(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, {**QUIET, "pause_after_missed": 2}) as (line, phones, centre):
        await centre.comes("201", "202")
        for _ in range(2):
            caller = await line.call()
            (await phones.rings("201")).declines()
            await talks_and_ends(caller, await phones.answers("202"))
        assert [centre.state("201"), centre.state("202")] == ["ready", "ready"]
        caller = await line.call()
        await talks_and_ends(caller, await phones.answers("201"))
    assert [event for event in centre.events() if event[0] == "queue.offer-missed"] == [
        ("queue.offer-missed", "201")
    ] * 2


async def test_a_queue_that_is_removed_or_asks_for_other_skills_drops_nobody(open_line, tmp_path):
    overflow = [{"when": "nobody", "after_s": 300, "to": "queue:sales"}]
    async with call_centre(open_line, tmp_path, {**QUIET, "overflow": overflow}, SALES) as (line, phones, centre):
        await centre.comes("202", "203")
        talker = await dials(line, "5550111")
        ben = await phones.answers("202")
        waits = await dials(line, "5550112")
        await waits.waits(5)
        centre.apply([{**QUIET, "needs": [{"skill": "sales"}]}, SALES])
        await centre.book.take_up()
        cleo = await phones.answers("203")
        await talks_and_ends(waits, cleo)
        await centre.book.wish("203", "paused", "break")
        again = await dials(line, "5550113")
        await again.waits(5)
        centre.apply([{**QUIET, "overflow": overflow}, SALES])
        await centre.book.take_up()
        third = await dials(line, "5550114")
        await third.waits(5)
        centre.apply([SALES])
        await centre.book.take_up()
        await again.waits(2)
        await centre.book.wish("203", "ready")
        for caller in (again, third):
            await talks_and_ends(caller, await phones.answers("203"))
            await caller.waits(31)
        await talks_and_ends(talker, ben)
    assert {state for _, state, _ in centre.stays()} == {"served", "overflowed"}
    assert gapless(centre)


async def test_an_agent_who_is_removed_while_the_phone_rings_leaves_the_caller_to_another(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201", "202")
        caller = await line.call()
        call = await phones.rings("201")
        centre.apply([QUIET], agents=AGENTS[1:])
        await centre.book.take_up()
        ben = await phones.answers("202")
        assert call.over is not None
        await talks_and_ends(caller, ben)
    assert centre.stays() == [("billing", "served", "202")]


async def test_an_agent_who_is_removed_before_the_phone_rings_leaves_the_caller_to_another(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201", "202")
        caller = await line.call()
        centre.journal.lock()
        while centre.state("201") != "offered":
            await caller.waits(0.01)
        centre.journal.unlock()
        centre.apply([QUIET], agents=AGENTS[1:])
        await centre.book.take_up()
        await talks_and_ends(caller, await phones.answers("202"))
    assert centre.stays() == [("billing", "served", "202")]


async def test_callers_are_served_while_the_speech_worker_is_lost(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201")
        talker, waits = await dials(line, "5550111"), await dials(line, "5550112")
        anna = await phones.answers("201")
        await talker.waits(15)
        line.speech.lose()
        await talks_and_ends(talker, anna)
        await talks_and_ends(waits, await phones.answers("201"))
        line.speech.back()
        other = await dials(line, "5550113")
        await talks_and_ends(other, await phones.answers("201"))
    assert [state for _, state, _ in centre.stays()] == ["served"] * 3


async def test_a_lost_media_worker_ends_the_calls_on_record_and_frees_the_agent(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201")
        talker, waits = await dials(line, "5550111"), await dials(line, "5550112")
        anna = await phones.answers("201")
        await talker.waits(15)
        line.media.lose()
        await talker.is_hung_up()
        await waits.is_hung_up()
        await talker.waits(1)
        assert anna.call.over is not None
        assert centre.state("201") == "ready"
        line.media.lost = False
        again = await dials(line, "5550112")
        await talks_and_ends(again, await phones.answers("201"))
    assert [state for _, state, _ in centre.stays()] == ["served", "stopped", "served"], "nobody hung up"


async def test_callers_are_served_while_the_database_is_locked_and_nothing_is_lost_of_it(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201")
        centre.journal.lock()
        for number in ("5550111", "5550112"):
            caller = await dials(line, number)
            await talks_and_ends(caller, await phones.answers("201"), 20)
        assert centre.stays() == []
        centre.journal.unlock()
    assert centre.stays() == [("billing", "served", "201")] * 2
    assert gapless(centre)


async def test_ten_callers_are_served_in_the_order_in_which_they_came(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, {**QUIET, "ring_s": 60}) as (line, phones, centre):
        await centre.comes("201", "202")
        numbers = [str(5550100 + place) for place in range(10)]
        callers = {}
        for number in numbers:
            callers[number] = await dials(line, number)
            await callers[number].waits(3)
        served = []
        persons = [await phones.answers(), await phones.answers()]
        while persons:
            person = persons.pop(0)
            served.append(person.call.caller.number)
            await talks_and_ends(callers[served[-1]], person)
            if len(served) + len(persons) < 10:
                persons.append(await phones.answers())
    assert served == numbers
    assert centre.stays() == [("billing", "served", stay[2]) for stay in centre.stays()]
    assert gapless(centre)


async def test_a_customer_with_a_tag_goes_first(open_line, tmp_path):
    queue = {**QUIET, "priority": {"tags": {"vip": 30}}}
    async with call_centre(open_line, tmp_path, queue, flow=TAGGED) as (line, phones, centre):
        await centre.comes("202")
        busy = await dials(line, "5550111")
        ben = await phones.answers("202")
        plain = await dials(line, "5550112")
        await plain.waits(20)
        vip = await dials(line, "5550199")
        await talks_and_ends(busy, ben)
        await talks_and_ends(vip, await phones.answers("202"))
        await talks_and_ends(plain, await phones.answers("202"))


@pytest.mark.parametrize(
    ("keys", "end"), [("", "Goodbye."), ("5", "Goodbye."), ("1", "We are sorry, and call you back.")]
)
async def test_the_survey_after_the_talk_ends_without_input_and_calls_back_whom_we_failed(
    open_line, tmp_path, keys, end
):
    async with call_centre(open_line, tmp_path, QUIET, flow=SURVEY) as (line, phones, centre):
        await centre.comes("201")
        caller = await line.call()
        anna = await phones.answers("201")
        await caller.waits(15)
        anna.call.caller_hangs_up()
        await caller.hears("How was it")
        if keys:
            await caller.keys(keys)
        else:
            await caller.hears("Please say one to five.")
        await caller.hears(end)
        await caller.is_hung_up()
    assert len(centre.callbacks.open_promises()) == (1 if keys == "1" else 0)


async def test_who_is_promised_a_callback_and_does_not_answer_is_called_again_and_given_up(open_line, tmp_path):
    queue = {**QUIET, "callback_after_s": 5}
    async with call_centre(open_line, tmp_path, queue) as (line, phones, centre):
        await centre.comes("201")
        busy = await line.call()
        anna = await phones.answers("201")
        waits = await dials(line, "5550199")
        await waits.hears("press 1", out=False)
        waits.stream.key("1")
        await waits.is_hung_up()
        await talks_and_ends(busy, anna)
        async with centre.calling_back():
            for _ in range(140):
                await centre.callbacks.look()
                await busy.waits(5)
        assert centre.called == ["5550199"] * 3
        assert centre.callbacks.open_promises() == []
        assert centre.state("201") == "ready"
    assert gapless(centre)


async def test_an_agent_who_hangs_up_instead_of_taking_the_caller_by_key_has_missed_and_stays(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, {**QUIET, "accept_by_key": True}) as (line, phones, centre):
        await centre.comes("201", "202")
        caller = await line.call()
        anna = await phones.answers("201")
        await caller.waits(0.5)
        anna.call.caller_hangs_up()
        ben = await phones.answers("202")
        assert centre.state("201") == "ready"
        await caller.waits(10)
        ben.stream.key("1")
        await talks_and_ends(caller, ben)
    assert ("queue.offer-missed", "201") in centre.events()


async def test_an_agent_who_hangs_up_during_the_whisper_is_passed_by(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201", "202")
        caller = await line.call()
        anna = await phones.answers("201")
        await caller.waits(0.5)
        anna.call.caller_hangs_up()
        await talks_and_ends(caller, await phones.answers("202"))
        assert centre.state("201") == "ready"
    # Who was never heard has served nobody: one stay, one agent, one talk of the day.
    assert centre.stays() == [("billing", "served", "202")]
    assert ("queue.lost", "201") in centre.events()
    assert ("queue.ended", "201") not in centre.events()
    loads = [centre.distributor._distribution.desk(one).stored.calls for one in ("201", "202")]
    assert loads == [0, 1]
    assert centre.distributor.day()["billing"].answered == 1


async def test_a_caller_who_hangs_up_during_the_whisper_was_not_served_and_keeps_the_wait(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, QUIET) as (line, phones, centre):
        await centre.comes("201")
        first = line.dial("5550001")
        await first.answered()
        await phones.answers("201")
        await first.waits(0.5)
        first.hangs_up()
        await first.is_hung_up()
        await asyncio.sleep(1)
        assert centre.stays() == [("billing", "abandoned", "")]
        assert [name for name, _ in centre.events()][-2:] == ["queue.lost", "queue.abandoned"]
        assert centre.distributor._distribution.desk("201").stored.calls == 0
        assert (centre.distributor.day()["billing"].answered, centre.distributor.day()["billing"].abandoned) == (0, 1)
        assert centre.state("201") == "ready"
        second = line.dial("5550002")
        await second.answered()
        await talks_and_ends(second, await phones.answers("201"))
