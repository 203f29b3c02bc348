"""Calls that are kept longer than by age."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_call",
        sa.Column("call_id", sa.String(), sa.ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("kept_call")
