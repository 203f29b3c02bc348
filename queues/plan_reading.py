"""Reads a plan from plain mappings: a TOML or YAML file, a row of the database. Pure.

All complaints are collected, each one sentence with its place; `PlanRefused` has them all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dialplans.calendars import Calendar, a_country, a_date, a_timezone, span, weekdays
from queues.plan import HIGHEST_LEVEL, Agent, Plan, Queue, Shift
from queues.plan_checks import Subject, contradictions
from queues.plan_entry import Entry, Location, Reading, a_name, named, nowhere, shown
from queues.queue_reading import read_queue

EXTENSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
SKILL = re.compile(r"[^\s,;:=\"']{1,64}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
SECTIONS = ("agents", "queues", "calendars", "shifts", "skills")
AGENT_KEYS = (
    "extension", "name", "password", "ha1", "ha1_sha256", "languages", "skills", "cost", "capacity", "team", "address",
    "enabled", "supervises",
)  # fmt: skip
HASH_DIGITS = {"ha1": 32, "ha1_sha256": 64}


@dataclass(frozen=True)
class Secret:
    """How an agent proves who it is, as it was written; all empty: as before."""

    password: str = ""
    """Plain, or "env:NAME"."""
    ha1: str = ""
    """MD5(extension:realm:password) in hex."""
    ha1_sha256: str = ""

    def __bool__(self) -> bool:
        return bool(self.password or self.ha1 or self.ha1_sha256)


@dataclass(frozen=True)
class Written:
    """A plan as one document has it: perhaps only parts of what there is."""

    plan: Plan
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """By extension."""
    sections: frozenset[str] = frozenset()
    """What the document speaks of at all."""
    places: Mapping[Subject, Location] = field(default_factory=dict)
    where: Callable[[Location], str] = nowhere

    def check(self, whole: Plan, subjects: frozenset[Subject] | None = None) -> None:
        """Raise `PlanRefused` for contradictions in `whole` that touch one of `subjects` (None: any)."""
        reading = Reading(self.where)
        for found in contradictions(whole):
            if subjects is None or subjects & found.subjects:
                at = next((self.places[one] for one in (found.about, *found.subjects) if one in self.places), ())
                reading.complain((*at, found.key) if at else (), found.sentence)
        reading.finish()


def read_plan(document: Mapping[str, Any], where: Callable[[Location], str] = nowhere) -> Written:
    """Return what `document` says, each entry in itself; raise `PlanRefused`."""
    reading = Reading(where)
    top = Entry("The plan", document, (), reading)
    top.only(SECTIONS)
    places: dict[Subject, Location] = {}
    agents: dict[str, Agent] = {}
    secrets: dict[str, Secret] = {}
    for entry in named(document.get("agents", ()), "extension", "agent", reading, ("agents",)):
        agent, secret = read_agent(entry)
        agents[agent.extension] = agent
        secrets[agent.extension] = secret
        places["agent", agent.extension] = entry.at
    queues: dict[str, Queue] = {}
    for entry in named(document.get("queues", ()), "name", "queue", reading, ("queues",)):
        queue = read_queue(entry)
        queues[queue.name] = queue
        places["queue", queue.name] = entry.at
    calendars: dict[str, Calendar] = {}
    for entry in named(document.get("calendars", ()), "name", "calendar", reading, ("calendars",)):
        calendars[entry.text("name")] = read_calendar(entry)
        places["calendar", entry.text("name")] = entry.at
    shifts = [read_shift(entry) for entry in _shifts(top)]
    places |= {("shift", str(number)): ("shifts", number) for number in range(len(shifts))}
    skills = frozenset(top.texts("skills"))
    reading.finish()
    plan = Plan(agents, queues, calendars, tuple(shifts), skills)
    return Written(plan, secrets, frozenset(document), places, where)


def read_agent(entry: Entry) -> tuple[Agent, Secret]:
    """Return one agent and its secret."""
    entry.only(AGENT_KEYS)
    extension = a_name(entry, "extension", EXTENSION, "digits, like 201")
    name = entry.text("name") or extension
    languages = entry.texts("languages")
    for language in languages:
        if not LANGUAGE.fullmatch(language):
            entry.complain(f"has the language '{language}'; write codes like en or zh.", "languages")
    agent = Agent(
        extension,
        name,
        languages,
        _levels(entry),
        cost=entry.number("cost", 1),
        capacity=entry.whole("capacity", 1, 1, 100),
        team=entry.text("team"),
        address=_address(entry),
        enabled=entry.flag("enabled", True),
        supervises=entry.texts("supervises"),
    )
    return agent, _secret(entry)


def _levels(entry: Entry) -> dict[str, int]:
    found: dict[str, int] = {}
    for skill, level in entry.pairs("skills"):
        if not SKILL.fullmatch(skill):
            entry.complain(f"has a skill '{skill}'; write one word.", "skills", skill)
        if isinstance(level, int) and not isinstance(level, bool) and 1 <= level <= HIGHEST_LEVEL:
            found[skill] = level
        else:
            wrong = f"has level {shown(level)} for the skill '{skill}'"
            entry.complain(f"{wrong}; levels go from 1 to {HIGHEST_LEVEL}, best.", "skills", skill)
    return found


def _address(entry: Entry) -> str:
    from voice.sip.bindings import read_contact

    address = entry.text("address")
    if address and read_contact(address) is None:
        entry.complain(f"has the address '{address}'; write one like sip:201@pbx.example.", "address")
    return address


def _secret(entry: Entry) -> Secret:
    hashes = {}
    for key, digits in HASH_DIGITS.items():
        hashes[key] = entry.text(key).lower()
        if hashes[key] and not re.fullmatch(rf"[0-9a-f]{{{digits}}}", hashes[key]):
            entry.complain(f"has an {key} that is no hash; write {digits} hexadecimal digits.", key)
    return Secret(entry.text("password"), hashes["ha1"], hashes["ha1_sha256"])


def read_calendar(entry: Entry) -> Calendar:
    """Return opening hours, written with the keys of a flow's."""
    entry.only(("name", "timezone", "hours", "holidays", "closed", "open"))
    timezone, country = entry.text("timezone"), entry.text("holidays")
    hours: dict[int, Any] = {}
    if "hours" not in entry.value:
        entry.complain('has no hours; write hours such as {mon-fri = "09:00-18:00"}.')
    table = entry.table("hours")
    for days in table.value:
        spans = [table.reads(days, text, span, None) for text in table.texts(days)]
        of_week: tuple[int, ...] = table.reads(days, days, weekdays, ())
        for day in of_week:
            hours[day] = tuple(one for one in spans if one)
    return Calendar(
        timezone=entry.reads("timezone", timezone, a_timezone, "") if timezone else "",
        hours=hours,
        country=entry.reads("holidays", country, a_country, "") if country else "",
        closed=_days(entry, "closed"),
        opened=_days(entry, "open"),
    )


def _days(entry: Entry, key: str) -> frozenset[Any]:
    days = (entry.reads(key, text, a_date, None) for text in entry.texts(key))
    return frozenset(day for day in days if day)


def _shifts(top: Entry) -> list[Entry]:
    entries = list(top.tables("shifts"))
    for number, entry in enumerate(entries, 1):
        entry.what = f"Shift {number}"
    return entries


def read_shift(entry: Entry) -> Shift:
    """Return one shift."""
    entry.only(("agent", "team", "days", "dates", "hours", "timezone"))
    agent, team, timezone = entry.text("agent"), entry.text("team"), entry.text("timezone")
    if bool(agent) == bool(team):
        entry.complain("is nobody's; write either agent or team." if not agent else "has agent and team; write one.")
    days, dates = entry.text("days"), _days(entry, "dates")
    if bool(days) == bool(dates):
        entry.complain("has no day; write either days, like mon-fri, or dates." if not days else "has days and dates.")
    hours = entry.text("hours")
    start, end = entry.reads("hours", hours, span, (Shift.start, Shift.end))
    return Shift(
        agent,
        team,
        entry.reads("days", days, weekdays, ()) if days else (),
        tuple(sorted(dates)),
        start,
        end,
        entry.reads("timezone", timezone, a_timezone, "") if timezone else "",
    )
