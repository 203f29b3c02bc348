"""A scorecard's versions as they were published: kept for good, at most one of each scorecard in force."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class ScorecardVersion(Base):
    __tablename__ = "scorecard_version"
    __table_args__ = (Index("scorecard_in_force", "in_force"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    """The YAML file, to the letter."""
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[str]
    note: Mapped[str]
    in_force: Mapped[bool]
