"""Programs are told of results: signed, in each lead's order, over restarts, and never of what isn't on record."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, insert, select, update

from campaigns import results as results_module
from campaigns.campaign_rows import StoredCampaign, put_campaign
from campaigns.plan import plan_of
from campaigns.result_document import result_of, told
from campaigns.results import Results
from models.attempt import Attempt
from models.call import new_id
from models.campaign_event import CampaignEvent
from models.lead import Lead
from models.webhook_delivery import WebhookDelivery
from models.writing import writing

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
CRM, SMS = "http://crm.example/results", "http://sms.example/send"
HOOKS: dict[str, Any] = {
    "webhooks": [{"url": CRM, "secret": "env:CRM"}],
    "follow_up": [{"url": SMS, "grades": ["A", "B"], "data": {"template": "brochure"}}],
}
ENVIRONMENT = {"CRM": "geheim"}


class Programs:
    """The network: what was asked, and what is answered (200 unless said otherwise)."""

    def __init__(self) -> None:
        self.asked: list[httpx2.Request] = []
        self.answers: dict[str, int] = {}
        self.transport = httpx2.MockTransport(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return httpx2.Response(self.answers.get(str(request.url), 200))

    def bodies(self, url: str) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.asked if str(request.url) == url]


@pytest.fixture
def ended(engine: Engine) -> Callable[..., None]:
    """Write the end of an attempt with its event; keywords are columns of the attempt."""

    def write(campaign: StoredCampaign, lead: int, node: str = "n", seq: int | None = None, **columns: Any) -> None:
        row = {
            "id": new_id(), "campaign_id": campaign.id, "lead_id": lead, "node": node, "number": "+8613800000001",
            "line": "a", "caller_number": "", "mode": "robot", "version": "offer@1", "state": "ended",
            "placed_at": NOON, "answered_at": NOON, "ended_at": NOON, "cause": "", "code": 0, "answered_by": "human",
            "disposition": "completed", "grade": "", "call_id": "", "lines": [], "agent": "", "queue": "",
            "talk_s": 30.0, "cost": 0.06, "currency": "CNY", "results": {"date": "周五"}, "abandoned": False, **columns,
        }  # fmt: skip
        event = {"at": NOON, "campaign_id": campaign.id, "lead_id": lead, "attempt_id": row["id"], "data": {}}
        with engine.begin() as connection:
            connection.execute(insert(Attempt).values(**row))
            numbered = {} if seq is None else {"seq": seq}
            connection.execute(insert(CampaignEvent).values(name="attempt.ended", **event, **numbered))

    return write


@asynccontextmanager
async def running(
    engine: Engine, programs: Programs, environment: dict[str, str] | None = None
) -> AsyncIterator[Results]:
    """A server's part that runs; stopped at the end as the server stops it."""
    results = Results(engine, ENVIRONMENT if environment is None else environment, programs.transport)
    results.open("n")
    task = asyncio.ensure_future(results.run())
    try:
        yield results
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    assert condition()


def left(engine: Engine) -> list[tuple[str, bool]]:
    with engine.connect() as connection:
        rows = connection.execute(select(WebhookDelivery.url, WebhookDelivery.given_up_at)).all()
    return [(row.url, row.given_up_at is not None) for row in rows]


async def test_a_result_is_told_signed_and_whole(
    engine: Engine, make_campaign: Any, add_leads: Any, ended: Callable[..., None]
):
    campaign, programs = make_campaign(**HOOKS), Programs()
    (lead,) = add_leads(campaign, "+8613800000001", variables={"合同": "7"})
    async with running(engine, programs) as results:
        ended(campaign, lead, grade="A")
        results.hear("attempt.ended")
        await until(lambda: len(programs.asked) == 2)
        await until(lambda: left(engine) == [])
    (document,) = programs.bodies(CRM)
    assert document["type"] == "attempt.ended"
    assert document["data"]["campaign"] == "autumn"
    assert document["data"]["lead"]["variables"] == {"合同": "7"}
    assert document["data"]["attempt"]["results"] == {"date": "周五"}
    assert document["data"]["attempt"]["placed_at"] == "2026-11-18T04:00:00.000+00:00"
    (follow_up,) = programs.bodies(SMS)
    assert (follow_up["type"], follow_up["data"]["follow_up"]) == ("follow_up.requested", {"template": "brochure"})
    request = next(one for one in programs.asked if str(one.url) == CRM)
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.content
    mac = base64.b64encode(hmac.digest(b"geheim", signed, hashlib.sha256)).decode()
    assert request.headers["webhook-signature"] == f"v1,{mac}"
    assert "webhook-signature" not in next(one for one in programs.asked if str(one.url) == SMS).headers


async def test_what_happened_while_nobody_ran_is_told_at_the_next_start_and_once(
    engine: Engine, make_campaign: Any, add_leads: Any, ended: Callable[..., None]
):
    campaign, programs = make_campaign(**HOOKS), Programs()
    (lead,) = add_leads(campaign, "+8613800000001")
    ended(campaign, lead, disposition="busy")
    async with running(engine, programs):
        # What was before the very first start is history.
        await asyncio.sleep(0.05)
    ended(campaign, lead, disposition="no-answer")
    ended(campaign, lead, disposition="machine")
    for _ in range(2):
        async with running(engine, programs):
            await until(lambda: len(programs.asked) == 2)
            await until(lambda: left(engine) == [])
    assert [one["data"]["attempt"]["disposition"] for one in programs.bodies(CRM)] == ["no-answer", "machine"]


async def test_a_program_that_is_down_is_told_after_a_restart_with_the_same_id(
    engine: Engine, make_campaign: Any, add_leads: Any, ended: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("models.webhook.GRACE_S", 0.01)
    campaign, programs = make_campaign(**HOOKS), Programs()
    (lead,) = add_leads(campaign, "+8613800000001")
    programs.answers[CRM] = 503
    async with running(engine, programs) as results:
        ended(campaign, lead)
        results.hear("")
        await until(lambda: len(programs.asked) == 1)
    assert left(engine) == [(CRM, False)]
    programs.answers.clear()
    async with running(engine, programs):
        await until(lambda: left(engine) == [])
    assert len({request.headers["webhook-id"] for request in programs.asked}) == 1
    assert len(programs.asked) == 2


async def test_a_refusal_is_given_up_and_other_servers_and_queues_deliveries_are_left_alone(
    engine: Engine, make_campaign: Any, add_leads: Any, ended: Callable[..., None]
):
    campaign, programs = make_campaign(**HOOKS), Programs()
    (lead,) = add_leads(campaign, "+8613800000001")
    programs.answers[CRM] = 410
    of_a_queue = {
        "node": "n", "delivery": "msg_q", "url": "http://queue.example", "call_id": "c", "event": "call.ended",
        "body": "{}", "tries": 0, "why": "", "made_at": NOON, "given_up_at": None,
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(WebhookDelivery).values(**of_a_queue))
    async with running(engine, programs) as results:
        ended(campaign, lead)
        ended(campaign, lead, node="other")
        results.hear("")
        await until(lambda: (CRM, True) in left(engine))
        assert results.counts()["undeliverable"] == 1
    assert sorted(left(engine)) == [(CRM, True), ("http://queue.example", False)]
    assert len(programs.asked) == 1


async def test_a_plan_that_names_a_program_no_more_and_a_missing_secret(
    engine: Engine, make_campaign: Any, add_leads: Any, ended: Callable[..., None], caplog: pytest.LogCaptureFixture
):
    campaign, programs = make_campaign(**HOOKS), Programs()
    (lead,) = add_leads(campaign, "+8613800000001")
    async with running(engine, programs, {}) as results:
        ended(campaign, lead)
        results.hear("")
        await until(lambda: "names CRM, which the environment doesn't have" in caplog.text)
    assert left(engine) == [(CRM, False)]
    without = {"name": "autumn", "country": "CN", "flows": ["payment_reminder"], "holidays": ""}
    with writing(engine) as connection:
        put_campaign(connection, plan_of(without), without, NOON)
    async with running(engine, programs):
        await until(lambda: left(engine) == [(CRM, True)])
    assert programs.asked == []


async def test_a_program_that_is_slow_is_not_told_twice_by_every_look(
    engine: Engine, make_campaign: Any, add_leads: Any, ended: Callable[..., None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(results_module, "LOOK_S", 0.01)
    campaign, programs = make_campaign(**HOOKS), Programs()
    leads = add_leads(campaign, *(f"+86138000000{nth:02}" for nth in range(20)))
    async with running(engine, programs) as results:
        for lead in leads:
            ended(campaign, lead)
            results.hear("")
            await asyncio.sleep(0.005)
        await until(lambda: left(engine) == [])
        await asyncio.sleep(0.05)
    assert len(programs.asked) == 20


def test_follow_ups_go_by_grade_and_disposition_and_leave_alone_who_opted_out():
    plan = plan_of(
        {
            "name": "a", "country": "CN", "flows": ["f"],
            "follow_up": [
                {"url": "http://a.example", "grades": ["A"]},
                {"url": "http://b.example", "dispositions": ["no-answer"]},
                {"url": "http://c.example"},
            ],
        }
    )  # fmt: skip

    def urls(disposition: str, grade: str = "", event: str = "attempt.ended") -> list[str]:
        result = {"attempt": {"disposition": disposition, "grade": grade}}
        return [one.url[7] for one in told(plan, event, result)]

    assert urls("completed", "A") == ["a", "c"]
    assert urls("no-answer") == ["b", "c"]
    assert urls("opted-out", "A") == []
    assert urls("completed", "A", "attempt.placed") == []


def test_leads_that_wait_are_told_when_they_are_called_next(engine: Engine, make_campaign: Any, add_leads: Any):
    campaign = make_campaign(**HOOKS)
    (lead,) = add_leads(campaign, "+8613800000001")
    due = NOON + timedelta(hours=2)
    with engine.begin() as connection:
        connection.execute(update(Lead).where(Lead.id == lead).values(state="waiting", due_at=due))
        row = dict(connection.execute(select(Lead.__table__)).mappings().one())
    attempt = dict.fromkeys(Attempt.__table__.columns.keys())
    document = result_of("autumn", row, attempt, "")
    assert document["next_call_at"] == "2026-11-18T06:00:00.000+00:00"
    assert result_of("autumn", {**row, "state": "done"}, attempt, "")["next_call_at"] is None


async def test_a_breaker_that_opens_is_told_to_the_programs_of_the_campaign_once(
    engine: Engine, make_campaign: Any, add_leads: Any
):
    campaign, programs = make_campaign(**HOOKS), Programs()
    other = make_campaign("other", webhooks=[{"url": "http://other.example/", "events": ["attempt.ended"]}])

    def turned(name: str, of: StoredCampaign, node: str = "n") -> None:
        data = {"state": "open", "share": 0.75, "node": node}
        event = {"at": NOON, "campaign_id": of.id, "lead_id": None, "attempt_id": None, "data": data}
        with writing(engine) as connection:
            connection.execute(insert(CampaignEvent).values(name=name, **event))

    async with running(engine, programs) as results:
        for of in (campaign, other):
            turned("breaker.tripped", of)
        turned("breaker.trial", campaign)
        turned("breaker.tripped", campaign, node="another server, which tells it itself")
        turned("breaker.mended", campaign)
        results.hear("breaker.tripped")
        await until(lambda: len(programs.asked) >= 2 and not left(engine))
    bodies = programs.bodies(CRM)
    assert [body["type"] for body in bodies] == ["breaker.tripped", "breaker.mended"]
    assert bodies[0]["data"] == {"campaign": campaign.name, "state": "open", "share": 0.75}
    assert len(programs.asked) == 2


async def test_an_alarm_of_another_server_hides_no_result_of_ours_that_is_committed_after_it(
    engine: Engine, make_campaign: Any, add_leads: Any, ended: Callable[..., None]
):
    campaign, programs = make_campaign(**HOOKS), Programs()
    (lead,) = add_leads(campaign, "+8613800000001")
    alarm = {"at": NOON, "campaign_id": campaign.id, "lead_id": None, "attempt_id": None, "data": {"node": "other"}}
    async with running(engine, programs) as results:
        # Its number is higher: ours was numbered before, in a transaction that took longer.
        with writing(engine) as connection:
            connection.execute(insert(CampaignEvent).values(name="breaker.tripped", seq=1_000_000, **alarm))
        while await results._work(results._read):
            pass
        ended(campaign, lead, seq=999_999)
        results.hear("attempt.ended")
        await until(lambda: len(programs.asked) == 1)
    assert [body["type"] for body in programs.bodies(CRM)] == ["attempt.ended"]
