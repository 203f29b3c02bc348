"""A change of the knowledge base, for the audit trail: who did what to which article or suggestion, and when."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class KnowledgeChange(Base):
    __tablename__ = "knowledge_change"
    __table_args__ = (
        Index("knowledge_change_by_article", "article_id", "id"),
        Index("knowledge_change_by_suggestion", "suggestion_id", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    """Sorts by time."""
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str]
    what: Mapped[str]
    """added, changed, withdrawn, approved, edited or discarded."""
    article_id: Mapped[str | None]
    version: Mapped[int | None]
    """Of the article, after the change."""
    suggestion_id: Mapped[str | None]
    words: Mapped[str]
    """Where it came from or what was changed, such as "imported from faq.csv" or "title, short"."""
