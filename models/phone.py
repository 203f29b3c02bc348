"""A phone that has registered with us, kept so that a server that starts again knows where its users are."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class Phone(Base):
    __tablename__ = "phone"

    node: Mapped[str] = mapped_column(primary_key=True)
    """The server that it registered with."""
    user: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    """What two contacts of one place share (RFC 3261 section 19.1.4)."""
    contact: Mapped[str]
    """Its SIP URI as written."""
    host: Mapped[str]
    """Address that its REGISTER came from."""
    q: Mapped[float]
    port: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Moment)
    refreshed_at: Mapped[datetime] = mapped_column(Moment)
    call_id: Mapped[str]
    """Of its REGISTERs, with the number of the last one."""
    cseq: Mapped[int] = mapped_column(BigInteger)
    user_agent: Mapped[str]
