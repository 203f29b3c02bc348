"""What the voice-to-voice bench says of measurements that are made up."""

from bench.records import HeardTurn
from bench.report import Report, Row
from bench.voice_to_voice import PATIENCE, Asked, matched, tell


def _rows(asked: list[Asked]) -> dict[str, Row]:
    report = Report("made up", "")
    tell(report, asked)
    return {row.name: row for row in report.rows}


def _missed(rows: dict[str, Row]) -> set[str]:
    return {name for name, row in rows.items() if not row.kept}


def test_turns_that_matched_are_told_apart_from_those_that_did_not() -> None:
    rows = _rows([Asked("human", 0.3, True)] * 30 + [Asked("piper", 0.6, False)] * 20)
    assert rows["turns that matched an intent"].value == 30
    assert rows["matched an intent p95"].value == 300
    assert rows["matched none p50"].value == 600
    assert _missed(rows) == set()


def test_an_answer_into_the_sentence_is_bounded_and_counts_as_the_longest_wait() -> None:
    rows = _rows([Asked("human", -0.4, True)] * 3 + [Asked("human", 0.3, True)] * 47)
    assert rows["voice to voice p95"].value == 1000 * PATIENCE
    assert _missed(rows) == {"voice to voice p95", "answered into the sentence"}


def test_a_turn_without_an_answer_counts_as_the_longest_wait() -> None:
    rows = _rows([Asked("human", None, False)] * 3 + [Asked("human", 0.3, True)] * 47)
    assert rows["voice to voice p95"].value == 1000 * PATIENCE
    assert _missed(rows) == {"voice to voice p95", "never answered"}


def test_an_answer_at_the_very_end_is_an_answer() -> None:
    rows = _rows([Asked("human", 0.0, True)])
    assert (rows["human p50"].value, _missed(rows)) == (0.0, set())


def test_no_turns_at_all_miss() -> None:
    assert _missed(_rows([])) == {"voice to voice p50", "voice to voice p95"}


def test_a_sentence_matched_when_its_own_first_turn_had_an_intent() -> None:
    turns = [
        HeardTurn(1, "robot", "", 2.0, 3.0, False, "", {}, "parcel"),
        HeardTurn(2, "caller", "", 4.0, 5.0, False, "", {}),
        HeardTurn(3, "caller", "", 5.5, 6.0, False, "", {}, "parcel"),
        HeardTurn(4, "caller", "", 13.0, 14.0, False, "", {}, "none"),
        HeardTurn(5, "caller", "", 9.0, 9.5, False, "", {}, "parcel"),
    ]
    assert not matched(turns, 3.5, 8.0)
    assert matched(turns, 8.0, 12.0)
    assert not matched(turns, 12.0, 20.0)
