"""Errors as sentences: each names the thing, the fault and the way out; its class says whose fault it is."""


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
