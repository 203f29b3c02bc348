"""Whole calls on the loopback line that go from one agent to another, by the phone's REFER and by keypad codes."""

from urllib.parse import quote

import pytest

from dialplans.exchange import Done
from models.errors import CannotDo
from tests.calls.people import ANNA, SHOWN, find, people_line
from voice.line import Origin
from voice.people import AgentCall, Extension
from voice.transfer import hand_on, lets_go

pytestmark = pytest.mark.looptime


async def until_nobody_passes_on(guest):
    """What a queue does, in short: call Anna, and follow every transfer."""
    guest.music()
    agent = guest.call(ANNA, SHOWN, 20)
    await agent.answered()
    told = []
    while True:
        talked = await guest.talk(agent, "somebody", find)
        told.append(talked)
        transfer = talked.transfer
        if transfer is None:
            return Done(True, {"hops": len(told), "ended": talked.ended_by})
        where = None if transfer.call else find(transfer.to)
        if where is None and not transfer.call:
            lets_go(agent)
            return Done(True, {"queue": transfer.to, "summary": guest.handover.reason})
        handed = await hand_on(guest, agent, transfer, where, SHOWN, 10)
        if handed.call is None:
            return Done(False, why=handed.why)
        agent = handed.call


def hears(person):
    return person.stream.hears


async def test_a_phone_transfers_blindly_and_the_caller_hears_music_until_the_new_agent_answers(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        await caller.waits(3)
        anna.call.refers("sip:202@127.0.0.1")
        call = await phones.rings("ben")
        assert anna.call.told == [(100, "Trying")]
        assert caller.stream.sounds, "music"
        assert "ringback" in anna.plays()
        ben = phones.person(call)
        call.answers()
        await caller.waits(0.1)
        assert anna.call.told[-1] == (200, "OK")
        assert anna.call.over is not None
        assert (caller.stream.hears, hears(ben)) == ((ben.stream.number,), (caller.stream.number,))
        await ben.says("This is Ben.")
        call.caller_hangs_up()
        await caller.is_hung_up()
    assert finder.result.values == {"hops": 2, "ended": "agent"}
    legs = [data["who"] for name, data in line.story.events if name == "leg-answered"]
    assert legs == ["anna", "ben"]
    assert line.story.said("agent") == ["This is Ben."]


@pytest.mark.parametrize("target", ["sip:999@127.0.0.1", "sip:@nowhere", "tel:"])
async def test_a_transfer_to_nowhere_is_declined_and_the_talk_goes_on(open_line, target):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        anna.call.refers(target)
        await caller.waits(1)
        assert anna.call.told == [(404, "Not Found")]
        assert caller.stream.hears == (anna.stream.number,)
        caller.hangs_up()


async def test_a_failed_transfer_brings_the_caller_back_to_the_agent_who_is_still_there(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        anna.call.refers("sip:202@127.0.0.1")
        (await phones.rings("ben")).declines(486)
        await caller.hears("my colleague can't be reached", out=False)
        await caller.waits(6)
        assert anna.call.told == [(100, "Trying"), (486, "Not reached")]
        assert caller.stream.hears == (anna.stream.number,)
        assert not anna.stream.sounds
        caller.hangs_up()


async def test_a_failed_transfer_rings_the_agent_again_who_has_hung_up_meanwhile(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        anna.call.refers("sip:202@127.0.0.1")
        await phones.rings("ben")
        anna.call.caller_hangs_up()
        await caller.hears("my colleague can't be reached", out=False)
        again = await phones.answers("anna")
        assert caller.stream.hears == (again.stream.number,)
        again.call.refers("sip:202@127.0.0.1")
        (await phones.rings("ben")).declines()
        again.call.caller_hangs_up()
        (await phones.rings("anna")).declines()
        await caller.hears("Nobody is there.")
        await caller.is_hung_up()
    assert "Back: anna: refused." in finder.result.why


async def test_a_code_transfers_blindly_and_neither_code_nor_number_is_heard_by_the_caller(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys("*2202#")
        ben = await phones.answers("ben")
        await caller.waits(0.1)
        assert caller.stream.digits == ""
        assert caller.stream.hears == (ben.stream.number,)
        assert anna.call.over is not None
        caller.hangs_up()


async def test_a_code_to_nowhere_is_a_tone_for_the_agent_alone(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys("*2999#")
        assert anna.plays()[-1] == "congestion"
        await anna.keys("*5")
        assert [data["why"] for name, data in line.story.events if name == "code-refused"] == [
            "There is no extension '999'.",
            "Nobody is being consulted.",
        ]
        assert caller.stream.hears == (anna.stream.number,)
        caller.hangs_up()


async def test_a_caller_is_sent_to_a_queue_with_all_that_is_known(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        anna.call.refers("sip:billing@127.0.0.1")
        await caller.hears("Thank you, that was all.", out=False)
        await caller.is_hung_up()
    assert anna.call.told[-1] == (200, "OK")
    assert finder.result.values == {"queue": "billing", "summary": "flow"}


async def test_an_agent_consults_swaps_and_completes(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys("*3202#")
        call = await phones.rings("ben")
        assert (call.caller.number, call.caller.name) == ("5550142", "somebody")
        assert caller.stream.sounds
        assert anna.plays()[-1] == "ringback"
        ben = phones.person(call)
        call.answers()
        await caller.waits(0.1)
        assert (hears(anna), hears(ben), caller.stream.hears) == ((ben.stream.number,), (anna.stream.number,), ())
        assert caller.stream.sounds
        assert not anna.stream.sounds
        await anna.says("He asks for his invoice.")
        await anna.keys("*4")
        assert (hears(anna), hears(ben)) == ((caller.stream.number,), ())
        assert ben.stream.sounds
        assert not caller.stream.sounds
        await anna.keys("*4")
        assert hears(ben) == (anna.stream.number,)
        await anna.keys("*5")
        await caller.waits(0.1)
        assert anna.call.over is not None
        assert (caller.stream.hears, hears(ben)) == ((ben.stream.number,), (caller.stream.number,))
        assert not ben.stream.sounds
        call.caller_hangs_up()
        await caller.is_hung_up()
    assert finder.result.values == {"hops": 2, "ended": "agent"}
    assert line.story.said("agent") == [], "a consultation is the agents' own"


async def test_an_agent_returns_from_a_consultation(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys("*3202#")
        ben = await phones.answers("ben")
        await anna.keys("*6")
        assert ben.call.over is not None
        assert (caller.stream.hears, hears(anna)) == ((anna.stream.number,), (caller.stream.number,))
        assert not caller.stream.sounds
        caller.hangs_up()


@pytest.mark.parametrize("number", ["202", "000"])
async def test_whoever_cannot_be_consulted_leaves_agent_and_caller_as_they_were(open_line, number):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys(f"*3{number}#")
        if number == "202":
            (await phones.rings("ben")).declines()
        await caller.waits(0.5)
        assert anna.plays()[-1] == "congestion"
        assert (caller.stream.hears, hears(anna)) == ((anna.stream.number,), (caller.stream.number,))
        caller.hangs_up()


async def test_three_hear_each_other_until_the_agent_leaves_the_two_others_alone(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys("*33015#")
        guest = await phones.answers("3015")
        await anna.keys("*7")
        one, two, three = caller.stream.number, anna.stream.number, guest.stream.number
        assert set(caller.stream.hears) == {two, three}
        assert set(hears(anna)) == {one, three}
        assert set(hears(guest)) == {one, two}
        await guest.says("Good morning.")
        anna.call.caller_hangs_up()
        await caller.waits(0.1)
        assert (caller.stream.hears, hears(guest)) == ((three,), (one,))
        guest.call.caller_hangs_up()
        await caller.is_hung_up()
    assert line.story.said("agent") == ["Good morning."]


async def test_a_code_holds_the_caller_for_phones_without_a_key_for_it(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys("*8")
        assert caller.stream.sounds, "music"
        assert (caller.stream.hears, hears(anna)) == ((), ())
        await anna.keys("*8")
        assert not caller.stream.sounds
        assert (caller.stream.hears, hears(anna)) == ((anna.stream.number,), (caller.stream.number,))
        caller.hangs_up()


async def test_an_api_orders_what_an_agent_could_key(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, finder):
        caller = await line.call()
        anna = await phones.answers("anna")
        [call_id] = line.stories
        with pytest.raises(CannotDo, match=r"There is no extension '999'"):
            finder.phones.order(call_id, "blind", "999")
        with pytest.raises(CannotDo, match="Nobody is being consulted"):
            finder.phones.order(call_id, "swap")
        with pytest.raises(CannotDo, match="Nobody talks with an agent in call 06abc now"):
            finder.phones.order("06abc", "hold")
        with pytest.raises(CannotDo, match="'billing' is a queue"):
            finder.phones.order(call_id, "consult", "billing")
        finder.phones.order(call_id, "blind", "202")
        ben = await phones.answers("ben")
        await caller.waits(0.1)
        assert caller.stream.hears == (ben.stream.number,)
        assert anna.call.over is not None
        caller.hangs_up()


async def test_who_hangs_up_on_a_phone_that_still_rings_leaves_the_caller_to_it(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys("*3202#")
        call = await phones.rings("ben")
        anna.call.caller_hangs_up()
        await caller.waits(1)
        ben = phones.person(call)
        call.answers()
        await caller.waits(0.1)
        assert caller.stream.hears == (ben.stream.number,)
        caller.hangs_up()


async def test_a_caller_who_hangs_up_ends_a_consultation_too(open_line):
    async with people_line(open_line, until_nobody_passes_on) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        await anna.keys("*3202#")
        ben = await phones.answers("ben")
        caller.hangs_up()
        await line.over()
    assert anna.call.over is not None
    assert ben.call.over is not None
    assert line.media.streams == {}


async def extension_or_agents(guest):
    """Anna's own calls go to the extension 202; everybody else's to Anna."""
    if guest.caller.number == "anna":
        call = guest.call(Extension("ben"), SHOWN, 20)
        await call.answered()
        return Done(True, {"ended": (await guest.talk(call, "Ben", find)).ended_by})
    return await until_nobody_passes_on(guest)


async def second_call(line, phones, origin=Origin("user", "anna", "127.0.0.1:5060")):
    """Anna calls Ben by a call of her own, the caller on hold; return that call and Ben."""
    own = line.dial(caller="anna", called="202")
    own.dialog.origin = origin
    ben = await phones.answers("ben")
    return own, ben


async def test_a_phone_joins_its_two_calls_by_a_refer_with_replaces(open_line):
    async with people_line(open_line, extension_or_agents) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        anna.call.caller_holds(True)
        own, ben = await second_call(line, phones)
        await caller.waits(2)
        anna.call.refers("sip:202@127.0.0.1", quote(f"{own.dialog.id};to-tag=1;from-tag=2"))
        await caller.waits(0.1)
        assert anna.call.told == [(100, "Trying"), (200, "OK")]
        assert (caller.stream.hears, hears(ben)) == ((ben.stream.number,), (caller.stream.number,))
        assert not caller.stream.sounds
        assert ben.call.over is None
        own.hangs_up()
        await ben.says("It is Ben now.")
        ben.call.caller_hangs_up()
        await caller.is_hung_up()
    first, second = line.stories.values()
    assert first.said("agent") == ["It is Ben now."]
    assert [data["cause"] for name, data in second.events if name == "leg-ended"] == ["transferred"]
    assert [data["who"] for name, data in first.events if name == "leg-answered"] == ["anna", "ben"]


@pytest.mark.parametrize("room", [True, False])
async def test_calls_in_two_media_workers_are_never_joined_in_silence(room, open_line):
    async with people_line(open_line, extension_or_agents) as (line, phones, _):
        line.media.workers = 2
        caller = await line.call()
        anna = await phones.answers("anna")
        # Whoever calls else takes the other worker.
        other = await line.call()
        assert other.stream.worker != caller.stream.worker
        await phones.rings("anna")
        anna.call.caller_holds(True)
        own, ben = await second_call(line, phones)
        second = line.media.streams[hears(ben)[0]]
        workers = {stream.worker for stream in (caller.stream, anna.stream, second, ben.stream)}
        assert len(workers) == 1, "a phone in a talk that calls somebody is beside that talk"
        assert other.stream.worker not in workers
        if not room:
            # As where the worker of the talk had no port left for it.
            ben.stream.worker = second.worker = other.stream.worker
        await caller.waits(2)
        anna.call.refers("sip:202@127.0.0.1", quote(f"{own.dialog.id};to-tag=1;from-tag=2"))
        await caller.waits(0.1)
        if room:
            assert anna.call.told == [(100, "Trying"), (200, "OK")]
            assert (caller.stream.hears, hears(ben)) == ((ben.stream.number,), (caller.stream.number,))
            ben.call.caller_hangs_up()
        else:
            assert anna.call.told == [(488, "Not Acceptable Here")]
            assert second.hears == (ben.stream.number,), "the second call goes on"
            anna.call.caller_holds(False)
            await caller.waits(0.1)
            assert (caller.stream.hears, hears(anna)) == ((anna.stream.number,), (caller.stream.number,))
            own.hangs_up()
            anna.call.caller_hangs_up()
        await caller.is_hung_up()
        other.hangs_up()


async def test_nobody_takes_over_the_call_of_another_phone(open_line):
    async with people_line(open_line, extension_or_agents) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        own, ben = await second_call(line, phones, Origin("user", "cleo", "127.0.0.1:5060"))
        anna.call.refers("sip:202@127.0.0.1", own.dialog.id)
        anna.call.refers("sip:202@127.0.0.1", "made-up")
        await caller.waits(0.1)
        assert [code for code, _ in anna.call.told] == [481, 481]
        assert caller.stream.hears == (anna.stream.number,)
        own.hangs_up()
        caller.hangs_up()
        await line.over()
        assert ben.call.over is not None


async def test_without_somebody_who_knows_the_numbers_there_are_no_transfers(open_line):
    async def script(guest):
        agent = guest.call(ANNA, SHOWN, 20)
        await agent.answered()
        return await guest.talk(agent, "Anna")

    async with people_line(open_line, script) as (line, phones, _):
        caller = await line.call()
        anna = await phones.answers("anna")
        anna.call.refers("sip:202@127.0.0.1")
        await anna.keys("*2202#*3202#")
        await caller.waits(0.5)
        assert anna.call.told == [(404, "Not Found")]
        assert anna.plays().count("congestion") == 2
        caller.hangs_up()


async def test_an_agent_of_another_guest_is_not_talked_to(open_line):
    kept: list[AgentCall] = []

    async def script(guest):
        if not kept:
            kept.append(guest.call(ANNA, SHOWN, 20))
            await kept[0].answered()
            return await guest.talk(kept[0], "Anna")
        with pytest.raises(CannotDo, match="another call"):
            await guest.talk(kept[0], "Anna")
        return Done(False, why="not ours")

    async with people_line(open_line, script) as (line, phones, _):
        one = await line.call()
        anna = await phones.answers("anna")
        two = await line.call()
        await two.hears("Nobody is there.")
        assert one.stream.hears == (anna.stream.number,)
        one.hangs_up()
