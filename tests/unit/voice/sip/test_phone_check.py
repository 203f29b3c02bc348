import asyncio
import random

import pytest

from voice.sip.errand import Reply
from voice.sip.phone_check import PhoneCheck, Watched
from voice.sip.resolve import Resolver

pytestmark = pytest.mark.looptime
DESK = Watched("201", "sip:201@192.0.2.7:5060:", "sip:201@192.0.2.7", ("192.0.2.7", 5060))
PBX = Watched("202", "sip:202@192.0.2.9", "sip:202@192.0.2.9")


def check(answer, *watched, every=30):
    """Asks whose answers are as `answer(address, virtual time)` says: a code, or None for silence."""
    signs, asked = [], []

    async def send(address, errand):
        now = asyncio.get_running_loop().time()
        asked.append((errand.method, errand.uri, address))
        code = answer(address, now)
        if code is None:
            await asyncio.sleep(32)
        return Reply(code or 408)

    def on_sign(one, there):
        signs.append((round(asyncio.get_running_loop().time()), one.owner, there))

    resolver = Resolver(lambda: 0.0)
    return (
        PhoneCheck(lambda: watched, on_sign, send, resolver, "sip:hotline@here", every, random.Random(3)),
        signs,
        asked,
    )


async def test_a_phone_is_asked_where_it_registered_from():
    asks, signs, asked = check(lambda address, now: 200, DESK)
    await asks.ask_all()
    assert asked == [("OPTIONS", "sip:201@192.0.2.7", ("192.0.2.7", 5060))]
    assert signs == [(0, "201", True)]


async def test_one_silence_of_five_seconds_tells_and_one_answer_tells_too():
    asks, signs, _ = check(lambda address, now: None if now < 50 else 200, DESK)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asks.run(), 100)
    assert [there for _, _, there in signs] == [False, True, True]
    assert signs[0][0] <= 36


async def test_a_phone_that_refuses_the_question_is_there():
    asks, signs, _ = check(lambda address, now: 405, DESK)
    await asks.ask_all()
    assert signs == [(0, "201", True)]


@pytest.mark.parametrize(("code", "there"), [(200, True), (405, True), (404, False), (480, False), (503, False)])
async def test_a_pbx_says_whether_anybody_can_be_reached_there(code, there):
    asks, signs, asked = check(lambda address, now: code, PBX)
    await asks.ask_all()
    assert asked[0][2] == ("192.0.2.9", 5060)
    assert signs == [(0, "202", there)]


async def test_an_address_that_can_not_be_found_counts_as_silent():
    asks, signs, asked = check(lambda address, now: 200, Watched("203", "x", "tel:203"))
    await asks.ask_all()
    assert (signs, asked) == ([(0, "203", False)], [])


async def test_a_silent_phone_keeps_nobody_else_waiting():
    others = [Watched(str(number), "x", "sip:x@192.0.2.8", ("192.0.2.8", 5060)) for number in range(50)]
    asks, signs, _ = check(lambda address, now: None if address[0] == "192.0.2.7" else 200, DESK, *others)
    await asks.ask_all()
    assert [at for at, owner, _ in signs if owner != "201"] == [0] * 50
    assert signs[-1] == (5, "201", False)
