"""Queues: agents with presence and history, queues, their callers and events, callbacks, staffing, phones."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[datetime]]:
    return [sa.Column(name, MOMENT, nullable=nullable) for name in names]


def upgrade() -> None:
    _agents()
    _queues()
    _callbacks()
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), primary_key=True),
        *_texts("agent", "team"),
        sa.Column("settings", sa.JSON(), nullable=False),
    )
    op.create_table(
        "opening_hours",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
    )
    op.create_table("skill", sa.Column("name", sa.String(), primary_key=True))
    _phones()


def _agents() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("extension", sa.String(), nullable=False, unique=True),
        *_texts("name", "ha1_md5", "ha1_sha256", "realm"),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        *_texts("team", "address"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        *_moments("edited_at"),
    )
    op.create_table(
        "agent_presence",
        sa.Column(
            "agent_id", sa.String(), sa.ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True, nullable=False
        ),
        *_texts("state", "reason"),
        *_moments("since"),
        sa.Column("missed", sa.Integer(), nullable=False),
        *_texts("returns_to", "returns_reason", "after_call", "after_call_reason"),
        *_moments("idle_since"),
    )
    op.create_table(
        "agent_change",
        sa.Column("id", sa.Integer(), primary_key=True),
        *_texts("agent_id", "extension"),
        *_moments("at"),
        *_texts("move", "state", "reason", "by", "call_id"),
    )
    op.create_index("agent_change_by_agent", "agent_change", ["agent_id", "id"])
    op.create_index("agent_change_by_time", "agent_change", ["at"])


def _phones() -> None:
    op.create_table(
        "phone",
        *(sa.Column(name, sa.String(), primary_key=True, nullable=False) for name in ("node", "user", "place")),
        *_texts("contact", "host"),
        sa.Column("q", sa.Double(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        *_moments("expires_at", "refreshed_at"),
        *_texts("call_id"),
        sa.Column("cseq", sa.BigInteger(), nullable=False),
        *_texts("user_agent"),
    )


def _queues() -> None:
    op.create_table(
        "queue",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        *_moments("edited_at"),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "queue_caller",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("call_id", "node", "queue", "state", "caller", "language"),
        sa.Column("tags", sa.JSON(), nullable=False),
        *_moments("joined_at"),
        sa.Column("credit_s", sa.Double(), nullable=False),
        *_moments("answered_at", "ended_at", nullable=True),
        *_texts("agent"),
        sa.Column("data", sa.JSON(), nullable=False),
    )
    op.create_index("queue_caller_by_state", "queue_caller", ["state", "queue"])
    op.create_index("queue_caller_by_call", "queue_caller", ["call_id"])
    op.create_index("queue_caller_by_caller", "queue_caller", ["caller", "joined_at"])
    op.create_table(
        "queue_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        *_texts("node"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_moments("at"),
        *_texts("name", "queue", "call_id", "agent"),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.UniqueConstraint("node", "number", name="queue_event_once"),
    )
    for what, column in (("queue", "queue"), ("call", "call_id"), ("agent", "agent")):
        op.create_index(f"queue_event_by_{what}", "queue_event", [column, "id"])
    op.create_index("queue_event_by_name", "queue_event", ["name", "at"])


def _callbacks() -> None:
    op.create_table(
        "callback",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("state", "number", "line", "queue", "agent", "language", "call_id", "reason", "message"),
        sa.Column("data", sa.JSON(), nullable=False),
        *_moments("made_at", "due_at", "waiting_since"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("most_tries", sa.Integer(), nullable=False),
        *_texts("words"),
        *_moments("ended_at", nullable=True),
    )
    op.create_index("callback_by_state", "callback", ["state", "due_at"])
    op.create_index("callback_by_number", "callback", ["number", "made_at"])
    op.create_index("callback_by_call", "callback", ["call_id"])


def downgrade() -> None:
    for table in (
        "phone", "skill", "opening_hours", "shift", "callback", "queue_event", "queue_caller", "queue", "agent_change",
        "agent_presence", "agent",
    ):  # fmt: skip
        op.drop_table(table)
