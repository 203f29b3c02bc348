"""Prompts as sound: what was rendered before is at hand at once, also when no speech worker is left.

One shelf for all calls of a server. It keeps where the clauses of fixed prompts lie, not the sound itself.
"""

import asyncio
import logging
import wave
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from asr_tts.recorded_prompts import fallback
from asr_tts.speech_protocol import Clause
from dialplans.exchange import Prompt
from models.errors import CannotDo, HotlineError
from voice.line import Speech

log = logging.getLogger(__name__)
GIVE_UP_AFTER = 4
"""Prompts in a row that can't be spoken, after which the rest isn't tried: nobody speaks at all."""
AT_ONCE = 2
"""Prompts rendered side by side before the server is ready; more only queue in the one synthesising thread."""


class PromptShelf:
    """Where the sound of prompts is."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._fixed: dict[Prompt, tuple[Clause, ...]] = {}

    def at_hand(self, prompt: Prompt) -> tuple[Clause, ...] | None:
        """Return all clauses of a prompt that needs no waiting, or None."""
        if prompt.file:
            return _file(prompt.file)
        if not prompt.text.strip():
            return ()
        return self._fixed.get(prompt)

    async def clauses(self, prompt: Prompt) -> AsyncIterator[Clause]:
        """Yield the clauses of `prompt` as they are ready; raise `CannotDo` where nothing can speak it."""
        ready = self.at_hand(prompt)
        if ready is not None:
            for clause in ready:
                yield clause
            return
        async for clause in self._speech.synthesise(prompt.text, prompt.language, prompt.voice):
            yield clause

    def stand_in(self, prompt: Prompt) -> tuple[Clause, ...]:
        """Return the recording that ships with Hotline and comes nearest, for a prompt that nothing can speak."""
        return _file(str(fallback(prompt.text, prompt.language)))

    async def prepare(
        self, prompts: Iterable[Prompt], progress: Callable[[int, int], None] = lambda done, of: None
    ) -> list[str]:
        """Render `prompts` ahead; `progress(done, of)` follows each. Return why some could not be (sentences)."""
        wanted = [prompt for prompt in dict.fromkeys(prompts) if prompt.text and prompt not in self._fixed]
        problems: list[str] = []
        turns = asyncio.Semaphore(AT_ONCE)
        done = failed = 0

        async def render(prompt: Prompt) -> None:
            nonlocal done, failed
            async with turns:
                if failed >= GIVE_UP_AFTER:
                    return
                try:
                    spoken = self._speech.synthesise(prompt.text, prompt.language, prompt.voice, urgent=False)
                    self._fixed[prompt] = tuple([clause async for clause in spoken])
                    failed = 0
                except HotlineError as error:
                    problems.append(str(error))
                    failed += 1
            done += 1
            progress(done, len(wanted))

        async with asyncio.TaskGroup() as group:
            for prompt in wanted:
                group.create_task(render(prompt), name="render a prompt")
        return list(dict.fromkeys(problems))


def _file(path: str) -> tuple[Clause, ...]:
    try:
        with wave.open(path) as sound:
            samples = sound.getnframes() * 8000 // sound.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise CannotDo(f"The sound file '{Path(path).name}' can't be played ({error}).") from error
    return (Clause(0, 0, path, samples, True),)
