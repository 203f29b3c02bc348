"""What may be chosen in the filters of the list of calls: names that are set up, as far as the viewer may know them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, or_, select, text

from console.rule_titles import titles
from models.agent import Agent
from models.campaign import Campaign
from models.cause import Cause
from models.errors import HotlineError
from models.queue import Queue
from models.scorecard import ScorecardVersion
from quality.reading import loads
from quality.scope import Scope

MOST = 500
"""Of each kind; the rest can be typed."""
LATELY = 2000
"""Calls whose flows are offered."""
Named = Sequence[tuple[str, str]]
"""Values with what is read instead."""


@dataclass(frozen=True)
class Choices:
    agents: Named
    teams: Named
    queues: Named
    campaigns: Named
    flows: Named
    rules: Named
    causes: Sequence[str]


def choices(connection: Connection, scope: Scope, language: str) -> Choices:
    """Return them; agents and teams only of the scope."""
    agents = select(Agent.extension, Agent.name, Agent.team).order_by(Agent.extension).limit(MOST)
    if not scope.everything:
        agents = agents.where(
            or_(Agent.extension.in_(scope.agents), Agent.team.in_([one for one in scope.teams if one]))
        )
    people = connection.execute(agents).all()
    queues = connection.scalars(select(Queue.name).order_by(Queue.name).limit(MOST))
    campaigns = connection.scalars(select(Campaign.name).order_by(Campaign.created_at.desc()).limit(MOST))
    flows = connection.execute(
        text("SELECT DISTINCT flow FROM (SELECT flow FROM call_entry ORDER BY key DESC LIMIT :lately) one"),
        {"lately": LATELY},
    )
    cards = connection.execute(
        select(ScorecardVersion.name, ScorecardVersion.version, ScorecardVersion.text).where(ScorecardVersion.in_force)
    )
    rules = titles(one for card in cards for one in _rules(card.name, card.version, card.text))
    return Choices(
        tuple((one.extension, one.name) for one in people),
        _plain(sorted({one.team for one in people if one.team})),
        _plain(queues),
        _plain(campaigns),
        _plain(sorted(row.flow for row in flows if row.flow)),
        tuple((name, _title(called, language) or name) for name, called in sorted(rules.items())),
        tuple(Cause),
    )


def _plain(names: Iterable[str]) -> Named:
    return tuple((name, name) for name in names)


def _title(called: Mapping[str, str], language: str) -> str:
    return called.get(language) or next(iter(called.values()), "")


@lru_cache(maxsize=100)
def _rules(name: str, version: str, written: str) -> Sequence[tuple[str, Mapping[str, str]]]:
    """Return the rules of a published version, which never changes; reading one takes longer than a page may."""
    try:
        return tuple((rule.name, dict(rule.called)) for rule in loads(written, f"{name}@{version}").rules)
    except HotlineError:
        # Another Hotline wrote it: calls can still be listed.
        return ()
