"""The caller's side of one question: who listens how, which keys count, and how long silence may last."""

import asyncio

from asr_tts.speech_protocol import Ignore
from asr_tts.speech_protocol import Listen as ListenHow
from dialplans.exchange import Question
from voice.alarms import Alarms
from voice.keypad import Keypad, Way
from voice.line import Ear, Stream
from voice.media.media_protocol import ListenTo

NO_INPUT = "no-input"
KEYS = "keys"


def digits_wanted(question: Question) -> tuple[int, int]:
    """Return the fewest and the most digits of an answer, (0, 0) where it isn't one of digits."""
    keys = question.keys
    return (keys.least, keys.most) if question.kind == "digits" and keys and not keys.choices else (0, 0)


class Listening:
    """Speech and keys for the question that is open, in one call."""

    def __init__(self, stream: Stream, ear: Ear, alarms: Alarms) -> None:
        self._stream, self._ear, self._alarms = stream, ear, alarms
        self.question: Question | None = None
        self.hears = bool(ear.audio_socket)
        """Whether anybody could understand speech now."""
        self._keypad = Keypad()
        self._attends = False
        self.glimpses = False
        """Whether words are wanted while the speech goes on."""
        if self.hears:
            stream.tell(ListenTo(stream.number, ear.audio_socket))

    # -- the question ------------------------------------------------------------------------------------------

    def attend(self, question: Question, *, urgent: bool = True) -> None:
        """Let the speech worker listen as `question` needs it (from the beginning of its prompt).

        `urgent`: somebody waits for the words; else they are for the record.
        """
        if not self.hears or not question.speech:
            self.ignore()
            return
        self._attends = True
        self._ear.tell(
            ListenHow(
                self._stream.number,
                question.language,
                question.kind,
                list(question.phrases),
                question.hangover_ms,
                *digits_wanted(question),
                check=question.check,
                urgent=urgent,
                glimpses=self.glimpses,
            )
        )

    def attend_all(self, language: str) -> None:
        """Let the speech worker listen also where nothing is asked."""
        if not self._attends:
            self.attend(Question("", language=language))

    def open(self, question: Question) -> str:
        """Take answers from now on; return the keys where they were typed ahead, or ""."""
        self.question = question
        keys = self._keypad.open(question.keys, self._now())
        self._watch_keys()
        return keys

    def close(self) -> None:
        """The question is answered, or nobody waits for an answer any more."""
        self.question = None
        self._keypad.close()
        self._alarms.clear(NO_INPUT)
        self._alarms.clear(KEYS)

    def ignore(self) -> None:
        """Let the speech worker not listen."""
        if self._attends:
            self._attends = False
            self._ear.tell(Ignore(self._stream.number))

    # -- keys ----------------------------------------------------------------------------------------------

    def key(self, key: str, way: Way) -> str | None:
        """Take a press; return the keys that answer the question ("": not yet), None for a press known already."""
        if self._keypad.is_echo(key, way, self._now()):
            return None
        keys = self._keypad.press(key, self._now())
        self._watch_keys()
        return keys

    def is_echo(self, key: str, way: Way) -> bool:
        """Tell whether a press is known already by another way; remember it otherwise. For keys of no question."""
        return self._keypad.is_echo(key, way, self._now())

    @property
    def keys_begun(self) -> bool:
        """Whether an answer by keys is under way."""
        return self._keypad.begun

    def keys_over(self) -> str:
        """No key came any more; return what was keyed."""
        return self._keypad.time_up(self._now() + 0.001)

    def forget_keys(self) -> None:
        """What was typed ahead is no answer any more."""
        self._keypad.forget()

    def _watch_keys(self) -> None:
        if self._keypad.deadline is None:
            self._alarms.clear(KEYS)
        else:
            self._alarms.clear(NO_INPUT)
            self._alarms.set(KEYS, self._keypad.deadline - self._now())

    # -- silence -------------------------------------------------------------------------------------------

    def silence(self, begins: bool) -> None:
        """Nobody speaks (or somebody does again): the caller's patience runs only in silence."""
        if not begins or self.question is None or self._keypad.begun:
            self._alarms.clear(NO_INPUT)
        elif not self._alarms.is_set(NO_INPUT):
            self._alarms.set(NO_INPUT, self.question.no_input_s)

    # -- the speech worker -----------------------------------------------------------------------------------

    def lost(self) -> None:
        """The speech worker is gone."""
        self.hears = self._attends = False
        self._stream.tell(ListenTo(self._stream.number, ""))

    def back(self) -> None:
        """There is one again."""
        self.hears = bool(self._ear.audio_socket)
        if self.hears:
            self._stream.tell(ListenTo(self._stream.number, self._ear.audio_socket))
            if self.question is not None:
                self.attend(self.question)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
