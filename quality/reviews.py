"""Reviews in the database: done, appealed against, decided, handed over; each in one transaction with its audit.

Whoever changes a review says which edition of it was read. Where somebody else was quicker nothing is written, and a
sentence says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, insert, or_, select, true, update

from models.audit import record
from models.call import Call
from models.errors import Refused
from models.quality_settings import QualitySettings
from models.review import REVIEW_LIFE, Review, ReviewFinding, ReviewMove, ReviewState
from models.writing import writing
from quality.call_entries import note_call
from quality.review import (
    REVIEWER,
    Case,
    Figures,
    Judged,
    Person,
    figures,
    insist,
    insist_on_all,
    may_appeal,
    moves,
    refusal,
    within_bounds,
)
from quality.review_view import PENDING, REVIEWS, ReviewView, findings_of, rules_of, scorecard_of, view_of
from quality.reviewers import person_of, staff, whose_turn
from quality.scope import ALL, Scope
from quality.scorecard import Scorecard
from quality.scoring import Finding, Outcome

LATELY = timedelta(days=7)
"""What was given to a reviewer meanwhile is load."""
MOST = 500
UNDONE = (ReviewState.OPEN, ReviewState.WITHDRAWN)
"""Nobody has said anything in it that counts."""
ADMINISTRATOR = "administrator"


def of_call(connection: Connection, call_id: str, account: str = "") -> list[ReviewView]:
    """Return the reviews of a call, the oldest first, as `account` may see them; "": as they are.

    Agents and who leads them see what was done about them; who still has to judge the call doesn't see what others
    said of it.
    """
    rows = connection.execute(select(REVIEWS).where(Review.call_id == call_id).order_by(Review.id)).all()
    rules = rules_of(connection, rows)
    views = [view_of(row, rules[row.id]) for row in rows]
    return list(_seen(views, person_of(connection, account))) if account and views else views


def one(connection: Connection, review_id: str, account: str = "") -> ReviewView:
    """Return a review as `account` may see it; raise `CannotDo` where there is none."""
    row = _row(connection, review_id)
    found = [view for view in of_call(connection, row.call_id, account) if view.id == row.id]
    if not found:
        raise _no_review(review_id)
    return found[0]


def mine(connection: Connection, account: str) -> list[ReviewView]:
    """Return what `account` has to do: open reviews, and appeals to decide; what is due first first."""
    own = or_(
        and_(Review.state == ReviewState.OPEN, Review.reviewer == account),
        and_(Review.state == ReviewState.APPEALED, Review.decider == account),
    )
    rows = connection.execute(select(REVIEWS).where(own).order_by(Review.due_at, Review.id).limit(MOST))
    return [view_of(row) for row in rows]


def listed(
    connection: Connection, scope: Scope = ALL, *, states: Sequence[ReviewState] = (), reviewer: str = "",
    after: str = "", limit: int = 50, account: str = "",
) -> list[ReviewView]:  # fmt: skip
    """Return reviews, the newest first, from the one behind the id `after` on; without `states`: all.

    Who doesn't see everything sees what was done about the own agents and teams. `account`: who still has to judge a
    call doesn't see here either what others said of it.
    """
    query = select(REVIEWS).where(within(scope)).order_by(Review.id.desc()).limit(limit)
    if states:
        query = query.where(Review.state.in_([str(one) for one in states]))
    if reviewer:
        query = query.where(or_(Review.reviewer == reviewer, Review.decider == reviewer))
    if after:
        query = query.where(Review.id < after)
    own = select(Review.call_id, Review.scorecard).where(Review.reviewer == account, Review.state == ReviewState.OPEN)
    sealed = {(row.call_id, row.scorecard) for row in connection.execute(own)} if account else set()
    found = [view_of(row) for row in connection.execute(query)]
    return [view.sealed() if (view.call_id, view.scorecard) in sealed else view for view in found]


def within(scope: Scope) -> ColumnElement[bool]:
    """Return which reviews a scope is about."""
    if scope.everything:
        return true()
    theirs = or_(and_(Review.team.in_(scope.teams), Review.team != ""), Review.agent.in_(scope.agents))
    return and_(theirs, Review.blind.is_(False), Review.state.not_in(UNDONE))


def moves_of(connection: Connection, view: ReviewView, account: str, now: datetime) -> frozenset[ReviewMove]:
    """Return what `account` may do with a review now: which form its page shows."""
    return moves(person_of(connection, account), view.case, now)


def done(
    engine: Engine, review_id: str, by: str, edition: int, judged: Mapping[str, Judged], comment: str,
    now: datetime, *, settings: QualitySettings, address: str = "",
) -> Figures:  # fmt: skip
    """Write what the reviewer says of every rule; return the score by it."""
    within_bounds(comment)
    with writing(engine) as connection:
        row, findings, card = _to_judge(connection, review_id, by, edition, ReviewMove.FINISH, now)
        machine: dict[str, Outcome] = {one.rule: one.outcome for one in findings}
        insist(findings, judged, machine)
        insist_on_all(findings, judged)
        _say(connection, row.id, "reviewed", judged, machine)
        points = figures(findings, judged, card.good_from)
        until = None if row.blind else now + timedelta(days=settings.appeal_days)
        _move(
            connection, row, ReviewMove.FINISH, reviewer=by, words=comment.strip(), done_at=now, appeal_until=until,
            reviewed=points.document(),
        )  # fmt: skip
        changed = {rule: said.outcome for rule, said in judged.items() if said.outcome != machine[rule]}
        _trail(connection, row, by, now, "review.done", address, comment, **points.document(), changed=changed)
    return points


def appeal(
    engine: Engine, review_id: str, by: str, words: str, now: datetime, *, settings: QualitySettings, address: str = ""
) -> str:
    """Object to a review, for the agent; return who is to decide ("": nobody could be found)."""
    if not words.strip():
        raise Refused("An appeal says what is wrong with the review; write it down.", "reviews.appeal_without_words")
    within_bounds(words)
    with writing(engine) as connection:
        row = _row(connection, review_id)
        _insist(person_of(connection, by), row, ReviewMove.APPEAL, now)
        people = staff(connection, now - LATELY)
        decider = whose_turn(people.people, people.load, _case(row), row.id, but=(row.reviewer, by))
        _move(
            connection, row, ReviewMove.APPEAL, appealed_by=by, appealed_at=now, appeal_words=words.strip(),
            decider=decider, due_at=now + timedelta(days=settings.decision_days),
        )  # fmt: skip
        _trail(connection, row, by, now, "review.appealed", address, words, decider=decider)
    return decider


def decide(
    engine: Engine, review_id: str, by: str, judged: Mapping[str, Judged], words: str, now: datetime, *,
    edition: int | None = None, address: str = "",
) -> Figures:  # fmt: skip
    """Decide about an appeal; rules that aren't `judged` stay as the reviewer had them. Return the score by it."""
    if not words.strip():
        raise Refused("A decision says why to who appealed; write it down.", "reviews.decision_without_words")
    within_bounds(words)
    with writing(engine) as connection:
        row, findings, card = _to_judge(connection, review_id, by, edition, ReviewMove.DECIDE, now)
        (rules,) = rules_of(connection, [row]).values()
        before = {one.rule: one.reviewed for one in rules if one.reviewed}
        insist(findings, judged, {rule: said.outcome for rule, said in before.items()})
        whole = {rule: judged.get(rule) or replace(said, comment="", second=None) for rule, said in before.items()}
        _say(connection, row.id, "decided", whole, {one.rule: one.machine for one in rules})
        points = figures(findings, whole, card.good_from)
        _move(
            connection, row, ReviewMove.DECIDE, decider=by, decided_at=now, decision_words=words.strip(),
            decided=points.document(),
        )  # fmt: skip
        changed = {rule: said.outcome for rule, said in whole.items() if said.outcome != before[rule].outcome}
        _trail(connection, row, by, now, "review.decided", address, words, **points.document(), changed=changed)
    return points


def hand_over(engine: Engine, review_id: str, by: str, to: str, now: datetime, *, address: str = "") -> None:
    """Give a review, or the decision about an appeal, to another reviewer, `by` themselves too."""
    with writing(engine) as connection:
        row = _row(connection, review_id)
        _insist(person_of(connection, by), row, ReviewMove.HAND_OVER, now)
        deciding = row.state == ReviewState.APPEALED
        case = _case(row) if deciding else replace(_case(row), reviewer=to)
        _insist_case(person_of(connection, to), case, ReviewMove.DECIDE if deciding else ReviewMove.FINISH, now)
        if not deciding:
            _insist_alone(connection, row, to)
        _move(connection, row, ReviewMove.HAND_OVER, **({"decider": to} if deciding else {"reviewer": to}))
        _trail(connection, row, by, now, "review.handed-over", address, "", to=to)


def close_old(engine: Engine, now: datetime) -> int:
    """Close what nobody appealed against in time, and withdraw what is about deleted calls; return how many moved."""
    gone = ~select(Call.id).where(Call.id == Review.call_id).exists()
    old = (Review.state == ReviewState.DONE, or_(Review.appeal_until < now, Review.appeal_until.is_(None)))
    count = 0
    with writing(engine) as connection:
        rows = connection.execute(select(REVIEWS).where(or_(and_(*old), and_(gone, Review.state.in_(PENDING)))))
        for row in rows.all():
            move = ReviewMove.CLOSE if row.state == ReviewState.DONE else ReviewMove.WITHDRAW
            _move(connection, row, move)
            _trail(connection, row, "sampling", now, f"review.{REVIEW_LIFE.next(ReviewState(row.state), move)}", "", "")
            count += 1
    return count


def _seen(views: Sequence[ReviewView], person: Person) -> Iterator[ReviewView]:
    sealed = {view.scorecard for view in views if view.state == ReviewState.OPEN and view.reviewer == person.name}
    all_of_it = bool({REVIEWER, ADMINISTRATOR} & person.roles)
    for view in views:
        if view.reviewer == person.name or (all_of_it and view.scorecard not in sealed):
            yield view
        elif all_of_it:
            yield view.sealed()
        elif may_appeal(person, view.case) and not view.blind and view.state not in UNDONE:
            yield view


def _no_review(review_id: str) -> Refused:
    sentence = f"There is no review {review_id} for you; `hotline quality reviews` lists them."
    return Refused(sentence, "reviews.unknown", id=review_id)


def _row(connection: Connection, review_id: str) -> Row[Any]:
    row = connection.execute(select(REVIEWS).where(Review.id == review_id)).first()
    if row is None:
        raise _no_review(review_id)
    return row


def _case(row: Row[Any]) -> Case:
    return view_of(row).case


def _insist(person: Person, row: Row[Any], move: ReviewMove, now: datetime) -> None:
    _insist_case(person, _case(row), move, now)


def _insist_case(person: Person, case: Case, move: ReviewMove, now: datetime) -> None:
    if why := refusal(person, case, move, now):
        raise why


def _insist_alone(connection: Connection, row: Row[Any], to: str) -> None:
    """The two who judge a call blindly are two."""
    other = (Review.call_id == row.call_id, Review.scorecard == row.scorecard, Review.id != row.id)
    if to in connection.execute(select(Review.reviewer).where(*other)).scalars().all():
        sentence = f"{to} judges this call already; its second look is somebody else's."
        raise Refused(sentence, "reviews.not_alone", name=to)


def _to_judge(
    connection: Connection, review_id: str, by: str, edition: int | None, move: ReviewMove, now: datetime
) -> tuple[Row[Any], list[Finding], Scorecard]:
    row = _row(connection, review_id)
    if edition is not None and row.edition != edition:
        raise Refused(
            f"Somebody changed this review since you opened it: it is {row.state} now, and nothing of yours was "
            "written. Open it in another window, compare, and send yours again.",
            "reviews.changed",
        )
    _insist(person_of(connection, by), row, move, now)
    if move == ReviewMove.FINISH:
        _insist_alone(connection, row, by)
    findings = findings_of(connection, [row.score_id]).get(row.score_id, [])
    if not findings:
        raise Refused("The call of this review was deleted; there is nothing left to judge.", "reviews.deleted")
    card = scorecard_of(connection, row.scorecard, row.version)
    return row, findings, card or Scorecard(row.scorecard, ())


def _say(
    connection: Connection, review_id: str, stage: str, judged: Mapping[str, Judged], machine: Mapping[str, Outcome]
) -> None:
    rows = [
        {
            "review_id": review_id, "stage": stage, "rule": rule, "machine": machine[rule], "outcome": said.outcome,
            "comment": said.comment.strip(), "second": said.second,
        }
        for rule, said in judged.items()
    ]  # fmt: skip
    connection.execute(insert(ReviewFinding), rows)


def _move(connection: Connection, row: Row[Any], move: ReviewMove, **values: Any) -> None:
    """Let the review go on; raise `CannotDo` where somebody else was quicker."""
    state = REVIEW_LIFE.next(ReviewState(row.state), move)
    read = (Review.id == row.id, Review.edition == row.edition)
    moved = update(Review).where(*read).values(state=state, edition=row.edition + 1, **values)
    if not connection.execute(moved).rowcount:
        sentence = "Somebody else changed this review just now; nothing of yours was written: send it again."
        raise Refused(sentence, "reviews.just_now")
    note_call(connection, row.call_id)


def _trail(
    connection: Connection, row: Row[Any], by: str, now: datetime, action: str, address: str, words: str, **data: Any
) -> None:
    about = {"review": row.id, "scorecard": row.scorecard, "blind": row.blind, **data}
    record(connection, now, by, action, call_id=row.call_id, words=words.strip(), data=about, address=address)
