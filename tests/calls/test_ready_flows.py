"""Whole calls through ready flows: the shop's and the workshop's systems are real HTTP servers on this machine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dialplans.look_ups import LookUps
from voice.back_office import BackOffice

pytestmark = pytest.mark.looptime

ORDER = {"status": "sent", "total": "59.90 CNY", "delivery_date": "2026-11-25"}


class Asked(ThreadingHTTPServer):
    """A server that remembers what it was asked."""

    asked: list[tuple[object, ...]]


class System(BaseHTTPRequestHandler):
    """One of the company's systems: knows order 427106, and books whatever it is asked to."""

    @property
    def asked(self):
        assert isinstance(self.server, Asked)
        return self.server.asked

    def do_GET(self):
        self.asked.append((self.command, self.path, None, self.headers["Authorization"]))
        known = self.path == "/orders/427106"
        self._answer(200 if known else 404, ORDER if known else {})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.command, self.path, body, self.headers["Authorization"]))
        self._answer(201, {"reference": "A7K2"})

    def _answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def system(monkeypatch):
    server = Asked(("127.0.38.1", 0), System)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    for name in ("SHOP", "BOOKING"):
        monkeypatch.setenv(f"{name}_URL", f"http://127.0.38.1:{server.server_port}")
        monkeypatch.setenv(f"{name}_TOKEN", "a-secret")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("language", "wish", "number", "told", "bye"),
    [
        ("en", "where is my order", "four two seven one oh six", "fifty nine yuan and ninety fen, is on its way",
         "no thanks"),
        ("zh", "我想查一下物流", "四二七幺零六", "金额五十九元九角，已经发货", "没有了"),
    ],
)  # fmt: skip
async def test_an_order_is_asked_for_looked_up_and_told(open_line, system, language, wish, number, told, bye):
    async with open_line("order_status", language=language, office=BackOffice(look_ups=LookUps())) as line:
        caller = await line.call()
        await caller.hears({"en": "where your order is", "zh": "您是想查询订单"}[language])
        await caller.says(wish, 1.5, language=language)
        await caller.hears({"en": "six digits", "zh": "六位订单号"}[language])
        await caller.says(number, 2.5, language=language)
        await caller.hears(told)
        await caller.says(bye, 1.0, language=language)
        await caller.is_hung_up()
    assert system.asked == [("GET", "/orders/427106", None, "Bearer a-secret")]
    assert line.story.cause == "robot-hung-up"
    assert "a-secret" not in repr(line.story.events)
    assert "a-secret" not in repr(line.story.turns)


async def test_an_order_that_the_shop_does_not_know_is_asked_for_again(open_line, system):
    async with open_line("order_status", office=BackOffice(look_ups=LookUps())) as line:
        caller = await line.call()
        await caller.hears("where your order is")
        await caller.says("where is order 427107", 2.0)
        await caller.hears("once more")
        await caller.says("no, I said 427106", 2.0)
        await caller.hears("is on its way")
        caller.hangs_up()
    assert [path for _, path, *_ in system.asked] == ["/orders/427107", "/orders/427106"]


@pytest.mark.parametrize(
    ("language", "asked", "wish", "check", "yes", "done"),
    [
        ("en", "What would you like to book", "a repair next Tuesday at three in the afternoon", "Shall I book it?",
         "yes please", "Your reference is A seven K two"),
        ("zh", "什么服务，什么时间", "我想下周二下午三点修车", "可以吗", "可以", "预约编号是A 七 K 二"),
    ],
)  # fmt: skip
async def test_an_appointment_is_booked(open_line, system, language, asked, wish, check, yes, done):
    async with open_line("appointment", language=language, office=BackOffice(look_ups=LookUps())) as line:
        caller = await line.call()
        await caller.hears(asked)
        await caller.says(wish, 2.5, language=language)
        await caller.hears(check)
        await caller.says(yes, 0.8, language=language)
        await caller.hears(done)
        await caller.is_hung_up()
    ((method, path, body, _),) = system.asked
    assert (method, path, body["service"], body["phone"]) == ("POST", "/appointments", "repair", "5550142")
    assert body["at"].endswith("T15:00")
    assert line.story.cause == "robot-hung-up"
