"""Whom a queue can't serve goes to another number, whatever the reason; and on to the flow where that isn't reached."""

import pytest

from tests.calls.call_centre import BILLING, call_centre
from tests.calls.test_voicemail_calls import CLOSED

pytestmark = pytest.mark.looptime

OTHER = "5559999"
QUIET = {**BILLING, "announce_position": False, "announce_wait": False, "size": 1}


def queue(when: str) -> dict[str, object]:
    after = {"after_s": 20} if when == "waited" else {}
    hours = {"hours": "office"} if when == "closed" else {}
    return {**QUIET, **hours, "overflow": [{"when": when, "to": f"number:{OTHER}", **after}]}


async def one_too_many(when, line, phones, centre):
    """Call in a way that the queue can't serve; return the caller, and who is there to be hung up in the end."""
    if when in ("closed", "nobody"):
        return await line.call(), []
    await centre.comes("201")
    others = [await line.call()]
    await phones.answers("201")
    if when == "full":
        others.append(await line.call())
        await others[-1].waits(1)
    return await line.call(), others


@pytest.mark.parametrize("when", ["full", "closed", "nobody", "waited"])
async def test_whom_a_queue_cannot_serve_talks_at_another_number(open_line, tmp_path, when):
    async with call_centre(open_line, tmp_path, queue(when), more=CLOSED) as (line, phones, centre):
        caller, others = await one_too_many(when, line, phones, centre)
        outside = await phones.answers(OTHER)
        await caller.waits(2)
        assert caller.stream.hears == (outside.stream.number,)
        outside.call.caller_hangs_up()
        await caller.is_hung_up()
        for other in others:
            other.hangs_up()
    assert ("billing", "overflowed", "") in centre.stays()


@pytest.mark.parametrize(("language", "says"), [("en", "Nobody is there."), ("zh", "没有人在。")])
async def test_a_number_that_does_not_answer_either_leads_on_to_the_flow_with_words(
    open_line, tmp_path, language, says
):
    opened = call_centre(open_line, tmp_path, queue("nobody"), more=CLOSED, language=language)
    async with opened as (line, phones, _):
        caller = await line.call()
        (await phones.rings(OTHER)).declines()
        await caller.hears(says)
        await caller.is_hung_up()
