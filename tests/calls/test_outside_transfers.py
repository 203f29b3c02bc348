"""Transfers to numbers outside go by the rules of the lines: by keypad code, by REFER and by program."""

import asyncio
from typing import Any

import pytest

from campaigns.line_book import LineBook
from campaigns.line_gate import LineGate
from campaigns.line_plan import Line
from models.control_protocol import OrderTalk
from models.settings import LineSettings
from tests.calls.call_centre import BILLING, call_centre
from voice.line import Party
from voice.loopback_phones import LoopbackPhones
from voice.outbound import Outbound
from voice.sip.bindings import Bindings
from voice.sip.resolve import Resolver
from voice.talk_orders import TalkOrders

pytestmark = pytest.mark.looptime

RULES = Line.model_validate({
    "name": "abroad-never", "trunk": "carrier", "numbers": ["+862161234567"], "dial": {"+86": "0", "+": "00"},
})  # fmt: skip
HOME, ABROAD, COSTLY = "013912345678", "00442071234567", "0019005551234"
BACK = {"en": "my colleague can't be reached. I'm taking you back", "zh": "现在为您转回"}


class Carrier(Outbound):
    """The real way over trunks, with the real rules; only at the trunk's other end everything rings in memory."""

    def __init__(self, phones):
        clock = asyncio.get_running_loop().time
        no_stack: Any = None
        super().__init__(no_stack, (), Bindings(), Resolver(clock), clock)
        gate = LineGate(LineBook([RULES], LineSettings(), 0.0))
        self.refuses = lambda trunk, number: gate.refusal(trunk, number, 0.0)
        self._phones = phones

    async def call(self, origin, line, number, media, sink, caller="", ring_seconds=0, shown="", codecs=()):
        assert (origin.kind, line) == ("ourselves", "carrier")
        return await self._phones.ring(number, Party(caller), media, sink, ring_seconds)


class PhonesAndCarrier(LoopbackPhones):
    """Extensions ring at once, numbers by the carrier."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self._carrier = Carrier(self)

    def ring(self, *whom):
        return self._ring(*whom)

    async def call_over(self, *whom):
        return await self._carrier.call_over(*whom)


async def by_keypad(anna, centre, call_id, number):
    await anna.keys(f"*2{number}#")


async def by_consulting(anna, centre, call_id, number):
    await anna.keys(f"*3{number}#")
    await asyncio.sleep(1)
    await anna.keys("*5")


async def by_refer(anna, centre, call_id, number):
    anna.call.refers(f"sip:{number}@hotline.example")


async def by_program(anna, centre, call_id, number):
    async def tell(news):
        """Nothing is told of this order."""

    await TalkOrders(centre.phones).order(OrderTalk(call_id, "blind", number), tell)


def opened(open_line, tmp_path, language):
    queue = {**BILLING, "announce_position": False, "announce_wait": False}
    return call_centre(open_line, tmp_path, queue, phones_of=PhonesAndCarrier, language=language)


@pytest.mark.parametrize("sends", [by_keypad, by_refer, by_program])
async def test_a_number_that_the_line_may_call_is_reached(open_line, tmp_path, sends):
    async with opened(open_line, tmp_path, "en") as (line, phones, centre):
        await centre.comes("202")
        caller = await line.call()
        agent = await phones.answers("202")
        await caller.waits(15)
        await sends(agent, centre, next(iter(line.stories)), HOME)
        outside = await phones.answers(HOME)
        await caller.waits(10)
        assert caller.stream.hears == (outside.stream.number,)
        assert agent.call.over is not None
        assert centre.state("202") == "wrap-up"
        outside.call.caller_hangs_up()
        await caller.is_hung_up()
    assert ("transferred", HOME) in [(name, data.get("to")) for name, data in line.story.events]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("sends", [by_keypad, by_refer, by_program])
async def test_a_number_that_the_line_may_not_call_rings_nowhere_and_the_caller_is_told_and_back_with_the_agent(
    open_line, tmp_path, sends, language
):
    async with opened(open_line, tmp_path, language) as (line, phones, centre):
        await centre.comes("202")
        caller = await line.call()
        agent = await phones.answers("202")
        await caller.waits(15)
        await sends(agent, centre, next(iter(line.stories)), ABROAD)
        await caller.hears(BACK[language], out=False)
        await caller.waits(8)
        assert caller.stream.hears == (agent.stream.number,)
        assert agent.stream.hears == (caller.stream.number,)
        assert centre.state("202") == "talking"
        assert [call.called.number for call in phones.calls] == ["202"]
        if sends is by_refer:
            assert agent.call.told == [(100, "Trying"), (480, "Not reached")]
        agent.call.caller_hangs_up()
        await caller.is_hung_up()
    [why] = [data["why"] for name, data in line.story.events if name == "transfer-failed"]
    assert why.startswith(f"Line 'abroad-never' doesn't call {ABROAD}: ")


async def test_whom_the_line_may_not_call_cannot_be_consulted_either_and_agent_and_caller_go_on(open_line, tmp_path):
    async with opened(open_line, tmp_path, "en") as (line, phones, centre):
        await centre.comes("202")
        caller = await line.call()
        agent = await phones.answers("202")
        await caller.waits(15)
        await by_consulting(agent, centre, "", ABROAD)
        await caller.waits(8)
        assert [call.called.number for call in phones.calls] == ["202"]
        assert caller.stream.hears == (agent.stream.number,)
        caller.hangs_up()


async def test_an_agent_who_has_hung_up_meanwhile_is_rung_again_for_who_may_not_be_sent_there(open_line, tmp_path):
    async with opened(open_line, tmp_path, "en") as (line, phones, centre):
        await centre.comes("202")
        caller = await line.call()
        agent = await phones.answers("202")
        await caller.waits(15)
        agent.call.refers(f"sip:{COSTLY}@hotline.example")
        agent.call.caller_hangs_up()
        await caller.hears(BACK["en"], out=False)
        again = await phones.answers("202")
        await caller.waits(10)
        assert caller.stream.hears == (again.stream.number,)
        caller.hangs_up()
