"""Campaigns: leads, attempts and events, who is not to be called, and who agreed to be."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TAKEABLE = sa.text("state IN ('new', 'waiting')")
TAKEN = sa.text("state IN ('leased', 'calling')")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _integers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _documents(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON(), nullable=False) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[datetime]]:
    return [sa.Column(name, MOMENT, nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False, unique=True),
        *_texts("state"),
        *_documents("settings"),
        *_moments("created_at", "edited_at"),
        *_moments("started_at", "ended_at", nullable=True),
    )
    _leads()
    _attempts()
    op.create_table(
        "campaign_event",
        sa.Column("seq", sa.Integer(), primary_key=True),
        *_moments("at"),
        *_texts("campaign_id"),
        sa.Column("lead_id", sa.Integer()),
        sa.Column("attempt_id", sa.String()),
        *_texts("name"),
        *_documents("data"),
    )
    op.create_index("campaign_event_by_campaign", "campaign_event", ["campaign_id", "seq"])
    op.create_index("campaign_event_by_lead", "campaign_event", ["lead_id"])
    op.create_index("campaign_event_by_attempt", "campaign_event", ["attempt_id"])
    op.create_index("campaign_event_by_name", "campaign_event", ["name", "at"])
    _do_not_call()
    op.create_table(
        "consent",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("number", "purpose", "source"),
        *_moments("given_at"),
        *_moments("until", nullable=True),
        *_texts("proof"),
    )
    op.create_index("consent_by_number", "consent", ["number", "purpose"])


def _leads() -> None:
    op.create_table(
        "lead",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("campaign_id", sa.String(), sa.ForeignKey("campaign.id", ondelete="CASCADE"), nullable=False),
        *_texts("number"),
        *_documents("numbers"),
        *_integers("number_index"),
        *_texts("name", "language", "timezone", "region"),
        *_documents("variables"),
        *_integers("priority", "rank"),
        *_texts("state"),
        *_moments("due_at"),
        *_moments("appointment_at", nullable=True),
        *_integers("attempts"),
        *_documents("tries"),
        *_texts("lease_by"),
        *_moments("lease_until", nullable=True),
        *_texts("disposition", "grade", "line"),
        sa.Column("consent", sa.JSON()),
        *_texts("source"),
        *_moments("imported_at"),
        *_moments("ended_at", nullable=True),
        sa.UniqueConstraint("campaign_id", "number", name="lead_once"),
    )
    op.create_index(
        "lead_next", "lead", ["campaign_id", "timezone", "rank", "due_at", "id"],
        sqlite_where=TAKEABLE, postgresql_where=TAKEABLE,
    )  # fmt: skip
    op.create_index("lead_taken", "lead", ["state", "lease_until"], sqlite_where=TAKEN, postgresql_where=TAKEN)
    op.create_index("lead_by_number", "lead", ["number"])


def _attempts() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("campaign_id"),
        *_integers("lead_id"),
        *_texts("node", "number", "line", "caller_number", "mode", "version", "state"),
        *_moments("placed_at"),
        *_moments("ringing_at", "answered_at", "ended_at", nullable=True),
        *_texts("cause"),
        *_integers("code"),
        *_texts("answered_by", "disposition", "grade", "call_id"),
        *_documents("lines"),
        *_texts("agent", "queue"),
        sa.Column("talk_s", sa.Double(), nullable=False),
        sa.Column("cost", sa.Double(), nullable=False),
        *_texts("currency"),
        *_documents("results"),
        sa.Column("abandoned", sa.Boolean(), nullable=False),
    )
    for what, column in (("number", "number"), ("campaign", "campaign_id"), ("lead", "lead_id")):
        op.create_index(f"attempt_by_{what}", "attempt", [column, "placed_at"])
    op.create_index("attempt_by_state", "attempt", ["state"])
    op.create_index("attempt_by_call", "attempt", ["call_id"])


def _do_not_call() -> None:
    op.create_table(
        "do_not_call_list",
        sa.Column("id", sa.Integer(), primary_key=True),
        *_texts("name", "campaign", "source"),
        *_moments("imported_at"),
        *_integers("count"),
        sa.UniqueConstraint("name", name="do_not_call_list_once"),
    )
    op.create_table(
        "do_not_call",
        sa.Column("list_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "opt_out",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("number"),
        *_moments("at"),
        *_texts("campaign", "attempt", "call_id", "how", "words", "scope"),
    )
    op.create_index("opt_out_by_number", "opt_out", ["number", "at"])
    op.create_index("opt_out_by_time", "opt_out", ["at"])


def downgrade() -> None:
    for table in ("consent", "opt_out", "do_not_call", "do_not_call_list", "campaign_event", "attempt", "lead",
                  "campaign"):  # fmt: skip
        op.drop_table(table)
