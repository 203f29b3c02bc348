"""How far the events of campaigns were read, for those who are told of results."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_reader",
        sa.Column("reader", sa.String(), primary_key=True, nullable=False),
        sa.Column("node", sa.String(), primary_key=True, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("event_reader")
