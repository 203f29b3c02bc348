"""Erlang's formulas beside values that others have printed, and beside themselves."""

from math import exp, factorial, inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.erlang import agents_for, blocking, service_level, speed_of_answer, waiting


@pytest.mark.parametrize(
    ("load", "agents", "share"),
    # Tables of Erlang B as printed for traffic engineers: 1 % blocking.
    [(0.0101, 1, 0.01), (0.1526, 2, 0.01), (1.361, 5, 0.01), (4.461, 10, 0.01), (12.03, 20, 0.01), (37.90, 50, 0.01)],
)
def test_erlang_b_is_as_printed(load, agents, share):
    assert blocking(agents, load) == pytest.approx(share, abs=2e-5)


@settings(derandomize=True, database=None, deadline=None, max_examples=80)
@given(st.integers(1, 40), st.floats(0.05, 0.99))
def test_erlang_c_is_the_textbooks_sum(agents, busy):
    load = agents * busy
    last = load**agents / factorial(agents) * agents / (agents - load)
    textbook = last / (sum(load**k / factorial(k) for k in range(agents)) + last)
    assert waiting(agents, load) == pytest.approx(textbook)


def test_one_agent_is_the_queue_whose_answer_is_known():
    # M/M/1: who must wait is the load, the wait is load * talk / (1 - load).
    assert waiting(1, 0.8) == pytest.approx(0.8)
    assert speed_of_answer(1, 0.8, 100) == pytest.approx(400)
    assert service_level(1, 0.8, 100, 20) == pytest.approx(1 - 0.8 * exp(-0.04))


def test_too_much_load_is_never_answered():
    assert (waiting(5, 5.0), service_level(5, 6.0, 60, 20), speed_of_answer(5, 5.0, 60)) == (1.0, 0.0, inf)


@pytest.mark.parametrize("load", [0.5, 12.0, 44.0])
def test_agents_for_a_service_level_are_as_few_as_can_be(load):
    agents = agents_for(load, 300, 20, 0.8)
    assert service_level(agents, load, 300, 20) >= 0.8 > service_level(agents - 1, load, 300, 20)
