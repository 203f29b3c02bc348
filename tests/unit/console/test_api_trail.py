"""What programs and pages do by the API is on the audit trail before it is done, whichever way they ask."""

from datetime import UTC, datetime

import httpx2
import pytest
from sqlalchemy import select

from bench import long_call
from console import tokens
from console.accounts import By
from console.api import api
from models.attempt import Attempt
from models.audit import Audit
from models.campaign import Campaign
from models.queue_caller import QueueCaller
from models.settings import DatabaseSettings, DataSettings, Settings
from queues.journal import record as queue_event
from tests.unit.quality.conftest import row
from tests.unit.quality.reviewing import Desk, peopled

CONFIGURED = "the token of the settings"


@pytest.fixture
def app(tmp_path, engine):
    url = f"sqlite:///{tmp_path / 'hotline.sqlite'}"
    settings = Settings(data=DataSettings(directory=tmp_path), database=DatabaseSettings(url=url))
    return api(settings, engine, CONFIGURED)


def asks(app, token=CONFIGURED):
    transport = httpx2.ASGITransport(app, client=("192.0.2.1", 4711))
    headers = {"authorization": f"Bearer {token}"}
    return httpx2.AsyncClient(transport=transport, base_url="http://console.test", headers=headers, trust_env=False)


def trail(engine):
    with engine.connect() as connection:
        rows = connection.execute(select(Audit.action, Audit.words, Audit.call_id).order_by(Audit.id)).all()
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("wanted", ["bytes=1-", "bytes=-999999999", "items=0-", "bytes=0-"])
async def test_no_range_hears_a_call_without_being_on_the_trail(app, engine, tmp_path, wanted):
    with engine.begin() as connection:
        long_call.put_agent(connection)
        call = long_call.put(connection, tmp_path, "en", 0.4)
    async with asks(app) as client:
        for _ in range(2):
            answer = await client.get(f"/calls/{call}/sound?original=yes", headers={"range": wanted})
            assert answer.status_code in (200, 206)
        assert len(answer.content) > 1000
    assert trail(engine)[0] == ("listened-original", "", call)


async def test_orders_are_on_the_trail_also_where_no_server_runs_to_carry_them_out(app, engine, put):
    put({"agents": [{"extension": "201", "name": "A", "password": "x"}]})
    async with asks(app) as client:
        await client.post("/agents/201/state", json={"state": "paused", "reason": "lunch"})
        await client.post("/agents/201/disposition", json={"code": "sold"})
        await client.post("/calls/c1/talk", json={"order": "blind", "number": "+49301"})
        await client.post("/calls/c1/supervision", json={"mode": "listen", "user": "300"})
        await client.patch("/agents/201", json={"name": "B"})
        await client.delete("/queues/none")
        await client.get("/queues")
    assert trail(engine) == [
        ("agent-state", "201 paused", ""), ("agent-disposition", "201 sold", ""), ("talk.order", "blind", "c1"),
        ("talk.listen", "", "c1"), ("plan-order", "PATCH /agents/201", ""), ("plan-order", "DELETE /queues/none", ""),
    ]  # fmt: skip


async def test_who_waits_and_what_happened_are_shown_once_that_is_on_the_trail(app, engine, put):
    put({"agents": [{"extension": "201", "name": "A", "password": "x"}], "queues": [{"name": "billing"}]})
    now = datetime.now(UTC)
    stay = {"queue": "billing", "state": "queued", "caller": "+442079460123", "joined_at": now, "data": {}, "tags": []}
    async with asks(app) as client:
        for path in ("/queues/billing/callers", "/events?since=1000"):
            assert (await client.get(path)).json() == []
        assert trail(engine) == [], "nothing personal was there to be seen"
        with engine.begin() as connection:
            connection.execute(row(QueueCaller, id="s1", call_id="c1", **stay))
            queue_event(connection, "n", "queue.joined", queue="billing", call_id="c1")
        assert len((await client.get("/queues/billing/callers")).json()) == 1
        events = [one["id"] for one in (await client.get("/events")).json()]
    assert trail(engine) == [("saw-callers", "billing", ""), ("saw-events", f"{events[0]} – {events[-1]}", "")]


async def test_an_order_of_endless_words_is_refused(app, engine, put):
    put({"agents": [{"extension": "201", "name": "A", "password": "x"}]})
    async with asks(app) as client:
        for path, wish in (
            ("/agents/201/state", {"state": "paused", "reason": "x" * 5000}),
            ("/calls/c1/supervision", {"mode": "x" * 5000}),
            ("/calls/c1/talk", {"order": "blind", "number": "1" * 5000}),
        ):
            assert (await client.post(path, json=wish)).status_code == 422
    assert trail(engine) == []


async def test_a_program_for_campaigns_reads_no_reviews_of_their_calls(app, engine):
    desk = peopled(Desk(engine))
    desk.review("c1", "quinn", state="done", words="too soft", blind=True)
    with engine.begin() as connection:
        connection.execute(row(Campaign, id="k1", name="spring"))
        connection.execute(row(Attempt, id="a1", campaign_id="k1", call_id="c1"))
    found = {}
    for role in ("operator", "qa"):
        with engine.begin() as connection:
            token = tokens.add(connection, role, [role], By("command"), datetime.now(UTC))
        async with asks(app, token) as client:
            found[role] = (await client.get("/calls/c1")).json()
    assert found["operator"]["reviews"] == []
    assert [one["words"] for one in found["qa"]["reviews"]] == ["", "too soft"]
