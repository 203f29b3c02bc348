"""Calls in one row each for lists and boards, and the inverted index by which they are found."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = (
    "state",
    "direction",
    "caller",
    "called",
    "language",
    "flow",
    "queue",
    "campaign",
    "cause",
    "scorecard",
    "review",
)
ON_SQLITE = (
    # The tokens are made already: ASCII's separators and nothing else part them.
    """CREATE VIRTUAL TABLE call_search USING fts5(
        tokens, content='call_token', content_rowid='key', columnsize=0, tokenize='ascii')""",
    """CREATE TRIGGER call_token_written AFTER INSERT ON call_token BEGIN
        INSERT INTO call_search(rowid, tokens) VALUES (new.key, new.tokens); END""",
    """CREATE TRIGGER call_token_gone AFTER DELETE ON call_token BEGIN
        INSERT INTO call_search(call_search, rowid, tokens) VALUES ('delete', old.key, old.tokens); END""",
    """CREATE TRIGGER call_token_changed AFTER UPDATE ON call_token BEGIN
        INSERT INTO call_search(call_search, rowid, tokens) VALUES ('delete', old.key, old.tokens);
        INSERT INTO call_search(rowid, tokens) VALUES (new.key, new.tokens); END""",
)
ON_POSTGRESQL = (
    "ALTER TABLE call_token ADD COLUMN search tsvector",
    # Only what is searched stays in the row, so that a walk through many needn't look for it elsewhere.
    "ALTER TABLE call_token ALTER COLUMN tokens SET STORAGE EXTERNAL, ALTER COLUMN search SET STORAGE MAIN",
    # Places count as they stand; the break between turns ('¶') takes one and isn't kept. A tsvector has no place beyond
    # 16383, and takes no empty text.
    """CREATE FUNCTION call_token_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.search := coalesce((
            SELECT string_agg(quote_literal(token) || ':' || least(place, 16383), ' ')
            FROM unnest(string_to_array(NEW.tokens, ' ')) WITH ORDINALITY AS one(token, place)
            WHERE token NOT IN ('', '¶')), '')::tsvector;
        RETURN NEW; END $$""",
    """CREATE TRIGGER call_token_written BEFORE INSERT OR UPDATE ON call_token
        FOR EACH ROW EXECUTE FUNCTION call_token_search()""",
    "CREATE INDEX call_token_by_search ON call_token USING gin (search)",
)


def _of_entry() -> sa.Column[int]:
    of = sa.ForeignKey("call_entry.key", ondelete="CASCADE")
    return sa.Column("key", KEY, of, primary_key=True, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "call_entry",
        sa.Column("key", KEY, primary_key=True, autoincrement=False),
        sa.Column("call_id", sa.String(), sa.ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        *[sa.Column(name, sa.String(), nullable=False) for name in TEXTS],
        *[sa.Column(name, sa.Boolean(), nullable=False) for name in ("settled", "inspected")],
        *[sa.Column(name, sa.Boolean()) for name in ("good", "fatal")],
        *[sa.Column(name, sa.Double()) for name in ("seconds", "score")],
        *[sa.Column(name, sa.JSON(), nullable=False) for name in ("agents", "teams", "broken")],
    )
    op.create_index("call_entry_by_call", "call_entry", ["call_id"], unique=True)
    op.create_index(
        "call_entry_unsettled",
        "call_entry",
        ["settled"],
        # Each as the database's queries are written: SQLite takes a partial index only for the very same condition.
        sqlite_where=sa.text("settled = 0"),
        postgresql_where=sa.text("NOT settled"),
    )
    op.create_table(
        "call_entry_agent",
        _of_entry(),
        sa.Column("agent", sa.String(), primary_key=True),
        sa.Column("team", sa.String(), nullable=False),
    )
    op.create_index("call_entry_agent_by_agent", "call_entry_agent", ["agent", "key"])
    op.create_index("call_entry_agent_by_team", "call_entry_agent", ["team", "key"])
    op.create_table(
        "call_token",
        _of_entry(),
        sa.Column("tokens", sa.String(), nullable=False),
    )
    for statement in ON_SQLITE if op.get_context().dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE call_search")
    for table in ("call_token", "call_entry_agent", "call_entry"):
        op.drop_table(table)
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION call_token_search")
