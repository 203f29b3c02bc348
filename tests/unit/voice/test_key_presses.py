"""Keys that somebody waits for, and who stops waiting just as one comes."""

import asyncio

import pytest

from voice.key_presses import KeyPresses

pytestmark = pytest.mark.looptime


@pytest.mark.parametrize("turns", range(5))
async def test_who_is_told_to_stop_waiting_just_as_a_key_comes_waits_no_more(turns):
    keys, heard = KeyPresses(), []

    async def hear():
        while True:
            heard.append(await keys.next(3600))

    hearing = asyncio.create_task(hear())
    await asyncio.sleep(1)
    keys.press("5")
    for _ in range(turns):
        await asyncio.sleep(0)
    hearing.cancel()
    await asyncio.sleep(1)
    assert hearing.cancelled()
    assert heard == ["5"] * bool(turns) or not heard
    if not heard:
        assert await keys.next(0) == "5", "who waits next has it"


async def test_no_key_within_the_time_is_none():
    assert await KeyPresses().next(2) == ""
