"""The outbox: deliveries to the company's programs that aren't made yet, or were given up."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    texts = ("node", "delivery", "url", "call_id", "event", "body")
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("given_up_at", MOMENT, nullable=True),
    )
    op.create_index("webhook_delivery_by_node", "webhook_delivery", ["node", "id"])


def downgrade() -> None:
    op.drop_table("webhook_delivery")
