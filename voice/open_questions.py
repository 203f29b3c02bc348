"""Questions that callers got no answer to, on their way into the knowledge base; no call waits for the database."""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from dialplans.exchange import Unanswered
from knowledge import learning

log = logging.getLogger(__name__)
MOST = 1000
"""Questions kept while the database can't be written; older ones are lost then, and that is logged."""
AGAIN_AFTER = 5.0
"""Seconds until the database is tried again."""


@dataclass(frozen=True)
class OpenQuestion:
    """A question as it was asked."""

    question: Unanswered
    language: str
    call_id: str
    at_s: float
    """Where it is in the call's recording, in seconds from its first sample."""
    at: datetime


class OpenQuestions:
    """Writes what it is given, in order, until cancelled."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: deque[OpenQuestion] = deque()
        self._new = asyncio.Event()
        self._writing = threading.Lock()

    def add(self, question: OpenQuestion) -> None:
        """Note a question; returns at once."""
        if len(self._waiting) >= MOST:
            self._waiting.popleft()
            log.error("An unanswered question is lost: the database has taken none for too long.")
        self._waiting.append(question)
        self._new.set()

    async def run(self) -> None:
        """Write until cancelled; what is left then is tried once more."""
        try:
            while True:
                await self._new.wait()
                self._new.clear()
                if not await asyncio.to_thread(self._write):
                    await asyncio.sleep(AGAIN_AFTER)
                    self._new.set()
        finally:
            self._write()

    def _write(self) -> bool:
        """(Any thread.) Write all that waits; tell whether that went well."""
        # A stop may come while another thread is at it.
        with self._writing:
            while self._waiting:
                one = self._waiting[0]
                try:
                    with self._engine.begin() as connection:
                        _noted(one)(connection)
                except DBAPIError as error:
                    log.warning("unanswered questions can't be written yet (%s); they wait", error.orig)
                    return False
                self._waiting.popleft()
            return True


def _noted(one: OpenQuestion) -> Callable[..., str]:
    asked = one.question
    return partial(
        learning.unanswered,
        question=asked.question,
        language=one.language,
        call_id=one.call_id,
        at_s=one.at_s,
        why=asked.why,
        at=one.at,
        article_id=asked.article,
    )
