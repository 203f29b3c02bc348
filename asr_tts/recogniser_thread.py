"""The one thread that recognises: what somebody waits for first, and of that the certain before the suspected.

Glimpses of speech that goes on stand behind both: they only tell sooner what a pause would tell.

What nobody waits for (two people's talk, for the record) is decoded in what time is left; beyond `MOST_LATER` it is
given up, oldest first: a house full of talks costs the robot's callers at most the one utterance under way.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable

from asr_tts.attention import Work
from asr_tts.recognition import Hearing, Partial, Recogniser, StreamingRecogniser, Transcript

log = logging.getLogger(__name__)
NICENESS = 3
"""So much below the thread that listens, which must not wait for it, wherever an administrator put the process."""
MOST_LATER = 50
"""Utterances that nobody waits for, at most, that stand in line."""
Outcome = Transcript | Partial | str
"""A string says why it failed."""


class RecogniserThread:
    """Runs one recogniser; `done(work, outcome)` is called in the thread itself."""

    def __init__(self, recogniser: Recogniser | StreamingRecogniser, done: Callable[[Work, Outcome], None]) -> None:
        self._recogniser, self._done = recogniser, done
        self._waiting: deque[Work] = deque()
        self._wake = threading.Condition()
        self._hearings: dict[tuple[int, int], Hearing] = {}
        self._thread = threading.Thread(target=self._run, name="recogniser", daemon=True)
        self._since: float | None = None

    def start(self) -> None:
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Utterances that wait or are being decoded, without those that nobody waits for."""
        with self._wake:
            urgent = [work for work in self._waiting if work.question.urgent and not (work.dropped or work.glimpse)]
            waiting = {(work.stream, work.utterance) for work in urgent}
            return len(waiting) + (self._since is not None)

    def busy_for(self, now: float) -> float:
        """Seconds (monotonic) for which the engine has been at one job; 0 while it is idle."""
        since = self._since
        return 0.0 if since is None else now - since

    def give(self, work: Work) -> None:
        """Take work; it may still be dropped or become certain while it waits."""
        with self._wake:
            self._waiting.append(work)
            self._wake.notify()

    def _run(self) -> None:
        os.nice(NICENESS)  # on Linux of this thread alone
        while True:
            work = self._next()
            try:
                outcome: Outcome | None = self._do(work)
            except Exception as error:  # the engine's own, of any kind: the call must go on
                log.exception("The recogniser failed on %d samples", len(work.samples))
                outcome = f"The recogniser failed ({type(error).__name__}: {error}); the caller is asked again."
            with self._wake:
                self._since = None
            if outcome is not None:
                self._done(work, outcome)

    def _next(self) -> Work:
        with self._wake:
            while True:
                work = self._first()
                if work is not None:
                    self._since = time.monotonic()
                    return work
                self._wake.wait()

    def _first(self) -> Work | None:
        if isinstance(self._recogniser, StreamingRecogniser):
            return self._waiting.popleft() if self._waiting else None
        wanted = [work for work in self._waiting if not work.dropped]
        if not wanted:
            self._waiting.clear()
            return None
        urgent = [work for work in wanted if work.question.urgent] or wanted
        work = min(urgent, key=lambda work: (not work.certain, work.glimpse))
        work.begun = True
        self._waiting = deque(other for other in wanted if other is not work)
        return work

    def _do(self, work: Work) -> Outcome | None:
        if not isinstance(self._recogniser, StreamingRecogniser):
            if not work.question.urgent and len(self._waiting) > MOST_LATER:
                return "Too many talks go on to write down every word of them: this utterance is left out."
            return self._recogniser.recognise(work.samples, work.question)
        key = work.stream, work.utterance
        if work.dropped:
            self._hearings.pop(key, None)
            return None
        if key not in self._hearings:
            self._hearings[key] = self._recogniser.listen(work.question)
        heard = self._hearings[key].take(work.samples) if len(work.samples) else None
        if work.certain:
            return self._hearings.pop(key).finish()
        return heard
