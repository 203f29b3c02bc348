"""What Prometheus may ask of the queues: counts since the start, and the rates that supervisors go by.

| metric | is |
|---|---|
| service level | share of answered and abandoned callers who were answered within the queue's time |
| average speed of answer | mean wait of who was answered, seconds |
| abandonment | share of answered and abandoned callers who hung up waiting |
| transfer rate | share of talks whose agent sent the caller on |
| occupancy | share of the time not paused in which agents who are logged in talk, are rung or wrap up |
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
from voice.metrics import Family, Gauges

BUSY = frozenset({AgentState.OFFERED, AgentState.TALKING, AgentState.WRAP_UP})


class QueueFigures:
    """Counts what the distribution notes."""

    def __init__(self, book: AgentBook) -> None:
        self._book = book
        self.joined: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.in_time: Counter[str] = Counter()
        self.abandoned: Counter[str] = Counter()
        self.overflowed: Counter[str] = Counter()
        self.transferred: Counter[str] = Counter()
        self.waited: defaultdict[str, float] = defaultdict(float)
        """Seconds of who was answered."""

    def take(self, note: Note) -> None:
        """Hear what happened."""
        match note.name:
            case "queue.joined":
                self.joined[note.queue] += 1
            case "queue.answered":
                waited = float(note.data["waited"])
                self.answered[note.queue] += 1
                self.waited[note.queue] += waited
                queue = self._book.plan.queues.get(note.queue)
                self.in_time[note.queue] += queue is not None and waited <= queue.service_level.within_s
            case "queue.abandoned":
                self.abandoned[note.queue] += 1
            case "queue.overflowed":
                self.overflowed[note.queue] += 1
            case "queue.transferred":
                self.transferred[note.queue] += 1

    def service_level(self) -> Mapping[str, float]:
        """Return the share by queue; no number where nobody was answered or gave up yet."""
        return self._shares(self.in_time, self.answered + self.abandoned)

    def abandonment(self) -> Mapping[str, float]:
        """Return the share by queue."""
        return self._shares(self.abandoned, self.answered + self.abandoned)

    def speed_of_answer(self) -> Mapping[str, float]:
        """Return mean seconds by queue."""
        return self._shares(self.waited, self.answered)

    def transfer_rate(self) -> Mapping[str, float]:
        """Return the share by queue."""
        return self._shares(self.transferred, self.answered)

    def _shares(self, some: Mapping[str, float], of: Mapping[str, float]) -> Mapping[str, float]:
        return {queue: some.get(queue, 0) / count for queue, count in of.items() if count}


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
    figures, occupancy = QueueFigures(book), Occupancy(book)
    distributor.subscribe(figures.take)

    def counted(name: str, help_: str, counts: Counter[str]) -> Family:
        return Family(name, help_, lambda: dict(counts), label="queue", counter=True)

    def rate(name: str, help_: str, read: Callable[[], Mapping[str, float]]) -> Family:
        return Family(name, help_, read, label="queue")

    gauges.add(
        counted("hotline_queue_joined", "Callers who came to wait.", figures.joined),
        counted("hotline_queue_answered", "Callers whom an agent answered.", figures.answered),
        counted("hotline_queue_abandoned", "Callers who hung up waiting.", figures.abandoned),
        counted("hotline_queue_overflowed", "Callers who were led elsewhere.", figures.overflowed),
        rate("hotline_queue_waiting", "Callers who wait now.", distributor.waiting),
        rate("hotline_queue_service_level", "Share answered within the queue's time.", figures.service_level),
        rate("hotline_queue_average_speed_of_answer_seconds", "Mean wait until answered.", figures.speed_of_answer),
        rate("hotline_queue_abandonment", "Share who hung up waiting.", figures.abandonment),
        rate("hotline_queue_transfer_rate", "Share of talks that were sent on.", figures.transfer_rate),
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


def _states(book: AgentBook) -> Mapping[str, float]:
    states = Counter(str(book.presence(extension).state) for extension in book.agents)
    return {str(state): states[str(state)] for state in AgentState if state is not AgentState.REMOVED}
