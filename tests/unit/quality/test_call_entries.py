from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import event, func, select, update

from models.agent import Agent
from models.call import Call
from models.call_entry import CallEntry, CallEntryAgent
from models.database import migrate, open_engine
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.review import Review
from quality import publishing
from quality.call_entries import AGAIN, SETTLED, Sweep, note_call
from quality.call_filter import CallFilter
from quality.call_search import CallRow, listed, may_see
from quality.evidence import by_words_alone
from quality.inspector import Inspector
from quality.scope import ALL, Scope
from tests.postgresql import cluster
from tests.unit.quality.conftest import NOW, Records, row

CARD = """
scorecard: manners
languages: [en]
rules:
  - {rule: rude, weight: 1, must_not: {says: {who: agent, phrases: {en: [idiot]}}}}
  - {rule: bye, weight: 3, must: {says: {who: ours, phrases: {en: [bye]}}}}
"""


def _rows(records, **wanted) -> dict[str, CallRow]:
    with records.engine.connect() as connection:
        page = listed(connection, CallFilter(**wanted), scope=ALL, limit=500)
    return {one.id: one for one in page.rows}


def _change(records, *statements) -> None:
    with records.engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


def _note(records, call_id: str, now=None) -> None:
    with records.engine.begin() as connection:
        note_call(connection, call_id, now)


def test_a_call_is_in_the_list_as_running_and_then_as_ended_by_the_sweep_alone(records):
    records.call("c1", ("caller", "Hello."), state="answered", cause="", seconds_ago=5)
    sweep = Sweep(records.engine)
    assert sweep.run(NOW) == 1
    assert _rows(records, running=True)["c1"].state == "answered"
    _change(records, update(Call).values(state="ended", ended_at=NOW, cause="caller-hung-up", seconds=5.0))
    sweep.run(NOW + timedelta(seconds=3))
    assert not _rows(records, running=True)
    assert _rows(records, cause="caller-hung-up")["c1"].seconds == 5.0


def test_what_queues_write_late_is_taken_in_until_the_call_is_settled_and_then_the_sweep_rests(records):
    records.call("c1", ("caller", "Hello."), seconds_ago=12)
    sweep = Sweep(records.engine)
    sweep.run(NOW)
    stay = {"queue": "billing", "agent": "201", "joined_at": NOW, "answered_at": NOW}
    _change(records, row(Agent, id="a1", extension="201", team="red"), row(QueueCaller, id="s1", call_id="c1", **stay))
    sweep.run(NOW + timedelta(seconds=5))
    assert _rows(records, team="red")["c1"].agents == ("201",)
    sweep.run(NOW + SETTLED + timedelta(seconds=10))
    assert sweep.run(NOW + SETTLED + timedelta(seconds=13)) == 0


def test_agents_who_were_called_directly_have_talked_too(records):
    records.call("c1", ("caller", "Hello."))
    talked = {"call_id": "c1", "name": "direct.answered", "agent": "202", "at": NOW, "data": {}}
    _change(records, row(QueueEvent, id=1, node="n", number=1, **talked))
    _note(records, "c1")
    assert _rows(records, agent="202", talk="agent").keys() == {"c1"}


def test_a_database_from_before_gets_its_entries_some_at_a_time_newest_first(records, monkeypatch):
    monkeypatch.setattr("quality.call_entries.AT_A_TIME", 4)
    monkeypatch.setattr("quality.call_entries.TOGETHER", 2)
    monkeypatch.setattr("quality.call_entries.LOOKED_AT", 5)
    for number in range(13):
        # Two each begin at the same time.
        records.call(f"c{number:02}", seconds_ago=86_400 * (10 + number // 2))
    sweep = Sweep(records.engine)
    counts = [sweep.run(NOW) for _ in range(8)]
    assert set(_rows(records)) == {f"c{number:02}" for number in range(13)}
    assert all(count <= 4 for count in counts)
    assert sum(counts) == 13
    # What a killed sweep left, or another wrote late, is found by the next walk.
    records.call("late", seconds_ago=86_400 * 11)
    assert sweep.run(NOW + AGAIN / 2) == 0
    found = sum(sweep.run(NOW + AGAIN * 2) for _ in range(8))
    assert (found, "late" in _rows(records)) == (1, True)


def test_another_process_goes_on_where_a_killed_one_was(records, monkeypatch):
    monkeypatch.setattr("quality.call_entries.AT_A_TIME", 3)
    monkeypatch.setattr("quality.call_entries.TOGETHER", 1)
    for number in range(7):
        records.call(f"c{number}", seconds_ago=86_400 * (1 + number))
    assert Sweep(records.engine).run(NOW) == 3
    other = Sweep(records.engine)
    assert sum(other.run(NOW) for _ in range(5)) == 4


def test_noting_a_call_twice_changes_nothing_and_a_call_that_is_gone_has_no_entry(records):
    records.call("c1", ("caller", "Hello."))
    for call_id in ("c1", "c1", "gone"):
        _note(records, call_id)
    with records.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(CallEntry)) == 1
        assert connection.scalar(select(func.count()).select_from(CallEntryAgent)) == 0


def test_an_inspected_call_has_its_score_rules_and_words_at_once(records, tmp_path):
    records.call("c1", ("agent", "You idiot."), ("caller", "My card is 4111 1111 1111 1111."), ("agent", "Bye."))
    with records.engine.begin() as connection:
        publishing.publish(connection, CARD, "manners.yaml", "", NOW)
    Inspector(records.engine, tmp_path, None, by_words_alone, now=lambda: NOW).run()
    found = _rows(records, words="idiot", rule="rude")["c1"]
    assert (found.score, found.scorecard, found.broken, found.inspected) == (75.0, "manners", ("rude",), True)
    assert _rows(records, rule="bye:kept").keys() == {"c1"}
    assert not _rows(records, words="4111")
    assert found.snippet is not None
    assert found.snippet.turn == 1


def test_what_people_judged_counts_before_the_machine_and_a_decision_before_a_review(records, tmp_path):
    records.call("c1", ("agent", "You idiot."))
    with records.engine.begin() as connection:
        publishing.publish(connection, CARD, "manners.yaml", "", NOW)
    Inspector(records.engine, tmp_path, None, by_words_alone, now=lambda: NOW).run()
    assert (_rows(records)["c1"].score, _rows(records)["c1"].broken) == (0.0, ("bye", "rude"))
    with records.engine.begin() as connection:
        score_id = connection.exec_driver_sql("SELECT id FROM call_score").scalar_one()
        better = {"points": 25.0, "good": False, "fatal": False}
        review = {"id": "r1", "call_id": "c1", "score_id": score_id, "scorecard": "manners", "machine": {}}
        connection.execute(row(Review, **review, state="done", reviewed=better))
        connection.exec_driver_sql(
            "INSERT INTO review_finding VALUES ('r1', 'reviewed', 'rude', 'broken', 'kept', '', NULL)"
        )
        note_call(connection, "c1")
    assert (_rows(records)["c1"].score, _rows(records)["c1"].broken) == (25.0, ("bye",))
    with records.engine.begin() as connection:
        best = {"points": 100.0, "good": True, "fatal": False}
        connection.execute(update(Review).values(decided=best, state="decided"))
        connection.exec_driver_sql(
            "INSERT INTO review_finding VALUES ('r1', 'decided', 'bye', 'broken', 'kept', '', NULL)"
        )
        note_call(connection, "c1")
    assert (_rows(records)["c1"].score, _rows(records)["c1"].broken) == (100.0, ())
    assert _rows(records, reviewed="done").keys() == {"c1"}


def test_of_very_many_running_calls_all_have_their_turn(records, monkeypatch):
    monkeypatch.setattr("quality.call_entries.IN_TURN", 3)
    for number in range(8):
        records.call(f"c{number}", state="answered", seconds_ago=number)
    sweep = Sweep(records.engine)
    sweep.run(NOW)
    stays = [
        row(QueueCaller, id=f"s{n}", call_id=f"c{n}", agent="201", queue="billing", answered_at=NOW) for n in range(8)
    ]
    _change(records, *stays)
    for _ in range(3):
        sweep.run(NOW)
    assert len(_rows(records, agent="201")) == 8
    # What has ended doesn't wait for its turn.
    _change(records, update(Call).values(state="ended", ended_at=NOW, seconds=1.0))
    sweep.run(NOW)
    assert not _rows(records, running=True)


def test_two_who_note_the_same_calls_at_once_get_along_on_postgresql():
    with cluster() as server:
        engine = open_engine(server.format("postgres"))
        migrate(engine)
        records = Records(engine)
        for number in range(30):
            records.call(f"c{number}", state="answered", seconds_ago=number)
        with ThreadPoolExecutor() as pool:
            counts = list(pool.map(lambda sweep: sweep.run(NOW), [Sweep(engine) for _ in range(4)]))
        assert max(counts) > 0
        assert len(_rows(records, running=True)) == 30
        assert Sweep(engine).run(NOW) == 0
        engine.dispose()


def test_the_sweep_looks_for_what_is_not_settled_without_reading_all_entries(records):
    records.call("c1")
    Sweep(records.engine).run(NOW)
    asked: list[str] = []
    event.listen(records.engine, "before_cursor_execute", lambda c, cursor, statement, *_: asked.append(statement))
    Sweep(records.engine).run(NOW)
    unsettled = [statement for statement in asked if "settled = 0" in statement]
    assert len(unsettled) == 2
    with records.engine.connect() as connection:
        for statement in unsettled:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (1,) * statement.count("?")).all()
            assert "USING INDEX call_entry_unsettled" in plan[0][3]


def test_whose_team_a_call_is_of_stays_when_its_agent_changes_teams(records):
    records.call("old")
    records.call("now", state="answered")
    _change(records, row(Agent, id="a1", extension="201", team="red"))
    for call_id in ("old", "now"):
        stay = {"queue": "billing", "agent": "201", "joined_at": NOW, "answered_at": NOW}
        _change(records, row(QueueCaller, id=f"s-{call_id}", call_id=call_id, **stay))
        _note(records, call_id, NOW)
    _change(records, update(Agent).values(team="blue"))
    for call_id in ("old", "now"):
        _note(records, call_id, NOW)
    assert _rows(records, team="red").keys() == {"old"}
    assert _rows(records, team="blue").keys() == {"now"}
    with records.engine.connect() as connection:
        seen = {
            team: [call for call in ("old", "now") if may_see(connection, call, Scope(teams=(team,)))]
            for team in ("red", "blue", "")
        }
    assert seen == {"red": ["old"], "blue": ["now"], "": []}


def test_a_sweep_that_changes_nothing_keeps_no_writer_waiting_and_counts_nothing(records):
    records.call("c1", ("caller", "Hello."), state="answered", cause="", seconds_ago=5)
    sweep = Sweep(records.engine)
    assert sweep.run(NOW) == 1
    with records.engine.connect() as other:
        # Whoever wrote now would wait for it, and on SQLite fail.
        other.execute(update(CallEntry).values(language="zh"))
        assert sweep.run(NOW) == 0
        other.rollback()
