"""What Prometheus may ask of the queues: counts since the start, and the rates of the day (`tally.py`).

A day begins at midnight where the hotline is, and a server that starts in the middle of it reads back what was before.
Occupancy is the share of the time not paused in which agents who are logged in talk, are rung or wrap up, since the
start.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from models.agent import AgentState
from queues.agents import AgentBook, Changed
from queues.customer_look_up import CustomerLookUp
from queues.distribution_events import Note
from queues.distributor import Distributor
from queues.programs import Programs
from queues.ratings import Ratings
from queues.tally import Tally
from voice.metrics import Family, Gauges

COUNTED = frozenset({f"queue.{what}" for what in ("joined", "answered", "abandoned", "overflowed", "transferred")})
EVENTS = "Events of queues, agents and callbacks, by name."
BUSY = frozenset({AgentState.OFFERED, AgentState.TALKING, AgentState.WRAP_UP})


class QueueFigures:
    """Counts what the distribution notes."""

    def __init__(self, book: AgentBook, midnight: Callable[[], float], day: Mapping[str, Tally] | None = None) -> None:
        """`midnight`: when the day began; `day`: what has been of it already."""
        self._book, self._midnight = book, midnight
        self._began = midnight()
        self.start: defaultdict[str, Tally] = defaultdict(Tally)
        """Since the start."""
        self._day: defaultdict[str, Tally] = defaultdict(Tally, day or {})
        self.events: Counter[str] = Counter()
        """All that was noted since the start, by name."""
        book.subscribe(self._changed)

    def take(self, note: Note) -> None:
        """Hear what happened."""
        self.events[note.name] += 1
        self.today()
        if note.name == "queue.lost":
            # Answered, and never heard: not answered, as far as rates go.
            self._day[note.queue].lost(float(note.data["in_queue"]), self._within_s(note.queue))
        for tally in (self.start[note.queue], self._day[note.queue]) if note.name in COUNTED else ():
            match note.name:
                case "queue.joined":
                    tally.joined += 1
                case "queue.answered":
                    tally.answer(float(note.data["in_queue"]), self._within_s(note.queue))
                case "queue.abandoned":
                    tally.abandoned += 1
                case "queue.overflowed":
                    tally.overflowed += 1
                case "queue.transferred":
                    tally.transferred += 1

    def _changed(self, changed: Changed) -> None:
        self.events["agent.state"] += 1

    def _within_s(self, queue: str) -> float:
        planned = self._book.plan.queues.get(queue)
        return planned.service_level.within_s if planned else 0.0

    def today(self) -> Mapping[str, Tally]:
        """Return the figures of the day by queue."""
        if self._midnight() != self._began:
            self._began = self._midnight()
            self._day.clear()
        return self._day

    def counts(self, what: Callable[[Tally], float]) -> Mapping[str, float]:
        """Return a count since the start, by queue."""
        return {queue: what(tally) for queue, tally in dict(self.start).items()}

    def rates(self, what: Callable[[Tally], float | None]) -> Mapping[str, float]:
        """Return a rate of the day by queue; no number where there is nothing to divide by."""
        found = {queue: what(tally) for queue, tally in dict(self.today()).items()}
        return {queue: rate for queue, rate in found.items() if rate is not None}


class Occupancy:
    """How much of their time agents are busy."""

    def __init__(self, book: AgentBook, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[str, tuple[AgentState, float]] = {}
        self._spent = {True: 0.0, False: 0.0}
        """Seconds, busy or free."""
        book.subscribe(self._changed)

    def _changed(self, changed: Changed) -> None:
        self._settle()
        self._since[changed.agent.extension] = changed.after.state, self._clock()

    def _settle(self) -> None:
        now = self._clock()
        for extension, (state, since) in self._since.items():
            if state in BUSY or state is AgentState.READY:
                self._spent[state in BUSY] += now - since
            self._since[extension] = state, now

    def share(self) -> Mapping[str, float]:
        """Return the share under "", since the start; nothing while nobody was there."""
        self._settle()
        total = sum(self._spent.values())
        return {"": self._spent[True] / total} if total else {}


def show(gauges: Gauges, book: AgentBook, distributor: Distributor) -> None:
    """Let `gauges` show all of it from now on."""
    figures = QueueFigures(book, distributor.midnight, distributor.day())
    occupancy = Occupancy(book)
    distributor.subscribe(figures.take)

    def counted(name: str, help_: str, what: Callable[[Tally], float]) -> Family:
        return Family(name, help_, lambda: figures.counts(what), label="queue", counter=True)

    def rate(name: str, help_: str, what: Callable[[Tally], float | None]) -> Family:
        return Family(name, f"{help_} Of today.", lambda: figures.rates(what), label="queue")

    gauges.add(
        counted("hotline_queue_joined", "Callers who came to wait.", lambda tally: tally.joined),
        counted("hotline_queue_answered", "Callers whom an agent answered.", lambda tally: tally.answered),
        counted("hotline_queue_abandoned", "Callers who hung up waiting.", lambda tally: tally.abandoned),
        counted("hotline_queue_overflowed", "Callers who were led elsewhere.", lambda tally: tally.overflowed),
        Family("hotline_queue_events", EVENTS, lambda: dict(figures.events), label="event", counter=True),
        Family("hotline_queue_waiting", "Callers who wait now.", distributor.waiting, label="queue"),
        rate("hotline_queue_service_level", "Share answered within the queue's time.", Tally.service_level),
        rate("hotline_queue_average_speed_of_answer_seconds", "Mean wait until answered.", Tally.speed_of_answer),
        rate("hotline_queue_abandonment", "Share who hung up waiting.", Tally.abandonment),
        rate("hotline_queue_transfer_rate", "Share of talks that were sent on.", Tally.transfer_rate),
        Family("hotline_agents", "Agents by state.", lambda: _states(book), label="state"),
        Family("hotline_agents_occupancy", "Share of their time in which agents are busy.", occupancy.share),
    )


def show_programs(gauges: Gauges, customers: CustomerLookUp, programs: Programs) -> None:
    """Let `gauges` show how the company's programs fare."""
    look_ups = "Callers whom the company's system was asked about, by what came of it."
    gauges.add(
        Family("hotline_customer_look_ups", look_ups, lambda: dict(customers.counts), label="result", counter=True),
        Family("hotline_webhooks", "Deliveries to programs.", programs.counts, label="result", counter=True),
        Family("hotline_webhooks_waiting", "Deliveries not yet made.", lambda: {"": programs.waiting()}),
    )


def show_ratings(gauges: Gauges, ratings: Ratings) -> None:
    """Let `gauges` show what callers think, since the start."""
    share = "Mean rating, as a share of the best."
    gauges.add(
        Family("hotline_survey_ratings", "Ratings that callers gave.", ratings.counts, label="stage", counter=True),
        Family("hotline_survey_satisfaction", share, ratings.means, label="stage"),
    )


def _states(book: AgentBook) -> Mapping[str, float]:
    states = Counter(str(book.presence(extension).state) for extension in book.agents)
    return {str(state): states[str(state)] for state in AgentState if state is not AgentState.REMOVED}
