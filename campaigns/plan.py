"""What an operator plans: one campaign, read from YAML or TOML. Pure values; `plan_file.py` reads them from a file.

A section with a file of its own is read there: `retry.py`, `breaker.py`, `pacing_rules.py`, `grading.py` … Times
of the day are the callee's own, wherever they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from campaigns.breaker import BreakerRules
from campaigns.grading import DEFAULT_RULES as DEFAULT_GRADES
from campaigns.grading import GradeRules
from campaigns.grading import rules_of as grades_of
from campaigns.pacing_rules import written_pacing
from campaigns.retry import RetryRules, rules_of
from campaigns.schedule import ScheduledOrder
from dialplans.calendars import Calendar, NotACalendar, a_country, a_timezone, hours_of
from models.errors import OperatorFault
from models.settings import Section

T = TypeVar("T")
Mode = Literal["robot", "progressive", "predictive", "preview"]
Duplicates = Literal["campaign", "all", "allow"]
LAWFUL_HOURS = ("mon-sat 09:00-20:00", "sun 10:00-18:00")


def said(reader: Callable[[Any], T]) -> BeforeValidator:
    """Return a validator that reads a section with `reader`; its `OperatorFault` is said with file and line."""

    def read(value: Any) -> T:
        if is_dataclass(value):
            return value  # type: ignore[return-value]
        try:
            return reader(value)
        except (OperatorFault, NotACalendar) as error:
            raise _wrong(str(error)) from None

    return BeforeValidator(read)


def _wrong(sentence: str) -> PydanticCustomError:
    # The sentence may hold braces, which a template would read as its own.
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


class Texts(Section):
    """One sentence in both languages."""

    en: str = ""
    zh: str = ""


class FlowShare(Section):
    """A flow that talks with callees, and with how many of them; several are versions that are compared."""

    flow: str
    share: float = Field(1, ge=0)
    """Against the shares of the others."""


class FrequencyCap(Section):
    """How often one person may be called, counted over all campaigns."""

    times: int = Field(ge=1)
    days: float = Field(gt=0)


class AbandonRules(Section):
    """What the law says of callees who answer and find nobody there (the modes with agents)."""

    cap_percent: float = Field(3, gt=0, le=100)
    """Of the calls that a person answered."""
    window_days: float = Field(30, gt=0)
    connect_s: float = Field(2, gt=0)
    """From the callee's greeting to the agent; later is abandoned."""
    message: Texts = Texts()
    """What an abandoned callee hears: who called, and how to call no more."""
    no_call_again_h: float = Field(72, ge=0)
    """Unless an agent is there for sure."""


class MachineRules(Section):
    """What is done when an answering machine answers."""

    policy: Literal["hang_up", "leave_message", "talk"] = "hang_up"
    message: Texts = Texts()


class ScreeningRules(Section):
    """What a service that screens calls is told."""

    name: Texts = Texts()
    purpose: Texts = Texts()


class ResultHook(Section):
    """A program of the company's that is told of results, and of a circuit breaker that opens or closes."""

    url: str = Field(pattern=r"^https?://")
    events: tuple[str, ...] = ("attempt.ended", "breaker.tripped", "breaker.mended")
    secret: str = ""
    """Signs each delivery; "env:NAME" reads it from the environment."""


class FollowUp(Section):
    """A program that is asked for an SMS, an e-mail or a task after certain results."""

    grades: tuple[str, ...] = ()
    dispositions: tuple[str, ...] = ()
    url: str = Field(pattern=r"^https?://")
    secret: str = ""
    data: dict[str, Any] = Field(default_factory=dict)
    """Sent along: a template's name, a subject …"""


class CampaignPlan(Section):
    """One campaign as its operator wants it."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    name: str = Field(pattern=r"^[\w][\w.\-]{0,63}$")
    country: str = Field(pattern=r"^[A-Z]{2}$")
    """ISO 3166: numbers of the list without "+" are this country's."""
    timezone: str = ""
    """IANA name for every callee; "": each number's own."""
    languages: tuple[Literal["en", "zh"], ...] = ()
    """The first is the default of leads without one; (): the flow's."""
    flows: tuple[FlowShare, ...] = Field(min_length=1)
    purpose: str = ""
    """What consent must have been given for."""
    require_consent: bool = False
    mode: Mode = "robot"
    queue: str = ""
    """Whose agents talk; for the modes with agents, and for warm hand-overs."""
    lines: tuple[str, ...] = ()
    """(): all."""
    line_shares: dict[str, float] = Field(default_factory=dict)
    """Percent of the calls by contract."""
    hours: tuple[str, ...] = LAWFUL_HOURS
    holidays: str | None = None
    """Whose holidays nobody is called on (CN, US-CA); "": every day is a day like others; None: the country's."""
    start_on: date | None = None
    end_on: date | None = None
    """The last day."""
    schedule: tuple[ScheduledOrder, ...] = ()
    """What is done with the campaign by itself: started, paused … at these times."""
    max_calls: int = Field(10, ge=1)
    """At a time."""
    calls_per_second: float = Field(1, gt=0)
    ring_seconds: float = Field(30, ge=15, le=120)
    """The law wants 15 s or four rings at least."""
    frequency: tuple[FrequencyCap, ...] = (FrequencyCap(times=7, days=7),)
    after_refusal: Literal["never", "may"] = "never"
    """Whether whoever refused the offer is called again by this campaign or another (China: never)."""
    abandon: AbandonRules = AbandonRules()
    pacing: Annotated[dict[str, Any], said(written_pacing)] = Field(default_factory=dict)
    breaker: BreakerRules = BreakerRules()
    retry: Annotated[RetryRules, said(rules_of)] = rules_of(None)
    machine: MachineRules = MachineRules()
    screening: ScreeningRules = ScreeningRules()
    grades: Annotated[GradeRules, said(grades_of)] = DEFAULT_GRADES
    webhooks: tuple[ResultHook, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()
    do_not_call: tuple[str, ...] = ()
    """Lists of others' campaigns that hold here too; those for everybody always do."""
    duplicates: Duplicates = "campaign"
    """Which number that is known already is refused at the import: one of this campaign, one of any campaign that
    isn't over, or none (allow: what this campaign has is passed over without a word)."""
    columns: dict[str, str] = Field(default_factory=dict)
    """How the list's columns are meant: heading -> number, name, language …, or "-" to leave it out."""

    @field_validator("flows", mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        entries = value if isinstance(value, list | tuple) else [value]
        return tuple({"flow": entry} if isinstance(entry, str) else entry for entry in entries)

    @field_validator("timezone", "holidays")
    @classmethod
    def _known(cls, value: str | None, info: ValidationInfo) -> str | None:
        try:
            if value:
                (a_timezone if info.field_name == "timezone" else a_country)(value)
        except NotACalendar as error:
            raise _wrong(str(error)) from None
        return value

    @field_validator("hours")
    @classmethod
    def _real_hours(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            hours_of(value)
        except NotACalendar as error:
            raise _wrong(str(error)) from None
        if not value:
            raise _wrong("hours are empty, so nobody could ever be called; write mon-fri 09:00-20:00, or nothing.")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.mode != "robot" and not self.queue:
            raise _wrong(f"mode {self.mode} needs agents and no queue is named; write queue: NAME, or mode: robot.")
        if not sum(one.share for one in self.flows):
            raise _wrong("no flow has a share above 0; give one of the flows a share.")
        if self.start_on and self.end_on and self.end_on < self.start_on:
            raise _wrong(f"it ends on {self.end_on}, before it starts on {self.start_on}; correct one of them.")
        if any(not one.timezone for one in self.schedule) and not self.timezone:
            raise _wrong("schedule says times and not where; write timezone: Asia/Shanghai with each of them.")
        strangers = set(self.line_shares) - set(self.lines) if self.lines else set()
        if strangers:
            raise _wrong(f"line_shares name {min(strangers)}, which is not among lines; add it there.")
        return self

    @cached_property
    def calendar(self) -> Calendar:
        """When callees may be called: hours in the zone that is asked about, without the holidays."""
        country = self._holidays
        return Calendar(timezone="", hours=hours_of(self.hours), country=country)

    @property
    def _holidays(self) -> str:
        if self.holidays is not None:
            return self.holidays
        try:
            return a_country(self.country)
        except NotACalendar:
            return ""


def plan_of(settings: Mapping[str, Any]) -> CampaignPlan:
    """Return the plan that `models.campaign.Campaign.settings` holds; raise pydantic's `ValidationError`."""
    return CampaignPlan.model_validate(settings)
