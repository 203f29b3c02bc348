"""What people write about a call, at a second of it or about the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from models.audit import record
from models.call import Call, new_id
from models.errors import Refused
from models.review import CallComment
from models.writing import writing
from quality.review import within_bounds

COMMENTS = CallComment.__table__


@dataclass(frozen=True)
class Comment:
    id: str
    call_id: str
    account: str
    at: datetime
    second: float | None
    """Of the call; None: about the whole."""
    words: str


def of_call(connection: Connection, call_id: str) -> Sequence[Comment]:
    """Return the comments on a call: about the whole first, then by their seconds."""
    query = select(COMMENTS).where(CallComment.call_id == call_id).order_by(CallComment.id)
    found = [Comment(**row._mapping) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (one.second is not None, one.second or 0.0, one.id))


def add(
    engine: Engine, call_id: str, by: str, second: float | None, words: str, now: datetime, *, address: str = ""
) -> str:
    """Write a comment; return its id. Raises `CannotDo` for no words, too many, or a call that isn't there."""
    words = words.strip()
    if not words:
        raise Refused("A comment without words says nothing; write some.", "reviews.comment_without_words")
    within_bounds(words)
    if second is not None and not 0 <= second < 1e6:
        raise Refused(f"There is no second {second} in a call; give one of the call.", "reviews.no_second")
    id_ = new_id()
    with writing(engine) as connection:
        if connection.scalar(select(Call.id).where(Call.id == call_id)) is None:
            raise Refused(f"There is no call {call_id}; it may have been deleted.", "reviews.no_call")
        values = {"id": id_, "call_id": call_id, "account": by, "at": now, "second": second, "words": words}
        connection.execute(insert(CallComment).values(**values))
        record(connection, now, by, "comment.added", call_id=call_id, words=words, data={"id": id_}, address=address)
    return id_


def take_back(engine: Engine, comment_id: str, by: str, now: datetime, *, address: str = "") -> None:
    """Remove one's own comment; the trail keeps what it said."""
    with writing(engine) as connection:
        row = connection.execute(select(COMMENTS).where(CallComment.id == comment_id)).first()
        if row is None or row.account != by:
            raise Refused("Only who wrote a comment takes it back, and only once.", "reviews.not_your_comment")
        connection.execute(delete(CallComment).where(CallComment.id == comment_id))
        about = {"id": comment_id}
        record(
            connection, now, by, "comment.taken-back", call_id=row.call_id, words=row.words, data=about, address=address
        )
