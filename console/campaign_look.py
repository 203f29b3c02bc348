"""Campaigns as they are now: what `hotline campaigns status` and `watch` say, looked up for all who watch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from campaigns.campaign_rows import campaigns
from campaigns.running_status import last_attempts, statuses
from models.agent import Agent
from models.campaign import CampaignState
from models.control_client import ask
from models.control_protocol import AskCampaign
from models.errors import HotlineError
from models.settings import Settings

Document = dict[str, Any]
ASK_S = 2.0
"""For the running server to say how it dials."""
MOST = 50


@dataclass(frozen=True)
class CampaignLook:
    at: datetime
    campaigns: tuple[Document, ...]
    """As `statuses` has them; `live`: what the running server says, None where it dials nothing of it."""
    attempts: tuple[Document, ...]
    """The last ones, the newest first."""
    agents: Mapping[str, str]
    """Their names by extension."""


def looking(settings: Settings) -> Callable[[Connection, datetime], CampaignLook]:
    """Return what looks."""

    def look(connection: Connection, now: datetime) -> CampaignLook:
        found = [one for one in campaigns(connection) if one.state is not CampaignState.FINISHED][-MOST:]
        documents = [one for each in found for one in statuses(connection, each.name, now)]
        dialled = {CampaignState.RUNNING, CampaignState.DRAINING, CampaignState.TRIPPED}
        for one in documents:
            one["live"] = _live(settings, one["name"]) if one["state"] in dialled else None
        ids = [one["id"] for one in documents]
        agents = {row.extension: row.name for row in connection.execute(select(Agent.extension, Agent.name))}
        return CampaignLook(now, tuple(documents), tuple(last_attempts(connection, ids)) if ids else (), agents)

    return look


def _live(settings: Settings, name: str) -> Document | None:
    try:
        *_, done = ask(settings.data.directory, AskCampaign(name), ASK_S)
    except HotlineError:
        return None
    return dict(done.facts)
