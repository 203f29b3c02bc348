"""Who a caller is, asked of a real HTTP server that is slow, fails, or talks garbage."""

import asyncio
import time

import pytest

from dialplans.look_ups import LookUps
from models.errors import OperatorFault
from models.settings import CustomerSettings
from queues.customer import NOBODY, Customer
from queues.customer_look_up import FAILURES, REST_S, CustomerLookUp
from tests.company_server import Answer, company_server

ADA = {"name": "Ada Wong", "tags": ["vip", "new"], "owner": "201", "orders": [{"number": 1234, "state": "late"}]}
KNOWN = Customer("Ada Wong", ("vip", "new"), "201", ({"number": 1234, "state": "late"},))


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def looks_up(url, clock=None, environment=None, **settings):
    written = CustomerSettings(url=url, **settings)
    return CustomerLookUp(written, LookUps(environment or {}), clock or time.monotonic)


async def test_a_caller_is_asked_for_by_number_with_the_secret_of_the_environment_and_known_by_the_answer():
    async with company_server(lambda _: Answer(ADA)) as crm:
        headers = ["Authorization: Bearer {{ env.TOKEN }}"]
        one = looks_up(crm.url + "/who?number={number}", environment={"TOKEN": "geheim"}, headers=headers)
        assert await one.who("+4930 1/2") == KNOWN
        await one.close()
    [asked] = crm.asked
    assert (asked.method, asked.path) == ("GET", "/who?number=%2B4930%201%2F2")
    assert asked.headers["authorization"] == "Bearer geheim"


async def test_a_post_names_caller_and_called_number_and_paths_lead_through_another_systems_answer():
    found = {"kunden": [{"vorname": "王小明", "klasse": "vip", "betreuer": {"nebenstelle": 202}}]}
    async with company_server(lambda _: Answer(found)) as crm:
        one = looks_up(
            crm.url, method="POST", name="$.kunden[0].vorname", tags="$.kunden[0].klasse",
            owner="$.kunden[0].betreuer.nebenstelle",
        )  # fmt: skip
        assert await one.who("+8613800138000", "800") == Customer("王小明", ("vip",), "202")
        await one.close()
    [asked] = crm.asked
    assert (asked.method, asked.json) == ("POST", {"number": "+8613800138000", "called": "800"})


async def test_an_answer_is_good_for_its_time_and_so_is_that_nobody_knows_the_number():
    clock = Clock()
    answers = {"/1": Answer(ADA), "/2": Answer({"error": "no such"}, 404)}
    async with company_server(lambda asked: answers[asked.path]) as crm:
        one = looks_up(crm.url + "/{number}", clock, cache_s=60)
        assert [await one.who(n) for n in ("1", "2", "1", "2")] == [KNOWN, NOBODY, KNOWN, NOBODY]
        assert len(crm.asked) == 2
        clock.now += 60
        assert await one.who("1") == KNOWN
        assert len(crm.asked) == 3
        await one.close()
    assert dict(one.counts) == {"known": 2, "unknown": 1, "failed": 0, "cached": 2, "not-asked": 0}


async def test_a_slow_system_costs_the_time_limit_and_no_caller():
    async with company_server(lambda _: Answer(ADA, after_s=30)) as crm:
        one = looks_up(crm.url, timeout_s=0.2)
        begun = time.monotonic()
        assert await one.who("1") == NOBODY
        assert 0.15 < time.monotonic() - begun < 20, "far sooner than its answer"
        await one.close()


@pytest.mark.parametrize(
    "answer",
    [
        Answer({}, 500),
        Answer(ADA, 401),
        Answer(b"{garbage"),
        Answer(b"\xff\xfe\x00", kind="text/plain"),
        Answer(b"Hello", kind="text/plain"),
        Answer(42),
        Answer(ADA, breaks=True),
    ],
)
async def test_whatever_a_system_does_wrong_leaves_the_caller_unknown(answer):
    async with company_server(lambda _: answer) as crm:
        one = looks_up(crm.url)
        assert await one.who("1") == NOBODY
        assert one.counts["failed"] == 1
        await one.close()


async def test_odd_values_in_an_answer_are_left_out_and_none_can_break_a_header():
    odd = {"name": "Ada\r\nX-Evil: 1", "tags": ["vip", None, 7, {"a": 1}, "vip", " "], "owner": True, "orders": None}
    async with company_server(lambda _: Answer(odd)) as crm:
        one = looks_up(crm.url)
        assert await one.who("1") == Customer("Ada X-Evil: 1", ("vip", "7"))
        await one.close()


async def test_a_system_that_is_down_is_left_alone_for_a_while_and_asked_again_then():
    clock, answer = Clock(), [Answer({}, 503)]
    async with company_server(lambda _: answer[0]) as crm:
        one = looks_up(crm.url + "/{number}", clock)
        for number in range(FAILURES + 2):
            assert await one.who(str(number)) == NOBODY
        assert (len(crm.asked), one.counts["not-asked"]) == (FAILURES, 2)
        answer[0] = Answer(ADA)
        clock.now += REST_S
        assert await one.who("9") == KNOWN
        await one.close()


async def test_nobody_is_asked_about_a_withheld_number_nor_without_a_system():
    async with company_server(lambda _: Answer(ADA)) as crm:
        one, none = looks_up(crm.url), looks_up("")
        assert [await one.who(""), await none.who("1")] == [NOBODY, NOBODY]
        assert crm.asked == []


async def test_a_caller_who_hangs_up_while_the_system_is_asked_costs_nothing_more():
    async with company_server(lambda _: Answer(ADA, after_s=30)) as crm:
        one = looks_up(crm.url)
        asking = asyncio.ensure_future(one.who("1"))
        await crm.wait_for(1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert one.counts["failed"] == 0
        await one.close()


def test_a_path_that_is_none_is_refused_before_any_caller_comes():
    with pytest.raises(OperatorFault, match=r"name in \[queues.customers\] is no JSON path .*; write one like \$\."):
        looks_up("http://crm.example", name="$[")


@pytest.mark.parametrize(("key", "value"), [("url", "crm.example"), ("headers", ["Authorization"])])
def test_settings_that_can_not_work_are_refused(key, value):
    with pytest.raises(ValueError, match="Input should be"):
        CustomerSettings(**{key: value})
