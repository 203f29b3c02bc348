import numpy as np
import pytest

from asr_tts.word_times import Piece, aligned, loud_spans, spread, syllables, word_spans


def _said(text: str) -> list[str]:
    return [text[begin:until] for begin, until in word_spans(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Well, I don't know.", ["Well", "I", "don't", "know"]),
        ("我想查询。", ["我", "想", "查", "询"]),
        ("我的iPhone坏了", ["我", "的", "iPhone", "坏", "了"]),
        ("It costs $1,234.50 at 9:30.", ["It", "costs", "1,234.50", "at", "9:30"]),
        ("mary@acme.com", ["mary@acme.com"]),
        ("…", []),
    ],
)
def test_a_word_is_what_spaces_and_marks_part_and_in_chinese_a_sign(text, words):
    assert _said(text) == words


def _pieces(text: str, *starts: float, end: float) -> list[Piece]:
    spans, edges = word_spans(text), [*starts, end]
    return [Piece(*span, edges[at], edges[at + 1], 0.9) for at, span in enumerate(spans)]


def test_a_pause_parts_the_words_that_the_alignment_parts_near_it():
    words = aligned("one two", _pieces("one two", 0.1, 0.9, end=2.0), [(0.3, 1.0), (1.4, 1.9)])
    assert [(one.text, one.start, one.end) for one in words] == [("one", 0.3, 1.0), ("two", 1.4, 1.9)]


def test_a_pause_far_from_where_words_part_leaves_them_alone():
    words = aligned("one two", _pieces("one two", 0.1, 0.5, end=2.0), [(0.3, 1.5), (1.6, 1.9)])
    assert [(one.start, one.end) for one in words] == [(0.3, 0.5), (0.5, 1.9)]


def test_what_a_pause_shows_to_be_off_is_so_for_its_neighbours_too():
    text = "a b c d"
    words = aligned(text, _pieces(text, 0.0, 0.8, 1.7, 2.4, end=3.0), [(0.2, 1.0), (1.5, 1.9), (2.1, 3.0)])
    assert [one.start for one in words] == [0.2, 1.5, 2.1, 2.6]


def test_two_signs_of_one_token_share_its_time():
    pieces = [Piece(0, 2, 0.0, 1.0, 0.8), Piece(2, 3, 1.0, 1.5, 0.6)]
    words = aligned("我想查", pieces, [(0.0, 1.5)])
    assert [(one.text, one.start, one.end, one.confidence) for one in words] == [
        ("我", 0.0, 0.5, 0.8), ("想", 0.5, 1.0, 0.8), ("查", 1.0, 1.5, 0.6),
    ]  # fmt: skip


def test_signs_that_the_model_parts_too_soon_are_parted_later_but_not_behind_a_mark():
    text = "我想，查"
    words = aligned(text, _pieces(text, 0.0, 0.4, 0.8, end=1.5), [(0.0, 1.5)], early=0.1)
    assert [one.start for one in words] == [0.0, 0.5, 0.8]


def test_words_never_run_backwards_however_odd_the_alignment():
    text = "a b c d e"
    words = aligned(text, _pieces(text, 2.0, 1.0, 3.0, 0.5, 9.0, end=9.0), [(0.5, 1.0), (1.3, 2.0)])
    edges = [edge for word in words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert (edges[0], edges[-1]) == (0.5, 2.0)


def test_without_an_alignment_syllables_are_spread_over_the_voice():
    words = spread("two banana", [(1.0, 2.0), (3.0, 4.0)], 0.7)
    assert [(one.text, one.start, one.end, one.confidence) for one in words] == [
        ("two", 1.0, 1.5, 0.7), ("banana", 1.5, 4.0, 0.7),
    ]  # fmt: skip
    assert [(one.start, one.end) for one in spread("好的", [(1.0, 2.0), (3.0, 4.0)])] == [(1.0, 2.0), (3.0, 4.0)]


def test_words_of_a_turn_that_takes_no_time_stand_where_it_is():
    assert [(one.text, one.start, one.end) for one in spread("12", [(3.0, 3.0)])] == [("12", 3.0, 3.0)]


@pytest.mark.parametrize(
    ("word", "count"), [("hello", 2), ("fine", 1), ("the", 1), ("4711", 4), ("我", 1), ("USB", 3), ("rhythm", 1)]
)
def test_syllables_are_about_as_many_as_are_said(word, count):
    assert syllables(word) == count


def _sound(*loud: tuple[float, float], seconds: float = 3.0) -> np.ndarray:
    chance = np.random.default_rng(1)
    samples = chance.normal(0, 20, round(seconds * 8000))
    for start, end in loud:
        samples[round(start * 8000) : round(end * 8000)] += chance.normal(0, 3000, round((end - start) * 8000))
    return samples.clip(-32768, 32767).astype(np.int16)


def test_voice_is_found_to_a_hundredth_of_a_second_and_closures_of_stops_belong_to_it():
    found = loud_spans(_sound((0.5, 1.0), (1.05, 1.5), (2.0, 2.5)))
    assert [(round(start, 1), round(end, 1)) for start, end in found] == [(0.5, 1.5), (2.0, 2.5)]
    assert abs(found[0][0] - 0.5) <= 0.02


def test_nothing_at_all_has_no_voice():
    assert loud_spans(np.zeros(0, np.int16)) == []
    assert loud_spans(np.zeros(8000, np.int16)) == []
