"""Who answered a call of ours, within its conversation: hears all that comes in, and changes the course of the call.

The robot begins to speak at once, whoever it is. A person never notices; a machine is hung up on or gets its message
behind the beep, a screening service hears name and purpose and then somebody new is listened for, the rest is ended.
While the callee leads (`leads`), the dialogue waits and hears of nothing.
"""

from typing import Protocol

from asr_tts import speech_protocol as heard
from asr_tts.speech_protocol import RATE
from dialplans.place import Texts
from voice.alarms import Alarm, Alarms
from voice.answering_machine import SCREENED, DetectPolicy, Verdict, WhoAnswered
from voice.call import Call
from voice.first_sounds import evidence
from voice.line import Stream
from voice.media.media_protocol import RecordingStarted, ToneHeard, WatchTones
from voice.outgoing_talk import OutgoingTalk

WHO = "who-answered"
"""The alarm by which time passes for the decision …"""
EVERY_S = 0.1
SPEAK = "speak-now"
"""… the one that ends a wait to speak …"""
GIVE_UP = "who-answered-give-up"
"""… and the one that ends a wait that brings nothing."""
EARLY_S = 2.5
"""So long after the answer no draft is taken for an answer: a machine's "this is Ann" is followed by more."""
PICKS_UP_S = 1.5
"""Who begins to speak so soon after the answer says what one picks up with, and can't have heard any question yet."""
AFTER_BEEP_S = 0.3
END_OF_GREETING_S = 2.5
"""Silence after which a machine's greeting is over, where no beep was heard."""
END_OF_QUESTION_S = 0.9
LONGEST_GREETING_S = 45.0
SCREENING_S = 45.0
"""So long a screening service may take to find its person."""


class Conversation(Protocol):
    """What the callee has the conversation do."""

    def quiet(self) -> None:
        """Say nothing more, and wait for no answer."""

    def tell_callee(self, texts: Texts) -> None:
        """Say this; `Callee.all_is_said` follows."""

    def leave(self) -> None:
        """Hang up."""

    def start_over(self) -> None:
        """Begin anew, with somebody who heard nothing so far."""


class Callee:
    """Who answered one call."""

    def __init__(
        self, call: Call, stream: Stream, alarms: Alarms, talk: OutgoingTalk, language: str, conversation: Conversation
    ) -> None:
        self._call, self._stream, self._alarms, self._conversation = call, stream, alarms, conversation
        self._policy: DetectPolicy | None = talk.detect
        self._language = language
        self._who = WhoAnswered(talk.detect, language) if talk.detect else None
        self._answered = -1
        """Sample of the answer; -1 before anything is known of the stream."""
        self._doing = ""
        """"": the dialogue talks; "waits" (for the beep), "message", "question", "name", "screened": we lead."""
        self._again = True
        """Whether a message that came too early may be said once more."""

    @property
    def looks(self) -> bool:
        """Whether a verdict may still come or change, so that words are wanted while they are spoken."""
        return self._who is not None and (self._who.undecided or self.leads or self._now() < self._who.until)

    @property
    def leads(self) -> bool:
        """Whether the dialogue is to hear of nothing."""
        return self._doing != ""

    @property
    def doubtful(self) -> bool:
        """Whether what was heard is rather no person's, or nobody can say so far: no answer is to be taken early."""
        return self._who is not None and (self._who.undecided or self.no_person or self._now() < EARLY_S)

    @property
    def no_person(self) -> bool:
        """Whether what was said is rather no person's, though that isn't sure: also where one was believed before."""
        return self._who is not None and self._now() < self._who.until and self._who.leans != "human"

    def greets(self, text: str) -> bool:
        """Tell whether `text` is but the hello of who picks up."""
        return self._who is not None and self._who.greets(text)

    def picks_up(self, sample: int) -> bool:
        """Tell whether what began at a sample of the stream is what one picks up with, by its time."""
        return self._who is not None and self._seconds(sample) <= PICKS_UP_S

    def begin(self) -> None:
        """The call is answered."""
        if self._who is not None:
            self._stream.tell(WatchTones(self._stream.number, True))
            self._alarms.set(WHO, EVERY_S)

    def takes(self, event: object) -> bool:
        """Take what happens; tell whether the conversation needn't see it."""
        who = self._who
        if who is None:
            return False
        match event:
            case RecordingStarted() if self._answered < 0:
                self._answered = event.at
            case ToneHeard():
                self._tone(event, who)
                return True
            case heard.Glimpse():
                self._news(evidence(who, event, self._seconds, self._now()))
                return True
            case Alarm(name=name) if name in (WHO, SPEAK, GIVE_UP):
                if self._alarms.valid(event):
                    self._rings(name, who)
                return True
            case (
                heard.SpeechStarted()
                | heard.SpeechGoesOn()
                | heard.SpeechPaused()
                | heard.Draft()
                | heard.Heard()
                | (heard.Rejected())
            ):
                self._speech(event, who)
                return self.leads
            case _:
                pass
        return False

    def _speech(self, event: object, who: WhoAnswered) -> None:
        self._news(evidence(who, event, self._seconds, self._now()))
        if isinstance(event, heard.SpeechStarted):
            self._alarms.clear(SPEAK)
        elif isinstance(event, heard.SpeechPaused | heard.Heard):
            self._wait_for_the_end()
            self._look_again(who)

    def _look_again(self, who: WhoAnswered) -> None:
        if self.looks:
            due = who.due
            self._alarms.set(WHO, EVERY_S if due is None else min(max(due - self._now(), 0.001), EVERY_S))

    def _tone(self, event: ToneHeard, who: WhoAnswered) -> None:
        self._call.event("tone", kind=event.kind, hertz=event.hertz, ms=event.duration_ms)
        self._news(evidence(who, event, self._seconds, self._now()))
        if event.kind == "beep" and self._doing == "waits":
            self._alarms.set(SPEAK, AFTER_BEEP_S)
        elif event.kind == "beep" and self._doing == "message" and self._again:
            # We were too early: nothing was recorded so far.
            self._again = False
            self._conversation.quiet()
            self._leave_message()

    def _rings(self, name: str, who: WhoAnswered) -> None:
        match name:
            case _ if name == WHO:
                if self.looks:
                    self._look_again(who)
                else:
                    self._stream.tell(WatchTones(self._stream.number, False))
                self._news(who.time_passes(self._now()))
            case _ if name == GIVE_UP:
                self._conversation.leave()
            case _ if self._doing == "waits":
                self._leave_message()
            case _ if self._doing == "question":
                self._doing = "name"
                self._conversation.tell_callee(self._policy.screening if self._policy else {})
            case _:
                pass

    def all_is_said(self) -> None:
        """What we led was said to its end."""
        match self._doing:
            case "message":
                self._call.event("message-left")
                self._conversation.leave()
            case "name" if self._policy is not None:
                self._doing = "screened"
                self._who = WhoAnswered(self._policy, self._language, prior=SCREENED, since=self._now())
                self._alarms.set(GIVE_UP, SCREENING_S)
            case _:
                pass

    def over(self) -> None:
        """The call ends: say who it was, as far as anybody can."""
        if self._who is None or not self._who.undecided or self._doing == "screened":
            return
        if verdict := self._who.finally_(self._now()):
            self._told(verdict)

    # -- verdicts ----------------------------------------------------------------------------------------------

    def _news(self, verdict: Verdict | None) -> None:
        if verdict is None or self._policy is None:
            return
        if self._doing in ("waits", "message") or (self._doing == "screened" and verdict.who == "silence"):
            return
        self._told(verdict)
        match verdict.who:
            case "human" if self._doing == "screened":
                self._alarms.clear(GIVE_UP)
                self._doing = ""
                self._conversation.start_over()
            case "screening" if self._doing == "screened":
                # It goes on talking to us while its person is found.
                self._who = WhoAnswered(self._policy, self._language, prior=SCREENED, since=self._now())
            case "human" | "silence":
                pass
            case _ if not verdict.final:
                # The robot goes on: should it be a person after all, they hear no dead air.
                pass
            case "machine":
                self._machine(self._policy)
            case "screening" if self._policy.screening:
                self._doing = "question"
                self._conversation.quiet()
                self._alarms.set(SPEAK, END_OF_QUESTION_S)
            case _:
                self._conversation.leave()

    def _machine(self, policy: DetectPolicy) -> None:
        if policy.machine == "talk":
            return
        if policy.machine == "hang_up" or not policy.message:
            self._conversation.leave()
            return
        self._doing = "waits"
        self._conversation.quiet()
        self._alarms.set(GIVE_UP, LONGEST_GREETING_S)
        self._wait_for_the_end()

    def _wait_for_the_end(self) -> None:
        if self._doing == "waits":
            self._alarms.set(SPEAK, END_OF_GREETING_S)
        elif self._doing == "question":
            self._alarms.set(SPEAK, END_OF_QUESTION_S)

    def _leave_message(self) -> None:
        self._doing = "message"
        self._alarms.clear(GIVE_UP)
        self._conversation.tell_callee(self._policy.message if self._policy else {})

    def _told(self, verdict: Verdict) -> None:
        self._call.event(
            "answered-by", who=verdict.who, reasons=list(verdict.reasons), seconds=verdict.at,
            announcement=verdict.announcement,
        )  # fmt: skip

    # -- time --------------------------------------------------------------------------------------------------

    def _seconds(self, sample: int) -> float:
        """Return the seconds from the answer to a sample of the stream."""
        if self._answered < 0:
            self._answered = sample
        return max(sample - self._answered, 0) / RATE

    def _now(self) -> float:
        return self._seconds(self._call.clock.now())
