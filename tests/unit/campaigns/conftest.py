"""What the tests of campaigns share: a fresh database of each kind, campaigns and leads in it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, insert

from campaigns.campaign_rows import StoredCampaign, campaign_named, put_campaign
from campaigns.plan import plan_of
from models.database import Base, migrate, open_engine, table_of
from models.lead import Lead
from models.writing import writing
from tests.postgresql import cluster

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""A Wednesday, twelve o'clock in Shanghai."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a database with our tables on a server of its own."""
    with cluster() as server:
        url = server.format("postgres")
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def sqlite_pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pattern") / "pattern.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with our tables, of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "hotline.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_pattern"), path)
        yield f"sqlite:///{path}"
        return
    url: str = request.getfixturevalue("postgresql")
    yield url
    # One database for all, emptied in one way to the server: making one anew would take longer than most tests.
    emptied = create_engine(url)
    with emptied.begin() as connection:
        tables = reversed(Base.metadata.sorted_tables)
        connection.exec_driver_sql("; ".join(f"DELETE FROM {table.name}" for table in tables))
    emptied.dispose()


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
