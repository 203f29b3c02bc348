"""Which calls somebody may see. A value: whatever reads calls for a person asks it, in its query."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """What is given adds up; nothing given: no call at all."""

    everything: bool = False
    campaigns: bool = False
    """All calls of campaigns."""
    teams: tuple[str, ...] = ()
    """Calls in which an agent of one of these talked."""
    agents: tuple[str, ...] = ()
    """Calls in which one of these (extensions) talked."""


ALL = Scope(everything=True)
