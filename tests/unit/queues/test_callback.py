"""Callbacks: promised once, called when it is their turn, tried again, given up with a record."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from dialplans.exchange import Handover
from models.callback import Callback
from models.errors import CannotDo
from queues.callback import Callbacks, flow_of
from queues.distribution_events import Joined, Left, Note, Summon
from queues.plan import Queue

BILLING = Queue("billing")


class Floor:
    """The distributor, as far as callbacks ask it."""

    def __init__(self, engine):
        self.engine, self.time, self.free, self.listeners = engine, 1_800_000_000.0, True, []
        self.notes: list[str] = []
        self.queue: Queue | None = BILLING
        self.open = True
        self.standing: dict[str, float] = {}
        """Since when who stands counts as waiting."""

    def now(self):
        return self.time

    def planned(self, queue):
        return self.queue

    def takes_away(self, queue, number):
        return self.open

    def stands(self, call_id):
        return call_id in self.standing

    def summon_by(self, summon):
        self.summon = summon

    def tell(self, event):
        match event:
            case Joined():
                assert event.caller.away
                assert event.caller.joined is not None
                self.standing[event.caller.call_id] = event.caller.joined
                self.turns()
            case Left():
                self.standing.pop(event.call_id, None)

    def turns(self):
        """Somebody is free: it is their turn who has waited longest."""
        while self.free and self.standing:
            first = min(self.standing, key=self.standing.__getitem__)
            del self.standing[first]
            self.summon(Summon(first, "201", {"score": 1.5}))

    def number(self, call_id):
        return "5550199" if call_id == "called-in" else ""

    def subscribe(self, listener):
        self.listeners.append(listener)

    def note(self, note, *rows):
        self.notes.append(note.name)
        with self.engine.begin() as connection:
            for row in rows:
                connection.execute(row)
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def answers(self, call_id, agent="201"):
        for listener in self.listeners:
            listener(Note("queue.answered", "billing", call_id, agent))


class Dial:
    """Places calls: nobody is there, or an agent gets whoever answers."""

    def __init__(self, floor):
        self.floor, self.reached, self.calls = floor, False, []

    async def __call__(self, number, line, flow, begun):
        self.calls.append(number)
        begun(f"call-{len(self.calls)}")
        await asyncio.sleep(0)
        if not self.reached:
            raise CannotDo(f"{number} was not reached (no-answer).")
        self.floor.answers(f"call-{len(self.calls)}")


def guest(number="5550199", language="en"):
    handover = Handover("callback", "billing", "asked", "Wants to know about a bill.", {"order": "4711"})
    caller = SimpleNamespace(number=number)
    return SimpleNamespace(call_id="first", caller=caller, language=language, handover=handover)


@pytest.fixture
async def house(engine):
    floor = Floor(engine)
    dial = Dial(floor)
    callbacks = Callbacks(engine, floor, dial)
    running = asyncio.ensure_future(callbacks.run())
    await asyncio.sleep(0)

    def row():
        with engine.connect() as connection:
            return connection.execute(select(Callback.__table__)).one()

    async def look():
        await callbacks.look()
        for _ in range(5):
            await asyncio.sleep(0)

    yield SimpleNamespace(engine=engine, floor=floor, dial=dial, callbacks=callbacks, row=row, look=look)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_promise_is_kept_when_it_is_the_callers_turn(house):
    house.floor.free = False
    done = await house.callbacks.promise(guest(), BILLING, "asked", since=house.floor.time - 90)
    assert done.ok
    assert done.values["outcome"] == "callback"
    await house.look()
    assert house.dial.calls == []
    assert house.callbacks.kept("billing", "5550199").since == house.floor.time - 90
    assert list(house.floor.standing.values()) == [house.floor.time - 90], "waits with the time since the promise"
    house.floor.free, house.dial.reached = True, True
    house.floor.turns()
    await house.look()
    assert house.dial.calls == ["5550199"]
    assert (house.row().state, house.row().agent, house.row().tries) == ("reached", "201", 1)
    assert house.row().ended_at is not None
    assert house.callbacks.kept("billing", "5550199") is None


async def test_who_is_not_reached_is_called_again_and_given_up_in_the_end_with_a_record(house):
    await house.callbacks.promise(guest(), BILLING, "asked")
    for tries in (1, 2):
        await house.look()
        assert (house.row().state, house.row().tries) == ("scheduled", tries)
        await house.look()
        assert len(house.dial.calls) == tries, "not before its time"
        house.floor.time += BILLING.callback_again_s
    await house.look()
    assert (house.row().state, house.row().tries) == ("gave-up", 3)
    assert house.row().words == "5550199 was not reached (no-answer)."
    assert house.callbacks.open_promises() == []


async def test_how_often_and_how_soon_is_the_queues_to_say(house):
    house.floor.queue = replace(BILLING, callback_tries=1, callback_again_s=60)
    await house.callbacks.promise(guest(), house.floor.queue, "asked")
    await house.look()
    assert (house.row().state, house.row().tries) == ("gave-up", 1)


async def test_nobody_waits_in_a_closed_queue_and_a_removed_one_is_said(house):
    house.floor.free = False
    await house.callbacks.promise(guest(), BILLING, "asked")
    await house.look()
    assert len(house.floor.standing) == 1
    house.floor.open = False
    await house.look()
    assert house.floor.standing == {}
    house.floor.queue = None
    await house.look()
    assert (house.row().state, house.row().words) == ("cancelled", "there is no queue billing any more")


async def test_a_turn_that_comes_for_nobody_gives_the_agent_back(house):
    house.floor.standing["over"] = 0.0
    house.floor.turns()
    assert house.floor.standing == {}
    await house.callbacks.promise(guest(), BILLING, "asked")
    house.floor.free = False
    await house.look()
    [callback] = house.floor.standing
    house.callbacks.claim(callback, "202")
    assert house.floor.standing == {}, "an agent calls by hand: nobody is kept"


async def test_a_restart_forgets_nothing_and_calls_again_what_was_being_called(house):
    await house.callbacks.promise(guest(language="zh"), BILLING, "asked")
    with house.engine.begin() as connection:
        connection.execute(update(Callback).values(state="calling"))
    again = Callbacks(house.engine, house.floor, house.dial)
    assert again.open() == 1
    [promise] = again.open_promises()
    assert (promise.state, promise.number, promise.language) == ("scheduled", "5550199", "zh")


async def test_a_number_is_promised_one_call_and_a_withheld_one_none(house):
    first = await house.callbacks.promise(guest(), BILLING, "asked")
    assert await house.callbacks.promise(guest(), BILLING, "waited") == first
    refused = await house.callbacks.promise(guest("anonymous"), BILLING, "asked")
    assert not refused.ok
    assert len(house.callbacks.open_promises()) == 1


async def test_who_calls_in_and_is_served_is_not_called_any_more(house):
    await house.callbacks.promise(guest(), BILLING, "asked")
    house.floor.answers("called-in")
    await house.look()
    assert house.dial.calls == []
    assert (house.row().state, house.row().words) == ("cancelled", "called in meanwhile")


async def test_a_callback_can_be_cancelled_once(house):
    done = await house.callbacks.promise(guest(), BILLING, "asked")
    await house.callbacks.cancel(str(done.values["callback"]))
    assert house.row().state == "cancelled"
    with pytest.raises(CannotDo, match="no open callback"):
        await house.callbacks.cancel(str(done.values["callback"]))


@pytest.mark.parametrize("language", ["en", "zh", "de"])
def test_the_flow_that_calls_back_enqueues_at_once(language):
    flow = flow_of("billing", language)
    assert flow.languages == ("en" if language == "de" else language,)
    assert list(flow.steps)[:2] == ["hello", "agent"]
