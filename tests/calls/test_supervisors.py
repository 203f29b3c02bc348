"""Whole calls with supervisors who dial *7 at their own phones: rung back into a talk, or told why not."""

import pytest

from tests.calls.call_centre import AGENTS, BILLING, call_centre
from tests.calls.test_voicemail_calls import dials

pytestmark = pytest.mark.looptime
TEAMS = {
    "agents": [
        {**AGENTS[0], "team": "day", "languages": ["zh", "en"]},
        {**AGENTS[1], "team": "day"},
        {**AGENTS[2], "supervises": ["day"], "skills": {}},
        {"extension": "204", "name": "Dora", "password": "x", "languages": ["zh"], "supervises": ["*"]},
    ]
}


def centre_of(open_line, tmp_path):
    return call_centre(open_line, tmp_path, {**BILLING, "strategy": "ability"}, more=TEAMS)


async def talking(line, phones, centre):
    """Return a caller and Ben, who talk."""
    await centre.comes("202")
    caller = await line.call()
    ben = await phones.answers("202")
    await caller.waits(10)
    assert caller.stream.hears == (ben.stream.number,)
    return caller, ben


@pytest.mark.parametrize(("mode", "caller_hears", "agent_hears"), [("1", 0, 0), ("2", 0, 1), ("3", 1, 1)])
async def test_a_supervisor_dials_is_rung_back_and_takes_part(mode, caller_hears, agent_hears, open_line, tmp_path):
    async with centre_of(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("203")
        caller, ben = await talking(line, phones, centre)
        cleo = await dials(line, "203", f"*7{mode}202")
        await cleo.hears("Your phone rings in a moment.", out=False)
        await cleo.is_hung_up()
        leg = await phones.answers("203")
        await caller.waits(0.3)
        assert leg.stream.hears == (caller.stream.number, ben.stream.number)
        assert (leg.stream.number in caller.stream.hears) is bool(caller_hears)
        assert (leg.stream.number in ben.stream.hears) is bool(agent_hears)
        assert centre.state("203") == "talking", "nobody is offered to who listens"
        await leg.keys("3")
        assert leg.stream.number in caller.stream.hears
        leg.call.caller_hangs_up()
        await caller.waits(0.3)
        assert caller.stream.hears == (ben.stream.number,)
        assert centre.state("203") == "ready"
        ben.call.caller_hangs_up()
        await caller.is_hung_up()


async def test_a_supervisor_takes_over_by_code_and_the_agent_is_free(open_line, tmp_path):
    async with centre_of(open_line, tmp_path) as (line, phones, centre):
        await centre.comes("203")
        caller, ben = await talking(line, phones, centre)
        await (await dials(line, "203", "*74202")).is_hung_up()
        leg = await phones.answers("203")
        await caller.waits(0.3)
        assert ben.call.over is not None
        assert caller.stream.hears == (leg.stream.number,)
        assert (centre.state("202"), centre.state("203")) == ("wrap-up", "talking")
        leg.call.caller_hangs_up()
        await caller.hears("Thank you, that was all.")
        await caller.is_hung_up()
        assert centre.state("203") == "ready"


async def test_a_phone_that_is_still_busy_is_rung_again(open_line, tmp_path):
    async with centre_of(open_line, tmp_path) as (line, phones, centre):
        caller, ben = await talking(line, phones, centre)
        await (await dials(line, "203", "*71202")).is_hung_up()
        (await phones.rings("203")).declines()
        leg = await phones.answers("203")
        await caller.waits(0.3)
        assert leg.stream.hears == (caller.stream.number, ben.stream.number)
        ben.call.caller_hangs_up()
        await caller.is_hung_up()
        assert leg.call.over is not None


@pytest.mark.parametrize(
    ("who", "dialled", "told"),
    [
        ("202", "*71201", "You are not allowed to supervise this agent."),
        ("201", "*71202", "您没有监听该坐席的权限。"),
        ("203", "*71204", "You are not allowed to supervise this agent."),
        ("203", "*71203", "You are not allowed to supervise this agent."),
        ("203", "*71299", "There is no such agent."),
        ("203", "*71201", "This agent is in no talk."),
        ("204", "*71201", "该坐席当前没有通话。"),
        ("203", "*75202", "Dial star seven, 1 to 4, and the agent's extension."),
        ("203", "*71", "Dial star seven, 1 to 4, and the agent's extension."),
    ],
)
async def test_who_may_not_or_cannot_is_told_so_and_nobody_hears_anybody(who, dialled, told, open_line, tmp_path):
    async with centre_of(open_line, tmp_path) as (line, phones, centre):
        caller, ben = await talking(line, phones, centre)
        phone = await dials(line, who, dialled)
        await phone.hears(told, out=False)
        await phone.is_hung_up()
        await caller.waits(5)
        assert ben.stream.hears == (caller.stream.number,)
        ben.call.caller_hangs_up()
        await caller.is_hung_up()
        assert len(phones.calls) == 1


async def test_a_talk_has_one_supervisor_and_one_that_ends_meanwhile_rings_nobody(open_line, tmp_path):
    async with centre_of(open_line, tmp_path) as (line, phones, centre):
        caller, ben = await talking(line, phones, centre)
        await (await dials(line, "203", "*71202")).is_hung_up()
        await phones.answers("203")
        dora = await dials(line, "204", "*71202")
        await dora.hears("该通话已有人在监听。", out=False)
        await dora.is_hung_up()
        ben.call.caller_hangs_up()
        await caller.is_hung_up()
        await centre.comes("202")
        caller, ben = await talking(line, phones, centre)
        phone = await dials(line, "203", "*71202")
        await phone.hears("Your phone rings in a moment.", out=False)
        ben.call.caller_hangs_up()
        await caller.is_hung_up()
        await phone.is_hung_up()
        await caller.waits(5)
        assert len(phones.calls) == 3
