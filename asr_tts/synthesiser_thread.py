"""The one thread that synthesises: what is wanted sooner goes first, between clauses too; what nobody wants is left."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import get_args

from asr_tts.speech_protocol import Clause, Message, Synthesise, SynthesisFailed, Wanted
from asr_tts.synthesis import Mouth
from models.errors import HotlineError

log = logging.getLogger(__name__)
_ORDER = get_args(Wanted)


class SynthesiserThread:
    """Runs one mouth; `say(message)` is called in the thread itself."""

    def __init__(self, mouth: Mouth, say: Callable[[Message], None]) -> None:
        self._mouth, self._say = mouth, say
        self._waiting: list[deque[Synthesise]] = [deque() for _ in _ORDER]
        """What is wanted soonest comes first."""
        self._wanted: set[int] = set()
        """Requests that aren't answered in full and that somebody still wants."""
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="synthesiser", daemon=True)
        self._since: float | None = None

    def start(self) -> None:
        self._thread.start()

    def give(self, order: Synthesise) -> None:
        with self._wake:
            self._wanted.add(order.request)
            self._waiting[_ORDER.index(order.wanted)].append(order)
            self._wake.notify()

    def take_back(self, request: int) -> None:
        """Nobody wants it any more; a clause that was begun is made and kept, as the next who asks may want it."""
        self._wanted.discard(request)

    def busy_for(self, now: float) -> float:
        """Seconds (monotonic) for which the engine has been at one clause; 0 while it is idle."""
        since = self._since
        return 0.0 if since is None else now - since

    def _run(self) -> None:
        while True:
            self._since = None
            with self._wake:
                while (order := self._next(len(_ORDER))) is None:
                    self._wake.wait()
            self._speak(order)

    def _next(self, before: int) -> Synthesise | None:
        """What is to be said next of all that is wanted sooner than this place in the order."""
        for waiting in self._waiting[:before]:
            while waiting:
                order = waiting.popleft()
                if order.request in self._wanted:
                    return order
        return None

    def _speak(self, order: Synthesise) -> None:
        self._since = time.monotonic()
        try:
            for clause in self._mouth.say(order.text, order.language, order.voice, live=order.wanted == "now"):
                self._say(Clause(order.request, clause.index, str(clause.path), clause.samples, clause.last))
                if clause.last:  # what is left is to note that the text is whole: whoever is next may want it
                    continue
                while (sooner := self._next(_ORDER.index(order.wanted))) is not None:
                    self._speak(sooner)
                if order.request not in self._wanted:
                    return
                self._since = time.monotonic()
        except HotlineError as error:
            self._say(SynthesisFailed(order.request, str(error)))
        except Exception as error:  # an engine's own, of any kind: the call must go on
            log.exception("Synthesis failed")
            self._say(SynthesisFailed(order.request, f"Synthesis failed ({type(error).__name__}: {error})."))
        finally:
            self._wanted.discard(order.request)
