"""Who is not to be called: lists of numbers, own and imported, and the opt-outs that people said or keyed, as proof.

An opt-out is in two places: its number in a list, which is what every call is checked against, and its proof here.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class DoNotCallList(Base):
    __tablename__ = "do_not_call_list"
    __table_args__ = (UniqueConstraint("name", name="do_not_call_list_once"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    campaign: Mapped[str]
    """Name of the campaign that it is for; "" for everybody."""
    source: Mapped[str]
    """The file that it was imported from; "own" for one that is written by hand and by opt-outs."""
    imported_at: Mapped[datetime] = mapped_column(Moment)
    count: Mapped[int]
    """Numbers in it at the last import or edit."""


class DoNotCall(Base):
    """One number of one list; ten million of them are usual, so a row holds nothing else."""

    __tablename__ = "do_not_call"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own way

    list_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """The digits of E.164."""


class OptOut(Base):
    """Somebody's wish not to be called again, as it was said; never deleted with a list."""

    __tablename__ = "opt_out"
    __table_args__ = (Index("opt_out_by_number", "number", "at"), Index("opt_out_by_time", "at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`."""
    number: Mapped[str]
    """E.164 with "+"."""
    at: Mapped[datetime] = mapped_column(Moment)
    campaign: Mapped[str]
    """Name of the campaign that called; "" for none."""
    attempt: Mapped[str]
    call_id: Mapped[str]
    how: Mapped[str]
    """said, keyed, operator or import."""
    words: Mapped[str]
    """What was said or pressed, or the operator's note."""
    scope: Mapped[str]
    """Name of the campaign that it is about; "" for all."""
