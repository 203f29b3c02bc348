"""What an administrator plans: agents and what they can do, queues and what they need, shifts. Pure values.

Times named `_s` are seconds. `plan_reading.py` reads them from files, `plan_checks.py` says what contradicts what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal, get_args

from dialplans.calendars import Calendar

HIGHEST_LEVEL = 10
StrategyName = Literal[
    "longest-idle", "even-calls", "even-talk", "ability", "familiar", "lowest-cost", "round-robin", "ring-all"
]
STRATEGIES: tuple[str, ...] = get_args(StrategyName)
Strategy = StrategyName | Mapping[str, float]
"""One way of choosing an agent, or several with a weight each, such as {"ability": 2, "longest-idle": 1}."""
OverflowWhen = Literal["full", "closed", "nobody", "waited"]
OVERFLOW_WHEN: tuple[str, ...] = get_args(OverflowWhen)
OVERFLOW_TO = ("voicemail", "callback", "ticket", "return")
"""Where a caller may be led besides "queue:NAME" and "number:DIGITS"; "return" lets the flow go on."""


EVERYBODY = "*"
"""In `supervises`: agents of every team, and of none."""


@dataclass(frozen=True)
class Agent:
    """A person who takes calls."""

    extension: str
    """Digits that reach this person, and the name that the phone registers by."""
    name: str
    languages: tuple[str, ...] = ()
    """Like "en", "zh"; the best first."""
    skills: Mapping[str, int] = field(default_factory=dict)
    """Level of each: 1 to 10, best."""
    cost: float = 1
    """Of an hour, in whatever unit all agents share: only compared."""
    capacity: int = 1
    """Calls at a time."""
    team: str = ""
    address: str = ""
    """sip:… on the company's PBX; empty: a phone that registers with us under the extension."""
    enabled: bool = True
    supervises: tuple[str, ...] = ()
    """Teams whose agents' talks this one may listen to; EVERYBODY: every one's."""


@dataclass(frozen=True)
class Relax:
    """From a waiting time on, a lower level will do."""

    after_s: float
    level: int
    """0: the skill isn't needed any more."""


@dataclass(frozen=True)
class Need:
    """A skill that an agent must have for the callers of a queue."""

    skill: str
    level: int = 1
    """At least, 1 to 10."""
    relax: tuple[Relax, ...] = ()
    """In the order of their times, levels falling."""

    def level_after(self, waited_s: float) -> int:
        """Return the level that will do for somebody who has waited so long; 0: none."""
        return next((step.level for step in reversed(self.relax) if waited_s >= step.after_s), self.level)


@dataclass(frozen=True)
class Priority:
    """What a caller's score is made of; the highest goes first."""

    waiting: float = 1.0
    """A minute of waiting."""
    tags: Mapping[str, float] = field(default_factory=dict)
    """Of the customer, such as {"vip": 30, "new": 5}."""
    failed_today: float = 10
    """Having hung up or been turned away in a queue earlier today."""
    calls_today: float = 2
    """Each earlier call today."""


@dataclass(frozen=True)
class Overflow:
    """Where callers go whom the queue can't serve."""

    when: OverflowWhen
    """full: no place left; closed: out of hours; nobody: no agent is logged in or will come; waited: `after_s` over."""
    to: str
    """"queue:NAME", "number:DIGITS", or one of `OVERFLOW_TO`."""
    after_s: float = 0
    """Of waiting, for "waited" (0: the queue's longest wait); for "nobody", how long to hope."""

    @property
    def queue(self) -> str:
        """The queue it leads to, or ""."""
        return self.to.removeprefix("queue:") if self.to.startswith("queue:") else ""

    @property
    def number(self) -> str:
        """The number it leads to, or ""."""
        return self.to.removeprefix("number:") if self.to.startswith("number:") else ""


@dataclass(frozen=True)
class ServiceLevel:
    """The target: what share of the callers is answered within which time."""

    within_s: float = 20
    share: float = 0.8
    """0 to 1."""


@dataclass(frozen=True)
class Queue:
    """Callers who wait for the same kind of help."""

    name: str
    title: Mapping[str, str] = field(default_factory=dict)
    """How agents and callers hear it named, by language; without one, `name`."""
    needs: tuple[Need, ...] = ()
    match_language: bool = True
    """Whether an agent must speak the caller's language."""
    any_language_after_s: float = 0
    """Of waiting, after which an agent of any language will do; 0: never."""
    hours: str = ""
    """Name of a calendar; "": always open."""
    size: int = 0
    """Callers who may wait; 0: any number."""
    longest_wait_s: float = 0
    """After which a caller overflows; 0: as long as the caller likes."""
    strategy: Strategy = "longest-idle"
    priority: Priority = Priority()
    ring_s: float = 20
    """How long an offer rings before the next agent gets it."""
    pause_after_missed: int = 3
    """Offers missed in a row after which an agent is paused; 0: never."""
    wrap_up_s: float = 30
    """After a talk, before the next offer; 0: none."""
    accept_by_key: bool = False
    """Whether the agent presses a key to take the caller after the whisper."""
    whisper: str = ""
    """Template of what the agent hears first; "": queue, calls today and summary in short."""
    music: str = ""
    """Sound file; "": tones of a line on hold."""
    announce_position: bool = True
    announce_wait: bool = True
    announce_every_s: float = 45
    """0: only once, at the beginning."""
    way_out_key: str = ""
    """By which a caller leaves the queue and the flow goes on; "": none."""
    callback_after_s: float = 0
    """Of waiting, after which a callback that keeps the place is offered; 0: never."""
    callback_tries: int = 3
    """Calls to who was promised one, before it is given up."""
    callback_again_s: float = 300
    """From a call that reached nobody to the next one."""
    overflow: tuple[Overflow, ...] = ()
    """The first one that fits is taken; none that fits: the flow goes on."""
    service_level: ServiceLevel = ServiceLevel()
    credit_s: float = 600
    """Within which a caller who hung up and calls again gets the old waiting time back; 0: never."""

    def titled(self, language: str) -> str:
        """Return what the queue is called in `language`."""
        return self.title.get(language) or self.name


@dataclass(frozen=True)
class Shift:
    """When an agent, or a whole team, should be ready."""

    agent: str = ""
    """Extension; or"""
    team: str = ""
    weekdays: tuple[int, ...] = ()
    """Monday 0; or"""
    days: tuple[date, ...] = ()
    start: time = time(9)
    end: time = time(17)
    """Not after `start`: of the next day."""
    timezone: str = ""
    """IANA name; "": that of the moments that are asked about."""


@dataclass(frozen=True)
class Plan:
    """All that was planned, checked together."""

    agents: Mapping[str, Agent] = field(default_factory=dict)
    """By extension."""
    queues: Mapping[str, Queue] = field(default_factory=dict)
    """By name."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    skills: frozenset[str] = frozenset()
    """Declared ones; empty: whatever agents have."""
