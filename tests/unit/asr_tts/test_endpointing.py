"""Endpointing in virtual time: a drawing of speech in, decisions out. One character is a window of 32 ms."""

from collections.abc import Callable

import pytest

from asr_tts import endpointing
from asr_tts.endpointing import Decision, Decode, Endpointer, Manner, Over, Paused, Resumed, Started, WentOn
from asr_tts.sentence_end import Reading
from asr_tts.speech_protocol import QuestionKind

WINDOW = 256
MS = 8


def follow(drawing: str, ends: Endpointer, backlog: int = 0, at: int = 0) -> list[Decision]:
    """`#` is speech, `.` silence, `~` neither."""
    chances = {"#": 0.9, ".": 0.05, "~": 0.42}
    decisions: list[Decision] = []
    for place, sign in enumerate(drawing):
        start = at + place * WINDOW
        decisions += ends.window(start, start + WINDOW, chances[sign], backlog)
    return decisions


def of_kind(decisions: list[Decision], *kinds: type) -> list[Decision]:
    return [decision for decision in decisions if isinstance(decision, kinds)]


def ends_for(kind: QuestionKind = "open", hangover_ms: int = 0) -> Endpointer:
    return Endpointer(Manner.of(kind, hangover_ms))


def test_speech_of_two_windows_begins_an_utterance_at_its_first_sample() -> None:
    decisions = follow("..........##", ends_for())
    assert decisions == [Started(1, 10 * WINDOW), WentOn(1, 12 * WINDOW, 2 * WINDOW)]


@pytest.mark.parametrize("noise", ["#.........", "#.#.#.#.#.", "~~~~~~~~~~", "#..#..#..#"])
def test_a_click_begins_nothing(noise: str) -> None:
    assert follow(noise, ends_for()) == []


def test_doubtful_windows_go_on_with_what_was() -> None:
    assert not of_kind(follow("##~~~~~~##", ends_for()), Paused)


@pytest.mark.parametrize(
    ("kind", "hangover_ms", "expected_ms"),
    [
        ("open", 0, 500), ("yes_no", 0, 300), ("digits", 0, 300), ("list", 0, 300), ("dictation", 0, 800),
        ("open", 1200, 1200), ("digits", 700, 700),
    ],
)  # fmt: skip
def test_the_hangover_suits_the_question(kind: QuestionKind, hangover_ms: int, expected_ms: int) -> None:
    [over] = of_kind(follow("." * 20 + "#" * 10 + "." * 60, ends_for(kind, hangover_ms)), Over)
    assert isinstance(over, Over)
    assert (over.onset, over.end) == (20 * WINDOW, 30 * WINDOW)
    assert expected_ms <= (over.decided - over.end) / MS < expected_ms + 32


def test_the_lines_own_hangover_is_for_open_answers_only() -> None:
    assert Manner.of("open", open_ms=650).hangover == 650 * MS
    assert Manner.of("yes_no", open_ms=650).hangover == 300 * MS
    assert Manner.of("open", 400, open_ms=650).hangover == 400 * MS


@pytest.mark.parametrize(
    ("reading", "expected_ms"), [("whole", 416), ("unread", 512), ("unsure", 608), ("hanging", 704)]
)
def test_an_open_answer_waits_by_what_its_draft_reads_like(reading: Reading, expected_ms: int) -> None:
    ends = ends_for()
    follow("#" * 10 + "." * 6, ends)
    ends.read(1, reading)
    [over] = of_kind(follow("." * 30, ends, at=16 * WINDOW), Over)
    assert isinstance(over, Over)
    assert (over.decided - over.end) / MS == expected_ms


@pytest.mark.parametrize("kind", ["yes_no", "digits", "list", "dictation"])
def test_what_a_draft_reads_like_changes_nothing_for_other_questions(kind: QuestionKind) -> None:
    manner = Manner.of(kind)
    assert manner.patience("whole") == manner.patience("hanging") == manner.hangover


def test_silence_that_a_question_gives_holds_whatever_is_said() -> None:
    manner = Manner.of("open", 900)
    assert manner.patience("whole") == manner.patience("hanging") == 900 * MS


def test_a_late_draft_that_reads_whole_ends_the_utterance_with_the_next_window() -> None:
    ends = ends_for()
    follow("#" * 10 + "." * 14, ends)
    ends.read(1, "whole")
    [over] = of_kind(follow(".", ends, at=24 * WINDOW), Over)
    assert isinstance(over, Over)


@pytest.mark.parametrize("resumed", [True, False], ids=["after speech went on", "of another utterance"])
def test_a_draft_of_something_else_shortens_nothing(resumed: bool) -> None:
    ends = ends_for()
    follow("#" * 10 + "." * 6 + ("##" if resumed else ""), ends)
    ends.read(1 if resumed else 2, "whole")
    at = (18 if resumed else 16) * WINDOW
    [over] = of_kind(follow("." * 30, ends, at=at), Over)
    assert isinstance(over, Over)
    assert (over.decided - over.end) / MS == 512


def test_a_reading_holds_until_speech_goes_on() -> None:
    ends = ends_for()
    follow("#" * 10 + "." * 6, ends)
    ends.read(1, "whole")
    [over] = of_kind(follow("##" + "." * 30, ends, at=16 * WINDOW), Over)
    assert isinstance(over, Over)
    assert (over.decided - over.end) / MS == 512


def test_long_numbers_are_said_in_groups_and_short_ones_are_not() -> None:
    assert Manner.of("digits", digits=6).hangover == 700 * MS
    assert Manner.of("digits", digits=1).hangover == 300 * MS
    assert Manner.of("digits", 350, digits=6).hangover == 350 * MS


def test_a_short_silence_is_decoded_on_suspicion_with_pre_roll_and_once() -> None:
    [decode] = of_kind(follow("." * 20 + "#" * 10 + "." * 12, ends_for()), Decode)
    assert isinstance(decode, Decode)
    assert decode.begin == 20 * WINDOW - endpointing.PRE_ROLL
    assert 60 <= decode.silence / MS < 96
    assert 30 * WINDOW < decode.until <= 30 * WINDOW + decode.silence


def test_resumed_speech_makes_the_suspicion_void_and_the_next_comes_later() -> None:
    decisions = follow("#" * 10 + "." * 8 + "#" * 10 + "." * 30, ends_for())
    kinds = [type(decision) for decision in decisions if not isinstance(decision, WentOn)]
    assert kinds == [Started, Paused, Decode, Resumed, Paused, Decode, Over]
    first, second = of_kind(decisions, Decode)
    assert isinstance(first, Decode)
    assert isinstance(second, Decode)
    assert second.silence - first.silence == endpointing.SUSPICION_PER_RESUME
    assert second.begin == first.begin


def test_a_pause_too_short_for_suspicion_voids_nothing() -> None:
    assert not of_kind(follow("#" * 10 + "." + "#" * 10, ends_for()), Resumed, Decode)


def test_a_click_in_the_pause_neither_resumes_nor_prolongs() -> None:
    quiet = follow("#" * 10 + "." * 20, ends_for())
    clicked = follow("#" * 10 + "......#" + "." * 13, ends_for())
    assert of_kind(clicked, Over) == of_kind(quiet, Over)
    assert not of_kind(clicked, Resumed)


def test_speech_that_just_begins_again_is_not_cut_off_by_the_hangover() -> None:
    decisions = follow("#" * 10 + "." * 15 + "##" + "." * 30, ends_for())
    [over] = of_kind(decisions, Over)
    assert isinstance(over, Over)
    assert over.end == 27 * WINDOW


def test_a_backlog_makes_suspicion_wait_but_never_the_end() -> None:
    drawing = "#" * 10 + "." * 40
    idle, busy = follow(drawing, ends_for()), follow(drawing, ends_for(), backlog=2)
    [early], [late] = of_kind(idle, Decode), of_kind(busy, Decode)
    assert isinstance(early, Decode)
    assert isinstance(late, Decode)
    assert late.silence - early.silence == 2 * endpointing.SUSPICION_PER_WAITING
    assert of_kind(idle, Over) == of_kind(busy, Over)
    assert not of_kind(follow(drawing, ends_for(), backlog=20), Decode)


@pytest.mark.parametrize(("kind", "seconds"), [("open", 12), ("yes_no", 12), ("dictation", 15)])
def test_babble_is_cut_at_the_cap_and_the_next_piece_joins_on(kind: QuestionKind, seconds: int) -> None:
    overs = of_kind(follow("#" * 32 * 40, ends_for(kind)), Over)
    assert len(overs) >= 2
    first, second = overs[:2]
    assert isinstance(first, Over)
    assert isinstance(second, Over)
    assert seconds * 8000 <= first.decided - first.onset < seconds * 8000 + WINDOW
    assert second.begin == first.end


def test_a_commit_ends_the_utterance_at_once() -> None:
    ends = ends_for()
    follow("#" * 10 + "." * 6, ends)
    [over] = list(ends.commit(1))
    assert isinstance(over, Over)
    assert over.decided == 16 * WINDOW
    assert not ends.speaking
    assert follow("." * 30, ends, at=16 * WINDOW) == []


@pytest.mark.parametrize("spoil", [
    lambda ends: follow("##", ends, at=16 * WINDOW),
    lambda ends: follow("." * 30, ends, at=16 * WINDOW),
], ids=["the caller went on", "it was over anyway"])  # fmt: skip
def test_a_commit_that_comes_too_late_does_nothing(spoil: Callable[[Endpointer], object]) -> None:
    ends = ends_for()
    follow("#" * 10 + "." * 6, ends)
    spoil(ends)
    assert list(ends.commit(1)) == []


def test_a_commit_of_another_utterance_does_nothing() -> None:
    ends = ends_for()
    follow("#" * 10 + "." * 6, ends)
    assert list(ends.commit(2)) == []


def test_a_changed_manner_is_for_the_next_utterance() -> None:
    ends = ends_for("dictation")
    follow("#" * 10, ends)
    ends.manner = Manner.of("digits")
    decisions = follow("." * 40 + "#" * 10 + "." * 40, ends, at=10 * WINDOW)
    first, second = of_kind(decisions, Over)
    assert isinstance(first, Over)
    assert isinstance(second, Over)
    assert (first.decided - first.end) / MS >= 800
    assert (second.decided - second.end) / MS < 340


def test_a_hole_in_the_audio_does_not_join_two_clicks() -> None:
    ends = ends_for()
    follow("#", ends)
    ends.gap(5000)
    assert list(ends.window(5000, 5000 + WINDOW, 0.9)) == []
