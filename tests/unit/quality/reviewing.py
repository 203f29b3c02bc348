"""What the tests of reviews share: people, agents, and scored calls, in a database of either kind."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from models.account import Account
from models.agent import Agent
from models.audit import Audit
from models.call import Call, first_id
from models.inspection import CallScore, Finding, Inspection
from models.quality_settings import QualitySettings
from models.queue_caller import QueueCaller
from models.review import Review
from models.scorecard import ScorecardVersion
from quality.review import Judged
from quality.scoring import Outcome
from tests.unit.quality.conftest import row

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
"""A Wednesday."""
SETTINGS = QualitySettings()
CARD = """
scorecard: manners
languages: [en, zh]
good_from: 70
rules:
  - rule: hello
    called: {en: Greets, zh: 问候}
    weight: 3
    must: {says: {who: ours, phrases: {en: [hello], zh: [您好]}}}
  - {rule: bye, weight: 1, must: {says: {who: ours, phrases: {en: [bye], zh: [再见]}}}}
  - {rule: rude, fatal: true, must_not: {says: {who: agent, phrases: {en: [idiot], zh: [白痴]}}}}
"""
KEPT: dict[str, Outcome] = {"hello": "kept", "bye": "kept", "rude": "kept"}


def said(**outcomes: Outcome) -> dict[str, Judged]:
    """What a reviewer says of every rule, with a comment on each."""
    return {rule: Judged(outcome, "heard so", 3.5) for rule, outcome in (KEPT | outcomes).items()}


class Desk:
    """Reviewers, agents and calls."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with engine.begin() as connection:
            values = {"name": "manners", "version": "v1", "text": CARD, "in_force": True, "published_at": NOW}
            connection.execute(row(ScorecardVersion, **values))

    def account(self, name: str, *roles: str, team: str = "", extension: str = "", enabled: bool = True) -> None:
        with self.engine.begin() as connection:
            values = {"shown": name.title(), "roles": list(roles), "team": team, "extension": extension}
            connection.execute(row(Account, name=name, enabled=enabled, created_at=NOW, **values))

    def agent(self, extension: str, team: str = "", days: float = 400) -> None:
        with self.engine.begin() as connection:
            id_ = first_id((NOW - timedelta(days=days)).timestamp())[:10] + f"{extension:0>6}"
            values = {"extension": extension, "team": team, "languages": [], "supervises": [], "enabled": True}
            connection.execute(row(Agent, id=id_, **values))

    def call(
        self, name: str, *, agent: str = "", queue: str = "", hours_ago: float = 5, facts: dict[str, Any] | None = None,
        **outcomes: Outcome,
    ) -> str:  # fmt: skip
        """An inspected call; return the id of its score."""
        began, found = NOW - timedelta(hours=hours_ago), KEPT | outcomes
        weights = {"hello": 3.0, "bye": 1.0, "rude": 1.0}
        points = sum(weights[rule] for rule, outcome in found.items() if outcome == "kept") / 5 * 100
        fatal = found["rude"] == "broken"
        with self.engine.begin() as connection:
            values = {"state": "ended", "language": "en", "started_at": began, "answered_at": began, "ended_at": began}
            connection.execute(row(Call, id=name, **values))
            known = {"state": "done", "done_at": began, "facts": facts or {}, "transcript": [], "personal": []}
            connection.execute(row(Inspection, call_id=name, **known))
            score = {"points": 0.0 if fatal else points, "good": points >= 70 and not fatal, "fatal": fatal}
            where = {"id": f"s-{name}", "call_id": name, "scorecard": "manners", "version": "v1"}
            connection.execute(row(CallScore, **where, **score, sections={}, scored_at=began))
            for rule, outcome in found.items():
                of = {"score_id": f"s-{name}", "rule": rule, "outcome": outcome, "weight": weights[rule]}
                connection.execute(row(Finding, **of, fatal=rule == "rude", evidence=[]))
            if agent:
                stay = {"call_id": name, "agent": agent, "queue": queue, "joined_at": began, "answered_at": began}
                connection.execute(row(QueueCaller, id=f"w-{name}", **stay))
        return f"s-{name}"

    def review(self, call: str, reviewer: str, *, agent: str = "201", team: str = "red", **more: Any) -> str:
        """An open review of a call."""
        with self.engine.begin() as connection:
            values = {
                "id": f"r-{call}-{reviewer}", "call_id": call, "score_id": f"s-{call}", "scorecard": "manners",
                "version": "v1", "agent": agent, "team": team, "state": "open", "edition": 1, "reviewer": reviewer,
                "machine": {"points": 60.0, "good": False, "fatal": False}, "made_at": NOW, "blind": False,
                "due_at": NOW + timedelta(days=7),
            }  # fmt: skip
            connection.execute(row(Review, **values | more))
        return f"r-{call}-{reviewer}"

    def actions(self) -> list[str]:
        """The audit trail, as far as it tells what was done."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(Audit.action).order_by(Audit.id)).scalars())

    def count(self, table: Any) -> int:
        with self.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0


def peopled(desk: Desk) -> Desk:
    """An agent and the team's lead, another team's, three reviewers, and a call that one of them is to review."""
    desk.agent("201", "red")
    desk.account("ann", "agent", team="red", extension="201")
    desk.account("lea", "supervisor", team="red")
    desk.account("lou", "supervisor", team="blue")
    desk.account("qi", "qa", team="blue")
    desk.account("quinn", "qa")
    desk.account("ruth", "qa", team="red")
    desk.call("c1", agent="201", bye="broken")
    desk.review("c1", "qi")
    return desk
