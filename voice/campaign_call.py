"""Calls of campaigns: each is permitted, placed through the line that was chosen, talked, and told as one outcome.

The only way by which a campaign places a call. A call without a permit that is good at this moment is never sent.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import partial
from typing import Any, Literal, Protocol

from dialplans.dialogue import Dialogue
from dialplans.exchange import Begin, Say
from dialplans.flow import Flow
from dialplans.prompts import parting, prompts
from dialplans.routing import warm
from models.call_log import CallLog
from models.call_note import CallNote
from models.cause import Cause
from models.errors import CannotDo
from models.settings import Settings
from voice import placing
from voice.answering_machine import DetectPolicy
from voice.back_office import BackOffice
from voice.call import Call
from voice.call_outcome import Outcome, Tale
from voice.calling import OURSELVES
from voice.early_media import EarlyMedia
from voice.line import Dialog, Media, Sink, Speech, Stream
from voice.outgoing_session import OutgoingSession
from voice.outgoing_talk import OutgoingTalk
from voice.prompt_shelf import PromptShelf
from voice.reaching import reached
from voice.running_calls import Queue, RunningCalls

MOST_WAITING = 4
"""Utterances that wait for a recogniser (0.2 s each) up to which further calls are placed …"""
MOST_UNKNOWN = 8
"""… and calls of which nobody can say so far who answered: each will want some 0.6 s of it."""
UNKNOWN_S = 10.0
"""Seconds from the answer in which that is asked at most."""


class NotPermitted(CannotDo):
    """The call has no permit that is good now; it was not placed."""


class Permit(Protocol):
    """Leave to call one number now (`campaigns.permission.Permit`); nobody but `Permission` can make one."""

    @property
    def number(self) -> str:
        """The number in E.164 with "+"."""

    def good(self, now: float) -> bool:
        """Tell whether it still holds at `now` (Unix seconds)."""


@dataclass(frozen=True)
class Progress:
    """What happens to a call while it goes on."""

    name: Literal["placed", "ringing", "answered", "answered-by", "opted-out", "handover", "offered", "connected"]
    call_id: str
    seconds: float
    """Since the call was placed."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """opted-out: "how" (said, keyed) and "words"; answered-by: "who" and "reasons"; handover: "target"; offered (an
    agent's phone rings for it) and connected: "who"."""


def _ignored(progress: Progress) -> None:
    """Where nobody follows the call."""


@dataclass(frozen=True)
class Outgoing:
    """One call that is to be placed."""

    permit: Permit
    line: str
    """The trunk."""
    flow: Flow
    dialled: str = ""
    """The number as this trunk wants it; "": the permit's."""
    caller_number: str = ""
    """Shown as ours, whatever the trunk's own is; "": that of the trunk."""
    codecs: tuple[str, ...] = ()
    """Offered on this line, best first; (): those of [media]."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """As `OutgoingTalk.variables`."""
    language: str = ""
    """What the call begins in; "": the flow's first."""
    zone: tzinfo | None = None
    """The callee's."""
    ring_seconds: float = 0
    """0: as `[sip] ring_seconds`."""
    detect: DetectPolicy | None = None
    """What becomes of who answers; None: nobody looks."""
    connect_s: float = 0.0
    abandoned: Mapping[str, str] = field(default_factory=dict)
    agent: str = ""
    """All three as `OutgoingTalk` has them: for modes in which people of ours talk."""
    attempt: str = ""
    """Id of the attempt; kept in the call's record as the event "attempt" …"""
    campaign: str = ""
    """… with the campaign's name."""
    on_progress: Callable[[Progress], None] = _ignored
    """Called in the loop; returns at once."""


class Lines(Protocol):
    """The lines that calls go out through (`voice.outbound.Outbound`)."""

    async def call(
        self,
        origin: Any,
        line: str,
        number: str,
        media: placing.Media,
        sink: Sink,
        caller: str = "",
        ring_seconds: float = 0,
        shown: str = "",
        codecs: Sequence[str] = (),
    ) -> Dialog: ...


class CampaignCalls:
    """Places the calls of all campaigns of one server."""

    def __init__(
        self,
        settings: Settings,
        parts: tuple[Media, Speech, PromptShelf, BackOffice],
        lines: Lines,
        running: RunningCalls,
        call_log: CallLog,
    ) -> None:
        """`parts` are those of the reception: what its calls stand on."""
        self._settings, self._running, self._log, self._lines = settings, running, call_log, lines
        self._media, self._speech, self._shelf, self._office = parts
        self._tales: dict[str, Tale] = {}
        self._ready: set[tuple[str, str]] = set()
        """Flows whose prompts are rendered, by name and version."""
        call_log.events.subscribe(self._take)

    async def prepare(self, flow: Flow) -> list[str]:
        """Make a flow ready before the first call: what it says, what understands the answers; once each.

        Returns why some prompts can't be spoken, in sentences.
        """
        if (flow.name, flow.version) in self._ready:
            return []
        if self._speech.recognises:
            await asyncio.to_thread(warm, flow)
        problems = await self._shelf.prepare([*prompts(flow), *parting(flow)])
        if not problems:
            self._ready.add((flow.name, flow.version))
        return problems

    def refusal(self) -> str:
        """Return why no call can or should be placed now, "" where one can: who talks already is to be understood."""
        if refused := self._running.refusal():
            return refused[0]
        if (waiting := self._speech.backlog) > MOST_WAITING:
            return f"{waiting} utterances wait for the recogniser"
        unknown = sum(tale.unknown_for(UNKNOWN_S) for tale in self._tales.values()) if self._speech.recognises else 0
        return f"{unknown} calls were answered by nobody knows whom so far" if unknown > MOST_UNKNOWN else ""

    async def call(self, outgoing: Outgoing) -> Outcome:
        """Place a call and return what became of it, once its record is closed.

        Raises `NotPermitted`, or `CannotDo` where this server can take no further call: nothing was sent, nothing is on
        record. Who stops waiting (cancels) ends the call.
        """
        await self.prepare(outgoing.flow)
        if refused := self._running.refusal():
            raise CannotDo(f"No call can be placed now: {refused[0].lower()}; try again in a moment.")
        if not outgoing.permit.good(time.time()):
            raise NotPermitted(f"There is no permit to call {outgoing.permit.number} now; ask for one again.")
        call = Call(None, self._log, self._settings.data.directory)
        zone = outgoing.zone or self._office.now().tzinfo or UTC
        tale = self._tales[call.id] = Tale(call.id, asyncio.get_running_loop().time, zone)
        try:
            self._begin(call, outgoing, tale)
            await tale.over.wait()
        except asyncio.CancelledError:
            self.hang_up(call.id)
            raise
        finally:
            del self._tales[call.id]
        return tale.outcome()

    def hang_up(self, call_id: str, cause: Cause = Cause.OPERATOR_HUNG_UP) -> None:
        """End a call, however far it got; nothing where it is over already."""
        with suppress(CannotDo):
            self._running.hang_up(call_id, cause)

    # -- one call ----------------------------------------------------------------------------------------------

    def _begin(self, call: Call, outgoing: Outgoing, tale: Tale) -> None:
        dialogue = Dialogue(outgoing.flow, outgoing.language or self._settings.speech.language, self._office.knows)

        def tell(name: str, data: Mapping[str, Any]) -> None:
            outgoing.on_progress(Progress(name, call.id, tale.seconds(), data))  # type: ignore[arg-type]

        tale.tell, tale.dialogue, tale.looks = tell, dialogue, outgoing.detect is not None
        number = outgoing.permit.number
        call.place(outgoing.caller_number, number, outgoing.line, dialogue.language, outgoing.flow)
        call.event(
            "attempt", attempt=outgoing.attempt, dialled=outgoing.dialled or number, campaign=outgoing.campaign
        )  # fmt: skip
        talk = OutgoingTalk(
            outgoing.variables, outgoing.zone, outgoing.connect_s, outgoing.abandoned, outgoing.detect, outgoing.agent
        )  # fmt: skip

        async def conduct(call: Call, queue: Queue) -> None:
            rendering = asyncio.ensure_future(self._render_first(outgoing, dialogue.language))
            try:
                await self._conduct(call, queue, outgoing, (dialogue, talk), tale)
            finally:
                rendering.cancel()
                await asyncio.gather(rendering, return_exceptions=True)
                tale.finished()

        self._running.take(call, conduct)
        tell("placed", {"attempt": outgoing.attempt})

    async def _render_first(self, outgoing: Outgoing, language: str) -> None:
        """Render what is said first, with the lead's name and all, while the phone rings: it begins at the answer."""
        trial = Dialogue(outgoing.flow, language, self._office.knows)
        begin = Begin(outgoing.caller_number, outgoing.permit.number, language, outgoing.variables, outgoing=True)
        actions = trial.receive(begin, wall=self._office.now())
        says = [prompt for action in actions if isinstance(action, Say) for prompt in action.prompts]
        special = [trial.prompt(texts) for texts in _told(outgoing.detect) if texts]
        await self._shelf.foresee((*says, *special), "soon")

    async def _conduct(
        self, call: Call, queue: Queue, outgoing: Outgoing, said: tuple[Dialogue, OutgoingTalk], tale: Tale
    ) -> None:
        """Have one call from its stream to the end of its record."""
        try:
            stream = await self._media.open(queue.put_nowait)
        except CannotDo as error:
            call.event("no-stream", reason=str(error))
            call.end(Cause.MEDIA_FAILED, words=str(error))
            return
        dialogue, talk = said
        attend = partial(self._speech.attend, stream.number, queue.put_nowait)
        early = EarlyMedia(call, stream, attend, queue, outgoing.detect or NOT_LOOKED, dialogue.language)
        heard = early.take if outgoing.detect else None
        try:
            plan = await reached(call, queue, self._ring(stream, queue, outgoing, tale), heard)
            if plan is None:
                early.close()
                await stream.close()
                return
            call.talk(stream, plan)
            ear = early.ear or attend()
            parts = self._shelf, queue, self._settings, self._office
            session = OutgoingSession(call, dialogue, stream, ear, *parts, talk)
        except BaseException:
            # Nobody else knows of the stream yet: its ports would be gone for good.
            early.close()
            await stream.close()
            raise
        await session.run()

    async def _ring(self, stream: Stream, queue: Queue, outgoing: Outgoing, tale: Tale) -> Dialog:
        try:
            return await self._lines.call(
                OURSELVES,
                outgoing.line,
                outgoing.dialled or outgoing.permit.number,
                placing.Media(stream.address, stream.port),
                queue.put_nowait,
                ring_seconds=outgoing.ring_seconds,
                shown=outgoing.caller_number,
                codecs=outgoing.codecs,
            )
        except placing.CallRefused as refused:
            tale.retry_after = refused.retry_after
            raise

    def _take(self, note: CallNote) -> None:
        if tale := self._tales.get(note.call_id):
            tale.take(note)


NOT_LOOKED = DetectPolicy()


def _told(policy: DetectPolicy | None) -> tuple[Mapping[str, str], ...]:
    """Return what machines and screening services may be told."""
    return (policy.message if policy.machine == "leave_message" else {}, policy.screening) if policy else ()
