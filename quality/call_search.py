"""The list of calls: found by any combination of filters through one inverted index, the newest first, page by page.

All particulars of a call are tokens beside its words (`quality/call_facets.py`), so the database intersects a few lists
that are in the order of time already. SQLite does so by FTS5, PostgreSQL by a `tsvector`.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from models.call import Call
from models.call_entry import CallEntry
from models.database import table_of
from models.errors import Refused
from models.inspection import Inspection
from models.review import Review, ReviewState
from quality.call_entries import key_from
from quality.call_facets import asked, within
from quality.call_filter import CallFilter
from quality.call_gathering import people_in
from quality.call_order import in_order, known_order
from quality.call_said import Snippet, snippet
from quality.call_words import Group, Phrase, searched
from quality.scope import Scope

ENTRIES = table_of(CallEntry)
MOST = 10_000
"""Calls that are counted; more are "at least" so many."""
ORDERED = 10_000
"""Calls that are put into another order than that of time."""
COUNTING_S = 0.08
"""For which calls are counted that aren't on the page."""
AT_ONCE = 200
"""Keys read between two looks at the clock."""
LATEST = 2**63 - 1


@dataclass(frozen=True)
class CallRow:
    """A call as the list shows it."""

    id: str
    started_at: datetime
    state: str
    direction: str
    caller: str
    called: str
    language: str
    flow: str
    queue: str
    campaign: str
    agents: tuple[str, ...]
    teams: tuple[str, ...]
    seconds: float | None
    cause: str
    score: float | None
    scorecard: str
    good: bool | None
    fatal: bool | None
    broken: tuple[str, ...]
    inspected: bool
    review: str
    snippet: Snippet | None = None
    """Where words were searched and the call is inspected."""

    def sealed(self) -> "CallRow":
        """Return it without what people said of the call, or the machine before them."""
        return replace(self, score=None, scorecard="", good=None, fatal=None, broken=(), review="")


@dataclass(frozen=True)
class Page:
    rows: tuple[CallRow, ...]
    next: str
    """Where the next page begins; "" where there is none."""
    total: int
    total_is_least: bool
    """Whether there may be more than `total`."""


def listed(
    connection: Connection,
    wanted: CallFilter,
    *,
    scope: Scope,
    after: str = "",
    limit: int = 50,
    quoting: bool = True,
    account: str = "",
    order: str = "",
) -> Page:
    """Return a page of the calls within `scope` that pass, the newest first; `after` is a former page's `next`.

    Another `order` is one of `call_order.ORDERS`; `Refused` where more calls pass than can be put in order.

    With `quoting`, rows have snippets where words were searched. A call that `account` is still to judge blindly has
    no score there, nor is it found by one. Raises `Refused` for an `after` that isn't one.
    """
    words = searched(wanted.words)
    groups = [*words, *asked(wanted)] + ([] if scope.everything else [within(scope)])
    found = groups if all(groups) and bool(words) == bool(wanted.words) else None
    blind = unjudged(connection, account) if account else frozenset()
    # Left out before they are counted: one call more or less tells as much as its score.
    hidden = _keys_of(connection, blind) if blind and wanted.judges else frozenset()
    if known_order(order):
        keys = _all(connection, wanted, found, hidden)
        shown, following = in_order(connection, keys, order, after, limit, blind)
        total, is_least = len(keys), False
    else:
        shown, following, total, is_least = _newest(connection, wanted, found, hidden, after, limit)
    rows = list(_rows(connection, shown, words if quoting else []))
    if blind:
        rows = [row.sealed() if row.id in blind else row for row in rows]
    return Page(tuple(rows), following, total, is_least)


def _newest(
    connection: Connection,
    wanted: CallFilter,
    groups: Sequence[Group] | None,
    hidden: frozenset[int],
    after: str,
    limit: int,
) -> tuple[list[int], str, int, bool]:
    """Return a page's keys, where the next begins, and how many calls there are (at least)."""
    place = _Place.read(after)
    keys: list[int] = []
    more = False
    if groups is not None:
        most = limit if place.counted else MOST
        keys, more = _read(_keys(connection, wanted, groups, hidden, place.before, most + 1), limit, most)
    total = place.total if place.counted else len(keys)
    is_least = place.is_least if place.counted else more
    shown = keys[:limit]
    following = _Place(shown[-1], total, is_least, counted=True).written() if len(keys) > limit or more else ""
    return shown, following, total, is_least


def _all(
    connection: Connection, wanted: CallFilter, groups: Sequence[Group] | None, hidden: frozenset[int]
) -> list[int]:
    """Return the keys of all calls that pass; raise `Refused` where they are too many to be put in order."""
    if groups is None:
        return []
    keys: list[int] = []
    for some in _keys(connection, wanted, groups, hidden, LATEST, ORDERED + 1):
        keys += some
    if len(keys) > ORDERED:
        words = f"More than {ORDERED:,} calls pass, too many for this order; choose a time, an agent or a queue."
        raise Refused(words, "calls.too_many_for_order", most=f"{ORDERED:,}")
    return keys


def exported(
    connection: Connection, wanted: CallFilter, *, scope: Scope, most: int, account: str = ""
) -> Iterator[CallRow]:
    """Yield the calls that pass, the newest first and `most` of them, some hundred at a time; without snippets."""
    after, left = "", most
    while left > 0:
        page = listed(
            connection, wanted, scope=scope, after=after, limit=min(left, AT_ONCE), quoting=False, account=account
        )
        yield from page.rows
        left -= len(page.rows)
        after = page.next
        if not after:
            return


def unjudged(connection: Connection, account: str) -> frozenset[str]:
    """Return the calls that somebody is still to judge without knowing what others said."""
    own = (Review.reviewer == account, Review.state == ReviewState.OPEN, Review.blind)
    return frozenset(connection.scalars(select(Review.call_id).where(*own)))


def may_see(connection: Connection, call_id: str, scope: Scope) -> bool:
    """Tell whether a call is within a scope; one that isn't there is in none.

    A call that is over is whose it was then, as in the list; one that goes on is whose its records say just now.
    """
    if scope.everything:
        return connection.scalar(select(Call.id).where(Call.id == call_id)) is not None
    columns = (CallEntry.agents, CallEntry.teams, CallEntry.campaign)
    entry = connection.execute(select(*columns).where(CallEntry.call_id == call_id, CallEntry.settled)).first()
    if entry is not None:
        agents, teams, campaign = entry
    elif connection.scalar(select(Call.id).where(Call.id == call_id)) is not None:
        people = people_in(connection, call_id)
        agents, teams, campaign = list(people.talks), people.teams, people.campaign
    else:
        return False
    return scope.has(agents, teams, campaign)


@dataclass(frozen=True)
class _Place:
    """Where a page begins, and what was counted for the first one."""

    before: int = LATEST
    total: int = 0
    is_least: bool = False
    counted: bool = False

    def written(self) -> str:
        return f"{self.before:x}-{self.total}{'-' if self.is_least else ''}"

    @classmethod
    def read(cls, after: str) -> "_Place":
        if not after:
            return cls()
        try:
            before, total, *least = after.split("-")
            place = cls(int(before, 16), int(total), bool(least), counted=True)
        except ValueError:
            place = cls(-1)
        if not 0 <= place.before < LATEST or place.written() != after:
            words = f"'{after[:40]}' is no page of this list; begin with the first one."
            raise Refused(words, "calls.no_page", value=after[:40])
        return place


def _read(found: Iterator[Sequence[int]], limit: int, most: int) -> tuple[list[int], bool]:
    """Return keys, and whether there are more: as many as there was time to count, and a page at least."""
    keys: list[int] = []
    until = time.monotonic() + COUNTING_S
    for some in found:
        keys += some
        if len(keys) > most or (len(keys) > limit and time.monotonic() > until):
            # One more was seen than is counted.
            return keys[: min(len(keys) - 1, most)], True
    return keys, False


def _keys_of(connection: Connection, calls: frozenset[str]) -> frozenset[int]:
    return frozenset(connection.scalars(select(CallEntry.key).where(CallEntry.call_id.in_(calls))))


def _keys(
    connection: Connection,
    wanted: CallFilter,
    groups: Sequence[Group],
    hidden: frozenset[int],
    before: int,
    most: int,
) -> Iterator[Sequence[int]]:
    """Yield the keys of what passes, before a place, the newest first: some at a time, as the database finds them.

    `most` at least, if there are so many, without those that are `hidden`.
    """
    values: dict[str, Any] = {"most": most + len(hidden)}
    first = key_from(wanted.since) if wanted.since else 0
    last = min(before, key_from(wanted.until) if wanted.until else LATEST)
    values |= {"first": max(min(first, LATEST), 0), "last": max(last, 0)}
    checks = []
    for column in ("score", "seconds"):
        for relation, bound in ((">=", f"{column}_from"), ("<=", f"{column}_to")):
            if getattr(wanted, bound) is not None:
                checks.append(f"e.{column} {relation} :{bound}")
                values[bound] = getattr(wanted, bound)
    if not groups:
        query = "SELECT e.key FROM call_entry e WHERE e.key >= :first AND e.key < :last ORDER BY e.key DESC LIMIT :most"
    elif connection.dialect.name == "sqlite":
        values["tokens"] = _for_fts5(groups)
        query = _ON_SQLITE.format(
            join="CROSS JOIN call_entry e ON e.key = call_search.rowid" if checks else "",
            checks="".join(f" AND {check}" for check in checks),
        )
    else:
        values["tokens"] = _for_tsquery(groups)
        query = _ON_POSTGRESQL.format(
            join="JOIN call_entry e ON e.key = t.key" if checks else "",
            checks="".join(f" AND {check}" for check in checks),
        )
    if connection.dialect.name == "postgresql":
        # Cursors are planned for the first tenth of what they find: of rare words that is a walk through all calls.
        connection.execute(text("SET LOCAL cursor_tuple_fraction = 1"))
    # Read as it is found, on PostgreSQL by a cursor.
    result = connection.execute(
        text(query), values, execution_options={"stream_results": True, "max_row_buffer": AT_ONCE}
    )
    try:
        while some := result.fetchmany(AT_ONCE):
            yield [row[0] for row in some if row[0] not in hidden]
    finally:
        result.close()


_ON_SQLITE = """
    SELECT call_search.rowid FROM call_search {join}
    WHERE call_search MATCH :tokens AND call_search.rowid >= :first AND call_search.rowid < :last{checks}
    ORDER BY call_search.rowid DESC LIMIT :most"""
"""FTS5 finds in the order of its row ids by itself; CROSS JOIN keeps it the outer one."""
_ON_POSTGRESQL = """
    SELECT t.key FROM call_token t {join}
    WHERE t.search @@ CAST(:tokens AS tsquery) AND t.key >= :first AND t.key < :last{checks}
    ORDER BY t.key DESC LIMIT :most"""


def _for_fts5(groups: Sequence[Group]) -> str:
    def one(phrase: Phrase) -> str:
        return f'"{" ".join(phrase.tokens)}"{" *" if phrase.begins else ""}'

    return " AND ".join(f"({' OR '.join(map(one, group))})" for group in groups)


def _for_tsquery(groups: Sequence[Group]) -> str:
    def one(phrase: Phrase) -> str:
        return " <-> ".join(f"'{token}'" for token in phrase.tokens) + (":*" if phrase.begins else "")

    return " & ".join(f"({' | '.join(f'({one(phrase)})' for phrase in group)})" for group in groups)


def _rows(connection: Connection, keys: Sequence[int], words: Sequence[Group]) -> Iterator[CallRow]:
    if not keys:
        return
    found = {row.key: row for row in connection.execute(select(ENTRIES).where(CallEntry.key.in_(keys)))}
    rows = [found[key] for key in keys if key in found]
    snippets = _snippets(connection, [row.call_id for row in rows if row.inspected], words) if words else {}
    for row in rows:
        yield CallRow(
            row.call_id, row.started_at, row.state, row.direction, row.caller, row.called, row.language, row.flow,
            row.queue, row.campaign, tuple(row.agents), tuple(row.teams), row.seconds, row.cause, row.score,
            row.scorecard, row.good, row.fatal, tuple(row.broken), row.inspected, row.review,
            snippets.get(row.call_id),
        )  # fmt: skip


def _snippets(connection: Connection, calls: Sequence[str], words: Sequence[Group]) -> dict[str, Snippet | None]:
    query = select(Inspection.call_id, Inspection.transcript, Inspection.personal).where(Inspection.call_id.in_(calls))
    return {row.call_id: snippet(row.transcript, row.personal, words) for row in connection.execute(query)}
