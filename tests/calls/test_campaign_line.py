"""A call of a campaign over the real SIP stack and a real media worker: who answers hears the greeting at once."""

from pathlib import Path

import pytest

from bench.answering_phone import phones
from bench.campaign_greeting import calling, wait_of

pytestmark = [pytest.mark.call, pytest.mark.asyncio]


async def test_who_answers_hears_the_greeting_within_three_tenths_of_a_second(tmp_path: Path) -> None:
    async with phones("127.0.74.2", 440) as phone, calling(tmp_path, phone, "127.0.74.1") as calls:
        waits = [await wait_of(calls, phone) for _ in range(3)]
    assert sorted(waits)[1] < 0.3, waits
