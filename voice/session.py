"""One conversation on one line: everything that happens comes in by one queue, everything that is done goes out here.

The only place that knows both directions. The deciding parts (`TurnTaking`, `Keypad`, `Dialogue`) are pure; this one
carries their decisions to the stream, the ear and the record. One `asyncio.TaskGroup` holds all that belongs to
the call: when the caller hangs up, all of it ends.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from asr_tts import speech_protocol as heard
from dialplans import exchange
from dialplans.dialogue import Dialogue
from dialplans.exchange import Action, HangUp, Listen, Note, Question, Rated, Say, Unanswered, Understood
from dialplans.flow import Texts
from models.cause import Cause
from models.settings import Settings
from voice import listening, media_events
from voice.alarms import Alarm, Alarms
from voice.back_office import BackOffice
from voice.call import Call
from voice.caller_turns import CallerTurns
from voice.endings import EndNow, LastWords
from voice.errand_news import ErrandDone, Sentence
from voice.errands import Errands
from voice.hold import Hold
from voice.interruptions import STUCK_ALARM, Interruptions
from voice.keypad import Way
from voice.line import Ear, HungUp, InfoDigit, MediaChanged, MediaLost, Referred, SpeechBack, SpeechLost, Stream
from voice.listening import Listening
from voice.media import media_protocol as media
from voice.mood import Mood
from voice.prompt_shelf import PromptShelf
from voice.remarks import Remarks
from voice.robot import Robot
from voice.speaking import VoiceFailed
from voice.standing_prompts import APOLOGY, TOO_LONG, USE_KEYPAD, prompt
from voice.turn_taking import REWIND_MS, Answer, TurnTaking

log = logging.getLogger(__name__)
TOO_LONG_ALARM = "too-long"
LAST_WORDS_ALARM = "last-words"
LAST_WORDS_SECONDS = 12.0
"""A goodbye that takes longer is cut off."""


class Session:
    """The conversation of one answered call."""

    def __init__(
        self,
        call: Call,
        dialogue: Dialogue,
        stream: Stream,
        ear: Ear,
        shelf: PromptShelf,
        queue: "asyncio.Queue[object]",
        settings: Settings,
        office: BackOffice,
    ) -> None:
        """`queue` is the sink that the dialog, the stream and the ear were given."""
        self._call, self._dialogue, self._stream, self._ear = call, dialogue, stream, ear
        self._queue, self._settings, self._office = queue, settings, office
        self._alarms = Alarms(queue.put_nowait)
        self._listening = Listening(stream, ear, self._alarms)
        self._turns = TurnTaking(dialogue.answers, dialogue.takes_digits)
        self._robot = Robot(call, stream, shelf, self._turns, self._spawn, queue.put_nowait)
        self._interruptions = Interruptions(call, self._turns, self._robot, (stream, ear), self._alarms)
        parts = call, self._robot, self._listening, self._alarms
        self._errands = Errands(*parts, office, self._spawn, queue.put_nowait)
        self._hold = Hold(call, self._robot, self._listening, self._turns)
        self._group: asyncio.TaskGroup | None = None
        self._asked: Question | None = None
        """A question whose prompt isn't yet where the caller may answer."""
        self._finale: HangUp | LastWords | None = None
        self._caller = CallerTurns(call)
        self._mood = Mood()
        self._remarks = Remarks(call, self._caller, self._listening, office)
        self._cause: Cause | None = None
        self._hung_up: HungUp | None = None
        self._failing = False

    async def run(self) -> None:
        """Talk until the call is over, whoever ends it; everything of it is closed and on record then."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._safely(self._begin)
                while self._cause is None:
                    event = await self._queue.get()
                    self._safely(self._take, event)
                self._robot.stop()
                self._errands.stop()
        except asyncio.CancelledError:
            self._cause = self._cause or Cause.SERVER_STOPPED
            raise
        except Exception:
            log.exception("The conversation broke off", extra={"call": self._call.id})
            self._cause = self._cause or Cause.OUR_ERROR
        finally:
            await self._close(self._cause or Cause.OUR_ERROR)

    async def _close(self, cause: Cause) -> None:
        self._alarms.clear_all()
        self._ear.close()
        try:
            await self._call.close(cause, self._hung_up)
        finally:
            self._dialogue.receive(exchange.Gone())
            while not self._queue.empty():
                event = self._queue.get_nowait()
                if isinstance(event, media.PlayEnded):
                    self._robot.ended(event)
                elif isinstance(event, media.StreamClosed):
                    self._call.recording_ended(event.at)
            self._robot.close()
            await self._errands.close()
            self._call.end(cause)

    def _safely(self, what: Callable[..., None], *args: Any) -> None:
        """A fault of ours doesn't leave the caller in silence: apologise, hang up, and say so in the record."""
        try:
            what(*args)
        except Exception as error:
            log.exception("The conversation failed", extra={"call": self._call.id})
            self._call.event("our-error", error=f"{type(error).__name__}: {error}")
            if self._failing:
                self._cause = Cause.OUR_ERROR
                return
            self._failing = True
            self._safely(self._last_words, APOLOGY, Cause.OUR_ERROR)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        assert self._group is not None, "speaks only while it runs"
        return self._group.create_task(work, name=f"speak {self._call.id}")

    def _begin(self) -> None:
        self._alarms.set(TOO_LONG_ALARM, self._settings.limits.max_call_seconds)
        actions = self._told(self._beginning())
        if not self._listening.hears:
            self._call.event("speech-missing")
            actions += self._dialogue.by_keypad(USE_KEYPAD)
        self._do(actions)

    def _beginning(self) -> exchange.Begin:
        dialog = self._call.dialog
        return exchange.Begin(dialog.caller.number, dialog.called.number, self._dialogue.language)

    # -- events ------------------------------------------------------------------------------------------------

    def _take(self, event: object) -> None:
        if (at := media_events.sample_of(event)) is not None:
            self._call.clock.seen(at)
        if not self._errands.takes(event):
            self._happens(event)
        # After its turn is told: who watches then knows both.
        self._call.hears("caller", event)

    def _happens(self, event: object) -> None:
        match event:
            case HungUp():
                self._hung_up, self._cause = event, event.cause
            case EndNow():
                self._cause = event.cause
            case MediaLost():
                self._call.event("media-lost", reason=event.reason)
                self._cause = Cause.MEDIA_FAILED
            case Alarm():
                if self._alarms.valid(event):
                    self._alarm(event.name)
            case MediaChanged():
                self._hold.changed(event, self._asked or self._listening.question)
                self._errands.changed()
                self._watch_silence()
            case InfoDigit():
                self._key(event.digit, "info", self._call.clock.now())
            case Referred():
                self._call.event("transfer-asked", called=event.target)
                self._call.dialog.refer_progress(603, "Decline")
            case SpeechLost():
                self._speech_lost(event.reason)
            case SpeechBack():
                self._call.event("speech-back")
                self._listening.back()
                self._errands.changed()
            case VoiceFailed():
                self._call.event("voice-failed", text=event.text, reason=event.reason)
            case Sentence():
                if question := self._errands.says(event):
                    self._do([Listen(question)] if self._listening.question is None else [])
            case exchange.Meanwhile() | exchange.Enough():
                self._robot.cut()
                self._turns.reset()
                self._goes_on_with(event)
            case ErrandDone():
                if (done := self._errands.ends(event)) is not None:
                    self._goes_on_with(done)
            case (
                heard.SpeechStarted() | heard.SpeechGoesOn() | heard.SpeechPaused() | heard.Draft() | heard.Heard()
                | heard.Rejected() | heard.RecogniserFailed()
            ):  # fmt: skip
                self._heard(event)
            case _:
                self._media(event)

    def _media(self, event: object) -> None:
        match event:
            case media.PlayStarted():
                if self._robot.began(event):
                    self._caller.answered(event)
            case media.PlayEnded():
                self._play_ended(event)
            case media.Digit():
                self._key(event.digit, "in-band" if event.in_band else "rtp", event.at)
            case media.RtpSilent():
                self._rtp_silent(event.seconds)
            case media.StreamClosed():
                # Nobody here closed it: the worker gave the stream up after a fault of its own.
                self._call.recording_ended(event.at)
                self._call.event("media-lost", reason="the media worker closed the stream")
                self._cause = Cause.MEDIA_FAILED
            case _:
                self._call.heard_of_media(event)

    def _alarm(self, name: str) -> None:
        match name:
            case listening.NO_INPUT:
                self._listening.silence(begins=False)
                answer = self._turns.after_all()
                self._answer(answer) if answer else self._tell(exchange.NoInput())
            case listening.KEYS:
                if keys := self._listening.keys_over():
                    self._keyed(keys, self._call.clock.now())
            case _ if self._errands.rings(name):
                self._go_on()
            case _ if name == STUCK_ALARM:
                self._interruptions.stuck()
                self._watch_silence()
            case _ if name == TOO_LONG_ALARM:
                self._last_words(TOO_LONG, Cause.TOO_LONG)
            case _:
                assert isinstance(self._finale, LastWords)
                self._cause = self._finale.cause

    def _rtp_silent(self, seconds: float) -> None:
        if self._call.held:
            return
        self._call.event("rtp-silent", seconds=seconds)
        if seconds >= self._settings.media.silence_seconds:
            self._cause = Cause.RTP_SILENT

    def _speech_lost(self, reason: str) -> None:
        self._call.event("speech-lost", reason=reason)
        was_paused = self._turns.robot_paused
        self._listening.lost()
        self._errands.deaf()
        self._turns.reset()
        if self._finale is not None or (self._listening.question or self._asked) is None:
            return
        # Before a question that may not be answered yet all is heard out.
        if self._listening.question is not None:
            self._robot.cut()
        elif was_paused:
            self._robot.resume(REWIND_MS)
        self._do(self._dialogue.by_keypad(USE_KEYPAD))

    # -- the caller --------------------------------------------------------------------------------------------

    def _heard(self, event: "heard.FromSpeech") -> None:
        if isinstance(event, heard.Heard):
            self._mood.hear(event.prosody)
        for turn in self._interruptions.receive(event):
            if isinstance(turn, Answer):
                self._answer(turn)
            else:
                self._call.event("misheard", reason=turn.reason)
                self._tell(exchange.NotUnderstood(turn.reason))
        self._interruptions.watch()
        self._watch_silence()

    def _answer(self, answer: Answer) -> None:
        if self._listening.question is None:
            self._call.event("said-too-late", text=answer.text)
            self._go_on()
            return
        self._caller.said(answer)
        anger = self._mood.take()
        if anger:
            self._call.event("sounds-angry", anger=anger)
        said = exchange.Said(answer.text, answer.confidence, answer.language, answer.choice, anger, answer.others)
        self._tell(said)

    def _key(self, key: str, way: Way, at: int) -> None:
        keys = self._listening.key(key, way)
        if keys is None:
            return
        self._call.event("key", digit=key, way=way)
        if self._listening.question is None:
            return
        self._robot.cut()
        if self._errands.speaks:
            # The key waits for the question behind what it cut short.
            self._listening.close()
            self._do(self._told(self._errands.interrupted()))
            return
        self._caller.keys(at)
        if keys:
            self._keyed(keys, at)
            return
        if not self._listening.keys_begun:
            self._caller.no_keys()
        self._watch_silence()

    def _keyed(self, keys: str, at: int) -> None:
        self._caller.keyed(keys, at)
        self._tell(exchange.Keyed(keys))

    # -- the robot ---------------------------------------------------------------------------------------------

    def _tell(self, event: exchange.Event) -> None:
        """Let the dialogue have an answer to the open question (or that there is none)."""
        if self._finale is not None or self._listening.question is None:
            return
        self._robot.cut()
        self._listening.close()
        before = self._told(self._errands.interrupted()) if self._errands.speaks else []
        if before and not any(isinstance(action, Listen) for action in before):
            self._do(before)
            return
        # Who cuts a language model short answers the question that comes behind it, unheard.
        self._do([*(action for action in before if not isinstance(action, Say | Listen)), *self._told(event)])

    def _goes_on_with(self, event: exchange.Event) -> None:
        """Whatever was asked gives way to `event`."""
        self._asked = None
        self._listening.close()
        self._do(self._told(event))

    def _told(self, event: exchange.Event) -> list[Action]:
        """Return what the dialogue does about `event`."""
        return self._dialogue.receive(event, asyncio.get_running_loop().time(), self._wall())

    def _wall(self) -> datetime:
        """Return the time of day that the talk goes by."""
        return self._office.now()

    def _do(self, actions: list[Action]) -> None:
        for action in self._errands.in_between(actions):
            match action:
                case Say():
                    self._robot.add(action)
                case Listen():
                    self._asked = action.question
                    self._listening.attend(action.question)
                case HangUp():
                    self._finale = action
                case Understood() | Note() | Rated() | Unanswered():
                    self._remarks.take(action, self._dialogue.language)
                case _:
                    self._errands.begin(action, self._dialogue.language)
        self._go_on()

    def _go_on(self) -> None:
        """Say what comes next; open the question as soon as it may be answered; end when all is said."""
        self._robot.go_on(question_waits=self._asked is not None or self._listening.question is not None)
        if self._asked is not None and self._robot.may_be_answered:
            question, self._asked = self._asked, None
            if keys := self._listening.open(question):
                self._robot.cut()
                self._keyed(keys, self._call.clock.now())
                return
        if not self._robot.busy:
            self._errands.all_is_said()
            if self._finale is not None:
                self._listening.close()
                self._cause = self._finale.cause if isinstance(self._finale, LastWords) else Cause.ROBOT_HUNG_UP
        self._watch_silence()

    def _play_ended(self, event: media.PlayEnded) -> None:
        if event.note:
            self._call.event("play-failed", note=event.note)
        if self._robot.ended(event):
            self._go_on()

    def _watch_silence(self) -> None:
        busy = self._robot.busy or self._turns.caller_speaks or self._call.held
        self._listening.silence(begins=not busy)

    def _last_words(self, texts: Texts, cause: Cause) -> None:
        self._finale, self._asked = LastWords(cause), None
        self._errands.drop()
        self._robot.cut()
        self._listening.close()
        self._alarms.set(LAST_WORDS_ALARM, LAST_WORDS_SECONDS)
        self._do([Say((prompt(texts, self._dialogue.language),), barge_in=False)])
