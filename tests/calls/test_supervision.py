"""Whole calls on the loopback line in whose talk a supervisor takes part."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from console.phrases import Phrases
from models.cause import Cause
from models.control_protocol import OrderTalk, SuperviseTalk
from models.errors import CannotDo, Refused
from tests.calls.people import people_line
from tests.calls.test_transfers import hears, until_nobody_passes_on
from voice.loopback_caller import LoopbackCaller
from voice.loopback_phones import LoopbackPerson, LoopbackPhones
from voice.people import Extension
from voice.phones import Phones
from voice.placing import CallRefused
from voice.supervision import Supervision
from voice.talk_orders import TalkOrders

pytestmark = pytest.mark.looptime
BEN = Extension("ben")


@dataclass
class Talk:
    """A caller who talks to Anna, and whoever is about it."""

    line: Any
    phones: LoopbackPhones
    called: Phones
    """As the server has them."""
    caller: LoopbackCaller
    anna: LoopbackPerson
    call_id: str

    @property
    def verbs(self) -> Supervision:
        return Supervision(self.called)

    async def ordered(self, mode, user=""):
        """Carry out what a page or a command says."""
        return await TalkOrders(self.called).supervise(SuperviseTalk(self.call_id, mode, user), _nobody_hears)

    def orders(self, mode, user):
        """Let the same go on while the phone rings."""
        return asyncio.ensure_future(self.ordered(mode, user))

    async def listened_to(self) -> LoopbackPerson:
        """Let Ben listen by his phone."""
        leg = self.verbs.call(self.call_id, BEN)
        ben = await self.phones.answers("ben")
        await leg.answered()
        await self.caller.waits(0.1)
        return ben


@pytest.fixture
def talking(open_line):
    """Open a line with such a talk, until the caller hangs up."""

    @asynccontextmanager
    async def talk():
        async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
            caller = await line.call()
            anna = await phones.answers("anna")
            [call_id] = line.stories
            yield Talk(line, phones, finder.phones, caller, anna, call_id)
            if caller.dialog.over is None:
                caller.hangs_up()

    return talk


async def _nobody_hears(news):
    raise AssertionError("there is nothing to tell")


async def test_a_supervisor_hears_both_and_nobody_hears_the_supervisor(talking):
    async with talking() as talk:
        caller, anna, ben = talk.caller, talk.anna, await talk.listened_to()
        assert hears(ben) == (caller.stream.number, anna.stream.number)
        assert (caller.stream.hears, hears(anna)) == ((anna.stream.number,), (caller.stream.number,))
        await ben.says("They can't hear me.")
        assert talk.verbs.talks()[0].supervisor == BEN
    assert ben.call.over is not None
    assert talk.line.story.said("agent") == []


async def test_a_whisper_is_for_the_agent_and_breaking_in_for_both(talking):
    async with talking() as talk:
        caller, anna, ben = talk.caller, talk.anna, await talk.listened_to()
        talk.verbs.change(talk.call_id, "whisper")
        assert set(hears(anna)) == {caller.stream.number, ben.stream.number}
        assert caller.stream.hears == (anna.stream.number,)
        talk.verbs.change(talk.call_id, "barge")
        assert set(caller.stream.hears) == {anna.stream.number, ben.stream.number}
        await ben.says("Good morning, I am the supervisor.")
        talk.verbs.change(talk.call_id, "listen")
        assert caller.stream.hears == (anna.stream.number,)
        assert hears(anna) == (caller.stream.number,)
    assert talk.line.story.said("agent") == ["Good morning, I am the supervisor."]


async def test_who_supervises_and_how_is_on_record_from_when_the_phone_is_answered(talking):
    async with talking() as talk:
        leg = talk.verbs.call(talk.call_id, BEN, "whisper")
        rings = await talk.phones.rings("ben")
        assert _supervised(talk) == []
        rings.answers()
        await leg.answered()
        await talk.caller.waits(0.1)
        assert _supervised(talk) == [("supervision", {"mode": "whisper", "who": "ben"})]
        await talk.phones.person(rings).keys("3")
        rings.caller_hangs_up()
        await talk.caller.waits(0.1)
        assert [name for name, _ in _supervised(talk)] == ["supervision", "supervision", "supervision-ended"]
        assert _supervised(talk)[1][1] == {"mode": "barge", "who": "ben"}


def _supervised(talk):
    told = ("supervision", "supervision-ended")
    return [(name, data) for name, data in talk.line.story.events if name in told]


async def test_keys_of_the_supervisors_phone_do_the_same_and_reach_nobody(talking):
    async with talking() as talk:
        caller, anna, ben = talk.caller, talk.anna, await talk.listened_to()
        await ben.keys("9")
        await ben.keys("2")
        assert ben.stream.number in hears(anna)
        await ben.keys("3")
        assert ben.stream.number in caller.stream.hears
        await ben.keys("1")
        assert ben.stream.number not in (*caller.stream.hears, *hears(anna))
        assert (anna.stream.digits, caller.stream.digits) == ("", "")
        await ben.keys("4")
        await caller.waits(0.1)
        assert anna.call.over is not None
        assert (caller.stream.hears, hears(ben)) == ((ben.stream.number,), (caller.stream.number,))


async def test_a_supervisor_who_takes_over_has_the_caller_and_the_agent_is_free(talking):
    async with talking() as talk:
        caller, ben = talk.caller, await talk.listened_to()
        talk.verbs.take_over(talk.call_id)
        await caller.waits(0.1)
        assert talk.anna.call.over is not None
        assert caller.stream.hears == (ben.stream.number,)
        await ben.says("I take it from here.")
        ben.call.caller_hangs_up()
        await caller.hears("Thank you, that was all.")
        await caller.is_hung_up()
    assert talk.line.story.said("agent") == ["I take it from here."]


async def test_a_supervisor_leaves_and_the_talk_goes_on(talking):
    async with talking() as talk:
        caller, anna, ben = talk.caller, talk.anna, await talk.listened_to()
        talk.verbs.change(talk.call_id, "barge")
        ben.call.caller_hangs_up()
        await caller.waits(0.1)
        assert (caller.stream.hears, hears(anna)) == ((anna.stream.number,), (caller.stream.number,))
        with pytest.raises(CannotDo, match="Nobody supervises this talk"):
            talk.verbs.change(talk.call_id, "listen")


async def test_a_supervisor_is_hung_up_by_order(talking):
    async with talking() as talk:
        ben = await talk.listened_to()
        with pytest.raises(CannotDo, match="Somebody supervises this talk already"):
            talk.verbs.call(talk.call_id, BEN)
        talk.verbs.leave(talk.call_id)
        await talk.caller.waits(0.1)
        assert ben.call.over is not None
        assert talk.anna.call.over is None


async def test_a_supervisor_whose_phone_is_busy_changes_nothing(talking):
    async with talking() as talk:
        leg = talk.verbs.call(talk.call_id, BEN)
        (await talk.phones.rings("ben")).declines()
        with pytest.raises(CallRefused):
            await leg.answered()
        await talk.caller.waits(0.1)
        assert talk.verbs.talks()[0].supervisor is None
        assert talk.caller.stream.hears == (talk.anna.stream.number,)


@pytest.mark.parametrize(
    ("code", "cause", "key"),
    [(486, Cause.BUSY, "orders.phone_busy"), (480, Cause.NO_ANSWER, "orders.phone_refused")],
)
async def test_an_order_to_a_phone_that_does_not_take_it_is_refused_in_words_that_pages_have(talking, code, cause, key):
    async with talking() as talk:
        asked = talk.orders("listen", "ben")
        (await talk.phones.rings("ben")).declines(code, cause)
        with pytest.raises(Refused) as refused:
            await asked
        assert (refused.value.key, refused.value.values) == (key, {"user": "ben"})
        assert all(Phrases.load().say(language, key, user="ben") != key for language in ("en", "zh"))


async def test_who_leaves_a_talk_that_they_are_not_in_is_not_called_into_it_and_nobody_else_leaves(talking):
    async with talking() as talk:
        listening = talk.orders("listen", "ben")
        ben = await talk.phones.answers("ben")
        await listening
        for user, mode, key in (("cleo", "leave", "orders.not_in"), ("cleo", "listen", "orders.supervised")):
            with pytest.raises(Refused) as refused:
                await talk.ordered(mode, user)
            assert refused.value.key == key
        assert ben.call.over is None
        await talk.ordered("leave", "ben")
        await talk.caller.waits(0.1)
        with pytest.raises(Refused, match=r"The phone of ben doesn't supervise this talk\."):
            await talk.ordered("leave", "ben")
        with pytest.raises(Refused, match=r"Nobody supervises this talk\."):
            await talk.ordered("leave")


@pytest.mark.parametrize(("ends", "key"), [("caller", "orders.talk_none"), ("supervisor", "orders.not_in")])
async def test_a_phone_that_rings_for_a_talk_that_is_over_or_left_is_not_said_to_have_refused_it(talking, ends, key):
    async with talking() as talk:
        listening = talk.orders("listen", "ben")
        await talk.phones.rings("ben")
        if ends == "caller":
            talk.caller.hangs_up()
        else:
            await talk.ordered("leave", "ben")
        with pytest.raises(Refused) as refused:
            await listening
        assert refused.value.key == key


async def test_the_phone_of_the_agent_who_talks_supervises_nothing(talking):
    async with talking() as talk:
        with pytest.raises(Refused) as refused:
            await talk.ordered("listen", "anna")
        assert refused.value.key == "orders.agents_phone"
        assert all(Phrases.load().say(language, refused.value.key) != refused.value.key for language in ("en", "zh"))


async def test_a_call_without_a_talk_is_refused_in_words(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (_, _, finder):
        with pytest.raises(CannotDo, match="Nobody talks with an agent in call 06abc now"):
            Supervision(finder.phones).take_over("06abc")


async def test_a_command_supervises_and_transfers_a_talk_by_the_beginning_of_its_id(talking):
    async with talking() as talk:
        caller, orders, call_id = talk.caller, TalkOrders(talk.called), talk.call_id
        listening = asyncio.ensure_future(orders.supervise(SuperviseTalk(call_id[:9], "whisper", "ben"), _nobody_hears))
        ben = await talk.phones.answers("ben")
        assert (await listening).facts == {"id": call_id, "mode": "whisper"}
        await caller.waits(0.1)
        assert ben.stream.number in hears(talk.anna)
        with pytest.raises(CannotDo, match="'sing' is no way to supervise; there are: listen, whisper"):
            await talk.ordered("sing")
        await talk.ordered("leave")
        await caller.waits(0.1)
        assert ben.call.over is not None
        leaving = talk.orders("listen", "cleo")
        cleo = await talk.phones.rings("cleo")
        leaving.cancel()
        await caller.waits(0.1)
        assert cleo.over is not None, "who gives the order up isn't called any longer"
        await orders.order(OrderTalk(call_id, "blind", "202"), _nobody_hears)
        again = await talk.phones.answers("ben")
        assert caller.stream.hears == (again.stream.number,)


async def test_the_agent_alone_hears_a_hint_and_who_holds_hears_none(talking):
    async with talking() as talk:
        caller, anna, called = talk.caller, talk.anna, talk.called
        assert not called.hint("nobody's call")
        before = list(anna.plays())
        assert called.hint(talk.call_id)
        assert anna.plays() == [*before, "hint"]
        assert hears(anna) == (caller.stream.number,)
        await anna.keys("*8")
        assert not called.hint(talk.call_id)
        await anna.keys("*8")
        assert called.hint(talk.call_id)
