"""Retention: recordings, and on demand words, that are older than they are to be kept are deleted, a few at a time.

Messages that callers left are recordings, too. Several servers may share a database: each deletes the files that it
has, and any of them the words.

A step looks at some calls, the oldest first, and deletes of a few. Where somebody is still to be called back, only the
recording is deleted, and the words once that is over. Kept are calls that somebody marked to be kept, and
those whose review isn't over: what may still be appealed against has to be heard. Once through, it looks only at what
has grown too old since, and once a day at all of them again: a mark may be gone, a review over.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select

from models.audit import record
from models.call import Call, CallState
from models.errors import CannotDo, HotlineError
from models.kept_call import KeptCall
from models.retention_settings import RetentionSettings
from models.review import REVIEW_LIFE, Review
from models.writing import writing
from quality.call_sounds import Shelf, Sounds, sounds_of
from quality.erasing import BY_AGE, erase, not_found
from quality.said import promised, worded
from quality.writes import Writes, at_once

log = logging.getLogger(__name__)
LOOKED_AT = 1000
"""Calls that one step looks at."""
AT_A_TIME = 20
"""Of which one step deletes, each in a transaction of its own."""
PAUSE = timedelta(seconds=3)
"""From one step to the next, while there is other work."""
AGAIN = timedelta(days=1)
"""From one walk through all calls to the next."""
BY = "retention"
"""Whose doing it is, on the audit trail."""

Place = tuple[datetime, str]
"""Of a call among all: when it began, and its id."""
START: Place = (datetime(1970, 1, 1, tzinfo=UTC), "")


@dataclass(frozen=True)
class Due:
    """A call of which something is to be deleted."""

    call_id: str
    words: bool
    """Everything that was said, too."""


class Look(NamedTuple):
    """What a look at some calls found."""

    due: list[Due]
    reached: Place
    """Where the next look begins."""
    looked: int
    """Calls looked at."""


class Retention:
    """Deletes what is too old; asked for a step at a time, from one thread."""

    def __init__(self, engine: Engine, directory: Path, settings: RetentionSettings, writes: Writes = at_once) -> None:
        """`directory`: the data directory. `writes`: see `quality/writes.py`."""
        self._engine, self._directory, self._settings, self._writes = engine, directory, settings, writes
        self._behind = START
        self._all_at: datetime | None = None
        """When all calls are looked at again."""
        self._next_at: datetime | None = None
        """When there is a step again between other work."""
        self._left: list[Due] = []
        """Found by the last look, and not deleted yet."""
        self.through = not settings.any
        """Whether the last step found that there are no further calls to look at."""

    def between(self, now: datetime) -> None:
        """Do a step unless the last one was a moment ago: for who has other work that may not end for days."""
        if self._next_at is None or now >= self._next_at:
            self.step(now)

    def step(self, now: datetime) -> int:
        """Look at some calls and delete of a few; return how many. Blocks on the database and on files.

        Raises nothing for what one call does: it is logged, and has its turn again on the next walk.
        """
        if not self._settings.any:
            return 0
        self._next_at = now + PAUSE
        if self._all_at is None or now >= self._all_at:
            self._behind, self._all_at = START, now + AGAIN
        if not self._left:
            with self._engine.connect() as connection:
                look = due(connection, self._settings, now, Shelf(self._directory), self._behind)
            self.through = not look.looked
            self._left, self._behind = look.due, look.reached
        some, self._left = self._left[:AT_A_TIME], self._left[AT_A_TIME:]
        return sum(self._deleted(one, now) for one in some)

    def _erase(self, one: Due, now: datetime) -> bool:
        with writing(self._engine) as connection:
            # Since it was looked at, somebody may have marked it, or asked for a review.
            if kept(connection, [one.call_id]):
                return False
            erase(connection, one.call_id, self._directory, now, by=BY, words=one.words, why=BY_AGE)
        return True

    def _deleted(self, one: Due, now: datetime) -> bool:
        try:
            return self._writes(lambda: self._erase(one, now))
        except CannotDo as fault:  # it is inspected, or since the look a callback was promised: tomorrow, then
            log.info("Nothing of call %s is deleted by age yet: %s", one.call_id, fault)
            return False
        except HotlineError as fault:
            log.warning("Call %s is to be deleted by age: %s", one.call_id, fault)
            return False
        except Exception:  # one call's oddity must not end the deletion of all, nor inspection with it
            log.exception("Call %s can't be deleted by age", one.call_id)
            return False


def due(
    connection: Connection,
    settings: RetentionSettings,
    now: datetime,
    shelf: Shelf,
    behind: Place = START,
    most: int = LOOKED_AT,
) -> Look:
    """Return what is due among the next `most` calls `behind` a place, the oldest first.

    Of recordings and messages those that are on the `shelf`, or were its server's and weren't missed yet: what other
    servers have is theirs to delete. Of words those that nobody needs any more to call somebody back.
    """
    if not settings.any:
        return Look([], behind, 0)
    began, call_id = behind
    # With the words goes the recording: whichever is first, it is due for all that is looked at.
    query = select(Call.id, Call.started_at, Call.state).where(
        Call.started_at >= began,
        or_(Call.started_at > began, Call.id > call_id),
        Call.started_at < _oldest(settings, now),
    )
    rows = connection.execute(query.order_by(Call.started_at, Call.id).limit(most)).all()
    if not rows:
        return Look([], behind, 0)
    ended = {row.id: row.started_at for row in rows if row.state == CallState.ENDED}
    left_alone = kept(connection, list(ended))
    ids = [one for one in ended if one not in left_alone]
    sounding = {one for one, sounds in sounds_of(connection, ids).items() if _to_delete(shelf, sounds)}
    too_old = now - timedelta(days=settings.words_days) if settings.words_days else None
    speaking = [one for one in ids if too_old and ended[one] < too_old]
    said = worded(connection, speaking) - promised(connection, speaking).keys()
    found = [Due(one, one in said) for one in ids if one in said or one in sounding]
    return Look(found, (rows[-1].started_at, rows[-1].id), len(rows))


def newest(connection: Connection, before: datetime, most: int) -> Place:
    """Return the place behind which there are the `most` last calls that began `before`."""
    query = select(Call.started_at, Call.id).where(Call.started_at < before)
    row = connection.execute(query.order_by(Call.started_at.desc(), Call.id.desc()).offset(most).limit(1)).first()
    return (row.started_at, row.id) if row else START


def _oldest(settings: RetentionSettings, now: datetime) -> datetime:
    """Before which a call is too old for something of it; the settings say for what."""
    return now - timedelta(days=min(one for one in (settings.recordings_days, settings.words_days) if one))


def _to_delete(shelf: Shelf, sounds: Sounds) -> bool:
    if sounds.recording and shelf.ours(sounds) and not not_found(sounds.note):
        return True
    try:
        return shelf.has(sounds)
    except (OSError, ValueError, RuntimeError):  # deleting it tells, and ends no look at the others
        return True


def counted(
    connection: Connection,
    settings: RetentionSettings,
    now: datetime,
    shelf: Shelf,
    told: Callable[[int, int], None] = lambda looked, of: None,
    most: int = LOOKED_AT,
) -> tuple[int, int]:
    """Return of how many calls something is due, and how many are marked to be kept.

    Looks at every old call, `most` at a time; `told(looked, of)` follows each look.
    """
    found = looked = of = 0
    if settings.any:
        old = select(func.count()).select_from(Call).where(Call.started_at < _oldest(settings, now))
        of = connection.scalar(old) or 0
    look = due(connection, settings, now, shelf, START, most)
    while look.looked:
        found, looked = found + len(look.due), looked + look.looked
        told(looked, of)
        look = due(connection, settings, now, shelf, look.reached, most)
    return found, connection.scalar(select(func.count()).select_from(KeptCall)) or 0


def kept(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return which of these calls are kept whatever their age: marked, or with a review that isn't over."""
    marked = select(KeptCall.call_id).where(KeptCall.call_id.in_(ids))
    reviewed = select(Review.call_id).where(Review.call_id.in_(ids), Review.state.not_in(REVIEW_LIFE.ends))
    return {*connection.scalars(marked), *connection.scalars(reviewed)}


def keep(connection: Connection, call_id: str, now: datetime, *, by: str, why: str) -> None:
    """Mark a call as one to be kept; a new reason takes the former's place. On the audit trail."""
    if not why.strip():
        raise CannotDo(f'Say why call {call_id} is to be kept: --why "a complaint\'s number".')
    connection.execute(delete(KeptCall).where(KeptCall.call_id == call_id))
    connection.execute(insert(KeptCall).values(call_id=call_id, account=by, why=why.strip(), at=now))
    record(connection, now, by, "kept", call_id=call_id, words=why.strip())


def release(connection: Connection, call_id: str, now: datetime, *, by: str) -> None:
    """Take the mark away; raise `CannotDo` where there is none. On the audit trail."""
    if not connection.execute(delete(KeptCall).where(KeptCall.call_id == call_id)).rowcount:
        raise CannotDo(f"Call {call_id} isn't marked to be kept.")
    record(connection, now, by, "released", call_id=call_id)
