"""A caller by script on the loopback line: says, keys, waits to hear, holds, hangs up."""

import asyncio
from collections.abc import Callable

from asr_tts.speech_protocol import Prosody
from voice.loopback import Audible, Lines, LoopbackDialog, Sounding
from voice.loopback_speech import SECONDS_A_SIGN, LoopbackEar, LoopbackSpeech
from voice.media.media_protocol import File, Play

PATIENCE = 120.0
"""Seconds until something that never comes is missed."""


class NeverHeard(AssertionError):
    """The robot didn't say it in time."""


class LoopbackCaller:
    """One caller on one call."""

    def __init__(self, dialog: LoopbackDialog, media: Lines, speech: LoopbackSpeech) -> None:
        self.dialog = dialog
        self._media, self._speech = media, speech
        self._known: Audible | None = None
        self._ear: LoopbackEar | None = None
        self._from = 0
        """Plays before this number were waited for already."""

    @property
    def stream(self) -> Audible:
        """The stream of this call (the newest one until it is known)."""
        if self._known is None:
            self._known = self._media.streams[max(self._media.streams)]
        return self._known

    @property
    def ear(self) -> LoopbackEar:
        """Who listens to it."""
        if self._ear is None:
            self._ear = self._speech.ears[self.stream.number]
        return self._ear

    @property
    def plays(self) -> dict[int, str]:
        """What the robot began or meant to say, by number of the play."""
        found: dict[int, str] = {}
        for message in self.stream.told:
            if isinstance(message, Play):
                texts = [source.path.partition("/")[2] for source in message.sources if isinstance(source, File)]
                found[message.play] = " ".join(filter(None, [found.get(message.play, ""), *texts]))
        return found

    def sounding(self, play: int) -> list[Sounding]:
        """Return when a play was to be heard."""
        return [piece for piece in self.stream.audible if piece.play == play]

    async def answered(self) -> None:
        """Wait until somebody picks up."""
        await self._until(lambda: self.dialog.answered and bool(self._media.streams), "an answer")
        await self._until(lambda: self.stream.number in self._speech.ears, "an ear")

    async def hears(self, words: str, *, out: bool = True) -> int:
        """Wait until the robot says something with `words` in it (with `out`, to its end); return the play."""
        await self._until(lambda: self._with(words) >= 0, f"“{words}” (heard: {list(self.plays.values())})")
        play = self._with(words)
        await self._until(lambda: bool(self.sounding(play)), words)
        self._from = play + 1
        if out:
            await self.hears_out()
        return play

    async def hears_out(self) -> None:
        """Wait until nothing is left that the robot would say."""
        await self._until(lambda: not self.stream.busy, "the end of it")

    async def says(
        self, text: str, seconds: float = 0.0, *, echo: float = 0.0, confidence: float = 0.9, rejected: str = "",
        language: str = "en", prosody: Prosody | None = None,
    ) -> None:  # fmt: skip
        """Say `text` and wait until it was taken (heard or rejected)."""
        seconds = seconds or max(len(text) * SECONDS_A_SIGN[language], 0.3)
        await self.ear.utterance(
            text, seconds, stream=self.stream, echo=echo, confidence=confidence, rejected=rejected, language=language,
            prosody=prosody,
        )  # fmt: skip
        await asyncio.sleep(0)

    async def coughs(self, seconds: float = 0.4) -> None:
        """A sound that no recogniser takes for words."""
        await self.says("", seconds, rejected="no speech")

    async def keys(self, digits: str, gap: float = 0.3) -> None:
        """Press keys."""
        for digit in digits:
            self.stream.key(digit)
            await asyncio.sleep(gap)

    async def waits(self, seconds: float) -> None:
        """Be silent."""
        await asyncio.sleep(seconds)

    def hangs_up(self) -> None:
        """BYE."""
        self.dialog.caller_hangs_up()

    async def is_hung_up(self) -> None:
        """Wait until the robot hangs up."""
        await self._until(lambda: self.dialog.over is not None, "the robot hanging up")

    def _with(self, words: str) -> int:
        return next((play for play, text in self.plays.items() if play >= self._from and words in text), -1)

    async def _until(self, condition: Callable[[], bool], what: str) -> None:
        end = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            if asyncio.get_running_loop().time() > end or self.dialog.over is not None:
                raise NeverHeard(f"The caller never got {what}.")
            await asyncio.sleep(0.02)
