"""A call's entry: one row a call with all that lists and boards ask for, so that they needn't join anything.

Written anew from the call's own records whenever those change (`quality/call_entries.py`); losing all of it loses
nothing. The entry's tokens (what it can be found by: words that were said, masked, and one for each of its particulars)
stand in an inverted index beside it, which the database keeps itself: by triggers on `call_token`, so that no writer
and no deletion can forget it. On SQLite that is the FTS5 table `call_search`, on PostgreSQL a `tsvector`.
"""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment

KEY = BigInteger().with_variant(Integer(), "sqlite")
"""On SQLite the key is the row's own id, which FTS5 goes by too."""
SEARCH = "call_search"
"""The FTS5 table; SQLite has some of its own behind it, whose names begin like that."""


class CallEntry(Base):
    __tablename__ = "call_entry"
    __table_args__ = (
        Index("call_entry_by_call", "call_id", unique=True),
        Index(
            "call_entry_unsettled", "settled", sqlite_where=text("settled = 0"), postgresql_where=text("NOT settled")
        ),
    )

    key: Mapped[int] = mapped_column(KEY, primary_key=True, autoincrement=False)
    """Sorts by beginning: Unix milliseconds times 256, and a number that tells calls of one millisecond apart."""
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id", ondelete="CASCADE"))
    started_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str]
    """The call's: ringing, answered or ended."""
    settled: Mapped[bool]
    """Whether the call is over for long enough that its last notes are in."""
    direction: Mapped[str]
    caller: Mapped[str]
    called: Mapped[str]
    language: Mapped[str]
    flow: Mapped[str]
    queue: Mapped[str]
    """That served it last, or that it waited in last; "" for none. So is the campaign."""
    campaign: Mapped[str]
    """Its name."""
    agents: Mapped[list[str]] = mapped_column(JSON)
    """Extensions of those who talked, in their order."""
    teams: Mapped[list[str]] = mapped_column(JSON)
    """Theirs."""
    seconds: Mapped[float | None]
    """From answer to end."""
    cause: Mapped[str]
    score: Mapped[float | None]
    """0-100: the lowest of the newest scores by each scorecard, a person's review before the machine's."""
    scorecard: Mapped[str]
    """Whose score that is; "" for none."""
    good: Mapped[bool | None]
    """By every scorecard; None where none scored it."""
    fatal: Mapped[bool | None]
    """By any."""
    broken: Mapped[list[str]] = mapped_column(JSON)
    """Rules that were broken."""
    inspected: Mapped[bool]
    review: Mapped[str]
    """open, done or appealed; "" for none."""


class CallEntryAgent(Base):
    """One agent who talked in one call, for figures by agent and team."""

    __tablename__ = "call_entry_agent"
    __table_args__ = (
        Index("call_entry_agent_by_agent", "agent", "key"),
        Index("call_entry_agent_by_team", "team", "key"),
    )

    key: Mapped[int] = mapped_column(KEY, ForeignKey("call_entry.key", ondelete="CASCADE"), primary_key=True)
    agent: Mapped[str] = mapped_column(primary_key=True)
    """Extension."""
    team: Mapped[str]
    """"" for none."""


class CallToken(Base):
    """What a call can be found by: tokens with a space between them, in the order in which they were said."""

    __tablename__ = "call_token"

    key: Mapped[int] = mapped_column(
        KEY, ForeignKey("call_entry.key", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tokens: Mapped[str]
