"""The E-model."""

import pytest

from voice.media.emodel import mos, rating


def test_a_perfect_line_is_rated_as_the_recommendation_says() -> None:
    assert rating("PCMU", 0, 1, 0) == pytest.approx(93.2)
    assert mos(93.2) == pytest.approx(4.41, abs=0.01)


def test_loss_and_delay_make_it_worse_and_bursts_still_more() -> None:
    few, many = rating("PCMU", 0.01, 1, 50), rating("PCMU", 0.05, 1, 50)
    assert rating("PCMU", 0, 1, 50) > few > many > rating("PCMU", 0.05, 3, 50)
    assert rating("PCMA", 0, 1, 100) > rating("PCMA", 0, 1, 300) > rating("PCMA", 0, 1, 600)


def test_five_percent_of_random_loss_is_fair() -> None:
    assert 3.4 < mos(rating("PCMU", 0.05, 1, 60)) < 4.1


def test_the_score_stays_on_its_scale() -> None:
    for value in (-5, 0, 1, 6.5, 50, 100):
        assert 1 <= mos(value) <= 4.51
    assert rating("G722", 1.0, 1, 5000) == 0
