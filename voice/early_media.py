"""What is heard before the answer: a network that says what is wrong with the number (183 with sound) ends the wait.

Ringing tones and ring-back music are heard too, and are nothing. Nobody is spoken to. A network speaks at once where it
has something to say: the first that is said is listened to as answers are, the rest in what time is left.
"""

from collections.abc import Callable

from asr_tts.speech_protocol import RATE, Heard, Listen, Rejected, SpeechStarted
from models.cause import Cause
from voice.agreed_media import remote_of
from voice.answering_machine import PRIOR, DetectPolicy, WhoAnswered
from voice.call import Call
from voice.endings import EndNow
from voice.first_sounds import evidence
from voice.line import Ear, MediaPlan, Ringing, Stream
from voice.media.media_protocol import ListenTo, WatchTones
from voice.running_calls import Queue

BEFORE = {**PRIOR, "announcement": 0.0, "machine": -9.0, "screening": -9.0, "ivr": -9.0, "fax": -9.0}
"""Log-odds against anything else, before the answer."""
CAUSES = {
    "no-such-number": Cause.NO_SUCH_NUMBER, "busy": Cause.BUSY, "no-answer": Cause.NO_ANSWER,
    "congestion": Cause.CONGESTION,
}  # fmt: skip
"""What a call that is given up for an announcement ended by; any other was cancelled."""


class EarlyMedia:
    """Listens to one call of ours while it rings."""

    def __init__(
        self, call: Call, stream: Stream, attend: Callable[[], Ear], queue: Queue, policy: DetectPolicy, language: str
    ) -> None:
        """`attend` gives the ear that stays with the call; `queue` is that of the call."""
        self._call, self._stream, self._queue, self._attend = call, stream, queue, attend
        self._who = WhoAnswered(policy, language, prior=BEFORE)
        self._language = language
        self._first = -1
        self._spoken = False
        """Whether anybody, or any music, was heard so far."""
        self._hastens = True
        """Whether the words are wanted soon."""
        self.ear: Ear | None = None
        """Who listens, once there was something to hear."""

    def take(self, event: object) -> None:
        """Take what happens while it rings."""
        if isinstance(event, Ringing):
            if event.plan is not None and event.plan.port and self.ear is None:
                self._listen(event.plan)
            return
        if isinstance(event, SpeechStarted) and not self._spoken:
            # Most networks only let us hear the ringing, which nobody has to understand.
            self._spoken = True
            self._call.event("early-speech")
        verdict = evidence(self._who, event, self._seconds, self._last(event))
        if isinstance(event, Heard | Rejected) and self._who.undecided and self._hastens and self.ear is not None:
            self._hastens = False
            self.ear.tell(Listen(self._stream.number, self._language, urgent=False))
        if verdict is not None and verdict.who == "announcement" and verdict.final:
            self._call.event(
                "answered-by", who=verdict.who, reasons=list(verdict.reasons), seconds=verdict.at,
                announcement=verdict.announcement, early=True,
            )  # fmt: skip
            self._queue.put_nowait(EndNow(CAUSES.get(verdict.announcement, Cause.CANCELLED)))

    def _listen(self, plan: MediaPlan) -> None:
        ear, number = self._attend(), self._stream.number
        self.ear = ear
        self._stream.tell(remote_of(number, plan, self._call.dialog.origin))
        self._stream.tell(WatchTones(number, True))
        if ear.audio_socket:
            self._stream.tell(ListenTo(number, ear.audio_socket))
            ear.tell(Listen(number, self._language, glimpses=True))

    def close(self) -> None:
        """Nobody answered."""
        if self.ear is not None:
            self.ear.close()

    def _last(self, event: object) -> float:
        if isinstance(event, Heard):
            return self._seconds(event.end + event.endpoint_ms * RATE // 1000)
        at = getattr(event, "at", 0)
        return self._seconds(at) if at else 0.0

    def _seconds(self, sample: int) -> float:
        if self._first < 0:
            self._first = sample
        return max(sample - self._first, 0) / RATE
