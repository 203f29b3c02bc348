"""A stay: one caller with us, from the queue to the end of the talk. Does what the distribution wants for them.

Runs within the call's own task. Each phone that rings for the caller is a task of the stay; a caller who hangs up
cancels them all.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from dialplans.exchange import Done, Say
from models.cause import Cause
from models.errors import CannotDo
from queues.announcements import ACCEPT, announcement, display, whisper
from queues.distribution_events import (
    Announce,
    Event,
    Note,
    Offer,
    OfferMissed,
    OfferTaken,
    Overflow,
    Pressed,
    Withdraw,
)
from queues.plan import Agent, Queue
from queues.waiting_room import Caller
from voice.people import Address, AgentCall, Extension, Guest, Shown, Where
from voice.placing import CallRefused

HOUR_S = 3600.0
HELP_AFTER_S = 3.0
"""Seconds of waiting before the robot asks anything: who is served at once isn't asked."""
FORESEE_AFTER_S = 1.0
"""Seconds of waiting before the sound of the whisper is made: what the caller is told at once goes first."""
KEY_S = 10.0
"""Seconds within which an agent takes the caller by key after the whisper."""
NOT_TAKEN = frozenset({Cause.NO_ANSWER, Cause.BUSY, Cause.DECLINED})
"""Why a phone wasn't answered that rang; any other refusal says that it can't be called."""


@dataclass(frozen=True)
class Won:
    """An agent has the caller."""

    agent: Agent
    call: AgentCall


@dataclass(frozen=True)
class Led:
    """The caller isn't served in a queue any more."""

    to: str
    why: str
    joined: float


class NotAccepted(Exception):
    """An agent picked up and did not take the caller by key."""


Wish = Offer | Withdraw | Announce | Overflow
Spawn = Callable[[Coroutine[Any, Any, None], str], "asyncio.Task[None]"]


class Floor(Protocol):
    """What a stay asks of the distributor."""

    def tell(self, event: Event) -> list[Note]:
        """Let the distribution know; return what it noted."""

    def agent(self, extension: str) -> Agent: ...

    def unreachable(self, extension: str, why: str) -> None:
        """Hear that an agent's phone can't be called; what rings there is missed."""

    def queue(self, call_id: str) -> Queue:
        """Return the queue in which a caller is, or was last."""

    def waited(self, call_id: str) -> float:
        """Return the seconds that a caller has waited, those of a credit included."""


def where(agent: Agent) -> Where:
    """Return where an agent's phone is."""
    return Address(agent.address) if agent.address else Extension(agent.extension)


class Stay:
    def __init__(self, guest: Guest, caller: Caller, floor: Floor) -> None:
        """`caller` is who `guest` is for the queues."""
        self.guest, self.caller, self._floor = guest, caller, floor
        self._wishes: asyncio.Queue[Wish | Won] = asyncio.Queue()
        self._rings: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._helped = asyncio.Event()
        """Set when the robot has nothing to ask the caller now."""
        self._rang: dict[str, tuple[Agent, int]] = {}
        """Agents whose phones rang, and the seconds that the caller had waited then: so it is whispered."""
        self._waits = False

    def take(self, wish: Wish) -> None:
        """Do what the distribution wants, in the order of these calls."""
        self._wishes.put_nowait(wish)

    async def waited_out(self) -> Won | Led:
        """Wait until an agent has the caller, or they are led elsewhere."""
        tasks: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as group:

            def spawn(work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
                tasks.append(group.create_task(work, name=f"{name} for {self.caller.call_id}"))
                return tasks[-1]

            spawn(self._hears_keys(), "keys")
            spawn(self._helps(), "help")
            spawn(self._foresees(), "foresee")
            self._waits = True
            outcome = await self._until_over(spawn)
            self._waits = False
            # Who is told something now is told it live; of what others would have been told nothing is wanted.
            self.guest.foresee([])
            # All that still rings or speaks ends with the waiting.
            for task in tasks:
                task.cancel()
        return outcome

    async def _until_over(self, spawn: "Spawn") -> Won | Led:
        while True:
            wish = await self._wishes.get()
            match wish:
                case Offer():
                    for extension in wish.agents:
                        ring = spawn(self._ring(wish, extension), f"ring {extension}")
                        self._rings[wish.offer_id, extension] = ring
                case Withdraw():
                    if (wish.offer_id, wish.agent) in self._rings:
                        self._rings.pop((wish.offer_id, wish.agent)).cancel()
                case Announce():
                    spawn(self._announce(wish), "announce")
                case Overflow() if wish.to.startswith("queue:"):
                    self.guest.music(self._floor.queue(self.caller.call_id).music)
                case Overflow():
                    return Led(wish.to, wish.why, wish.joined)
                case Won():
                    return wish

    async def _hears_keys(self) -> None:
        # A guest who is gone raises; whoever ends the call ends this.
        with suppress(CannotDo):
            while True:
                if key := await self.guest.key(HOUR_S):
                    self._floor.tell(Pressed(self.caller.call_id, key))

    async def _helps(self) -> None:
        """Let the robot go on helping while the caller keeps the place."""
        await asyncio.sleep(HELP_AFTER_S)
        try:
            with suppress(CannotDo):
                await self.guest.helped(lambda: self._floor.queue(self.caller.call_id).way_out_key)
        finally:
            self._helped.set()

    async def _announce(self, announce: Announce) -> None:
        if announce.kind == "callback":
            # Its key would be taken for an answer.
            await self._helped.wait()
        prompt = announcement(announce, self.guest.language)
        if prompt.text:
            with suppress(CannotDo):
                await self.guest.say(Say((prompt,), barge_in=False))

    # -- a phone that rings for the caller -------------------------------------------------------------------------

    async def _ring(self, offer: Offer, extension: str) -> None:
        """Ring at one agent until they have the caller or not; tell the distribution which."""
        call: AgentCall | None = None
        try:
            # Who is no agent any more, by an edit of this moment, is passed by like a phone that can't be called.
            agent, queue = self._floor.agent(extension), self._floor.queue(self.caller.call_id)
            waited = self._floor.waited(self.caller.call_id)
            shown = Shown(self.guest.caller.number, display(queue, waited, self.caller.customer.name))
            call = self.guest.call(where(agent), shown, offer.ring_s)
            self._rang[extension] = agent, round(waited)
            self.foresee_all()
            await call.answered()
            if queue.accept_by_key and not await self._accepted(call, agent, queue):
                raise NotAccepted
            noted = self._floor.tell(OfferTaken(offer.offer_id, extension))
            if not any(note.name == "queue.answered" for note in noted):
                call.hang_up(Cause.CANCELLED)
                return
            # From here on it is the caller's: nothing that is withdrawn now may hang it up.
            self._rings.pop((offer.offer_id, extension), None)
            won, call = Won(agent, call), None
            self._wishes.put_nowait(won)
        except CallRefused as refused:
            if refused.cause in NOT_TAKEN:
                self._floor.tell(OfferMissed(offer.offer_id, extension, str(refused.cause)))
            else:
                self._floor.unreachable(extension, str(refused))
        except NotAccepted:
            self._floor.tell(OfferMissed(offer.offer_id, extension, "not-accepted"))
        except CannotDo as fault:
            self._floor.unreachable(extension, str(fault))
        finally:
            self._rings.pop((offer.offer_id, extension), None)
            if call is not None:
                call.hang_up(Cause.CANCELLED)

    async def _accepted(self, call: AgentCall, agent: Agent, queue: Queue) -> bool:
        try:
            await self.whisper(call, agent, queue, by_key=True)
            return await call.key(KEY_S) == ACCEPT
        except CannotDo:
            # Who hangs up instead has a phone that can be called.
            return False

    # -- what an agent is told first -------------------------------------------------------------------------------

    def foresee(self, agent: Agent, queue: Queue) -> None:
        """Have ready what an agent is told whose phone begins to ring because somebody sends the caller there."""
        self._rang[agent.extension] = agent, round(self._floor.waited(self.caller.call_id))
        self.guest.foresee([self._told(agent, queue, False)], rings=True)

    def foresee_all(self) -> None:
        """Have ready what those are told now whose phones ring, or else an agent who speaks as the caller does.

        Of who doesn't wait any more nothing is.
        """
        if self._waits:
            queue = self._floor.queue(self.caller.call_id)
            ringing = dict.fromkeys(who for _, who in self._rings if who in self._rang)
            agents: list[Agent | None] = [self._rang[who][0] for who in ringing]
            says = [self._told(agent, queue, queue.accept_by_key) for agent in agents or [None]]
            self.guest.foresee(says, rings=bool(agents))

    async def whisper(self, call: AgentCall, agent: Agent, queue: Queue, by_key: bool = False) -> None:
        """Tell the agent in a few seconds who comes; raise `CannotDo` where they are gone."""
        await call.whisper(self._told(agent, queue, by_key))

    async def _foresees(self) -> None:
        await asyncio.sleep(FORESEE_AFTER_S)
        if not self._rings:
            self.foresee_all()

    def _told(self, agent: Agent | None, queue: Queue, by_key: bool) -> Say:
        """Return what an agent is told of the caller, as far as is known now; None: one who speaks as they do."""
        guest, caller = self.guest, self.caller
        language, waited_s = guest.language, round(self._floor.waited(caller.call_id))
        if agent is not None:
            _, waited_s = self._rang.get(agent.extension, (agent, waited_s))
            language = language if language in agent.languages or not agent.languages else agent.languages[0]
        told = {
            "number": caller.number,
            "tags": list(caller.tags),
            "calls_today": caller.calls_today + 1,
            "waited_s": waited_s,
            "customer": caller.customer.document(),
        }
        return Say(whisper(queue, guest.handover, told, language, by_key), barge_in=False)


def gone_on(led: Led) -> Done:
    """Return what the flow is told of a caller who comes back unserved."""
    return Done(False, {"outcome": led.to, "why": led.why}, f"not served: {led.why}")
