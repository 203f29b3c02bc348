"""What programs are told of an attempt's result, and which of them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.disposition import Disposition
from campaigns.plan import CampaignPlan, FollowUp

ENDED = "attempt.ended"
FOLLOW_UP = "follow_up.requested"
ALARMS = ("breaker.tripped", "breaker.mended")
"""Events of a campaign as a whole."""


@dataclass(frozen=True)
class Told:
    """One program, and what it is told."""

    url: str
    event: str
    data: Mapping[str, Any]


def told(plan: CampaignPlan, event: str, result: Mapping[str, Any]) -> Iterator[Told]:
    """Yield which programs of a plan are told of an event, and of what; `result`: as `result_of` returns it."""
    for hook in plan.webhooks:
        if event in hook.events:
            yield Told(hook.url, event, result)
    if event != ENDED:
        return
    for follow_up in plan.follow_up:
        if _follows(follow_up, result["attempt"]):
            yield Told(follow_up.url, FOLLOW_UP, {**result, "follow_up": dict(follow_up.data)})


def _follows(follow_up: FollowUp, attempt: Mapping[str, Any]) -> bool:
    """Tell whether a result is followed up; who opted out is left alone unless a plan says so in as many words."""
    disposition = attempt["disposition"]
    if follow_up.dispositions and disposition not in follow_up.dispositions:
        return False
    if follow_up.grades and attempt["grade"] not in follow_up.grades:
        return False
    return disposition != Disposition.OPTED_OUT or disposition in follow_up.dispositions


def secret_for(plan: CampaignPlan, url: str, event: str) -> str | None:
    """Return the secret by which a program is told of `event`, as it is written; None: the plan names it no more."""
    if event == FOLLOW_UP:
        return next((one.secret for one in plan.follow_up if one.url == url), None)
    return next((one.secret for one in plan.webhooks if one.url == url), None)


def result_of(campaign: str, lead: Mapping[str, Any], attempt: Mapping[str, Any], recording: str) -> dict[str, Any]:
    """Return what is known of a result, for JSON; `lead` and `attempt` are rows."""
    of_lead = ("id", "number", "name", "language", "timezone", "region", "variables", "state", "attempts", "source")
    of_attempt = (
        "id", "number", "line", "caller_number", "mode", "version", "placed_at", "ringing_at", "answered_at",
        "ended_at", "cause", "code", "answered_by", "disposition", "grade", "call_id", "agent", "queue", "talk_s",
        "cost", "currency", "abandoned", "results",
    )  # fmt: skip
    waits = lead.get("state") == "waiting"
    return {
        "campaign": campaign,
        "lead": {name: _plain(lead.get(name)) for name in of_lead},
        "attempt": {name: _plain(attempt[name]) for name in of_attempt},
        "next_call_at": _plain(lead.get("due_at")) if waits else None,
        "recording": recording,
    }


def alarm_of(campaign: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what programs are told of an event of a whole campaign: its state and share of failures, 0 to 1."""
    return {"campaign": campaign, **{name: value for name, value in data.items() if name != "node"}}


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value
