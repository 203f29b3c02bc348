"""Percentages by contract: each line gets at least its share of the calls that it could carry."""

from collections import Counter

import numpy as np

from campaigns.line_contracts import Contracts

ALL = np.ones(3, dtype=bool)


def split(contracts: Contracts, could: np.ndarray, free: int, calls: int) -> Counter[int]:
    """Place calls; those that no contract asks for go to the line `free`."""
    found: Counter[int] = Counter()
    for _ in range(calls):
        owed = contracts.most_owed(np.flatnonzero(could))
        line = owed if owed >= 0 else free
        contracts.placed(line, could)
        found[line] += 1
    return found


def test_shares_of_a_hundred_percent_split_the_calls_exactly():
    assert split(Contracts("abc", {"a": 50, "b": 30, "c": 20}), ALL, 0, 1000) == {0: 500, 1: 300, 2: 200}


def test_a_share_is_a_minimum_and_the_rest_goes_where_it_is_best():
    found = split(Contracts("abc", {"a": 20}), ALL, 2, 1000)
    assert found[0] in range(199, 202)
    assert found[1] == 0


def test_only_calls_that_a_line_could_carry_count_for_its_share():
    contracts = Contracts("abc", {"a": 50})
    split(contracts, np.array([False, True, True]), 1, 1000)
    assert split(contracts, ALL, 1, 10)[0] == 5


def test_a_line_that_was_down_for_long_does_not_get_all_calls_when_it_is_back():
    contracts = Contracts("abc", {"a": 50})
    for _ in range(1000):
        contracts.placed(1, ALL)
    assert split(contracts, ALL, 1, 1000)[0] <= 521


def test_without_contracts_nobody_is_owed_anything():
    contracts = Contracts("abc", {})
    assert not contracts.any
    assert contracts.most_owed(np.arange(3)) == -1
