"""The call log: told in passing what happens to calls, it publishes each note and has it written.

Every method takes plain values, returns at once and never raises for what the database does: a thread of its own
writes (`models/call_writer.py`). The log moves the lives of calls and legs; a move that their tables don't have is
logged and kept as an event, and the record goes on.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from models.call import CALL_LIFE, CallMove, CallState, new_id
from models.call_note import (
    CallAnswered,
    CallBegan,
    CallEnded,
    CallNote,
    CallSettled,
    Direction,
    EventHappened,
    LegBegan,
    MediaMeasured,
    RecordingMade,
    Speaker,
    SpeechHeard,
    TurnChanged,
    TurnTaken,
)
from models.call_writer import CallWriter
from models.cause import Cause
from models.database import database_url
from models.event import Events
from models.leg import LEG_LIFE, LegMove, LegState
from models.life import ImpossibleMove
from models.settings import Settings

log = logging.getLogger(__name__)
REMEMBERED = 1000
"""Ended calls whose lives are still known, so that a second end is seen."""
LEG_EVENTS = {
    "leg-answered": LegMove.ANSWER,
    "held": LegMove.HOLD,
    "resumed": LegMove.RESUME,
    "leg-ended": LegMove.END,
}
"""Names of events that move a leg: the one that `leg=` names, else the first."""


@dataclass
class _Living:
    """What is known of a call in memory."""

    state: CallState = CALL_LIFE.start
    answered: float | None = None
    """By the steady clock."""
    legs: dict[int, LegState] = field(default_factory=lambda: {1: LEG_LIFE.start})


class CallLog:
    """The record of all calls of one server. Times `at` are Unix seconds; left out, it is now."""

    def __init__(
        self,
        url: str,
        directory: Path,
        *,
        events: Events | None = None,
        clock: Callable[[], float] = time.time,
        steady_clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep records in the database at `url` and what can't be written there for now in `directory`/spool."""
        self.events = events or Events()
        self._directory = directory.absolute()
        self._writer = CallWriter(url, directory)
        self._clock, self._steady_clock = clock, steady_clock
        self._calls: OrderedDict[str, _Living] = OrderedDict()
        self._ended: OrderedDict[str, _Living] = OrderedDict()

    @classmethod
    def of(cls, settings: Settings) -> "CallLog":
        """Return the log of a server with these settings."""
        return cls(database_url(settings), settings.data.directory)

    async def start(self) -> int:
        """Open the database, write what a former run left behind, complete its open calls; return how many.

        Raises `OperatorFault` when the database or the data directory can't be used.
        """
        return await asyncio.to_thread(self._writer.start)

    @property
    def node(self) -> str:
        """What this server's records are marked with; known once it has started."""
        return self._writer.node

    async def flush(self) -> None:
        """Return when all that was told before is in the database."""
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def written() -> None:
            loop.call_soon_threadsafe(done.set)

        self._writer.when_written(written)
        await done.wait()

    async def close(self, timeout: float = 10) -> None:  # noqa: ASYNC109 - what is left then is spooled
        """Write what is left, for at most `timeout` seconds; the rest is spooled and written at the next start."""
        await asyncio.to_thread(self._writer.close, timeout)

    @property
    def waiting(self) -> int:
        """Notes not yet in the database."""
        return self._writer.waiting

    def began(
        self,
        call_id: str,
        direction: Direction,
        caller: str,
        called: str,
        at: float | None = None,
        *,
        origin: str = "",
        language: str = "",
        flow: str = "",
        flow_version: str = "",
        sip_call_id: str = "",
    ) -> None:
        """Open the record of a call (its id from `models.call.new_id`); `origin` as in "trunk telecom-a"."""
        self._calls[call_id] = _Living()
        self._tell(
            CallBegan(
                call_id,
                self._at(at),
                direction,
                clean(caller),
                clean(called),
                clean(origin),
                language,
                flow,
                flow_version,
                clean(sip_call_id),
            )
        )

    def settled(
        self, call_id: str, *, language: str | None = None, flow: str | None = None, flow_version: str | None = None
    ) -> None:
        """Say what turned out only after the beginning."""
        self._tell(CallSettled(call_id, language, flow, flow_version))

    def answered(self, call_id: str, at: float | None = None) -> None:
        """The call was answered; so was its first leg."""
        if self._move(call_id, CallMove.ANSWER):
            self._calls[call_id].answered = self._steady_clock()
            self._calls[call_id].legs[1] = LegState.UP
            self._tell(CallAnswered(call_id, self._at(at)))

    def leg(self, call_id: str, number: int, sip_call_id: str = "") -> None:
        """A further leg (2 …) begins to ring; the events "leg-answered" and "leg-ended" (with `leg=`) move it."""
        if call_id in self._calls:
            self._calls[call_id].legs[number] = LEG_LIFE.start
        self._tell(LegBegan(call_id, number, clean(sip_call_id)))

    def turn(
        self,
        call_id: str,
        index: int,
        speaker: Speaker,
        text: str,
        start_s: float,
        end_s: float,
        *,
        intent: str = "",
        confidence: float | None = None,
        interrupted: bool = False,
        language: str = "",
        digits: str = "",
        timings: dict[str, float] | None = None,
    ) -> None:
        """Write a turn, or write it anew under the same `index`; times in seconds from the recording's start."""
        self._tell(
            TurnTaken(
                call_id,
                index,
                speaker,
                clean(text),
                float(start_s),
                float(end_s),
                intent,
                None if confidence is None else float(confidence),
                interrupted,
                language,
                clean(digits),
                _numbers(timings or {}),
            )
        )

    def turn_changed(
        self,
        call_id: str,
        index: int,
        *,
        text: str | None = None,
        end_s: float | None = None,
        interrupted: bool | None = None,
        intent: str | None = None,
        confidence: float | None = None,
        timings: dict[str, float] | None = None,
    ) -> None:
        """Change what is given here of a turn that is written already (a robot's that was interrupted …)."""
        text = None if text is None else clean(text)
        timings = None if timings is None else _numbers(timings)
        self._tell(TurnChanged(call_id, index, text, end_s, interrupted, intent, confidence, timings))

    def speech(self, call_id: str, speaker: Speaker, start_s: float, end_s: float | None = None) -> None:
        """Say that somebody is heard (`end_s` None), or was, for who watches calls; not written."""
        self.events.speech(SpeechHeard(call_id, speaker, start_s, end_s))

    def event(self, call_id: str, name: str, at: float | None = None, **data: Any) -> None:
        """Write a dated fact with its particulars; "held" and "resumed" (with `leg=`) also move that leg's life."""
        leg, state = 0, ""
        if name in LEG_EVENTS:
            leg = int(data.get("leg", 1))
            state = self._move_leg(call_id, leg, LEG_EVENTS[name])
        self._tell(EventHappened(call_id, new_id(), self._at(at), name, plain(data), leg, state))

    def recording(
        self,
        call_id: str,
        path: str | Path,
        started_at: float | None = None,
        *,
        seconds: float | None = None,
        note: str = "",
    ) -> None:
        """Say where the call is recorded; again with `note` when it ended early (disk full …)."""
        path = Path(path).absolute()
        if path.is_relative_to(self._directory):
            path = path.relative_to(self._directory)
        self._tell(RecordingMade(call_id, str(path), started_at, seconds, clean(note)))

    def media(self, call_id: str, leg: int, figures: Any) -> None:
        """Keep a leg's newest figures (`StreamFigures`)."""
        self._tell(MediaMeasured(call_id, leg, plain(msgspec.structs.asdict(figures))))

    def ended(
        self, call_id: str, at: float | None = None, cause: Cause = Cause.OUR_ERROR, code: int = 0, words: str = ""
    ) -> None:
        """Close the record; what is told of the call afterwards (figures, a recording's end) is still written."""
        if not self._move(call_id, CallMove.END):
            return
        living = self._calls.pop(call_id)
        self._ended[call_id] = living
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        seconds = None if living.answered is None else max(self._steady_clock() - living.answered, 0)
        self._tell(CallEnded(call_id, self._at(at), str(cause), code, clean(words), seconds))

    def _at(self, at: float | None) -> float:
        return self._clock() if at is None else at

    def _tell(self, note: CallNote) -> None:
        self._writer.put(note)
        self.events.publish(note)

    def _move(self, call_id: str, move: CallMove) -> bool:
        """Move a call's life; False where its table has no such move (that is logged and kept)."""
        living = self._calls.get(call_id) or self._ended.get(call_id)
        try:
            if living is None:
                raise ImpossibleMove(f"A call that never began can't take '{move}'.")
            living.state = CALL_LIFE.next(living.state, move)
        except ImpossibleMove as error:
            self._impossible(call_id, error, known=living is not None)
            return False
        return True

    def _move_leg(self, call_id: str, leg: int, move: LegMove) -> str:
        living = self._calls.get(call_id)
        if living is None:
            return ""
        try:
            living.legs[leg] = LEG_LIFE.next(living.legs.get(leg, LEG_LIFE.start), move)
        except ImpossibleMove as error:
            self._impossible(call_id, error, known=True)
        return living.legs.get(leg, "")

    def _impossible(self, call_id: str, error: ImpossibleMove, *, known: bool) -> None:
        log.error("%s", error, extra={"call": call_id})
        if known:
            words = {"words": str(error)}
            self._tell(EventHappened(call_id, new_id(), self._clock(), "impossible-move", words))


def clean(text: str) -> str:
    """Return `text` as any database takes it: no NUL, no half characters (a peer may send either)."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def plain(value: Any) -> Any:
    """Return `value` as JSON can hold it; what it can't is turned into words."""
    if isinstance(value, str):
        return clean(str(value))
    if isinstance(value, dict):
        return {clean(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    return clean(str(value))


def _numbers(timings: dict[str, float]) -> dict[str, float]:
    return {name: round(float(value), 3) for name, value in timings.items()}
