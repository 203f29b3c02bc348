"""What agents dial: each code is carried out, and said in the agent's language."""

import asyncio

import pytest

from models.agent import AgentState
from queues.agents import AgentBook
from queues.journal import Journal
from queues.service_codes import ServiceCodes

ANNA = {"extension": "201", "name": "Anna", "password": "x", "languages": ["en"]}
LI = {"extension": "202", "name": "李娜", "password": "x", "languages": ["zh", "en"]}


@pytest.fixture
def desk(engine, put):
    put({"agents": [ANNA, LI]})
    journal = Journal(engine)
    journal.open("here")
    book = AgentBook(engine, journal)
    book.open()
    kept: list[tuple[str, str]] = []

    def dispose(user: str, code: str) -> bool:
        kept.append((user, code))
        return user == "202"

    codes = ServiceCodes(book, dispose)

    def dials(user: str, dialled: str) -> str:
        flow = codes(user, dialled)
        assert flow is not None
        (step,) = flow.steps.values()
        (text,) = step.texts.values()  # type: ignore[attr-defined]
        return str(text)

    dials.book, dials.kept, dials.codes = book, kept, codes  # type: ignore[attr-defined]
    yield dials
    journal.close()


async def test_an_agent_logs_in_pauses_and_logs_out_by_codes(desk):
    desk.book.phone("201", True)
    assert desk("201", "*60") == "You are ready."
    assert desk.book.presence("201").state is AgentState.READY
    assert desk("201", "*621") == "You are paused: break."
    assert desk("201", "*63") == "You are paused: break."
    assert desk("201", "*61") == "You are logged out."
    assert desk.book.presence("201").state is AgentState.OFFLINE
    await asyncio.sleep(0)


async def test_a_chinese_agent_hears_chinese(desk):
    desk.book.phone("202", True)
    assert desk("202", "*60") == "您已就绪。"
    assert desk("202", "*622") == "您已暂停：培训。"
    assert desk("202", "*64200") == "已记录。"
    assert desk.kept == [("202", "200")]


async def test_what_is_no_code_is_said_and_what_is_no_agents_goes_to_the_flows(desk):
    assert desk("201", "*69") == "There is no such code."
    assert desk("201", "*629") == "There is no such code."
    assert desk("201", "*6411") == "There was no talk to keep that for."
    assert desk.codes("201", "5550100") is None
    assert desk.codes("mallory", "*60") is None


@pytest.mark.parametrize("reason", ["""it's "lunch\"""", "{ lunch", "lunch: # 5", "back\\slash", "<b>午饭"])
async def test_whatever_signs_a_reason_has_the_agent_hears_it(desk, reason):
    desk.book.phone("201", True)
    desk.book.wish("201", "paused", reason, "command")
    assert desk("201", "*63") == f"You are paused: {reason.translate(str.maketrans('{<>', '((' + ')'))}."
