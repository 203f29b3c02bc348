import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.audit import Audit
from models.call import new_id
from models.call_entry import CallEntry
from models.database import open_engine
from models.errors import CannotDo
from models.inspection import CallScore
from models.quality_settings import QualitySettings
from models.review import Review
from quality import reviews
from quality.asking import ask
from quality.call_entries import note_call
from quality.sampling import Pick
from quality.sampling_rows import EVERY, Sampling, foreseen, given_in, made_at, sample
from tests.unit.quality.conftest import row
from tests.unit.quality.reviewing import NOW, Desk, peopled


@pytest.fixture
def desk(either) -> Desk:
    return peopled(Desk(either))


def _settings(*samples, **more) -> QualitySettings:
    given = [{"name": one["by"], "each_week": 7, **one} for one in samples or ({"name": "all", "by": "random"},)]
    return QualitySettings.model_validate({"samples": given, "double_share": 0, **more})


def _calls(desk: Desk, *names: str, **more) -> None:
    for name in names:
        desk.call(name, **{"agent": "201", "queue": "billing", **more})
        with desk.engine.begin() as connection:
            note_call(connection, name, NOW)


def _reviews(desk: Desk):
    with desk.engine.connect() as connection:
        return connection.execute(select(Review.__table__).where(Review.sample != "").order_by(Review.id)).all()


def test_what_is_chosen_becomes_reviews_with_their_trace_and_the_call_says_so(desk):
    _calls(desk, "c2")
    chosen = sample(desk.engine, _settings(), NOW)
    (review,) = _reviews(desk)
    assert (review.call_id, review.agent, review.team) == ("c2", "201", "red")
    assert (review.share, review.week, review.version) == ("201", "2026-W47", "v1")
    assert (review.reviewer, review.state, review.due_at) == ("quinn", "open", NOW + timedelta(days=7))
    assert review.machine == {"points": 100.0, "good": True, "fatal": False}
    assert [pick.candidate.call_id for pick in chosen.picks] == ["c2"]
    with desk.engine.connect() as connection:
        assert connection.scalar(select(CallEntry.review).where(CallEntry.call_id == "c2")) == "open"
        entry = connection.execute(select(Audit.__table__)).one()
    assert (entry.action, entry.account, entry.call_id, entry.words) == ("review.given", "sampling", "c2", "all: quinn")


def test_no_call_is_chosen_again_for_the_same_scorecard_scored_anew_or_not(desk):
    _calls(desk, "c2", "c3")
    assert len(sample(desk.engine, _settings(), NOW).picks) == 2
    with desk.engine.begin() as connection:
        again = {"id": f"t-{new_id()}", "call_id": "c2", "scorecard": "manners", "version": "v2", "points": 10.0}
        connection.execute(row(CallScore, **again, good=False, fatal=False, sections={}, scored_at=NOW))
    assert sample(desk.engine, _settings(), NOW).picks == ()
    assert sample(desk.engine, _settings(), NOW + timedelta(days=5)).picks == ()


def test_the_newest_score_is_reviewed(desk):
    _calls(desk, "c2")
    with desk.engine.begin() as connection:
        again = {"id": f"t-{new_id()}", "call_id": "c2", "scorecard": "manners", "version": "v2", "points": 10.0}
        connection.execute(row(CallScore, **again, good=False, fatal=False, sections={}, scored_at=NOW))
    (pick,) = sample(desk.engine, _settings({"by": "low-score"}), NOW).picks
    assert (pick.candidate.version, pick.candidate.machine.points) == ("v2", 10.0)


def test_quotas_are_filled_over_the_week_and_begin_anew_on_monday(desk):
    _calls(desk, *(f"d{number}" for number in range(9)))
    rules = _settings({"by": "random", "each_week": 2})
    counts = [len(sample(desk.engine, rules, NOW + timedelta(days=day)).picks) for day in (0, 0, 1, 4, 5)]
    assert counts == [1, 0, 1, 0, 1]
    with desk.engine.connect() as connection:
        assert given_in(connection, NOW) == {("random", "201"): 2}


def test_only_fresh_calls_are_chosen(desk):
    _calls(desk, "old", hours_ago=7 * 24 + 1)
    _calls(desk, "new", hours_ago=7 * 24 - 1)
    assert [pick.candidate.call_id for pick in sample(desk.engine, _settings(), NOW).picks] == ["new"]


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ({"by": "long-silence"}, {"longest_silence_s": 21.5, "confidence": 0.9, "complaint_s": None}),
        ({"by": "low-confidence"}, {"longest_silence_s": 0.0, "confidence": 0.5, "complaint_s": None}),
        ({"by": "complaint"}, {"longest_silence_s": 0.0, "confidence": None, "complaint_s": 12.0}),
    ],
)
def test_what_inspection_measured_is_known(desk, kind, facts):
    _calls(desk, "c2", facts=facts)
    _calls(desk, "c3", facts={"longest_silence_s": 3.0, "confidence": 0.9, "complaint_s": None})
    assert [pick.candidate.call_id for pick in sample(desk.engine, _settings(kind), NOW).picks] == ["c2"]


def test_broken_rules_fatal_faults_and_new_agents_are_known(desk):
    desk.agent("202", "blue", days=10)
    _calls(desk, "c2", hello="broken")
    _calls(desk, "c3", rude="broken")
    _calls(desk, "c4", agent="202")
    for kind, call in (
        ({"by": "rule", "rule": "hello"}, "c2"), ({"by": "fatal"}, "c3"), ({"by": "new-agent"}, "c4")
    ):  # fmt: skip
        with desk.engine.connect() as connection:
            plan = foreseen(connection, _settings(kind), NOW)
        assert [pick.candidate.call_id for pick in plan.picks] == [call]
    assert _reviews(desk) == []


def test_a_call_of_the_robot_alone_is_for_anybody(desk):
    _calls(desk, "c2", agent="")
    (pick,) = sample(desk.engine, _settings({"by": "random", "per": "all", "talks": "robot"}), NOW).picks
    assert (pick.candidate.agent, pick.share) == ("", "")


def test_a_share_goes_to_two_who_do_not_see_each_others(desk):
    _calls(desk, "c2")
    sample(desk.engine, _settings(double_share=1.0), NOW)
    assert sorted((one.reviewer, one.blind) for one in _reviews(desk)) == [("qi", True), ("quinn", False)]


def test_load_counts_what_was_given_this_week_and_is_still_open(desk):
    # qi has one already: c1's.
    _calls(desk, "c2", "c3", "c4")
    sample(desk.engine, _settings({"by": "fatal"}, {"by": "random"}), NOW)
    assert sorted(one.reviewer for one in _reviews(desk)) == ["qi", "quinn", "quinn"]


def test_two_samplings_at_once_fill_the_quota_once(desk):
    _calls(desk, *(f"d{number}" for number in range(9)))
    rules = _settings({"by": "random", "each_week": 3})
    gate = threading.Barrier(3)
    found: list[Pick] = []

    def run() -> None:
        gate.wait()
        found.extend(sample(desk.engine, rules, NOW + timedelta(days=4)).picks)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert len(found) == len(_reviews(desk)) == 3


def test_once_an_hour_is_enough_and_a_database_that_is_away_ends_nothing(desk, caplog):
    _calls(desk, "c2")
    sampling = Sampling(desk.engine, _settings())
    assert [sampling.run(NOW), sampling.run(NOW + EVERY / 2)] == [1, 0]
    _calls(desk, "c3")
    assert sampling.run(NOW + EVERY) == 1
    away = open_engine("sqlite:////nowhere/at/all.sqlite")
    sampling = Sampling(away, _settings())
    assert sampling.run(NOW) == 0
    assert "the next try is in an hour" in caplog.text


def test_without_samples_nothing_is_chosen(desk):
    _calls(desk, "c2")
    assert sample(desk.engine, QualitySettings(), NOW).picks == ()


def test_an_id_says_when_it_was_made():
    made = made_at(new_id())
    assert made is not None
    assert abs((datetime.now(UTC) - made).total_seconds()) < 5
    assert made_at("c1") is None
    assert made_at("u" * 16) is None


def _ask(desk, call, to, by="qi", scorecard="manners"):
    return ask(desk.engine, call, scorecard, by, to, NOW, settings=QualitySettings())


def test_a_reviewer_looks_into_any_call_or_asks_another_to(desk):
    _calls(desk, "c2", "c3")
    for call, to in (("c2", "qi"), ("c3", "quinn")):
        id_ = _ask(desk, call, to)
        with desk.engine.connect() as connection:
            view = reviews.one(connection, id_)
        assert (view.reviewer, view.agent, view.team, view.made_by, view.reason) == (to, "201", "red", "qi", "asked")
    assert desk.actions() == ["review.given", "review.given"]
    assert sample(desk.engine, _settings(), NOW).picks == ()


def test_what_cannot_be_asked_for_is_said(desk):
    _calls(desk, "c2")
    for given, words in (
        (("c1", "qi"), "are qi's to review already"),
        (("c2", "ruth"), "own team"),
        (("c2", "lou"), "isn't a reviewer"),
        (("c2", "qi", "lou"), "Only reviewers"),
        (("c2", "qi", "qi", "other"), "no score by 'other'"),
        (("nope", "qi"), "Call nope has no score"),
    ):
        with pytest.raises(CannotDo, match=words):
            _ask(desk, *given)
    assert desk.actions() == []
