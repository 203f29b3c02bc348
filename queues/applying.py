"""Brings what is written into the database: only differences, and all of them or none."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import Connection, delete

from models.phone import Phone
from models.settings import SipSettings
from queues.journal import record
from queues.plan import Agent, Plan, Shift
from queues.plan_checks import Subject, contradictions
from queues.plan_entry import PlanRefused, instead
from queues.plan_reading import Secret, Written
from queues.plan_rows import (
    Ha1,
    StoredAgent,
    put_agent,
    put_calendars,
    put_queue,
    put_shifts,
    put_skills,
    remove_agent,
    remove_queue,
    stored_agents,
    stored_plan,
)
from queues.plan_writing import agent_mapping, calendar_mapping, queue_mapping, shift_mapping
from voice.sip.digest import hashed, password_of

What = Literal["added", "changed", "removed"]


@dataclass(frozen=True)
class Change:
    """What became of one entry."""

    kind: str
    """agent, queue, calendar, shifts or skills."""
    name: str
    what: What
    details: tuple[str, ...] = ()
    """Like "size: 0 -> 20"."""
    signs_out: bool = False
    """Whether phones that registered as this agent must prove themselves anew."""

    def __str__(self) -> str:
        details = f" ({', '.join(self.details)})" if self.details else ""
        return f"{self.kind} {self.name} {self.what}{details}".replace("  ", " ")


@dataclass
class _Applying:
    connection: Connection
    written: Written
    sip: SipSettings
    before: Plan
    known: Mapping[str, StoredAgent]
    changes: list[Change] = field(default_factory=list)


def apply(
    connection: Connection, written: Written, sip: SipSettings, prune: bool = False, by: str = "command"
) -> list[Change]:
    """Write what is new or different, within the caller's transaction; return what changed, in words.

    `prune` also removes agents, queues and calendars that a section of the document leaves out. Raises `PlanRefused`
    before anything is written.
    """
    before = stored_plan(connection)
    after = merged(before, written, prune)
    written.check(after, _touched(before, after, written))
    work = _Applying(connection, written, sip, before, stored_agents(connection))
    _write_agents(work, after)
    _write_queues(work, after)
    _write_others(work, after)
    note_edits(connection, work.changes, by)
    return work.changes


def tried(connection: Connection, written: Written, sip: SipSettings, prune: bool = False) -> list[Change]:
    """Return what `apply` would change, and change nothing."""
    attempt = connection.begin_nested()
    try:
        return apply(connection, written, sip, prune)
    finally:
        attempt.rollback()


def note_edits(connection: Connection, changes: Iterable[Change], by: str = "command") -> None:
    """Write the changes into the events (`by` whom), and forget phones that must prove themselves anew."""
    for change in changes:
        if change.signs_out:
            # A server that runs forgets its registrations when it takes this up; one that starts later must not know.
            connection.execute(delete(Phone).where(Phone.user == change.name))
        about = change.kind if change.kind in ("agent", "queue") else ""
        data = {"kind": change.kind, "name": change.name, "what": change.what, "details": list(change.details)}
        where = {about: change.name} if about else {}
        record(connection, by, "agent.edited" if about == "agent" else "queue.edited", data=data, **where)


def merged(before: Plan, written: Written, prune: bool = False) -> Plan:
    """Return the plan as it is once `written` counts. Shifts and skills are what the document says, if it does."""
    plan, sections = written.plan, written.sections

    def entries(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        return dict(new) if prune and section in sections else {**old, **new}

    return Plan(
        entries("agents", before.agents, plan.agents),
        entries("queues", before.queues, plan.queues),
        entries("calendars", before.calendars, plan.calendars),
        plan.shifts if "shifts" in sections else before.shifts,
        plan.skills if "skills" in sections else before.skills,
    )


def _touched(before: Plan, after: Plan, written: Written) -> frozenset[Subject] | None:
    """Return whose contradictions count: the document's own, and everybody's where something is taken away."""
    taken = (before.agents.keys() - after.agents.keys()) | (before.queues.keys() - after.queues.keys())
    taken |= before.calendars.keys() - after.calendars.keys()
    return None if taken or written.sections & {"skills", "shifts"} else frozenset(written.places)


def ha1_of(extension: str, secret: Secret, realm: str) -> Ha1:
    """Return what is kept of a secret; `OperatorFault` where it is to be read from a variable that isn't set."""
    password = password_of(secret.password, f"agent {extension}") if secret.password else ""
    if password:
        text = f"{extension}:{realm}:{password}"
        return Ha1(hashed("MD5", text), hashed("SHA-256", text), realm)
    return Ha1(secret.ha1, secret.ha1_sha256, realm) if secret else Ha1()


def _write_agents(work: _Applying, after: Plan) -> None:
    taken = {user.name for user in work.sip.users}
    for extension, agent in work.written.plan.agents.items():
        known = work.known.get(extension)
        ha1 = ha1_of(extension, work.written.secrets.get(extension, Secret()), work.sip.realm)
        if extension in taken:
            raise _refused(
                work, agent, "is a user of [[sip.users]] already; remove it there, or give another extension"
            )
        if not (ha1 or agent.address or (known and known.ha1)):
            raise _refused(work, agent, "has neither a password nor an address on your PBX; write one of them")
        change = _agent_change(agent, ha1, known)
        if change:
            put_agent(work.connection, agent, ha1 or (known.ha1 if known else Ha1()), known)
            work.changes.append(change)
    for extension in work.before.agents.keys() - after.agents.keys():
        remove_agent(work.connection, work.known[extension])
        work.changes.append(Change("agent", extension, "removed", signs_out=True))


def _agent_change(agent: Agent, ha1: Ha1, known: StoredAgent | None) -> Change | None:
    if known is None:
        return Change("agent", agent.extension, "added")
    details = list(differences(agent_mapping(known.agent), agent_mapping(agent)))
    secret = bool(ha1) and ha1 != known.ha1
    if secret:
        details.append("password")
    signs_out = secret or (known.agent.enabled and not agent.enabled)
    return Change("agent", agent.extension, "changed", tuple(details), signs_out) if details else None


def _refused(work: _Applying, agent: Agent, sentence: str) -> PlanRefused:
    place = work.written.places.get(("agent", agent.extension))
    where = work.written.where(place) if place else ""
    return PlanRefused([f"{where}{': ' if where else ''}Agent {agent.extension} {sentence}."])


def _write_queues(work: _Applying, after: Plan) -> None:
    for name, queue in work.written.plan.queues.items():
        old = work.before.queues.get(name)
        details = tuple(differences(queue_mapping(old), queue_mapping(queue))) if old else ()
        if old is None or details:
            put_queue(work.connection, queue)
            work.changes.append(Change("queue", name, "changed" if old else "added", details))
    for name in sorted(work.before.queues.keys() - after.queues.keys()):
        remove_queue(work.connection, name)
        work.changes.append(Change("queue", name, "removed"))


def _write_others(work: _Applying, after: Plan) -> None:
    before = work.before
    if after.calendars != before.calendars:
        put_calendars(work.connection, after.calendars)
        for name in sorted(after.calendars.keys() | before.calendars.keys()):
            work.changes.extend(_calendar_change(name, before, after))
    if sorted(map(_shift, after.shifts)) != sorted(map(_shift, before.shifts)):
        put_shifts(work.connection, after.shifts)
        details = tuple(differences({"": list(map(_shift, before.shifts))}, {"": list(map(_shift, after.shifts))}))
        work.changes.append(Change("shifts", "", "changed" if before.shifts else "added", details and _count(after)))
    if after.skills != before.skills:
        put_skills(work.connection, after.skills)
        work.changes.append(Change("skills", "", "changed" if before.skills else "added", tuple(sorted(after.skills))))


def _shift(shift: Shift) -> str:
    return json.dumps(shift_mapping(shift), sort_keys=True)


def _count(after: Plan) -> tuple[str, ...]:
    return (f"{len(after.shifts)} now",)


def _calendar_change(name: str, before: Plan, after: Plan) -> Iterator[Change]:
    old, new = before.calendars.get(name), after.calendars.get(name)
    if new is None:
        yield Change("calendar", name, "removed")
    elif old is None:
        yield Change("calendar", name, "added")
    elif old != new:
        details = differences(calendar_mapping(old), calendar_mapping(new))
        yield Change("calendar", name, "changed", tuple(details))


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield "key: before -> after" for each key that differs; a default is shown as "default"."""
    for key in [*new, *(key for key in old if key not in new)]:
        if old.get(key) != new.get(key):
            yield f"{key}: {_short(old.get(key))} -> {_short(new.get(key))}"


def _short(value: object) -> str:
    if value is None:
        return "default"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def without_agent(connection: Connection, extension: str, by: str = "command") -> tuple[list[Change], list[str]]:
    """Remove an agent with its own shifts; return the changes, and what is wrong with the plan from now on.

    Raises `PlanRefused` where there is no such agent.
    """
    known = stored_agents(connection)
    if extension not in known:
        raise PlanRefused([unknown("agent", extension, known)])
    before = stored_plan(connection)
    remove_agent(connection, known[extension])
    shifts = tuple(shift for shift in before.shifts if shift.agent != extension)
    if shifts != before.shifts:
        put_shifts(connection, shifts)
    removed = Change("agent", extension, "removed", signs_out=True)
    note_edits(connection, [removed], by)
    agents = {name: agent for name, agent in before.agents.items() if name != extension}
    after = replace(before, agents=agents, shifts=shifts)
    old = {found.sentence for found in contradictions(before)}
    new = [found.sentence for found in contradictions(after) if found.sentence not in old]
    return [removed], new


def without_queue(connection: Connection, name: str, by: str = "command") -> list[Change]:
    """Remove a queue; raise `PlanRefused` where there is none, or another one overflows to it."""
    before = stored_plan(connection)
    if name not in before.queues:
        raise PlanRefused([unknown("queue", name, before.queues)])
    for other in before.queues.values():
        if other.name != name and any(way.queue == name for way in other.overflow):
            raise PlanRefused(
                [f"Queue '{other.name}' overflows to '{name}'; lead it elsewhere before you remove '{name}'."]
            )
    remove_queue(connection, name)
    note_edits(connection, [Change("queue", name, "removed")], by)
    return [Change("queue", name, "removed")]


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence for a name that nothing has."""
    known = list(known)
    way_out = instead(name, known) if known else f"add it with hotline {kind}s add"
    return f"There is no {kind} '{name}'; {way_out}."
