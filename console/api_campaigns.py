"""Campaigns by the API.

| request | gives |
|---|---|
| GET /campaigns, /campaigns/NAME | how campaigns are doing that are neither drafts nor finished; or one |
| POST /campaigns/NAME/order | `{"order": "start", "pause", "resume", "stop" or "drain"}`, as `hotline campaigns` |
"""

from datetime import UTC, datetime
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine

from campaigns.campaign_orders import order
from campaigns.running_status import statuses
from console.access import Right
from console.api_access import Asker, needs
from console.api_pages import After, Limit, page_of
from console.problems import NotThere
from models.audit import record
from models.errors import HotlineError
from models.settings import Settings

Document = dict[str, Any]


class CampaignWish(BaseModel):
    """What shall become of a campaign."""

    model_config = ConfigDict(extra="forbid")

    order: Literal["start", "pause", "resume", "stop", "drain"]


def campaigns(settings: Settings, engine: Engine) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/campaigns", tags=["campaigns"], dependencies=[Depends(needs(Right.CAMPAIGNS))])

    @router.get("")
    def list_(request: Request, response: Response, after: After = "", limit: Limit = 50) -> list[Document]:
        with engine.connect() as connection:
            found = statuses(connection, "", datetime.now(UTC))
        return page_of(request, response, found, lambda one: str(one["name"]), after, limit)

    @router.get("/{name}")
    def show(name: str) -> Document:
        with engine.connect() as connection:
            return _one(connection, name)

    @router.post("/{name}/order")
    def give_order(request: Request, name: str, wish: CampaignWish, viewer: Asker) -> Document:
        now = datetime.now(UTC)
        with engine.connect() as connection:
            _one(connection, name)
        done = order(engine, settings, name, wish.order, now, f"by {viewer.name}")
        address = request.client.host if request.client else ""
        with engine.begin() as connection:
            told = {"campaign": name, "order": wish.order}
            record(connection, now, viewer.name, f"campaign.{wish.order}", words=name, data=told, address=address)
        return {"name": name, "state": str(done.state), "live": done.live, "sentence": done.words}

    return router


def _one(connection: Connection, name: str) -> Document:
    try:
        return statuses(connection, name, datetime.now(UTC))[0]
    except HotlineError as unknown:
        raise NotThere(str(unknown)) from unknown
