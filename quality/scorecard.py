"""A scorecard: rules with weights, which conversations they are for, and from which score on one is good. Values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dialplans.place import Place, Texts
from quality.conditions import Condition
from quality.conversation import Conversation


@dataclass(frozen=True)
class Rule:
    """One thing that a conversation must have, or must not have."""

    name: str
    called: Texts
    """What reviewers and agents read, by language."""
    must: Condition | None = None
    must_not: Condition | None = None
    """Exactly one of the two."""
    when: Condition | None = None
    """Only where this holds; else the rule doesn't apply."""
    section: str = ""
    weight: float = 1.0
    fatal: bool = False
    """Broken, it makes the whole score 0."""
    live: bool = True
    """Whether it is watched while a call runs, where it can be."""
    tells_agent: bool = False
    """Whether an agent who breaks it in a running call hears a soft tone."""
    place: Place = field(default=Place(), compare=False)

    def title(self, language: str) -> str:
        """Return what people read."""
        return self.called.get(language) or next(iter(self.called.values()), self.name)


@dataclass(frozen=True)
class Applies:
    """Which conversations; an empty list: any."""

    queues: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    talks: tuple[str, ...] = ()
    """"agent": only where a person talked; "robot": only where none did."""
    since: date | None = None
    until: date | None = None
    """First and last day."""

    def to(self, conversation: Conversation, day: date) -> bool:
        """Tell whether a conversation of `day` is meant."""
        if (self.since and day < self.since) or (self.until and day > self.until):
            return False
        talk = "agent" if conversation.agents else "robot"
        named = (
            (self.queues, conversation.queue), (self.flows, conversation.flow),
            (self.teams, conversation.team), (self.directions, conversation.direction), (self.talks, talk),
            (self.campaigns, conversation.campaign),
        )  # fmt: skip
        if self.agents and not set(self.agents) & set(conversation.agents):
            return False
        return all(not wanted or has in wanted for wanted, has in named)


@dataclass(frozen=True)
class Scorecard:
    """All of it."""

    name: str
    rules: tuple[Rule, ...]
    languages: tuple[str, ...] = ("en", "zh")
    applies: Applies = Applies()
    good_from: float = 80.0
    """Score (0-100) from which a conversation is good."""
    sections: Mapping[str, Texts] = field(default_factory=dict)
    """What each is called, in the order of showing."""
    version: str = ""
    """First characters of the SHA-256 over the file."""
    place: Place = Place()


def version_of(text: str) -> str:
    """Return what a scorecard's text is known by."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
