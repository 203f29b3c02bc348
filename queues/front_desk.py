"""The front desk: takes the callers whom flows hand over, and leads each to an agent, a number, a callback, or back."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from dialplans.exchange import Done, Say
from models.errors import CannotDo, HotlineError
from models.settings import CustomerSettings
from queues.agents import AgentBook
from queues.announcements import callback_taken, ticket_taken
from queues.applying import unknown
from queues.callback import Callbacks
from queues.caller_rows import history
from queues.customer import NOBODY
from queues.customer_look_up import CustomerLookUp
from queues.distribution_events import Joined, Left
from queues.distributor import Distributor
from queues.messages import Messages
from queues.plan import Queue
from queues.stay import Led, gone_on
from queues.stay_record import StayRecord
from queues.supervisors import Supervisors
from queues.talks import Talks
from queues.tickets import Tickets
from queues.waiting_room import Caller
from voice.people import Guest

log = logging.getLogger(__name__)


class FrontDesk:
    """See `voice.people.People`; one a server."""

    def __init__(
        self,
        engine: Engine,
        book: AgentBook,
        distributor: Distributor,
        callbacks: Callbacks | None = None,
        users: Collection[str] = (),
        customers: CustomerLookUp | None = None,
        messages: Messages | None = None,
        supervisors: Supervisors | None = None,
        tickets: Tickets | None = None,
    ) -> None:
        """`users` have a phone registered with us and are no agents: callers can be transferred to them.

        `customers` knows who callers are; None: nobody does. `messages` are those that agents call back by phone.
        """
        self._customers = customers or CustomerLookUp(CustomerSettings())
        self._engine, self._book, self._distributor, self._callbacks = engine, book, distributor, callbacks
        self._messages, self._supervisors = messages, supervisors
        self._tickets = tickets or Tickets(distributor, told=False)
        self._talks = Talks(distributor, book, users)

    async def take(self, guest: Guest) -> Done:
        """Find a person for a caller."""
        handover = guest.handover
        try:
            match handover.verb:
                case "enqueue":
                    return await self._serve(guest, handover.target)
                case "transfer" if handover.target in self._book.plan.queues:
                    return await self._serve(guest, handover.target)
                case "transfer":
                    return await self._straight(guest, handover.target)
                case "voicemail":
                    return self._message(self._queue(handover.target).name)
                case "callback" if self._messages is not None and self._messages.has(handover.target):
                    return await self._messages.take(guest)
                case "callback" if self._supervisors is not None and self._supervisors.has(handover.target):
                    return await self._supervisors.take(guest)
                case "callback" if self._callbacks is not None:
                    return await self._callbacks.promise(guest, self._queue(handover.target), handover.reason)
                case "ticket":
                    queue = handover.target if handover.target in self._book.plan.queues else ""
                    caller = await self._caller(guest, queue)
                    return await self._tickets.want(guest, caller, handover.target, "asked")
                case _:
                    return Done(False, why=f"nobody takes a {handover.verb} here")
        except HotlineError as fault:
            guest.event("handover-failed", why=str(fault))
            return Done(False, {"outcome": "failed"}, str(fault))

    async def _serve(
        self, guest: Guest, queue: str, joined: float | None = None, avoid: str = "", record: StayRecord | None = None
    ) -> Done:
        """Let a caller wait in `queue` and talk to who is found; raise `CannotDo` where there is no such queue.

        `joined`: when the waiting began, where that was earlier. `avoid`: see `Caller`. `record`: a stay that goes on.
        """
        plan = self._queue(queue)
        # Before the company's system is asked: a second and a half of silence sounds like the end.
        guest.music(plan.music)
        caller = await self._caller(guest, queue)
        kept = self._callbacks.kept(queue, caller.number, guest.call_id) if self._callbacks else None
        caller = replace(caller, joined=kept.since if kept else joined, avoid=avoid)
        if kept and kept.call_id == guest.call_id:
            caller = replace(caller, instead_of=kept.id)
        stay = self._distributor.enter(guest, caller, plan, record)
        try:
            self._distributor.tell(Joined(caller))
            outcome = await stay.waited_out()
            if isinstance(outcome, Led):
                plan = self._distributor.queue(guest.call_id)
            else:
                onward = await self._talks.won(guest, stay, outcome)
        finally:
            self._distributor.tell(Left(guest.call_id, "hung-up" if guest.hung_up else "stopped"))
            record = self._distributor.leave(guest.call_id)
        if isinstance(outcome, Led):
            return await self._led(guest, outcome, plan, caller)
        if isinstance(onward, Done):
            return onward
        return await self._serve(
            guest, onward.queue, onward.joined, onward.avoid, record if onward.unheard else None
        )  # fmt: skip

    async def _led(self, guest: Guest, led: Led, queue: Queue, caller: Caller) -> Done:
        """Lead a caller on whom `queue` doesn't serve."""
        guest.event("queue-left", to=led.to, why=led.why)
        if led.to.startswith("number:"):
            return await self._straight(guest, led.to.removeprefix("number:"))
        if led.to == "voicemail":
            return self._message(queue.name)
        if led.to == "callback" and self._callbacks is not None:
            done = await self._callbacks.promise(guest, queue, led.why, led.joined)
            if done.ok:
                await guest.say(Say((callback_taken(guest.language),), barge_in=False))
            return done
        if led.to == "ticket":
            # The caller may have come here from another queue.
            here = replace(caller, queue=queue.name)
            waited_s = self._distributor.now() - led.joined
            done = await self._tickets.want(guest, here, queue.name, led.why, waited_s)
            await guest.say(Say((ticket_taken(guest.language),), barge_in=False))
            return done
        return gone_on(led)

    async def _straight(self, guest: Guest, dialled: str) -> Done:
        """Call one person or number for a caller, who is known to them as in a queue."""
        # While the company's system is asked.
        guest.music()
        caller = await self._caller(guest, "")
        with self._distributor.led_straight(guest, caller):
            return await self._talks.direct(guest, dialled, caller.customer.name)

    def _message(self, queue: str) -> Done:
        """Return what has the flow take a message for `queue` (`dialplans/verbs/handover.py`)."""
        opens = self._distributor.opens(queue)
        told = opens.isoformat(timespec="minutes") if opens else ""
        return Done(True, {"outcome": "voicemail", "queue": queue, "opens": told})

    async def _caller(self, guest: Guest, queue: str) -> Caller:
        """Return who the guest is for the queues: what the company and earlier calls say of the number is looked up."""
        number = guest.caller.number if guest.caller.number != "anonymous" else ""
        try:
            calls, failed, familiar = await asyncio.to_thread(self._history, number, guest.call_id)
        except SQLAlchemyError as fault:
            # Who calls while the database is away waits like anybody who calls for the first time.
            log.warning("What earlier calls say of a caller can't be read: %s", fault, extra={"call": guest.call_id})
            calls, failed, familiar = 0, False, ()
        customer = await self._customers.who(number, guest.called.number)
        if customer != NOBODY:
            guest.event("customer", customer=customer.document())
        handover = guest.handover
        tags = sorted(handover.tags | set(customer.tags))
        owner = (customer.owner,) if customer.owner in self._book.agents else ()
        return Caller(
            guest.call_id, queue, number, guest.language, tuple(tags), calls, failed,
            float(handover.priority), tuple(dict.fromkeys(owner + familiar)), customer,
        )  # fmt: skip

    def _history(self, number: str, call_id: str) -> tuple[int, bool, tuple[str, ...]]:
        with self._engine.connect() as connection:
            return history(connection, number, self._distributor.now(), self._distributor.midnight(), call_id)

    def _queue(self, name: str) -> Queue:
        queues = self._book.plan.queues
        if name not in queues:
            raise CannotDo(unknown("queue", name, queues))
        return queues[name]
