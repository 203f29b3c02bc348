"""The assignment beside all assignments there are, on instances small enough to try them all."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.assignment import Demand, assign

steady = settings(derandomize=True, database=None, deadline=None, max_examples=400)


@st.composite
def demands(draw) -> Demand:
    places = draw(st.integers(0, 5))
    groups = draw(st.lists(st.sets(st.integers(0, places - 1)) if places else st.just(set()), min_size=1, max_size=4))
    orders, order_of, group_of = [], [], []
    for _ in range(draw(st.integers(0, 6))):
        group = draw(st.integers(0, len(groups) - 1))
        orders.append(draw(st.permutations(sorted(groups[group]))))
        order_of.append(len(orders) - 1)
        group_of.append(group)
    return Demand(orders, order_of, group_of, [sum(1 << place for place in group) for group in groups], places)


def best_of_all(demand: Demand) -> list[int]:
    """Who is served counts first, in order; then how good each one's place is, in order."""
    choices = [[-1, *demand.orders[which]] for which in demand.order_of]
    allowed = (
        way for way in product(*choices) if len({p for p in way if p >= 0}) == sum(1 for place in way if place >= 0)
    )

    def worth(way: Sequence[int]) -> tuple[list[bool], list[int]]:
        ranks = [demand.orders[w].index(p) if p >= 0 else 0 for w, p in zip(demand.order_of, way, strict=True)]
        return [place < 0 for place in way], ranks

    return min((list(way) for way in allowed), key=worth)


@steady
@given(demands())
def test_it_is_the_best_of_all_assignments(demand):
    assert assign(demand) == best_of_all(demand)


def houses(only: dict[int, list[int]]) -> bool:
    """Whether all these waiters can have one of their places each, by Kuhn's algorithm."""
    holder: dict[int, int] = {}

    def settle(waiter: int, seen: set[int]) -> bool:
        for place in only[waiter]:
            if place not in seen:
                seen.add(place)
                if place not in holder or settle(holder[place], seen):
                    holder[place] = waiter
                    return True
        return False

    return all(settle(waiter, set()) for waiter in only)


def plainly(demand: Demand) -> list[int]:
    """The same answer in the plainest way: try to add each; then try each one's places, best first."""
    only: dict[int, list[int]] = {}
    for waiter, which in enumerate(demand.order_of):
        if houses(only | {waiter: list(demand.orders[which])}):
            only[waiter] = list(demand.orders[which])
    for waiter, places in only.items():
        only[waiter] = [next(place for place in places if houses(only | {waiter: [place]}))]
    return [only[waiter][0] if waiter in only else -1 for waiter in range(len(demand.order_of))]


@pytest.mark.parametrize("seed", range(60))
def test_it_is_the_plain_answer_in_a_crowd(seed):
    chance = random.Random(seed)
    places, waiters = chance.randint(15, 30), chance.randint(20, 45)
    if seed >= 40:
        # Some places are left over, beside crowds in which somebody goes without.
        places, waiters = chance.randint(35, 45), chance.randint(25, 40)
    groups = [chance.sample(range(places), chance.choice([1, 2, 3, 4, 8])) for _ in range(chance.randint(8, 25))]
    group_of = [chance.randrange(len(groups)) for _ in range(waiters)]
    orders = [chance.sample(groups[group], len(groups[group])) for group in group_of]
    fits = [sum(1 << place for place in group) for group in groups]
    demand = Demand(orders, list(range(waiters)), group_of, fits, places)
    assert assign(demand) == plainly(demand)


@pytest.mark.parametrize("seed", range(10))
def test_a_place_that_an_order_names_twice_is_one_place(seed):
    chance = random.Random(seed)
    groups = [chance.sample(range(12), chance.choice([1, 2, 3, 8])) for _ in range(10)]
    group_of = [chance.randrange(10) for _ in range(16)]
    orders = [chance.sample(groups[group], len(groups[group])) for group in group_of]
    once = Demand(orders, list(range(16)), group_of, [sum(1 << place for place in group) for group in groups], 12)
    again = [[*order, *chance.sample(order, len(order))] for order in orders]
    assert assign(replace(once, orders=again)) == assign(once)


def test_who_could_go_elsewhere_makes_room():
    demand = Demand([[0, 1], [0]], [0, 1], [0, 1], [0b11, 0b01], 2)
    assert assign(demand) == [1, 0]


def test_the_first_of_several_keeps_the_best_place_where_another_can_move():
    # The third can only be housed in 0. The second could stay there only if the first gave way, and needn't.
    demand = Demand([[1, 2], [0, 2], [0]], [0, 1, 2], [0, 1, 2], [0b110, 0b101, 0b001], 3)
    assert assign(demand) == [1, 2, 0]
