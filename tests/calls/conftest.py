"""Whole conversations on the loopback line, in virtual time: real flow, dialogue, session and record."""

import asyncio
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dialplans.checker import check
from dialplans.flow import Flow
from dialplans.loader import loads
from dialplans.routing import Routing, find, read_checked
from models.call_log import CallLog
from models.call_note import (
    CallAnswered,
    CallBegan,
    CallEnded,
    CallSettled,
    EventHappened,
    MediaMeasured,
    RecordingMade,
    TurnChanged,
    TurnTaken,
)
from models.settings import DataSettings, LimitSettings, RouteSettings, Settings, SpeechSettings
from voice.back_office import BackOffice
from voice.loopback import LoopbackDialog, LoopbackMedia
from voice.loopback_caller import LoopbackCaller
from voice.loopback_speech import LoopbackSpeech
from voice.reception import Reception


class Story:
    """The record of one call as it was told, in the shape that `hotline calls show` gives it."""

    def __init__(self) -> None:
        self.began: CallBegan | None = None
        self.answered = False
        self.ended: CallEnded | None = None
        self.turns: dict[int, dict[str, Any]] = {}
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.recording: list[RecordingMade] = []
        self.settled: list[str] = []
        self.figures: dict[str, Any] = {}

    def take(self, note: object) -> None:
        match note:
            case CallBegan():
                self.began = note
            case CallAnswered():
                self.answered = True
            case CallEnded():
                assert self.ended is None, "a call ended twice"
                self.ended = note
            case TurnTaken():
                self.turns[note.number] = {key: getattr(note, key) for key in note.__struct_fields__}
            case TurnChanged():
                changes = {key: getattr(note, key) for key in note.__struct_fields__[1:]}
                self.turns[note.number] |= {key: value for key, value in changes.items() if value is not None}
            case CallSettled():
                self.settled.append(note.language or "")
            case MediaMeasured():
                self.figures = note.figures
            case EventHappened():
                self.events.append((note.name, note.data))
            case RecordingMade():
                self.recording.append(note)

    def said(self, speaker: str) -> list[str]:
        return [turn["text"] for _, turn in sorted(self.turns.items()) if turn["speaker"] == speaker]

    def names(self) -> list[str]:
        return [name for name, _ in self.events]

    @property
    def cause(self) -> str:
        assert self.ended is not None, "the record was not closed"
        return self.ended.cause


class Line:
    """A hotline in memory and the means to call it."""

    def __init__(
        self, settings: Settings, flow: Flow, log: CallLog, speech: LoopbackSpeech, ports: int, office: BackOffice
    ) -> None:
        self.speech = speech
        self.media = LoopbackMedia(speech.samples, ports)
        self.settings = settings
        self.stories: dict[str, Story] = {}
        self.log, self.events = log, log.events
        log.events.subscribe(lambda note: self.stories.setdefault(note.call_id, Story()).take(note))
        self.routing = Routing(settings.dialplan.routes, {"flow": flow})
        self.reception = Reception(settings, self.media, speech, self.routing, log, office)
        self._dialogs = 0

    def dial(self, caller: str = "5550142", called: str = "hotline") -> LoopbackCaller:
        self._dialogs += 1
        dialog = LoopbackDialog(caller, called, f"loopback-{self._dialogs}")
        self.reception.arrive(dialog)
        return LoopbackCaller(dialog, self.media, self.speech)

    async def call(self) -> LoopbackCaller:
        caller = self.dial()
        await caller.answered()
        return caller

    async def over(self) -> None:
        """Wait until every call is closed."""
        while self.reception.calls:
            await asyncio.sleep(0.02)

    @property
    def story(self) -> Story:
        return list(self.stories.values())[-1]


OpenLine = Callable[..., Any]


@pytest.fixture
def open_line(tmp_path: Path) -> OpenLine:
    @asynccontextmanager
    async def line(
        flow: str | Flow = "reception", *, language: str = "en", recognises: bool = True, ports: int = 1000,
        prepared: bool = True, office: BackOffice | None = None, **limits: float,
    ) -> AsyncIterator[Line]:  # fmt: skip
        settings = Settings(
            data=DataSettings(directory=tmp_path),
            limits=LimitSettings(**limits),
            speech=SpeechSettings(language=language),
        )
        settings = settings.model_copy(
            update={"dialplan": settings.dialplan.model_copy(update={"routes": [RouteSettings(flow="flow")]})}
        )
        if isinstance(flow, str) and "\n" in flow:
            flow = loads(textwrap.dedent(flow))
            assert check(flow) == []
        if isinstance(flow, str):
            flow = read_checked(find(flow, None))
        log = CallLog("sqlite://", tmp_path)
        made = Line(settings, flow, log, LoopbackSpeech(recognises=recognises), ports, office or BackOffice())
        running = asyncio.ensure_future(made.reception.run())
        await asyncio.sleep(0)
        if prepared:
            assert await made.reception.prepare() == []
        before = asyncio.all_tasks()
        try:
            yield made
            await asyncio.wait_for(made.over(), 200)
            await asyncio.sleep(0.1)
            left = {task.get_name() for task in asyncio.all_tasks() - before}
            assert not left, f"these tasks outlived their call: {left}"
            for story in made.stories.values():
                assert story.ended is not None, "a record was left open"
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return line


Scene = Callable[[LoopbackCaller], Awaitable[None]]
