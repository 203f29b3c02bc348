"""The one thread that synthesises: somebody waits for what is urgent; prompts rendered ahead stand back."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from asr_tts.speech_protocol import Clause, Message, Synthesise, SynthesisFailed
from asr_tts.synthesis import Mouth
from models.errors import HotlineError

log = logging.getLogger(__name__)


class SynthesiserThread:
    """Runs one mouth; `say(message)` is called in the thread itself."""

    def __init__(self, mouth: Mouth, say: Callable[[Message], None]) -> None:
        self._mouth, self._say = mouth, say
        self._urgent: deque[Synthesise] = deque()
        self._ahead: deque[Synthesise] = deque()
        self._wake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="synthesiser", daemon=True)
        self._since: float | None = None

    def start(self) -> None:
        self._thread.start()

    def give(self, order: Synthesise) -> None:
        with self._wake:
            (self._urgent if order.urgent else self._ahead).append(order)
            self._wake.notify()

    def busy_for(self, now: float) -> float:
        """Seconds (monotonic) for which the engine has been at one clause; 0 while it is idle."""
        since = self._since
        return 0.0 if since is None else now - since

    def _run(self) -> None:
        while True:
            self._since = None
            with self._wake:
                while not self._urgent and not self._ahead:
                    self._wake.wait()
                order = self._urgent.popleft() if self._urgent else self._ahead.popleft()
            self._speak(order)

    def _speak(self, order: Synthesise) -> None:
        self._since = time.monotonic()
        try:
            for clause in self._mouth.say(order.text, order.language, order.voice, live=order.urgent):
                self._say(Clause(order.request, clause.index, str(clause.path), clause.samples, clause.last))
                while not order.urgent and self._urgent:
                    self._speak(self._urgent.popleft())
                self._since = time.monotonic()
        except HotlineError as error:
            self._say(SynthesisFailed(order.request, str(error)))
        except Exception as error:  # an engine's own, of any kind: the call must go on
            log.exception("Synthesis failed")
            self._say(SynthesisFailed(order.request, f"Synthesis failed ({type(error).__name__}: {error})."))
