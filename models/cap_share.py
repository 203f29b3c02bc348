"""A server that dials campaigns on this database, and its share of the caps that all such servers keep together."""

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base


class CapShare(Base):
    __tablename__ = "cap_share"

    node: Mapped[str] = mapped_column(primary_key=True)
    beat: Mapped[int]
    """Counted up while it lives: whoever sees it stand still for a while takes the share (no clocks are compared)."""
    held: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """How much of each cap is its own, by the cap's name (`campaigns/shares.py`); null: all of all caps."""
