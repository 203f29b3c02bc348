"""Rates of the queues: what they divide by what, and that they say nothing before there is anything to divide by."""

from typing import Any

import pytest

from models.agent import AgentState
from queues.agents import Changed
from queues.distribution_events import Note
from queues.metrics import Occupancy, QueueFigures
from queues.plan import Agent, Plan, Queue, ServiceLevel
from queues.presence import Presence
from queues.presence_rows import Told
from queues.tally import Tally


class Book:
    plan = Plan(queues={"billing": Queue("billing", service_level=ServiceLevel(20, 0.8))})

    def __init__(self):
        self.listeners = []

    def subscribe(self, listener):
        self.listeners.append(listener)

    def becomes(self, extension, state):
        told = Told("x", "phone")
        for listener in self.listeners:
            listener(Changed(Agent(extension, "Anna"), Presence(), Presence(state), told))


def figures_of(day=None, midnight=lambda: 0.0):
    book: Any = Book()
    return QueueFigures(book, midnight, day)


def answered(waited):
    return Note("queue.answered", "billing", "c", "201", {"waited": waited + 1000, "in_queue": waited})


def test_rates_are_of_answered_and_abandoned_callers():
    figures = figures_of()
    for note in (answered(5), answered(15), answered(40), Note("queue.abandoned", "billing", "d")):
        figures.take(note)
    figures.take(Note("queue.transferred", "billing", "c", "201", {"to": "202"}))
    assert figures.rates(Tally.service_level) == {"billing": 0.5}
    assert figures.rates(Tally.abandonment) == {"billing": 0.25}
    assert figures.rates(Tally.speed_of_answer) == {"billing": 20.0}
    assert figures.rates(Tally.transfer_rate) == {"billing": pytest.approx(1 / 3)}


def test_a_queue_that_nobody_has_called_has_no_rates():
    figures = figures_of()
    figures.take(Note("queue.joined", "billing", "c"))
    for rate in (Tally.service_level, Tally.speed_of_answer, Tally.transfer_rate):
        assert figures.rates(rate) == {}
    assert figures.counts(lambda tally: tally.joined) == {"billing": 1}


def test_every_event_is_counted_by_its_name():
    book: Any = Book()
    figures = QueueFigures(book, lambda: 0.0)
    for name in ("queue.offered", "queue.offered", "callback.call", "direct.called"):
        figures.take(Note(name, "billing", "c"))
    book.becomes("201", AgentState.READY)
    assert figures.events == {"queue.offered": 2, "callback.call": 1, "direct.called": 1, "agent.state": 1}


def test_who_was_answered_and_heard_nobody_was_not_answered_as_far_as_rates_go():
    figures = figures_of()
    for note in (answered(5), answered(30), Note("queue.lost", "billing", "c", "201", {"why": "lost", "in_queue": 5})):
        figures.take(note)
    assert figures.rates(Tally.service_level) == {"billing": 0.0}
    assert figures.rates(Tally.speed_of_answer) == {"billing": 30.0}
    assert figures.counts(lambda tally: tally.answered) == {"billing": 2}, "counters never fall"


def test_rates_are_of_the_day_that_began_before_the_start_and_counts_of_the_start():
    midnight = [1000.0]
    figures = figures_of({"billing": Tally(joined=3, answered=3, in_time=1)}, lambda: midnight[0])
    figures.take(answered(5))
    assert figures.rates(Tally.service_level) == {"billing": 0.5}
    assert figures.counts(lambda tally: tally.answered) == {"billing": 1}
    midnight[0] += 86_400
    assert figures.rates(Tally.service_level) == {}
    figures.take(answered(500))
    assert figures.rates(Tally.service_level) == {"billing": 0.0}
    assert figures.counts(lambda tally: tally.answered) == {"billing": 2}


def test_occupancy_is_the_busy_share_of_the_time_in_which_an_agent_could_be_called():
    book: Any = Book()
    now = [0.0]
    occupancy = Occupancy(book, lambda: now[0])
    assert occupancy.share() == {}
    for seconds, state in (
        (0, AgentState.READY), (60, AgentState.OFFERED), (10, AgentState.TALKING), (100, AgentState.WRAP_UP),
        (30, AgentState.PAUSED), (1000, AgentState.OFFLINE), (1000, AgentState.READY),
    ):  # fmt: skip
        now[0] += seconds
        book.becomes("201", state)
    assert occupancy.share() == {"": pytest.approx(140 / 200)}
