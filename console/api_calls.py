"""Calls by the API: found as the list of calls finds them, with what inspection found.

| request | gives |
|---|---|
| GET /calls?… | calls within one's scope that pass all filters, the newest first; X-Total-Count says how many |
| GET /calls/ID | one call with scores, facts, turns, reviews and comments; `?original=yes` with personal data |
| GET /calls/ID/scores | its newest score by each scorecard, with evidence |
"""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlalchemy import Connection, Engine, select

from console.access import Right, Viewer
from console.api_access import Asker, needs, person, put_on_trail
from console.api_pages import MOST, link_to
from console.call_query import filter_of
from console.hidden_words import masked_number
from console.problems import Forbidden, NotThere
from models.call_entry import CallEntry
from models.database import table_of
from models.errors import CannotDo
from quality import comments, reviews
from quality.call_filter import CallFilter
from quality.call_order import ORDERS
from quality.call_search import listed, may_see, unjudged
from quality.inspected import inspected
from quality.review_cli import document as review_document
from quality.review_view import ReviewView

Document = dict[str, Any]
JUDGED = ("score", "scorecard", "good", "fatal", "broken", "review")
HIDDEN = ("key", "settled")
"""Of an entry: nobody's but ours."""
FILTERS: dict[str, Any] = {one.name: (one.type, one.default) for one in fields(CallFilter)}


class Part(BaseModel):
    """Which part of the list; a filter that isn't known is refused, as without it all calls would be found."""

    model_config = ConfigDict(extra="forbid")

    after: str = Field("", max_length=200, description="Where the page begins, as the link to it says.")
    order: str = Field("", description=f"Instead of the newest first: {', '.join(ORDERS)}, of 10,000 calls at most.")
    limit: int = Field(50, ge=1, le=MOST, description="Calls of a page at most.")


CallQuery = create_model("CallQuery", __base__=Part, **FILTERS)


def calls(engine: Engine) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/calls", tags=["calls"], dependencies=[Depends(needs(Right.CALLS))])

    @router.get("")
    def list_(
        request: Request, response: Response, viewer: Asker, query: Annotated[CallQuery, Query()]
    ) -> list[Document]:
        wanted = filter_of(viewer, query.model_dump(exclude={"after", "limit", "order"}, exclude_none=True))
        with engine.connect() as connection:
            page = listed(
                connection,
                wanted,
                scope=viewer.scope(),
                after=query.after,
                limit=query.limit,
                account=person(viewer),
                order=query.order,
            )
        if page.next:
            link_to(request, response, after=page.next, limit=query.limit)
        response.headers["X-Total-Count"] = f"{'>=' if page.total_is_least else ''}{page.total}"
        return [_masked(viewer, _plain(asdict(row))) for row in page.rows]

    @router.get("/{call_id}")
    def show(request: Request, call_id: str, viewer: Asker, original: bool = False) -> Document:
        with engine.connect() as connection:
            insist(connection, viewer, call_id, original)
            found = {
                **_masked(viewer, _entry(connection, call_id, sealed=call_id in unjudged(connection, person(viewer)))),
                "inspection": _inspection(connection, call_id, original),
                "reviews": [review_document(one) for one in _reviews(connection, viewer, call_id)],
                "comments": [_plain(asdict(one)) for one in comments.of_call(connection, call_id)],
            }
        put_on_trail(engine, request, "saw-original" if original else "opened-call", call_id)
        return found

    @router.get("/{call_id}/scores")
    def scores(request: Request, call_id: str, viewer: Asker) -> list[Document]:
        with engine.connect() as connection:
            insist(connection, viewer, call_id, original=False)
            inspection = _inspection(connection, call_id, original=False)
        put_on_trail(engine, request, "opened-call", call_id)
        return list(inspection["scores"]) if inspection else []

    return router


def insist(connection: Connection, viewer: Viewer, call_id: str, original: bool) -> None:
    """Raise where there is no such call for the viewer: whether it is there at all is told to nobody else."""
    if not may_see(connection, call_id, viewer.scope()):
        raise NotThere(f"There is no call {call_id[:40]} for you.")
    if original and not viewer.may(Right.ORIGINAL):
        raise Forbidden("Personal data need the right 'original'; without original=yes they are masked.")


def _reviews(connection: Connection, viewer: Viewer, call_id: str) -> list[ReviewView]:
    """Return what the viewer may see; a program, which is no person in them, all or nothing."""
    if not person(viewer) and not viewer.scope().everything:
        return []
    return reviews.of_call(connection, call_id, person(viewer))


def _inspection(connection: Connection, call_id: str, original: bool) -> Document | None:
    try:
        return inspected(connection, call_id, original=original)
    except CannotDo:
        return None


def _entry(connection: Connection, call_id: str, *, sealed: bool) -> Document:
    table = table_of(CallEntry)
    row = connection.execute(select(table).where(CallEntry.call_id == call_id)).mappings().first()
    if row is None:
        return {"id": call_id}
    found = {key: value for key, value in row.items() if key not in (*HIDDEN, "call_id", *(JUDGED if sealed else ()))}
    return _plain({"id": call_id, **found})


def _masked(viewer: Viewer, document: Document) -> Document:
    """Return a call with the number of the other side as the viewer may read it."""
    other = "called" if document.get("direction") == "outbound" else "caller"
    if viewer.may(Right.ORIGINAL) or other not in document:
        return document
    return {**document, other: masked_number(document[other])}


def _plain(document: Document) -> Document:
    return {key: one.isoformat() if isinstance(one, datetime) else one for key, one in document.items()}
