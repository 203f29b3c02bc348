from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quality import agreement, reviews
from quality.agreement import Confusion, Share, kappa
from quality.review import Judged
from quality.scope import Scope
from tests.unit.quality.reviewing import NOW, SETTINGS, Desk, peopled, said

COUNTS = st.integers(0, 50)


@pytest.fixture
def desk(either) -> Desk:
    desk = peopled(Desk(either))
    # c1: the machine has bye broken; people say so too. c2: it was wrong. c3: it missed one, and one is N/A.
    _done(desk, "c1", "qi", bye="broken")
    desk.call("c2", agent="201", bye="broken")
    desk.review("c2", "qi", reason="random")
    _done(desk, "c2", "qi")
    desk.call("c3", agent="201")
    desk.review("c3", "quinn", reason="random")
    _done(desk, "c3", "quinn", NOW + timedelta(days=7), hello="broken", rude="not-applicable")
    return desk


def _done(desk, call, by, at=NOW, **outcomes):
    reviews.done(desk.engine, f"r-{call}-{by}", by, 1, said(**outcomes), "", at, settings=SETTINGS)


def _rules(desk, since=NOW, **more):
    with desk.engine.connect() as connection:
        return {one.rule: one for one in agreement.of_rules(connection, since, **more)}


def test_each_rule_has_its_counts(desk):
    rules = _rules(desk)
    assert rules["bye"].confusion == Confusion(tp=1, fp=1, fn=0, tn=1)
    assert rules["hello"].confusion == Confusion(tp=0, fp=0, fn=1, tn=2)
    assert rules["rude"].confusion == Confusion(tn=3)
    assert (rules["bye"].confusion.precision.value, rules["bye"].confusion.recall.value) == (0.5, 1.0)
    assert (rules["hello"].confusion.precision.value, rules["hello"].confusion.recall.value) == (None, 0.0)


def test_the_trend_is_by_week(desk):
    assert _rules(desk)["bye"].weeks == {"2026-W47": Confusion(tp=1, fp=1), "2026-W48": Confusion(tn=1)}


def test_a_decision_is_the_last_word(desk):
    reviews.appeal(desk.engine, "r-c1-qi", "ann", "I did", NOW, settings=SETTINGS)
    reviews.decide(desk.engine, "r-c1-qi", "quinn", {"bye": Judged("kept", "bye-bye")}, "yes", NOW)
    assert _rules(desk)["bye"].confusion == Confusion(fp=2, tn=1)


def test_period_scope_and_chance_narrow_it(desk):
    assert _rules(desk, NOW + timedelta(days=1))["bye"].confusion == Confusion(tn=1)
    assert _rules(desk, until=NOW + timedelta(days=1))["bye"].confusion == Confusion(tp=1, fp=1)
    assert _rules(desk, only_random=True)["bye"].confusion == Confusion(fp=1, tn=1)
    assert _rules(desk, version="v2") == {}
    assert _rules(desk, scope=Scope(teams=("blue",))) == {}
    assert _rules(desk, scope=Scope(agents=("201",)))["bye"].confusion.count == 3


def test_reviewers_are_compared_on_what_both_judged_and_it_changes_no_other_figure(desk):
    before = _rules(desk)
    desk.review("c3", "qi", blind=True)
    desk.review("c2", "quinn", blind=True)
    _done(desk, "c3", "qi", hello="broken")
    with desk.engine.connect() as connection:
        found = agreement.of_reviewers(connection, NOW)
    assert (found.calls, found.whole.count, found.whole.same) == (1, 3, 2)
    assert found.people.keys() == {("qi", "quinn")}
    assert {rule: (pairs.count, pairs.same) for (_, rule), pairs in found.rules.items()} == {
        "bye": (1, 1), "hello": (1, 1), "rude": (1, 0)
    }  # fmt: skip
    assert _rules(desk) == before
    with desk.engine.connect() as connection:
        written = agreement.document(agreement.of_rules(connection, NOW), found)
    assert written["reviewers"]["same"] == 2
    assert {one["rule"]: one["tp"] for one in written["rules"]} == {"bye": 1, "hello": 0, "rude": 0}


def test_kappa_is_as_in_the_textbook():
    """Cohen's kappa of 20 and 15 agreements, 5 and 10 disagreements: po 0.7, pe 0.5."""
    table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    assert kappa(table) == pytest.approx(0.4)
    assert Confusion(tp=20, fp=5, fn=10, tn=15).kappa == pytest.approx(0.4)


def test_where_nothing_can_be_said_no_number_is_shown():
    assert Confusion(tn=9).kappa is None
    assert Confusion().kappa is None
    assert Confusion(tn=9).precision.value is None
    assert Share(0, 0).interval == (0.0, 1.0)


def test_small_numbers_have_wide_intervals():
    """Wilson's interval of 1 of 1, and of 81 of 263 (Newcombe 1998, table I, method 3)."""
    assert Share(1, 1).interval == pytest.approx((0.207, 1.0), abs=0.001)
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=0.0005)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_kappa_is_between_minus_one_and_one_and_doesnt_ask_who_was_first(tp, fp, fn, tn):
    one, other = Confusion(tp, fp, fn, tn).kappa, Confusion(tp, fn, fp, tn).kappa
    assert one == pytest.approx(other)
    assert one is None or -1.0 - 1e-9 <= one <= 1.0 + 1e-9
    assert fp or fn or one is None or one == pytest.approx(1.0)


@given(COUNTS, COUNTS)
def test_an_interval_holds_its_share(hits, more):
    share = Share(hits, hits + more)
    low, high = share.interval
    assert 0.0 <= low <= high <= 1.0
    assert share.value is None or low - 1e-9 <= share.value <= high + 1e-9
