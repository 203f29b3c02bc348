"""Who should be ready when, and whether anybody will still come for a queue. Pure; moments are aware datetimes."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from queues.plan import Agent, Plan, Queue, Shift

SOON = timedelta(hours=4)
"""How far ahead somebody's shift lets a caller hope, where the queue has no hours of its own."""


def able(agent: Agent, queue: Queue) -> bool:
    """Tell whether the agent may serve the queue's callers at all, once every need is relaxed to its least."""
    return _has(agent, _least(queue))


def _least(queue: Queue) -> dict[str, int]:
    """Return the levels that the queue's needs come down to, without those that are let go."""
    found = {need.skill: need.level_after(float("inf")) for need in queue.needs}
    return {skill: level for skill, level in found.items() if level}


def _has(agent: Agent, levels: dict[str, int]) -> bool:
    return agent.enabled and all(agent.skills.get(skill, 0) >= level for skill, level in levels.items())


def on_shift(agent: Agent, shifts: Iterable[Shift], moment: datetime) -> bool:
    """Tell whether the agent should be ready at `moment`."""
    return any(begin <= moment < end for shift in _of(agent, shifts) for begin, end in _spans(shift, moment))


def next_shift(agent: Agent, shifts: Iterable[Shift], moment: datetime) -> datetime | None:
    """Return when the agent's next shift begins, within a week; None for never."""
    begins = (begin for shift in _of(agent, shifts) for begin, _ in _spans(shift, moment, 8) if begin > moment)
    return min(begins, default=None)


def should_be_ready(plan: Plan, moment: datetime) -> list[Agent]:
    """Return the agents whose shift it is at `moment`, by extension."""
    found = (agent for agent in plan.agents.values() if agent.enabled and on_shift(agent, plan.shifts, moment))
    return sorted(found, key=lambda agent: agent.extension)


def nobody_will_come(plan: Plan, queue: Queue, logged_in: Iterable[str], moment: datetime) -> bool:
    """Tell whether the queue's callers would wait in vain.

    Nobody who is able to serve them is logged in (extensions; whoever is paused or talking comes back), none has a
    shift now, and none will begin one before the queue closes, or within four hours where it has no hours. Without any
    shifts planned, nobody logged in means that nobody comes.
    """
    levels = _least(queue)
    fit = {extension: agent for extension, agent in plan.agents.items() if _has(agent, levels)}
    if any(extension in fit for extension in logged_in):
        return False
    teams = {agent.team for agent in fit.values() if agent.team}
    end = _hope_until(plan, queue, moment)
    # Shift by shift, not agent by agent: this is asked while callers wait, of thousands of agents.
    return not any(
        begin < end and moment < over
        for shift in plan.shifts
        if shift.agent in fit or shift.team in teams
        for begin, over in _spans(shift, moment, 2)
    )


def is_open(plan: Plan, queue: Queue, moment: datetime) -> bool:
    """Tell whether the queue's hours hold at `moment`; a queue without hours is always open."""
    return not queue.hours or plan.calendars[queue.hours].is_open(moment)


def opens(plan: Plan, queue: Queue, moment: datetime) -> datetime | None:
    """Return when the queue opens next; None where it is open at `moment`, or not known to open any more."""
    return None if is_open(plan, queue, moment) else plan.calendars[queue.hours].opens(moment)


def _hope_until(plan: Plan, queue: Queue, moment: datetime) -> datetime:
    closes = plan.calendars[queue.hours].closes(moment) if queue.hours else None
    return closes or moment + SOON


def _of(agent: Agent, shifts: Iterable[Shift]) -> Iterator[Shift]:
    for shift in shifts:
        if shift.agent == agent.extension or (shift.team and shift.team == agent.team):
            yield shift


def _spans(shift: Shift, moment: datetime, days: int = 1) -> Iterator[tuple[datetime, datetime]]:
    """Yield the shift's spans of the day before `moment` and of the `days` from then on."""
    local = moment.astimezone(ZoneInfo(shift.timezone)) if shift.timezone else moment
    for ahead in range(-1, days):
        day = local.date() + timedelta(days=ahead)
        if _holds_on(shift, day):
            begin = datetime.combine(day, shift.start, local.tzinfo)
            last = day if shift.end > shift.start else day + timedelta(days=1)
            yield begin, datetime.combine(last, shift.end, local.tzinfo)


def _holds_on(shift: Shift, day: date) -> bool:
    return day.weekday() in shift.weekdays or day in shift.days
