"""A person's request: recording and copy are gone, the words too where that is wanted, and it is on the trail."""

import json
import threading
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import insert, select, text, update

from asr_tts.prompt_cache import cache_below, keep_for_good, name_of
from bench import long_call
from campaigns.attempt_rows import BLANK
from models.attempt import Attempt
from models.audit import Audit
from models.call import Call
from models.callback import Callback
from models.database import table_of
from models.errors import CannotDo, OperatorFault
from models.inspection import CallScore, Finding, Inspection
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.recording import Recording, masked_file
from models.suggestion import Suggestion, Unanswered
from models.webhook_delivery import WebhookDelivery
from models.writing import writing
from quality import rescoring
from quality.call_filter import CallFilter
from quality.call_search import listed
from quality.erasing import BY_AGE, ON_REQUEST, erase
from quality.evidence import by_words_alone
from quality.inspector import write_scores
from quality.publishing import in_force
from quality.rescoring import inspected_calls
from quality.scope import ALL

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BOTH = {"fixed", "Dear Mary"}
"""What the robot says: a fixed prompt, and a sentence with a caller's name."""


@pytest.fixture
def call(either, tmp_path):
    """An inspected call with a recording and its copy; returns its id."""
    with either.begin() as connection:
        long_call.put_agent(connection)
        long_call.put_scorecard(connection)
        call_id = long_call.put(connection, tmp_path, "en", 0.7)
    masked_file(tmp_path / "recordings" / f"{call_id}.wav").write_bytes(b"beeped")
    return call_id


def files(tmp_path):
    return sorted(path.name for path in (tmp_path / "recordings").iterdir())


def found(engine, words):
    with engine.connect() as connection:
        return [one.id for one in listed(connection, CallFilter(words=words), scope=ALL).rows]


def test_the_recording_goes_with_its_copy_and_scores_and_words_stay(either, tmp_path, call):
    with either.begin() as connection:
        done = erase(connection, call, tmp_path, NOW, by="command")
    assert (done.files, done.words, files(tmp_path)) == ((f"{call}.wav", f"{call}.masked.wav"), False, [])
    with either.connect() as connection:
        assert connection.execute(select(Recording.path, Recording.note)).one() == (
            "",
            "deleted on request on 2026-11-21",
        )
        assert connection.scalar(select(CallScore.points)) is not None
        erased = select(Audit.account, Audit.action, Audit.call_id, Audit.data).where(
            Audit.action.not_like("scorecard.%")
        )
        trail = connection.execute(erased).one()
    assert trail == ("command", "erased", call, {"files": list(done.files), "words": False})
    assert found(either, "ridiculous") == [call]


def test_with_the_words_nothing_that_was_said_is_left_anywhere(either, tmp_path, call):
    with either.begin() as connection:
        assert erase(connection, call, tmp_path, NOW, by="command", words=True).words
    with either.connect() as connection:
        tables = ("turn", "event", "inspection", "finding", "call_entry", "call_token", "call_score")
        rows = {
            name: [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()] for name in tables
        }
        left = json.dumps(rows, default=str, ensure_ascii=False).lower()
        assert [word for word in ("ridiculous", "my parcel", "margaret", "7946 0958") if word in left] == []
        assert len(rows["finding"]) > 1, "what the rules found stays, but for the quotes"
        assert list(inspected_calls(connection, None)) == [], "and nobody scores a call without words"
    assert found(either, "ridiculous") == []
    with either.connect() as connection:
        assert [one.id for one in listed(connection, CallFilter(), scope=ALL).rows] == [call]


@pytest.mark.parametrize(
    ("words", "why", "kept"), [(True, ON_REQUEST, {"fixed"}), (False, ON_REQUEST, BOTH), (True, BY_AGE, BOTH)]
)
def test_with_the_words_on_request_goes_the_sound_of_what_callers_were_told(either, tmp_path, call, words, why, kept):
    cache = cache_below(tmp_path)
    sounds = {text: cache.keep(name_of(text), np.zeros(80, np.int16)) for text in BOTH}
    keep_for_good(sounds["fixed"])
    with either.begin() as connection:
        erase(connection, call, tmp_path, NOW, by="command", words=words, why=why)
    assert {text for text, sound in sounds.items() if sound.exists()} == kept


def handed_on(connection, call, message, state="reached"):
    """What a call leaves with queues and programs, each with the caller's words."""
    said = {"summary": "wants Zanzibar", "slots": {"place": "Zanzibar"}}
    connection.execute(update(QueueCaller).where(QueueCaller.call_id == call).values(data={**said, "from": "full"}))
    connection.execute(
        insert(Callback).values(
            id="cb1", state=state, number="+44123", line="", queue="q", agent="", language="en", call_id=call,
            reason="voicemail", message=str(message), data={**said, "text": "to Zanzibar", "seconds": 3.0}, made_at=NOW,
            due_at=NOW, waiting_since=NOW, tries=1, most_tries=3, words="", ended_at=None,
        )
    )  # fmt: skip
    ticket = {"ticket": "t1", "desk": "travel", "why": "asked", "waited": 0.0, "reason": "trip", **said}
    wish = {"node": "n", "number": 1, "at": NOW, "name": "ticket.wanted", "queue": "", "call_id": call, "agent": ""}
    connection.execute(insert(QueueEvent).values(**wish, data=ticket))
    told = {"node": "n", "delivery": "msg_1", "url": "https://example.com", "call_id": call, "event": "call.ticket"}
    gave_up = {"tries": 30, "why": "503", "made_at": NOW, "given_up_at": NOW}
    connection.execute(insert(WebhookDelivery).values(**told, **gave_up, body=json.dumps(ticket)))


def test_with_the_words_goes_what_queues_callbacks_and_tickets_were_told(either, tmp_path, call):
    (message := tmp_path / "message.wav").write_bytes(b"to Zanzibar")
    with either.begin() as connection:
        handed_on(connection, call, message)
        assert "message.wav" in erase(connection, call, tmp_path, NOW, by="command", words=True).files
    assert not message.exists()
    with either.connect() as connection:
        tables = ("queue_caller", "callback", "queue_event", "webhook_delivery")
        rows = [dict(row) for name in tables for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]
        assert "zanzibar" not in json.dumps(rows, default=str).lower()
        assert connection.scalar(select(Callback.message)) == ""
        kept = connection.scalar(select(QueueEvent.data))
    assert kept == {"ticket": "t1", "desk": "travel", "why": "asked", "waited": 0.0}, "that one was wanted stays"


def test_with_the_words_goes_what_a_campaign_s_results_have_of_them(either, tmp_path, call):
    said = {"outcome": "promised", "opt_out": False, "turns": 4, "intents": ["pay"], "place": "Zanzibar"}
    more = {"summary": "to Zanzibar", "grade_reasons": ["place Zanzibar"], "words": "Zanzibar"}
    row = {**BLANK, "id": "a1", "campaign_id": "c", "lead_id": 1, "number": "+44123", "placed_at": NOW, "node": "n"}
    with either.begin() as connection:
        values = {**row, "state": "ended", "call_id": call, "results": {**said, **more}}
        connection.execute(insert(Attempt).values(**values))
        erase(connection, call, tmp_path, NOW, by="command", words=True)
        left = connection.scalar(select(Attempt.results))
    assert left == {"outcome": "promised", "opt_out": False, "turns": 4, "intents": ["pay"]}


@pytest.mark.parametrize(
    ("state", "others", "left"),
    [
        ("open", ("How far is Aden?",), ["How far is Aden?"]),
        ("open", (), []),
        ("approved", (), [""]),
        ("discarded", ("How far is Aden?",), ["How far is Aden?"]),
    ],
)
def test_with_the_words_goes_the_question_that_a_suggestion_has_of_them(either, tmp_path, call, state, others, left):
    blank = {"at": NOW, "language": "en", "at_s": 1.0, "why": "no-answer", "suggestion_id": "s1", "article_id": None}
    asked = {"u1": (call, "How far is Zanzibar?"), **{f"v{n}": ("another", words) for n, words in enumerate(others)}}
    with either.begin() as connection:
        first = {"state": state, "language": "en", "answer": "", "origin": "callers", "article_id": None}
        connection.execute(insert(Suggestion).values(id="s1", question="How far is Zanzibar?", **first))
        for one, (of, words) in asked.items():
            connection.execute(insert(Unanswered).values(id=one, call_id=of, question=words, **blank))
        erase(connection, call, tmp_path, NOW, by="command", words=True)
        assert connection.scalars(select(Suggestion.question)).all() == left
        assert connection.scalars(select(Unanswered.question)).all() == list(others)


@pytest.mark.parametrize(
    ("state", "question", "others", "left"),
    [
        ("open", "How far is it?", (), []),
        ("open", "Where is Zanzibar?", (), []),
        ("open", "Where is Zanzibar?", ("Where's Aden?",), [("Where's Aden?", "")]),
        ("discarded", "Where is Zanzibar?", (), [("", "")]),
        ("discarded", "How far is it?", (), [("How far is it?", "")]),
        ("approved", "How far is it?", (), [("How far is it?", "")]),
    ],
)
def test_with_the_words_goes_the_answer_that_an_agent_gave_in_the_call(
    either, tmp_path, call, state, question, others, left
):
    blank = {"at": NOW, "language": "en", "at_s": 1.0, "suggestion_id": "s1", "article_id": None}
    asked = [(call, "Where is Zanzibar?", "handed-over"), *(("another", words, "no-answer") for words in others)]
    with either.begin() as connection:
        first = {"state": state, "language": "en", "answer": "East of Africa.", "origin": "agent", "article_id": None}
        connection.execute(insert(Suggestion).values(id="s1", question=question, **first))
        for number, (of, words, why) in enumerate(asked):
            connection.execute(insert(Unanswered).values(id=f"u{number}", call_id=of, question=words, why=why, **blank))
        erase(connection, call, tmp_path, NOW, by="command", words=True)
        assert connection.execute(select(Suggestion.question, Suggestion.answer)).all() == left


def test_an_agent_s_answer_stays_where_another_call_that_asked_it_too_is_erased(either, tmp_path, call):
    blank = {"at": NOW, "language": "en", "at_s": 1.0, "suggestion_id": "s1", "article_id": None}
    with either.begin() as connection:
        first = {"state": "open", "language": "en", "answer": "South.", "origin": "agent", "article_id": None}
        connection.execute(insert(Suggestion).values(id="s1", question="Where's Aden?", **first))
        for one, of, why in (("u1", "another", "handed-over"), ("u2", call, "no-answer")):
            connection.execute(insert(Unanswered).values(id=one, call_id=of, question="Aden?", why=why, **blank))
        erase(connection, call, tmp_path, NOW, by="command", words=True)
        assert connection.scalar(select(Suggestion.answer)) == "South."


def test_a_suggestion_that_another_s_question_stands_for_keeps_it(either, tmp_path, call):
    blank = {"at": NOW, "language": "en", "at_s": 1.0, "why": "no-answer", "suggestion_id": "s1", "article_id": None}
    with either.begin() as connection:
        first = {"state": "open", "language": "en", "answer": "", "origin": "callers", "article_id": None}
        connection.execute(insert(Suggestion).values(id="s1", question="How far is Aden?", **first))
        connection.execute(insert(Unanswered).values(id="u1", call_id=call, question="Where is Zanzibar?", **blank))
        erase(connection, call, tmp_path, NOW, by="command", words=True)
        assert connection.scalar(select(Suggestion.question)) == "How far is Aden?"


def test_the_words_stay_while_somebody_is_still_to_be_called_back_for_them(either, tmp_path, call):
    (message := tmp_path / "message.wav").write_bytes(b"to Zanzibar")
    with either.begin() as connection:
        handed_on(connection, call, message, state="scheduled")
        with pytest.raises(CannotDo, match="callbacks cancel cb1"):
            erase(connection, call, tmp_path, NOW, by="command", words=True)
        assert erase(connection, call, tmp_path, NOW, by="command").files, "the recording needn't wait for that"
    assert message.exists()


def test_a_call_that_waits_for_inspection_is_not_scored_without_its_words(either, tmp_path, call):
    with either.begin() as connection:
        connection.execute(update(Inspection).values(state="waiting"))
        erase(connection, call, tmp_path, NOW, by="command", words=True)
        told = "The call's words were deleted on request."
        assert connection.execute(select(Inspection.state, Inspection.words)).one() == ("given-up", told)


@pytest.mark.parametrize(
    ("table", "state", "why"), [(Call, "answered", "still goes on"), (Inspection, "taken", "being inspected just now")]
)
def test_what_goes_on_is_not_deleted(either, tmp_path, call, table, state, why):
    with either.begin() as connection:
        connection.execute(update(table_of(table)).values(state=state))
    with either.begin() as connection, pytest.raises(CannotDo, match=why):
        erase(connection, call, tmp_path, NOW, by="command", words=True)
    assert len(files(tmp_path)) == 2


def test_what_is_deleted_already_is_said(either, tmp_path, call):
    with either.begin() as connection:
        erase(connection, call, tmp_path, NOW, by="command")
        with pytest.raises(CannotDo, match="no recording left"):
            erase(connection, call, tmp_path, NOW, by="command")
        assert erase(connection, call, tmp_path, NOW, by="command", words=True).files == ()
        with pytest.raises(CannotDo, match="nothing left"):
            erase(connection, call, tmp_path, NOW, by="command", words=True)
        with pytest.raises(CannotDo, match="There is no call"):
            erase(connection, "nothing", tmp_path, NOW, by="command")


def test_where_a_file_can_not_be_deleted_the_record_still_says_that_it_is_there(either, tmp_path, call, monkeypatch):
    def refused(path, missing_ok=False):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.unlink", refused)
    with pytest.raises(OperatorFault, match="can't be deleted"), either.begin() as connection:
        erase(connection, call, tmp_path, NOW, by="command", words=True)
    with either.connect() as connection:
        assert connection.scalar(select(Recording.path)) == f"recordings/{call}.wav"
        assert connection.scalar(select(Audit.id).where(Audit.action.not_like("scorecard.%"))) is None


def test_a_path_out_of_the_data_directory_deletes_nothing(either, tmp_path, call):
    outside = tmp_path.parent / f"{tmp_path.name}-outside.wav"
    outside.write_bytes(b"x")
    with either.begin() as connection:
        connection.execute(update(Recording).values(path=f"../{outside.name}"))
    with (
        pytest.raises(CannotDo, match=r"outside\.wav .* isn't below this data directory"),
        either.begin() as connection,
    ):
        erase(connection, call, tmp_path, NOW, by="command")
    with either.begin() as connection:
        done = erase(connection, call, tmp_path, NOW, by="command", words=True)
    assert (done.words, done.files, done.missing) == (True, (), (outside.name,))
    assert outside.exists()


@pytest.fixture
def scorecard(either):
    with either.connect() as connection:
        return in_force(connection)[0]


def quotes(either):
    with either.connect() as connection:
        return {one["words"] for row in connection.scalars(select(Finding.evidence)) for one in row}


def test_scoring_anew_brings_no_words_back_that_are_deleted_meanwhile(either, tmp_path, call, scorecard, monkeypatch):
    real = rescoring._scores

    def read_and_deleted(*rest):
        yield from real(*rest)
        with either.begin() as connection:
            erase(connection, call, tmp_path, NOW, by="command", words=True)

    assert rescoring.rescore(either, scorecard, by_words_alone, None, 10, NOW) == 1
    assert quotes(either) - {""}, "as a quote is kept where the words are"
    monkeypatch.setattr(rescoring, "_scores", read_and_deleted)
    assert rescoring.rescore(either, scorecard, by_words_alone, None, 10, NOW) == 0
    assert quotes(either) <= {""}


def test_words_that_are_deleted_while_a_call_is_scored_anew_take_the_new_quotes_along(
    either, tmp_path, call, scorecard, monkeypatch
):
    real, threads = write_scores, []

    def deleted():
        with writing(either) as connection:
            erase(connection, call, tmp_path, NOW, by="command", words=True)

    def written(*rest):
        threads.append(threading.Thread(target=deleted))
        threads[0].start()
        while either.dialect.name == "postgresql" and threads[0].is_alive() and not waits():
            threads[0].join(0.01)
        real(*rest)

    def waits():
        with either.connect() as connection:
            return connection.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))

    monkeypatch.setattr(rescoring, "write_scores", written)
    assert rescoring.rescore(either, scorecard, by_words_alone, None, 10, NOW) == 1
    threads[0].join()
    assert quotes(either) <= {""}
