"""How far somebody has read the events of campaigns, so that a restart goes on there."""

from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class EventReader(Base):
    __tablename__ = "event_reader"

    reader: Mapped[str] = mapped_column(primary_key=True)
    """Who reads, such as "results"."""
    node: Mapped[str] = mapped_column(primary_key=True)
    """The server whose events it reads."""
    seq: Mapped[int]
    """Of the last event that was read."""
