"""Who may sign in to the console, and the trail of what each did."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, MOMENT, nullable=nullable)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String(), primary_key=True),
        *_texts("shown", "password_hash"),
        _json("roles"),
        *_texts("team", "extension", "language", "theme"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _moment("created_at"),
        _moment("password_at", nullable=True),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("account", sa.String(), sa.ForeignKey("account.name", ondelete="CASCADE"), nullable=False),
        *_texts("csrf", "address"),
        *[_moment(name) for name in ("begun_at", "seen_at", "ends_at")],
    )
    op.create_index("sign_in_by_account", "sign_in", ["account"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("name", "digest"),
        _json("roles"),
        *_texts("made_by"),
        _moment("made_at"),
        *[_moment(name, nullable=True) for name in ("used_at", "revoked_at")],
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        _moment("at"),
        *_texts("account", "address", "action", "call_id", "words"),
        _json("data"),
    )
    op.create_index("audit_by_time", "audit", ["at"])
    op.create_index("audit_by_account", "audit", ["account", "at"])
    op.create_index("audit_by_call", "audit", ["call_id", "at"])


def downgrade() -> None:
    for table in ("audit", "api_token", "sign_in", "account"):
        op.drop_table(table)
