"""Prefix beam search over made-up frames, compared with the sum over every alignment."""

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest

from asr_tts.ctc import BLANK, agreed, hypotheses, likelihoods


def frames(*rows: tuple[float, ...]) -> np.ndarray:
    """Log-probabilities of rows of weights."""
    weights = np.array(rows, np.float32)
    return np.asarray(np.log(weights / weights.sum(axis=1, keepdims=True)), np.float32)


def collapsed(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(place for place, _ in itertools.groupby(path) if place != BLANK)


def all_alignments(given: np.ndarray) -> dict[tuple[int, ...], float]:
    """Probability of every row of classes, by brute force."""
    found: dict[tuple[int, ...], float] = defaultdict(float)
    for path in itertools.product(range(given.shape[1]), repeat=len(given)):
        found[collapsed(path)] += math.exp(sum(float(given[at, place]) for at, place in enumerate(path)))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_wide_beam_finds_what_the_sum_over_all_alignments_finds(seed: int) -> None:
    given = frames(*np.random.default_rng(seed).uniform(0.05, 1.0, (5, 3)).tolist())
    exact = all_alignments(given)
    found = hypotheses(given, width=1000)
    assert found[0].classes == max(exact, key=lambda row: exact[row])
    assert all(math.exp(each.score) == pytest.approx(exact[each.classes], rel=1e-4) for each in found)


def test_equal_digits_count_twice_only_with_a_blank_between() -> None:
    one, blank = (0.01, 0.99), (0.99, 0.01)
    assert hypotheses(frames(one, one, one))[0].classes == (1,)
    assert hypotheses(frames(one, blank, one))[0].classes == (1, 1)


def test_many_weak_alignments_win_over_the_strongest_single_one() -> None:
    # The best path is blank, blank; but 1 may lie in either frame or in both.
    given = frames((0.55, 0.45), (0.55, 0.45))
    assert hypotheses(given)[0].classes == (1,)


def test_hypotheses_come_best_first_and_at_most_as_many_as_the_beam_is_wide() -> None:
    given = frames(*np.random.default_rng(7).uniform(0.1, 1.0, (6, 4)).tolist())
    scores = [each.score for each in hypotheses(given, width=3)]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def test_silence_is_one_hypothesis_without_classes() -> None:
    assert [each.classes for each in hypotheses(frames(*[(0.99999, 0.00001)] * 50))] == [()]


def test_a_frame_that_is_surely_blank_parts_equal_classes_as_any_blank_does() -> None:
    sure = (0.9999, 0.0001)
    assert hypotheses(frames((0.01, 0.99), sure, (0.01, 0.99)))[0].classes == (1, 1)


def test_no_frames_are_nothing_said() -> None:
    assert hypotheses(np.zeros((0, 4), np.float32))[0].classes == ()


@pytest.mark.parametrize("seed", range(5))
def test_the_likelihood_of_a_row_is_the_sum_over_all_its_alignments(seed: int) -> None:
    given = frames(*np.random.default_rng(seed).uniform(0.05, 1.0, (5, 3)).tolist())
    exact = all_alignments(given)
    rows = sorted(exact)
    assert np.exp(likelihoods(given, rows)) == pytest.approx([exact[row] for row in rows], rel=1e-4)


def test_a_row_that_the_frames_are_too_few_for_is_impossible() -> None:
    given = frames((1, 1, 1), (1, 1, 1))
    assert likelihoods(given, [(1, 1), (1, 2, 1)]).max() < -1e20
    assert np.exp(likelihoods(given, [()])) == pytest.approx([1 / 9])


def test_of_two_hearings_the_surer_one_decides() -> None:
    unsure = frames((1, 9, 0.1), (9, 1, 0.1), (2, 1, 3), (9, 1, 0.1))
    sure = frames((1, 9, 0.1), (9, 1, 0.1), (0.1, 9, 0.1), (9, 1, 0.1))
    assert agreed([unsure])[0].classes == (1, 2)
    assert agreed([unsure, sure])[0].classes == (1, 1)
    assert agreed([sure, unsure])[0] == agreed([unsure, sure])[0]


def test_what_two_hearings_say_together_is_as_likely_as_both_in_the_mean() -> None:
    one, other = frames((1, 9), (9, 1)), frames((1, 3), (9, 1))
    best = agreed([one, other])[0]
    each = [float(likelihoods(take, [best.classes])[0]) for take in (one, other)]
    assert best.score == pytest.approx(sum(each) / 2)
