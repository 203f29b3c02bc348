"""Who comes in: each call is admitted or told why not, gets its flow and its stream, and becomes a session."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from dialplans.dialogue import Dialogue
from dialplans.exchange import Prompt
from dialplans.flow import Flow
from dialplans.prompts import prompts
from dialplans.routing import Destination, Routing
from models.call_log import CallLog
from models.cause import Cause
from models.errors import CannotDo, HotlineError, PeerFault
from models.settings import Settings
from voice.back_office import BackOffice
from voice.call import Call
from voice.line import Dialog, HungUp, Media, Speech, Stream
from voice.prompt_shelf import PromptShelf
from voice.running_calls import Queue, RunningCalls
from voice.session import Session
from voice.standing_prompts import standing_prompts

log = logging.getLogger(__name__)


class Reception:
    """Takes inbound calls until it drains. `run` holds the task of every call."""

    def __init__(
        self, settings: Settings, media: Media, speech: Speech, routing: Routing, call_log: CallLog, office: BackOffice
    ) -> None:
        self._settings, self._media, self._speech, self._office = settings, media, speech, office
        self._routing, self._log = routing, call_log
        self.running = RunningCalls(settings.limits)
        """All calls of this server, inbound and outbound."""
        self.shelf = PromptShelf(speech)
        self._later: list[Prompt] = []
        """Prompts that are rendered behind the first calls."""

    @property
    def calls(self) -> int:
        """Calls that are being placed, answered or talked to."""
        return self.running.count

    def health(self) -> int:
        """Return what OPTIONS gets: 503 while draining; being busy passes, and a trunk must not give us up for it."""
        return 503 if self.running.draining else 200

    async def prepare(self, progress: Callable[[int, int], None] = lambda done, of: None) -> list[str]:
        """Render the fixed prompts of the loaded flows; return why some could not be (sentences).

        Where `[speech] render_first` is "language", only those in the language that a flow's calls begin in: the others
        follow behind the first calls (`run`), so that a slow voice (Kokoro) keeps nobody from calling.
        """
        flows = list({id(flow): flow for flow in self._routing.flows.values()}.values())
        every = [prompt for flow in flows for prompt in prompts(flow)]
        languages = tuple(dict.fromkeys(language for flow in flows for language in flow.languages))
        # What calls begin in comes first either way: a start that is given up half-way has made the most needed ones.
        begin = {id(flow): self._first_language(flow) for flow in flows}
        first = [prompt for flow in flows for prompt in prompts(flow) if prompt.language == begin[id(flow)]]
        wanted = [*standing_prompts(tuple(dict.fromkeys(begin.values()))), *first]
        others = [*standing_prompts(languages), *every]
        if self._settings.speech.render_first == "all":
            return await self.shelf.prepare([*wanted, *others], progress)
        self._later = others
        return await self.shelf.prepare(wanted, progress)

    def _first_language(self, flow: Flow) -> str:
        """Return the language that a call to `flow` begins in."""
        wanted = self._settings.speech.language
        return wanted if wanted in flow.languages else flow.languages[0]

    async def _render_the_rest(self) -> None:
        for problem in await self.shelf.prepare(self._later):
            log.warning("a prompt can't be spoken: %s", problem)

    def arrive(self, dialog: Dialog) -> None:
        """Take a new call (`SipStack.on_call`); returns at once."""
        call = Call(dialog, self._log, self._settings.data.directory)
        if refusal := self.running.refusal():
            call.begin()
            call.refuse(503, *refusal, self._settings.limits.retry_after)
        else:
            self.running.take(call, self._answer)

    def turned_away(self, dialog: Dialog, why: str) -> None:
        """Record a call that the stack refused (`SipStack.on_full`): its source had as many as it may have."""
        call = Call(dialog, self._log, self._settings.data.directory)
        call.begin()
        call.event("source-full", reason=why)
        call.end(Cause.CONGESTION, 503, why)

    async def run(self) -> None:
        """Hold the calls, and render what `prepare` left for later, until cancelled."""
        async with asyncio.TaskGroup() as group:
            self.running.held_by(group)
            group.create_task(self._render_the_rest(), name="render the other prompts")
            await asyncio.Event().wait()

    async def drain(self, seconds: float | None = None) -> None:
        """Take no more calls; return when the running ones are over, at the latest after `drain_seconds`."""
        await self.running.drain(self._settings.limits.drain_seconds if seconds is None else seconds)

    async def _answer(self, call: Call, queue: Queue) -> None:
        call.dialog.attach(queue.put_nowait)
        try:
            to = self._destination(call.dialog)
        except HotlineError as error:
            call.begin()
            call.event("no-route", reason=str(error))
            call.refuse(404, "Not Found", Cause.NO_SUCH_NUMBER)
            return
        flow, speech = to.flow, self._settings.speech
        dialogue = Dialogue(flow, to.language or speech.language, self._office.knows)
        call.begin(dialogue.language, flow)
        try:
            stream = await self._opened(call.dialog, queue)
        except CannotDo as error:
            call.event("no-stream", reason=str(error))
            call.refuse(503, "No media", Cause.MEDIA_FAILED, self._settings.limits.retry_after)
            return
        try:
            if not await self._picked_up(call, stream, queue):
                await stream.close()
                return
            ear = self._speech.attend(stream.number, queue.put_nowait)
            session = Session(call, dialogue, stream, ear, self.shelf, queue, self._settings, self._office)
        except Exception:
            # Nobody else knows of the stream yet: its ports would be gone for good.
            await stream.close()
            raise
        await session.run()

    async def _opened(self, dialog: Dialog, queue: Queue) -> Stream:
        """Open the caller's stream: beside the talk that the same phone is in, where there is room."""
        beside = self._office.phones.beside(dialog.origin) if self._office.phones else None
        if beside is not None:
            with suppress(CannotDo):
                return await self._media.open(queue.put_nowait, beside)
        return await self._media.open(queue.put_nowait)

    def _destination(self, dialog: Dialog) -> Destination:
        """Return which flow answers; raise `HotlineError` where none does."""
        user = dialog.origin.name if dialog.origin.kind == "user" else ""
        if user and (told := self._office.service_codes(user, dialog.called.number)):
            return Destination(told, "")
        return self._routing.destination(dialog.called.number, dialog.caller.number, datetime.now(UTC))

    async def _picked_up(self, call: Call, stream: Stream, queue: Queue) -> bool:
        try:
            await call.answer(stream)
        except PeerFault as error:
            # A caller who never acknowledged is a fault of the peer's too, and the dialog has said how it ended.
            hung_up = _last_word(queue, HungUp(Cause.NO_COMMON_CODEC, 488, str(error)))
            call.event("not-answered", reason=str(error))
            call.dialog.hang_up(hung_up.cause)
            call.end(hung_up.cause, hung_up.code, hung_up.words)
            return False
        except CannotDo as error:
            hung_up = _last_word(queue, HungUp(Cause.CANCELLED))
            call.event("not-answered", reason=str(error))
            call.end(hung_up.cause, hung_up.code, hung_up.words)
            return False
        return True


def _last_word(queue: Queue, unsaid: HungUp) -> HungUp:
    """Return how the dialog ended, of what it told so far; `unsaid` where it told nothing."""
    while not queue.empty():
        event = queue.get_nowait()
        if isinstance(event, HungUp):
            return event
    return unsaid
