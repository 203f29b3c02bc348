"""The robot's voice in one call: prompts become plays, clause by clause, and it is known what was heard of them."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import Any

from asr_tts.marks import unmarked
from asr_tts.speech_protocol import RATE, Clause
from dialplans.exchange import Prompt
from models.errors import HotlineError
from voice.line import Sink, Stream
from voice.media.media_protocol import File, Pause, Play, Resume, Stop, ToneSource
from voice.prompt_shelf import PromptShelf

log = logging.getLogger(__name__)
Spawn = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
SYNTHESIS_SECONDS = 8.0
"""A clause that takes longer than this won't come any more."""


@dataclass(frozen=True)
class VoiceFailed:
    """A prompt could not be spoken; the rest of the speech goes on."""

    play: int
    text: str
    reason: str


@dataclass
class Piece:
    """One prompt of a speech and how much sound it has so far."""

    text: str
    samples: int = 0
    whole: bool = False


@dataclass
class Speech:
    """One thing that the robot says: a row of prompts that may be interrupted alike. Its number names the play."""

    play: int
    prompts: tuple[Prompt, ...]
    barge_in: bool
    pieces: list[Piece] = field(default_factory=list)
    started_at: int = -1
    """Sample of its first sound on the wire; -1 before."""
    turn: int = -1
    """Its turn in the record."""
    gaps: float = inf
    """Seconds of silence in all that who hears it bears: what isn't ready by then is left out."""
    begun: float = 0.0
    """When it was to begin, in the loop's time."""

    @property
    def text(self) -> str:
        """All of it."""
        return _joined(
            [unmarked(prompt.text) for prompt in self.prompts], self.prompts[0].language if self.prompts else "en"
        )

    @property
    def samples(self) -> int:
        """Sound known so far."""
        return sum(piece.samples for piece in self.pieces)

    def heard(self, played: int) -> str:
        """Return the words that were heard when `played` samples went out: whole words, in proportion to the sound."""
        language = self.prompts[0].language if self.prompts else "en"
        found: list[str] = []
        for piece in self.pieces:
            if played >= piece.samples and piece.whole:
                found.append(piece.text)
            elif played > 0 and piece.samples:
                found.append(_cut(piece.text, played / piece.samples, language))
            played -= piece.samples
            if played <= 0:
                break
        return _joined(found, language)


class Speaking:
    """Plays what is to be said on one stream. `sink` gets `VoiceFailed`; everything else comes from the stream."""

    def __init__(self, stream: Stream, shelf: PromptShelf, spawn: Spawn, sink: Sink) -> None:
        """`spawn` starts a task that belongs to the call."""
        self._stream, self._shelf, self._spawn, self._sink = stream, shelf, spawn, sink
        self._numbers = count(1)
        self._task: asyncio.Task[None] | None = None

    def say(self, prompts: tuple[Prompt, ...], barge_in: bool, gaps: float = inf) -> Speech:
        """Begin to say `prompts`: at once where they are at hand, else from the first clause that is ready.

        `gaps`: see `Speech`; where nothing at all is ready in time, a tone is heard instead.
        """
        now = asyncio.get_running_loop().time()
        speech = Speech(next(self._numbers), prompts, barge_in, gaps=gaps, begun=now)
        left = list(prompts)
        while left:
            try:
                ready = self._shelf.at_hand(left[0])
            except HotlineError as error:
                self._sink(VoiceFailed(speech.play, left.pop(0).text, str(error)))
                continue
            if ready is None:
                break
            prompt = left.pop(0)
            piece = Piece(unmarked(prompt.text), sum(clause.samples for clause in ready), whole=True)
            speech.pieces.append(piece)
            self._play(speech, ready, last=not left)
        if left:
            self._task = self._spawn(self._speak(speech, left))
        elif not prompts or not speech.pieces:
            self._play(speech, (), last=True)
        return speech

    def beep(self) -> Speech:
        """Play the tone behind which a caller speaks."""
        speech = Speech(next(self._numbers), (), False)
        self._stream.tell(Play(self._stream.number, speech.play, [ToneSource("beep")]))
        return speech

    def music(self, file: str) -> Speech:
        """Play a file round and round, hold tones where it is ""; it has no end of its own."""
        speech = Speech(next(self._numbers), (), False)
        source = File(file, loop=True) if file else ToneSource("hold")
        self._stream.tell(Play(self._stream.number, speech.play, [source]))
        return speech

    def pause(self) -> None:
        """Be silent from the next packet on."""
        self._stream.tell(Pause(self._stream.number))

    def resume(self, rewind_ms: int) -> None:
        """Go on from `rewind_ms` before the cut."""
        self._stream.tell(Resume(self._stream.number, rewind_ms))

    def stop(self) -> None:
        """Throw away what is being said."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._stream.tell(Stop(self._stream.number))

    def _play(self, speech: Speech, clauses: tuple[Clause, ...], last: bool) -> None:
        sources = [File(clause.path) for clause in clauses]
        self._stream.tell(Play(self._stream.number, speech.play, list(sources), last=last))

    async def _speak(self, speech: Speech, prompts: list[Prompt]) -> None:
        stood_in: set[str] = set()
        for prompt in prompts:
            piece = Piece(unmarked(prompt.text))
            speech.pieces.append(piece)
            try:
                async with asyncio.timeout_at(_patience(speech)) as patience:
                    async for clause in self._shelf.clauses(prompt):
                        piece.samples += clause.samples
                        self._play(speech, (clause,), last=False)
                        patience.reschedule(_patience(speech))
                piece.whole = True
            except Exception as error:
                if not isinstance(error, HotlineError | TimeoutError):
                    log.exception("A prompt could not be spoken")
                self._sink(VoiceFailed(speech.play, prompt.text, str(error) or "it took too long"))
                if speech.gaps == inf:
                    self._stand_in(speech, piece, prompt, stood_in)
        if speech.gaps < inf and not speech.samples:
            self._stream.tell(Play(self._stream.number, speech.play, [ToneSource("beep")], last=False))
        self._play(speech, (), last=True)

    def _stand_in(self, speech: Speech, piece: Piece, prompt: Prompt, before: set[str]) -> None:
        """Play a recording instead of a prompt of which nothing was heard; the same one once in a speech."""
        try:
            clauses = self._shelf.stand_in(prompt)
        except HotlineError:
            return
        if piece.samples or clauses[0].path in before:
            return
        before.add(clauses[0].path)
        piece.samples = clauses[0].samples
        self._play(speech, clauses, last=False)


def _patience(speech: Speech) -> float:
    """When the next clause is not waited for any more, in the loop's time."""
    now = asyncio.get_running_loop().time()
    return min(now + SYNTHESIS_SECONDS, speech.begun + speech.samples / RATE + speech.gaps)


def _cut(text: str, share: float, language: str) -> str:
    if language == "zh":
        return text[: round(len(text) * share)]
    words = text.split()
    return " ".join(words[: round(len(words) * share)])


def _joined(texts: list[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(text for text in texts if text)
