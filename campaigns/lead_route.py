"""How a lead is called: which of the campaign's flows talks, and which line the call takes. Pure but for the book."""

import zlib
from collections.abc import Sequence
from typing import Any

from campaigns.campaign_rows import StoredCampaign
from campaigns.lead_row import LeadRow
from campaigns.line_book import Choice, LineBook, NoLine


def flow_of(campaign: StoredCampaign, lead_id: int) -> str:
    """Return which of the campaign's flows talks with a lead: always the same one, in the plan's shares."""
    flows = campaign.plan.flows
    whole = sum(one.share for one in flows)
    place = zlib.crc32(f"{campaign.id}/{lead_id}".encode()) / 2**32 * whole
    for one in flows:
        place -= one.share
        if place < 0:
            return one.flow
    return flows[-1].flow


def line_for(
    lines: LineBook, campaign: StoredCampaign, lead: LeadRow, number: str, tried: Sequence[str], now: float
) -> Choice | NoLine:
    """Return the line for a call to `number`, but none of those `tried`; else why there is none."""
    plan = campaign.plan
    rule = plan.retry.rules.get(lead.disposition)
    avoided = [lead.line] if rule and rule.other_line and lead.line and not tried else []
    asked: dict[str, Any] = {"country": plan.country, "region": lead.region, "campaign": campaign.name}
    shares = plan.line_shares or None
    found = lines.choose(number, plan.lines, [*tried, *avoided], now, **asked, shares=shares)
    if found is None and avoided:
        found = lines.choose(number, plan.lines, tried, now, **asked, shares=shares)
    return found or lines.no_line(number, plan.lines, tried, now, country=plan.country)
