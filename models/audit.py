"""The audit trail: who did or saw what in the console, and when. It is only ever added to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, Index, insert
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class Audit(Base):
    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_time", "at"),
        Index("audit_by_account", "account", "at"),
        Index("audit_by_call", "call_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    account: Mapped[str]
    """Who; a token's as "token NAME", a command's as "command". No foreign key: the trail outlives the account."""
    address: Mapped[str]
    """Where from; "" for a command."""
    action: Mapped[str]
    """What: signed-in, opened-call, listened, review.done …"""
    call_id: Mapped[str]
    """Which call it was about; "" for none. No foreign key: it outlives the call."""
    words: Mapped[str]
    """More about it, as a person reads it."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


def record(
    connection: Connection,
    at: datetime,
    account: str,
    action: str,
    *,
    call_id: str = "",
    words: str = "",
    data: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Add one entry, in the transaction of what it tells about: neither is there without the other."""
    connection.execute(
        insert(Audit).values(
            at=at, account=account, address=address, action=action, call_id=call_id, words=words, data=dict(data or {})
        )
    )
