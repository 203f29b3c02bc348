"""Accounts: who may sign in to the console, as what, and from where they are signed in. And tokens, for programs.

Passwords are kept as Argon2id hashes, cookies and tokens as SHA-256 digests: whoever reads the database can't sign in.
"""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class Account(Base):
    __tablename__ = "account"

    name: Mapped[str] = mapped_column(primary_key=True)
    """What the person signs in by, in lower case."""
    shown: Mapped[str]
    """What others read."""
    password_hash: Mapped[str]
    """Argon2id in PHC string format; "" for one that can't sign in yet."""
    roles: Mapped[list[str]] = mapped_column(JSON)
    """agent, supervisor, qa, operator, administrator (`console/access.py` says what each may)."""
    team: Mapped[str]
    """Whose calls a supervisor sees, and whose a reviewer doesn't review; "" for none."""
    extension: Mapped[str]
    """Of the agent who this is; "" for nobody."""
    language: Mapped[str]
    """en or zh; "": the browser's."""
    theme: Mapped[str]
    """light or dark; "": the browser's."""
    enabled: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Moment)
    password_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the password was last set; who was signed in before no longer is."""


class SignIn(Base):
    """One browser in which somebody is signed in."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("sign_in_by_account", "account"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the cookie, hex."""
    account: Mapped[str] = mapped_column(ForeignKey("account.name", ondelete="CASCADE"))
    csrf: Mapped[str]
    """What a form has to send along, which no other site can know."""
    address: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)


class ApiToken(Base):
    """What a program says it is by."""

    __tablename__ = "api_token"

    id: Mapped[str] = mapped_column(primary_key=True)
    """`call.new_id`; the token's first part, by which it is found."""
    name: Mapped[str]
    """Which program's."""
    digest: Mapped[str]
    """SHA-256 of the whole token, hex."""
    roles: Mapped[list[str]] = mapped_column(JSON)
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
