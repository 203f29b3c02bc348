"""Errors as sentences: each names the thing, the fault and the way out; its class says whose fault it is."""

from typing import Any


class HotlineError(Exception):
    """Anything Hotline says to a person; `str(error)` is one finished sentence."""


class OperatorFault(HotlineError):
    """Whoever installed or configured this Hotline must change something (a file, a key, a weight)."""


class PeerFault(HotlineError):
    """The other end of a wire (trunk, phone, company system) did something wrong or refused."""


class OurFault(HotlineError):
    """A part of Hotline itself failed (a worker died, a bug); the person can only report it."""


class CannotDo(HotlineError):
    """What was asked for can't be done now, and nobody is to blame (no port is free, all lines are busy)."""


class Refused(CannotDo):
    """What was asked for can't be done; pages tell it in their language, commands as the sentence that it is."""

    def __init__(self, sentence: str, key: str, **values: Any) -> None:
        """`key`: its phrase in `console/phrases`; `values`: that phrase's fields."""
        super().__init__(sentence)
        self.key, self.values = key, values
