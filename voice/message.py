"""A message that a caller leaves: from the tone to a key, silence or the limit. Pure; times are samples."""

from dataclasses import dataclass
from typing import Literal

from asr_tts import speech_protocol as heard
from asr_tts.speech_protocol import RATE
from dialplans.exchange import Record

EndedBy = Literal["key", "silence", "limit", "hang-up"]
TAIL = 0.3
"""Seconds that are kept behind the last word where silence ended it."""
SPEECH = 0.8
"""Seconds from which a sound that no recogniser could read is somebody speaking, and no cough."""


@dataclass(frozen=True)
class Taken:
    """A message as it was left; samples of the stream."""

    start: int
    end: int
    ended_by: EndedBy
    spoken: bool
    """Whether anything was said."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return round((self.end - self.start) / RATE, 2)


class Message:
    """One message while it is being left."""

    def __init__(self, wanted: Record, start: int, *, hears: bool) -> None:
        """Begin at sample `start`; where nobody hears speech (`hears`), only a key or the limit ends it."""
        self._wanted, self._start, self._hears = wanted, start, hears
        self._limit = start + round(wanted.most_s * RATE)
        self._silent_from = start
        self._speaks = False
        self._spoken = not hears

    @property
    def deadline(self) -> int:
        """The sample at which it is over if nothing more happens."""
        if self._speaks or not self._hears:
            return self._limit
        return min(self._limit, self._silent_from + round(self._wanted.silence_s * RATE))

    def deaf(self, at: int) -> None:
        """Nobody hears speech any more."""
        self._hears, self._spoken = False, self._spoken or self._speaks

    def receive(self, event: object) -> None:
        """Take what the speech worker says of the caller."""
        match event:
            case heard.SpeechStarted():
                self._speaks = True
            case heard.SpeechGoesOn():
                # One that goes on after it was over for us is the same breath.
                self._speaks = True
                self._spoken = self._spoken or event.speech_ms >= SPEECH * 1000
            case heard.SpeechPaused():
                self._falls_silent(event.at)
            case heard.Heard():
                self._spoken = True
                self._falls_silent(event.end)
            case heard.Rejected():
                self._spoken = self._spoken or event.end - event.start >= SPEECH * RATE
                self._falls_silent(event.end)
            case heard.RecogniserFailed():
                self._spoken, self._speaks = True, False

    def _falls_silent(self, at: int) -> None:
        self._speaks = False
        self._silent_from = max(self._silent_from, at)

    def key(self, key: str, at: int) -> Taken | None:
        """Take a key; return the message where it is the one that ends it."""
        return self._taken(at, "key") if self._wanted.finish and key == self._wanted.finish else None

    def time_up(self, at: int) -> Taken | None:
        """Return the message where it is over by now."""
        if at < self.deadline:
            return None
        if self.deadline >= self._limit:
            return self._taken(self._limit, "limit")
        return self._taken(min(at, self._silent_from + round(TAIL * RATE)), "silence")

    def broken_off(self, at: int) -> Taken:
        """Return what there is when the caller hung up."""
        return self._taken(min(at, self._limit), "hang-up")

    def _taken(self, end: int, ended_by: EndedBy) -> Taken:
        return Taken(self._start, max(end, self._start), ended_by, self._spoken or self._speaks)
