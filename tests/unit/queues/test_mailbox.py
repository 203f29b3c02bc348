"""Messages of queues: kept once a call, due at the opening, over a restart, for one agent at a time."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from models.callback import Callback
from models.errors import CannotDo
from queues.callback import Callbacks, flow_of
from queues.mailbox import Mailbox
from tests.unit.queues.test_callback import Dial, Floor
from voice.mailbox import LeftMessage

OPENS = datetime(2027, 1, 15, 9, tzinfo=UTC)


class Hours(Floor):
    """The distributor of a company that is closed until `opening`."""

    opening: datetime | None = OPENS

    def opens(self, queue):
        return self.opening


def left(text="The lift is broken.", call="call-1", number="5550142", language="en"):
    path = Path(f"{text[:3]}.wav")
    return LeftMessage("billing", call, number, language, path, 4.0, text, "Asked for a person.", {"order": "4711"})


@pytest.fixture
async def house(engine):
    floor = Hours(engine)
    callbacks = Callbacks(engine, floor, Dial(floor))
    return floor, callbacks, Mailbox(callbacks, floor)


def rows(floor):
    with floor.engine.connect() as connection:
        return connection.execute(select(Callback.__table__).order_by(Callback.id)).all()


async def test_a_message_is_due_at_the_opening_and_at_once_where_it_is_open(house):
    floor, _, mailbox = house
    mailbox.keep(left())
    floor.opening = None
    mailbox.keep(left(call="call-2"))
    closed, opened = rows(floor)
    assert (closed.due_at.timestamp(), opened.due_at.timestamp()) == (OPENS.timestamp(), floor.time)
    assert (closed.reason, closed.message) == ("voicemail", "The.wav")
    assert closed.data == {
        "summary": "Asked for a person.", "slots": {"order": "4711"}, "text": "The lift is broken.", "seconds": 4.0,
    }  # fmt: skip


async def test_what_the_same_call_says_anew_takes_the_place_of_the_first(house):
    floor, callbacks, mailbox = house
    mailbox.keep(left())
    mailbox.keep(left("电梯坏了", language="zh"))
    [row] = rows(floor)
    assert (row.message, row.data["text"]) == ("电梯坏.wav", "电梯坏了")
    assert floor.notes == ["callback.promised", "callback.message"]
    [promise] = callbacks.open_promises()
    assert (promise.message, promise.text) == ("电梯坏.wav", "电梯坏了")


async def test_messages_survive_a_restart_with_all_that_agents_are_told(house):
    floor, _, mailbox = house
    mailbox.keep(left())
    again = Callbacks(floor.engine, floor, Dial(floor))
    assert again.open() == 1
    [promise] = again.open_promises()
    assert (promise.message, promise.text, promise.reason) == ("The.wav", "The lift is broken.", "voicemail")
    assert (promise.origin, promise.due, promise.made) == ("call-1", OPENS.timestamp(), floor.time)


async def test_only_one_agent_calls_back_and_what_came_of_it_is_written(house):
    floor, callbacks, mailbox = house
    mailbox.keep(left())
    [promise] = callbacks.open_promises()
    assert callbacks.claim(promise.id, "201") is promise
    with pytest.raises(CannotDo, match="is being called already"):
        callbacks.claim(promise.id, "202")
    callbacks.settle(promise, "busy")
    assert [(row.state, row.tries, row.words, row.agent) for row in rows(floor)] == [("scheduled", 1, "busy", "201")]
    callbacks.claim(promise.id, "202").reached = True
    callbacks.settle(promise, "")
    assert [(row.state, row.tries, row.agent) for row in rows(floor)] == [("reached", 2, "202")]
    with pytest.raises(CannotDo, match="no open callback"):
        callbacks.claim(promise.id, "201")
    assert callbacks.settle(promise, "") is None


async def test_a_withheld_number_is_kept_and_called_by_nobody(house):
    floor, callbacks, mailbox = house
    floor.opening = None
    mailbox.keep(left(number=""))
    [promise] = callbacks.open_promises()
    with pytest.raises(CannotDo, match="withheld"):
        callbacks.claim(promise.id, "201")
    running = asyncio.ensure_future(callbacks.run())
    await asyncio.sleep(0)
    await callbacks.look()
    assert [row.state for row in rows(floor)] == ["scheduled"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await callbacks.cancel(promise.id, "done by agent 201")
    assert [(row.state, row.words) for row in rows(floor)] == [("cancelled", "done by agent 201")]


async def test_a_message_from_a_withheld_number_stays_when_another_such_caller_is_served(house):
    floor, callbacks, mailbox = house
    mailbox.keep(left(number=""))
    floor.answers("somebody-elses-call")
    await callbacks.look()
    assert [row.state for row in rows(floor)] == ["scheduled"]


def test_words_of_a_caller_are_no_template_and_no_mark_of_the_flow_that_calls_back():
    step = flow_of("billing", "en", 'He said: "{{ env.TOKEN }} <break 1s/>" - 你好').steps["agent"]
    assert step.summary == 'He said: "(( env.TOKEN )) (break 1s/)" - 你好'  # type: ignore[attr-defined]
