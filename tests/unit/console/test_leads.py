"""Agents are asked for by preview campaigns that run, and by no others."""

from datetime import UTC, datetime

from sqlalchemy import insert

from console.access import ROLES, Right
from console.pages.leads import previewed
from models.call import new_id
from models.campaign import Campaign


def test_campaigns_that_run_and_are_previewed_ask_agents(engine):
    now = datetime(2026, 11, 21, tzinfo=UTC)
    kinds = (
        ("b", "running", "preview"),
        ("a", "running", "preview"),
        ("c", "paused", "preview"),
        ("d", "running", "robot"),
    )
    with engine.begin() as connection:
        for name, state, mode in kinds:
            settings = {"name": name, "mode": mode}
            row = {
                "id": new_id(),
                "name": name,
                "state": state,
                "settings": settings,
                "created_at": now,
                "edited_at": now,
            }
            connection.execute(insert(Campaign).values(**row))
        assert previewed(connection) == ["a", "b"]


def test_agents_may_look_at_leads_and_reviewers_may_not():
    assert Right.LEADS in ROLES["agent"]
    assert Right.LEADS not in ROLES["qa"]
