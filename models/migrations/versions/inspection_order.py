"""The newest of ten thousand calls that wait for inspection is found without sorting them."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("inspection_by_state", "inspection")
    op.create_index("inspection_by_state", "inspection", ["state", "call_id"])


def downgrade() -> None:
    op.drop_index("inspection_by_state", "inspection")
    op.create_index("inspection_by_state", "inspection", ["state", "queued_at"])
