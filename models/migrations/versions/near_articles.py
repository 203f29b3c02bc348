"""Articles near what callers missed, as whoever has encoders found them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("suggestion", sa.Column("near", sa.JSON(), nullable=True))
    op.add_column("suggestion", sa.Column("near_revision", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("suggestion", "near_revision")
    op.drop_column("suggestion", "near")
