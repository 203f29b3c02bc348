"""What the tests of campaigns share: a fresh database of each kind, campaigns and leads in it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from campaigns.campaign_rows import StoredCampaign, campaign_named, put_campaign
from campaigns.plan import plan_of
from models.database import open_engine, table_of
from models.lead import Lead
from models.writing import writing
from tests.databases import database_url, postgresql, sqlite_pattern

__all__ = ["database_url", "postgresql", "sqlite_pattern"]

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""A Wednesday, twelve o'clock in Shanghai."""


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A fresh database of each kind."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


Make = Callable[..., StoredCampaign]


@pytest.fixture
def make_campaign(engine: Engine) -> Make:
    """Make a campaign in China; keywords are what its plan has else."""

    def make(name: str = "autumn", **plan: Any) -> StoredCampaign:
        settings = {"name": name, "country": "CN", "flows": ["payment_reminder"], "holidays": "", **plan}
        with writing(engine) as connection:
            put_campaign(connection, plan_of(settings), settings, NOON)
            return campaign_named(connection, name)

    return make


Add = Callable[..., list[int]]


@pytest.fixture
def add_leads(engine: Engine) -> Add:
    """Put leads on a campaign's list, one for each number; keywords are columns of all of them."""

    def add(campaign: StoredCampaign, *numbers: str, **columns: Any) -> list[int]:
        blank = {
            "numbers": [], "number_index": 0, "name": "", "language": "", "timezone": "Asia/Shanghai", "region": "CN",
            "variables": {}, "priority": 50, "rank": 50, "state": "new", "due_at": NOON, "attempts": 0, "tries": {},
            "lease_by": "", "disposition": "", "grade": "", "line": "", "source": "", "imported_at": NOON,
        }  # fmt: skip
        rows = [{**blank, **columns, "campaign_id": campaign.id, "number": number} for number in numbers]
        with writing(engine) as connection:
            return [connection.scalar(insert(table_of(Lead)).values(**row).returning(Lead.id)) or 0 for row in rows]

    return add
