"""What in a plan can't be meant together: names that nothing has, overflow in a circle, skills of nobody. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from queues.plan import EVERYBODY, Plan, Queue
from queues.plan_entry import instead

Subject = tuple[str, str]
"""Kind ("agent", "queue", "calendar", "shift") and name of an entry."""


@dataclass(frozen=True)
class Contradiction:
    """One finished sentence about an entry."""

    about: Subject
    key: str
    """Of the entry, where it stands."""
    sentence: str
    others: frozenset[Subject] = frozenset()
    """Entries that share the fault."""

    @property
    def subjects(self) -> frozenset[Subject]:
        """All entries whose change may have brought it about."""
        return self.others | {self.about}


def contradictions(plan: Plan) -> Iterator[Contradiction]:
    """Yield all that is wrong between the entries of `plan`."""
    yield from _skills(plan)
    for queue in plan.queues.values():
        if queue.hours and queue.hours not in plan.calendars:
            way_out = instead(queue.hours, plan.calendars) if plan.calendars else "add it under calendars"
            sentence = f"Queue '{queue.name}' has the unknown calendar '{queue.hours}' as hours; {way_out}."
            yield Contradiction(("queue", queue.name), "hours", sentence)
        yield from _overflows(plan, queue)
    yield from _circles(plan)
    yield from _shifts(plan)
    yield from _supervisors(plan)


def known_skills(plan: Plan) -> frozenset[str]:
    """Return the declared skills, or else all that agents have."""
    return plan.skills or frozenset(skill for agent in plan.agents.values() for skill in agent.skills)


def _skills(plan: Plan) -> Iterator[Contradiction]:
    known = known_skills(plan)
    for agent in plan.agents.values() if plan.skills else ():
        for skill in sorted(set(agent.skills) - known):
            sentence = f"Agent {agent.extension} has the unknown skill '{skill}'; {instead(skill, sorted(known))}."
            yield Contradiction(("agent", agent.extension), "skills", sentence)
    for queue in plan.queues.values():
        for need in queue.needs:
            if need.skill not in known:
                sentence = (
                    f"Queue '{queue.name}' needs the unknown skill '{need.skill}'; {_way_out(need.skill, known)}."
                )
                yield Contradiction(("queue", queue.name), "needs", sentence)


def _way_out(skill: str, known: frozenset[str]) -> str:
    return instead(skill, sorted(known)) if known else "no agent has any skill yet: give it to one first"


def _overflows(plan: Plan, queue: Queue) -> Iterator[Contradiction]:
    about = ("queue", queue.name)
    for way in queue.overflow:
        if way.queue and way.queue not in plan.queues:
            names = [name for name in plan.queues if name != queue.name]
            sentence = (
                f"Queue '{queue.name}' overflows to the unknown queue '{way.queue}'; {instead(way.queue, names)}."
            )
            yield Contradiction(about, "overflow", sentence)
        if way.when == "closed" and not queue.hours:
            sentence = f"Queue '{queue.name}' overflows when closed and has no hours; name a calendar as hours."
            yield Contradiction(about, "overflow", sentence)
        if way.when == "waited" and not way.after_s and not queue.longest_wait_s:
            sentence = f"Queue '{queue.name}' overflows after waiting for no time; write after_s or longest_wait_s."
            yield Contradiction(about, "overflow", sentence)


def _circles(plan: Plan) -> Iterator[Contradiction]:
    """Yield each circle of overflows once: a caller in it would be sent round for ever."""
    told: set[frozenset[str]] = set()
    for name in plan.queues:
        circle = _circle(plan, name)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            shown = " -> ".join([*circle, circle[0]])
            sentence = f"Queue '{name}' overflows in a circle ({shown}); lead one of them to voicemail or callback."
            others = frozenset(("queue", one) for one in circle)
            yield Contradiction(("queue", name), "overflow", sentence, others)


def _circle(plan: Plan, start: str) -> list[str]:
    """Return the queues on a way from `start` back to itself; empty where there is none."""
    before: dict[str, str] = {}
    open_ones = [start]
    while open_ones:
        name = open_ones.pop(0)
        for after in _next(plan, name):
            if after == start:
                return _way(before, start, name)
            if after not in before:
                before[after] = name
                open_ones.append(after)
    return []


def _next(plan: Plan, name: str) -> Iterable[str]:
    return [way.queue for way in plan.queues[name].overflow if way.queue in plan.queues]


def _way(before: dict[str, str], start: str, end: str) -> list[str]:
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]


def _supervisors(plan: Plan) -> Iterator[Contradiction]:
    teams = {EVERYBODY, *(agent.team for agent in plan.agents.values() if agent.team)}
    for agent in plan.agents.values():
        for team in agent.supervises:
            if team not in teams:
                sentence = (
                    f"Agent {agent.extension} supervises the unknown team '{team}'; {instead(team, sorted(teams))}."
                )
                yield Contradiction(("agent", agent.extension), "supervises", sentence)


def _shifts(plan: Plan) -> Iterator[Contradiction]:
    teams = {agent.team for agent in plan.agents.values() if agent.team}
    for number, shift in enumerate(plan.shifts):
        about = ("shift", str(number))
        if shift.agent and shift.agent not in plan.agents:
            sentence = (
                f"Shift {number + 1} is for the unknown agent {shift.agent}; {instead(shift.agent, plan.agents)}."
            )
            yield Contradiction(about, "agent", sentence)
        if shift.team and shift.team not in teams:
            sentence = (
                f"Shift {number + 1} is for the unknown team '{shift.team}'; {instead(shift.team, sorted(teams))}."
            )
            yield Contradiction(about, "team", sentence)
