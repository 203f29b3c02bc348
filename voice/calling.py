"""Calls that we place: a stream, a number through a trunk or a user's phone, and once it answers a flow that talks."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

from dialplans.dialogue import Dialogue
from dialplans.flow import Flow
from dialplans.prompts import prompts
from dialplans.publishing import Publications
from dialplans.routing import Routing, find, read_checked, warm
from models.call_log import CallLog
from models.call_note import CallAnswered, CallEnded, CallNote, EventHappened, TurnTaken
from models.cause import Cause
from models.control_desk import Tell
from models.control_protocol import Done, Facts, HangUpCall, News, PlaceCall
from models.errors import CannotDo
from models.settings import Settings
from voice import placing
from voice.back_office import BackOffice
from voice.call import Call
from voice.line import Dialog, Media, Origin, Party, Sink, Speech, Stream
from voice.prompt_shelf import PromptShelf
from voice.reaching import reached
from voice.running_calls import Queue, RunningCalls
from voice.session import Session

OURSELVES = Origin("ourselves", "", "")
HOTLINE = "hotline"
"""Who calls a user's phone, where no number of ours is given."""


class Lines(Protocol):
    """The lines that calls go out through, and the users' phones (`voice.outbound.Outbound`)."""

    async def call_over(
        self,
        origin: Origin,
        lines: "list[str]",
        number: str,
        media: placing.Media,
        sink: Sink,
        caller: str = "",
        ring_seconds: float = 0,
    ) -> Dialog: ...

    async def call_user(
        self, user: str, caller: Party, media: placing.Media, sink: Sink, ring_seconds: float = 0
    ) -> Dialog: ...


async def _nothing(number: str) -> str:
    return ""


class Calling:
    """Carries out the orders `PlaceCall` and `HangUpCall`."""

    def __init__(
        self,
        settings: Settings,
        parts: tuple[Media, Speech, PromptShelf, BackOffice],
        lines: Lines,
        routing: Routing,
        running: RunningCalls,
        call_log: CallLog,
    ) -> None:
        """`parts` are those of the reception: what its calls stand on."""
        self._settings, self._routing, self._running, self._log = settings, routing, running, call_log
        self._media, self._speech, self._shelf, self._office = parts
        self._lines = lines
        self.forbids: Callable[[str], Awaitable[str]] = _nothing
        """Why a number may not be called by hand, by lists of floors above ("": it may); bound by `server.py`."""

    async def hang_up(self, order: HangUpCall, tell: Tell) -> Done:
        """End a call; it is still being closed when this returns."""
        call_id = self._running.hang_up(order.call, Cause.OPERATOR_HUNG_UP)
        return Done(f"Call {call_id} is ended.", {"id": call_id})

    async def place(self, order: PlaceCall, tell: Tell, flow: Flow | None = None) -> Done:
        """Place a call and tell what becomes of it; raise `CannotDo` where nobody answered.

        The call goes on when who asked for it leaves. `flow` talks instead of the order's: to who asked for a call.
        """
        self._ask_for_room()
        if flow is None and not self._to_user(order) and (why := await self.forbids(order.number)):
            raise CannotDo(why)
        flow = flow or await self._flow(order)
        if problems := await self._shelf.prepare(prompts(flow)):
            await tell(News("prompts", f"A prompt can't be spoken: {problems[0]}"))
        # While prompts were rendered others may have taken the last line.
        self._ask_for_room()
        call = Call(None, self._log, self._settings.data.directory)
        story = Story(call.id, order)
        leave = self._log.events.subscribe(story.take)
        try:
            dialogue = Dialogue(flow, self._settings.speech.language, self._office.knows)
            call.place(self._shown(order), order.number, self._line(order), dialogue.language, flow)
            self._running.take(call, _Conducted(self, order, dialogue))
            return await story.told_to(tell)
        finally:
            leave()

    def _ask_for_room(self) -> None:
        if refusal := self._running.refusal():
            words, cause = refusal
            why = "the server is just starting or stopping" if cause is Cause.DRAINING else words.lower()
            raise CannotDo(f"No call can be placed now: {why}; try again in a moment.")

    async def _flow(self, order: PlaceCall) -> Flow:
        """Return the flow that is to talk; a file that no route names is read now."""
        if not order.flow:
            return self._routing.destination(self._shown(order), order.number, datetime.now(UTC)).flow
        if loaded := self._routing.flows.get(order.flow):
            return loaded
        return await asyncio.to_thread(read_flow, order.flow, self._settings)

    def _to_user(self, order: PlaceCall) -> bool:
        """Tell whether the number is a user's name: their phones are called, unless a trunk is named."""
        return not order.trunk and any(user.name == order.number for user in self._settings.sip.users)

    def _line(self, order: PlaceCall) -> str:
        if self._to_user(order):
            return ""
        trunks = self._settings.sip.trunks
        return order.trunk or (trunks[0].name if len(trunks) == 1 else "")

    def _shown(self, order: PlaceCall) -> str:
        """Our number as the called side is to see it."""
        trunk = next((trunk for trunk in self._settings.sip.trunks if trunk.name == self._line(order)), None)
        return (trunk.caller_number if trunk else "") or order.caller or (trunk.username if trunk else "")

    # -- one call ----------------------------------------------------------------------------------------------

    async def conduct(self, call: Call, queue: Queue, order: PlaceCall, dialogue: Dialogue) -> None:
        """Have one call from its stream to the end of its record."""
        try:
            stream = await self._media.open(queue.put_nowait)
        except CannotDo as error:
            call.event("no-stream", reason=str(error))
            call.end(Cause.MEDIA_FAILED, words=str(error))
            return
        try:
            plan = await reached(call, queue, self._ring(stream, queue, order))
            if plan is None:
                await stream.close()
                return
            call.talk(stream, plan)
            ear = self._speech.attend(stream.number, queue.put_nowait)
            session = Session(call, dialogue, stream, ear, self._shelf, queue, self._settings, self._office)
        except BaseException:
            # Nobody else knows of the stream yet: its ports would be gone for good.
            await stream.close()
            raise
        await session.run()

    async def _ring(self, stream: Stream, queue: Queue, order: PlaceCall) -> Dialog:
        address = placing.Media(stream.address, stream.port)
        if self._to_user(order):
            shown = Party(self._shown(order) or HOTLINE)
            return await self._lines.call_user(order.number, shown, address, queue.put_nowait)
        lines = [order.trunk] if order.trunk else [trunk.name for trunk in self._settings.sip.trunks]
        return await self._lines.call_over(OURSELVES, lines, order.number, address, queue.put_nowait, order.caller)


class _Conducted:
    """One order's way to be conducted, as `RunningCalls` asks for it."""

    def __init__(self, calling: Calling, order: PlaceCall, dialogue: Dialogue) -> None:
        self._calling, self._order, self._dialogue = calling, order, dialogue

    async def __call__(self, call: Call, queue: Queue) -> None:
        await self._calling.conduct(call, queue, self._order, self._dialogue)


class Story:
    """What becomes of one call of ours, told to who asked for it."""

    def __init__(self, call_id: str, order: PlaceCall) -> None:
        self._call_id, self._order = call_id, order
        self._notes: asyncio.Queue[CallNote] = asyncio.Queue()
        self._turns: set[int] = set()

    def take(self, note: CallNote) -> None:
        """Listen to the call log."""
        if note.call_id == self._call_id:
            self._notes.put_nowait(note)

    async def told_to(self, tell: Tell) -> Done:
        """Tell until the order is done; raise `CannotDo` where nobody answered."""
        facts: Facts = {"id": self._call_id}
        await tell(News("placed", f"Call {self._call_id}: {self._order.number} is called.", {**facts}))
        answered = False
        while True:
            note = await self._notes.get()
            match note:
                case EventHappened() if note.name == "ringing":
                    await tell(News("ringing", "It rings.", {**facts}))
                case CallAnswered():
                    answered = True
                    if self._order.until == "answered":
                        return Done("It is answered; the robot talks.", {**facts, "answered": True})
                    await tell(News("answered", "It is answered; the robot talks.", {**facts}))
                case TurnTaken() if note.number not in self._turns and (note.text or note.digits):
                    self._turns.add(note.number)
                    said = note.text or " ".join(note.digits)
                    await tell(News("turn", f"{note.start_s:6.1f} s  {note.speaker:7} {said}", {**facts}))
                case CallEnded() if answered:
                    seconds = round(note.seconds or 0)
                    sentence = f"The call is over after {seconds} s ({note.cause})."
                    return Done(sentence, {**facts, "answered": True, "cause": note.cause, "seconds": note.seconds})
                case CallEnded():
                    why = f": {note.words.rstrip('.')}" if note.words else ""
                    sentence = f"{self._order.number} was not reached ({note.cause}){why}."
                    told: Facts = {**facts, "answered": False, "cause": note.cause, "code": note.code}
                    await tell(News("failed", sentence, told))
                    raise CannotDo(sentence)


def read_flow(name: str, settings: Settings) -> Flow:
    """Load a flow, the published version where there is one, and make ready what understands its callers.

    Raises what `routing` raises.
    """
    published = Publications(settings.data.directory)
    version = published.live(name).version
    flow = published.load(name, version) if version else read_checked(find(name, settings.dialplan.directory))
    warm(flow)
    return flow
