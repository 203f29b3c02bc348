import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, text

from models.call import Call
from models.call_entry import CallEntry, CallEntryAgent, CallToken
from models.database import migrate, open_engine
from models.errors import CannotDo, Refused
from quality import call_search
from quality.call_filter import CallFilter
from quality.call_order import ORDERS
from quality.call_search import CallRow, Page, exported, listed, may_see
from quality.scope import ALL, Scope
from tests.postgresql import cluster
from tests.unit.quality.conftest import NOW
from tests.unit.quality.listing import CALLS, NUMBERS, RULES, SAID, TEAMS, Made, naive, write

SCOPES = (ALL, Scope(), Scope(teams=("red",)), Scope(agents=("203",)), Scope(campaigns=True, teams=("蓝 队",)))


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with cluster() as server:
        yield server.format("postgres")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request, tmp_path_factory) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('listing') / 'hotline.sqlite'}"
    else:
        url = request.getfixturevalue("postgresql")
    engine = open_engine(url)
    migrate(engine)
    write(engine, CALLS)
    yield engine
    engine.dispose()


def _listed(engine: Engine, wanted: CallFilter, scope: Scope = ALL, **how) -> Page:
    with engine.connect() as connection:
        return listed(connection, wanted, scope=scope, **how)


def _ids(engine: Engine, scope: Scope = ALL, **wanted) -> set[str]:
    page = _listed(engine, CallFilter(**wanted), scope, limit=500)
    return {row.id for row in page.rows}


def _some_filter(chance: random.Random) -> CallFilter:
    """Between one and four of all that can be asked for."""
    choices: dict[str, list[Any]] = {
        "since": [NOW, NOW - timedelta(milliseconds=501)], "until": [NOW, NOW - timedelta(hours=1)],
        "number": [*NUMBERS[:-1], "138*", "*456", "+49 (30) 123456", "0049301", "999", "ann"],
        "agent": [*TEAMS, "999"], "team": ["red", "蓝 队", "green"], "queue": ["billing", "客服 A", "客服"],
        "campaign": ["spring", "autumn"], "flow": ["reception", "退款"], "language": ["en", "zh"],
        "direction": ["inbound", "outbound"], "cause": ["caller-hung-up", "robot-hung-up", "busy"],
        "score_from": [0.0, 9.7, 60.0, 100.0, 101.0], "score_to": [-1.0, 0.0, 9.9, 59.9, 99.6, 300.0],
        "seconds_from": [0.0, 4.95, 60.0, 5000.0], "seconds_to": [0.0, 5.0, 59.0, 1e6],
        "good": [True, False], "fatal": [True, False], "inspected": [True, False], "running": [True, False],
        "rule": [*RULES, "greeting:kept", "礼貌:kept", "other"], "reviewed": ["open", "done", "appealed"],
        "talk": ["robot", "agent"],
    }  # fmt: skip
    return CallFilter(
        **{name: chance.choice(choices[name]) for name in chance.sample(list(choices), chance.randint(0, 4))}
    )


def test_any_filter_finds_what_a_patient_reader_would(engine):
    chance = random.Random(11)
    began = {call.id: call.began for call in CALLS}
    found_some = 0
    for _ in range(300):
        wanted, scope = _some_filter(chance), chance.choice(SCOPES)
        expected = naive(CALLS, wanted, scope)
        page = _listed(engine, wanted, scope, limit=500)
        shown = [row.id for row in page.rows]
        assert sorted(shown) == sorted(expected), wanted
        assert [began[one] for one in shown] == [began[one] for one in expected], wanted
        assert (page.total, page.total_is_least, page.next) == (len(expected), False, "")
        found_some += bool(expected)
    assert found_some > 80


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_on_postgresql_what_few_calls_have_is_planned_for_all_of_them(engine):
    with engine.connect() as connection:
        listed(connection, CallFilter(words="refund"), scope=ALL)
        assert connection.scalar(text("SHOW cursor_tuple_fraction")) == "1"
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW cursor_tuple_fraction")) == "0.1", "and it ends with the transaction"


def test_pages_follow_each_other_without_gap_or_double(engine):
    for wanted in (CallFilter(), CallFilter(language="zh"), CallFilter(seconds_from=5)):
        whole = [row.id for row in _listed(engine, wanted, limit=500).rows]
        pages: list[str] = []
        after = ""
        while not pages or after:
            page = _listed(engine, wanted, after=after, limit=7)
            assert page.total == len(whole)
            pages += [row.id for row in page.rows]
            after = page.next
        assert pages == whole


def test_nothing_out_of_scope_is_listed_counted_or_may_be_seen(engine):
    for scope in SCOPES:
        allowed = set(naive(CALLS, CallFilter(), scope))
        assert _ids(engine, scope) == allowed
        with engine.connect() as connection:
            some = CALLS[:30]
            seen = {call.id for call in some if may_see(connection, call.id, scope)}
            assert seen == allowed & {call.id for call in some}
            assert not may_see(connection, "no-such-call", scope)


def test_a_row_tells_what_the_records_say(engine):
    call = next(one for one in CALLS if len(one.agents) == 2 and one.score is not None and one.broken)
    found = {row.id: row for row in _listed(engine, CallFilter(), limit=500).rows}[call.id]
    assert isinstance(found, CallRow)
    assert (found.started_at, found.agents, found.queue) == (call.began, call.agents, call.queue)
    assert (found.score, found.scorecard, frozenset(found.broken)) == (call.score, "service", call.broken)
    assert (found.inspected, found.review, found.campaign) == (True, call.review, call.campaign)


def _said(*texts: str) -> set[str]:
    return {call.id for call in CALLS if call.inspected and any(text in call.said for text in texts)}


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("refund", ("Your refund was cancelled.", "refunds are slow")),
        ("REFUNDING", ("Your refund was cancelled.", "refunds are slow")),
        ('"refund"', ("Your refund was cancelled.",)),
        ("cancel", ("Your refund was cancelled.",)),
        ('"thank you"', ("Thank you for calling.",)),
        ("thank you", ("Thank you for calling.", "You thank me?")),
        ("退款", ("我要退款，太慢了。", "好的，马上为您退款")),
        ("退", ("我要退款，太慢了。", "好的，马上为您退款")),
        ("款", ("我要退款，太慢了。", "好的，马上为您退款", "款到了")),
        ("为您退款", ("好的，马上为您退款",)),
        ('"订单 a12 还"', ("订单 A12 还没到",)),
        ("退慢", ()),
        ("4111", ()),
        ("card", ("My card is 4111 1111 1111 1111, thank",)),
        ("<script>", ("<script>alert(1)</script>",)),
        ("'; DROP TABLE call_entry; --", ("'; DROP TABLE call_entry; --",)),
        ('" OR 1=1', ()),
        ("NOT AND OR NEAR(", ()),
        ("*", ()),
        ("§lzh", ()),
        ("¶", ()),
    ],
)
def test_words_are_found_in_both_languages_and_are_never_more_than_words(engine, words, texts):
    found = _ids(engine, words=words)
    if words == "thank you":
        # Each somewhere in the call.
        assert _said(*texts) <= found
    else:
        assert found == _said(*texts)


def test_a_phrase_does_not_go_across_turns_or_what_is_masked(engine):
    assert not _ids(engine, words='"calling 款到"')
    assert _ids(engine, words='"card is"') == _said(SAID[9])
    assert not _ids(engine, words='"is thank"')


def test_words_combine_with_filters_and_scope(engine):
    for scope in SCOPES:
        wanted = CallFilter(words="退款", language="zh")
        expected = set(naive(CALLS, CallFilter(language="zh"), scope)) & _said(
            "我要退款，太慢了。", "好的，马上为您退款"
        )
        assert {row.id for row in _listed(engine, wanted, scope, limit=500).rows} == expected


def test_a_hit_is_shown_with_its_place_and_second_and_without_what_is_personal(engine):
    rows = _listed(engine, CallFilter(words="thank"), limit=500).rows
    shown = {row.snippet.text: row.snippet for row in rows if row.snippet}
    masked = shown["My card is [card], thank"]
    ((begin, end),) = masked.hits
    assert masked.text[begin:end] == "thank"
    call = next(one for one in CALLS if one.id == next(row.id for row in rows if row.snippet == masked))
    turn = call.said.index(SAID[9]) + 1
    assert masked.turn == turn
    assert turn < masked.second < turn + 1
    assert not any("4111" in text for text in shown)


def test_a_page_that_is_none_is_refused_in_a_sentence(engine):
    for after in ("x", "12", "-1-2", "ff-1-x", "é-1", "7fffffffffffffff-1", "1-1--", "' or 1"):
        with pytest.raises(CannotDo, match="no page of this list"):
            _listed(engine, CallFilter(), after=after)


def test_counting_stops_where_it_takes_too_long(engine, monkeypatch):
    monkeypatch.setattr("quality.call_search.MOST", 20)
    page = _listed(engine, CallFilter(), limit=5)
    assert (page.total, page.total_is_least, len(page.rows)) == (20, True, 5)
    second = _listed(engine, CallFilter(), limit=5, after=page.next)
    assert (second.total, second.total_is_least) == (20, True)
    monkeypatch.setattr("quality.call_search.MOST", 1000)
    monkeypatch.setattr("quality.call_search.COUNTING_S", -1.0)
    monkeypatch.setattr("quality.call_search.AT_ONCE", 10)
    page = _listed(engine, CallFilter(), limit=5)
    assert (page.total, page.total_is_least, len(page.rows)) == (9, True, 5)
    whole: list[str] = []
    after = ""
    while not whole or after:
        page = _listed(engine, CallFilter(), limit=5, after=after)
        whole += [row.id for row in page.rows]
        after = page.next
    assert len(whole) == len(CALLS)


def test_an_export_has_the_newest_ones_up_to_its_bound(engine):
    with engine.connect() as connection:
        rows = list(exported(connection, CallFilter(), scope=ALL, most=33))
    assert [row.id for row in rows] == [row.id for row in _listed(engine, CallFilter(), limit=33).rows]


def test_a_deleted_call_leaves_nothing_behind_in_the_index(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    call = next(one for one in CALLS if "我要退款，太慢了。" in one.said and one.inspected and one.agents)
    write(engine, [call])
    assert _ids(engine, words="退款") == {call.id}
    with engine.begin() as connection:
        connection.execute(delete(Call))
    assert not _ids(engine, words="退款")
    with engine.connect() as connection:
        for noun in (CallEntry, CallToken, CallEntryAgent):
            assert connection.scalar(select(func.count()).select_from(noun)) == 0
        assert connection.scalar(text("SELECT count(*) FROM call_search WHERE call_search MATCH '退款'")) == 0
        connection.execute(text("INSERT INTO call_search(call_search) VALUES ('integrity-check')"))


def test_calls_of_the_same_millisecond_each_have_their_entry(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'hotline.sqlite'}")
    migrate(engine)
    one = CALLS[0]
    calls = [Made(**{**vars(one), "id": f"d{number}", "began": NOW}) for number in range(60)]
    write(engine, calls)
    assert _ids(engine) == {call.id for call in calls}


@pytest.mark.parametrize("order", sorted(ORDERS))
@pytest.mark.parametrize("wanted", [{}, {"language": "zh"}, {"score_from": 10.0}, {"words": "refund"}], ids=str)
def test_an_order_has_every_call_once_and_those_without_a_value_last(engine, order, wanted):
    column, highest_first = ORDERS[order]
    rows: list[CallRow] = []
    after = ""
    for _ in range(99):
        page = _listed(engine, CallFilter(**wanted), after=after, limit=7, order=order)
        rows += page.rows
        after = page.next
        if not after:
            break
    assert page.total == len(rows) == len({row.id for row in rows})
    assert {row.id for row in rows} == _ids(engine, **wanted)
    values = [getattr(row, column) for row in rows]
    known = [value for value in values if value is not None]
    assert values == sorted(known, reverse=highest_first) + [None] * (len(values) - len(known))


def test_an_order_of_too_many_is_refused_and_one_that_is_none_too(engine, monkeypatch):
    monkeypatch.setattr(call_search, "ORDERED", 50)
    with pytest.raises(Refused, match="More than 50 calls pass"):
        _listed(engine, CallFilter(), order="worst")
    assert _listed(engine, CallFilter(queue="billing"), order="worst").rows
    wrong: tuple[dict[str, Any], ...] = (
        {"order": "wurst"},
        {"order": "worst", "after": "x"},
        {"order": "worst", "after": "nan:1"},
    )
    for how in wrong:
        with pytest.raises(Refused):
            _listed(engine, CallFilter(queue="billing"), **how)


def test_an_order_that_finds_nothing_is_empty(engine):
    page = _listed(engine, CallFilter(words="zzzz nowhere"), order="longest")
    assert (page.rows, page.next, page.total) == ((), "", 0)
