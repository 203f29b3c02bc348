"""Kinds: strategies keep one number each as long as somebody goes by them, and no longer."""

import numpy as np

from queues.kinds import Fits, Kind


def kind(strategy, language=""):
    return Kind(((), language, (), strategy))


def test_a_strategy_that_nobody_goes_by_any_more_is_forgotten_and_its_number_given_again():
    fits = Fits()
    first, second, third = kind("ability"), kind("ring-all"), kind("ring-all", "zh")
    for one in (first, second, third):
        fits.add(one)
    assert fits.strategies(np.array([True, True, True])) == {0: "ability", 1: "ring-all"}
    fits.drop(second)
    assert fits.strategies(np.array([True, False, True])) == {0: "ability", 1: "ring-all"}
    fits.drop(third)
    assert fits.strategies(np.array([True, False, False])) == {0: "ability"}
    fits.add(kind("even-calls"))
    assert sorted(fits.strategies(np.array([True, False, True])).values()) == ["ability", "even-calls"]


def test_there_are_no_strategies_where_there_are_no_kinds():
    assert Fits().strategies(np.zeros(0, dtype=np.bool_)) == {}
