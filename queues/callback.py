"""Callbacks: promises to call somebody back, kept until the caller talks to an agent or can't be reached.

Once its time has come and its queue is open, the caller waits there like everybody, with the time since the promise,
and only away from the line (`Caller.away`). When it is their turn, an agent is kept for them and they are called; who
answers goes to that agent. Whoever isn't reached is called again later, as often as the queue says.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine, Executable, insert, select, update

from dialplans.exchange import Done
from dialplans.flow import Flow
from dialplans.loader import loads
from models.call import new_id
from models.call_log import plain
from models.callback import CALLBACK_LIFE, Callback, CallbackMove, CallbackState
from models.database import moment
from models.errors import CannotDo, HotlineError
from queues.caller_rows import history
from queues.distribution_events import Event, Joined, Left, Note, Summon
from queues.plan import Queue
from queues.waiting_room import Caller
from voice.mailbox import LeftMessage
from voice.people import Guest

log = logging.getLogger(__name__)
LOOK_S = 5.0
"""Seconds from one look at what is due to the next."""
VOICEMAIL = "voicemail"
"""Why who left a message is called back."""
FLOW = """\
languages: [{language}]
commands: {{operator: agent, goodbye: bye}}
steps:
  - step: hello
    say: {hello}
  - step: agent
    enqueue: {queue}
    reason: callback{summary}
    unavailable: {unavailable}
    done: thanks
  - step: bye
    hangup: {bye}
  - step: thanks
    hangup: {thanks}
"""
SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "hello": "Hello, this is the call back that you asked for. One moment, please.",
        "unavailable": "I'm sorry, nobody is free just now. We call you again.",
        "bye": "Goodbye.",
        "thanks": "Thank you for your time. Goodbye.",
    },
    "zh": {
        "hello": "您好，这是您预约的回电，请稍候。",
        "unavailable": "非常抱歉，坐席暂时繁忙，我们会再次给您回电。",
        "bye": "再见。",
        "thanks": "感谢您的接听，再见。",
    },
}

NO_MARKS = str.maketrans("{}<>", "()()")
"""Takes from somebody's words what flows would take for templates and marks."""


def flow_of(queue: str, language: str, summary: str = "") -> Flow:
    """Return what talks to who is called back: it enqueues at once. `summary` is for the agent."""
    language = language if language in SENTENCES else "en"
    # What a caller said isn't a template.
    told = f"\n    summary: {json.dumps(summary.translate(NO_MARKS), ensure_ascii=False)}" if summary.strip() else ""
    return loads(FLOW.format(language=language, queue=queue, summary=told, **SENTENCES[language]), "callback.yaml")


class Dial(Protocol):
    """Places calls (`server.py` binds it)."""

    async def __call__(self, number: str, line: str, flow: Flow, begun: Callable[[str], None]) -> None:
        """Call, and let `flow` talk to who answers; return when the call is over, raise `CannotDo` if nobody did.

        `begun` is told the id of the call as soon as there is one.
        """


class Floor(Protocol):
    """What callbacks ask of the distributor."""

    def now(self) -> float: ...

    def tell(self, event: Event) -> object: ...

    def planned(self, queue: str) -> Queue | None:
        """Return a queue as it is planned now, None for one that is no more."""

    def takes_away(self, queue: Queue, number: str) -> bool:
        """Tell whether the queue is open, and nobody of that number waits there by phone."""

    def stands(self, call_id: str) -> bool:
        """Tell whether somebody waits under this id."""

    def summon_by(self, summon: Callable[[Summon], None]) -> None: ...

    def note(self, note: Note, *rows: Executable) -> "asyncio.Future[None]": ...

    def number(self, call_id: str) -> str:
        """Return the number of a caller who is with the queues; "" for none."""

    def subscribe(self, listener: Callable[[Note], None]) -> None: ...


@dataclass
class Promise:
    """One callback that isn't over. Times in Unix seconds."""

    id: str
    state: CallbackState
    number: str
    queue: str
    language: str
    due: float
    since: float
    tries: int = 0
    most_tries: int = Queue.callback_tries
    line: str = ""
    agent: str = ""
    origin: str = ""
    """The call in which it was promised."""
    made: float = 0.0
    reason: str = ""
    summary: str = ""
    message: str = ""
    """Sound file that the caller left, or ""."""
    text: str = ""
    """What was understood of that."""
    call_id: str = ""
    """Of the call that is being placed."""
    reached: bool = False
    called_in: bool = False
    """Talked to an agent without being called back."""
    asked: bool = False
    """Whether it was looked up whom the caller knows."""

    @property
    def callable(self) -> bool:
        """Whether there is a number to call."""
        return any(letter.isdigit() for letter in self.number)


class Callbacks:
    """All callbacks of one server."""

    def __init__(self, engine: Engine, floor: Floor, dial: Dial) -> None:
        self._engine, self._floor, self._dial = engine, floor, dial
        self._promises: dict[str, Promise] = {}
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        floor.subscribe(self._heard)
        floor.summon_by(self._summoned)

    def open(self) -> int:
        """Read what is promised; blocks for a moment. A call that a killed server was placing is due again."""
        with self._engine.begin() as connection:
            calling = Callback.state == CallbackState.CALLING
            connection.execute(update(Callback).where(calling).values(state=CallbackState.SCHEDULED))
            rows = connection.execute(select(Callback.__table__).where(Callback.ended_at.is_(None)))
            self._promises = {
                row.id: Promise(
                    row.id, CallbackState(row.state), row.number, row.queue, row.language, row.due_at.timestamp(),
                    row.waiting_since.timestamp(), row.tries, row.most_tries, row.line, row.agent, row.call_id,
                    row.made_at.timestamp(), row.reason, row.data.get("summary", ""), row.message,
                    row.data.get("text", ""),
                )
                for row in rows
            }  # fmt: skip
        return len(self._promises)

    async def run(self) -> None:
        """Call whom is due until cancelled; calls that are being placed end with it."""
        scheduler = AsyncIOScheduler()
        scheduler.add_job(self.look, "interval", seconds=LOOK_S, max_instances=1, coalesce=True)
        async with asyncio.TaskGroup() as self._group:
            scheduler.start()
            try:
                await asyncio.Event().wait()
            finally:
                scheduler.shutdown(wait=False)
                self._group = None

    def open_promises(self) -> list[Promise]:
        """Return those that aren't over, the oldest first."""
        return sorted(self._promises.values(), key=lambda one: one.id)

    def kept(self, queue: str, number: str, call_id: str = "") -> Promise | None:
        """Return the promise that keeps the place of who joins `queue`: by the call we placed, or by number."""
        here = [promise for promise in self._promises.values() if promise.queue == queue]
        ours = (promise for promise in here if call_id and promise.call_id == call_id)
        return next(ours, None) or next((promise for promise in here if number and promise.number == number), None)

    async def promise(
        self, guest: Guest, queue: Queue, reason: str, since: float | None = None, in_s: float = 0.0
    ) -> Done:
        """Promise to call a guest back, in `in_s` seconds at the earliest; returns when that is written.

        `since`: when the place in the queue was taken; None: now. A number that is promised one already keeps that.
        """
        number, now = guest.caller.number, self._floor.now()
        if not any(letter.isdigit() for letter in number):
            return Done(False, {"outcome": "no-number"}, "the caller's number is withheld")
        same = (p for p in self._promises.values() if (p.number, p.queue) == (number, queue.name) and not p.reached)
        if known := next(same, None):
            return Done(True, {"outcome": "callback", "callback": known.id, "queue": queue.name})
        handover = guest.handover
        made = Promise(
            new_id(), CALLBACK_LIFE.start, number, queue.name, guest.language, now + in_s, since or now,
            origin=guest.call_id, made=now, reason=reason, summary=handover.summary, most_tries=queue.callback_tries,
        )  # fmt: skip
        await self._made(made, {"summary": handover.summary, "slots": dict(handover.slots)})
        return Done(True, {"outcome": "callback", "callback": made.id, "queue": queue.name})

    def leave(self, left: LeftMessage, due: float) -> Promise:
        """Promise to call back, from `due` on, who left a message; what the same call left there before is replaced.

        Returns at once, and is written in its turn. Who can't be called back is kept for agents to listen to.
        """
        data = {"summary": left.summary, "slots": dict(left.slots), "text": left.text, "seconds": left.seconds}
        place = left.call_id, left.queue
        for known in self._promises.values():
            if known.message and (known.origin, known.queue) == place and known.state is not CallbackState.CALLING:
                known.message, known.text = str(left.file), left.text
                row = update(Callback).where(Callback.id == known.id).values(message=known.message, data=plain(data))
                note = {"callback": known.id, "seconds": left.seconds}
                self._floor.note(Note("callback.message", left.queue, left.call_id, data=note), row)
                return known
        now, queue = self._floor.now(), self._floor.planned(left.queue)
        # Who left a message waits from the opening on: before it nobody could have been served.
        made = Promise(
            new_id(), CALLBACK_LIFE.start, left.number, left.queue, left.language, due, max(due, now),
            origin=left.call_id, made=now, reason=VOICEMAIL, summary=left.summary, message=str(left.file),
            text=left.text, most_tries=(queue or Queue).callback_tries,
        )  # fmt: skip
        self._made(made, data)
        return made

    def _made(self, made: Promise, data: dict[str, Any]) -> "asyncio.Future[None]":
        row = insert(Callback).values(
            id=made.id, state=made.state, number=made.number, line="", queue=made.queue, agent="",
            language=made.language, call_id=made.origin, reason=made.reason, message=made.message, data=plain(data),
            made_at=moment(made.made), due_at=moment(made.due), waiting_since=moment(made.since), tries=0,
            most_tries=made.most_tries, words="", ended_at=None,
        )  # fmt: skip
        self._promises[made.id] = made
        note = {"callback": made.id, "reason": made.reason}
        return self._floor.note(Note("callback.promised", made.queue, made.origin, data=note), row)

    def claim(self, callback_id: str, agent: str) -> Promise:
        """Leave it to an agent to call this one, until `settle`; raise `CannotDo` where somebody does or it is over."""
        promise = self._open(callback_id)
        if promise.state is CallbackState.CALLING:
            raise CannotDo(f"{promise.number} is being called already.")
        if not promise.callable:
            raise CannotDo("The caller's number is withheld: nobody can be called back.")
        promise.agent = agent
        self._floor.tell(Left(promise.id))
        self._moves(promise, CallbackMove.CALL)
        return promise

    def settle(self, promise: Promise, words: str) -> "asyncio.Future[None] | None":
        """Write what came of a call; `words` say why nobody was reached. None: it is over already."""
        if promise.id not in self._promises:
            return None
        promise.tries += 1
        if promise.reached:
            return self._moves(promise, CallbackMove.REACH, "reached")
        if promise.tries >= promise.most_tries:
            return self._moves(promise, CallbackMove.GIVE_UP, words)
        promise.due = self._floor.now() + (self._floor.planned(promise.queue) or Queue).callback_again_s
        return self._moves(promise, CallbackMove.RETRY, words)

    async def cancel(self, callback_id: str, words: str = "cancelled") -> None:
        """Call nobody back, for the reason in `words`; raise `CannotDo` where it is over already."""
        promise = self._open(callback_id)
        if call := self._calls.get(callback_id):
            call.cancel()
        self._floor.tell(Left(callback_id))
        await self._moves(promise, CallbackMove.CANCEL, words)

    def _open(self, callback_id: str) -> Promise:
        if callback_id not in self._promises:
            raise CannotDo(f"There is no open callback '{callback_id}'; hotline callbacks list shows which there are.")
        return self._promises[callback_id]

    async def look(self) -> None:
        """Let fall due what is due, and let who is due wait in an open queue."""
        now = self._floor.now()
        for promise in [one for one in self._promises.values() if one.called_in and one.id not in self._calls]:
            await self.cancel(promise.id, "called in meanwhile")
        for promise in sorted(self._promises.values(), key=lambda one: (one.since, one.id)):
            if not promise.callable or promise.id not in self._promises:
                continue
            queue = self._floor.planned(promise.queue)
            if queue is None and promise.state is not CallbackState.CALLING:
                await self.cancel(promise.id, f"there is no queue {promise.queue} any more")
            elif promise.state is CallbackState.SCHEDULED and promise.due <= now:
                await self._moves(promise, CallbackMove.FALL_DUE)
            if queue is not None and promise.state is CallbackState.QUEUED:
                if not (promise.agent or promise.asked):
                    promise.asked = True
                    promise.agent = await asyncio.to_thread(self._served, promise.number, now)
                self._stand(promise, queue)

    def _served(self, number: str, now: float) -> str:
        """Return who served a number last, "" for nobody: the caller's agent, who is best to call back."""
        with self._engine.connect() as connection:
            familiar = history(connection, number, now, now)[2]
        return familiar[0] if familiar else ""

    def _stand(self, promise: Promise, queue: Queue) -> None:
        """Let somebody wait away from the line, or no longer."""
        if promise.id not in self._promises:
            return
        stands = self._floor.stands(promise.id)
        wanted = self._floor.takes_away(queue, promise.number)
        if wanted and not stands:
            caller = Caller(
                promise.id, promise.queue, promise.number, promise.language, joined=promise.since, away=True,
                familiar=(promise.agent,) if promise.agent else (),
            )  # fmt: skip
            self._floor.tell(Joined(caller))
        elif stands and not wanted:
            self._floor.tell(Left(promise.id))

    def _summoned(self, summon: Summon) -> None:
        """Call somebody whose turn it is."""
        promise = self._promises.get(summon.call_id)
        if promise is None or promise.state is not CallbackState.QUEUED or self._group is None:
            self._floor.tell(Left(summon.call_id))
            return
        written = self._moves(promise, CallbackMove.CALL, kept=summon.agent, score=dict(summon.score))
        call = self._group.create_task(self._call(promise, written), name=f"call back {promise.number}")
        self._calls[promise.id] = call

    async def _call(self, promise: Promise, written: "asyncio.Future[None]") -> None:
        """Call once, after `written`, and settle what came of it."""
        words = "nobody took the call, or it ended before an agent had it"

        def begun(call_id: str) -> None:
            promise.call_id = call_id

        try:
            await written
            flow = flow_of(promise.queue, promise.language, promise.text or promise.summary)
            await self._dial(promise.number, promise.line, flow, begun)
        except HotlineError as fault:
            words = str(fault)
        except Exception as fault:
            # One callback that fails in an unforeseen way must not end the others, nor the server.
            log.exception("calling %s back failed", promise.number)
            words = f"{type(fault).__name__}: {fault}"
        finally:
            self._calls.pop(promise.id, None)
            self._floor.tell(Left(promise.id))
        if settled := self.settle(promise, words):
            await settled

    def _heard(self, note: Note) -> None:
        if note.name != "queue.answered":
            return
        number = self._floor.number(note.call_id)
        for promise in self._promises.values():
            if promise.call_id and promise.call_id == note.call_id:
                promise.reached, promise.agent = True, note.agent
            elif number and (promise.number, promise.queue) == (number, note.queue):
                promise.called_in = True

    def _moves(self, promise: Promise, move: CallbackMove, words: str = "", **more: object) -> "asyncio.Future[None]":
        """Write the next state; done when it is written. `more` goes into the event."""
        promise.state = CALLBACK_LIFE.next(promise.state, move)
        over = promise.state in CALLBACK_LIFE.ends
        values: dict[str, Any] = {
            "state": promise.state, "due_at": moment(promise.due), "tries": promise.tries, "agent": promise.agent,
            "words": words, "ended_at": moment(self._floor.now()) if over else None,
        }  # fmt: skip
        if over:
            del self._promises[promise.id]
        row = update(Callback).where(Callback.id == promise.id).values(**values)
        data = {"callback": promise.id, "state": str(promise.state), "tries": promise.tries, "why": words, **more}
        return self._floor.note(Note(f"callback.{move}", promise.queue, promise.call_id, promise.agent, data), row)
