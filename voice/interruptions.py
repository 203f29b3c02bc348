"""The caller's speech as it comes: what turn taking decides about the robot's voice is carried out; turns come back."""

from collections.abc import Callable

from asr_tts import speech_protocol as heard
from asr_tts.speech_protocol import FromSpeech
from voice.alarms import Alarms
from voice.call import Call
from voice.line import Ear, Stream
from voice.robot import Robot
from voice.turn_taking import REWIND_MS, Answer, Commit, Decision, Ignored, Misheard, Pause, Resume, Stop, TurnTaking

STUCK_ALARM = "stuck"
STUCK_SECONDS = 25.0
"""An utterance is capped at 15 s; one that is open for so long was forgotten by whoever hears it."""


class Interruptions:
    """Of one call."""

    def __init__(self, call: Call, turns: TurnTaking, robot: Robot, line: tuple[Stream, Ear], alarms: Alarms) -> None:
        self._call, self._turns, self._robot, self._alarms = call, turns, robot, alarms
        self._stream, self._ear = line
        self.trusts: Callable[[], bool] = lambda: True
        """Whether a draft may be taken for an answer."""

    def receive(self, event: FromSpeech) -> list[Answer | Misheard]:
        """Take what was heard; return the caller's turns that it makes."""
        decisions = self._turns.receive(event)  # type: ignore[arg-type]
        return [turn for decision in decisions if (turn := self._done(decision))]

    def watch(self) -> None:
        """Ring where an utterance goes on for longer than any can."""
        if not self._turns.caller_speaks:
            self._alarms.clear(STUCK_ALARM)
        elif not self._alarms.is_set(STUCK_ALARM):
            self._alarms.set(STUCK_ALARM, STUCK_SECONDS)

    def stuck(self) -> None:
        """Forget an utterance that nobody will end."""
        self._call.event("speech-stuck")
        was_paused = self._turns.robot_paused
        self._turns.reset()
        if was_paused:
            self._robot.resume(REWIND_MS)

    def _done(self, decision: Decision) -> Answer | Misheard | None:
        match decision:
            case Pause():
                self._robot.pause()
            case Resume():
                self._call.event("false-stop", why=decision.why)
                self._robot.resume(decision.rewind_ms)
            case Stop():
                self._robot.cut()
            case Commit() if self.trusts():
                self._ear.tell(heard.Commit(self._stream.number, decision.utterance))
            case Ignored():
                self._call.event("ignored", text=decision.text, why=decision.why)
            case Answer() | Misheard():
                return decision
        return None
