"""Carries out who hears whom in one talk: one message to the media worker for each who is to hear something else."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from voice.agent_call import AgentLeg
from voice.hearing import Heard, Monitor, Sound, heard
from voice.line import Stream
from voice.media import media_protocol as media

if TYPE_CHECKING:
    from voice.guest import WaitingCaller


class Connecting:
    """What the parties of one talk hear now."""

    def __init__(self, caller: Stream, guest: "WaitingCaller") -> None:
        self._caller, self._guest = caller, guest
        self._heard: dict[int, Heard] = {}
        """By stream."""

    def connect(
        self, legs: Sequence[AgentLeg], talking: Collection[int], away: Collection[int], monitor: Monitor | None
    ) -> None:
        """Let the caller and those of `legs` that are up hear what they are to hear, and be understood by it."""
        present = {leg.stream.number: leg for leg in legs if leg.up}
        for number, wanted in heard([self._caller.number, *present], talking, away, monitor).items():
            before = self._heard.get(number, Heard())
            self._heard[number] = wanted
            leg = present.get(number)
            if wanted.sources != before.sources:
                hears(leg.stream if leg else self._caller, wanted.sources)
            if wanted.sound != before.sound:
                self._sound(leg, wanted.sound)
        for number, leg in present.items():
            # What the caller doesn't hear is nobody's on record: a consultation, a supervisor's word.
            leg.listen(self._guest.language if number in self._heard[self._caller.number].sources else "")

    def relay(self, keys: str, source: int, legs: Sequence[AgentLeg]) -> None:
        """Press keys for everybody who hears `source`: telephone events aren't in the sound (RFC 4733)."""
        for stream in [self._caller, *(leg.stream for leg in legs if leg.up)]:
            if source in self._heard.get(stream.number, Heard()).sources:
                stream.tell(media.SendDigits(stream.number, keys))

    def part(self, legs: Sequence[AgentLeg]) -> None:
        """Let the caller hear nobody of them any more, nor they anybody."""
        hears(self._caller, ())
        for leg in legs:
            if leg.up:
                leg.listen("")
                leg.quiet()
                hears(leg.stream, ())

    def _sound(self, leg: AgentLeg | None, sound: Sound) -> None:
        if leg is not None:
            leg.sounds(sound, self._guest.music_file)
        elif sound:
            self._guest.play_music()
        else:
            self._guest.quiet()


def hears(stream: Stream, sources: Sequence[int]) -> None:
    """Let the peer of `stream` hear these streams' peers."""
    stream.tell(media.Hear(stream.number, list(sources)))
