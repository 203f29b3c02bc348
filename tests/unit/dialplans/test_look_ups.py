import asyncio

import httpx2
import pytest

from dialplans.exchange import Done, LookUp
from dialplans.look_ups import MOST_BYTES, LookUps


class System:
    """A company's system on the other side: answers one after another, and what it was asked."""

    def __init__(self, *answers: httpx2.Response | Exception | float) -> None:
        self._answers = list(answers)
        self.asked: list[httpx2.Request] = []

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return httpx2.Response(200, json={})
        return answer


async def ask(system: System, environment: dict[str, str] | None = None, **errand: object) -> Done:
    written = {"method": "GET", "url": "https://shop.test/orders/1", "retries": 0, **errand}
    async with LookUps(environment or {}, httpx2.MockTransport(system)) as look_ups:
        return await look_ups.look_up(LookUp(**written))  # type: ignore[arg-type]


async def test_json_comes_back_parsed_with_its_status() -> None:
    done = await ask(System(httpx2.Response(200, json={"state": "sent", "total": 12.5})))
    assert done == Done(True, {"status": 200, "body": {"state": "sent", "total": 12.5}})


async def test_numbers_that_are_none_are_nothing() -> None:
    text = '{"balance": NaN, "most": Infinity, "least": -Infinity, "total": [1e999, -1e999, 2e3, 7]}'
    done = await ask(System(httpx2.Response(200, text=text)))
    body = {"balance": None, "most": None, "least": None, "total": [None, None, 2000.0, 7]}
    assert done == Done(True, {"status": 200, "body": body})


async def test_no_such_thing_is_an_answer() -> None:
    assert await ask(System(httpx2.Response(404, text="<html>"))) == Done(True, {"status": 404, "body": "<html>"})
    assert await ask(System(httpx2.Response(404, json={}))) == Done(True, {"status": 404, "body": {}})


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx2.Response(500), "it answered 500"),
        (httpx2.Response(401, json={}), "it answered 401"),
        (httpx2.Response(302, headers={"location": "https://elsewhere.test"}), "it answered 302"),
        (httpx2.Response(200, text="{not json", headers={"content-type": "application/json"}), "the answer is no JSON"),
        (httpx2.Response(200, content=b"\xff\xfe{", headers={"content-type": "application/json"}),
         "the answer is no text"),
        (httpx2.Response(200, content=b"[" * 100_000), "the answer is no JSON"),
        (httpx2.Response(200, content=b"[" + b"9" * 5000 + b"]"), "the answer is no JSON"),
        (httpx2.Response(200, content=b"x" * (MOST_BYTES + 1)), "the answer is longer than 1,000,000 bytes"),
        (httpx2.ReadError("gone"), "the connection broke (ReadError)"),
        (httpx2.ConnectError("refused"), "no connection (refused)"),
    ],
)  # fmt: skip
async def test_whatever_a_system_does_wrong_is_a_result_with_its_reason(answer, why: str) -> None:
    done = await ask(System(answer))
    assert (done.ok, done.why) == (False, why)


async def test_a_system_that_hangs_is_left_after_the_time_limit() -> None:
    done = await ask(System(60.0), timeout_s=0.02)
    assert (done.ok, done.why) == (False, "no answer within 0.02 s")


async def test_a_look_up_is_tried_again_where_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dialplans.look_ups.PAUSE_S", 0)
    system = System(httpx2.Response(503), httpx2.ConnectError("refused"), httpx2.Response(200, json=1))
    assert (await ask(system, retries=2)).values == {"status": 200, "body": 1}
    refused = System(httpx2.Response(403), httpx2.Response(200))
    assert not (await ask(refused, retries=2)).ok
    assert len(refused.asked) == 1


async def test_what_must_not_happen_twice_is_asked_twice_only_where_it_never_arrived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dialplans.look_ups.PAUSE_S", 0)
    booked = System(httpx2.ReadError("gone"), httpx2.Response(200, json=1))
    assert not (await ask(booked, method="POST", body={"guests": 4}, retries=2)).ok
    assert len(booked.asked) == 1
    unreached = System(httpx2.ConnectError("refused"), httpx2.Response(201, json=1))
    assert (await ask(unreached, method="POST", body={"guests": 4}, retries=2)).ok
    assert unreached.asked[1].content == b'{"guests":4}'


async def test_secrets_come_from_the_environment_when_it_is_sent() -> None:
    system = System(httpx2.Response(204))
    headers = {"Authorization": "Bearer {{ env.SHOP_TOKEN }}"}
    assert (await ask(system, {"SHOP_TOKEN": "s3cret"}, headers=headers)).values == {"status": 204, "body": None}
    assert system.asked[0].headers["authorization"] == "Bearer s3cret"


async def test_a_secret_that_is_missing_is_named_and_nothing_is_sent() -> None:
    system = System()
    done = await ask(system, headers={"Authorization": "{{ env.SHOP_TOKEN }}"})
    assert done.why == "The environment has no SHOP_TOKEN; set it where the server starts."
    assert system.asked == []


async def test_an_address_that_is_none_is_a_reason_too() -> None:
    done = await ask(System(), url="https://shop.test:port/")
    assert done.why.startswith("The request can't be written")
    done = await ask(System(), url="ftp//nowhere", headers={"X": "schöne 单"})
    assert not done.ok
