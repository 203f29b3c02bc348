"""What the server does around its parts."""

import gc
from collections import deque
from collections.abc import Iterator

import pytest

from server import _leave_alone_what_stays

LIVE = 2_000
"""As many objects as running calls hold at once."""


class Knot:
    """As what an ended call leaves behind: only the collector finds that nobody holds it."""

    alive = 0

    def __init__(self) -> None:
        self.itself = self
        Knot.alive += 1

    def __del__(self) -> None:
        Knot.alive -= 1


@pytest.fixture
def _eager_collector() -> Iterator[None]:
    """It looks at everything old after some thousand new objects, unless it finds these too few to be worth it."""
    usual = gc.get_threshold()
    gc.set_threshold(100, 5, 5)
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


@pytest.mark.usefixtures("_eager_collector")
def test_what_a_start_loaded_keeps_no_ended_calls_waiting_for_the_collector() -> None:
    loaded: list[list[int]] = [[] for _ in range(300_000)]
    _leave_alone_what_stays()
    running: deque[Knot] = deque(maxlen=LIVE)
    for _ in range(40_000):
        running.append(Knot())
    assert Knot.alive < 5 * LIVE
    assert len(loaded) == 300_000
