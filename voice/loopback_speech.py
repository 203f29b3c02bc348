"""Ears and mouth in memory: utterances come with the events and delays of the speech worker, prompts have a length."""

import asyncio
from collections.abc import AsyncIterator

from asr_tts import speech_protocol as speech
from asr_tts.marks import unmarked
from models.errors import CannotDo
from voice.line import Sink, SpeechBack, SpeechLost
from voice.loopback import RATE, Audible

SECONDS_A_SIGN = {"en": 0.065, "zh": 0.2}
ONSET = 0.06
"""Seconds of speech until somebody says so."""
DRAFT_SILENCE = 0.2
DECODE = 0.15
HANGOVER = {
    "open": 0.5, "yes_no": 0.3, "digits": 0.5, "money": 0.5, "moment": 0.5, "list": 0.4, "dictation": 0.8,
}  # fmt: skip


class LoopbackEar:
    """Attention to one stream."""

    def __init__(self, owner: "LoopbackSpeech", number: int, sink: Sink) -> None:
        self.audio_socket = "loopback" if owner.recognises and not owner.lost else ""
        self.told: list[speech.ToSpeech] = []
        self.listens: speech.Listen | None = None
        self.closed = False
        self._owner, self._number, self._sink = owner, number, sink
        self._utterances = 0
        self._committed: dict[int, asyncio.Event] = {}

    def tell(self, message: speech.ToSpeech) -> None:
        self.told.append(message)
        match message:
            case speech.Listen():
                self.listens = message
            case speech.Ignore() | speech.Forget():
                self.listens = None
            case speech.Commit():
                if message.utterance in self._committed:
                    self._committed[message.utterance].set()
            case _:
                pass

    def close(self) -> None:
        self.closed = True
        self._owner.ears.pop(self._number, None)

    def emit(self, event: object) -> None:
        """Report `event` as the speech worker would."""
        if not self.closed:
            self._sink(event)

    async def utterance(
        self, text: str, seconds: float, *, stream: Audible, echo: float = 0.0, confidence: float = 0.9,
        rejected: str = "", language: str = "en", prosody: speech.Prosody | None = None,
    ) -> None:  # fmt: skip
        """Let the caller say `text` for so long; `rejected`: it is no speech, for this reason.

        `language` is what it is in, and recognised as where the question asks for identification; `prosody`: how.
        """
        start = stream.clock
        if self.listens is None:
            await asyncio.sleep(seconds)
            return
        self._utterances += 1
        number, how = self._utterances, self.listens
        committed = self._committed[number] = asyncio.Event()
        await asyncio.sleep(min(ONSET, seconds))
        self.emit(speech.SpeechStarted(self._number, number, start))
        await self._goes_on(number, stream, start, seconds, echo)
        end = stream.clock
        self.emit(speech.SpeechPaused(self._number, number, end))
        hangover = how.hangover_ms / 1000 or HANGOVER[how.kind]
        await asyncio.sleep(DRAFT_SILENCE + DECODE)
        if rejected:
            await asyncio.sleep(max(hangover - DRAFT_SILENCE - DECODE, 0))
            self.emit(speech.Rejected(self._number, number, start, end, rejected))
            return
        if hangover > DRAFT_SILENCE:
            self.emit(speech.Draft(self._number, number, text, confidence, silence_ms=200))
        try:
            async with asyncio.timeout(max(hangover - DRAFT_SILENCE - DECODE, 0)):
                await committed.wait()
        except TimeoutError:
            pass
        waited = round((stream.clock - end) * 1000 / RATE)
        taken_for = how.language or language
        self.emit(speech.Heard(self._number, number, text, confidence, taken_for, start, end, -1, waited, 0, prosody))

    async def _goes_on(self, number: int, stream: Audible, start: int, seconds: float, echo: float) -> None:
        while True:
            spoken = (stream.clock - start) / RATE
            left = seconds - spoken
            if left < 1 / RATE:
                return
            await asyncio.sleep(min(0.032 if stream.sounds else 0.16, left))
            spoken_ms = round((stream.clock - start) * 1000 / RATE)
            self.emit(speech.SpeechGoesOn(self._number, number, stream.clock, spoken_ms, echo, -25.0))


class LoopbackSpeech:
    """A speech worker in memory."""

    def __init__(self, *, recognises: bool = True, first_clause: float = 0.15) -> None:
        """`first_clause`: seconds that a prompt takes that was never said or rendered ahead."""
        self.recognises, self.backlog = recognises, 0
        self.lost = False
        self.speaks = True
        self.ears: dict[int, LoopbackEar] = {}
        self.rendered: list[str] = []
        self.first_clause, self.ahead = first_clause, 0.0
        """Seconds; `ahead`: what a prompt takes that is rendered ahead."""
        self.made: set[str] = set()
        """What was rendered once is at hand, as in the prompt cache."""
        self._lengths: dict[str, int] = {}

    def samples(self, path: str) -> int:
        """Return how long the sound under `path` is (1 s for a file)."""
        return self._lengths.get(path, RATE)

    def lasts(self, path: str, seconds: float) -> None:
        """Let the sound under `path` (anybody's) be so long."""
        self._lengths[path] = round(seconds * RATE)

    def attend(self, stream: int, sink: Sink) -> LoopbackEar:
        self.ears[stream] = LoopbackEar(self, stream, sink)
        return self.ears[stream]

    async def synthesise(
        self, text: str, language: str, voice: str = "", wanted: speech.Wanted = "now"
    ) -> AsyncIterator[speech.Clause]:
        if not self.speaks or self.lost:
            raise CannotDo(f"No voice can speak '{language}' now.")
        path = f"{language}/{text}"
        if path not in self.made:
            await asyncio.sleep(self.first_clause if wanted == "now" else self.ahead)
        self.made.add(path)
        self.rendered.append(text)
        self._lengths[path] = max(round(len(unmarked(text)) * SECONDS_A_SIGN[language] * RATE), 800) // 160 * 160
        yield speech.Clause(0, 0, path, self._lengths[path], True)

    def lose(self) -> None:
        """The worker dies."""
        self.lost = True
        for ear in list(self.ears.values()):
            ear.audio_socket, ear.listens = "", None
            ear.emit(SpeechLost("killed by signal 9"))

    def back(self) -> None:
        """A new worker serves the streams."""
        self.lost = False
        for ear in list(self.ears.values()):
            ear.audio_socket = "loopback"
            ear.emit(SpeechBack())
