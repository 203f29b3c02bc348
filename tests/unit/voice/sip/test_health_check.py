import asyncio
import itertools
import random

import pytest

from models.settings import TrunkSettings
from voice.sip.errand import Reply
from voice.sip.health_check import HealthCheck
from voice.sip.resolve import Resolver
from voice.sip.trunk import Trunk

pytestmark = pytest.mark.looptime


class Addresses(Resolver):
    def __init__(self, *found):
        super().__init__(lambda: 0.0)
        self.found = [(host, 5060) for host in found]

    async def resolve(self, host, port=0):
        return self.found


def checked(answer, *addresses):
    """A trunk whose addresses answer as `answer(address, virtual time)` says: a code, or None for silence."""
    trunk = Trunk(TrunkSettings(name="a", host="carrier.test", health_check=30))
    asked = []

    async def send(address, errand):
        now = asyncio.get_running_loop().time()
        asked.append((round(now), address[0], errand.method))
        code = answer(address[0], now)
        if code is None:
            await asyncio.sleep(32)
        return Reply(code or 408)

    check = HealthCheck(trunk, send, Addresses(*addresses or ["192.0.2.1"]), "sip:hotline@here", random.Random(3))
    return trunk, check, asked


async def until(check, seconds):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(check.run(), seconds)


async def test_a_silent_trunk_is_unavailable_after_two_checks_and_back_with_the_first_answer():
    trunk, check, asked = checked(lambda address, now: None if now < 100 else 200)
    await until(check, 10)
    assert trunk.available
    await until(check, 10)
    assert not trunk.available
    await asyncio.sleep(90)
    await until(check, 1)
    assert trunk.available
    assert {method for _, _, method in asked} == {"OPTIONS"}


@pytest.mark.parametrize(("code", "available"), [(200, True), (404, True), (405, True), (500, True), (503, False)])
async def test_any_answer_but_overloaded_is_a_sign_of_life(code, available):
    trunk, check, _ = checked(lambda address, now: code)
    await until(check, 100)
    assert trunk.available is available


async def test_one_address_that_answers_is_enough():
    trunk, check, asked = checked(
        lambda address, now: 200 if address == "192.0.2.2" else None, "192.0.2.1", "192.0.2.2"
    )
    await until(check, 100)
    assert trunk.available
    assert [host for _, host, _ in asked[:2]] == ["192.0.2.1", "192.0.2.2"]


async def test_checks_come_about_as_often_as_configured():
    _, check, asked = checked(lambda address, now: 200)
    await until(check, 290)
    gaps = [later - earlier for (earlier, *_), (later, *_) in itertools.pairwise(asked)]
    assert len(gaps) >= 9
    assert all(26 <= gap <= 31 for gap in gaps)


async def test_who_is_told_to_stop_just_as_a_trunk_answers_asks_no_more():
    for turns in range(6):
        asked = asyncio.Event()
        answer = asyncio.get_running_loop().create_future()

        async def send(address, errand, asked=asked, answer=answer):
            asked.set()
            return await answer

        trunk = Trunk(TrunkSettings(name="a", host="carrier.test", health_check=30))
        check = HealthCheck(trunk, send, Addresses("192.0.2.1"), "sip:hotline@here", random.Random(3))
        asking = asyncio.create_task(check.run())
        await asked.wait()
        answer.set_result(Reply(200))
        for _ in range(turns):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.sleep(1)
        assert asking.cancelled()
