"""An article: one thing that the hotline knows, for the ear (short) and for the eye (long), in one language.

An article is never overwritten: each change is a version, its withdrawal too, which a later one may take back.
"""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from models.database import Base, Moment


class Article(Base):
    __tablename__ = "article"
    __table_args__ = (Index("article_by_revision", "revision"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """Chosen by the editor, or made of the title: what flows, files and free answers name it by."""
    language: Mapped[str]
    version: Mapped[int]
    """The one that counts; from 1."""
    withdrawn: Mapped[bool]
    revision: Mapped[int]
    """Of the knowledge base (`KnowledgeRevision`) when it changed last."""


class ArticleVersion(Base):
    __tablename__ = "article_version"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    questions: Mapped[list[str]] = mapped_column(JSON)
    """Ways in which callers ask for it."""
    short: Mapped[str]
    """The answer as it is spoken."""
    long: Mapped[str]
    """The answer as it is read, or spoken on "tell me more"; "" where there is no more to say."""
    tags: Mapped[list[str]] = mapped_column(JSON)
    owner: Mapped[str]
    valid_from: Mapped[date | None]
    """First day on which it is given as an answer."""
    valid_until: Mapped[date | None]
    """Last day."""
    withdrawn: Mapped[bool]
    written_at: Mapped[datetime] = mapped_column(Moment)
    written_by: Mapped[str]


class ArticleVectors(Base):
    """Sentence embeddings of an article's current version, kept so that a start needs not compute them."""

    __tablename__ = "article_vectors"

    article_id: Mapped[str] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int]
    model: Mapped[str]
    """Name of the embedding; vectors of another one are of no use."""
    dimensions: Mapped[int]
    rows: Mapped[bytes] = mapped_column(LargeBinary)
    """float32, little-endian, one row a text: title, questions in their order, short answer."""


class KnowledgeRevision(Base):
    """One row: a number that goes up with every change of any article, cheap to look at."""

    __tablename__ = "knowledge_revision"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
