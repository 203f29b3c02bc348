"""What a command or program has the running server do in a talk: the agent's orders, and a supervisor's."""

from typing import get_args

from models.cause import Cause
from models.control_desk import Tell
from models.control_protocol import Done, OrderTalk, SuperviseTalk
from models.errors import CannotDo, Refused
from voice.agent_call import AgentLeg
from voice.hearing import Mode
from voice.keypad_codes import TAKES_NUMBER, Order
from voice.people import Extension
from voice.phones import Phones
from voice.placing import CallRefused
from voice.supervision import Supervision

ORDERS: tuple[Order, ...] = get_args(Order)
MODES: tuple[Mode, ...] = get_args(Mode)
TAKE_OVER, LEAVE = "take-over", "leave"


class TalkOrders:
    """Carries out the orders `OrderTalk` and `SuperviseTalk`."""

    def __init__(self, phones: Phones) -> None:
        self._phones, self._supervision = phones, Supervision(phones)

    async def order(self, order: OrderTalk, tell: Tell) -> Done:
        """Do what the agent could key; raise `CannotDo` where that can't be."""
        what = next((each for each in ORDERS if each == order.order), None)
        if what is None:
            raise CannotDo(f"'{order.order}' is no order for a talk; there are: {', '.join(ORDERS)}.")
        if (what in TAKES_NUMBER) is not bool(order.number):
            wanted = "an extension, queue or number" if what in TAKES_NUMBER else "no number"
            raise CannotDo(f"'{what}' takes {wanted}.")
        call_id = self._phones.talk(order.call).call_id
        self._phones.order(call_id, what, order.number)
        return Done(f"Call {call_id}: {what} is carried out.", {"id": call_id, "order": what})

    async def supervise(self, order: SuperviseTalk, tell: Tell) -> Done:
        """Let a supervisor take part; return once their phone is answered. Raises `CannotDo`."""
        call_id = self._phones.talk(order.call).call_id
        mode = next((each for each in MODES if each == order.mode), None)
        if mode is None and order.mode not in (TAKE_OVER, LEAVE):
            ways = ", ".join((*MODES, TAKE_OVER, LEAVE))
            raise CannotDo(f"'{order.mode}' is no way to supervise; there are: {ways}.")
        if order.user and not self._has(call_id, order.user):
            if order.mode == LEAVE:
                words = f"The phone of {order.user} doesn't supervise this talk."
                raise Refused(words, "orders.not_in", user=order.user)
            leg = self._supervision.call(call_id, Extension(order.user), mode or "listen")
            await self._answered(call_id, leg, order.user)
        elif mode is not None:
            self._supervision.change(call_id, mode)
        if order.mode == TAKE_OVER:
            self._supervision.take_over(call_id)
        elif order.mode == LEAVE:
            self._supervision.leave(call_id)
        return Done(f"Call {call_id}: {order.mode}.", {"id": call_id, "mode": order.mode})

    def _has(self, call_id: str, user: str) -> bool:
        """Tell whether the user supervises the talk already: whoever listens and then whispers isn't called again."""
        supervisor = Extension(user)
        return any(one.call_id == call_id and one.supervisor == supervisor for one in self._supervision.talks())

    async def _answered(self, call_id: str, leg: AgentLeg, user: str) -> None:
        try:
            await leg.answered()
        except CallRefused as fault:
            leg.hang_up(Cause.CANCELLED)
            # Where the talk is over, or somebody had the phone leave, nobody was there to take the call.
            self._phones.talk(call_id)
            keys = {Cause.BUSY: "orders.phone_busy", Cause.CANCELLED: "orders.not_in"}
            raise Refused(str(fault), keys.get(fault.cause, "orders.phone_refused"), user=user) from fault
        except BaseException:
            leg.hang_up(Cause.CANCELLED)
            raise
