"""Prompts as sound: what was rendered before is at hand at once, also when no speech worker is left.

One shelf for all calls of a server. It keeps where the clauses of fixed prompts lie, not the sound itself.
"""

import asyncio
import logging
import os
import time
import wave
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from asr_tts.prompt_cache import keep_for_good
from asr_tts.recorded_prompts import fallback
from asr_tts.speech_protocol import Clause, Wanted
from dialplans.exchange import Prompt
from models.errors import CannotDo, HotlineError
from voice.line import Speech

log = logging.getLogger(__name__)
GIVE_UP_AFTER = 4
"""Prompts in a row that can't be spoken, after which the rest isn't tried: nobody speaks at all."""
AT_ONCE = 2
"""Prompts rendered side by side before the server is ready; more only queue in the one synthesising thread."""
TOUCH_SECONDS = 60.0
"""The files of a fixed prompt are marked as used at most so often; what was used last is trimmed last."""


class PromptShelf:
    """Where the sound of prompts is."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._fixed: dict[Prompt, tuple[Clause, ...]] = {}
        self._touched: dict[Prompt, float] = {}
        self._gone: set[Prompt] = set()
        """Fixed prompts whose sound is to be rendered again."""

    def at_hand(self, prompt: Prompt) -> tuple[Clause, ...] | None:
        """Return all clauses of a prompt that needs no waiting, or None."""
        if prompt.file:
            return _file(os.path.join(prompt.folder, prompt.file))
        if not prompt.text.strip():
            return ()
        return self._still_there(prompt)

    def _still_there(self, prompt: Prompt) -> tuple[Clause, ...] | None:
        """The clauses of a fixed prompt; forgotten where the cache was trimmed or cleared under us."""
        clauses = self._fixed.get(prompt)
        if clauses is None:
            return None
        now = time.monotonic()
        touch = now - self._touched.get(prompt, -TOUCH_SECONDS) >= TOUCH_SECONDS
        try:
            # The cache's paths are absolute; a loopback's sound has a name and no file.
            for path in (clause.path for clause in clauses if os.path.isabs(clause.path)):
                if touch:
                    os.utime(path)
                else:
                    os.stat(path)
        except FileNotFoundError:
            log.info("The sound of a fixed prompt is gone; it is rendered again: %s", prompt.text)
            del self._fixed[prompt]
            self._gone.add(prompt)
            return None
        except OSError as error:
            # What can't be marked can perhaps be played all the same.
            log.debug("A fixed prompt can't be marked as used: %s", error)
        if touch:
            self._touched[prompt] = now
        return clauses

    async def clauses(self, prompt: Prompt) -> AsyncIterator[Clause]:
        """Yield the clauses of `prompt` as they are ready; raise `CannotDo` where nothing can speak it."""
        ready = self.at_hand(prompt)
        if ready is not None:
            for clause in ready:
                yield clause
            return
        again = []
        async for clause in self._speech.synthesise(prompt.text, prompt.language, prompt.voice):
            again.append(clause)
            yield clause
        if prompt in self._gone:
            self._gone.remove(prompt)
            self._is_fixed(prompt, again)

    def _is_fixed(self, prompt: Prompt, clauses: Iterable[Clause]) -> None:
        self._fixed[prompt] = tuple(clauses)
        for path in (clause.path for clause in self._fixed[prompt] if os.path.isabs(clause.path)):
            keep_for_good(Path(path))

    async def foresee(self, prompts: Iterable[Prompt], wanted: Wanted) -> None:
        """Have the sound of `prompts` made before anybody waits for it, once, behind all that is wanted sooner.

        It goes where all sound goes that was made once, and isn't remembered here. What can't be made is left.
        """
        for prompt in prompts:
            try:
                if self.at_hand(prompt) is None:
                    async for _ in self._speech.synthesise(prompt.text, prompt.language, prompt.voice, wanted):
                        pass
            except HotlineError as error:
                log.info("What will be said can't be rendered ahead: %s", error)
            except Exception:
                # Nobody waits for it, so a fault in it ends nobody's call.
                log.exception("What will be said can't be rendered ahead")

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
                    spoken = self._speech.synthesise(prompt.text, prompt.language, prompt.voice, "later")
                    self._is_fixed(prompt, [clause async for clause in spoken])
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
