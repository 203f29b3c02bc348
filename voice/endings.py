"""Ways that a conversation ends by us, as values."""

from dataclasses import dataclass

from models.cause import Cause


@dataclass(frozen=True)
class EndNow:
    """The server ends the call (drained too long, stopping)."""

    cause: Cause


@dataclass(frozen=True)
class LastWords:
    """Nothing more is asked; what is being said is heard out, then the call ends for `cause`."""

    cause: Cause
