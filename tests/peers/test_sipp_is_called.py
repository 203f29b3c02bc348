"""sipp as the called side of a bare SIP stack."""

import asyncio

import pytest

from models.cause import Cause
from tests.peers.bare_stack import RTP, bare_stack, free_port
from tests.peers.sipp import sipp
from voice.line import Answered, HungUp, MediaChanged, Party, Ringing
from voice.sip.request import Credentials, Target

pytestmark = pytest.mark.peer

HOST = "127.0.0.33"
ROBOT = Party("robot", name='The "Robot"')


class Call:
    """One call of ours and its events, in order."""

    def __init__(self, bare, port, **named):
        self._events: asyncio.Queue[object] = asyncio.Queue()
        target = Target(f"sip:100@{HOST}:{port}", (HOST, port))
        self.dialog = bare.stack.call(target, ROBOT, *RTP, sink=self._events.put_nowait, **named)

    async def next(self, kind):
        event = await asyncio.wait_for(self._events.get(), 30)
        assert isinstance(event, kind), event
        return event

    def nothing_left(self):
        return self._events.empty()


async def test_a_password_is_proven_early_media_heard_and_the_call_ended_by_us(tmp_path):
    port = free_port(HOST)
    async with bare_stack() as bare, sipp("callee_authentication", tmp_path, host=HOST, port=port) as callee:
        call = Call(bare, port, credentials=Credentials("me", "secret"))
        ringing = await call.next(Ringing)
        assert ringing.plan.codec == "PCMU"
        answered = await call.next(Answered)
        assert answered.plan.address == HOST
        assert answered.plan.digits_payload_type == 101
        call.dialog.hang_up(Cause.ROBOT_HUNG_UP)
        call.dialog.hang_up(Cause.TOO_LONG)
        assert await call.next(HungUp) == HungUp(Cause.ROBOT_HUNG_UP, by_us=True)
        await callee.passed()
        assert call.nothing_left()
        assert bare.stack.transactions.tclient == {}


async def test_a_wrong_password_is_tried_once(tmp_path):
    port = free_port(HOST)
    async with bare_stack() as bare, sipp("callee_authentication", tmp_path, host=HOST, port=port) as callee:
        call = Call(bare, port, credentials=Credentials("me", "wrong"))
        ended = await call.next(HungUp)
        assert (ended.cause, ended.code) == (Cause.FORBIDDEN, 403)
        await callee.passed()


async def test_a_call_that_nobody_takes_is_cancelled_after_its_time(tmp_path):
    port = free_port(HOST)
    async with bare_stack() as bare, sipp("callee_cancelled", tmp_path, host=HOST, port=port) as callee:
        call = Call(bare, port, ring_seconds=0.3)
        assert await call.next(Ringing) == Ringing()
        assert (await call.next(HungUp)).cause is Cause.NO_ANSWER
        await callee.passed()
        assert call.nothing_left()


async def test_an_answer_that_crosses_our_cancel_is_acknowledged_and_ended(tmp_path):
    port = free_port(HOST)
    async with bare_stack() as bare, sipp("callee_race", tmp_path, host=HOST, port=port) as callee:
        call = Call(bare, port)
        await call.next(Ringing)
        call.dialog.hang_up(Cause.CANCELLED)
        assert await call.next(HungUp) == HungUp(Cause.CANCELLED, by_us=True)
        await callee.passed()
        assert call.nothing_left()


async def test_we_hold_and_resume_and_hear_why_the_other_side_hung_up(tmp_path):
    port = free_port(HOST)
    async with bare_stack() as bare, sipp("callee_plain", tmp_path, host=HOST, port=port) as callee:
        call = Call(bare, port)
        await call.next(Ringing)
        await call.next(Answered)
        call.dialog.hold(True)
        assert (await call.next(MediaChanged)).plan.direction == "sendonly"
        call.dialog.hold(False)
        assert (await call.next(MediaChanged)).plan.direction == "sendrecv"
        ended = await call.next(HungUp)
        assert ended == HungUp(Cause.CALLER_HUNG_UP, words="enough")
        await callee.passed()
