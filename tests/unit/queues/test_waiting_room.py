"""Who goes first and why; what is owed to who hung up; how long it will take."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queues.expected_wait import LEAST, ExpectedWait
from queues.plan import Priority, Queue
from queues.waiting_room import Caller, Credit, WaitingRoom

PRIORITY = Priority(waiting=2, tags={"vip": 30, "new": 5}, failed_today=10, calls_today=3)
BILLING = Queue("billing", priority=PRIORITY, credit_s=600, size=2)


def test_the_score_is_the_sum_of_parts_that_are_shown():
    caller = Caller("c", "billing", tags=("vip", "vip", "tall"), calls_today=2, failed_today=True, bonus=1)
    place = WaitingRoom().enter(caller, BILLING, 100.0)
    parts = {"waiting": 3.0, "tags": 30.0, "failed_today": 10.0, "calls_today": 6.0, "flow": 1.0, "score": 50.0}
    assert place.score(190.0) == parts
    assert place.waiter().score(190.0) == pytest.approx(50.0)


@pytest.mark.parametrize("waiting", [0.0, 1.0])
def test_a_score_grows_without_bound_even_where_a_minute_is_worth_nothing(waiting):
    place = WaitingRoom().enter(Caller("c", "q"), Queue("q", priority=Priority(waiting)), 0.0)
    assert place.waiter().score(1e9) > 1000


def test_who_calls_back_in_time_has_waited_as_long_as_before():
    room = WaitingRoom()
    first = room.enter(Caller("c1", "billing", "+49301"), BILLING, 1000.0)
    room.leave("c1")
    room.owe(first, 1120.0)
    assert room.enter(Caller("other", "billing", "+49302"), BILLING, 1300.0).joined == 1300.0
    assert room.enter(Caller("c2", "billing", "+49301"), BILLING, 1700.0).joined == 1580.0
    # A credit is spent once.
    assert room.enter(Caller("c3", "billing", "+49301"), BILLING, 1701.0).joined == 1701.0


def test_a_credit_is_of_one_queue_and_of_a_known_number_and_expires():
    room = WaitingRoom()
    room.give([Credit("billing", "+49301", 50.0, 1000.0), Credit("billing", "", 50.0, 1000.0)])
    assert room.enter(Caller("a", "sales", "+49301"), Queue("sales"), 1010.0).joined == 1010.0
    assert room.enter(Caller("b", "billing"), BILLING, 1010.0).joined == 1010.0
    assert room.enter(Caller("c", "billing", "+49301"), BILLING, 1600.1).joined == 1600.1
    assert room.credits(1010.0, 600.0) == [Credit("billing", "", 50.0, 1000.0)]


def test_positions_are_by_score_among_those_who_wait():
    room = WaitingRoom()
    room.enter(Caller("early", "billing"), BILLING, 0.0)
    room.enter(Caller("vip", "billing", tags=("vip",)), BILLING, 60.0)
    room.enter(Caller("elsewhere", "sales"), Queue("sales"), 0.0)
    room.enter(Caller("late", "billing"), BILLING, 120.0)
    assert [room.position(call, 130.0) for call in ("vip", "early", "late", "elsewhere")] == [1, 2, 3, 1]
    room.places["vip"].offer = "rings"
    assert [room.position(call, 130.0) for call in ("early", "late")] == [1, 2]


def test_a_room_is_full_by_those_on_the_line():
    room = WaitingRoom()
    room.enter(Caller("a", "billing"), BILLING, 0.0)
    room.enter(Caller("b", "billing", away=True), BILLING, 0.0)
    assert not room.full(BILLING)
    room.enter(Caller("c", "billing"), BILLING, 0.0)
    assert room.full(BILLING)
    assert not room.full(Queue("billing"))


def test_nothing_is_said_of_the_wait_before_enough_is_known():
    expected = ExpectedWait()
    expected.waits(0.0, anybody=True)
    for nth in range(1, LEAST + 1):
        assert expected.range(1, 10.0 * nth) is None
        expected.answered(10.0 * nth)
    assert expected.range(1, 200.0) == (10.0, 10.0)
    assert expected.range(3, 200.0) is None, "that takes twelve"
    assert expected.range(1, 100_000.0) is None


def test_time_in_which_nobody_waited_says_nothing_of_the_wait():
    expected = ExpectedWait()
    for nth in range(30):
        expected.waits(nth * 1000.0, anybody=True)
        expected.answered(nth * 1000.0 + 5)
        expected.waits(nth * 1000.0 + 5, anybody=False)
    assert expected.range(1, 29_100.0) is None, "only three are younger than an hour"
    steady = ExpectedWait((float(at), 5.0) for at in range(30))
    assert steady.range(4, 29.0) == (20.0, 20.0)


@settings(derandomize=True, database=None, deadline=None, max_examples=20)
@given(st.integers(1, 8), st.integers(0, 10_000))
def test_four_of_five_waits_lie_in_the_range(position, seed):
    chance = random.Random(seed)
    kept = 0
    for _ in range(60):
        expected = ExpectedWait((float(at), chance.expovariate(1 / 20)) for at in range(200))
        low, high = expected.range(position, 200.0) or (0.0, 0.0)
        kept += low <= sum(chance.expovariate(1 / 20) for _ in range(position)) <= high
    # 48 of 60 are expected; so few or so many come about less than once in a thousand times.
    assert 36 <= kept <= 58
