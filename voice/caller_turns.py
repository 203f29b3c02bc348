"""The caller's turns in the record: written when they are taken, and again with what became of them."""

from asr_tts.speech_protocol import RATE
from dialplans.exchange import Understood
from voice.call import Call
from voice.media.media_protocol import PlayStarted
from voice.turn_taking import Answer


class CallerTurns:
    """The answers of one caller, by voice and by keys."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._turn = 0
        self._unanswered: tuple[int, dict[str, float]] | None = None
        """Last sample and timings of the turn that the robot hasn't replied to yet."""
        self._keyed_from = -1
        """Sample of the first key of the answer that is being keyed, or -1."""
        self.since = 0
        """First sample of the last turn."""

    def said(self, answer: Answer) -> None:
        """The caller said something that is an answer."""
        timings = {"endpoint_ms": float(answer.endpoint_ms), "decode_ms": float(answer.decode_ms)}
        self._begins(answer.start, answer.end, timings)
        self._call.turn(
            self._turn, "caller", answer.text, answer.start, answer.end,
            confidence=answer.confidence, language=answer.language, timings=timings,
        )  # fmt: skip

    def keys(self, at: int) -> None:
        """A key that belongs to an answer."""
        self._keyed_from = at if self._keyed_from < 0 else self._keyed_from

    def no_keys(self) -> None:
        """What was keyed is no answer."""
        self._keyed_from = -1

    def keyed(self, keys: str, at: int) -> None:
        """The answer was keyed; its last key is sample `at`."""
        start, self._keyed_from = self._keyed_from, -1
        start = start if 0 <= start <= at else at
        self._begins(start, at, {})
        self._call.turn(self._turn, "caller", keys, start, at, digits=keys, confidence=1.0)

    def understood(self, what: Understood) -> None:
        """The last turn was taken so."""
        self._call.turn_changed(self._turn, intent=what.intent, confidence=what.confidence)
        if what.runner_up:
            self._call.event(
                "understood", turn=self._turn, intent=what.intent, confidence=what.confidence,
                runner_up=what.runner_up, runner_up_confidence=what.runner_up_confidence,
            )  # fmt: skip

    def answered(self, event: PlayStarted) -> None:
        """The robot's next word is on the wire."""
        if self._unanswered is not None:
            end, timings = self._unanswered
            self._unanswered = None
            self._call.turn_changed(self._turn, timings={**timings, "answer_ms": (event.at - end) * 1000 / RATE})

    def _begins(self, start: int, end: int, timings: dict[str, float]) -> None:
        self._turn, self.since, self._unanswered = self._call.new_turn(), start, (end, timings)
