"""Articles in the database: written in versions, withdrawn, read; each change with who did it and when.

Functions take an open transaction, so that several changes are made together or not at all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, select, update

from knowledge.draft import Draft
from knowledge.entry import Entry, Vectors, faces
from knowledge.shelf import Embed
from models.article import Article, ArticleVectors, ArticleVersion, KnowledgeRevision
from models.call import new_id
from models.errors import CannotDo, OperatorFault, Refused
from models.knowledge_change import KnowledgeChange

CONTENT = ("title", "questions", "short", "long", "tags", "owner", "valid_from", "valid_until")
"""What a version holds and a draft gives, under the same names."""


class Written(StrEnum):
    """What became of a draft."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Editor:
    """Who changes something, when, and from where."""

    name: str
    at: datetime
    words: str = ""
    """Such as "imported from faq.csv"."""
    suggestion_id: str | None = None


@dataclass(frozen=True)
class Embedding:
    """A sentence embedding with the name under which its vectors are kept."""

    model: str
    of: Embed


Embeddings = Mapping[str, Embedding]
"""By language; a language that has none is searched by words alone."""


def write(connection: Connection, draft: Draft, editor: Editor, embeddings: Embeddings | None = None) -> Written:
    """Write `draft` as a new article or as the next version of the one with its id; live once it is committed.

    The same content again changes nothing. A withdrawn article is published again. Raises `OperatorFault` for a draft
    that can't be an article.
    """
    draft = draft.finished()
    now = _current(connection, draft.article_id)
    content = _content(draft)
    if now is not None:
        if now["language"] != draft.language:
            raise OperatorFault(
                f"The id '{draft.article_id}' is that of an article in the language {now['language']}; "
                f"give the one in {draft.language} an id of its own."
            )
        if not now["withdrawn"] and _same(now, draft.language, content):
            return Written.UNCHANGED
        changed = ", ".join(name for name in CONTENT if _plain(now[name]) != _plain(content[name]))
        what, words = Written.CHANGED, editor.words or changed or "published again"
    else:
        what, words = Written.ADDED, editor.words
    version = 1 if now is None else now["version"] + 1
    _put(connection, draft.article_id, draft.language, version, withdrawn=False)
    _put_version(connection, draft.article_id, version, content, editor, withdrawn=False)
    if embedding := (embeddings or {}).get(draft.language):
        vectors = embedding.of(faces(draft.title, draft.questions, draft.short))
        keep_vectors(connection, draft.article_id, version, vectors, embedding.model)
    note(connection, editor, str(what), article_id=draft.article_id, version=version, words=words)
    return what


def is_current(connection: Connection, draft: Draft) -> bool:
    """Tell whether the article is published already just as `draft` has it."""
    draft = draft.finished()
    now = _current(connection, draft.article_id)
    return now is not None and not now["withdrawn"] and _same(now, draft.language, _content(draft))


def withdraw(connection: Connection, article_id: str, editor: Editor) -> None:
    """Take an article out of the answers; its versions stay. Raises `CannotDo`."""
    now = _current(connection, article_id)
    if now is None:
        raise unknown(connection, article_id)
    if now["withdrawn"]:
        raise CannotDo(f"The article '{article_id}' is withdrawn already; see hotline kb history {article_id}.")
    version = now["version"] + 1
    _put(connection, article_id, now["language"], version, withdrawn=True)
    _put_version(connection, article_id, version, {name: now[name] for name in CONTENT}, editor, withdrawn=True)
    note(connection, editor, "withdrawn", article_id=article_id, version=version, words=editor.words)


def read(connection: Connection, article_id: str) -> dict[str, Any]:
    """Return an article's current version as plain values (dates as ISO text); raise `CannotDo` where there is none."""
    now = _current(connection, article_id)
    if now is None:
        raise unknown(connection, article_id)
    return as_json(now)


def listed(
    connection: Connection, language: str = "", tag: str = "", *, withdrawn: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the current versions as plain values, by id; withdrawn ones only when asked for."""
    wanted: list[ColumnElement[bool]] = [] if withdrawn else [Article.withdrawn.is_(False)]
    if language:
        wanted.append(Article.language == language)
    for row in connection.execute(_CURRENT.where(*wanted).order_by(Article.id)).mappings():
        if not tag or tag in row["tags"]:
            yield as_json(row)


def versions(connection: Connection, article_id: str) -> list[dict[str, Any]]:
    """Return every version of an article as plain values, the oldest first; raise `CannotDo` where there is none."""
    rows = connection.execute(
        select(ArticleVersion.__table__).where(ArticleVersion.article_id == article_id).order_by(ArticleVersion.version)
    ).mappings()
    found = [as_json(row) for row in rows]
    if not found:
        raise unknown(connection, article_id)
    return found


def history(connection: Connection, article_id: str = "", suggestion_id: str = "") -> list[dict[str, Any]]:
    """Return the audit trail of an article, a suggestion or (neither given) everything, the oldest first."""
    wanted: list[ColumnElement[bool]] = []
    if article_id:
        wanted.append(KnowledgeChange.article_id == article_id)
    if suggestion_id:
        wanted.append(KnowledgeChange.suggestion_id == suggestion_id)
    rows = connection.execute(select(KnowledgeChange.__table__).where(*wanted).order_by(KnowledgeChange.id)).mappings()
    return [as_json(row) for row in rows]


def note(
    connection: Connection,
    editor: Editor,
    what: str,
    *,
    article_id: str | None = None,
    version: int | None = None,
    words: str = "",
    suggestion_id: str | None = None,
) -> None:
    """Write a line of the audit trail."""
    row = {
        "id": new_id(), "at": editor.at, "who": editor.name, "what": what, "article_id": article_id,
        "version": version, "suggestion_id": suggestion_id or editor.suggestion_id, "words": words,
    }  # fmt: skip
    connection.execute(insert(KnowledgeChange), row)


def unknown(connection: Connection, article_id: str) -> CannotDo:
    """Return the sentence for an id that no article has."""
    near = connection.scalars(select(Article.id).where(Article.id.contains(article_id, autoescape=True)).limit(3)).all()
    hint = f"did you mean {' or '.join(near)}?" if near else "see hotline kb list."
    return Refused(f"There is no article '{article_id}'; {hint}", "knowledge.no_article", article=article_id)


def revision(connection: Connection) -> int:
    """Return the number that goes up with every change of any article."""
    return connection.scalar(select(KnowledgeRevision.number)) or 0


def entries(
    connection: Connection, since: int = -1, embeddings: Embeddings | None = None
) -> tuple[list[Entry], list[str]]:
    """Return the published articles that changed after revision `since`, and the ids that were withdrawn since."""
    rows = connection.execute(
        _CURRENT.add_columns(ArticleVectors.version.label("of"), ArticleVectors.model, ArticleVectors.dimensions,
                             ArticleVectors.rows)
        .outerjoin(ArticleVectors, ArticleVectors.article_id == Article.id)
        .where(Article.revision > since)
    ).mappings()  # fmt: skip
    published, gone = [], []
    for row in rows:
        if row["withdrawn"]:
            gone.append(row["id"])
        else:
            published.append(_entry(row, {} if embeddings is None else embeddings))
    return published, gone


def as_json(row: RowMapping) -> dict[str, Any]:
    """Return a row as JSON can hold it: dates and times as ISO text."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


def draft_of(article: Mapping[str, Any]) -> Draft:
    """Return the draft that `article` (as `read` returns it) would be written by."""
    first, last = article["valid_from"], article["valid_until"]
    texts = {name: article[name] for name in ("title", "short", "long", "language", "owner")}
    return Draft(
        **texts,
        questions=tuple(article["questions"]),
        tags=tuple(article["tags"]),
        valid_from=date.fromisoformat(first) if first else None,
        valid_until=date.fromisoformat(last) if last else None,
        article_id=article["id"],
    )


def ids(connection: Connection) -> frozenset[str]:
    """Return the ids of all articles, withdrawn ones too."""
    return frozenset(connection.scalars(select(Article.id)))


def utc_now() -> datetime:
    """Return the time at which an editor who is at work now changes something."""
    return datetime.now(UTC)


_CURRENT = select(
    Article.id, Article.language, Article.version, Article.withdrawn,
    *(getattr(ArticleVersion, name) for name in CONTENT), ArticleVersion.written_at, ArticleVersion.written_by,
).join(
    ArticleVersion, (ArticleVersion.article_id == Article.id) & (ArticleVersion.version == Article.version)
)  # fmt: skip


def _current(connection: Connection, article_id: str) -> RowMapping | None:
    return connection.execute(_CURRENT.where(Article.id == article_id)).mappings().first()


def _content(draft: Draft) -> dict[str, Any]:
    return {name: _plain(getattr(draft, name)) for name in CONTENT}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _same(now: RowMapping, language: str, content: Mapping[str, Any]) -> bool:
    return now["language"] == language and all(_plain(now[name]) == content[name] for name in CONTENT)


def _put(connection: Connection, article_id: str, language: str, version: int, *, withdrawn: bool) -> None:
    values = {"language": language, "version": version, "withdrawn": withdrawn, "revision": _next_revision(connection)}
    if version == 1:
        connection.execute(insert(Article), {"id": article_id, **values})
    else:
        connection.execute(update(Article).where(Article.id == article_id).values(**values))


def _next_revision(connection: Connection) -> int:
    connection.execute(update(KnowledgeRevision).values(number=KnowledgeRevision.number + 1))
    return revision(connection)


def _put_version(
    connection: Connection,
    article_id: str,
    version: int,
    content: Mapping[str, Any],
    editor: Editor,
    *,
    withdrawn: bool,
) -> None:
    row = {"article_id": article_id, "version": version, **content, "withdrawn": withdrawn,
           "written_at": editor.at, "written_by": editor.name}  # fmt: skip
    connection.execute(insert(ArticleVersion), row)


def keep_vectors(connection: Connection, article_id: str, version: int, vectors: Vectors, model: str) -> None:
    """Keep the vectors of an article's sentences, made by `model`, in place of any others."""
    connection.execute(delete(ArticleVectors).where(ArticleVectors.article_id == article_id))
    row = {"article_id": article_id, "version": version, "model": model, "dimensions": vectors.shape[1],
           "rows": np.ascontiguousarray(vectors, "<f4").tobytes()}  # fmt: skip
    connection.execute(insert(ArticleVectors), row)


def _entry(row: RowMapping, embeddings: Embeddings) -> Entry:
    embedding = embeddings.get(row["language"])
    vectors = None
    if embedding and row["model"] == embedding.model and row["of"] == row["version"]:
        vectors = np.frombuffer(row["rows"], "<f4").reshape(-1, row["dimensions"])
    return Entry(
        row["id"], row["version"], row["language"], row["title"], tuple(row["questions"]), row["short"], row["long"],
        tuple(row["tags"]), row["valid_from"], row["valid_until"], vectors,
    )  # fmt: skip


def count(connection: Connection) -> int:
    """Return how many articles are published."""
    return connection.scalar(select(func.count()).select_from(Article).where(Article.withdrawn.is_(False))) or 0
