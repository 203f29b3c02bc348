"""The conversation of a call of ours: with the lead's variables and time, an ear on who answers, and an end for good.

What a `Session` is besides. Who was called may say at any moment that they don't want it: in the middle of a prompt
that may not be interrupted, and while the last word is spoken.
"""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Literal

from asr_tts import speech_protocol as heard
from dialplans import exchange
from dialplans.dialogue import Dialogue
from dialplans.exchange import Action, Begin, Handover, HangUp, Say
from dialplans.opt_out import KEY, opts_out
from dialplans.place import Texts
from models.cause import Cause
from models.settings import Settings
from voice.back_office import BackOffice
from voice.call import Call
from voice.callee import Callee
from voice.keypad import Way
from voice.line import Ear, Stream
from voice.outgoing_talk import OutgoingTalk
from voice.prompt_shelf import PromptShelf
from voice.session import Session

CONNECT = "connect-by-now"
"""The alarm that rings when a person of ours should have taken the call."""
SAYS_S = 0.25
"""By which it rings earlier: who is abandoned hears the first word within the law's time, not after it."""


class OutgoingSession(Session):
    """The conversation of one call of ours that was answered."""

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
        talk: OutgoingTalk,
    ) -> None:
        super().__init__(call, dialogue, stream, ear, shelf, queue, settings, office)
        self._talk = talk
        self._callee = Callee(call, stream, self._alarms, talk, dialogue.language, self)
        self._turns.greets = self._callee.greets
        self._interruptions.trusts = lambda: not self._callee.doubtful
        self._first: list[Action] = []
        """What the dialogue began with."""
        self._no_more = False
        """Whether the callee has told a person that they don't want to be called."""

    # -- whom we called ----------------------------------------------------------------------------------------

    def _beginning(self) -> Begin:
        dialog = self._call.dialog
        who = dialog.caller.number, dialog.called.number
        return Begin(*who, self._dialogue.language, self._talk.variables, outgoing=True)

    def _wall(self) -> datetime:
        return self._talk.wall(self._office.now())

    def _begin(self) -> None:
        self._callee.begin()
        super()._begin()
        self._listening.attend_all(self._dialogue.language)

    def _told(self, event: exchange.Event) -> list[Action]:
        actions = super()._told(event)
        if isinstance(event, Begin):
            self._first = actions
        return actions

    def _take(self, event: object) -> None:
        if isinstance(event, heard.Heard) and self._errands.with_people:
            self._overhear(event)
        super()._take(event)

    def _happens(self, event: object) -> None:
        if not self._callee.takes(event):
            super()._happens(event)

    def _go_on(self) -> None:
        super()._go_on()
        if not self._robot.busy:
            self._callee.all_is_said()

    async def _close(self, cause: Cause) -> None:
        self._callee.over()
        await super()._close(cause)

    # -- what the callee has us do -----------------------------------------------------------------------------

    def quiet(self) -> None:
        """Say nothing more, and wait for no answer."""
        self._asked = self._finale = None
        self._errands.drop()
        self._robot.cut()
        self._turns.reset()
        self._listening.close()

    def tell_callee(self, texts: Texts) -> None:
        """Say this; `Callee.all_is_said` follows."""
        self._do([Say((self._dialogue.prompt(texts),), barge_in=False)])

    def leave(self) -> None:
        """Hang up."""
        self._cause = self._cause or Cause.ROBOT_HUNG_UP

    def start_over(self) -> None:
        """Begin anew, with somebody who heard nothing so far."""
        self._turns.reset()
        self._do(self._first)

    # -- abandoned ---------------------------------------------------------------------------------------------

    def _do(self, actions: list[Action]) -> None:
        self._listening.glimpses = self._callee.looks
        handed = any(isinstance(action, Handover) and action.verb == "enqueue" for action in actions)
        if handed and self._talk.connect_s:
            self._alarms.set(CONNECT, max(self._talk.connect_s - SAYS_S, 0.0))
        super()._do([self._to_whom(action) for action in actions])

    def _to_whom(self, action: Action) -> Action:
        """Lead who would go to a queue straight to the agent who waits for them."""
        if self._talk.agent and isinstance(action, Handover) and action.verb == "enqueue":
            return replace(action, verb="transfer", target=self._talk.agent)
        return action

    def _alarm(self, name: str) -> None:
        if name != CONNECT:
            super()._alarm(name)
        elif self._errands.out and not self._errands.talks:
            self._abandon()

    def _abandon(self) -> None:
        """Nobody of ours is there in time: the callee isn't kept waiting, and hears who called."""
        self._call.event("abandoned", seconds=self._talk.connect_s)
        self.quiet()
        self._finale = HangUp()
        self._do([Say((self._dialogue.prompt(self._talk.abandoned),), barge_in=False)])

    # -- no more calls -----------------------------------------------------------------------------------------

    def _heard(self, event: "heard.FromSpeech") -> None:
        if isinstance(event, heard.Heard):
            if self._listening.question is None and opts_out(event.text, self._dialogue.language):
                self._opted_out("said", event.text)
                return
            if self._callee.no_person:
                # Nobody's answer, as far as one can tell: the robot goes on.
                event = heard.Rejected(event.stream, event.utterance, event.start, event.start, "who answers?")
            elif self._picks_up(event):
                self._call.event("picked-up-with", text=event.text)
                event = heard.Rejected(event.stream, event.utterance, event.start, event.start, "picks up")
        super()._heard(event)

    def _picks_up(self, said: heard.Heard) -> bool:
        """Tell whether this is what one picks up with, a hello or a name, said before our question could be heard.

        The robot goes on: it neither apologises for a hello that it misheard, nor takes "good morning" for a yes.
        """
        if not self._callee.picks_up(said.start) or not self._robot.busy:
            return False
        return not self._dialogue.stands_alone(said.text, said.language, said.choice)

    def _key(self, key: str, way: Way, at: int) -> None:
        unasked = self._listening.question is None and self._asked is None
        super()._key(key, way, at)
        if unasked and key == KEY:
            self._opted_out("keyed", key)

    def _overhear(self, said: heard.Heard) -> None:
        """Take the wish from what is said to a person, too; the talk with that person goes on."""
        if not self._no_more and opts_out(said.text, said.language or self._dialogue.language):
            self._no_more = True
            self._call.event("opted-out", how="said", words=said.text)

    def _opted_out(self, how: Literal["said", "keyed"], words: str) -> None:
        self.quiet()
        self._do(self._told(exchange.OptedOut(how, words)))
