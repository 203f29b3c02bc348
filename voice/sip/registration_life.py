"""The life of our registration with a trunk, and how long it waits for what. Pure.

An attempt ends confirmed or failed; both lead to the next one, after most of what was granted or after a wait that
doubles with every failure (RFC 5626 section 4.5). Only a stopping server ends it.
"""

import random
from dataclasses import dataclass
from enum import StrEnum

from models.life import Life

FIRST_WAIT = 30.0
LONGEST_WAIT = 1800.0


class State(StrEnum):
    TRYING = "trying"
    REGISTERED = "registered"
    WAITING = "waiting"
    """The last attempt failed; the next comes after a wait. What was registered before holds until it expires."""
    STOPPED = "stopped"


class Event(StrEnum):
    DUE = "due"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    STOPPED = "stopped"


REGISTRATION = Life(
    noun="registration",
    start=State.TRYING,
    table={
        (State.TRYING, Event.CONFIRMED): State.REGISTERED,
        (State.TRYING, Event.FAILED): State.WAITING,
        (State.REGISTERED, Event.DUE): State.TRYING,
        (State.WAITING, Event.DUE): State.TRYING,
        (State.TRYING, Event.STOPPED): State.STOPPED,
        (State.REGISTERED, Event.STOPPED): State.STOPPED,
        (State.WAITING, Event.STOPPED): State.STOPPED,
    },
    ends=frozenset({State.STOPPED}),
)


@dataclass(frozen=True)
class Granted:
    seconds: int


@dataclass(frozen=True)
class Refused:
    sentence: str
    retry_after: float = 0.0
    elsewhere: bool = False
    """Whether another address of the trunk may do better."""


def refresh_after(granted: float, chance: random.Random) -> float:
    """Seconds until the refresh: about 80 % of what was granted, never together with everybody else's."""
    return max(1.0, granted * chance.uniform(0.75, 0.85))


def wait_after(failures: int, retry_after: float, chance: random.Random) -> float:
    """Seconds until the next attempt after `failures` in a row: 50-100 % of 30 s doubled each time, up to 30 min."""
    upper = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 16))
    return max(retry_after, upper * chance.uniform(0.5, 1.0))
