"""The metrics of inspection: how many calls wait and are done, and whether somebody inspects them."""

from collections.abc import Sequence

from quality.inspector_process import InspectorProcess
from voice.metrics import Family


def families(process: InspectorProcess) -> Sequence[Family]:
    """Return what is to be shown of the server's inspector and of the calls in its database."""
    return [
        Family(
            "hotline_inspections",
            "Calls by state of inspection: waiting, taken, done, given-up.",
            lambda: {state: float(count) for state, count in process.counts().items()},
            label="state",
        ),
        Family("hotline_inspector_up", "1 while the server's inspector runs.", lambda: {"": float(process.pid > 0)}),
        Family("hotline_inspector_restarts", "Times it was lost.", lambda: {"": float(process.restarts)}, counter=True),
    ]
