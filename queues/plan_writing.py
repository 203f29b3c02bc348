"""Writes entries of a plan as the plain mappings that `plan_reading.py` reads: for the database, for `--json`. Pure.

What is as by default is left out, so that a later default holds for what nobody decided.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from dialplans.calendars import DAYS, Calendar, Span
from queues.plan import Agent, Overflow, Priority, Queue, ServiceLevel, Shift

Written = dict[str, Any]


def agent_mapping(agent: Agent) -> Written:
    """Return what `read_agent` reads; without secrets."""
    return _differing(agent, Agent(agent.extension, agent.extension))


def queue_mapping(queue: Queue) -> Written:
    """Return what `read_queue` reads."""
    written = _differing(queue, Queue(queue.name))
    if "needs" in written:
        written["needs"] = [
            {
                "skill": need.skill,
                "level": need.level,
                **(
                    {"relax": [{"after_s": one.after_s, "level": one.level} for one in need.relax]}
                    if need.relax
                    else {}
                ),
            }
            for need in queue.needs
        ]
    if "priority" in written:
        written["priority"] = _differing(queue.priority, Priority())
    if "overflow" in written:
        written["overflow"] = [_overflow(way) for way in queue.overflow]
    if "service_level" in written:
        written["service_level"] = _differing(queue.service_level, ServiceLevel())
    return written


def _overflow(way: Overflow) -> Written:
    return {"when": way.when, "to": way.to, **({"after_s": way.after_s} if way.after_s else {})}


def calendar_mapping(calendar: Calendar) -> Written:
    """Return what `read_calendar` reads."""
    written: Written = {"hours": {DAYS[day]: _spans(spans) for day, spans in sorted(calendar.hours.items())}}
    for key, value in (("timezone", calendar.timezone), ("holidays", calendar.country)):
        if value:
            written[key] = value
    for key, days in (("closed", calendar.closed), ("open", calendar.opened)):
        if days:
            written[key] = [day.isoformat() for day in sorted(days)]
    return written


def shift_mapping(shift: Shift) -> Written:
    """Return what `read_shift` reads."""
    written: Written = {"agent": shift.agent} if shift.agent else {"team": shift.team}
    if shift.weekdays:
        written["days"] = ",".join(DAYS[day] for day in shift.weekdays)
    else:
        written["dates"] = [day.isoformat() for day in shift.days]
    written["hours"] = _span((shift.start, shift.end))
    if shift.timezone:
        written["timezone"] = shift.timezone
    return written


def _differing(value: Any, otherwise: Any) -> Written:
    """Return the fields that differ from `otherwise`; names always."""
    found = {}
    for one in fields(value):
        mine = getattr(value, one.name)
        if mine != getattr(otherwise, one.name) or one.name in ("extension", "name"):
            found[one.name] = dict(mine) if isinstance(mine, Mapping) else list(mine) if _listed(mine) else mine
    return found


def _listed(value: object) -> bool:
    return isinstance(value, tuple | list)


def _spans(spans: Iterable[Span]) -> list[str]:
    return [_span(one) for one in spans]


def _span(span: Span) -> str:
    return f"{span[0]:%H:%M}-{span[1]:%H:%M}"
