"""How a lead is called: by which version of the flow, and over which line."""

from collections import Counter
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from campaigns.lead_route import flow_of, line_for
from campaigns.plan import plan_of

PLAN = {"name": "autumn", "country": "CN", "flows": [{"flow": "old.yaml", "share": 3}, {"flow": "new.yaml"}]}
LEADS = 4000


def campaign(plan: dict[str, Any], number: int = 1) -> Any:
    return SimpleNamespace(id=f"c{number}", name="autumn", plan=plan_of(plan))


def test_versions_are_compared_by_their_shares() -> None:
    counts = Counter(flow_of(campaign(PLAN), lead) for lead in range(LEADS))
    assert set(counts) == {"old.yaml", "new.yaml"}
    assert abs(counts["old.yaml"] / LEADS - 0.75) < 0.03


def test_a_lead_has_the_same_version_at_every_try_and_another_campaign_draws_anew() -> None:
    first, second = campaign(PLAN, 1), campaign(PLAN, 2)
    versions = [flow_of(first, lead) for lead in range(LEADS)]
    assert versions == [flow_of(first, lead) for lead in range(LEADS)]
    assert versions != [flow_of(second, lead) for lead in range(LEADS)]


class Lines:
    """Lines of which the first that is allowed is taken."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def choose(self, number: str, of: Sequence[str], tried: Sequence[str], now: float, **asked: Any) -> str | None:
        return next((name for name in self._names if name not in tried), None)

    def no_line(self, *asked: Any, **more: Any) -> str:
        return "none"


def lead(disposition: str, line: str) -> Any:
    return SimpleNamespace(disposition=disposition, line=line, region="CN-SH")


def chosen(plan: dict[str, Any], of: Any, *lines: str) -> str:
    book: Any = Lines(*lines)
    return str(line_for(book, campaign(plan), of, "+8613912345678", (), 0.0))


def test_a_retry_that_asks_for_another_line_gets_one_where_there_is_one() -> None:
    plan = {**PLAN, "retry": {"congestion": {"after": ["1m"], "other_line": True}}}
    again = lead("congestion", "telecom")
    assert chosen(plan, again, "telecom", "unicom") == "unicom"
    assert chosen(plan, again, "telecom") == "telecom"
    assert chosen(plan, lead("busy", "telecom"), "telecom", "unicom") == "telecom"
