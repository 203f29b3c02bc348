"""What callers asked and got no answer to becomes suggestions, and by an editor's word articles.

Questions are only noted while calls run (`unanswered`); `group` brings those that are alike together when somebody
wants to see them. Functions take an open transaction, save `group_noted`, which has one of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

import numpy as np
from sqlalchemy import Connection, Engine, RowMapping, func, insert, select, update

from knowledge import articles
from knowledge.articles import Editor, Embedding, Embeddings
from knowledge.draft import Draft
from knowledge.entry import Vectors
from knowledge.grouping import Asked, grouped
from models.call import new_id
from models.errors import CannotDo, Refused
from models.recording import Recording
from models.suggestion import HANDED_OVER, SUGGESTION_LIFE, Suggestion, SuggestionMove, SuggestionState, Unanswered
from models.writing import writing

Why = Literal["unknown", "rejected"]
EXAMPLES = 5
"""Questions of a group that are shown, and by which it is known again."""
GROUPING = 0x6B62
"""PostgreSQL's advisory lock of who groups: two at once would open a suggestion each for the same question."""
VARIANTS = 12
"""Questions that an approved suggestion takes along into its article."""


def unanswered(
    connection: Connection,
    question: str,
    language: str,
    call_id: str,
    at_s: float,
    why: Why,
    *,
    at: datetime,
    article_id: str | None = None,
) -> str:
    """Note a question that got no answer, or whose answer (`article_id`) didn't help; return the note's id.

    `at_s`: where it is asked, in seconds from the recording's first sample.
    """
    return _note(connection, question, language, call_id, at_s, why, at, article_id, None)


def suggest(
    connection: Connection,
    question: str,
    answer: str,
    language: str,
    call_id: str,
    editor: Editor,
    *,
    at_s: float = 0.0,
) -> str:
    """Keep what an agent answered after a hand-over as a suggestion; return its id."""
    suggestion = _open(connection, question, language, "agent", answer, None)
    _note(connection, question, language, call_id, at_s, HANDED_OVER, editor.at, None, suggestion)
    articles.note(connection, editor, "suggested", suggestion_id=suggestion, words=f"answered in call {call_id}")
    return suggestion


def waiting(connection: Connection) -> list[str]:
    """Return the languages in which questions wait to be grouped."""
    return sorted(connection.scalars(select(Unanswered.language).where(Unanswered.suggestion_id.is_(None)).distinct()))


def ungrouped(connection: Connection) -> int:
    """Return how many questions wait to be grouped."""
    return connection.scalar(select(func.count(Unanswered.id)).where(Unanswered.suggestion_id.is_(None))) or 0


def language_of(connection: Connection, suggestion_id: str) -> str:
    """Return the language of a suggestion; raise `CannotDo` where there is none."""
    return str(_find(connection, suggestion_id)["language"])


def group_noted(engine: Engine, embeddings: Embeddings | None = None, *, before: datetime | None = None) -> int:
    """Group what waits, as `group` does; of all processes that do it at once, one goes after the other.

    Sentences are encoded before the database is taken: calls write to it meanwhile. Raises `CannotDo` where it can't
    be written.
    """
    with engine.connect() as connection:
        if not _waiting(connection, before):
            return 0
    ready = encoded_ahead(engine, embeddings or {})
    with writing(engine, GROUPING) as connection:
        return group(connection, ready, before)


def encoded_ahead(engine: Engine, embeddings: Embeddings) -> Embeddings:
    """Return the embeddings that have made the vectors of what is grouped now, so that grouping takes no time."""
    with engine.connect() as connection:
        texts = {language: [one.question for one in _asked(connection, language, new)]
                 for language, new in _waiting(connection).items() if language in embeddings}  # fmt: skip
    return {language: _ahead(embeddings[language], texts[language]) for language in texts}


def group(connection: Connection, embeddings: Embeddings | None = None, before: datetime | None = None) -> int:
    """Give every noted question its suggestion, old or new; return how many there were to group.

    `before`: only those that were asked before then.
    """
    waiting = _waiting(connection, before)
    for language, new in waiting.items():
        embedding = (embeddings or {}).get(language)
        asked = _asked(connection, language, new)
        groups = grouped(asked, language, embedding.of if embedding else None)
        _join(connection, language, new, groups[-len(new) :])
    return sum(map(len, waiting.values()))


def suggestions(
    connection: Connection,
    state: str = SuggestionState.OPEN,
    language: str = "",
    *,
    most: int | None = None,
    skip: int = 0,
) -> list[dict[str, Any]]:
    """Return the suggestions in that state, most asked first, with counts, times and example recordings.

    `most`: no more of them than that, beginning after the first `skip`.
    """
    wanted = [Suggestion.state == state] + ([Suggestion.language == language] if language else [])
    rows = connection.execute(
        select(
            Suggestion.__table__,
            func.count(Unanswered.id).label("count"),
            func.min(Unanswered.at).label("first_at"),
            func.max(Unanswered.at).label("last_at"),
        )
        .outerjoin(Unanswered, Unanswered.suggestion_id == Suggestion.id)
        .where(*wanted)
        .group_by(Suggestion.id)
        .order_by(func.count(Unanswered.id).desc(), Suggestion.id)
        .limit(most)
        .offset(skip)
    ).mappings()
    found = [articles.as_json(row) for row in rows]
    for one in found:
        one["examples"] = examples(connection, one["id"])
    return found


def examples(connection: Connection, suggestion_id: str, most: int = EXAMPLES) -> list[dict[str, Any]]:
    """Return the newest questions of a suggestion: what was asked, why it is here, call, time and recording."""
    rows = connection.execute(
        select(
            Unanswered.question, Unanswered.why, Unanswered.call_id, Unanswered.at_s, Unanswered.at,
            Unanswered.article_id, Recording.path.label("recording"),
        )
        .outerjoin(Recording, Recording.call_id == Unanswered.call_id)
        .where(Unanswered.suggestion_id == suggestion_id)
        .order_by(Unanswered.id.desc())
        .limit(most)
    ).mappings()  # fmt: skip
    return [articles.as_json(row) for row in rows]


def edit(connection: Connection, suggestion_id: str, editor: Editor, *, question: str = "", answer: str = "") -> None:
    """Change the question that stands for all or the answer, without publishing; "" leaves it. Raises `CannotDo`."""
    found = _find(connection, suggestion_id)
    new = {name: value for name, value in (("question", question), ("answer", answer)) if value}
    near = {"near_revision": None} if question else {}
    _move(connection, found, SuggestionMove.EDIT, **new, **near)
    articles.note(connection, editor, "edited", suggestion_id=found["id"], words=", ".join(new))


def approve(
    connection: Connection,
    suggestion_id: str,
    editor: Editor,
    embeddings: Embeddings | None = None,
    *,
    article_id: str = "",
    changes: Mapping[str, Any] | None = None,
    asked: Sequence[str] | None = None,
) -> str:
    """Make a suggestion an article, live once it is committed; return the article's id.

    `article_id` of an existing article: its questions are added there. `changes`: fields of `Draft` to have otherwise.
    `asked`: the questions that it takes along; None: as callers put them. Raises `CannotDo`, or `OperatorFault` where
    it can't be an article yet (no answer).
    """
    found = _find(connection, suggestion_id)
    along = questions(connection, found["id"]) if asked is None else asked
    draft = _existing(connection, article_id) if article_id else Draft(found["question"], found["answer"])
    draft = replace(draft, language=found["language"], **dict(changes or {}))
    every = dict.fromkeys((*draft.questions, *along))
    every.pop(draft.title, None)
    draft = replace(draft, questions=tuple(every))
    if not draft.short.strip():
        raise CannotDo(f"The suggestion {found['id']} has no answer yet; give it one with --short.")
    if not article_id:
        draft = _with_a_new_id(connection, draft)
    _move(connection, found, SuggestionMove.APPROVE, article_id=draft.finished().article_id)
    editor = replace(editor, suggestion_id=found["id"])
    articles.note(connection, editor, "approved", article_id=draft.finished().article_id)
    articles.write(connection, draft, editor, embeddings)
    return draft.finished().article_id


def discard(connection: Connection, suggestion_id: str, editor: Editor) -> None:
    """Put a suggestion away; questions like it are counted there and open nothing anew. Raises `CannotDo`."""
    found = _find(connection, suggestion_id)
    _move(connection, found, SuggestionMove.DISCARD)
    articles.note(connection, editor, "discarded", suggestion_id=found["id"], words=editor.words)


def questions(connection: Connection, suggestion_id: str) -> list[str]:
    """Return the questions of a suggestion that an article would take along, the one that stands for all first."""
    found = _find(connection, suggestion_id)
    return list(dict.fromkeys((found["question"], *_questions(connection, found["id"]))))[:VARIANTS]


def _note(
    connection: Connection, question: str, language: str, call_id: str, at_s: float, why: str, at: datetime,
    article_id: str | None, suggestion: str | None,
) -> str:  # fmt: skip
    note = new_id()
    row = {"id": note, "at": at, "question": question, "language": language, "call_id": call_id, "at_s": at_s,
           "why": why, "article_id": article_id, "suggestion_id": suggestion}  # fmt: skip
    connection.execute(insert(Unanswered), row)
    return note


def _open(
    connection: Connection, question: str, language: str, origin: str, answer: str, article_id: str | None
) -> str:
    suggestion = new_id()
    row = {"id": suggestion, "state": SUGGESTION_LIFE.start, "language": language, "question": question,
           "answer": answer, "origin": origin, "article_id": article_id}  # fmt: skip
    connection.execute(insert(Suggestion), row)
    return suggestion


def _waiting(connection: Connection, before: datetime | None = None) -> dict[str, list[RowMapping]]:
    """The questions that no suggestion has yet, by language, the oldest first."""
    wanted = [Unanswered.suggestion_id.is_(None)] + ([Unanswered.at < before] if before else [])
    rows = connection.execute(select(Unanswered.__table__).where(*wanted).order_by(Unanswered.id)).mappings()
    waiting: dict[str, list[RowMapping]] = {}
    for row in rows:
        waiting.setdefault(row["language"], []).append(row)
    return waiting


def _asked(connection: Connection, language: str, new: Sequence[RowMapping]) -> list[Asked]:
    """What is grouped together: the known questions, and after them those that wait."""
    return [*_known(connection, language), *(Asked(row["question"]) for row in new)]


def _ahead(embedding: Embedding, texts: Sequence[str]) -> Embedding:
    """The embedding with the vectors of these sentences made; one that was asked meanwhile is encoded when it comes."""
    made = dict(zip(texts, embedding.of(texts), strict=True))

    def of(wanted: Sequence[str]) -> Vectors:
        return np.stack([made[text] if text in made else embedding.of([text])[0] for text in wanted])

    return Embedding(embedding.model, of)


def _known(connection: Connection, language: str) -> list[Asked]:
    """The questions by which suggestions that still gather are known; approved ones have become articles."""
    rows = connection.execute(
        select(Suggestion.id, Suggestion.question)
        .where(Suggestion.language == language, Suggestion.state != SuggestionState.APPROVED)
        .order_by(Suggestion.id)
    ).all()
    known = [Asked(question, suggestion) for suggestion, question in rows]
    for suggestion, question in rows:
        others = dict.fromkeys(_questions(connection, suggestion)[:EXAMPLES])
        known += [Asked(other, suggestion) for other in others if other != question]
    return known


def _questions(connection: Connection, suggestion_id: str) -> list[str]:
    rows = connection.scalars(
        select(Unanswered.question).where(Unanswered.suggestion_id == suggestion_id).order_by(Unanswered.id)
    )
    return list(dict.fromkeys(rows))


def _join(connection: Connection, language: str, new: Sequence[RowMapping], groups: Sequence[int | str]) -> None:
    opened: dict[int, str] = {}
    for row, where in zip(new, groups, strict=True):
        if isinstance(where, int):
            if where not in opened:
                opened[where] = _open(connection, row["question"], language, "callers", "", row["article_id"])
            where = opened[where]
        connection.execute(update(Unanswered).where(Unanswered.id == row["id"]).values(suggestion_id=where))


def _find(connection: Connection, suggestion_id: str) -> RowMapping:
    """A suggestion by its id or the beginning of it."""
    rows = (
        connection.execute(
            select(Suggestion.__table__).where(Suggestion.id.startswith(suggestion_id, autoescape=True)).limit(2)
        )
        .mappings()
        .all()
    )
    if len(rows) == 1:
        return rows[0]
    if rows:
        raise CannotDo(f"Several suggestions begin with '{suggestion_id}'; write more of the id.")
    sentence = f"There is no suggestion '{suggestion_id}'; see hotline kb unanswered."
    raise Refused(sentence, "knowledge.gone")


def _move(connection: Connection, found: RowMapping, move: SuggestionMove, **values: Any) -> None:
    state = SuggestionState(found["state"])
    if not SUGGESTION_LIFE.allows(state, move):
        raise _decided(found["id"], state, found["article_id"] or "")
    values["state"] = SUGGESTION_LIFE.next(state, move)
    # Another editor may have decided since it was read: the row's own state says, whoever waited for whom.
    mine = update(Suggestion).where(Suggestion.id == found["id"], Suggestion.state == state).values(**values)
    if not connection.execute(mine).rowcount:
        now = _find(connection, found["id"])
        raise _decided(found["id"], SuggestionState(now["state"]), now["article_id"] or "")


def _decided(suggestion_id: str, state: SuggestionState, article_id: str) -> Refused:
    became = f" as the article '{article_id}'" if state is SuggestionState.APPROVED else ""
    sentence = f"The suggestion {suggestion_id} is {state} already{became}; see hotline kb unanswered."
    return Refused(sentence, f"knowledge.decided_{state}", article=article_id)


def _existing(connection: Connection, article_id: str) -> Draft:
    article = articles.read(connection, article_id)
    if article["withdrawn"]:
        sentence = f"The article '{article_id}' is withdrawn; publish it first with hotline kb change {article_id}."
        raise Refused(sentence, "knowledge.withdrawn", article=article["title"])
    return articles.draft_of(article)


def _with_a_new_id(connection: Connection, draft: Draft) -> Draft:
    """An approved suggestion must not overwrite an article whose title happens to be the same."""
    wanted = draft.finished().article_id
    taken, at = articles.ids(connection), 1
    name = wanted
    while name in taken:
        at += 1
        name = f"{wanted}-{at}"
    return replace(draft, article_id=name)
