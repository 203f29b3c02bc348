"""Tickets: a queue that overflows to one, and a flow that wants one, leave all that is known; the caller hears so."""

import pytest
from sqlalchemy import select

from models.queue_event import QueueEvent
from tests.calls.call_centre import BILLING, FLOW, call_centre
from tests.calls.test_program_calls import told

pytestmark = pytest.mark.looptime
NOTED = {"en": "Your request is noted, and somebody takes care of it.", "zh": "您的问题已经登记，我们会尽快处理。"}
THANKS = {"en": "Thank you, that was all. Goodbye.", "zh": "谢谢，再见。"}
DESK = """
languages: [en, zh]
commands: {operator: nothing}
steps:
  - step: know
    set: {order: "4711"}
  - step: note
    ticket: complaints
    reason: late order
    summary: Order 4711 is late.
    slots: [order]
    unavailable: {en: Please call again later., zh: 请稍后再打来。}
    done: kept
    goto: nothing
  - step: kept
    say: {en: It is noted., zh: 已经记下。}
  - step: nothing
    hangup: {en: Goodbye., zh: 再见。}
"""


def tickets(centre):
    with centre.engine.connect() as connection:
        wanted = select(QueueEvent.queue, QueueEvent.call_id, QueueEvent.data).where(QueueEvent.name == "ticket.wanted")
        return connection.execute(wanted).all()


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_queue_that_overflows_to_a_ticket_keeps_who_called_and_why_tells_programs_and_the_caller(
    open_line, tmp_path, language
):
    queue = {**BILLING, "overflow": [{"when": "nobody", "to": "ticket"}]}
    flow = FLOW.replace("enqueue: billing", "enqueue: billing\n    summary: An order is late.")
    opened = call_centre(open_line, tmp_path, queue, flow=flow, language=language)
    async with opened as (line, _, centre), told(line, centre) as (company, _):
        caller = await line.call()
        await caller.hears(NOTED[language], out=False)
        await caller.hears(THANKS[language], out=False)
        await caller.is_hung_up()
    ((name, call_id, kept),) = tickets(centre)
    assert (name, kept["desk"], kept["why"], kept["waited"]) == ("billing", "billing", "nobody", 0)
    assert (kept["caller"]["number"], kept["caller"]["language"]) == ("5550142", language)
    assert kept["summary"] == "An order is late."
    assert company.names == ["call.ended", "call.ticket", "call.summary"]
    ticket = company.data("call.ticket")
    assert (ticket["ticket"], ticket["queue"], ticket["call_id"]) == (kept["ticket"], "billing", call_id)
    assert (ticket["caller"], ticket["summary"], ticket["slots"]) == (kept["caller"], kept["summary"], kept["slots"])
    assert company.data("call.ended")["outcome"] == "ticket"


async def test_a_ticket_after_another_queue_is_of_the_queue_that_gave_up_with_the_whole_wait(open_line, tmp_path):
    first = {**BILLING, "overflow": [{"when": "waited", "after_s": 20, "to": "queue:sales"}]}
    second = {"name": "sales", "needs": [{"skill": "sales"}]}
    second |= {"overflow": [{"when": "waited", "after_s": 30, "to": "ticket"}]}
    async with call_centre(open_line, tmp_path, first, second) as (line, _, centre):
        await centre.comes("201", "203")
        await centre.book.wish("201", "paused")
        await centre.book.wish("203", "paused")
        caller = await line.call()
        await caller.hears(NOTED["en"], out=False)
        await caller.is_hung_up()
    ((name, _, kept),) = tickets(centre)
    assert (name, kept["desk"], kept["why"]) == ("sales", "sales", "waited")
    assert kept["waited"] == pytest.approx(50, abs=1)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_flow_s_ticket_for_a_desk_that_is_no_queue_is_kept_where_a_program_takes_it(
    open_line, tmp_path, language
):
    opened = call_centre(open_line, tmp_path, flow=DESK, language=language, takes_tickets=True)
    async with opened as (line, _, centre), told(line, centre) as (company, _):
        caller = await line.call()
        await caller.hears({"en": "It is noted.", "zh": "已经记下。"}[language], out=False)
        await caller.is_hung_up()
    ((name, _, kept),) = tickets(centre)
    assert (name, kept["desk"], kept["why"], kept["reason"]) == ("", "complaints", "asked", "late order")
    assert (kept["summary"], kept["slots"]) == ("Order 4711 is late.", {"order": "4711"})
    assert company.names == ["call.ticket"], "nobody waited, so there is no talk to sum up"
    assert company.data("call.ticket")["desk"] == "complaints"


async def test_where_nobody_would_learn_of_a_flow_s_ticket_the_caller_hears_so(open_line, tmp_path):
    async with call_centre(open_line, tmp_path, flow=DESK) as (line, _, centre):
        caller = await line.call()
        await caller.hears("Please call again later.", out=False)
        await caller.is_hung_up()
    assert tickets(centre) == []


async def test_who_hangs_up_while_hearing_of_the_ticket_has_it_all_the_same(open_line, tmp_path):
    queue = {**BILLING, "overflow": [{"when": "nobody", "to": "ticket"}]}
    async with call_centre(open_line, tmp_path, queue) as (line, _, centre):
        caller = await line.call()
        await caller.hears("I'm sorry that nobody could talk to you.", out=False)
        caller.dialog.caller_hangs_up()
        await caller.is_hung_up()
    assert [queue for queue, _, _ in tickets(centre)] == ["billing"]
