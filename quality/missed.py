"""What an inspector does for the knowledge base in between: it has the time and the encoders that the console lacks."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from knowledge.by_meaning import brought_up_to_date
from models.errors import HotlineError
from quality.writes import Writes, at_once

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=10)
AFTER_A_FAULT = timedelta(minutes=10)


class Missed:
    """Questions without an answer: grouped by meaning, with the articles near them."""

    def __init__(self, engine: Engine, writes: Writes = at_once) -> None:
        self._engine, self._writes = engine, writes
        self._next: datetime | None = None

    def step(self, now: datetime) -> int:
        """Do what there is to do, every few seconds; return for how many suggestions articles were looked for."""
        if self._next is not None and now < self._next:
            return 0
        self._next = now + EVERY
        try:
            return brought_up_to_date(self._engine, now.astimezone().date(), writes=self._writes)
        except (HotlineError, DBAPIError) as fault:
            self._next = now + AFTER_A_FAULT
            log.warning("Questions without an answer aren't grouped; the next try is in 10 minutes: %s", fault)
            return 0
