"""A delivery to one of the company's programs that isn't made yet, or was given up.

Written with the event that it tells of, and deleted once the program has taken it: what is here after a restart is
still to be made.
"""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class WebhookDelivery(Base):
    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("webhook_delivery_by_node", "node", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    """In the order of happening."""
    node: Mapped[str]
    """The server that makes it."""
    delivery: Mapped[str]
    """msg_…: the same at each attempt, and for each program that is told."""
    url: Mapped[str]
    call_id: Mapped[str]
    event: Mapped[str]
    body: Mapped[str]
    """JSON."""
    tries: Mapped[int]
    why: Mapped[str]
    """Why the last try failed; "" before the first."""
    made_at: Mapped[datetime] = mapped_column(Moment)
    given_up_at: Mapped[datetime | None] = mapped_column(Moment)
