"""Edits by programs: what commands do, with the same sentences; told to the running server; described to generators."""

import asyncio
import tomllib

import jsonschema
import pytest
from sqlalchemy import select

from console.edit_schemas import AGENT, QUEUE
from models.control_desk import ControlDesk
from models.control_protocol import Done, TakeUpQueues
from models.queue_event import QueueEvent
from queues.plan_reading import AGENT_KEYS
from queues.plan_rows import stored_agents
from queues.queue_reading import KEYS
from tests.unit.console.test_api import DOCUMENT, console, got
from tests.unit.queues.test_guide import blocks


async def asked(client, method, path, code, **body):
    answer = await client.request(method, path, json=body if method != "DELETE" else None)
    assert answer.status_code == code, answer.text
    return answer.json()


async def test_an_agent_is_added_changed_and_removed_as_by_commands(tmp_path, engine, put):
    put(DOCUMENT)
    async with console(tmp_path, engine) as client:
        skills = {"billing": 7}
        done = await asked(
            client, "POST", "/agents", 201,
            extension="203", name="王小明", password="x", languages=["zh"], skills=skills,
        )  # fmt: skip
        assert (done["live"], "No server runs" in done["sentence"]) == (False, True)
        assert done["changes"] == [{"kind": "agent", "name": "203", "what": "added", "details": []}]
        assert (done["agent"]["name"], done["agent"]["skills"], done["agent"]["password"]) == ("王小明", skills, True)
        with engine.connect() as connection:
            before = stored_agents(connection)["203"].ha1
        done = await asked(client, "PATCH", "/agents/203", 200, team="夜班", languages=None, cost=2.5)
        assert (done["agent"]["team"], done["agent"]["languages"], done["agent"]["skills"]) == ("夜班", [], skills)
        with engine.connect() as connection:
            assert stored_agents(connection)["203"].ha1 == before, "what isn't given stays"
        assert (await asked(client, "PATCH", "/agents/203", 200, team="夜班"))["sentence"] == "Nothing changed."
        await asked(client, "DELETE", "/agents/203", 200)
        assert (await got(client, "/agents/203", 404))["title"] == "Not Found"
        with engine.connect() as connection:
            edits = connection.execute(select(QueueEvent.node, QueueEvent.agent, QueueEvent.data)).all()
        assert [(row.node, row.agent, row.data["what"]) for row in edits if row.agent == "203"] == [
            ("api", "203", "added"), ("api", "203", "changed"), ("api", "203", "removed"),
        ]  # fmt: skip


async def test_a_queue_is_added_changed_and_removed_and_told_whole(tmp_path, engine, put):
    put(DOCUMENT)
    async with console(tmp_path, engine) as client:
        overflow = [{"when": "full", "to": "queue:billing"}]
        done = await asked(
            client, "POST", "/queues", 201, name="tech", size=20, overflow=overflow, title={"zh": "技术"}
        )
        assert (done["queue"]["size"], done["queue"]["title"]) == (20, {"zh": "技术"})
        done = await asked(client, "PATCH", "/queues/tech", 200, size=None, service_level=[30, 0.9])
        assert (done["queue"]["size"], done["queue"]["service_level"]) == (0, {"within_s": 30, "share": 0.9})
        assert (await got(client, "/queues/tech/settings"))["version"] == 2
        refused = await asked(client, "DELETE", "/queues/billing", 409)
        assert refused["detail"] == "Queue 'tech' overflows to 'billing'; lead it elsewhere first."
        await asked(client, "DELETE", "/queues/tech", 200)
        await asked(client, "DELETE", "/queues/tech", 404)


WRONG = [
    ("POST", "/agents", {"extension": "204"}, 422, "Agent 204 has neither a password nor an address"),
    ("POST", "/agents", {"extension": "2 4", "password": "x"}, 422, "write digits, like 201"),
    ("POST", "/agents", {}, 422, "An agent has no extension"),
    ("POST", "/agents", {"extension": "201", "password": "x"}, 409, "There is the agent 201 already"),
    ("POST", "/agents", {"extension": "204", "password": "env:HOME"}, 422, "can't be read from the environment"),
    ("PATCH", "/agents/201", {"skills": {"billing": 11}}, 422, "11"),
    ("PATCH", "/agents/201", {"skils": {}}, 422, "skils"),
    ("PATCH", "/agents/201", {"extension": "205"}, 422, "extension can't be changed"),
    ("PATCH", "/agents/999", {"team": "x"}, 404, "There is no agent '999'"),
    ("DELETE", "/agents/999", {}, 404, "There is no agent '999'"),
    ("POST", "/queues", {"name": "billing"}, 409, "There is the queue billing already"),
    ("POST", "/queues", {"name": "new", "needs": [{"skill": "flying"}]}, 422, "flying"),
    ("PATCH", "/queues/billing", {"overflow": [{"when": "full", "to": "queue:billing"}]}, 422, "circle"),
    ("PATCH", "/queues/billing", {"hours": "nights"}, 422, "nights"),
    ("PATCH", "/queues/none", {"size": 1}, 404, "There is no queue 'none'"),
]


@pytest.mark.parametrize(("method", "path", "body", "code", "words"), WRONG)
async def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_changed(
    tmp_path, engine, put, method, path, body, code, words
):
    put(DOCUMENT)
    async with console(tmp_path, engine) as client:
        before = await got(client, "/agents"), await got(client, "/queues/billing/settings")
        told = await asked(client, method, path, code, **body)
        assert (told["status"], words in told["detail"]) == (code, True), told
        if code == 422:
            assert any(words in sentence for sentence in told["errors"])
        assert before == (await got(client, "/agents"), await got(client, "/queues/billing/settings"))


async def test_all_faults_are_told_at_once_and_a_body_that_is_none_too(tmp_path, engine, put):
    put(DOCUMENT)
    async with console(tmp_path, engine) as client:
        told = await asked(client, "PATCH", "/queues/billing", 422, size=-1, ring_s="long", way_out_key="xx")
        assert len(told["errors"]) == 3
        answer = await client.post("/agents", content=b"{", headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["title"]) == (422, "Unprocessable Entity")
        assert (await client.put("/agents/201", json={})).json()["status"] == 405


@pytest.mark.parametrize(("method", "path"), [("POST", "/agents"), ("DELETE", "/agents/201"), ("PATCH", "/queues/x")])
async def test_without_the_token_nothing_is_edited(tmp_path, engine, put, method, path):
    put(DOCUMENT)
    async with console(tmp_path, engine, "") as client:
        assert (await client.request(method, path, json={"team": "x"})).status_code == 401
    with engine.connect() as connection:
        assert list(stored_agents(connection)) == ["201", "202"]


async def test_a_running_server_takes_an_edit_up_at_once(tmp_path, engine, put):
    put(DOCUMENT)
    taken = []

    async def takes_up(order, tell):
        taken.append(order)
        return Done("The running server goes by it.", {})

    desk = ControlDesk(tmp_path)
    desk.bind(TakeUpQueues, takes_up)
    async with console(tmp_path, engine) as client:
        running = asyncio.ensure_future(desk.run())
        await asyncio.sleep(0.05)
        done = await asked(client, "PATCH", "/agents/201", 200, team="night")
        assert (done["live"], done["sentence"]) == (True, "The running server goes by it.")
        await asked(client, "PATCH", "/agents/201", 200, team="night")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert len(taken) == 1, "what changes nothing is not told"


async def test_the_document_for_generators_has_every_key_and_the_guides_entries_fit_it(tmp_path, engine, put):
    put(DOCUMENT)
    async with console(tmp_path, engine) as client:
        paths = (await got(client, "/openapi.json"))["paths"]
    for path, methods in {
        "/agents": {"get", "post"}, "/agents/{extension}": {"get", "patch", "delete"},
        "/queues": {"get", "post"}, "/queues/{name}": {"get", "patch", "delete"},
    }.items():  # fmt: skip
        assert set(paths[path]) == methods
    bodies = [
        paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"] for path in ("/agents", "/queues")
    ]
    assert [set(body["properties"]) for body in bodies] == [set(AGENT_KEYS), set(KEYS)]
    (plan,) = blocks("toml")
    document = tomllib.loads(plan)
    for kind, schema in (("agents", AGENT), ("queues", QUEUE)):
        assert document[kind]
        for entry in document[kind]:
            jsonschema.validate(entry, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"extension": "1", "skills": {"billing": 11}}, AGENT)
