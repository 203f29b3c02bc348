"""What can be wrong with how long calls are kept: nothing is deleted by age, or what is due isn't deleted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from models.database import database_url, open_engine, schema_age
from models.doctor import Finding
from models.errors import OperatorFault
from models.settings import Settings
from quality.call_sounds import Shelf
from quality.retention import START, due, newest

LATE = timedelta(days=2)
"""After which what is due should be gone: all calls are looked at once a day."""
MOST = 1000
"""Calls that one look of the doctor's is at; it has three: a long archive isn't to hold it up."""


def examine(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """Yield what is found; nothing where there is no database yet (its own doctor tells)."""
    kept = settings.retention
    if not kept.any:
        yield Finding("ok", "retention", "Recordings and words are kept for ever ([retention] in hotline.toml).")
        return
    try:
        late = _late(settings, now or datetime.now(UTC))
    except (OperatorFault, DBAPIError):
        return
    days = {"recordings": kept.recordings_days, "words": kept.words_days}
    after = " and ".join(f"{what} after {many} days" for what, many in days.items() if many)
    if late:
        yield Finding(
            "warning", "retention", f"{after[0].upper()}{after[1:]} are to be deleted, but {late} calls and more are "
            "two days over: let an inspector run ([quality] inspect), or run hotline calls expire.",
        )  # fmt: skip
        return
    yield Finding("ok", "retention", f"{after[0].upper()}{after[1:]} are deleted, and nothing is overdue.")


def _late(settings: Settings, now: datetime) -> int:
    """Return of how many calls something should have been deleted, among the oldest and the newest of each age.

    Where nobody deletes any more, the newest show it; where something is wrong with a call, it is the oldest by and by.
    """
    engine = open_engine(database_url(settings))
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            return 0
        with engine.connect() as connection:
            if schema_age(connection) != "newest":
                return 0
            kept, shelf, until = settings.retention, Shelf(settings.data.directory), now - LATE
            ages = [timedelta(days=days) for days in (kept.recordings_days, kept.words_days) if days]
            places = {START, *(newest(connection, until - age, MOST) for age in ages)}
            looks = [due(connection, kept, until, shelf, behind, MOST) for behind in sorted(places)]
            return len({one.call_id for look in looks for one in look.due})
    finally:
        engine.dispose()
