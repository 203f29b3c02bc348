from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.quality_settings import QualitySettings, SampleSettings
from quality.review import REVIEWER, Figures, Person
from quality.reviewers import Staff
from quality.sampling import Candidate, Plan, allowed, plan, week_begins, week_of

WEDNESDAY = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
SUNDAY = WEDNESDAY + timedelta(days=4)
NEW, OLD = SUNDAY - timedelta(days=29), SUNDAY - timedelta(days=31)
TEAMS = ("red", "blue", "")


def _sample(by="random", each_week=2, **more) -> SampleSettings:
    return SampleSettings.model_validate({"name": by, "by": by, "each_week": each_week, **more})


def _settings(*samples: SampleSettings, **more) -> QualitySettings:
    return QualitySettings(samples=list(samples), **{"double_share": 0.0, **more})


def _call(name: str, agent: str = "201", team: str = "red", **more) -> Candidate:
    began, figures = WEDNESDAY - timedelta(hours=5), Figures(90.0, True, False)
    return Candidate(name, f"s-{name}", "manners", "v1", began, more.pop("machine", figures), agent, team, **more)


def _of(points: float | None) -> Figures:
    return Figures(points, False, False)


def _staff(**teams: str) -> Staff:
    people = {name: Person(name, frozenset({REVIEWER}), team) for name, team in teams.items()}
    return Staff(people, dict.fromkeys(people, 0))


def _plan(rules: QualitySettings, calls, staff=None, now=SUNDAY, given=()) -> Plan:
    return plan(rules, calls, dict(given), staff or _staff(qi="", quinn="blue"), now)


def _ids(found: Plan) -> list[str]:
    return [pick.candidate.call_id for pick in found.picks]


def test_each_agent_has_the_quota_and_no_more():
    calls = [_call(f"{agent}-{number}", agent) for agent in ("201", "202") for number in range(9)] + [
        _call("203", "203")
    ]
    found = _plan(_settings(_sample(each_week=3)), calls)
    assert Counter(pick.share for pick in found.picks) == {"201": 3, "202": 3, "203": 1}
    assert [(one.share, one.fitting, one.picked) for one in found.fillings] == [
        ("201", 9, 3), ("202", 9, 3), ("203", 1, 1)
    ]  # fmt: skip


def test_what_the_week_has_had_already_counts():
    calls = [_call(str(number)) for number in range(9)]
    assert len(_plan(_settings(_sample(each_week=3)), calls, given={("random", "201"): 2}).picks) == 1
    assert len(_plan(_settings(_sample(each_week=3)), calls, given={("random", "201"): 5}).picks) == 0


def test_chance_is_spread_over_the_week_and_what_matters_is_not():
    random, fatal = _sample(each_week=7), _sample("fatal", each_week=7)
    days = [week_begins(WEDNESDAY) + timedelta(days=day, hours=1) for day in range(7)]
    assert [allowed(random, day) for day in days] == [1, 2, 3, 4, 5, 6, 7]
    assert [allowed(fatal, day) for day in days] == [7] * 7
    assert allowed(_sample(each_week=1), days[0]) == 1


@pytest.mark.parametrize(
    ("sample", "meant", "other"),
    [
        (_sample("low-score"), {"machine": _of(59.9)}, {"machine": _of(60.0)}),
        (_sample("low-score", limit=80), {"machine": _of(79.0)}, {"machine": _of(None)}),
        (_sample("fatal"), {"machine": Figures(0.0, False, True)}, {"machine": Figures(0.0, False, False)}),
        (_sample("rule", rule="rude"), {"broken": frozenset({"rude"})}, {"broken": frozenset({"bye"})}),
        (_sample("long-silence"), {"silence_s": 20.0}, {"silence_s": 19.9}),
        (_sample("low-confidence"), {"confidence": 0.59}, {"confidence": None}),
        (_sample("complaint"), {"complained": True}, {"complained": False}),
        (_sample("new-agent"), {"agent_since": NEW}, {"agent_since": OLD}),
        (_sample("new-agent"), {"agent_since": NEW}, {"agent_since": None}),
        (_sample(talks="agent", per="all"), {}, {"agent": ""}),
        (_sample(talks="robot", per="all"), {"agent": ""}, {}),
        (_sample(queues=["billing"]), {"queue": "billing"}, {"queue": "sales"}),
        (_sample(teams=["red"]), {}, {"team": "blue"}),
        (_sample(per="flow"), {"flow": "reception"}, {}),
    ],
    ids=lambda value: value.by if isinstance(value, SampleSettings) else "",
)  # fmt: skip
def test_a_sample_takes_what_it_means_and_nothing_else(sample, meant, other):
    assert _ids(_plan(_settings(sample), [_call("other", **other), _call("meant", **meant)])) == ["meant"]


def test_the_worst_comes_first():
    calls = [_call(str(points), machine=Figures(points, False, False)) for points in (50.0, 10.0, 30.0)]
    assert _ids(_plan(_settings(_sample("low-score", each_week=2)), calls)) == ["10.0", "30.0"]
    silent = [_call(str(seconds), silence_s=seconds) for seconds in (25.0, 90.0, 40.0)]
    assert _ids(_plan(_settings(_sample("long-silence", each_week=2)), silent)) == ["90.0", "40.0"]


def test_a_call_is_chosen_once_whatever_samples_mean_it():
    fatal = Figures(0.0, False, True)
    rules = _settings(_sample("fatal"), _sample("low-score"), _sample(each_week=9))
    found = _plan(rules, [_call("a", machine=fatal), _call("b")])
    assert sorted((pick.candidate.call_id, pick.reason) for pick in found.picks) == [("a", "fatal"), ("b", "random")]


def test_where_nobody_may_review_the_call_is_left_and_it_says_so():
    found = _plan(_settings(_sample(each_week=2)), [_call("a"), _call("b")], _staff(ruth="red"))
    assert found.picks == ()
    assert [(one.picked, one.unassigned, one.fitting) for one in found.fillings] == [(0, 2, 2)]


def test_an_agent_who_reviews_too_never_gets_the_own_call():
    staff = Staff({"ann": Person("ann", frozenset({REVIEWER, "agent"}), "", "201")}, {"ann": 0})
    assert _plan(_settings(_sample()), [_call("a"), _call("b", "202")], staff).picks[0].candidate.agent == "202"


def test_another_seed_draws_others():
    calls = [_call(str(number)) for number in range(200)]
    drawn = {seed: set(_ids(_plan(_settings(_sample(each_week=20), seed=seed), calls))) for seed in ("", "a", "b")}
    assert len(drawn[""] & drawn["a"]) < 10
    assert drawn["a"] != drawn["b"]


def test_chance_favours_no_call():
    """Chi-squared, 9 degrees of freedom: 27.9 is passed by chance once in a thousand."""
    calls = [_call(str(number)) for number in range(100)]
    hits = Counter[int]()
    for seed in range(200):
        hits.update(int(call) // 10 for call in _ids(_plan(_settings(_sample(each_week=5), seed=str(seed)), calls)))
    assert sum((hits[tenth] - 100) ** 2 / 100 for tenth in range(10)) < 27.9


def test_weeks_begin_on_mondays_utc():
    assert [week_of(datetime(2027, 1, day, 23, 59, tzinfo=UTC)) for day in (3, 4)] == ["2026-W53", "2027-W01"]
    assert week_begins(SUNDAY) == datetime(2026, 11, 16, tzinfo=UTC)


CALLS = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.floats(0, 100),
        st.booleans(),
        st.sampled_from(["", "billing", "sales"]),
        st.floats(0, 60),
    ),
    max_size=40,
).map(
    lambda rows: [
        _call(
            str(number), f"20{agent}", TEAMS[agent % 3], queue=queue, silence_s=silence,
            machine=Figures(points, points > 70, fatal),
        )
        for number, (agent, points, fatal, queue, silence) in enumerate(rows)
    ]
)  # fmt: skip
SAMPLES = st.lists(
    st.builds(
        _sample,
        st.sampled_from(["random", "low-score", "fatal", "long-silence"]),
        st.integers(1, 5),
        per=st.sampled_from(["agent", "team", "queue", "all"]),
    ),
    max_size=4,
    unique_by=lambda one: one.name,
)
REVIEWERS = st.dictionaries(st.sampled_from(["ada", "bo", "cy", "di"]), st.sampled_from(TEAMS), max_size=4)


@settings(max_examples=150, deadline=None)
@given(CALLS, SAMPLES, REVIEWERS, st.sampled_from(["", "x"]), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 6))
def test_quotas_are_kept_the_own_team_never_judges_and_nothing_is_given_twice(calls, samples, teams, seed, share, day):
    staff, now = _staff(**teams), week_begins(WEDNESDAY) + timedelta(days=day, hours=12)
    rules = _settings(*samples, seed=seed, double_share=share)
    found = _plan(rules, calls, staff, now)
    assert found == _plan(rules, list(reversed(calls)), staff, now)
    few = list({pick.candidate.score_id: pick.candidate for pick in found.picks}.values())
    assert _plan(rules, few, staff, now).picks == found.picks
    first = [pick for pick in found.picks if not pick.blind]
    assert len({pick.candidate.call_id for pick in first}) == len(first)
    quotas = {one.name: one for one in samples}
    for (sample, _), count in Counter((pick.sample, pick.share) for pick in first).items():
        assert count <= allowed(quotas[sample], now) <= quotas[sample].each_week
    for pick in found.picks:
        assert not staff.people[pick.reviewer].team or staff.people[pick.reviewer].team != pick.candidate.team
    pairs = Counter((pick.candidate.call_id, pick.reviewer) for pick in found.picks)
    assert set(pairs.values()) <= {1}
    assert {pick.candidate.call_id for pick in found.picks if pick.blind} <= {pick.candidate.call_id for pick in first}
    assert found.picks == () or share > 0 or not any(pick.blind for pick in found.picks)


@settings(max_examples=60, deadline=None)
@given(CALLS, st.integers(1, 4), st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), min_size=1))
def test_the_load_is_even_among_those_who_may(calls, each_week, before):
    people = {name: Person(name, frozenset({REVIEWER})) for name in before}
    found = _plan(_settings(_sample(each_week=each_week, per="all")), calls, Staff(people, before))
    given_now = Counter(pick.reviewer for pick in found.picks)
    after = {name: before[name] + given_now[name] for name in before}
    # Whoever was given one has no more than the others have, plus that one.
    for name in given_now:
        assert after[name] <= min(after.values()) + 1


def test_samples_as_they_may_not_be_written_are_refused():
    for wrong, words in (
        ({"by": "random", "limit": 3}, "has no limit"),
        ({"by": "rule"}, "names a rule"),
        ({"by": "fatal", "rule": "rude"}, 'write by = "rule"'),
    ):
        with pytest.raises(ValueError, match=words):
            SampleSettings.model_validate({"name": "x", "each_week": 1, **wrong})
    with pytest.raises(ValueError, match='Two samples are named "fatal"'):
        _settings(_sample("fatal"), _sample("fatal"))
