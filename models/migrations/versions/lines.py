"""Lines: how they are set up, their days, and what is learned of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), primary_key=True, nullable=False) for name in names]


def _integers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[float]]:
    return [sa.Column(name, sa.Double(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "line",
        *_keys("name"),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("edited_at", MOMENT, nullable=False),
        sa.Column("asked_until", MOMENT),
    )
    op.create_table(
        "line_day",
        *_keys("line", "day"),
        *_integers("attempts", "answers", "short"),
        *_numbers("seconds", "cost"),
        *_texts("currency"),
    )
    op.create_table(
        "line_figure",
        *_keys("line", "destination"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
    )
    op.create_table(
        "number_figure",
        *_keys("line", "number"),
        *_texts("day"),
        *_integers("shown"),
        sa.Column("at", MOMENT, nullable=False),
        *_numbers("answered", "unanswered"),
    )


def downgrade() -> None:
    for table in ("number_figure", "line_figure", "line_day", "line"):
        op.drop_table(table)
