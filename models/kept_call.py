"""A call that is kept: its recording and its words aren't deleted by age, as somebody said, and why."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class KeptCall(Base):
    __tablename__ = "kept_call"

    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"), primary_key=True)
    account: Mapped[str]
    """Who said so; a command's as "command"."""
    why: Mapped[str]
    """A complaint's number, a court's letter …"""
    at: Mapped[datetime] = mapped_column(Moment)
