"""The call centre as the server builds it tells a real program of a call, with the words out of the database."""

import asyncio
import time
from typing import Any

from dialplans.exchange import Handover
from models.call import new_id
from models.call_log import CallLog
from models.cause import Cause
from models.queue_caller import QueueCallerMove
from models.settings import (
    CustomerSettings,
    DatabaseSettings,
    DataSettings,
    QueueSettings,
    Settings,
    WebhookSettings,
)
from queues.call_centre import CallCentre
from queues.caller_rows import StayRow
from queues.waiting_room import Caller
from tests.company_server import Answer, company_server
from voice.line import Party
from voice.sip.edge import SipEdge

ANNA = {"extension": "201", "name": "安娜", "password": "secret"}
BILLING = {"name": "billing", "title": {"zh": "账单"}}


class Visitor:
    """A guest of whom the front desk needs no sound."""

    def __init__(self, call_id):
        self.call_id = call_id
        self.caller, self.called = Party("+8613800138000", "anonymous"), Party("800")
        self.language = "zh"
        self.hung_up = True
        self.handover = Handover(
            "enqueue", "billing", "asked", "她的订单没有到。", {"order": 1234}, tags=frozenset({"a"})
        )
        self.events = []

    def music(self, file=""):
        pass

    def when_learned(self, hear):
        pass

    def foresee(self, says, *, rings=False):
        pass

    async def say(self, say):
        pass

    async def key(self, seconds):
        await asyncio.sleep(seconds)
        return ""

    def event(self, name, **data):
        self.events.append((name, data))


async def nobody_is_called(number, line, flow, begun):
    raise AssertionError("nobody was promised a call back")


async def test_the_summary_has_customer_slots_and_words_and_comes_after_the_end(engine, put, tmp_path):
    put({"agents": [ANNA], "queues": [BILLING]})
    url = f"sqlite:///{tmp_path / 'hotline.sqlite'}"

    def answer(asked):
        return Answer({"name": "王小明", "tags": ["vip"], "owner": "201"} if asked.method == "GET" else {})

    async with company_server(answer) as company:
        settings = Settings(
            data=DataSettings(directory=tmp_path), database=DatabaseSettings(url=url),
            queues=QueueSettings(
                customers=CustomerSettings(url=company.url + "/{number}"),
                webhooks=[WebhookSettings(url=company.url, secret="s")],
            ),
        )  # fmt: skip
        call_log = CallLog.of(settings)
        await call_log.start()
        centre = CallCentre(settings, nobody_is_called, call_log=call_log)
        await centre.open("here", SipEdge(settings.sip, time.monotonic, centre.users))
        running = asyncio.ensure_future(centre.run())
        await asyncio.sleep(0)
        call_id = new_id()
        call_log.began(call_id, "inbound", "+8613800138000", "800", language="zh")
        call_log.answered(call_id)
        call_log.turn(call_id, 1, "robot", "您好。", 0.0, 1.0)
        call_log.turn(call_id, 2, "caller", "我的订单在哪里？", 1.5, 3.0)
        visitor: Any = Visitor(call_id)
        done = await centre.people.take(visitor)
        assert (done.ok, done.values["outcome"]) == (False, "return")
        call_log.ended(call_id, cause=Cause.CALLER_HUNG_UP)
        _, ended, summed_up = await company.wait_for(3)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await centre.close()
        await call_log.close()
    told = ended.json
    assert (told["type"], told["data"]["outcome"], told["data"]["queue"]) == ("call.ended", "return", "billing")
    assert told["data"]["caller"] == {
        "number": "+8613800138000", "name": "王小明", "language": "zh", "tags": ["a", "vip"], "calls_today": 1,
    }  # fmt: skip
    assert told["data"]["slots"] == {"order": 1234}
    summary = summed_up.json
    assert (summary["type"], summary["data"]["cause"]) == ("call.summary", "caller-hung-up")
    assert [turn["text"] for turn in summary["data"]["transcript"]] == ["您好。", "我的订单在哪里？"]
    assert summary["data"]["customer"]["owner"] == "201"


async def test_programs_hear_after_a_restart_of_callers_whom_a_killed_server_had(engine, put, tmp_path):
    put({"agents": [ANNA], "queues": [BILLING]})
    caller = Caller("c1", "billing", number="+8613800138000", language="zh", tags=("vip",))
    row = StayRow("here")
    with engine.begin() as connection:
        connection.execute(row.begin(caller, "billing", 10.0, 10.0, {"summary": "她的订单没有到。", "slots": {}}))
        for statement in (*row.move(QueueCallerMove.OFFER, 11.0), *row.move(QueueCallerMove.ANSWER, 12.0, "201")):
            connection.execute(statement)
    async with company_server(lambda asked: Answer({})) as company:
        settings = Settings(
            data=DataSettings(directory=tmp_path),
            database=DatabaseSettings(url=f"sqlite:///{tmp_path / 'hotline.sqlite'}"),
            queues=QueueSettings(webhooks=[WebhookSettings(url=company.url, secret="s")]),
        )
        centre = CallCentre(settings, nobody_is_called)
        await centre.open("here", SipEdge(settings.sip, time.monotonic, centre.users))
        running = asyncio.ensure_future(centre.run())
        (told,) = await company.wait_for(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await centre.close()
    data = told.json["data"]
    assert (told.json["type"], data["outcome"], data["call_id"]) == ("call.ended", "stopped", "c1")
    assert data["caller"] == {"number": "+8613800138000", "language": "zh", "tags": ["vip"]}
    assert (data["agent"]["name"], data["summary"]) == ("安娜", "她的订单没有到。")
