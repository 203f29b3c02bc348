from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from models.audit import Audit
from models.call import Call
from models.database import Base, open_engine
from models.errors import CannotDo
from models.inspection import CallScore
from models.review import REVIEW_LIFE, Review, ReviewFinding, ReviewMove, ReviewState
from quality import reviews
from quality.call_filter import CallFilter
from quality.call_search import exported, listed
from quality.review import Figures, Judged, Person, may_take
from quality.reviewers import person_of
from quality.scope import ALL, Scope
from tests.unit.quality.reviewing import NOW, SETTINGS, Desk, peopled, said

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def desk(either) -> Desk:
    return peopled(Desk(either))


def _view(desk, account="", call="c1"):
    with desk.engine.connect() as connection:
        return reviews.of_call(connection, call, account)[0]


def _done(desk, by="qi", edition=1, now=NOW, comment="fine", review="r-c1-qi", **outcomes):
    return reviews.done(desk.engine, review, by, edition, said(**outcomes), comment, now, settings=SETTINGS)


def _appeal(desk, by="ann", words="I did say bye", now=LATER):
    return reviews.appeal(desk.engine, "r-c1-qi", by, words, now, settings=SETTINGS)


def test_a_review_is_scored_by_peoples_outcomes_and_the_machines_stays(desk):
    assert _done(desk, hello="broken") == Figures(40.0, False, False)
    view = _view(desk)
    assert (view.state, view.valid, view.machine.points) == ("done", Figures(40.0, False, False), 60.0)
    rules = {one.rule: one for one in view.rules}
    assert [one.rule for one in view.rules] == ["hello", "bye", "rude"]
    assert (rules["bye"].machine, rules["bye"].valid) == ("broken", "kept")
    assert rules["hello"].called["zh"] == "问候"
    assert rules["hello"].reviewed == Judged("broken", "heard so", 3.5)
    with desk.engine.connect() as connection:
        assert connection.scalar(select(CallScore.points)) == 80.0


def test_a_fatal_fault_that_only_a_person_hears_makes_the_score_nothing(desk):
    assert _done(desk, rude="broken") == Figures(0.0, False, True)


def test_a_good_score_is_one_from_the_scorecards_own_border_on(desk):
    assert _done(desk, bye="broken") == Figures(80.0, True, False)


def test_every_rule_has_to_be_judged_and_only_rules_that_are_there(desk):
    whole = said()
    for wrong, words in (
        ({"hello": whole["hello"]}, "missing: bye, rude"),
        (whole | {"nice": Judged("kept")}, "no rule 'nice'"),
        (whole | {"hello": Judged(cast(Any, "perhaps"), "hm")}, "'perhaps' is nothing"),
        (whole | {"hello": Judged("broken", " ")}, "was kept and is broken now; write"),
        (whole | {"hello": Judged("kept", "", -1.0)}, "no second -1.0"),
        (whole | {"hello": Judged("kept", "x" * 5000)}, "shorten it"),
    ):
        with pytest.raises(CannotDo, match=words):
            reviews.done(desk.engine, "r-c1-qi", "qi", 1, wrong, "", NOW, settings=SETTINGS)
    assert _view(desk).state == "open"
    assert desk.actions() == []
    assert desk.count(ReviewFinding) == 0


def test_who_was_second_writes_nothing_and_is_told_so(desk):
    _done(desk)
    with pytest.raises(CannotDo, match="Somebody changed this review since you opened it: it is done now"):
        _done(desk, hello="broken")
    assert _view(desk).valid.points == 100.0
    assert desk.actions() == ["review.done"]


def test_two_at_the_same_moment_are_one_after_the_other(desk, monkeypatch):
    """The other one's transaction is over between our reading and our writing."""
    say = reviews._say

    def slow(*args):
        if desk.engine.dialect.name == "postgresql":
            monkeypatch.setattr(reviews, "_say", say)
            _done(desk, hello="broken")
        return say(*args)

    monkeypatch.setattr(reviews, "_say", slow)
    if desk.engine.dialect.name == "postgresql":
        with pytest.raises(CannotDo, match="nothing"):
            _done(desk)
        assert _view(desk).valid.points == 40.0
    else:
        _done(desk)
    assert desk.actions() == ["review.done"]


def test_nobody_reviews_the_own_team_or_what_is_somebody_elses(desk):
    with pytest.raises(CannotDo, match="This review is qi's"):
        _done(desk, by="quinn")
    with pytest.raises(CannotDo, match="own team"):
        reviews.hand_over(desk.engine, "r-c1-qi", "quinn", "ruth", NOW)
    with pytest.raises(CannotDo, match="isn't a reviewer"):
        reviews.hand_over(desk.engine, "r-c1-qi", "quinn", "lou", NOW)
    with pytest.raises(CannotDo, match="There is no account 'nobody'"):
        reviews.hand_over(desk.engine, "r-c1-qi", "quinn", "nobody", NOW)
    reviews.hand_over(desk.engine, "r-c1-qi", "quinn", "quinn", NOW)
    _done(desk, by="quinn", edition=2)
    assert _view(desk).reviewer == "quinn"
    assert desk.actions() == ["review.handed-over", "review.done"]


def test_the_agent_or_the_teams_lead_appeals_in_time_and_says_why(desk):
    _done(desk)
    for by, words in (("lou", "Only the agent"), ("quinn", "Only the agent")):
        with pytest.raises(CannotDo, match=words):
            _appeal(desk, by)
    with pytest.raises(CannotDo, match="says what is wrong"):
        _appeal(desk, words=" ")
    with pytest.raises(CannotDo, match="The time for an appeal is over"):
        _appeal(desk, now=NOW + timedelta(days=7, seconds=1))
    assert _appeal(desk, "lea", now=NOW + timedelta(days=7)) == "quinn"
    with pytest.raises(CannotDo, match="appealed by now"):
        _appeal(desk)


def test_a_second_reviewer_of_another_team_decides_and_what_isnt_touched_stays(desk):
    _done(desk, hello="broken", bye="broken")
    _appeal(desk)
    for by, words in (("qi", "Who reviewed doesn't decide"), ("ruth", "own team"), ("lea", "isn't a reviewer")):
        with pytest.raises(CannotDo, match=words):
            reviews.decide(desk.engine, "r-c1-qi", by, {"bye": Judged("kept", "bye-bye")}, "yes", LATER)
    with pytest.raises(CannotDo, match="says why"):
        reviews.decide(desk.engine, "r-c1-qi", "quinn", {}, "", LATER)
    decided = reviews.decide(desk.engine, "r-c1-qi", "quinn", {"bye": Judged("kept", "bye-bye", 9)}, "yes", LATER)
    view = _view(desk)
    assert (decided.points, view.valid.points, view.reviewed.points, view.machine.points) == (40.0, 40.0, 20.0, 60.0)
    assert {one.rule: one.valid for one in view.rules} == {"hello": "broken", "bye": "kept", "rude": "kept"}
    assert {one.rule: one.reviewed.outcome for one in view.rules}["bye"] == "broken"
    assert desk.actions() == ["review.done", "review.appealed", "review.decided"]


def test_where_no_second_reviewer_is_the_appeal_waits_for_one(desk):
    with desk.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM account WHERE name = 'quinn'")
    _done(desk)
    assert _appeal(desk) == ""
    desk.account("rita", "qa")
    assert reviews.decide(desk.engine, "r-c1-qi", "rita", {}, "It stays.", LATER).points == 100.0


def test_my_reviews_are_what_i_have_to_do_the_most_urgent_first(desk):
    desk.call("c2", agent="201")
    desk.review("c2", "qi", due_at=NOW + timedelta(days=1))
    desk.call("c3", agent="201")
    desk.review("c3", "quinn")
    reviews.done(desk.engine, "r-c3-quinn", "quinn", 1, said(), "", NOW, settings=SETTINGS)
    reviews.appeal(desk.engine, "r-c3-quinn", "ann", "no", NOW, settings=SETTINGS)
    with desk.engine.connect() as connection:
        mine = reviews.mine(connection, "qi")
        assert [one.id for one in mine] == ["r-c2-qi", "r-c3-quinn", "r-c1-qi"]
        assert [one.overdue(NOW + timedelta(days=6)) for one in mine] == [True, True, False]
        assert reviews.mine(connection, "quinn") == []


def test_agents_and_leads_see_what_was_done_about_them_and_nobody_elses(desk):
    with desk.engine.connect() as connection:
        assert reviews.of_call(connection, "c1", "ann") == []
        assert [one.id for one in reviews.listed(connection, ALL)] == ["r-c1-qi"]
        assert reviews.listed(connection, Scope(agents=("201",))) == []
    _done(desk)
    with desk.engine.connect() as connection:
        for scope, count in (
            (Scope(agents=("201",)), 1), (Scope(teams=("red",)), 1), (Scope(teams=("blue",)), 0), (Scope(), 0),
            (Scope(teams=("",)), 0), (Scope(campaigns=True), 0),
        ):  # fmt: skip
            assert len(reviews.listed(connection, scope)) == count
        assert reviews.one(connection, "r-c1-qi", "ann").state == "done"


def test_who_judges_blindly_doesnt_see_what_the_other_said(desk):
    desk.review("c1", "quinn", blind=True)
    _done(desk)
    with desk.engine.connect() as connection:
        first, second = reviews.of_call(connection, "c1", "quinn")
        assert (first.reviewed, first.words, {one.reviewed for one in first.rules}) == (None, "", {None})
        assert [one.id for one in reviews.of_call(connection, "c1", "ann")] == ["r-c1-qi"]
    _done(desk, by="quinn", review="r-c1-quinn", hello="broken")
    with desk.engine.connect() as connection:
        first, second = reviews.of_call(connection, "c1", "quinn")
    assert (first.valid.points, second.reviewed, second.valid.points) == (100.0, Figures(40.0, False, False), 60.0)
    with pytest.raises(CannotDo, match="nothing to appeal"):
        reviews.appeal(desk.engine, "r-c1-quinn", "ann", "no", LATER, settings=SETTINGS)


@pytest.mark.parametrize(
    "by",
    [
        {"score_from": 0.0},
        {"score_to": 100.0},
        {"good": True},
        {"fatal": False},
        {"rule": "bye:kept"},
        {"reviewed": "done"},
    ],
)
def test_who_judges_blindly_learns_nothing_from_the_list_of_calls_either(desk, by):
    desk.review("c1", "quinn", blind=True)
    _done(desk)

    def rows(account, **wanted):
        with desk.engine.connect() as connection:
            page = listed(connection, CallFilter(**wanted), scope=ALL, account=account)
            ordered = listed(connection, CallFilter(**wanted), scope=ALL, account=account, order="worst")
            found = page.rows
            assert page.total == ordered.total == len(found), "how many pass would tell as much"
            assert list(exported(connection, CallFilter(**wanted), scope=ALL, most=9, account=account)) == list(found)
        return [(one.score, one.good, one.review) for one in found]

    assert (rows("quinn"), rows("quinn", **by)) == ([(None, None, "")], [])
    with desk.engine.connect() as connection:
        page = listed(connection, CallFilter(), scope=ALL, account="quinn", order="worst")
        assert [(one.id, one.score) for one in page.rows] == [("c1", None)]
    assert rows("qi", **by) == rows("ruth", **by) == [(100.0, True, "done")]
    _done(desk, by="quinn", review="r-c1-quinn")
    assert rows("quinn", **by) == [(100.0, True, "done")]


def test_the_two_who_judge_blindly_are_two(desk):
    desk.review("c1", "quinn", blind=True)
    with pytest.raises(CannotDo, match="qi judges this call already"):
        reviews.hand_over(desk.engine, "r-c1-quinn", "qi", "qi", NOW)


def test_what_nobody_appealed_against_in_time_is_closed(desk):
    _done(desk)
    assert reviews.close_old(desk.engine, NOW + timedelta(days=7)) == 0
    assert reviews.close_old(desk.engine, NOW + timedelta(days=7, seconds=1)) == 1
    assert reviews.close_old(desk.engine, NOW + timedelta(days=8)) == 0
    assert (_view(desk).state, _view(desk).valid.points) == ("closed", 100.0)
    assert desk.actions() == ["review.done", "review.closed"]


def test_a_review_of_a_deleted_call_is_withdrawn_and_one_that_was_done_stays(desk):
    desk.call("c2", agent="201")
    desk.review("c2", "qi")
    _done(desk, hello="broken")
    with desk.engine.begin() as connection:
        connection.execute(delete(Call))
    with pytest.raises(CannotDo, match="was deleted"):
        reviews.done(desk.engine, "r-c2-qi", "qi", 1, said(), "", NOW, settings=SETTINGS)
    assert reviews.close_old(desk.engine, NOW) == 1
    assert (_view(desk).state, _view(desk, call="c2").state) == ("done", "withdrawn")
    assert {one.rule: one.valid for one in _view(desk).rules} == {"bye": "kept", "hello": "broken", "rude": "kept"}


def test_a_review_that_isnt_there_is_one_sentence(desk):
    with pytest.raises(CannotDo, match="There is no review nope"):
        _done(desk, review="nope")


ORDERS = {
    ReviewMove.FINISH: lambda desk, by, view: _done(desk, by=by, edition=view.edition),
    ReviewMove.APPEAL: lambda desk, by, view: _appeal(desk, by),
    ReviewMove.DECIDE: lambda desk, by, view: reviews.decide(desk.engine, view.id, by, {}, "so", LATER),
    ReviewMove.HAND_OVER: lambda desk, by, view: reviews.hand_over(desk.engine, view.id, by, by, LATER),
    ReviewMove.CLOSE: lambda desk, by, view: reviews.close_old(desk.engine, NOW + timedelta(days=30)),
}
PEOPLE = st.sampled_from(["ann", "lea", "lou", "qi", "quinn", "ruth"])


@pytest.fixture(scope="module")
def in_memory() -> Desk:
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    return peopled(Desk(engine))


@settings(max_examples=25, deadline=None)
@given(order=st.lists(st.tuples(st.sampled_from(sorted(ORDERS)), PEOPLE), max_size=12))
def test_in_any_order_of_moves_only_what_is_allowed_happens_and_each_leaves_its_trace(order, in_memory):
    desk = in_memory
    with desk.engine.begin() as connection:
        for table in (ReviewFinding, Review, Audit):
            connection.execute(delete(table))
    desk.review("c1", "qi")
    for move, by in order:
        before, trail = _view(desk), len(desk.actions())
        with desk.engine.connect() as connection:
            allowed = move in reviews.moves_of(connection, before, by, LATER)
        try:
            ORDERS[move](desk, by, before)
            happened = len(desk.actions()) > trail
        except CannotDo:
            happened = False
        after = _view(desk)
        if move == ReviewMove.CLOSE:
            assert happened == (before.state == ReviewState.DONE)
        elif move == ReviewMove.HAND_OVER:
            # Who may hand over may still not be given it.
            assert allowed or not happened
        else:
            assert happened == allowed
        assert after.edition == before.edition + happened
        expected = REVIEW_LIFE.next(before.state, move) if happened else before.state
        assert after.state == expected
        assert after.machine == before.machine
        assert not (after.state == ReviewState.DECIDED and after.decider == after.reviewer)
        assert after.reviewer != "ruth"


def test_the_trail_names_the_call_the_person_and_the_change(desk):
    reviews.done(
        desk.engine, "r-c1-qi", "qi", 1, said(hello="broken"), "hm", NOW, settings=SETTINGS, address="127.0.35.9"
    )
    with desk.engine.connect() as connection:
        entry = connection.execute(select(Audit.__table__)).one()
    assert (entry.account, entry.call_id, entry.address, entry.words) == ("qi", "c1", "127.0.35.9", "hm")
    assert entry.data["changed"] == {"hello": "broken", "bye": "kept"}


def test_lists_dont_tell_either_what_the_other_said_who_judges_blindly(desk):
    desk.review("c1", "quinn", blind=True)
    _done(desk, hello="broken")
    with desk.engine.connect() as connection:
        seen = {who: reviews.listed(connection, account=who) for who in ("quinn", "ruth")}
    points = {who: {one.reviewer: one.valid.points for one in views} for who, views in seen.items()}
    assert points == {"quinn": {"qi": 60.0, "quinn": 60.0}, "ruth": {"qi": 40.0, "quinn": 60.0}}


def test_a_review_is_taken_over_by_who_may_judge_it(desk):
    case = _view(desk).case
    with desk.engine.connect() as connection:
        people = {name: person_of(connection, name) for name in ("quinn", "ruth", "lea")}
    assert [may_take(one, case, NOW) for one in people.values()] == [True, False, False]
    _done(desk)
    _appeal(desk)
    assert may_take(people["quinn"], _view(desk).case, LATER)
    assert not may_take(Person("qi", frozenset({"qa"}), "blue"), _view(desk).case, LATER)


def test_who_talked_in_the_same_call_or_leads_others_doesnt_see_the_review(desk):
    desk.agent("202", "blue")
    desk.account("bo", "agent", team="blue", extension="202")
    desk.account("olga", "operator")
    desk.account("root", "administrator")
    _done(desk)
    with desk.engine.connect() as connection:
        seen = {who: len(reviews.of_call(connection, "c1", who)) for who in ("ann", "lea", "bo", "lou", "olga", "root")}
        assert seen == {"ann": 1, "lea": 1, "bo": 0, "lou": 0, "olga": 0, "root": 1}
        with pytest.raises(CannotDo, match="There is no review"):
            reviews.one(connection, "r-c1-qi", "bo")
