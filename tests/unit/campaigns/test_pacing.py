"""Pacing: how many calls may ring."""

import random

from campaigns.pacing import Count, Floor, Pacing
from campaigns.pacing_rules import PacingRules


def experienced(mode: str = "predictive", seed: int = 1, **rules: object) -> Pacing:
    """Return a pacing that knows calls of which a third is answered, and talks of three minutes."""
    chance, pacing = random.Random(seed), Pacing(mode, PacingRules(**rules))  # type: ignore[arg-type]
    for number in range(600):
        if number % 3 == 0:
            pacing.answered(chance.gammavariate(4, 3), 100.0 + number / 10)
            pacing.talked(chance.lognormvariate(5.0, 0.6))
            pacing.wrapped_up(chance.gammavariate(4, 2.5))
        else:
            pacing.call_ended_unanswered(30.0)
    return pacing


def test_progressive_dials_one_call_for_each_free_agent() -> None:
    pacing = Pacing("progressive")
    assert pacing.decide(Floor(3), [], 0.0).calls == 3
    assert pacing.decide(Floor(3), [5.0, 6.0], 0.0).calls == 1
    assert pacing.decide(Floor(3, waiting=1), [5.0, 6.0], 0.0).calls == 0
    assert pacing.decide(Floor(0, [10.0]), [], 0.0).calls == 0


def test_ratio_dials_so_many_for_each() -> None:
    assert Pacing("ratio", PacingRules(ratio=2.5)).decide(Floor(4), [1.0], 0.0).calls == 9


def test_a_robot_has_time_for_everybody_and_preview_dials_nothing_by_itself() -> None:
    assert Pacing("robot").decide(Floor(0), [], 0.0).calls > 1000
    assert Pacing("preview").decide(Floor(9), [], 0.0).calls == 0


def test_predictive_dials_more_than_the_free_agents_and_less_while_calls_ring() -> None:
    pacing, talking = experienced(), [20.0 * number for number in range(18)]
    first = pacing.decide(Floor(2, talking), [], 200.0)
    assert first.calls > 2
    assert pacing.decide(Floor(2, talking), [5.0] * first.calls, 200.0).calls < 3


def test_predictive_dials_ahead_of_agents_who_wrap_up_though_none_is_free() -> None:
    pacing = experienced()
    assert pacing.decide(Floor(0, [30.0] * 14, [8.0] * 6), [], 200.0).calls > 0
    assert pacing.decide(Floor(0, [1.0] * 20), [], 200.0).calls == 0


def test_few_agents_or_few_data_are_dialled_progressively() -> None:
    few = experienced().decide(Floor(2, [50.0] * 3), [], 200.0)
    assert few.calls == 2
    assert "5 agents, fewer than 6" in few.why
    new = Pacing("predictive").decide(Floor(3, [50.0] * 17), [], 200.0)
    assert new.calls == 3
    assert "too little is known" in new.why


def test_the_more_of_the_budget_is_spent_the_less_is_risked() -> None:
    pacing, floor = experienced(), Floor(2, [20.0 * number for number in range(18)])
    before = pacing.decide(floor, [], 200.0).calls
    for _ in range(5):
        pacing.abandoned(200.0)
    spent = pacing.decide(floor, [], 200.0).calls
    assert spent < before
    for _ in range(3):
        pacing.abandoned(200.0)
    broken = pacing.decide(floor, [], 200.0)
    assert broken.calls == 2
    assert "the cap of the window" in broken.why


def test_a_window_that_is_over_is_forgotten_but_thirty_days_are_not() -> None:
    pacing, floor = experienced(), Floor(2, [20.0 * number for number in range(18)])
    pacing.recount(Count(1000, 40))
    assert "the cap of the 30 days" in pacing.decide(floor, [], 5000.0).why
    pacing.recount(Count(100_000, 40))
    for place in range(200):
        pacing.answered(4.0 + place % 16, 4000.0)
        pacing.call_ended_unanswered(30.0)
        pacing.call_ended_unanswered(30.0)
    assert pacing.decide(floor, [], 5000.0).calls > 2


def test_an_empty_window_has_room_for_no_abandoned_call() -> None:
    """After a pause: two agents are free, and just those are dialled for."""
    pacing, floor = experienced(), Floor(2, [20.0 * number for number in range(18)])
    assert pacing.decide(floor, [], 5000.0).calls == 2


def test_who_waits_has_a_claim_to_a_free_agent() -> None:
    pacing, talking = experienced(), [20.0 * number for number in range(18)]
    assert (
        pacing.decide(Floor(2, talking, waiting=2), [], 200.0).calls < pacing.decide(Floor(2, talking), [], 200.0).calls
    )


def test_calls_that_rang_as_long_as_the_law_wants_are_let_go_where_nobody_would_be_there() -> None:
    pacing, just_begun = experienced(), Floor(0, [1.0] * 20)
    rung = [3.0, 16.0, 14.9, 15.0]
    assert sorted(pacing.let_go(just_begun, rung, rung, 200.0)) == [1, 3]
    assert pacing.let_go(Floor(4, [1.0] * 16), [20.0], [20.0], 200.0) == [], "agents are free"
    assert pacing.let_go(Floor(1, [1.0] * 19, waiting=1), [20.0], [20.0], 200.0) == [0], "but another has a claim"
    assert pacing.let_go(Floor(0, [30.0] * 10, [9.0] * 10), [20.0], [20.0], 200.0) == [], "one will be"
    assert Pacing("progressive").let_go(just_begun, [20.0], [20.0], 200.0) == []


def test_of_calls_for_the_same_agent_the_longest_is_let_go_first_and_only_as_many_as_needed() -> None:
    """The last agent who was free is soon taken, by whoever of six answers first."""
    pacing, floor = experienced(), Floor(1, [1.0] * 19)
    rung = [15.5, 22.0, 9.0, 19.0, 10.0, 17.0]
    gone = pacing.let_go(floor, rung, rung, 200.0)
    assert gone[:1] == [1]
    assert gone == sorted(gone, key=lambda place: -rung[place])
    assert not {2, 4} & set(gone), "shorter than the law wants"
    with_two = pacing.let_go(Floor(3, [1.0] * 17), rung, rung, 200.0)
    assert len(with_two) < len(gone)


def test_the_last_abandoned_call_that_the_window_can_bear_is_saved() -> None:
    """Two hundred answered bear five: at each from the second on less is risked, and at the last hardly anything."""
    pacing, floor, risks = experienced(), Floor(2, [20.0 * number for number in range(18)]), []
    for _ in range(6):
        risks.append(float(pacing.decide(floor, [], 200.0).why.rpartition(" ")[2]))
        pacing.abandoned(200.0)
    assert risks == sorted(risks, reverse=True)
    assert risks[0] == risks[1] == pacing.rules.most_risk
    assert risks[1] > risks[2] > risks[3] > risks[4] > risks[5]
    assert risks[5] <= 0.0001
