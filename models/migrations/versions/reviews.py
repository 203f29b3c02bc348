"""Reviews of inspected calls by people, comments on calls, and filters that somebody keeps."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REVIEW_INDEXES = {
    "review_by_reviewer": ["reviewer", "state"],
    "review_by_state": ["state", "due_at"],
    "review_by_sample": ["sample", "week"],
    "review_by_time": ["made_at"],
}


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _moments(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, MOMENT, nullable=nullable) for name in names]


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("call_id", "score_id", "scorecard", "version", "agent", "team", "sample", "week", "share", "reason"),
        _flag("blind"),
        *_texts("state"),
        sa.Column("edition", sa.Integer(), nullable=False),
        *_texts("made_by", "reviewer", "words", "appealed_by", "appeal_words", "decider", "decision_words"),
        *_moments("made_at", "due_at"),
        *_moments("done_at", "appeal_until", "appealed_at", "decided_at", nullable=True),
        _json("machine"),
        *[_json(name, nullable=True) for name in ("reviewed", "decided")],
    )
    op.create_index("review_once", "review", ["call_id", "scorecard", "blind"], unique=True)
    for name, columns in REVIEW_INDEXES.items():
        op.create_index(name, "review", columns)
    op.create_table(
        "review_finding",
        sa.Column("review_id", sa.String(), sa.ForeignKey("review.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("stage", sa.String(), primary_key=True),
        sa.Column("rule", sa.String(), primary_key=True),
        *_texts("machine", "outcome", "comment"),
        sa.Column("second", sa.Double()),
    )
    op.create_index("review_finding_by_rule", "review_finding", ["rule"])
    op.create_table(
        "call_comment",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("call_id", sa.String(), sa.ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
        *_texts("account"),
        *_moments("at"),
        sa.Column("second", sa.Double()),
        *_texts("words"),
    )
    op.create_index("call_comment_by_call", "call_comment", ["call_id", "second"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("account", "name"),
        _json("query"),
        _flag("shared"),
        *_moments("kept_at"),
    )
    op.create_index("saved_view_by_name", "saved_view", ["account", "name"], unique=True)


def downgrade() -> None:
    for table in ("saved_view", "call_comment", "review_finding", "review"):
        op.drop_table(table)
