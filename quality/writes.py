"""Where an inspector writes to the database: in a thread of usual priority, though all else that it does stands back.

SQLite has one writer's place. Who has it and gets no core, as the idle policy means on a machine full of calls, keeps
those calls from writing down what is said. On Linux a priority is one thread's, inherited by those that it starts
(sched(7)): this thread starts before its process stands back, and the engines' threads start after.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Writes(Protocol):
    """Does one transaction that writes; returns what it returns, raises what it raises."""

    def __call__(self, work: Callable[[], Result]) -> Result: ...


def at_once(work: Callable[[], Result]) -> Result:
    """Do it here: for who has a usual priority."""
    return work()


class WritingThread:
    """Does it in a thread with the priority that its maker has now, whatever becomes of that; who asks waits."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "writes")
        # It is started by what it first does.
        self._thread.submit(int).result()

    def __call__(self, work: Callable[[], Result]) -> Result:
        return self._thread.submit(work).result()
