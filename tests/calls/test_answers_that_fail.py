"""Calls that end between our answer and the first word."""

import asyncio

import pytest

from models.cause import Cause
from models.errors import PeerFault
from voice.line import HungUp

pytestmark = pytest.mark.looptime


async def test_an_answer_that_is_never_acknowledged_is_recorded_as_that(open_line):
    async with open_line() as line:
        dialog = line.dial().dialog

        def unacknowledged(address, port):
            dialog._end(HungUp(Cause.LINE_UNREACHABLE, words="our answer was never acknowledged"))
            raise PeerFault("The caller never acknowledged our answer.")

        dialog.negotiate = unacknowledged
        await line.over()
        assert line.story.cause == "line-unreachable"
        assert (line.story.ended.code, line.story.ended.words) == (0, "our answer was never acknowledged")


async def test_an_answer_without_a_common_codec_is_recorded_as_that(open_line):
    async with open_line() as line:
        dialog = line.dial().dialog

        def nothing_in_common(address, port):
            raise PeerFault("The caller answered our offer with something else.")

        dialog.negotiate = nothing_in_common
        await line.over()
        assert (line.story.cause, line.story.ended.code) == ("no-common-codec", 488)
        assert dialog.over is not None


async def test_a_fault_of_ours_in_answering_gives_the_ports_back(open_line):
    async with open_line(ports=1) as line:
        dialog = line.dial().dialog

        def faulty(address, port):
            raise RuntimeError("nobody thought of that")

        dialog.negotiate = faulty
        await line.over()
        assert line.story.cause == "our-error"
        (await line.call()).hangs_up()
        await line.over()
        await asyncio.sleep(0)
        assert line.story.cause == "caller-hung-up"
