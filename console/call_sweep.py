"""The sweep of calls in the console: its list has a call that began seconds ago, whether anything inspects or not."""

import logging
import threading
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from models.errors import HotlineError
from quality.call_entries import Sweep

log = logging.getLogger(__name__)
REST_S = 2.0
"""From one sweep to the next."""
BUSY_S = 0.2
"""The same while there is much to write: others want the database too."""


class CallSweep:
    """A thread that sweeps until it is closed."""

    def __init__(self, engine: Engine) -> None:
        self._sweep = Sweep(engine)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweep of calls", daemon=True)
        self._well = True

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Return when the sweep that is under way is over, or soon after."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        rest = 0.0
        while not self._closed.wait(rest):
            rest = BUSY_S if self._swept() else REST_S

    def _swept(self) -> int:
        try:
            count = self._sweep.run(datetime.now(UTC))
        except (HotlineError, DBAPIError) as fault:
            if self._well:
                log.warning("The list of calls isn't kept up (%s); it is tried again", fault)
            self._well = False
            return 0
        self._well = True
        return count
