"""Whole calls of callers whom the company's system knows, or doesn't in time."""

import asyncio
from functools import partial

import httpx2
import pytest

from dialplans.look_ups import LookUps
from models.settings import CustomerSettings
from queues.customer_look_up import CustomerLookUp
from queues.distribution_events import Note
from queues.front_desk import FrontDesk
from tests.calls.call_centre import BILLING, call_centre

pytestmark = pytest.mark.looptime


def knows(monkeypatch, answer):
    """Let the front desk ask a system that answers so: an async function of the request."""
    settings = CustomerSettings(url="http://crm.example/{number}")
    look_up = CustomerLookUp(settings, LookUps({}, httpx2.MockTransport(answer)))
    monkeypatch.setattr("tests.calls.call_centre.FrontDesk", partial(FrontDesk, customers=look_up))
    return look_up


async def test_the_agent_who_owns_the_account_is_rung_and_sees_and_hears_the_callers_name(
    open_line, tmp_path, monkeypatch
):
    async def answer(request):
        assert request.url.path == "/5550142"
        orders = [{"number": 1234, "state": "late"}]
        return httpx2.Response(200, json={"name": "Ada Wong", "tags": ["vip"], "owner": "202", "orders": orders})

    knows(monkeypatch, answer)
    whisper = "{{ customer.name }}: order {{ customer.orders.0.number }} is {{ customer.orders.0.state }}"
    queue = {**BILLING, "strategy": "familiar", "priority": {"tags": {"vip": 30}}, "whisper": whisper}
    async with call_centre(open_line, tmp_path, queue) as (line, phones, centre):
        await centre.comes("201", "202")
        notes: list[Note] = []
        centre.distributor.subscribe(notes.append)
        caller = await line.call()
        call = await phones.rings()
        assert call.called.number == "202"
        assert call.caller.name.startswith("billing 0:0")
        assert call.caller.name.endswith(" Ada Wong")
        ben = phones.person(call)
        call.answers()
        await caller.waits(0.3)
        assert ben.plays() == ["Ada Wong: order 1234 is late"]
        await caller.waits(10)
        call.caller_hangs_up()
        await caller.is_hung_up()
        assert notes[0].data["tags"] == 30
        [told] = [data["customer"] for name, data in line.story.events if name == "customer"]
        assert (told["name"], told["owner"]) == ("Ada Wong", "202")


async def test_a_system_that_never_answers_costs_a_second_and_a_half_and_never_the_caller(
    open_line, tmp_path, monkeypatch
):
    async def answer(request):
        await asyncio.sleep(3600)

    look_up = knows(monkeypatch, answer)
    loop = asyncio.get_running_loop()
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("202")
        caller = await line.call()
        while not any(name == "handover" for name, _ in line.story.events):
            await asyncio.sleep(0.01)
        handed = loop.time()
        call = await phones.rings("202")
        assert 1.4 < loop.time() - handed < 1.8
        call.answers()
        await caller.waits(10)
        call.caller_hangs_up()
        await caller.is_hung_up()
    assert look_up.counts["failed"] == 1
    assert centre.stays() == [("billing", "served", "202")]


async def test_who_hangs_up_while_the_system_is_asked_leaves_nothing_behind(open_line, tmp_path, monkeypatch):
    async def answer(request):
        await asyncio.sleep(3600)

    knows(monkeypatch, answer)
    async with call_centre(open_line, tmp_path) as (line, _, centre):
        await centre.comes("202")
        caller = await line.call()
        while not any(name == "handover" for name, _ in line.story.events):
            await asyncio.sleep(0.01)
        await caller.waits(0.5)
        caller.dialog.caller_hangs_up()
        await caller.is_hung_up()
        await asyncio.sleep(2)
        assert centre.state("202") == "ready"
    assert centre.stays() == []
