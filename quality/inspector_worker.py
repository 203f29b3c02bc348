"""The server's inspector: `python -m quality.inspector_worker`, with the settings as a line of JSON on its input.

It leaves at the end of its input, which comes with the server's however that ends. Engines are loaded for the first
call that waits: a server that nobody calls pays for none.
"""

import logging
import os
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.settings import Settings
    from quality.relistening import Ears
    from quality.writes import Writes

log = logging.getLogger(__name__)


def main() -> None:
    """Read the settings, stand back, and inspect until the input ends."""
    # Read by the engines when they are imported, which is why nothing of them is imported above.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", HF_HUB_OFFLINE="1")
    from setproctitle import setproctitle

    from models.log import set_up
    from models.settings import Settings
    from quality.back_pressure import stand_back
    from quality.writes import WritingThread

    writes = WritingThread()
    stand_back()
    settings = Settings.model_validate_json(sys.stdin.readline())
    setproctitle("hotline inspector")
    set_up(settings.log)
    leaves = threading.Event()
    threading.Thread(target=_until_the_input_ends, args=(leaves,), daemon=True).start()
    serve(settings, leaves, writes)
    # Without the interpreter's own ending: engine threads may be in the middle of something nobody waits for.
    os._exit(0)


def _until_the_input_ends(leaves: threading.Event) -> None:
    sys.stdin.read()
    leaves.set()


def serve(settings: "Settings", leaves: threading.Event, writes: "Writes") -> None:
    """Inspect what waits until somebody `leaves`."""
    from models.database import database_url, open_engine
    from quality.back_pressure import BackPressure
    from quality.inspection_cli import FOLLOW_S
    from quality.inspector import Inspector, Leaving
    from quality.likeness import Likeness
    from quality.missed import Missed
    from quality.retention import Retention
    from quality.sampling_rows import Sampling

    def pause(seconds: float) -> None:
        if leaves.wait(seconds):
            raise Leaving

    pressure = BackPressure(sleep=pause)

    def rest() -> None:
        pause(0)
        pressure.rest()

    engine = open_engine(database_url(settings))
    sampling = Sampling(engine, settings.quality, writes)
    retention = Retention(engine, settings.data.directory, settings.retention, writes)
    missed = Missed(engine, writes)
    directory = settings.data.directory
    inspector = Inspector(engine, directory, lambda: _ears(settings), Likeness(), rest, writes=writes)

    def in_between(*_: str) -> None:
        retention.between(datetime.now(UTC))
        missed.step(datetime.now(UTC))

    try:
        while True:
            pause(FOLLOW_S)
            sampling.run(datetime.now(UTC))
            retention.step(datetime.now(UTC))
            missed.step(datetime.now(UTC))
            # In between, too: behind a backlog of inspections nothing would be deleted or grouped for days.
            inspector.run(in_between, leaves.is_set)
    except Leaving:
        return


def _ears(settings: "Settings") -> "Ears | None":
    """Load what listens again; None, with a line in the log, where that can't be: live texts are scored then."""
    from models.errors import OperatorFault
    from quality.inspection_cli import ears_of

    try:
        return ears_of(settings)
    except OperatorFault as fault:
        log.warning("inspection listens to no recording again, and scores what was understood live: %s", fault)
        return None


if __name__ == "__main__":
    main()
