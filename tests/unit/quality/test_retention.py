"""What is too old is deleted, a few calls at a time; what is marked or under review stays."""

import threading
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert, select, update

from bench import long_call
from models.audit import Audit
from models.call import Call
from models.errors import CannotDo
from models.inspection import Inspection, InspectionState
from models.kept_call import KeptCall
from models.recording import Recording, masked_file
from models.retention_settings import RetentionSettings
from models.review import Review, ReviewState
from models.settings import DatabaseSettings, DataSettings, Settings
from models.turn import Turn
from quality import doctor, inspection_cli, inspector_worker, retention, said
from quality.call_sounds import Shelf
from quality.doctor import examine
from quality.erasing import erase
from quality.retention import Retention, counted, due, keep, release
from quality.writes import at_once

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BOTH = RetentionSettings(recordings_days=30, words_days=90)


@pytest.fixture
def calls(either, tmp_path):
    """Three inspected calls with recordings: of 10, 40 and 100 days ago; returns their ids."""
    found = []
    with either.begin() as connection:
        long_call.put_agent(connection)
        long_call.put_scorecard(connection)
        for days in (10, 40, 100):
            call_id = long_call.put(connection, tmp_path, "en", 0.7)
            connection.execute(update(Call).where(Call.id == call_id).values(started_at=NOW - timedelta(days=days)))
            masked_file(tmp_path / "recordings" / f"{call_id}.wav").write_bytes(b"beeped")
            found.append(call_id)
    return found


def swept(either, tmp_path, settings=BOTH, now=NOW):
    job, count = Retention(either, tmp_path, settings), 0
    while not job.through:
        count += job.step(now)
    return count


def recorded(either):
    with either.connect() as connection:
        return {row.call_id for row in connection.execute(select(Recording).where(Recording.path != ""))}


def worded(either):
    with either.connect() as connection:
        return set(connection.scalars(select(Turn.call_id).where(Turn.text != "").distinct()))


def test_recordings_go_before_words_each_at_its_age(either, tmp_path, calls):
    new, old, oldest = calls
    assert swept(either, tmp_path) == 2
    assert recorded(either) == {new}
    assert worded(either) == {new, old}
    assert {path.name for path in (tmp_path / "recordings").iterdir()} == {f"{new}.wav", f"{new}.masked.wav"}
    with either.connect() as connection:
        trail = {
            row.call_id: row for row in connection.execute(select(Audit).where(Audit.action.not_like("scorecard.%")))
        }
        notes = {row.call_id: row.note for row in connection.execute(select(Recording))}
        assert connection.scalar(select(Call.id).where(Call.id == oldest)) == oldest, "the record stays"
    assert {(row.account, row.action) for row in trail.values()} == {("retention", "erased")}
    assert (trail[old].data["words"], trail[oldest].data["words"]) == (False, True)
    assert notes[old] == "deleted by age on 2026-11-21"
    assert swept(either, tmp_path) == 0, "and nothing is deleted twice"


def test_without_settings_nothing_is_ever_deleted(either, tmp_path, calls):
    assert Retention(either, tmp_path, RetentionSettings()).step(NOW) == 0
    assert recorded(either) == set(calls)


def test_words_alone_may_have_an_age_and_recordings_go_with_them(either, tmp_path, calls):
    assert swept(either, tmp_path, RetentionSettings(words_days=90)) == 1
    assert recorded(either) == worded(either) == set(calls[:2])


def test_what_is_marked_stays_until_it_is_released(either, tmp_path, calls):
    new, _, oldest = calls
    with either.begin() as connection:
        keep(connection, oldest, NOW, by="ann", why=" complaint 17 ")
    with either.connect() as connection:
        assert counted(connection, BOTH, NOW, Shelf(tmp_path)) == (1, 1)
        assert connection.execute(select(KeptCall.account, KeptCall.why)).one() == ("ann", "complaint 17")
    assert swept(either, tmp_path) == 1
    assert recorded(either) == {new, oldest}
    with either.begin() as connection:
        release(connection, oldest, NOW, by="ann")
    assert swept(either, tmp_path) == 1
    assert recorded(either) == {new}
    with either.connect() as connection:
        done = connection.scalars(select(Audit.action).where(Audit.call_id == oldest).order_by(Audit.id)).all()
    assert done == ["kept", "released", "erased"]


def test_a_mark_says_why_and_only_what_is_marked_is_released(either, calls):
    with either.begin() as connection:
        with pytest.raises(CannotDo, match="Say why"):
            keep(connection, calls[0], NOW, by="ann", why=" ")
        with pytest.raises(CannotDo, match="isn't marked"):
            release(connection, calls[0], NOW, by="ann")


@pytest.mark.parametrize("state", list(ReviewState))
def test_what_may_still_be_appealed_against_stays(either, tmp_path, calls, state):
    empty = dict.fromkeys(
        ("score_id", "scorecard", "version", "agent", "team", "sample", "week", "share", "reason", "made_by",
         "reviewer", "words", "appealed_by", "appeal_words", "decider", "decision_words"), "",
    )  # fmt: skip
    row = {**empty, "id": "r1", "call_id": calls[2], "state": state, "blind": False, "edition": 1, "machine": {}}
    with either.begin() as connection:
        connection.execute(insert(Review).values(**row, made_at=NOW, due_at=NOW))
    over = state in ("decided", "closed", "withdrawn")
    assert swept(either, tmp_path) == (2 if over else 1)
    assert (calls[2] in recorded(either)) is not over


def test_a_call_that_is_being_inspected_has_its_turn_tomorrow(either, tmp_path, calls):
    def set_to(state):
        with either.begin() as connection:
            connection.execute(update(Inspection).where(Inspection.call_id == calls[2]).values(state=state))

    set_to(InspectionState.TAKEN)
    job = Retention(either, tmp_path, BOTH)
    while not job.through:
        job.step(NOW)
    assert calls[2] in recorded(either)
    set_to(InspectionState.DONE)
    assert [job.step(NOW) for _ in range(3)] == [0, 0, 0], "through is through, until the next day"
    tomorrow = NOW + timedelta(days=1)
    assert sum(job.step(tomorrow) for _ in range(3)) == 1
    assert calls[2] not in recorded(either)


def test_a_step_deletes_of_few_and_the_next_goes_on(either, tmp_path, calls, monkeypatch):
    monkeypatch.setattr(retention, "AT_A_TIME", 1)
    monkeypatch.setattr(retention, "LOOKED_AT", 1)
    job = Retention(either, tmp_path, RetentionSettings(recordings_days=5))
    assert [job.step(NOW) for _ in range(4)] == [1, 1, 1, 0]
    assert job.through


def test_a_mark_that_comes_after_the_look_counts(either, tmp_path, calls, monkeypatch):
    monkeypatch.setattr(retention, "AT_A_TIME", 1)
    job = Retention(either, tmp_path, RetentionSettings(recordings_days=5))
    assert job.step(NOW) == 1
    with either.begin() as connection:
        keep(connection, calls[1], NOW, by="ann", why="a court's letter")
    assert [job.step(NOW) for _ in range(3)] == [0, 1, 0]
    assert recorded(either) == {calls[1]}


@pytest.fixture
def statements(either):
    """What the database was asked."""
    asked = []

    def note(connection, cursor, statement, *rest):
        asked.append(statement)

    event.listen(either, "before_cursor_execute", note)
    yield asked
    event.remove(either, "before_cursor_execute", note)


def test_a_look_at_many_calls_asks_no_more_than_a_look_at_one(either, tmp_path, calls, statements):
    asked = {}
    for most in (1, 3):
        statements.clear()
        with either.connect() as connection:
            settings = RetentionSettings(recordings_days=5, words_days=7)
            look = due(connection, settings, NOW, Shelf(tmp_path), most=most)
        assert len(look.due) == look.looked == most
        asked[most] = len(statements)
    assert asked[1] == asked[3] < 12


def test_one_odd_call_is_logged_and_skipped_and_the_others_are_deleted(either, tmp_path, calls, monkeypatch, caplog):
    new, _, oldest = calls

    def odd(connection, call_id, *rest, **more):
        if call_id == oldest:
            raise PermissionError(13, "Permission denied")
        return erase(connection, call_id, *rest, **more)

    monkeypatch.setattr("quality.retention.erase", odd)
    monkeypatch.setattr(retention, "AT_A_TIME", 1)
    job = Retention(either, tmp_path, BOTH)
    assert [job.step(NOW) for _ in range(4)] == [0, 1, 0, 0], "it isn't retried before the others, nor for ever"
    assert recorded(either) == {new, oldest}
    assert caplog.text.count(f"Call {oldest} can't be deleted by age") == 1
    job.step(NOW + timedelta(days=1))
    assert caplog.text.count(f"Call {oldest} can't be deleted by age") == 2


def test_between_other_work_there_is_a_step_by_time(either, tmp_path, calls, monkeypatch):
    monkeypatch.setattr(retention, "AT_A_TIME", 1)
    job = Retention(either, tmp_path, RetentionSettings(recordings_days=5))
    left = []
    for at in (0, 1, 2.9, 3, 4, 6):
        job.between(NOW + timedelta(seconds=at))
        left.append(len(recorded(either)))
    assert left == [2, 2, 2, 1, 1, 0]


class Backlog:
    """An inspector that always has another call to inspect, until somebody had enough."""

    def __init__(self, *rest, writes):
        pass

    def run(self, told=lambda call, words: None, leaves=lambda: False):
        for number in range(1000):
            if leaves():
                return number
            told(f"c{number}", "good")
        raise AssertionError("nothing was deleted behind a thousand calls that wait")


@pytest.mark.parametrize("by_hand", [False, True])
def test_behind_a_backlog_that_never_ends_what_is_too_old_is_deleted_all_the_same(
    either, tmp_path, calls, monkeypatch, by_hand
):
    url = either.url.render_as_string(hide_password=False)
    settings = Settings(data=DataSettings(directory=tmp_path), database=DatabaseSettings(url=url), retention=BOTH)
    leaves = threading.Event()
    real = Retention.step

    def step(self, now):
        count = real(self, NOW)
        if count:
            leaves.set()
        return count

    if by_hand:
        monkeypatch.setattr(Retention, "step", step)
        monkeypatch.setattr(inspection_cli, "Inspector", Backlog)
        monkeypatch.setattr(inspection_cli, "stand_back", lambda: None)
        monkeypatch.setattr(inspection_cli, "read_settings", lambda config: settings)
        monkeypatch.setattr(inspection_cli, "_asked_to_leave", lambda: nullcontext(leaves))
        inspection_cli.inspect(follow=True, listen=False, config=None)
    else:
        # The step before each run finds nothing to do, as if a backlog had come up since.
        monkeypatch.setattr(Retention, "step", lambda self, now: 0)
        monkeypatch.setattr(Retention, "between", step)
        monkeypatch.setattr("quality.inspector.Inspector", Backlog)
        monkeypatch.setattr(inspection_cli, "FOLLOW_S", 0.0)
        inspector_worker.serve(settings, leaves, at_once)
    assert recorded(either) == {calls[0]}


def test_the_doctor_says_what_is_kept_how_long_and_warns_of_what_is_overdue(either, tmp_path, calls):
    url = either.url.render_as_string(hide_password=False)

    def told(**days):
        settings = Settings(
            data=DataSettings(directory=tmp_path),
            database=DatabaseSettings(url=url),
            retention=RetentionSettings(**days),
        )
        (finding,) = examine(settings, NOW)
        return finding.level, finding.sentence

    assert told() == ("ok", "Recordings and words are kept for ever ([retention] in hotline.toml).")
    level, sentence = told(recordings_days=30, words_days=90)
    assert level == "warning"
    assert "hotline calls expire" in sentence
    swept(either, tmp_path)
    assert told(recordings_days=30, words_days=90)[0] == "ok"
    with either.connect() as connection:
        assert due(connection, RetentionSettings(recordings_days=9), NOW, Shelf(tmp_path)).due[0].call_id == calls[0]
    assert told(recordings_days=9)[0] == "ok", "a day late isn't overdue"


@pytest.mark.parametrize("overdue", [0, 1, 2])
def test_the_doctor_looks_at_the_oldest_calls_and_the_newest_of_each_age(
    either, tmp_path, calls, monkeypatch, overdue, statements
):
    url = either.url.render_as_string(hide_password=False)
    settings = Settings(
        data=DataSettings(directory=tmp_path),
        database=DatabaseSettings(url=url),
        retention=RetentionSettings(recordings_days=5, words_days=35),
    )
    with either.begin() as connection:
        for one in calls[:overdue] + calls[overdue + 1 :]:
            erase(connection, one, tmp_path, NOW, by="command", words=True)
    monkeypatch.setattr(doctor, "MOST", 1)
    assert [one.level for one in doctor.examine(settings, NOW)] == ["warning"]


def test_counting_says_how_far_it_is(either, tmp_path, calls):
    told = []
    with either.connect() as connection:
        found = counted(connection, BOTH, NOW, Shelf(tmp_path), lambda looked, of: told.append((looked, of)), most=1)
        assert (found, told) == ((2, 0), [(1, 2), (2, 2)])
        assert counted(connection, RetentionSettings(), NOW, Shelf(tmp_path)) == (0, 0)


def test_whether_words_were_deleted_is_asked_of_the_database_and_not_read_there(either, calls, statements):
    with either.begin() as connection:
        connection.execute(update(Turn).values(text="", digits=""))
        for one, facts in zip(calls, ({}, {"erased": "2026-11-01"}, {"holds": [], "tags": ["erased"]}), strict=True):
            connection.execute(update(Inspection).where(Inspection.call_id == one).values(facts=facts))
        statements.clear()
        assert said.worded(connection, calls) == {calls[2]}
    asked = [one for one in statements if "inspection" in one]
    assert [one.split("FROM")[0].count("facts") for one in asked] == [0]
