"""Deliveries to a real HTTP server: signed, in order, again where that helps, and never in anybody's way."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from collections import Counter
from contextlib import asynccontextmanager

import httpx2
import pytest

from models.errors import OperatorFault, OurFault
from models.settings import WebhookSettings
from models.webhook import MOST_WAITING, Delivery, Kept, Webhook
from tests.company_server import Answer, company_server

SECRET = "geheim, 秘密"


def delivery(number, call_id="call-1", event="call.offered"):
    return Delivery(f"msg_{number}", call_id, event, json.dumps({"number": number, "名": "王"}).encode())


def nothing_to_write():
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


class Box:
    """An outbox in memory."""

    def __init__(self, written=nothing_to_write, left=()):
        self._written, self._left = written, left
        self.inside = {}
        """Tries and reason, by the delivery's id."""
        self.given_up = {}

    def keep(self, delivery, url):
        self.inside[delivery.id] = (0, "")
        return self._written()

    def tried(self, delivery, url, tries, why):
        self.inside[delivery.id] = (tries, why)

    def made(self, delivery, url):
        self.inside.pop(delivery.id, None)

    def gave_up(self, delivery, url, tries, why):
        self.inside.pop(delivery.id, None)
        self.given_up[delivery.id] = (tries, why)

    def left(self, url):
        return self._left


TRIES = 8


@asynccontextmanager
async def webhook(url, written=nothing_to_write, environment=None, left=(), **settings):
    """A webhook that runs; stopped at the end as the server stops it."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        box = Box(written, left)
        one = Webhook(WebhookSettings(url=url, **{"tries": TRIES, **settings}), client, box, environment or {})
        vars(one)["box"] = box
        running = asyncio.ensure_future(one.run())
        await asyncio.sleep(0)
        try:
            yield one
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def until(condition, within_s=30.0):
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr("models.webhook.PAUSE_S", 0.01)


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        (SECRET, SECRET.encode()),
        ("env:HOOK", b"from the environment"),
        ("whsec_" + base64.b64encode(bytes(range(24))).decode(), bytes(range(24))),
    ],
)
async def test_a_delivery_is_signed_over_its_id_the_time_and_the_body(secret, key):
    async with company_server(lambda _: Answer()) as crm:
        environment = {"HOOK": "from the environment"}
        async with webhook(crm.url + "/hook", environment=environment, secret=secret) as one:
            one.hand_over(delivery(1))
            [asked] = await crm.wait_for(1)
    assert (asked.method, asked.path, asked.json) == ("POST", "/hook", {"number": 1, "名": "王"})
    headers = asked.headers
    assert (headers["content-type"], headers["webhook-id"]) == ("application/json", "msg_1")
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
    # Reckoned here from RFC 2104 itself, not by what signed it.
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    signed = b"msg_1." + headers["webhook-timestamp"].encode() + b"." + asked.body
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in block) + signed).digest()
    expected = hashlib.sha256(bytes(b ^ 0x5C for b in block) + inner).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()


async def test_without_a_secret_there_is_no_signature():
    async with company_server(lambda _: Answer()) as crm, webhook(crm.url) as one:
        one.hand_over(delivery(1))
        [asked] = await crm.wait_for(1)
    assert "webhook-signature" not in asked.headers


async def test_what_fails_is_tried_again_under_the_same_id_and_signed_anew_until_it_is_taken():
    answers = [Answer(status=503), Answer(status=0), Answer(status=429), Answer(status=204, content=b"")]
    left = list(answers)
    async with company_server(lambda _: left.pop(0)) as crm, webhook(crm.url, secret=SECRET) as one:
        one.hand_over(delivery(1))
        asked = await crm.wait_for(4)
        await until(lambda: one.waiting == 0)
        assert one.counts["delivered"] == 1
    assert {request.headers["webhook-id"] for request in asked} == {"msg_1"}
    for request in asked:
        signed = f"msg_1.{request.headers['webhook-timestamp']}.".encode() + request.body
        mac = base64.b64encode(hmac.new(SECRET.encode(), signed, "sha256").digest()).decode()
        assert request.headers["webhook-signature"] == f"v1,{mac}"


async def test_deliveries_of_one_call_keep_their_order_and_others_overtake_one_that_fails():
    failures: Counter[int] = Counter()

    def answer(asked):
        number = asked.json["number"]
        failures[number] += 1
        return Answer(status=500 if number == 1 and failures[1] < 4 else 200)

    async with company_server(answer) as crm, webhook(crm.url) as one:
        for number, call_id in ((1, "a"), (2, "a"), (3, "b"), (4, "a")):
            one.hand_over(delivery(number, call_id))
        asked = await crm.wait_for(7)
    numbers = [request.json["number"] for request in asked]
    assert [n for n in numbers if n != 3] == [1, 1, 1, 1, 2, 4]
    assert numbers.index(3) < 3, "another call's came before the first one's retries were over"


async def test_a_refusal_for_good_is_not_repeated_and_the_next_delivery_is_made():
    async with company_server(lambda asked: Answer(status=400 if asked.json["number"] == 1 else 200)) as crm:
        async with webhook(crm.url) as one:
            one.hand_over(delivery(1))
            one.hand_over(delivery(2))
            await until(lambda: one.waiting == 0)
        assert [request.json["number"] for request in crm.asked] == [1, 2]
    assert (one.counts["undeliverable"], one.counts["delivered"], one.counts["retried"]) == (1, 1, 0)


async def test_a_program_that_takes_nothing_is_given_up_counted_and_one_line_in_the_log(caplog):
    caplog.set_level(logging.WARNING, "models.webhook")
    async with company_server(lambda _: Answer(status=500)) as crm, webhook(crm.url) as one:
        for number in range(3):
            one.hand_over(delivery(number, f"call-{number}"))
        await until(lambda: one.waiting == 0)
        assert len(crm.asked) == 3 * TRIES
    assert (one.counts["undeliverable"], one.counts["retried"]) == (3, 3 * (TRIES - 1))
    assert [record.getMessage() for record in caplog.records] == [
        "webhook 127.0.26.1: 1 deliveries lost, the last one because: it answered 500"
    ]


async def test_who_hands_over_never_waits_for_a_program_that_hangs_and_what_is_too_much_is_dropped(monkeypatch):
    monkeypatch.setattr("models.webhook.GRACE_S", 0.05)
    async with company_server(lambda _: Answer(after_s=60)) as crm, webhook(crm.url) as one:
        begun = time.monotonic()
        for number in range(MOST_WAITING + 5):
            one.hand_over(delivery(number, f"call-{number}"))
        assert time.monotonic() - begun < 20
        assert (one.waiting, one.counts["dropped"]) == (MOST_WAITING, 5)
        assert len(one.box.given_up) == 5, "and on record"
        await crm.wait_for(8)
        await asyncio.sleep(0.05)
        assert len(crm.asked) == 8, "no more at a time"


async def test_a_program_that_answers_too_late_is_left_and_tried_again():
    left = [Answer(after_s=60)]
    async with company_server(lambda _: left.pop() if left else Answer()) as crm, webhook(crm.url, timeout_s=1) as one:
        one.hand_over(delivery(1))
        await crm.wait_for(2)
        await until(lambda: one.counts["delivered"] == 1)


async def test_nothing_leaves_before_what_it_tells_of_is_written_and_a_journal_that_fails_keeps_nothing_back():
    safe = asyncio.get_running_loop().create_future()
    async with company_server(lambda _: Answer()) as crm, webhook(crm.url, lambda: asyncio.shield(safe)) as one:
        one.hand_over(delivery(1))
        await asyncio.sleep(0.1)
        assert crm.asked == []
        safe.set_exception(OurFault("The database doesn't take it."))
        await crm.wait_for(1)


async def test_what_is_left_when_the_server_stops_is_delivered_first():
    async with company_server(lambda _: Answer(after_s=0.1)) as crm:
        async with webhook(crm.url) as one:
            for number in range(3):
                one.hand_over(delivery(number))
        assert [request.json["number"] for request in crm.asked] == [0, 1, 2]
    assert (one.counts["delivered"], one.waiting) == (3, 0)


async def test_what_can_not_be_delivered_when_the_server_stops_stays_in_the_outbox(monkeypatch):
    monkeypatch.setattr("models.webhook.GRACE_S", 0.05)
    async with company_server(lambda _: Answer(after_s=60)) as crm:
        begun = time.monotonic()
        async with webhook(crm.url) as one:
            one.hand_over(delivery(1))
            one.hand_over(delivery(2))
            await crm.wait_for(1)
        assert time.monotonic() - begun < 20
    assert one.counts["undeliverable"] == 0
    assert list(one.box.inside) == ["msg_1", "msg_2"]


async def test_what_was_left_is_delivered_first_in_order_and_with_the_tries_it_had():
    left = [Kept(delivery(1), TRIES - 1), Kept(delivery(2), 0), Kept(delivery(3, "other"), 0)]
    async with company_server(lambda asked: Answer(status=500 if asked.json["number"] == 1 else 200)) as crm:
        async with webhook(crm.url, left=left) as one:
            one.hand_over(delivery(4))
            await until(lambda: one.waiting == 0)
        assert [asked.json["number"] for asked in crm.asked if asked.json["number"] != 3] == [1, 2, 4]
    assert one.box.given_up == {"msg_1": (TRIES, "it answered 500")}
    assert one.box.inside == {}


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("env:GONE", r"secret in \[\[queues.webhooks\]\] names GONE, .*: export GONE="),
        ("whsec_not base64!", "isn't base64 behind it"),
    ],
)
async def test_a_secret_that_is_none_is_refused_before_the_server_starts(secret, said):
    with pytest.raises(OperatorFault, match=said):
        Webhook(WebhookSettings(url="http://crm.example", secret=secret), httpx2.AsyncClient(), Box(), {})
