"""What is believed of lines after their calls, for one destination, as time goes by."""

import numpy as np
import pytest

from campaigns.line_figures import BORROWED, FIRST, MEMORY, Belief, Figures

MOBILE, LAND = "+86139", "+8621"


def mean(belief: Belief, line: int) -> float:
    return float(belief.good[line] / (belief.good[line] + belief.bad[line]))


def weight(belief: Belief, line: int) -> float:
    return float(belief.good[line] + belief.bad[line])


def told(figures: Figures, line: int, destination: str, answered: int, of: int, now: float = 0.0) -> None:
    for nth in range(of):
        talk_s = 30.0 if nth * answered % of < answered else None
        figures.note(line, destination, now, delay_s=3.0, talk_s=talk_s)


def test_a_line_without_calls_may_be_anything():
    belief = Figures(2, 3600, 0).belief(MOBILE, 0)
    assert mean(belief, 0) == 0.5
    assert weight(belief, 0) == FIRST
    assert belief.talk_s == 45.0


def test_a_new_line_is_believed_to_be_as_the_others_are_and_is_little_known():
    figures = Figures(2, 3600, 0)
    told(figures, 0, MOBILE, 40, 200)
    belief = figures.belief(MOBILE, 0)
    assert mean(belief, 1) == pytest.approx(0.2, abs=0.05)
    assert weight(belief, 1) == FIRST


def test_many_calls_make_a_belief_narrow_at_their_rate():
    figures = Figures(2, 3600, 0)
    for _ in range(40):
        told(figures, 0, MOBILE, 3, 10)
    belief = figures.belief(MOBILE, 0)
    assert mean(belief, 0) == pytest.approx(0.3, abs=0.01)
    assert weight(belief, 0) > 200


def test_a_line_that_is_used_much_is_noticed_soon_to_have_fallen():
    figures = Figures(1, 1e9, 0)
    for _ in range(500):
        told(figures, 0, MOBILE, 4, 10)
    assert weight(figures.belief(MOBILE, 0), 0) == pytest.approx(MEMORY + BORROWED, abs=5)
    told(figures, 0, MOBILE, 0, 300)
    assert mean(figures.belief(MOBILE, 0), 0) < 0.16


def test_a_new_destination_borrows_a_few_calls_of_the_lines_others():
    figures = Figures(1, 3600, 0)
    for _ in range(40):
        told(figures, 0, MOBILE, 1, 10)
    belief = figures.belief(LAND, 0)
    assert mean(belief, 0) == pytest.approx(0.1, abs=0.01)
    assert weight(belief, 0) == pytest.approx(BORROWED)
    for _ in range(10):
        told(figures, 0, LAND, 8, 10)
    assert mean(figures.belief(LAND, 0), 0) == pytest.approx(0.77, abs=0.04)
    assert mean(figures.belief(MOBILE, 0), 0) == pytest.approx(0.1, abs=0.02)


def test_what_is_old_counts_half_after_a_half_life_and_nothing_in_the_end():
    figures = Figures(1, 3600, 0)
    told(figures, 0, MOBILE, 0, 10)
    fresh, older = weight(figures.belief(MOBILE, 0), 0), weight(figures.belief(MOBILE, 3600), 0)
    assert fresh == pytest.approx(10 + BORROWED, abs=0.5)
    assert older == pytest.approx(5 + 5 + FIRST, abs=0.5)
    assert mean(figures.belief(MOBILE, 100 * 3600), 0) == pytest.approx(0.5)
    assert list(figures.rows(100 * 3600)) == []


def test_a_clock_that_is_set_back_changes_nothing():
    figures = Figures(1, 3600, 1000)
    told(figures, 0, MOBILE, 5, 10, 1000)
    before = weight(figures.belief(MOBILE, 1000), 0)
    assert weight(figures.belief(MOBILE, 10), 0) == before


def test_short_calls_delay_and_talk_are_learned():
    figures = Figures(2, 3600, 0)
    for _ in range(50):
        figures.note(0, MOBILE, 0, delay_s=8.0, talk_s=2.0, short=True)
        figures.note(1, MOBILE, 0, delay_s=1.0, talk_s=60.0)
    belief = figures.belief(MOBILE, 0)
    assert mean(belief, 0) < 0.05
    assert mean(belief, 1) > 0.95
    assert belief.answered.tolist() == pytest.approx([0.99, 0.99], abs=0.01)
    lenient = figures.belief(MOBILE, 0, short=0.0)
    assert mean(lenient, 0) == mean(lenient, 1)
    assert belief.delay_s[0] == pytest.approx(8, abs=0.3)
    assert belief.talk_s == pytest.approx(31, abs=0.5)


def test_what_is_kept_and_restored_later_is_what_it_had_become():
    figures = Figures(2, 3600, 0)
    told(figures, 1, MOBILE, 30, 100)
    told(figures, 0, LAND, 5, 50)
    kept = list(figures.rows(600))
    again = Figures(2, 3600, 5000)
    for line, destination, sums in kept:
        again.restore(line, destination, sums, 600, 5000)
    for destination in (MOBILE, LAND):
        for before, after in zip(figures.belief(destination, 5000), again.belief(destination, 5000), strict=True):
            assert np.allclose(np.asarray(before), np.asarray(after))
