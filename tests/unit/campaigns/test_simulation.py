"""Simulated campaigns: the pacing of the server among people drawn from a seed."""

from dataclasses import replace

from campaigns.pacing_rules import PacingRules
from campaigns.simulation import Day, Population, Result, simulate

SHORT = Day(agents=20, hours=2.0)


def test_predictive_keeps_agents_busier_than_progressive_and_holds_the_cap() -> None:
    progressive = simulate(SHORT, "progressive", PacingRules(), 3)
    predictive = simulate(SHORT, "predictive", PacingRules(), 3)
    assert predictive.talk_minutes(1800) > progressive.talk_minutes(1800) + 5
    assert predictive.abandonment(1800) <= 0.03
    assert progressive.abandonment() == 0.0


def test_a_jump_of_the_answer_rate_is_caught() -> None:
    """From one answer in seven to one in two within a second: the worst that can befall a forecast."""

    def people(now: float) -> Population:
        return replace(Population(), human=0.14 if now < 3600 else 0.5, machine=0.1)

    day = simulate(Day(20, 2.0, people), "predictive", PacingRules(), 3)
    assert day.abandonment(1800) <= 0.03


def test_the_same_seed_is_the_same_day() -> None:
    first, second = (simulate(Day(8, 0.5), "predictive", PacingRules(), 5) for _ in range(2))
    assert (first.placed, first.talks) == (second.placed, second.talks)


def test_a_window_is_measured_wherever_it_begins() -> None:
    day = Result(
        "ratio", 1, 7200.0, answered=[float(at) for at in range(0, 7200, 60)], abandoned=[3000.0, 3060.0, 3120.0]
    )
    assert day.worst_window(1800) == 3 / 30
    assert day.worst_window(3600) == 0.0
