"""Knowledge: articles with versions and vectors, what callers missed, suggestions, the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _articles()
    op.create_table(
        "knowledge_change",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("article_id", sa.String()),
        sa.Column("version", sa.Integer()),
        sa.Column("suggestion_id", sa.String()),
        sa.Column("words", sa.String(), nullable=False),
    )
    op.create_index("knowledge_change_by_article", "knowledge_change", ["article_id", "id"])
    op.create_index("knowledge_change_by_suggestion", "knowledge_change", ["suggestion_id", "id"])
    op.create_table(
        "suggestion",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("article_id", sa.String()),
    )
    op.create_index("suggestion_by_state", "suggestion", ["state", "language"])
    op.create_table(
        "unanswered",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("at_s", sa.Double(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("article_id", sa.String()),
        sa.Column("suggestion_id", sa.String(), sa.ForeignKey("suggestion.id", ondelete="SET NULL")),
    )
    op.create_index("unanswered_by_suggestion", "unanswered", ["suggestion_id", "id"])
    op.create_index("unanswered_by_call", "unanswered", ["call_id"])


def _articles() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
    )
    op.create_index("article_by_revision", "article", ["revision"])
    op.create_table(
        "article_version",
        _of_an_article(),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("short", sa.String(), nullable=False),
        sa.Column("long", sa.String(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
    )
    op.create_table(
        "article_vectors",
        _of_an_article(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
    )
    revision_table = op.create_table(
        "knowledge_revision",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.bulk_insert(revision_table, [{"id": 1, "number": 0}])


def _of_an_article() -> sa.Column[str]:
    where = sa.ForeignKey("article.id", ondelete="CASCADE")
    return sa.Column("article_id", sa.String(), where, primary_key=True, nullable=False)


def downgrade() -> None:
    for table in (
        "unanswered", "suggestion", "knowledge_change", "knowledge_revision", "article_vectors", "article_version",
        "article",
    ):  # fmt: skip
        op.drop_table(table)
