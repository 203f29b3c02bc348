"""What people say that callers meant, where the robot took a sentence for something else."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taught",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("call_id", sa.String(), sa.ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("account", "flow", "flow_version", "language", "said", "taken", "meant")
        ),
    )
    op.create_index("taught_by_place", "taught", ["call_id", "at_s"], unique=True)
    op.create_index("taught_by_flow", "taught", ["flow", "id"])


def downgrade() -> None:
    op.drop_table("taught")
