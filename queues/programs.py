"""The company's programs: what they are told of calls in the queues, by webhooks, and when.

| event | when |
|---|---|
| call.offered | agents' phones begin to ring for a caller (screen pop) |
| call.answered | an agent has the caller |
| call.transferred | somebody who talked with the caller sent them on |
| call.ended | a talk with an agent is over, or the caller left the queue without one |
| call.ticket | a caller's matter is to be taken care of afterwards: a queue overflowed to that, or the flow wants it |
| call.summary | once a call, when it is over and the agent has said what became of it or the wrap-up is over |
"""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import httpx2
from sqlalchemy import Engine, select
from sqlalchemy.engine import Row

from models.call import new_id
from models.call_log import plain
from models.call_note import CallEnded, CallNote
from models.errors import CannotDo
from models.settings import WebhookEvent, WebhookSettings
from models.turn import Turn
from models.webhook import OUTCOMES, Delivery, Outbox, Webhook
from queues.distribution_events import Note
from queues.plan import Agent, Queue
from queues.stay import Stay
from queues.tickets import WANTED, told_of

log = logging.getLogger(__name__)
LEAVES_S = 5.0
"""Within which a caller whose call is over has left the queues."""
TRANSCRIPT_S = 10.0
"""For the last words to be written."""
HURRY_S = 1.0
"""For summaries that are due when the server stops."""

Transcript = Callable[[str], Awaitable[Sequence[Mapping[str, Any]]]]
"""What was said in a call, the oldest first: "speaker", "text", "digits", "start_s", "end_s"."""


def spoken(engine: Engine, call_id: str) -> list[dict[str, Any]]:
    """Read what was said in a call (see `Transcript`); blocks for a moment."""
    columns = Turn.speaker, Turn.text, Turn.digits, Turn.start_s, Turn.end_s
    with engine.connect() as connection:
        rows = connection.execute(select(*columns).where(Turn.call_id == call_id).order_by(Turn.start_s, Turn.number))
        return [dict(row) for row in rows.mappings()]


class Floor(Protocol):
    """What is asked of the distributor."""

    def stay(self, call_id: str) -> Stay | None:
        """Return a caller who is with the queues."""

    def queue(self, call_id: str) -> Queue: ...

    def waited(self, call_id: str) -> float: ...

    def now(self) -> float: ...

    def agent(self, extension: str) -> Agent: ...

    def subscribe(self, listener: Callable[[Note], None]) -> None: ...


@dataclass
class _Told:
    """What is known of one call, for its summary."""

    common: dict[str, Any]
    agents: list[dict[str, Any]] = field(default_factory=list)
    outcome: str = ""
    disposition: str = ""
    wraps_until: float = 0.0
    over: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether the caller is not with the queues now."""
    disposed: asyncio.Event = field(default_factory=asyncio.Event)


class Programs:
    """All webhooks of one server."""

    def __init__(
        self,
        webhooks: Sequence[WebhookSettings],
        floor: Floor,
        outbox: Outbox,
        transcript: Transcript,
        environment: Mapping[str, str] = os.environ,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` is the network in tests.

        Raises `OperatorFault` where a secret is missing.
        """
        self._floor, self._transcript = floor, transcript
        # Redirects could carry a call to another host, a proxy of the environment to a stranger.
        self._client = httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)
        self._webhooks = [Webhook(one, self._client, outbox, environment) for one in webhooks]
        self._told: dict[str, _Told] = {}
        self._group: asyncio.TaskGroup | None = None
        self._summaries: set[asyncio.Task[None]] = set()
        self._hurry = asyncio.Event()
        self._stopped: list[Row[Any]] = []
        if webhooks:
            floor.subscribe(self._heard)

    def counts(self) -> Mapping[str, float]:
        """Return how many deliveries fared how since the start, all programs together."""
        # Not their sum: that leaves zeros out, and a counter that appears only at its first fault is noticed too late.
        return {name: sum(one.counts[name] for one in self._webhooks) for name in OUTCOMES}

    def waiting(self) -> int:
        """Return how many deliveries are not yet made."""
        return sum(one.waiting for one in self._webhooks)

    async def run(self) -> None:
        """Tell programs until cancelled; what is to be told then is told, within a few seconds."""
        async with asyncio.TaskGroup() as delivering:
            running = [delivering.create_task(one.run(), name="webhook") for one in self._webhooks]
            # They take what they are handed from their first step on.
            await asyncio.sleep(0)
            self._tell_of_stopped()
            try:
                async with asyncio.TaskGroup() as self._group:
                    try:
                        await asyncio.Event().wait()
                    finally:
                        self._hurry.set()
                        if self._summaries:
                            await asyncio.wait(self._summaries, timeout=HURRY_S)
            finally:
                self._group = None
                for one in running:
                    one.cancel()
        await self._client.aclose()

    def tell_of_stopped(self, stays: Iterable[Row[Any]]) -> None:
        """Have told, once it runs, of callers whom a killed server had: rows of `QueueCaller`, each as it was.

        No summary follows: there may be no end of the call on record yet.
        """
        self._stopped.extend(stays)

    def _tell_of_stopped(self) -> None:
        for stay in self._stopped:
            number = {"number": stay.caller, "language": stay.language, "tags": stay.tags}
            common = {"call_id": stay.call_id, "queue": stay.queue, "caller": number, **stay.data}
            data = {"outcome": "stopped", **({"agent": self._named(stay.agent)} if stay.agent else {})}
            self._deliver("call.ended", stay.call_id, _Told(common), data)

    # -- what happens ----------------------------------------------------------------------------------------------

    def ended(self, note: CallNote) -> None:
        """Hear of what happens to calls: the end of one that was in a queue is followed by its summary."""
        told = self._told.get(note.call_id)
        if not isinstance(note, CallEnded) or told is None or told.over:
            return
        told.over = True
        if self._group is not None:
            summary = self._group.create_task(self._sum_up(note, told), name=f"summary of {note.call_id}")
            self._summaries.add(summary)
            summary.add_done_callback(self._summaries.discard)

    def _heard(self, note: Note) -> None:
        """Tell programs of what the distribution notes; a fault of ours here must not reach the distributor."""
        try:
            self._tell_of(note)
        except Exception:
            log.exception("programs can't be told of %s", note.name)

    def _tell_of(self, note: Note) -> None:
        call_id = note.call_id
        stay = self._floor.stay(call_id) if call_id else None
        if note.name in ("queue.joined", "direct.called") and stay is not None:
            self._told.setdefault(call_id, _Told({})).gone.clear()
        told = self._told.get(call_id) if call_id else None
        if note.name == WANTED:
            kept = _Told({"call_id": call_id, "queue": note.queue})
            data = {name: value for name, value in note.data.items() if name != "waited"}
            self._deliver("call.ticket", call_id, kept, {**data, "waited_s": note.data["waited"]})
        if told is None:
            return
        if stay is not None:
            # The robot may have learned more since.
            told.common = self._common(stay)
        match note.name:
            case "queue.offered" | "direct.called":
                data = {"agents": [self._named(one) for one in note.data["agents"]], "waited_s": self._waited(call_id)}
                self._tell("call.offered", note, told, data)
            case "queue.answered" | "direct.answered":
                told.disposition, told.wraps_until = "", 0.0
                told.disposed.clear()
                told.gone.clear()
                data = {"agent": self._named(note.agent), "waited_s": note.data["waited"]}
                self._tell("call.answered", note, told, data)
            case "queue.transferred":
                data = {"agent": self._named(note.agent), "to": note.data["to"]}
                self._tell("call.transferred", note, told, data)
            case "direct.missed":
                self._leaves(note, told, "not-reached")
            case "queue.ended" | "direct.ended" if note.agent:
                self._served(note, told)
            case "queue.lost":
                data = {"agent": self._named(note.agent), "outcome": "lost", "talked_s": 0.0}
                self._tell("call.ended", note, told, data)
            case "queue.ended" | "queue.abandoned":
                outcome = "abandoned" if note.name == "queue.abandoned" else "left"
                self._leaves(note, told, outcome)
            case "queue.overflowed" if not str(note.data["to"]).startswith("queue:"):
                self._leaves(note, told, str(note.data["to"]))
            case "queue.disposition":
                told.disposition = str(note.data["code"])
                for talked in told.agents:
                    if talked["extension"] == note.agent:
                        talked["disposition"] = told.disposition
                told.disposed.set()
            case _:
                pass

    def _served(self, note: Note, told: _Told) -> None:
        talked = {
            **self._named(note.agent), "queue": note.queue, "talked_s": note.data["talked"], "disposition": ""
        }  # fmt: skip
        told.agents.append(talked)
        told.outcome = "served"
        with suppress(CannotDo):
            told.wraps_until = self._floor.now() + self._floor.queue(note.call_id).wrap_up_s
        data = {"agent": self._named(note.agent), "outcome": "served", "talked_s": note.data["talked"]}
        self._tell("call.ended", note, told, data)
        told.gone.set()

    def _leaves(self, note: Note, told: _Told, outcome: str) -> None:
        told.outcome = outcome
        data = {"outcome": outcome, "why": note.data.get("why", ""), "waited_s": note.data["waited"]}
        self._tell("call.ended", note, told, data)
        told.gone.set()

    async def _sum_up(self, note: CallEnded, told: _Told) -> None:
        call_id = note.call_id
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVES_S):
                    await told.gone.wait()
            await self._until_disposed(told)
            words: Sequence[Mapping[str, Any]] = []
            try:
                async with asyncio.timeout(TRANSCRIPT_S):
                    words = await self._transcript(call_id)
            except Exception:
                # Without its words a summary is still worth telling.
                log.exception("what was said isn't there for a summary")
            data = {
                "outcome": told.outcome, "agents": told.agents, "disposition": told.disposition,
                "cause": note.cause, "seconds": note.seconds, "transcript": list(words),
            }  # fmt: skip
            self._deliver("call.summary", call_id, told, data)
        finally:
            self._told.pop(call_id, None)

    async def _until_disposed(self, told: _Told) -> None:
        """Wait for the agent's word, until the wrap-up is over or the server stops."""
        left = told.wraps_until - self._floor.now()
        if told.disposition or left <= 0:
            return
        waits = [asyncio.ensure_future(told.disposed.wait()), asyncio.ensure_future(self._hurry.wait())]
        try:
            await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    # -- what is told ----------------------------------------------------------------------------------------------

    def _tell(self, event: WebhookEvent, note: Note, told: _Told, data: Mapping[str, Any]) -> None:
        self._deliver(event, note.call_id, told, {"queue": note.queue, **data})

    def _deliver(self, event: WebhookEvent, call_id: str, told: _Told, data: Mapping[str, Any]) -> None:
        interested = [one for one in self._webhooks if one.wants(event)]
        if not interested:
            return
        at = datetime.fromtimestamp(self._floor.now(), UTC).isoformat(timespec="milliseconds")
        document = {"type": event, "timestamp": at, "data": plain({**told.common, **data})}
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        delivery = Delivery(f"msg_{new_id()}", call_id, event, body)
        for one in interested:
            one.hand_over(delivery)

    def _common(self, stay: Stay) -> dict[str, Any]:
        """Return what each event of a call holds."""
        told = told_of(stay.guest, stay.caller)
        return {"call_id": stay.guest.call_id, "queue": stay.caller.queue, **told}

    def _named(self, extension: str) -> dict[str, Any]:
        try:
            return {"extension": extension, "name": self._floor.agent(extension).name}
        except CannotDo:
            return {"extension": extension, "name": ""}

    def _waited(self, call_id: str) -> float:
        with suppress(CannotDo):
            return round(self._floor.waited(call_id), 3)
        return 0.0
