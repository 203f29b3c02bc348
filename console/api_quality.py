"""Reviews and figures of quality by the API.

| request | gives |
|---|---|
| GET /reviews?state=&reviewer=, /reviews/ID | reviews within one's scope, the newest first; one with every rule |
| GET /sampling | which calls would be chosen for review now, and how full the week's quotas are |
| POST /sampling | chooses them, as `hotline quality sample` does |
| GET /agreement?since= | how far machine and people agree, by rule, and reviewers with one another |
| GET /board?since=&until=&by=&… | scores, trend, distribution and findings, as the board of quality has them |
"""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Engine, select

from console.access import Right
from console.api_access import Asker, needs, person
from console.api_pages import After, Limit, link_to
from console.problems import NotThere
from models.errors import CannotDo
from models.review import Review, ReviewState
from models.settings import Settings
from quality import agreement, reviews
from quality.boards import Asked, Tally, board
from quality.call_search import unjudged
from quality.review_cli import document, plan_document
from quality.sampling_rows import foreseen, sample

Document = dict[str, Any]
WEEKS = timedelta(weeks=12)
"""What agreement looks back on."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = timedelta(days=28)
"""What a board looks back on."""
By = Literal["agent", "team", "queue", "campaign", "flow", "week", "day"]
Text = Annotated[str, Query(max_length=200)]


def quality(settings: Settings, engine: Engine) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["quality"])

    @router.get("/reviews", dependencies=[Depends(needs(Right.CALLS))])
    def list_reviews(
        request: Request, response: Response, viewer: Asker, state: ReviewState | None = None, reviewer: Text = "",
        after: After = "", limit: Limit = 50,
    ) -> list[Document]:  # fmt: skip
        states = [state] if state else []
        with engine.connect() as connection:
            found = reviews.listed(
                connection, viewer.scope(), states=states, reviewer=reviewer, after=after, limit=limit + 1,
                account=person(viewer),
            )  # fmt: skip
        if len(found) > limit:
            link_to(request, response, after=found[limit - 1].id, limit=limit)
        return [document(one) for one in found[:limit]]

    @router.get("/reviews/{review_id}", dependencies=[Depends(needs(Right.CALLS))])
    def show_review(review_id: str, viewer: Asker) -> Document:
        with engine.connect() as connection:
            own = select(Review.id).where(Review.id == review_id, reviews.within(viewer.scope()))
            if connection.scalar(own) is None:
                raise NotThere(f"There is no review {review_id[:40]} for you.")
            return document(reviews.one(connection, review_id, person(viewer)))

    @router.get("/sampling", dependencies=[Depends(needs(Right.SAMPLING))])
    def show_sampling() -> Document:
        with engine.connect() as connection:
            return plan_document(foreseen(connection, settings.quality, datetime.now(UTC)))

    @router.post("/sampling", dependencies=[Depends(needs(Right.SAMPLING))])
    def choose_samples() -> Document:
        return plan_document(sample(engine, settings.quality, datetime.now(UTC)))

    @router.get("/agreement", dependencies=[Depends(needs(Right.QUALITY))])
    def show_agreement(viewer: Asker, since: datetime | None = None) -> Document:
        began = _aware(since) if since else datetime.now(UTC) - WEEKS
        with engine.connect() as connection:
            rules = agreement.of_rules(connection, began, viewer.scope())
            people = agreement.of_reviewers(connection, began, viewer.scope())
        return {"since": began.isoformat(timespec="seconds"), **agreement.document(rules, people)}

    @router.get("/board", dependencies=[Depends(needs(Right.QUALITY))])
    def show_board(
        viewer: Asker, since: datetime | None = None, until: datetime | None = None, by: By = "agent",
        agent: Text = "", team: Text = "", queue: Text = "", campaign: Text = "", flow: Text = "",
    ) -> Document:  # fmt: skip
        end = _aware(until) if until else datetime.now(UTC)
        begin = _aware(since) if since else max(end, EARLIEST) - DAYS
        asked = Asked(begin, end, by, agent=agent, team=team, queue=queue, campaign=campaign, flow=flow)
        with engine.connect() as connection:
            who = person(viewer)
            blind = unjudged(connection, who) if who else frozenset()
            found = board(connection, replace(asked, unjudged=blind), viewer.scope())
        return {
            "since": begin.isoformat(), "until": end.isoformat(), "by": by, "total": _tally(found.total),
            "inspected": found.inspected, "distribution": found.distribution,
            "trend": [{"day": day.isoformat(), **_tally(tally)} for day, tally in found.trend],
            "rows": [{by: name, **_tally(tally)} for name, tally in found.rows],
            "findings": [asdict(one) for one in found.findings], "reviews": dict(found.reviews),
        }  # fmt: skip

    return router


def _aware(moment: datetime) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as beyond:
        raise CannotDo(f"{moment.isoformat()} is before or after all time; choose another moment.") from beyond


def _tally(tally: Tally) -> Document:
    return {
        "calls": tally.calls, "scored": tally.scored, "mean": tally.mean, "good_share": tally.good_share,
        "fatal": tally.fatal,
    }  # fmt: skip
