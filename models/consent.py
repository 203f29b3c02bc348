"""Consent: that somebody agreed to be called for a purpose, from whom it is known, and until when it holds."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class Consent(Base):
    __tablename__ = "consent"
    __table_args__ = (Index("consent_by_number", "number", "purpose"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`."""
    number: Mapped[str]
    """E.164 with "+"."""
    purpose: Mapped[str]
    """What for, as plans name it; "" for any."""
    source: Mapped[str]
    """Where it was given: a form, a contract, a call."""
    given_at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime | None] = mapped_column(Moment)
    """None: until it is taken back."""
    proof: Mapped[str]
    """Reference to the document or recording."""
