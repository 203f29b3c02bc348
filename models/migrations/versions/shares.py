"""Servers that dial on one database and their shares of caps; what went over a line is counted by each server."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COUNTS = "attempts", "answers", "short", "seconds", "cost"


def _line_day(*keys: str) -> None:
    op.create_table(
        "line_day",
        *(sa.Column(name, sa.String(), primary_key=True, nullable=False) for name in keys),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS[:3]),
        *(sa.Column(name, sa.Double(), nullable=False) for name in COUNTS[3:]),
        sa.Column("currency", sa.String(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "cap_share",
        sa.Column("node", sa.String(), primary_key=True, nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.Column("held", sa.JSON()),
    )
    op.rename_table("line_day", "line_day_before")
    _line_day("line", "day", "node")
    # Whose they were isn't known: they are nobody's, and count for all.
    columns = ", ".join(("line", "day", *COUNTS, "currency"))
    op.execute(f"INSERT INTO line_day (node, {columns}) SELECT '', {columns} FROM line_day_before")
    op.drop_table("line_day_before")


def downgrade() -> None:
    op.rename_table("line_day", "line_day_before")
    _line_day("line", "day")
    columns, sums = ", ".join(COUNTS), ", ".join(f"sum({name})" for name in COUNTS)
    op.execute(
        f"INSERT INTO line_day (line, day, {columns}, currency) "
        f"SELECT line, day, {sums}, max(currency) FROM line_day_before GROUP BY line, day"
    )
    op.drop_table("line_day_before")
    op.drop_table("cap_share")
