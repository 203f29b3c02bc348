"""Preview: nobody is called before an agent has looked, and nobody is lost while one looks."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from campaigns.lead_row import LeadRow
from campaigns.pacing import Floor
from campaigns.preview import LOOKS_S, Previews
from campaigns.preview_desk import preview
from models.control_protocol import Preview
from models.errors import CannotDo
from tests.unit.campaigns.conftest import Add, Make
from tests.unit.campaigns.dialled import TALKS, Campaign, Person, Phones

LEAD = LeadRow(7, "c", "+442079460123", name="Ann", variables={"car": "blue"}, attempts=2, disposition="busy")


class Agents:
    """Anna is paused, Ben is not; nobody is free for a queue."""

    def floor(self, queue: str) -> Floor:
        return Floor(0)

    def hinders(self, queue: str, extension: str) -> str:
        return {"201": "", "202": "Agent 202 is ready; pause first."}.get(extension, "There is no agent.")

    def follow(self, queue: str, listener: Any) -> Any:
        return lambda: None


def test_a_lead_is_one_agents_until_it_was_looked_at_for_too_long() -> None:
    shown = Previews()
    shown.show("201", LEAD, 10.0)
    assert (shown.shown_to("201"), shown.shown_to("202"), shown.held()) == (LEAD, None, {7})
    assert shown.overdue(10.0 + LOOKS_S - 1) == []
    assert shown.overdue(10.0 + LOOKS_S) == [LEAD]
    with pytest.raises(CannotDo, match="looks at no lead"):
        shown.decided("201")


@pytest.mark.looptime
async def test_an_agent_looks_skips_and_calls_and_talks_to_whoever_answers(
    engine: Engine, make_campaign: Make, add_leads: Add
) -> None:
    stored = make_campaign(mode="preview", queue="sales", max_calls=5)
    numbers = [f"+86139{10000000 + number}" for number in range(3)]
    add_leads(stored, *numbers)
    phones = Phones(others=Person([replace(TALKS, talk_s=30.0)]))
    campaign = Campaign(engine, stored, phones, agents=Agents())
    dialer = campaign.dialer

    async def order(do: str = "next", agent: str = "201") -> Any:
        return await preview(dialer, dialer._ports, Preview("autumn", agent, do))

    running = asyncio.ensure_future(dialer.run())
    await asyncio.sleep(5)
    assert not phones.placed, "nobody is called by themselves"
    with pytest.raises(CannotDo, match="pause first"):
        await order(agent="202")
    with pytest.raises(CannotDo, match="looks at no lead"):
        await order("call")
    first = await order()
    assert (await order()).facts == first.facts, "what is shown stays"
    assert dialer.held == {first.facts["lead"]}
    skipped = await order("skip")
    assert skipped.facts == first.facts
    second = await order()
    assert second.facts["number"] != first.facts["number"]
    assert "is being called" in (await order("call")).sentence
    await asyncio.sleep(1)
    assert [(one.agent, one.placed.number) for one in dialer.running.values()] == [("201", second.facts["number"])]
    with pytest.raises(CannotDo, match="after it"):
        await order()
    await asyncio.sleep(60)
    third = await order()
    await asyncio.sleep(LOOKS_S + 5)
    assert dialer.held == set(), "who looks for too long loses it to the list"
    assert (await order()).facts == third.facts
    dialer.pause()
    with pytest.raises(CannotDo, match="paused"):
        await order("call")
    dialer.leave()
    await asyncio.wait_for(running, 30)
    assert {lead.lease_by for lead in campaign.leads()} == {""}
    assert [attempt.mode for attempt in campaign.attempts()] == ["preview"]


async def test_only_a_preview_campaign_shows_its_leads(engine: Engine, make_campaign: Make) -> None:
    campaign = Campaign(engine, make_campaign(), Phones())
    with pytest.raises(CannotDo, match="called by themselves"):
        await preview(campaign.dialer, campaign.dialer._ports, Preview("autumn", "201"))
