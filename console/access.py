"""What each role may do in the console, and which calls it sees. Values; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from quality.scope import ALL, Scope


class Right(StrEnum):
    CALLS = "calls"
    """Open calls within one's scope; personal data masked."""
    ORIGINAL = "original"
    """See and hear personal data."""
    COMMENT = "comment"
    EXPORT = "export"
    REVIEW = "review"
    """Confirm or change findings, and decide appeals against others' reviews."""
    APPEAL = "appeal"
    """Object to a review of one's own calls, or the team's."""
    SAMPLING = "sampling"
    """See and change how calls are chosen for review."""
    QUALITY = "quality"
    """Boards of quality, within one's scope."""
    TEACH = "teach"
    """Say what was misunderstood or not answered."""
    KNOWLEDGE = "knowledge"
    """Decide what becomes of questions that got no answer, whosever call they were asked in."""
    LIVE = "live"
    """Calls, queues and agents as they are now."""
    ORDER = "order"
    """Change agents' states, take part in talks."""
    CAMPAIGNS = "campaigns"
    LEADS = "leads"
    """Look at leads of preview campaigns, and have them called for one's own phone."""
    PLAN = "plan"
    """Add, change and remove agents and queues."""
    AUDIT = "audit"
    ACCOUNTS = "accounts"


ROLES: Mapping[str, frozenset[Right]] = {
    "agent": frozenset({Right.CALLS, Right.COMMENT, Right.APPEAL, Right.LEADS}),
    "supervisor": frozenset(
        {
            Right.CALLS, Right.COMMENT, Right.APPEAL, Right.EXPORT, Right.QUALITY, Right.TEACH, Right.LIVE,
            Right.ORDER,
        }
    ),
    "qa": frozenset(
        {
            Right.CALLS, Right.ORIGINAL, Right.COMMENT, Right.EXPORT, Right.REVIEW, Right.SAMPLING, Right.QUALITY,
            Right.TEACH, Right.KNOWLEDGE, Right.LIVE,
        }
    ),
    "operator": frozenset({Right.CALLS, Right.COMMENT, Right.EXPORT, Right.QUALITY, Right.LIVE, Right.CAMPAIGNS}),
    "administrator": frozenset(Right),
}  # fmt: skip
"""By the name of the role, in the order of the sign-up form."""


@dataclass(frozen=True)
class Viewer:
    """Who looks: a person signed in, or a program with a token."""

    name: str
    shown: str
    roles: tuple[str, ...]
    team: str = ""
    extension: str = ""
    language: str = ""
    """en or zh; "": the browser's."""
    theme: str = ""
    """light or dark; "": the browser's."""

    def may(self, right: Right) -> bool:
        """Tell whether any of the roles has the right; a role that isn't known has none."""
        return any(right in ROLES.get(role, ()) for role in self.roles)

    def sees_agent(self, extension: str, team: str) -> bool:
        """Tell whether an agent is one that the roles see: anybody, those of a team that is led, oneself."""
        scope = self.scope()
        return scope.everything or extension in scope.agents or bool(team and team in scope.teams)

    def scope(self) -> Scope:
        """Return which calls the roles see together."""
        if {"qa", "administrator"} & set(self.roles):
            return ALL
        return Scope(
            campaigns="operator" in self.roles,
            teams=(self.team,) if "supervisor" in self.roles and self.team else (),
            agents=(self.extension,) if self.extension and {"agent", "supervisor"} & set(self.roles) else (),
        )
