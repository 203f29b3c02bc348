"""Which calls somebody may see. A value: whatever reads calls for a person asks it, in its query."""

from collections.abc import Collection
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

    def has(self, agents: Collection[str], teams: Collection[str], campaign: str) -> bool:
        """Tell whether a call in which these talked, of that campaign ("": none), is within it."""
        return (
            self.everything
            or (self.campaigns and bool(campaign))
            or bool({one for one in self.teams if one} & set(teams))
            or bool({one for one in self.agents if one} & set(agents))
        )


ALL = Scope(everything=True)
