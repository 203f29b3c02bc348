"""The simulated day: small ones whose answer is known. The large one is `bench/queue_day.py`."""

from heapq import heappop, heappush

import pytest

from queues import erlang
from queues.plan import Agent, Need, Queue
from queues.simulation import Call, Day, poisson, service_level
from queues.waiting_room import Caller

QUICK = Queue("q", wrap_up_s=0, announce_every_s=0)


def agents(number: int, **more) -> dict[str, Agent]:
    return {str(100 + nth): Agent(str(100 + nth), "", **more) for nth in range(number)}


def test_one_after_the_other_is_served_in_order():
    calls = [Call(float(at), Caller(f"c{at}", "q"), 10.0) for at in range(4)]
    outcomes = Day({"q": QUICK}, agents(1)).run(calls)
    assert [outcome.answered for outcome in outcomes] == [0.0, 10.0, 20.0, 30.0]
    assert [outcome.wait for outcome in outcomes] == [0.0, 9.0, 18.0, 27.0]
    assert service_level(outcomes, 18.0) == 0.75
    assert service_level(outcomes, 18.0, since=2.5) == 0.0


def test_who_loses_patience_is_not_answered_and_wrap_up_and_ringing_take_their_time():
    queue = Queue("q", wrap_up_s=5, ring_s=20)
    calls = [
        Call(0.0, Caller("a", "q"), 10.0),
        Call(1.0, Caller("b", "q"), 10.0, 3.0),
        Call(2.0, Caller("c", "q"), 1.0),
    ]
    first, impatient, last = Day({"q": queue}, agents(1), answer_s=2.0).run(calls)
    assert (first.answered, impatient.answered, last.answered) == (2.0, None, 19.0)


def test_whom_nobody_can_serve_overflows():
    queue = Queue("q", needs=(Need("magic"),))
    (outcome,) = Day({"q": queue}, agents(1)).run([Call(0.0, Caller("a", "q"), 10.0)])
    assert (outcome.answered, outcome.overflowed) == (None, "return")


def test_a_slower_agent_talks_longer():
    calls = [Call(0.0, Caller("a", "q"), 10.0), Call(1.0, Caller("b", "q"), 10.0)]
    day = Day({"q": QUICK}, agents(1), pace=lambda _agent, _call: 2.0)
    assert [outcome.answered for outcome in day.run(calls)] == [0.0, 20.0]


def test_calls_come_as_often_as_was_said():
    made = poisson(3, 4000, 28_800, 300, ["a", "b"])
    assert len(made) == pytest.approx(4000, abs=4 * 4000**0.5)
    assert sum(call.talk_s for call in made) / len(made) == pytest.approx(300, rel=0.07)
    assert made == poisson(3, 4000, 28_800, 300, ["a", "b"])


def first_come_first_served(calls: list[Call], servers: int) -> list[float]:
    """The waits by the recursion of Kiefer and Wolfowitz: the next call gets who is free first."""
    free = [0.0] * servers
    waits = []
    for call in calls:
        begins = max(call.at, heappop(free))
        waits.append(begins - call.at)
        heappush(free, begins + call.talk_s)
    return waits


def test_every_wait_of_a_day_is_that_of_first_come_first_served():
    calls = poisson(1, 800, 20_000, 105, ["q"])
    waits = [outcome.wait for outcome in Day({"q": QUICK}, agents(5)).run(calls)]
    assert waits == pytest.approx(first_come_first_served(calls, 5))
    assert sum(wait > 20 for wait in waits if wait is not None) > 100


def test_erlang_is_the_mean_of_many_days():
    shares = []
    for seed in range(150):
        waits = first_come_first_served(poisson(seed, 800, 20_000, 100, ["q"]), 5)[80:]
        shares.append(sum(wait <= 20 for wait in waits) / len(waits))
    # A day's share scatters by 8 points, the mean of 150 by less than one.
    assert sum(shares) / len(shares) == pytest.approx(erlang.service_level(5, 4.0, 100, 20), abs=0.025)
