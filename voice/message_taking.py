"""Taking a message on a line: the tone, then what the caller says, until it is over."""

from asr_tts.speech_protocol import RATE, Heard
from dialplans.exchange import Question, Record
from voice.alarms import Alarms
from voice.call import Call
from voice.listening import Listening
from voice.message import Message, Taken
from voice.robot import Robot

MESSAGE = "message"
"""The alarm that ends it."""


class MessageTaking:
    """One `Record` errand."""

    def __init__(
        self, wanted: Record, language: str, call: Call, robot: Robot, listening: Listening, alarms: Alarms
    ) -> None:
        """`language` is the one that the caller speaks."""
        self._wanted, self._language, self._call = wanted, language, call
        self._robot, self._listening, self._alarms = robot, listening, alarms
        self._message: Message | None = None
        self._beeped = not wanted.beep
        self._words: list[str] = []

    @property
    def name(self) -> str:
        """What the flow calls it."""
        return self._wanted.name

    @property
    def mailbox(self) -> str:
        """The queue whose message it is, or ""."""
        return self._wanted.mailbox

    @property
    def text(self) -> str:
        """What was understood of it."""
        return ("" if self._language == "zh" else " ").join(self._words)

    def all_is_said(self) -> None:
        """Nothing is being said: give the tone; behind it, begin."""
        if self._message is not None:
            return
        if not self._beeped:
            self._beeped = True
            self._robot.beep()
            return
        how = Question(self._wanted.name, kind="dictation", language=self._language)
        self._listening.attend(how)
        self._message = Message(self._wanted, self._call.clock.now(), hears=self._listening.hears)
        self._call.event("records", message=self._wanted.name)
        self._watch()

    def receive(self, event: object) -> None:
        """Take what the speech worker says."""
        if self._message is None:
            return
        self._message.receive(event)
        if isinstance(event, Heard):
            self._words.append(event.text)
            self._call.turn(
                self._call.new_turn(), "caller", event.text, event.start, event.end,
                confidence=event.confidence, language=event.language,
            )  # fmt: skip
        self._watch()

    def deaf(self) -> None:
        """Nobody hears speech any more."""
        if self._message is not None:
            self._message.deaf(self._call.clock.now())
            self._watch()

    def key(self, key: str, at: int) -> Taken | None:
        """Take a key; return the message where it ends it."""
        return self._over(self._message.key(key, at)) if self._message else None

    def time_up(self) -> Taken | None:
        """Return the message where it is over; else wait on."""
        assert self._message is not None, "its alarm is set once it has begun"
        taken = self._over(self._message.time_up(self._call.clock.now() + 1))
        if taken is None:
            self._watch()
        return taken

    def broken_off(self) -> Taken | None:
        """The call ends: return what there is of it."""
        return self._over(self._message.broken_off(self._call.clock.now())) if self._message else None

    def _over(self, taken: Taken | None) -> Taken | None:
        if taken is not None:
            self._message = None
            self._alarms.clear(MESSAGE)
            self._listening.ignore()
        return taken

    def _watch(self) -> None:
        if self._message is not None:
            self._alarms.set(MESSAGE, max(self._message.deadline - self._call.clock.now(), 0) / RATE)
