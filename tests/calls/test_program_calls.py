"""What the company's programs are told of whole calls, when, and in which order."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx2
import pytest
from sqlalchemy import select

from models.queue_event import QueueEvent
from models.settings import WebhookSettings
from models.webhook_delivery import WebhookDelivery
from queues.outbox import StoredOutbox
from queues.programs import Programs
from tests.calls.call_centre import BILLING, call_centre

pytestmark = pytest.mark.looptime


class Company:
    """A program of the company's in memory, which fails as often as it is told to."""

    def __init__(self, loop):
        self.told = []
        """Event, its data, and when it came."""
        self.failures = 0
        self.hangs = False
        self._loop = loop

    async def __call__(self, request):
        if self.hangs:
            await asyncio.sleep(3600)
        if self.failures:
            self.failures -= 1
            return httpx2.Response(503)
        document = json.loads(await request.aread())
        self.told.append((document["type"], document["data"], self._loop.time()))
        return httpx2.Response(200)

    @property
    def names(self):
        return [name for name, _, _ in self.told]

    def data(self, name):
        return next(data for told, data, _ in self.told if told == name)


@asynccontextmanager
async def told(line, centre, events=None):
    """The company's program, told of the calls of `line` from now on."""
    company = Company(asyncio.get_running_loop())
    settings = WebhookSettings(url="http://crm.example", **({"events": events} if events else {}))

    async def transcript(call_id):
        turns = line.stories[call_id].turns
        return [{"speaker": turn["speaker"], "text": turn["text"]} for _, turn in sorted(turns.items())]

    outbox = StoredOutbox(centre.journal)
    outbox.open(centre.engine, "node", [settings.url])
    programs = Programs(
        [settings], centre.distributor, outbox, transcript, transport=httpx2.MockTransport(company)
    )  # fmt: skip
    unsubscribe = line.events.subscribe(programs.ended)
    running = asyncio.ensure_future(programs.run())
    await asyncio.sleep(0)
    try:
        yield company, programs
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        unsubscribe()


async def test_a_served_call_is_offered_answered_and_ended_at_once_and_summed_up_with_what_the_agent_says_of_it(
    open_line, tmp_path
):
    queue = {**BILLING, "wrap_up_s": 30}
    async with call_centre(open_line, tmp_path, queue) as (line, phones, centre), told(line, centre) as (company, _):
        await centre.comes("202")
        loop = asyncio.get_running_loop()
        caller = await line.call()
        call = await phones.rings("202")
        await asyncio.sleep(0.05)
        assert company.names == ["call.offered"], "while it rings: a screen pop"
        offered = company.data("call.offered")
        assert offered["agents"] == [{"extension": "202", "name": "Ben"}]
        assert (offered["queue"], offered["caller"]["number"], offered["called"]) == ("billing", "5550142", "hotline")
        assert offered["reason"]
        call.answers()
        await caller.waits(10)
        assert company.names == ["call.offered", "call.answered"]
        call.caller_hangs_up()
        await caller.is_hung_up()
        await asyncio.sleep(8)
        assert company.names == ["call.offered", "call.answered", "call.ended"]
        ended = company.data("call.ended")
        assert (ended["outcome"], ended["agent"]["extension"]) == ("served", "202")
        assert 8 < ended["talked_s"] < 12
        said = loop.time()
        assert centre.distributor.dispose("202", "3")
        await asyncio.sleep(0.1)
        assert company.names[3:] == ["call.summary"]
        assert company.told[3][2] - said < 0.1, "no longer than the agent's word"
    summary = company.data("call.summary")
    [talk] = summary["agents"]
    assert (summary["outcome"], summary["disposition"], talk["disposition"]) == ("served", "3", "3")
    assert summary["cause"] == "robot-hung-up"
    assert {"speaker": "robot", "text": "Welcome."} in summary["transcript"]
    assert {data["call_id"] for _, data, _ in company.told} == {summary["call_id"]}


async def test_without_an_agents_word_the_summary_comes_when_the_wrap_up_is_over(open_line, tmp_path):
    queue = {**BILLING, "wrap_up_s": 30}
    async with call_centre(open_line, tmp_path, queue) as (line, phones, centre), told(line, centre) as (company, _):
        await centre.comes("202")
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(10)
        ben.call.caller_hangs_up()
        await caller.is_hung_up()
        await asyncio.sleep(40)
        (_, _, ended), (_, summary, summed_up) = company.told[2:]
        assert 29 < summed_up - ended < 31
        assert summary["disposition"] == ""


async def test_who_hangs_up_waiting_is_told_as_abandoned_with_a_summary_at_once(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre), told(line, centre) as (company, _):
        await centre.comes("202")
        caller = await line.call()
        await phones.rings("202")
        caller.dialog.caller_hangs_up()
        await caller.is_hung_up()
        await asyncio.sleep(1)
    assert company.names == ["call.offered", "call.ended", "call.summary"]
    assert company.data("call.ended")["outcome"] == "abandoned"
    assert (company.data("call.summary")["agents"], company.data("call.summary")["cause"]) == ([], "caller-hung-up")


async def test_who_is_led_back_to_the_flow_is_told_so_before_the_call_is_over(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, _, centre), told(line, centre) as (company, _):
        caller = await line.call()
        await caller.hears("Nobody is there.", out=False)
        assert company.names == ["call.ended"]
        await caller.is_hung_up()
        await asyncio.sleep(1)
    assert (company.data("call.ended")["outcome"], company.data("call.ended")["why"]) == ("return", "nobody")
    assert company.names == ["call.ended", "call.summary"]


async def test_a_program_is_told_only_of_the_events_it_wants(open_line, tmp_path):
    async with (
        call_centre(open_line, tmp_path) as (line, _, centre),
        told(line, centre, ["call.summary"]) as (company, _),
    ):
        caller = await line.call()
        await caller.is_hung_up()
        await asyncio.sleep(1)
    assert company.names == ["call.summary"]


async def test_a_program_that_fails_gets_a_calls_events_in_order_later(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre), told(line, centre) as (company, programs):
        await centre.comes("202")
        company.failures = 4
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(5)
        assert company.told == []
        ben.call.caller_hangs_up()
        await caller.is_hung_up()
        await asyncio.sleep(60)
    assert company.names == ["call.offered", "call.answered", "call.ended", "call.summary"]
    assert programs.counts() == {"delivered": 4, "retried": 4, "undeliverable": 0, "dropped": 0}
    assert programs.waiting() == 0


async def test_a_program_that_hangs_holds_up_no_call(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre), told(line, centre) as (company, programs):
        await centre.comes("202")
        company.hangs = True
        loop = asyncio.get_running_loop()
        caller = await line.call()
        while not any(name == "handover" for name, _ in line.story.events):
            await asyncio.sleep(0.01)
        handed = loop.time()
        ben = await phones.answers("202")
        assert loop.time() - handed < 0.3
        await caller.waits(10)
        ben.call.caller_hangs_up()
        await caller.is_hung_up()
        assert centre.stays() == [("billing", "served", "202")]
        assert programs.waiting() == 3


async def test_nothing_is_told_that_is_not_written_first(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre), told(line, centre) as (company, _):
        await centre.comes("202")
        centre.journal.lock()
        caller = await line.call()
        await caller.waits(3)
        assert company.told == []
        centre.journal.unlock()
        ben = await phones.answers("202")
        await caller.waits(5)
        assert company.names == ["call.offered", "call.answered"]
        ben.call.caller_hangs_up()
        await caller.is_hung_up()


async def test_a_summary_that_waits_for_a_wrap_up_is_told_when_the_server_stops(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        async with told(line, centre) as (company, _):
            await centre.comes("202")
            caller = await line.call()
            ben = await phones.answers("202")
            await caller.waits(5)
            ben.call.caller_hangs_up()
            await caller.is_hung_up()
            await line.over()
            assert company.names[-1] == "call.ended"
        assert company.names[-1] == "call.summary"


def outbox_rows(centre):
    with centre.engine.connect() as connection:
        return connection.execute(select(WebhookDelivery.event, WebhookDelivery.given_up_at)).all()


async def test_what_a_program_did_not_take_before_a_restart_it_is_told_after_it_in_order(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre):
        async with told(line, centre) as (company, programs):
            await centre.comes("202")
            company.hangs = True
            caller = await line.call()
            ben = await phones.answers("202")
            await caller.waits(5)
            ben.call.caller_hangs_up()
            await caller.is_hung_up()
            await line.over()
            assert programs.waiting() == 3
        assert [event for event, _ in outbox_rows(centre)] == [
            "call.offered", "call.answered", "call.ended", "call.summary",
        ]  # fmt: skip
        async with told(line, centre) as (again, programs):
            await asyncio.sleep(1)
            assert again.names == ["call.offered", "call.answered", "call.ended", "call.summary"]
            assert programs.counts()["delivered"] == 4
        assert outbox_rows(centre) == [], "what was taken is kept no longer"


async def test_what_no_program_takes_is_given_up_with_a_row_and_an_event(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, _, centre):
        async with told(line, centre, ["call.summary"]) as (company, programs):
            company.failures = 1000
            caller = await line.call()
            await caller.is_hung_up()
            await asyncio.sleep(1600)
            assert programs.waiting() == 1
            await asyncio.sleep(200)
            assert programs.counts() == {"delivered": 0, "retried": 11, "undeliverable": 1, "dropped": 0}
        [(event, given_up_at)] = outbox_rows(centre)
        assert (event, given_up_at is not None) == ("call.summary", True)
        with centre.engine.connect() as connection:
            gave_up = select(QueueEvent.data).where(QueueEvent.name == "webhook.gave-up")
            data = connection.scalars(gave_up).one()
        assert (data["tries"], data["why"]) == (12, "it answered 503")


async def test_a_transfer_to_another_agent_is_told_with_both_their_talks(open_line, tmp_path):
    async with call_centre(open_line, tmp_path) as (line, phones, centre), told(line, centre) as (company, _):
        await centre.comes("202")
        caller = await line.call()
        ben = await phones.answers("202")
        await caller.waits(5)
        ben.call.refers("sip:201@hotline")
        anna = await phones.answers("201")
        await caller.waits(8)
        anna.call.caller_hangs_up()
        await caller.is_hung_up()
        await asyncio.sleep(40)
    assert company.names == [
        "call.offered", "call.answered", "call.transferred", "call.ended", "call.answered", "call.ended",
        "call.summary",
    ]  # fmt: skip
    transferred = company.data("call.transferred")
    assert (transferred["agent"]["extension"], transferred["to"], transferred["queue"]) == ("202", "201", "billing")
    assert [agent["extension"] for agent in company.data("call.summary")["agents"]] == ["202", "201"]


STRAIGHT = """
languages: [en, zh]
commands: {operator: nothing}
steps:
  - step: welcome
    say: {en: Welcome., zh: 欢迎致电。}
  - step: hand
    transfer: "201"
    unavailable: {en: Nobody is there., zh: 没有人在。}
    done: nothing
  - step: nothing
    hangup: {en: Goodbye., zh: 再见。}
"""


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_call_that_a_flow_leads_straight_to_an_agent_is_told_too(open_line, tmp_path, language):
    opened = call_centre(open_line, tmp_path, flow=STRAIGHT, language=language)
    async with opened as (line, phones, centre), told(line, centre) as (company, _):
        caller = await line.call()
        anna = await phones.answers("201")
        await caller.waits(5)
        assert centre.distributor.day() == {}, "no queue's figures"
        anna.call.caller_hangs_up()
        await caller.is_hung_up()
        await asyncio.sleep(1)
    assert company.names == ["call.offered", "call.answered", "call.ended", "call.summary"]
    answered = company.data("call.answered")
    assert (answered["queue"], answered["agent"], answered["caller"]["number"]) == (
        "", {"extension": "201", "name": "Anna"}, "5550142",
    )  # fmt: skip
    assert company.data("call.ended")["talked_s"] == pytest.approx(5, abs=1)


async def test_who_is_led_straight_to_a_phone_that_nobody_answers_is_told_as_not_reached(open_line, tmp_path):
    opened = call_centre(open_line, tmp_path, flow=STRAIGHT)
    async with opened as (line, phones, centre), told(line, centre) as (company, _):
        caller = await line.call()
        (await phones.rings("201")).declines()
        await caller.is_hung_up()
        await asyncio.sleep(1)
    assert company.names == ["call.offered", "call.ended", "call.summary"]
    assert company.data("call.ended")["outcome"] == "not-reached"
