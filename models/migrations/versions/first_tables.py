"""The first tables: call, leg, turn, event, recording."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("called", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("flow_version", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("seconds", sa.Double()),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
    )
    op.create_index("call_by_time", "call", ["started_at"])
    op.create_index("call_by_caller", "call", ["caller", "started_at"])
    op.create_index("call_by_called", "call", ["called", "started_at"])
    op.create_index("call_by_cause", "call", ["cause", "started_at"])
    op.create_index("call_by_state", "call", ["state", "node"])
    op.create_table(
        "leg",
        _of_a_call(primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sip_call_id", sa.String(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
    )
    op.create_index("leg_by_sip_call_id", "leg", ["sip_call_id"])
    op.create_table(
        "turn",
        _of_a_call(primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double()),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("digits", sa.String(), nullable=False),
        sa.Column("timings", sa.JSON(), nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(), primary_key=True),
        _of_a_call(),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
    )
    op.create_index("event_by_call", "event", ["call_id", "id"])
    op.create_index("event_by_name", "event", ["name", "at"])
    op.create_table(
        "recording",
        _of_a_call(primary_key=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT),
        sa.Column("seconds", sa.Double()),
        sa.Column("note", sa.String(), nullable=False),
    )


def _of_a_call(*, primary_key: bool = False) -> sa.Column[str]:
    where = sa.ForeignKey("call.id", ondelete="CASCADE")
    return sa.Column("call_id", sa.String(), where, primary_key=primary_key, nullable=False)


def downgrade() -> None:
    for table in ("recording", "event", "turn", "leg", "call"):
        op.drop_table(table)
