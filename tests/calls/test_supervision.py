"""Whole calls on the loopback line in whose talk a supervisor takes part."""

import asyncio

import pytest

from console.phrases import Phrases
from models.cause import Cause
from models.control_protocol import OrderTalk, SuperviseTalk
from models.errors import CannotDo, Refused
from tests.calls.people import people_line
from tests.calls.test_transfers import hears, until_nobody_passes_on
from voice.people import Extension
from voice.placing import CallRefused
from voice.supervision import Supervision
from voice.talk_orders import TalkOrders

pytestmark = pytest.mark.looptime
BEN = Extension("ben")


@pytest.fixture
def supervised(open_line):
    """Open a line with a caller who talks to Anna, and Ben listening by his phone."""

    async def play(scene):
        async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
            caller = await line.call()
            anna = await phones.answers("anna")
            verbs = Supervision(finder.phones)
            [running] = verbs.talks()
            leg = verbs.call(running.call_id, BEN)
            ben = await phones.answers("ben")
            await leg.answered()
            await caller.waits(0.1)
            await scene(caller, anna, ben, verbs, running.call_id)
            if caller.dialog.over is None:
                caller.hangs_up()
        assert ben.call.over is not None
        return line, phones

    return play


async def test_a_supervisor_hears_both_and_nobody_hears_the_supervisor(supervised):
    async def scene(caller, anna, ben, verbs, call_id):
        assert hears(ben) == (caller.stream.number, anna.stream.number)
        assert (caller.stream.hears, hears(anna)) == ((anna.stream.number,), (caller.stream.number,))
        await ben.says("They can't hear me.")
        assert verbs.talks()[0].supervisor == BEN

    line, _ = await supervised(scene)
    assert line.story.said("agent") == []


async def test_a_whisper_is_for_the_agent_and_breaking_in_for_both(supervised):
    async def scene(caller, anna, ben, verbs, call_id):
        verbs.change(call_id, "whisper")
        assert set(hears(anna)) == {caller.stream.number, ben.stream.number}
        assert caller.stream.hears == (anna.stream.number,)
        verbs.change(call_id, "barge")
        assert set(caller.stream.hears) == {anna.stream.number, ben.stream.number}
        await ben.says("Good morning, I am the supervisor.")
        verbs.change(call_id, "listen")
        assert caller.stream.hears == (anna.stream.number,)
        assert hears(anna) == (caller.stream.number,)

    line, _ = await supervised(scene)
    assert line.story.said("agent") == ["Good morning, I am the supervisor."]


async def test_keys_of_the_supervisors_phone_do_the_same_and_reach_nobody(supervised):
    async def scene(caller, anna, ben, verbs, call_id):
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

    await supervised(scene)


async def test_a_supervisor_who_takes_over_has_the_caller_and_the_agent_is_free(supervised):
    async def scene(caller, anna, ben, verbs, call_id):
        verbs.take_over(call_id)
        await caller.waits(0.1)
        assert anna.call.over is not None
        assert caller.stream.hears == (ben.stream.number,)
        await ben.says("I take it from here.")
        ben.call.caller_hangs_up()
        await caller.hears("Thank you, that was all.")
        await caller.is_hung_up()

    line, _ = await supervised(scene)
    assert line.story.said("agent") == ["I take it from here."]


async def test_a_supervisor_leaves_and_the_talk_goes_on(supervised):
    async def scene(caller, anna, ben, verbs, call_id):
        verbs.change(call_id, "barge")
        ben.call.caller_hangs_up()
        await caller.waits(0.1)
        assert (caller.stream.hears, hears(anna)) == ((anna.stream.number,), (caller.stream.number,))
        with pytest.raises(CannotDo, match="Nobody supervises this talk"):
            verbs.change(call_id, "listen")

    await supervised(scene)


async def test_a_supervisor_is_hung_up_by_order(supervised):
    async def scene(caller, anna, ben, verbs, call_id):
        with pytest.raises(CannotDo, match="Somebody supervises this talk already"):
            verbs.call(call_id, BEN)
        verbs.leave(call_id)
        await caller.waits(0.1)
        assert ben.call.over is not None
        assert anna.call.over is None

    await supervised(scene)


async def test_a_supervisor_whose_phone_is_busy_changes_nothing(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        verbs = Supervision(finder.phones)
        leg = verbs.call(verbs.talks()[0].call_id, BEN)
        (await phones.rings("ben")).declines()
        with pytest.raises(CallRefused):
            await leg.answered()
        await caller.waits(0.1)
        assert verbs.talks()[0].supervisor is None
        assert caller.stream.hears == (anna.stream.number,)
        caller.hangs_up()


async def _nobody_hears(news):
    raise AssertionError("there is nothing to tell")


@pytest.mark.parametrize(
    ("code", "cause", "key"),
    [(486, Cause.BUSY, "orders.phone_busy"), (480, Cause.NO_ANSWER, "orders.phone_refused")],
)
async def test_an_order_to_a_phone_that_does_not_take_it_is_refused_in_words_that_pages_have(
    open_line, code, cause, key
):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        await phones.answers("anna")
        [call_id] = line.stories
        order = SuperviseTalk(call_id, "listen", "ben")
        asked = asyncio.ensure_future(TalkOrders(finder.phones).supervise(order, _nobody_hears))
        (await phones.rings("ben")).declines(code, cause)
        with pytest.raises(Refused) as refused:
            await asked
        assert (refused.value.key, refused.value.values) == (key, {"user": "ben"})
        assert all(Phrases.load().say(language, key, user="ben") != key for language in ("en", "zh"))
        caller.hangs_up()


async def test_who_leaves_a_talk_that_they_are_not_in_is_not_called_into_it_and_nobody_else_leaves(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        await phones.answers("anna")
        [call_id] = line.stories
        orders = TalkOrders(finder.phones)
        listening = asyncio.ensure_future(orders.supervise(SuperviseTalk(call_id, "listen", "ben"), _nobody_hears))
        ben = await phones.answers("ben")
        await listening
        for user, mode, key in (("cleo", "leave", "orders.not_in"), ("cleo", "listen", "orders.supervised")):
            with pytest.raises(Refused) as refused:
                await orders.supervise(SuperviseTalk(call_id, mode, user), _nobody_hears)
            assert refused.value.key == key
        assert ben.call.over is None
        await orders.supervise(SuperviseTalk(call_id, "leave", "ben"), _nobody_hears)
        await caller.waits(0.1)
        with pytest.raises(Refused, match=r"The phone of ben doesn't supervise this talk\."):
            await orders.supervise(SuperviseTalk(call_id, "leave", "ben"), _nobody_hears)
        with pytest.raises(Refused, match=r"Nobody supervises this talk\."):
            await orders.supervise(SuperviseTalk(call_id, "leave"), _nobody_hears)
        caller.hangs_up()


@pytest.mark.parametrize(("ends", "key"), [("caller", "orders.talk_none"), ("supervisor", "orders.not_in")])
async def test_a_phone_that_rings_for_a_talk_that_is_over_or_left_is_not_said_to_have_refused_it(open_line, ends, key):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        await phones.answers("anna")
        [call_id] = line.stories
        orders = TalkOrders(finder.phones)
        listening = asyncio.ensure_future(orders.supervise(SuperviseTalk(call_id, "listen", "ben"), _nobody_hears))
        await phones.rings("ben")
        if ends == "caller":
            caller.hangs_up()
        else:
            await orders.supervise(SuperviseTalk(call_id, "leave", "ben"), _nobody_hears)
        with pytest.raises(Refused) as refused:
            await listening
        assert refused.value.key == key
        caller.hangs_up()


async def test_the_phone_of_the_agent_who_talks_supervises_nothing(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        await phones.answers("anna")
        [call_id] = line.stories
        with pytest.raises(Refused) as refused:
            await TalkOrders(finder.phones).supervise(SuperviseTalk(call_id, "listen", "anna"), _nobody_hears)
        assert refused.value.key == "orders.agents_phone"
        assert all(Phrases.load().say(language, refused.value.key) != refused.value.key for language in ("en", "zh"))
        caller.hangs_up()


async def test_a_call_without_a_talk_is_refused_in_words(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (_, _, finder):
        with pytest.raises(CannotDo, match="Nobody talks with an agent in call 06abc now"):
            Supervision(finder.phones).take_over("06abc")


async def test_a_command_supervises_and_transfers_a_talk_by_the_beginning_of_its_id(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        orders = TalkOrders(finder.phones)
        [call_id] = line.stories
        listening = asyncio.ensure_future(orders.supervise(SuperviseTalk(call_id[:9], "whisper", "ben"), _nobody_hears))
        ben = await phones.answers("ben")
        assert (await listening).facts == {"id": call_id, "mode": "whisper"}
        await caller.waits(0.1)
        assert ben.stream.number in hears(anna)
        with pytest.raises(CannotDo, match="'sing' is no way to supervise; there are: listen, whisper"):
            await orders.supervise(SuperviseTalk(call_id, "sing"), _nobody_hears)
        await orders.supervise(SuperviseTalk(call_id, "leave"), _nobody_hears)
        await caller.waits(0.1)
        assert ben.call.over is not None
        leaving = asyncio.ensure_future(orders.supervise(SuperviseTalk(call_id, "listen", "cleo"), _nobody_hears))
        cleo = await phones.rings("cleo")
        leaving.cancel()
        await caller.waits(0.1)
        assert cleo.over is not None, "who gives the order up isn't called any longer"
        await orders.order(OrderTalk(call_id, "blind", "202"), _nobody_hears)
        again = await phones.answers("ben")
        assert caller.stream.hears == (again.stream.number,)
        caller.hangs_up()


async def test_the_agent_alone_hears_a_hint_and_who_holds_hears_none(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        assert not finder.phones.hint("nobody's call")
        anna = await phones.answers("anna")
        [running] = Supervision(finder.phones).talks()
        before = list(anna.plays())
        assert finder.phones.hint(running.call_id)
        assert anna.plays() == [*before, "hint"]
        assert hears(anna) == (caller.stream.number,)
        await anna.keys("*8")
        assert not finder.phones.hint(running.call_id)
        await anna.keys("*8")
        assert finder.phones.hint(running.call_id)
        caller.hangs_up()
