"""Errands of one call: what its dialogue waits for, one at a time, and what the caller hears meanwhile.

While a person is found, the robot may help the caller: what it asks for then is a second errand.

A look-up, and what a language model says, begin at once; a message and a hand-over when all is said before them. Each
comes to its end as an `ErrandDone` in the call's own queue, so that it is an event like any other. While a message is
taken, or a person is found and talked to, the caller's keys and words belong to that (`takes`).
"""

import asyncio
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from asr_tts import speech_protocol as heard
from dialplans.exchange import (
    Action,
    Done,
    Enough,
    Errand,
    FreeAnswer,
    Handover,
    HangUp,
    Learned,
    LookUp,
    Prompt,
    Question,
    Record,
    Say,
    WaitsOn,
)
from dialplans.sentences import SENTENCES
from voice.agent_call import OfLeg
from voice.alarms import Alarms
from voice.back_office import BackOffice
from voice.call import Call
from voice.errand_news import ErrandDone, Sentence
from voice.guest import WaitingCaller, parting
from voice.kept_messages import KeptMessages
from voice.keypad import Way
from voice.line import HungUp, InfoDigit, Sink
from voice.listening import Listening
from voice.mailbox import LeftMessage
from voice.media.media_protocol import Digit
from voice.message import Taken
from voice.message_taking import MESSAGE, MessageTaking
from voice.robot import Robot
from voice.speaking import Spawn

log = logging.getLogger(__name__)
PLEASE_WAIT = "please-wait"
"""The alarm that rings when a caller has waited in silence for long enough."""
WAIT_AGAIN_S = 6.0
"""Seconds of silence after which a caller who still waits is asked for patience once more."""
FIRST_WORDS_S = 0.7
"""Seconds of silence before that, where a language model is asked."""
HOURS = 3600.0
NOBODY = Done(False, why="nobody is there to take it")


class Errands:
    """Runs the errands of one call."""

    def __init__(
        self,
        call: Call,
        robot: Robot,
        listening: Listening,
        alarms: Alarms,
        office: BackOffice,
        spawn: Spawn,
        sink: Sink,
    ) -> None:
        """`spawn` starts a task that belongs to the call; `sink` is its queue."""
        self._call, self._robot, self._listening, self._alarms = call, robot, listening, alarms
        self._office, self._spawn, self._sink = office, spawn, sink
        self._kept = KeptMessages(call, spawn)
        self._errand: Errand | None = None
        self._count = self._number = 0
        """Errands so far; the number of the present one."""
        self._task: asyncio.Task[None] | None = None
        self._finding: tuple[int, asyncio.Task[None] | None] | None = None
        """Number and task of the hand-over behind the present errand, which is one of the robot's help."""
        self._message: MessageTaking | None = None
        self._wait: Say | None = None
        self._patience = 0.0
        """What asks the caller to wait, and after how many seconds of silence."""
        self._said: list[str] = []
        """Sentences of a language model so far."""
        self._language = ""
        self._handed: Handover | None = None
        """What was handed over last."""
        self._guest: WaitingCaller | None = None
        """The caller, while a person is found and talked to."""
        self._guests: list[WaitingCaller] = []
        """That and the former ones, whose legs may still be closing."""

    @property
    def out(self) -> bool:
        """Whether the dialogue waits for one."""
        return self._errand is not None

    @property
    def talks(self) -> bool:
        """Whether a person of ours has the caller, or had."""
        return any(guest.talked for guest in self._guests)

    @property
    def with_people(self) -> bool:
        """Whether the caller waits for a person of ours now, or talks to one."""
        return self._guest is not None

    @property
    def speaks(self) -> bool:
        """Whether a language model is answering, which the caller may interrupt."""
        return isinstance(self._errand, FreeAnswer)

    def in_between(self, actions: list[Action]) -> list[Action]:
        """Return what is done now: `actions`, with what a caller who waits is told besides."""
        if self._guest is None:
            return actions
        if any(isinstance(action, HangUp) for action in actions):
            self.drop()
            return actions
        return self._guest.helping.in_between(actions)

    def begin(self, errand: Errand | Learned | WaitsOn, language: str) -> None:
        """Run `errand`, or take what the robot's help came to; the call is in `language` now."""
        if isinstance(errand, Learned | WaitsOn):
            self._helped(errand, language)
            return
        if self._guest is not None:
            self._finding = self._number, self._task
        self._errand, self._wait, self._language = errand, None, language
        self._count += 1
        self._number = self._count
        match errand:
            case LookUp():
                self._wait, self._patience = errand.wait, errand.wait_s
                self._run(self._office.look_up(errand))
            case Record():
                self._message = MessageTaking(errand, language, self._call, self._robot, self._listening, self._alarms)
            case FreeAnswer():
                wait = SENTENCES["please_wait"].get(errand.language, "")
                self._wait = Say((Prompt(wait, language=errand.language),), barge_in=True)
                self._patience, self._said = FIRST_WORDS_S, []
                self._run(self._office.answer_freely(errand, self._speak))
            case Handover():
                pass

    def all_is_said(self) -> None:
        """Nothing is being said: now is the time for what waited, or a caller begins to wait in silence."""
        if self._guest is not None:
            self._guest.all_is_said()
        match self._errand:
            case Record() if self._message is not None:
                self._message.all_is_said()
            case Handover() if self._guest is None:
                self._hand_over(self._errand)
            case LookUp() | FreeAnswer() if self._wait is not None and not self._alarms.is_set(PLEASE_WAIT):
                self._alarms.set(PLEASE_WAIT, self._patience)
            case _:
                pass

    def rings(self, name: str) -> bool:
        """Take an alarm; tell whether it was one of ours."""
        if name == PLEASE_WAIT:
            if self._errand is not None and self._wait is not None and not self._robot.busy:
                self._call.event("please-wait")
                self._patience = WAIT_AGAIN_S
                self._robot.add(self._wait)
            return True
        if name == MESSAGE:
            if self._message is not None:
                self._left(self._message.time_up())
            return True
        return False

    def ends(self, event: ErrandDone) -> Done | Enough | None:
        """Return what the dialogue is to be told; None where it doesn't wait for that one any more."""
        if self._finding is not None and event.number == self._finding[0]:
            self._drop_help()
        if event.number != self._number or self._errand is None:
            return None
        if self._finding is not None:
            self._drop_help()
            return event.done
        helped = self._guest is not None and self._guest.helping.active
        self._errand = self._task = self._message = None
        self._alarms.clear(PLEASE_WAIT)
        self._leave_people()
        return Enough(event.done) if helped else event.done

    def _drop_help(self) -> None:
        """The errand of the robot's help is over, or nobody waits for it: the hand-over is the present one again."""
        if self._finding is None:
            return
        if self._task is not None:
            self._task.cancel()
        (self._number, self._task), self._finding = self._finding, None
        self._errand = self._handed
        self._wait = None
        self._alarms.clear(PLEASE_WAIT)

    # -- a language model --------------------------------------------------------------------------------------

    async def _speak(self, sentence: str) -> None:
        self._sink(Sentence(self._number, sentence))

    def says(self, sentence: Sentence) -> Question | None:
        """Let a sentence be said; return what the caller may interrupt it with, None where it comes too late."""
        errand = self._errand
        if sentence.number != self._number or not isinstance(errand, FreeAnswer):
            return None
        self._said.append(sentence.text)
        self._robot.add(Say((Prompt(sentence.text, language=errand.language),), barge_in=True))
        return Question("", language=errand.language, no_input_s=HOURS)

    def interrupted(self) -> Done:
        """The caller has heard enough of it: return what the dialogue is to be told."""
        errand, text = self._errand, " ".join(self._said)
        articles = errand.articles if isinstance(errand, FreeAnswer) else ()
        if self._finding is not None:
            self._drop_help()
        else:
            self.drop()
        return Done(True, {"text": text, "articles": list(articles)}, "interrupted")

    # -- events that are an errand's ---------------------------------------------------------------------------

    def takes(self, event: object) -> bool:
        """Take an event that belongs to a message, or to persons; tell whether it did."""
        match event:
            case OfLeg():
                event.leg.take(event.event)
            case HungUp() if self._guest is not None:
                self._guest.caller_gone()
                return False
            case _ if self._message is None and self._guest is None:
                return False
            case Digit() | InfoDigit() if self._guest is not None and self._guest.helping.wants(event.digit):
                return False
            case Digit():
                self._key(event.digit, "in-band" if event.in_band else "rtp", event.at)
            case InfoDigit():
                self._key(event.digit, "info", self._call.clock.now())
            case (
                heard.SpeechStarted() | heard.SpeechGoesOn() | heard.SpeechPaused() | heard.Draft() | heard.Heard()
                | heard.Rejected() | heard.RecogniserFailed()
            ):  # fmt: skip
                return self._hears(event)
            case _:
                return False
        return True

    def changed(self) -> None:
        """The caller's phone held us or took us back, or there are ears again; the conversation knows already."""
        if self._guest is not None:
            self._guest.changed()

    def _hears(self, event: object) -> bool:
        if self._message is not None:
            self._message.receive(event)
            return True
        return self._guest is not None and self._guest.hears(event)

    def _key(self, key: str, way: Way, at: int) -> None:
        if self._listening.is_echo(key, way):
            return
        self._call.event("key", digit=key, way=way)
        if self._message is not None:
            self._left(self._message.key(key, at))
        elif self._guest is not None:
            self._guest.pressed(key, in_band=way == "in-band")

    # -- a message -------------------------------------------------------------------------------------------

    def deaf(self) -> None:
        """Nobody hears speech any more."""
        if self._message is not None:
            self._message.deaf()

    def _left(self, taken: Taken | None) -> None:
        if taken is None or self._message is None:
            return
        message, self._message = self._message, None
        if not taken.spoken:
            self._over(Done(False, {"ended_by": taken.ended_by}, "nothing was said"))
            return
        path = self._kept.keep(message.name, taken)
        self._file(message, taken, path)
        values = {"file": str(path), "seconds": taken.seconds, "ended_by": taken.ended_by, "text": message.text}
        self._over(Done(True, values))

    def _file(self, message: MessageTaking, taken: Taken, path: Path) -> None:
        """Give a message to the queue whose it is: nothing that happens to the call now can lose it."""
        if not message.mailbox or self._office.mailbox is None:
            return
        dialog = self._call.dialog
        who = dialog.called if dialog.direction == "outbound" else dialog.caller
        handed = self._handed
        self._office.mailbox.keep(
            LeftMessage(
                message.mailbox, self._call.id, who.number if who.number != "anonymous" else "", self._language, path,
                taken.seconds, message.text, handed.summary if handed else "", dict(handed.slots) if handed else {},
            )
        )  # fmt: skip

    # -- a human ---------------------------------------------------------------------------------------------

    def _hand_over(self, handover: Handover) -> None:
        """Whoever finds persons gets the caller; where nobody does, the flow says what it has for that."""
        self._handed = handover
        self._call.event(
            "handover", verb=handover.verb, target=handover.target, reason=handover.reason, summary=handover.summary,
            slots=dict(handover.slots), transcript=[list(said) for said in handover.transcript],
            priority=handover.priority,
        )  # fmt: skip
        people, phones = self._office.people, self._office.phones
        if people is None or phones is None:
            self._over(NOBODY)
            return
        parts = self._call, self._robot, self._listening, phones
        guest = self._guest = WaitingCaller(handover, self._language, *parts, self._spawn, self._sink)
        self._guests.append(guest)
        self._run(people.take(guest))

    def _helped(self, news: Learned | WaitsOn, language: str) -> None:
        guest = self._guest
        if guest is None:
            return
        if isinstance(news, Learned):
            self._handed = news.handover
            guest.learn(news.handover, language)
            self._call.event("learned", summary=news.handover.summary, slots=dict(news.handover.slots))
        else:
            self._drop_help()
            guest.helping.end()

    def _leave_people(self) -> None:
        """The caller is back from persons, or not to be handed to any more."""
        guest, self._guest = self._guest, None
        if guest is not None:
            guest.stop()
            self._robot.cut()
            self._spawn(guest.close())

    # -- the end ---------------------------------------------------------------------------------------------

    def drop(self) -> None:
        """The dialogue doesn't wait any more: the call is about to end."""
        if self._message is not None and (taken := self._message.broken_off()) and taken.spoken:
            self._file(self._message, taken, self._kept.add(self._message.name, taken))
        self._drop_help()
        self._errand = self._message = None
        self._alarms.clear(PLEASE_WAIT)
        if self._task is not None:
            self._parts_from(self._task)
        self._leave_people()

    def stop(self) -> None:
        """The call is over."""
        self.drop()
        self._kept.stop()

    async def close(self) -> None:
        """The stream is closed, and what was recorded is whole; nobody rings or talks any more."""
        for guest in self._guests:
            await guest.close()
        await self._kept.close()

    def _parts_from(self, task: "asyncio.Task[None]") -> None:
        """Nobody waits for `task` any more; who counts a talk's end is given a moment for that."""
        self._task = None
        if self._guest is not None and self._guest.talked:
            self._spawn(parting(task))
        else:
            task.cancel()

    def _run(self, work: Coroutine[Any, Any, Done]) -> None:
        self._task = self._spawn(self._report(self._number, work))

    async def _report(self, number: int, work: Coroutine[Any, Any, Done]) -> None:
        try:
            done = await work
        except Exception as error:
            # Whatever it is: the flow has a way out of errands that fail, a conversation without an answer has none.
            log.exception("An errand failed", extra={"call": self._call.id})
            done = Done(False, why=f"{type(error).__name__}: {error}")
        self._sink(ErrandDone(number, done))

    def _over(self, done: Done) -> None:
        self._sink(ErrandDone(self._number, done))
