"""What callers meant where the robot took it for something else, as people say: examples for a flow's author."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class Taught(Base):
    __tablename__ = "taught"
    __table_args__ = (
        Index("taught_by_place", "call_id", "at_s", unique=True),
        Index("taught_by_flow", "flow", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`."""
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    """What a caller said goes where the call goes."""
    at_s: Mapped[float]
    """Where it was said: seconds from the recording's first sample."""
    at: Mapped[datetime] = mapped_column(Moment)
    account: Mapped[str]
    flow: Mapped[str]
    flow_version: Mapped[str]
    """By which it was taken for something else."""
    language: Mapped[str]
    said: Mapped[str]
    """Personal data masked."""
    taken: Mapped[str]
    """The intent that the robot took it for; "" for none."""
    meant: Mapped[str]
    """The intent that it has."""
