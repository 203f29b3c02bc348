"""Inspection: what was found in recorded calls, by which version of which scorecard."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _flags(*names: str) -> list[sa.Column[bool]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _of_call(*, key: bool) -> sa.Column[str]:
    return sa.Column(
        "call_id", sa.String(), sa.ForeignKey("call.id", ondelete="CASCADE"), primary_key=key, nullable=False
    )


def upgrade() -> None:
    op.create_table(
        "inspection",
        _of_call(key=True),
        *_texts("state", "taken_by", "words"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_until", MOMENT),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        *_flags("listened"),
        *[sa.Column(name, sa.JSON(), nullable=False) for name in ("transcript", "personal", "facts")],
    )
    op.create_index("inspection_by_state", "inspection", ["state", "queued_at"])
    op.create_table(
        "call_score",
        sa.Column("id", sa.String(), primary_key=True),
        _of_call(key=False),
        *_texts("scorecard", "version"),
        sa.Column("points", sa.Double()),
        *_flags("good", "fatal"),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("scored_at", MOMENT, nullable=False),
    )
    op.create_index("call_score_by_call", "call_score", ["call_id", "scorecard"])
    op.create_index("call_score_by_card", "call_score", ["scorecard", "scored_at"])
    op.create_table(
        "finding",
        sa.Column(
            "score_id",
            sa.String(),
            sa.ForeignKey("call_score.id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
        ),
        sa.Column("rule", sa.String(), primary_key=True, nullable=False),
        *_texts("outcome", "section"),
        sa.Column("weight", sa.Double(), nullable=False),
        *_flags("fatal"),
        sa.Column("evidence", sa.JSON(), nullable=False),
    )
    op.create_index("finding_by_rule", "finding", ["rule", "outcome"])
    op.create_table(
        "scorecard_version",
        sa.Column("name", sa.String(), primary_key=True, nullable=False),
        sa.Column("version", sa.String(), primary_key=True, nullable=False),
        *_texts("text", "published_by", "note"),
        sa.Column("published_at", MOMENT, nullable=False),
        *_flags("in_force"),
    )
    op.create_index("scorecard_in_force", "scorecard_version", ["in_force"])


def downgrade() -> None:
    for table in ("scorecard_version", "finding", "call_score", "inspection"):
        op.drop_table(table)
