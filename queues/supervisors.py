"""Supervisors by phone: *7, a mode and an agent's extension; the phone that dialled it is rung back into that talk.

| mode | the supervisor |
|---|---|
| 1 | listens |
| 2 | whispers to the agent |
| 3 | breaks in |
| 4 | takes over |

The same keys change it later. Who may is in the plan: `supervises` of the agent whose phone it is.
"""

import asyncio
import logging
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from dialplans.exchange import Done, Prompt, Say
from dialplans.flow import Flow, Texts
from dialplans.loader import loads
from models.cause import Cause
from models.errors import CannotDo
from queues.agents import AgentBook
from queues.plan import EVERYBODY, Agent
from queues.stay import where
from voice.hearing import Mode
from voice.people import AgentCall, Guest, Where
from voice.placing import CallRefused
from voice.supervision import Running

log = logging.getLogger(__name__)
MODES: dict[str, Mode] = {"1": "listen", "2": "whisper", "3": "barge", "4": "listen"}
TAKES_OVER = "4"
HUNG_UP_S = 1.0
"""Seconds in which a phone that dialled a code is free again."""
TRIES = 3
FLOW = """\
languages: [{language}]
steps:
  - step: order
    callback: {order}
    unavailable: {{{language}: {gone}}}
    done: rings
  - step: over
    hangup:
  - step: rings
    hangup:
"""
NOBODY: Texts = {"en": "There is no such agent.", "zh": "没有这个坐席。"}
NOT_ALLOWED: Texts = {
    "en": "You are not allowed to supervise this agent.",
    "zh": "您没有监听该坐席的权限。",
}
NO_TALK: Texts = {"en": "This agent is in no talk.", "zh": "该坐席当前没有通话。"}
WATCHED: Texts = {"en": "Somebody supervises this talk already.", "zh": "该通话已有人在监听。"}
UNKNOWN: Texts = {
    "en": "Dial star seven, 1 to 4, and the agent's extension.",
    "zh": "请拨星号七、一到四，再加坐席分机号。",
}
RINGS: Texts = {"en": "Your phone rings in a moment.", "zh": "稍后将回拨您的话机。"}


class Watch(Protocol):
    """What supervisors ask of the talks (`voice.supervision.Supervision`)."""

    def talk_of(self, agent: Where) -> Running | None: ...

    def call(self, call_id: str, supervisor: Where, mode: Mode = "listen") -> AgentCall: ...

    def take_over(self, call_id: str) -> None: ...


class Floor(Protocol):
    """What supervisors ask of the distributor."""

    def engaged(self, extension: str, call_id: str) -> AbstractContextManager[None]: ...


@dataclass(frozen=True)
class Order:
    """One supervisor's phone is to be rung into one talk."""

    by: Agent
    call_id: str
    mode: str
    """A key of `MODES`."""


class Supervisors:
    """One a server."""

    def __init__(self, book: AgentBook, floor: Floor) -> None:
        """`book` knows who may supervise whom."""
        self._book, self._floor = book, floor
        self._watch: Watch | None = None
        self._orders: dict[str, Order] = {}
        self._due: asyncio.Queue[Order] = asyncio.Queue()

    def watch_by(self, watch: Watch) -> None:
        """Reach talks by `watch` from now on."""
        self._watch = watch

    async def run(self) -> None:
        """Ring who ordered it, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                order = await self._due.get()
                group.create_task(self._join(order), name=f"supervise by {order.by.extension}")

    # -- what the phone dials --------------------------------------------------------------------------------------

    def flow(self, user: str, dialled: str, language: str) -> Flow:
        """Return what is said to the phone of agent `user`, who dialled a mode and an extension."""
        told = self._ordered(self._book.agent(user), dialled[:1], dialled[1:])
        if isinstance(told, Order):
            self._orders = {key: order for key, order in self._orders.items() if order.by != told.by}
            key = secrets.token_hex(16)
            self._orders[key] = told
            text = FLOW.format(language=language, order=key, gone=repr(NO_TALK[language]))
        else:
            text = f"languages: [{language}]\nsteps:\n  - step: told\n    hangup: {{{language}: {told[language]!r}}}\n"
        return loads(text, "supervise.yaml")

    def _ordered(self, by: Agent, mode: str, extension: str) -> Order | Texts:
        """Return what was ordered, or why that can't be."""
        if mode not in MODES or not extension:
            return UNKNOWN
        agent = self._book.agents.get(extension)
        if agent is None:
            return NOBODY
        if agent.extension == by.extension or not {EVERYBODY, agent.team or EVERYBODY} & set(by.supervises):
            log.warning("agent %s may not supervise agent %s", by.extension, extension)
            return NOT_ALLOWED
        running = self._watch.talk_of(where(agent)) if self._watch else None
        if running is None:
            return NO_TALK
        return WATCHED if running.supervisor is not None else Order(by, running.call_id, mode)

    # -- what becomes of it ----------------------------------------------------------------------------------------

    def has(self, target: str) -> bool:
        """Tell whether a hand-over's target is an order that was given out."""
        return target in self._orders

    async def take(self, guest: Guest) -> Done:
        """Say that the phone will ring, and have it rung once it is free again."""
        order = self._orders.pop(guest.handover.target)
        language = guest.language if guest.language in RINGS else "en"
        await guest.say(Say((Prompt(RINGS[language], language=language),), barge_in=False))
        self._due.put_nowait(order)
        return Done(True)

    async def _join(self, order: Order) -> None:
        """Ring the supervisor's phone into the talk, and count the supervisor as busy meanwhile."""
        for _ in range(TRIES):
            await asyncio.sleep(HUNG_UP_S)
            try:
                call = await self._answered(order)
            except CallRefused as refused:
                if refused.cause is Cause.BUSY:
                    continue
                log.warning("supervisor %s was not reached: %s", order.by.extension, refused)
                return
            except CannotDo as fault:
                log.warning("supervisor %s can't join call %s: %s", order.by.extension, order.call_id, fault)
                return
            with self._floor.engaged(order.by.extension, order.call_id):
                await call.ended()
            return

    async def _answered(self, order: Order) -> AgentCall:
        assert self._watch is not None, "orders are given for talks that it knows"
        call = self._watch.call(order.call_id, where(order.by), MODES[order.mode])
        try:
            await call.answered()
            if order.mode == TAKES_OVER:
                self._watch.take_over(order.call_id)
        except BaseException:
            call.hang_up(Cause.CANCELLED)
            raise
        return call
