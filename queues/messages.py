"""Messages and callbacks as an agent meets them on the phone (*65): each is played, called back, done with or passed.

The agent's phone talks to a flow that is made for the moment; what a key orders comes to the front desk as a callback
whose target is an order that only this flow knows.
"""

import json
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from asr_tts.spoken_values import said
from dialplans.exchange import Done
from dialplans.flow import Flow, Texts
from dialplans.loader import loads
from models.callback import CallbackState
from models.cause import Cause
from models.errors import CannotDo
from models.recording import message_file
from queues.agents import AgentBook
from queues.callback import NO_MARKS, Callbacks, Promise
from queues.staffing import able
from voice.people import AgentCall, Guest, Number, Shown
from voice.placing import CallRefused

RING_S = 30.0
MOST = 20
"""Messages that one call to *65 goes through."""
NONE: Texts = {"en": "There is nothing to call back for.", "zh": "没有需要回电的留言。"}
INTRODUCED: Texts = {
    "en": "Number {place} of {count}, {queue}, from {number}, {at}.",
    "zh": "第{place}条，共{count}条，{queue}，来电号码{number}，{at}。",
}
WITHHELD: Texts = {"en": "a withheld number", "zh": "未知号码"}
ASKED: Texts = {
    "en": "Press 1 to call back, 2 if it is done, 3 for the next one.",
    "zh": "回电请按一，已处理请按二，下一条请按三。",
}
OPTIONS: Mapping[str, Texts] = {
    "1": {"en": "call back", "zh": "回电"},
    "2": {"en": "done", "zh": "已处理"},
    "3": {"en": "next", "zh": "下一条"},
}
NOT_REACHED: Texts = {"en": "Nobody was reached.", "zh": "没有接通。"}
NOT_DONE: Texts = {"en": "That can't be done any more.", "zh": "现在无法处理这一条。"}
DONE: Texts = {"en": "It is done.", "zh": "已标记为处理完毕。"}
LAST: Texts = {"en": "That was the last one. Goodbye.", "zh": "没有其他留言了，再见。"}
Step = dict[str, Any]


@dataclass(frozen=True)
class Order:
    """What one key of one agent's call stands for."""

    agent: str
    callback: str
    what: Literal["call", "done"]


class Floor(Protocol):
    """What messages ask of the distributor."""

    def local(self, at: float) -> datetime:
        """Return a moment (Unix seconds) where the hotline is."""

    def now(self) -> float: ...

    def engaged(self, extension: str, call_id: str) -> AbstractContextManager[None]: ...


class Messages:
    """One a server."""

    def __init__(self, callbacks: Callbacks, book: AgentBook, floor: Floor, directory: Path) -> None:
        """`book` knows which queues an agent serves; `directory`: the data directory."""
        self._callbacks, self._book, self._floor, self._directory = callbacks, book, floor, directory
        self._orders: dict[str, Order] = {}

    def of(self, extension: str) -> list[Promise]:
        """Return what waits for an agent, the oldest first: what nobody is calling in the queues that they serve."""
        agent, queues = self._book.agent(extension), self._book.plan.queues
        served = {name for name, queue in queues.items() if able(agent, queue)}
        found = self._callbacks.open_promises()
        return [one for one in found if one.queue in served and one.state is not CallbackState.CALLING]

    # -- what the agent's phone talks to ---------------------------------------------------------------------------

    def flow(self, extension: str, language: str) -> Flow:
        """Return what plays an agent's messages and takes the keys."""
        self._orders = {key: order for key, order in self._orders.items() if order.agent != extension}
        promises = self.of(extension)[:MOST]
        steps: list[Step] = [] if promises else [_says("none", language, NONE[language])]
        for place, promise in enumerate(promises, 1):
            onward = f"m{place + 1}" if place < len(promises) else "last"
            steps += self._steps(promise, place, len(promises), onward, extension, language)
        steps.append({"step": "last", "hangup": _words(language, LAST[language])})
        # JSON is YAML: whatever a caller said, it stays a text.
        return loads(json.dumps({"languages": [language], "steps": steps}, ensure_ascii=False), "messages.yaml")

    def _steps(
        self, promise: Promise, place: int, count: int, onward: str, extension: str, language: str
    ) -> list[Step]:
        steps = [_says(f"m{place}", language, self._introduced(promise, place, count, language))]
        file = message_file(self._directory, promise.message)
        if file.is_file():
            steps.append({"step": f"p{place}", "play": _words(language, str(file))})
        menu = {
            "step": f"q{place}", "menu": _words(language, ASKED[language]), "max_attempts": 2, "otherwise": onward,
            "options": {
                key: {"say": _words(language, [OPTIONS[key][language]]), "goto": goto}
                for key, goto in (("1", f"c{place}"), ("2", f"d{place}"), ("3", onward))
            },
        }  # fmt: skip
        order = {"done": onward, "goto": onward}
        call, done = (self._order(extension, promise.id, what) for what in ("call", "done"))
        return [
            *steps, menu,
            {"step": f"c{place}", "callback": call, "unavailable": _words(language, NOT_REACHED[language]), **order},
            {"step": f"d{place}", "callback": done, "unavailable": _words(language, NOT_DONE[language]),
             "goto": onward, "done": f"k{place}"},
            {**_says(f"k{place}", language, DONE[language]), "goto": onward},
        ]  # fmt: skip

    def _introduced(self, promise: Promise, place: int, count: int, language: str) -> str:
        now = self._floor.local(self._floor.now())
        number = said(promise.number, "phone", language, now) if promise.callable else WITHHELD[language]
        queue = self._book.plan.queues[promise.queue]
        at = said(self._floor.local(promise.made), "datetime", language, now)
        title = queue.title.get(language) or queue.name
        words = INTRODUCED[language].format(place=place, count=count, queue=title, number=number, at=at)
        # What isn't in the agent's language can't be read out in it; a message is heard.
        told = promise.summary if promise.language == language and not promise.message else ""
        return f"{words} {told}".strip().translate(NO_MARKS)

    def _order(self, extension: str, callback: str, what: Literal["call", "done"]) -> str:
        key = secrets.token_hex(16)
        self._orders[key] = Order(extension, callback, what)
        return key

    # -- what the agent orders -------------------------------------------------------------------------------------

    def has(self, target: str) -> bool:
        """Tell whether a handover's target is an order that was given out."""
        return target in self._orders

    async def take(self, guest: Guest) -> Done:
        """Carry out an order of the agent whose call `guest` is; raise `CannotDo` where it can't be any more."""
        order = self._orders.pop(guest.handover.target)
        if order.what == "done":
            await self._callbacks.cancel(order.callback, f"done by agent {order.agent}")
            return Done(True, {"outcome": "done"})
        promise = self._callbacks.claim(order.callback, order.agent)
        guest.event("calls-back", callback=promise.id, number=promise.number)
        words = "the agent hung up"
        try:
            with self._floor.engaged(order.agent, guest.call_id):
                await self._talk(guest, promise)
        except (CallRefused, CannotDo) as fault:
            words = str(fault)
        finally:
            # An agent who hangs up cancels this: it is handed over, and written in its turn.
            self._callbacks.settle(promise, words)
        if not promise.reached:
            return Done(False, {"outcome": "not-reached"}, words)
        return Done(True, {"outcome": "reached"})

    async def _talk(self, guest: Guest, promise: Promise) -> None:
        """Call who was promised it, and let the agent talk to them; raise `CallRefused` or `CannotDo`."""
        guest.music()
        call: AgentCall = guest.call(Number(promise.number, promise.line), Shown("", ""), RING_S)
        try:
            await call.answered()
            promise.reached = True
            await guest.talk(call, promise.number, swapped=True)
        finally:
            call.hang_up(Cause.CANCELLED)


def _words(language: str, words: Any) -> dict[str, Any]:
    return {language: words}


def _says(step: str, language: str, text: str) -> Step:
    return {"step": step, "say": _words(language, text)}
