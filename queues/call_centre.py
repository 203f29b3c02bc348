"""The queues' part of a running server as one piece: journal, agents, their phones, and orders of commands.

`server.py` builds it before the SIP edge (which asks its users), opens it once the database is there, closes it last.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, get_args

from sqlalchemy.engine import Row

from models.call_log import CallLog
from models.control_desk import Tell
from models.control_protocol import CancelCallback, DisposeTalk, Done, Facts, SetAgentState, TakeUpQueues
from models.database import database_url, open_engine
from models.errors import CannotDo
from models.settings import Settings
from queues.agent_floor import AgentFloor
from queues.agents import AgentBook
from queues.applying import unknown
from queues.callback import Callbacks, Dial
from queues.customer_look_up import CustomerLookUp
from queues.distributor import Distributor
from queues.front_desk import FrontDesk
from queues.journal import Journal
from queues.mailbox import Mailbox
from queues.messages import Messages
from queues.outbox import StoredOutbox
from queues.plan_entry import counted
from queues.presence import Wish, told_of
from queues.programs import Programs, spoken
from queues.ratings import Ratings
from queues.reachability import Reachability
from queues.retention import Retention
from queues.service_codes import ServiceCodes
from queues.supervisors import Supervisors
from queues.tickets import Tickets
from voice.sip.bindings import Binding
from voice.sip.edge import SipEdge
from voice.sip.phone_rows import binding_rows, kept_bindings
from voice.sip.users import Users

log = logging.getLogger(__name__)


class CallCentre:
    def __init__(
        self,
        settings: Settings,
        dial: Dial,
        steady_clock: Callable[[], float] = time.monotonic,
        call_log: CallLog | None = None,
    ) -> None:
        """`dial` places calls to who is called back; `steady_clock` is the one of the SIP edge.

        `call_log` tells when a call is over and what was said; without it programs get no summaries. Raises
        `OperatorFault` where the database's address is none, or a secret is missing.
        """
        self._engine = open_engine(database_url(settings))
        self._steady_clock = steady_clock
        self.journal = Journal(self._engine)
        users = [user.name for user in settings.sip.users]
        self.book = AgentBook(self._engine, self.journal, taken=users)
        self.distributor = Distributor(self._engine, self.journal, self.book, settings.dialplan.timezone, steady_clock)
        self.floor = AgentFloor(self.book, self.distributor)
        self.callbacks = Callbacks(self._engine, self.distributor, dial)
        self.customers = CustomerLookUp(settings.queues.customers)
        messages = Messages(self.callbacks, self.book, self.distributor, settings.data.directory)
        self.supervisors = Supervisors(self.book, self.distributor)
        webhooks = settings.queues.webhooks
        self.people = FrontDesk(
            self._engine, self.book, self.distributor, self.callbacks, users, self.customers, messages,
            self.supervisors, Tickets(self.distributor, any("call.ticket" in one.events for one in webhooks)),
        )  # fmt: skip
        self.mailbox = Mailbox(self.callbacks, self.distributor)
        self._call_log = call_log
        self._retention = Retention(self._engine, settings.queues.keep_days, settings.data.directory)
        self._outbox = StoredOutbox(self.journal)
        self._urls = [webhook.url for webhook in webhooks]
        self.programs = Programs(webhooks, self.distributor, self._outbox, self._spoken)
        self.ratings = Ratings(self.distributor)
        self.distributor.subscribe(self.ratings.noted)
        if call_log is not None:
            call_log.events.subscribe(self.programs.ended)
            call_log.events.subscribe(self.ratings.happened)
        self.service_codes = ServiceCodes(self.book, self.distributor.dispose, messages, self.supervisors)
        self._node = ""
        self._edge: SipEdge | None = None
        self._reachability: Reachability | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def users(self) -> Users:
        """Agents whose phones may register."""
        return self.book.users

    async def open(self, node: str, edge: SipEdge) -> None:
        """Read everything and begin; the database is up to date. `node`: what this server's records are marked with."""
        self._node, self._edge = node, edge
        kept, left = await asyncio.to_thread(self._open)
        self.programs.tell_of_stopped(left)
        edge.bindings.keep(binding for binding in kept if edge.authenticator.knows(binding.user))
        edge.bindings.watch(self._keep)
        await self.book.come_back()
        self._reachability = Reachability(self.book, edge.bindings, self._steady_clock)
        self._reachability.look()
        edge.watch_phones(self._reachability.watched, self._reachability.on_sign)

    async def run(self) -> None:
        """Distribute callers until cancelled; opened before."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.distributor.run(), name="distributor")
            group.create_task(self.callbacks.run(), name="callbacks")
            group.create_task(self.programs.run(), name="programs")
            group.create_task(self._retention.run(), name="retention of the queues")
            group.create_task(self.supervisors.run(), name="supervisors")

    async def close(self) -> None:
        """Write what is left."""
        await self.customers.close()
        await asyncio.to_thread(self.journal.close)
        self._engine.dispose()

    async def take_up(self, order: TakeUpQueues, tell: Tell) -> Done:
        """Go by what the database has now; calls and waiting callers go on."""
        if self._edge is None or self._reachability is None:
            raise CannotDo("The running Hotline is still starting and reads agents and queues by itself.")
        async with self._one_at_a_time:
            for extension in await self.book.take_up():
                self._edge.bindings.forget(extension)
            self._reachability.look()
        plan = self.book.plan
        counts = f"{counted(len(plan.agents), 'agent')}, {counted(len(plan.queues), 'queue')}"
        return Done(f"live: {counts}", {"agents": len(plan.agents), "queues": len(plan.queues)})

    async def cancel_callback(self, order: CancelCallback, tell: Tell) -> Done:
        """Call somebody back no more."""
        await self.callbacks.cancel(order.id)
        return Done(f"Callback {order.id} is cancelled.", {"id": order.id, "state": "cancelled"})

    async def set_state(self, order: SetAgentState, tell: Tell) -> Done:
        """Make an agent ready, paused or offline, as soon as that can be."""
        if order.state not in get_args(Wish):
            raise CannotDo(unknown("state", order.state, get_args(Wish)))
        wish: Wish = order.state  # type: ignore[assignment]
        await self.book.wish(order.extension, wish, order.reason, "command")
        after = self.book.presence(order.extension)
        facts: Facts = {"extension": order.extension, "state": str(after.state), "reason": after.reason}
        return Done(told_of(order.extension, after, wish), facts)

    async def dispose(self, order: DisposeTalk, tell: Tell) -> Done:
        """Keep what became of an agent's last talk; raise `CannotDo` where there was none since the start."""
        self.book.agent(order.extension)
        if not self.distributor.dispose(order.extension, order.code):
            raise CannotDo(f"Agent {order.extension} has had no talk from a queue since the server started.")
        facts: Facts = {"extension": order.extension, "disposition": order.code}
        return Done(f"Kept {order.code!r} for the last talk of agent {order.extension}.", facts)

    async def _spoken(self, call_id: str) -> list[dict[str, Any]]:
        if self._call_log is not None:
            await self._call_log.flush()
        return await asyncio.to_thread(spoken, self._engine, call_id)

    def _open(self) -> tuple[list[Binding], list[Row[Any]]]:
        self.journal.open(self._node)
        self.book.open()
        if promised := self.callbacks.open():
            log.info("%s promised and not over", counted(promised, "callback"))
        if left := self.distributor.open(self._node):
            log.warning(
                "%s waited when the server last stopped; who calls again keeps the place", counted(len(left), "caller")
            )
        if waiting := self._outbox.open(self._engine, self._node, self._urls):
            log.info("%d deliveries to programs are left from before", waiting)
        with self._engine.connect() as connection:
            return kept_bindings(connection, self._node, self._steady_clock(), self._ahead()), left

    def _keep(self, binding: Binding, present: bool) -> None:
        self.journal.put(*binding_rows(self._node, binding, present, self._ahead()))

    def _ahead(self) -> float:
        return time.time() - self._steady_clock()
