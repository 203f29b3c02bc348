"""The API over a real connection: what it tells, what it orders, and whom it tells nothing."""

import asyncio
import threading
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
import uvicorn
from sqlalchemy import delete, insert

from console.api import api
from console.serving import token_of
from models.agent import AgentPresence
from models.call import new_id
from models.control_desk import ControlDesk, Tell
from models.control_protocol import DisposeTalk, Done, Order, OrderTalk, SuperviseTalk
from models.errors import CannotDo, OperatorFault
from models.queue_caller import QueueCaller, QueueCallerState
from models.settings import ConsoleSettings, DatabaseSettings, DataSettings, Settings
from queues.journal import record

AGENTS = [
    {"extension": "201", "name": "安娜", "password": "x", "skills": {"billing": 5}, "team": "day"},
    {"extension": "202", "name": "Bo", "password": "x", "enabled": False},
]
DOCUMENT = {"agents": AGENTS, "queues": [{"name": "billing", "needs": [{"skill": "billing"}]}]}


@asynccontextmanager
async def console(tmp_path, engine, token="geheim"):
    settings = Settings(
        data=DataSettings(directory=tmp_path),
        database=DatabaseSettings(url=f"sqlite:///{tmp_path / 'hotline.sqlite'}"),
    )
    config = uvicorn.Config(api(settings, engine, "geheim"), "127.0.26.2", 0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    # Signals belong to who runs the tests.
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    running = asyncio.ensure_future(server.serve())
    async with asyncio.timeout(30):
        while not server.started:
            await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with httpx2.AsyncClient(base_url=f"http://{host}:{port}", headers=headers, trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        await running


async def got(client: Any, path: str, code: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status_code == code, answer.text
    return answer.json()


@pytest.mark.parametrize("token", ["", "wrong", "geheim2", "géheim"])
async def test_who_does_not_know_the_token_learns_nothing(tmp_path, engine, put, token):
    put(DOCUMENT)
    async with console(tmp_path, engine, "") as client:
        for path in ("/agents", "/queues", "/queues/billing/callers", "/events", "/nothing", "/openapi.json"):
            headers = {"Authorization": f"Bearer {token}".encode()} if token else {}
            answer = await client.get(path, headers=headers)
            assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_agents_are_told_with_their_states_and_asked_for_by_team(tmp_path, engine, put):
    put(DOCUMENT)
    async with console(tmp_path, engine) as client:
        anna, _ = await got(client, "/agents")
        assert (anna["name"], anna["state"], anna["skills"]) == ("安娜", "offline", {"billing": 5})
        assert await got(client, "/agents?team=day") == [anna]
        assert (await got(client, "/agents/201"))["changes"] == []
        assert "ha1" not in anna
        assert "There is no agent '999'" in (await got(client, "/agents/999", 404))["detail"]


async def test_an_agent_of_whom_nothing_is_written_is_told_as_offline(tmp_path, engine, put):
    put(DOCUMENT)
    with engine.begin() as connection:
        connection.execute(delete(AgentPresence))
    async with console(tmp_path, engine) as client:
        anna, _ = await got(client, "/agents")
        assert (anna["state"], anna["since"][:4]) == ("offline", str(datetime.now(UTC).year))
        assert await got(client, "/agents/201") == {**anna, "changes": []}


async def test_an_agents_state_is_ordered_and_what_can_not_be_is_said(tmp_path, engine, put):
    put(DOCUMENT)
    async with console(tmp_path, engine) as client:

        async def ordered(extension, **wish):
            answer = await client.post(f"/agents/{extension}/state", json=wish)
            return answer.status_code, answer.json()

        code, done = await ordered("201", state="paused", reason="午饭")
        assert (code, done["extension"]) == (200, "201")
        assert "No server runs" in done["sentence"]
        agent = await got(client, "/agents/201")
        assert "paused" in (agent["state"], agent["returns_to"])
        code, done = await ordered("202", state="ready")
        assert (code, "is disabled" in done["detail"]) == (409, True)
        assert (await ordered("999", state="ready"))[0] == 404
        code, done = await ordered("201", state="redy")
        assert (code, done["detail"].startswith("state: Input should be 'ready'")) == (422, True)
        assert (await ordered("201", state="ready", more=1))[0] == 422


async def test_queues_tell_how_they_do_and_who_waits_with_the_story(tmp_path, engine, put):
    put(DOCUMENT)
    now = datetime.now(UTC)
    common = {
        "node": "n", "queue": "billing", "language": "zh", "credit_s": 30.0, "answered_at": None, "ended_at": None,
        "agent": "",
    }  # fmt: skip
    data = {"summary": "她的订单没有到。", "slots": {"order": 1234}, "customer": {"name": "王小明"}}
    waits = {"id": new_id(), "call_id": "c1", "state": QueueCallerState.QUEUED, "caller": "+861", "tags": ["vip"]}
    gone = {"id": new_id(), "call_id": "c0", "state": QueueCallerState.ABANDONED, "caller": "+862", "tags": []}
    with engine.begin() as connection:
        connection.execute(insert(QueueCaller).values(**common, **waits, joined_at=now, data=data))
        connection.execute(insert(QueueCaller).values(**{**common, "ended_at": now}, **gone, joined_at=now, data={}))
    async with console(tmp_path, engine) as client:
        [status] = await got(client, "/queues")
        assert (status["queue"], status["waiting"], status["today"]["abandoned"]) == ("billing", 1, 1)
        assert (await got(client, "/queues/billing"))["today"] == status["today"]
        [caller] = await got(client, "/queues/billing/callers")
        assert (caller["number"], caller["tags"], caller["customer"]) == ("+861", ["vip"], {"name": "王小明"})
        assert (caller["summary"], caller["slots"]) == ("她的订单没有到。", {"order": 1234})
        assert 30 <= caller["waited_s"] < 40
        assert "There is no queue 'sales'" in (await got(client, "/queues/sales/callers", 404))["detail"]


async def test_events_are_told_from_where_a_program_stopped(tmp_path, engine, put):
    put(DOCUMENT)
    async with console(tmp_path, engine) as client:
        before = await got(client, "/events?limit=1000")
        last = before[-1]["id"] if before else 0
        with engine.begin() as connection:
            for number in range(5):
                record(connection, "n", "queue.joined", queue="billing", call_id=f"c{number}")
        new = await got(client, f"/events?since={last}")
        assert [event["call_id"] for event in new] == ["c0", "c1", "c2", "c3", "c4"]
        assert await got(client, f"/events?since={new[1]['id']}&limit=2") == new[2:4]
        assert await got(client, f"/events?since={new[-1]['id']}") == []
        assert "limit: " in (await got(client, "/events?limit=100000", 422))["detail"]
        for wrong in ("never", "99999999999999999999"):
            assert "since: " in (await got(client, f"/events?since={wrong}", 422))["detail"]


async def test_orders_reach_the_running_server_by_the_channel_of_commands_and_its_refusals_are_told(
    tmp_path, engine, put
):
    put(DOCUMENT)
    asked: list[Order] = []

    async def takes(order: Order, tell: Tell) -> Done:
        asked.append(order)
        if getattr(order, "number", "") == "000":
            raise CannotDo("'000' is no extension.")
        return Done("Carried out.", {"id": "c1"})

    desk = ControlDesk(tmp_path)
    for kind in (DisposeTalk, OrderTalk, SuperviseTalk):
        desk.bind(kind, takes)
    async with console(tmp_path, engine) as client:
        nobody = await client.post("/calls/c1/talk", json={"order": "hold"})
        assert (nobody.status_code, "No Hotline runs" in nobody.json()["detail"]) == (409, True)
        running = asyncio.ensure_future(desk.run())
        await asyncio.sleep(0.05)
        done = await client.post("/agents/201/disposition", json={"code": "已解决"})
        assert (done.status_code, done.json()) == (200, {"sentence": "Carried out.", "id": "c1"})
        await client.post("/calls/c1/talk", json={"order": "blind", "number": "202"})
        await client.post("/calls/c1/supervision", json={"mode": "listen", "user": "300"})
        refused = await client.post("/calls/c1/talk", json={"order": "blind", "number": "000"})
        assert (refused.status_code, refused.json()["detail"]) == (409, "'000' is no extension.")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert asked == [
        DisposeTalk("201", "已解决"),
        OrderTalk("c1", "blind", "202"),
        SuperviseTalk("c1", "listen", "300"),
        OrderTalk("c1", "blind", "000"),
    ]


async def test_answers_come_while_another_request_takes_its_time(tmp_path, engine, put, monkeypatch):
    put(DOCUMENT)
    begun, may_end = threading.Event(), threading.Event()

    def slow(settings, extension, state, reason):
        begun.set()
        assert may_end.wait(20), "the other request waits for this one"
        return "slow", {}

    monkeypatch.setattr("console.api.set_state", slow)
    async with console(tmp_path, engine) as client:
        order = asyncio.ensure_future(client.post("/agents/201/state", json={"state": "ready"}))
        assert await asyncio.to_thread(begun.wait, 20)
        await got(client, "/queues")
        may_end.set()
        assert (await order).json() == {"sentence": "slow"}


def test_the_token_of_the_settings_is_read_from_where_they_say_and_is_long_or_there_is_none():
    long = "0123456789abcdef"
    assert token_of(ConsoleSettings(), {"HOTLINE_API_TOKEN": long}) == long
    assert token_of(ConsoleSettings(token=long), {}) == long
    assert token_of(ConsoleSettings(), {}) == token_of(ConsoleSettings(token=""), {"HOTLINE_API_TOKEN": long}) == ""
    with pytest.raises(OperatorFault, match="The token of \\[console\\] is too short"):
        token_of(ConsoleSettings(token="short"), {})
