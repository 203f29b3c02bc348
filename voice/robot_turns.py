"""The robot's turns in the record: written when they begin, and again with what was heard when they end."""

from voice.call import Call
from voice.media.media_protocol import PlayEnded
from voice.speaking import Speech


class RobotTurns:
    """The robot's turns of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._open: dict[int, Speech] = {}
        """By the number of the play."""
        self._silent_since = -1
        """Sample at which a pause cut in that isn't over, or -1."""

    def began(self, speech: Speech, at: int) -> None:
        """Its first sound is the stream's sample `at`; a tone is no turn."""
        if not speech.prompts:
            return
        speech.started_at, speech.turn = at, self._call.new_turn()
        self._open[speech.play] = speech
        self._call.turn(speech.turn, "robot", speech.text, at, at + speech.samples, language=_language(speech))

    def paused(self) -> None:
        """The robot fell silent to hear who speaks; if it stops for good, this is where it did."""
        if not any(0 <= speech.started_at < self._silent_since for speech in self._open.values()):
            self._silent_since = self._call.clock.now()

    def resumed(self) -> None:
        """It goes on."""
        self._silent_since = -1

    def ended(self, event: PlayEnded) -> None:
        """The play is over; `played` tells how much of it was heard."""
        if (speech := self._open.pop(event.play, None)) is not None:
            self._write(speech, event.at, event.played, interrupted=event.reason == "stopped")

    def close(self) -> None:
        """The stream is gone without telling how much was played: it is what the clock says."""
        now = self._call.clock.now()
        for speech in self._open.values():
            self._write(speech, now, self._until(now) - speech.started_at, interrupted=True)
        self._open.clear()

    def _until(self, now: int) -> int:
        return self._silent_since if self._silent_since >= 0 else now

    def _write(self, speech: Speech, at: int, played: int, *, interrupted: bool) -> None:
        interrupted = interrupted and played < speech.samples
        if interrupted and self._silent_since > speech.started_at:
            at = min(at, self._silent_since)
        self._silent_since = -1
        text = speech.heard(played) if interrupted else speech.text
        self._call.turn(
            speech.turn, "robot", text, speech.started_at, at, interrupted=interrupted, language=_language(speech)
        )


def _language(speech: Speech) -> str:
    return speech.prompts[0].language if speech.prompts else ""
