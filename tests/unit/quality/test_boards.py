"""Board figures against a naive count in Python, on both databases; nothing outside the scope is ever counted."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from models.call import Call
from models.call_entry import CallEntry, CallEntryAgent
from models.database import migrate, open_engine
from models.errors import CannotDo
from models.review import Review, ReviewFinding
from quality.boards import DIMENSIONS, Asked, Board, Tally, board, days_until
from quality.call_entries import key_from
from quality.scope import ALL, Scope
from tests.postgresql import cluster

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TEAMS = {"201": "red", "202": "red", "203": "蓝队", "204": "", "205": "green"}
RULES = ("no-promises", "greeting", "礼貌用语")


def _made(chance: random.Random, number: int) -> dict[str, Any]:
    agents = chance.sample(list(TEAMS), chance.choice((0, 1, 1, 2)))
    score = chance.choice((None, 0.0, 9.99, 10.0, 59.5, 90.0, 100.0, round(chance.uniform(0, 100), 2)))
    at = NOW - timedelta(milliseconds=chance.randrange(100 * 86_400_000))
    return {
        "key": key_from(at) + number % 256, "call_id": f"c{number:04}", "started_at": at, "agents": agents,
        "teams": sorted({TEAMS[one] for one in agents} - {""}), "queue": chance.choice(("", "sales", "客服")),
        "campaign": chance.choice(("", "", "autumn")), "flow": chance.choice(("front", "back")), "score": score,
        "good": None if score is None else score >= 60, "fatal": None if score is None else score == 0.0,
        "broken": [] if score is None else chance.sample(RULES, chance.randrange(3)),
        "inspected": score is not None or chance.random() < 0.5,
    }  # fmt: skip


CALLS = [_made(random.Random(number), number) for number in range(400)]


def _write(engine: Engine) -> None:
    chance = random.Random(7)
    call = {
        "node": "n", "state": "ended", "direction": "inbound", "caller": "", "called": "", "origin": "",
        "language": "en", "flow_version": "", "seconds": 9.0, "cause": "busy", "code": 0, "words": "",
    }  # fmt: skip
    entry = {name: call[name] for name in ("state", "direction", "caller", "called", "language", "seconds", "cause")}
    with engine.begin() as connection:
        connection.execute(insert(Call), [
            {**call, "id": one["call_id"], "started_at": one["started_at"], "flow": one["flow"]} for one in CALLS
        ])  # fmt: skip
        connection.execute(insert(CallEntry), [
            {**entry, "settled": True, "scorecard": "service", "review": "", **one} for one in CALLS
        ])  # fmt: skip
        connection.execute(insert(CallEntryAgent), [
            {"key": one["key"], "agent": agent, "team": TEAMS[agent]} for one in CALLS for agent in one["agents"]
        ])  # fmt: skip
        for one in chance.sample([one for one in CALLS if one["agents"] and one["broken"]], 60):
            _review(connection, one, chance)


def _review(connection: Any, call: dict[str, Any], chance: random.Random) -> None:
    agent = call["agents"][0]
    one: dict[str, Any] = {
        "state": chance.choice(("done", "open", "appealed")), "blind": chance.random() < 0.2,
        "verdicts": {rule: chance.choice(("broken", "kept")) for rule in call["broken"]},
    }  # fmt: skip
    call["review"] = one
    connection.execute(insert(Review).values(
        id=f"r-{call['call_id']}", call_id=call["call_id"], score_id="", scorecard="service", version="1", agent=agent,
        team=TEAMS[agent], sample="", week="", share="", reason="", blind=one["blind"], state=one["state"], edition=1,
        made_by="", made_at=NOW, reviewer="", due_at=NOW, words="", appealed_by="", appeal_words="", decider="",
        decision_words="", machine={}, reviewed=None, decided=None,
    ))  # fmt: skip
    connection.execute(insert(ReviewFinding), [
        {
            "review_id": f"r-{call['call_id']}", "stage": "reviewed", "rule": rule, "machine": "broken",
            "outcome": outcome, "comment": "", "second": None,
        }
        for rule, outcome in one["verdicts"].items()
    ])  # fmt: skip


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with cluster() as server:
        yield server.format("postgres")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('boards') / 'hotline.sqlite'}"
    else:
        url = request.getfixturevalue("postgresql")
    engine = open_engine(url)
    migrate(engine)
    for call in CALLS:
        call.pop("review", None)
    _write(engine)
    yield engine
    engine.dispose()


# -- counted by hand ------------------------------------------------------------------------------------------------


def _own(agent: str, scope: Scope) -> bool:
    return agent in scope.agents or bool(TEAMS[agent] and TEAMS[agent] in scope.teams)


def _sees(call: dict[str, Any], scope: Scope) -> bool:
    return (
        scope.everything
        or bool(scope.campaigns and call["campaign"])
        or any(_own(one, scope) for one in call["agents"])
    )


def _meant(call: dict[str, Any], asked: Asked, scope: Scope) -> bool:
    named = all(not (value := getattr(asked, name)) or call[name] == value for name in ("queue", "campaign", "flow"))
    who = (not asked.agent or asked.agent in call["agents"]) and (not asked.team or asked.team in call["teams"])
    return asked.since <= call["started_at"] < asked.until and named and who and _sees(call, scope)


def _tally(call: dict[str, Any]) -> Tally:
    scored = call["score"] is not None
    return Tally(1, scored, call["score"] or 0.0, scored and bool(call["good"]), bool(call["fatal"]))


def _day(call: dict[str, Any], asked: Asked) -> date:
    began: datetime = call["started_at"]
    return (began + asked.zone).date()


def _names(call: dict[str, Any], asked: Asked, scope: Scope) -> set[str]:
    day = _day(call, asked)
    seen = [
        one for one in call["agents"]
        if scope.everything or (scope.campaigns and call["campaign"]) or _own(one, scope)
    ]  # fmt: skip
    match asked.by:
        case "agent":
            return set(seen)
        case "team":
            return {TEAMS[one] for one in seen} - {""}
        case "day":
            return {day.isoformat()}
        case "week":
            return {(day - timedelta(days=day.weekday())).isoformat()}
        case _:
            return {call[asked.by]} - {""}


def _rounded(tally: Tally) -> Tally:
    return Tally(tally.calls, tally.scored, round(tally.points, 4), tally.good, tally.fatal)


def _check(found: Board, asked: Asked, scope: Scope) -> None:
    calls = [one for one in CALLS if _meant(one, asked, scope)]
    assert _rounded(found.total) == _rounded(sum(map(_tally, calls), Tally()))
    assert found.inspected == sum(one["inspected"] for one in calls)
    rows: dict[str, Tally] = defaultdict(Tally)
    for one in calls:
        for name in _names(one, asked, scope):
            rows[name] += _tally(one)
    assert {name: _rounded(tally) for name, tally in found.rows} == {name: _rounded(one) for name, one in rows.items()}
    tenths = Counter(min(int(one["score"] // 10), 9) for one in calls if one["score"] is not None)
    assert found.distribution == tuple(tenths[tenth] for tenth in range(10))
    broken = Counter(rule for one in calls for rule in one["broken"])
    assert {one.rule: one.calls for one in found.findings} == broken
    assert sum((tally for _, tally in found.trend), Tally()).calls == len(calls)
    reviews = [
        one["review"] for one in calls
        if "review" in one and not one["review"]["blind"]
        and (scope.everything or (one["review"]["state"] != "open" and _own(one["agents"][0], scope)))
    ]  # fmt: skip
    assert found.reviews == Counter(one["state"] for one in reviews)
    for finding in found.findings:
        said = [review["verdicts"][finding.rule] for review in reviews if finding.rule in review["verdicts"]]
        assert (finding.confirmed, finding.changed) == (said.count("broken"), said.count("kept"))


def _some(chance: random.Random) -> tuple[Asked, Scope]:
    since = NOW - timedelta(days=chance.choice((1, 7, 40, 99)), milliseconds=chance.randrange(1000))
    narrowed = chance.sample(
        [
            ("queue", "sales"), ("campaign", "autumn"), ("flow", "front"), ("agent", "202"), ("agent", "999"),
            ("team", "蓝队"), ("team", "red"),
        ],
        chance.choice((0, 0, 1, 2)),
    )  # fmt: skip
    zone = timedelta(hours=chance.choice((0, 8, -7.5)))
    chosen: dict[str, Any] = dict(narrowed)
    asked = Asked(since, NOW, chance.choice(DIMENSIONS), zone, **chosen)
    scope = Scope(
        chance.random() < 0.2, chance.random() < 0.3,
        tuple(chance.sample(("red", "蓝队", "green", ""), chance.randrange(3))),
        tuple(chance.sample(list(TEAMS), chance.randrange(2))),
    )  # fmt: skip
    return asked, scope


@pytest.mark.parametrize("seed", range(60))
def test_figures_are_those_of_the_calls_within_the_scope_and_no_others(engine: Engine, seed: int) -> None:
    asked, scope = _some(random.Random(seed))
    with engine.connect() as connection:
        _check(board(connection, asked, scope), asked, scope)


def test_who_may_see_nothing_gets_figures_of_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        found = board(connection, Asked(NOW - timedelta(days=99), NOW), Scope())
    assert found == Board()
    assert (found.total.mean, found.total.good_share) == (None, None)


def test_an_agent_of_another_team_is_no_row_though_calls_were_shared(engine: Engine) -> None:
    asked = Asked(NOW - timedelta(days=99), NOW, "agent")
    with engine.connect() as connection:
        rows = dict(board(connection, asked, Scope(teams=("red",))).rows)
    assert set(rows) == {"201", "202"}


def test_a_long_period_has_its_trend_by_weeks_from_monday(engine: Engine) -> None:
    with engine.connect() as connection:
        weeks = [day for day, _ in board(connection, Asked(NOW - timedelta(days=99), NOW), ALL).trend]
        days = [day for day, _ in board(connection, Asked(NOW - timedelta(days=30), NOW), ALL).trend]
    assert all(day.weekday() == 0 for day in weeks)
    assert weeks == sorted(weeks)
    assert len(days) > 20


@pytest.mark.parametrize("days", [0, 371])
def test_a_period_that_is_none_or_too_long_is_refused(days: int) -> None:
    with pytest.raises(CannotDo, match="370 days"):
        Asked(NOW - timedelta(days=days), NOW)


def test_days_begin_by_the_given_clock() -> None:
    since, until = days_until(datetime(2026, 11, 21, 20, 0, tzinfo=UTC), 7, timedelta(hours=8))
    assert since == datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
    assert until == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)


def test_calls_that_somebody_is_still_to_judge_blindly_are_on_none_of_the_boards(engine: Engine) -> None:
    asked = Asked(NOW - timedelta(days=100), NOW)
    blind = [one["call_id"] for one in CALLS if one["score"] is not None and one["broken"]][:3]
    with engine.connect() as connection:
        everything = board(connection, asked, ALL)
        fair = board(connection, replace(asked, unjudged=frozenset(blind)), ALL)
    both = sum((_tally(one) for one in CALLS if one["call_id"] in blind), fair.total)
    assert replace(both, points=0.0) == replace(everything.total, points=0.0)
    assert both.points == pytest.approx(everything.total.points)
    rules = Counter(rule for one in CALLS if one["call_id"] in blind for rule in one["broken"])
    seen = {one.rule: one.calls for one in fair.findings}
    assert {one.rule: one.calls - seen.get(one.rule, 0) for one in everything.findings} == {
        one.rule: rules[one.rule] for one in everything.findings
    }
