"""One row of a list as a lead, or why it is none. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import available_timezones

from campaigns.lead_writing import LeadDraft
from campaigns.list_columns import NUMBER, NUMBERS, Columns
from campaigns.list_moments import a_moment
from campaigns.phone_number import NotANumber, PhoneNumber, numbering
from campaigns.plan import CampaignPlan

USUAL_PRIORITY = 50
LANGUAGES = {
    "en": "en", "english": "en", "eng": "en", "英语": "en", "英文": "en", "zh": "zh", "chinese": "zh", "cn": "zh",
    "mandarin": "zh", "zh-cn": "zh", "中文": "zh", "汉语": "zh", "普通话": "zh", "国语": "zh",
}  # fmt: skip
SEVERAL = re.compile(r"[;；、|]|,(?=.*\d{5})")
"""Between numbers that share a cell."""
REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class RowRefused(ValueError):
    """Why a row becomes no lead: a few words for the operator."""


class LeadReader:
    """Reads the rows of one list for one campaign."""

    def __init__(self, plan: CampaignPlan, columns: Columns) -> None:
        self._numbering = numbering(plan.country)
        self._plan = plan
        self._known = columns.known
        self._number = columns.known[NUMBER]
        self._others = tuple(columns.known[one] for one in NUMBERS[1:] if one in columns.known)
        self._variables = columns.variables
        self._rest = frozenset(columns.known) - set(NUMBERS) - {"name"}
        self._name = columns.known.get("name")
        self._zones = available_timezones()

    def read(self, line: int, cells: Sequence[str]) -> LeadDraft:
        """Return the lead in a row; raise `RowRefused`."""
        width = len(cells)
        text = cells[self._number] if self._number < width else ""
        number, further = self._numbers(text.strip(), [cells[at].strip() for at in self._others if at < width])
        variables = {name: cells[at].strip() for at, name in self._variables if at < width and cells[at]}
        name = cells[self._name].strip() if self._name is not None and self._name < width else ""
        timezone, region, language, priority, appointment, consent = (
            number.timezone,
            number.region,
            "",
            None,
            None,
            None,
        )
        if self._rest:
            timezone = self._timezone(self._cell(cells, "timezone")) or timezone
            region = self._region(self._cell(cells, "region")) or region
            language = self._language(self._cell(cells, "language"))
            priority = self._priority(self._cell(cells, "priority"))
        timezone = timezone or self._plan.timezone
        if not timezone:
            raise RowRefused("its time zone is unknown: add a column timezone, or timezone to the campaign's plan")
        if self._rest:
            zone = (self._plan.timezone or timezone).partition(",")[0]
            if text := self._cell(cells, "appointment"):
                appointment = self._moment(text, zone, "appointment")
            consent = self._consent(cells, zone)
        return LeadDraft(
            number.e164, further, name, language, timezone, region, variables,
            USUAL_PRIORITY if priority is None else priority, appointment, consent, line,
        )  # fmt: skip

    def _cell(self, cells: Sequence[str], meaning: str) -> str:
        at = self._known.get(meaning)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    def _numbers(self, text: str, others: Sequence[str]) -> tuple[PhoneNumber, tuple[str, ...]]:
        """Return the first number and the further ones, of which those that are none are left out."""
        if not text:
            raise RowRefused("it has no number")
        try:
            if not others:
                return self._numbering.read(text), ()
        except NotANumber:
            if not SEVERAL.search(text):
                raise RowRefused(f"'{text}' is {self._why(text)}") from None
        first, *more = [part for part in SEVERAL.split(text) if part.strip()] or [text]
        try:
            number = self._numbering.read(first.strip())
        except NotANumber as fault:
            raise RowRefused(f"'{first}' is {fault}") from None
        further = (self._e164(one) for one in (*more, *others))
        return number, tuple(dict.fromkeys(one for one in further if one and one != number.e164))

    def _why(self, text: str) -> str:
        try:
            self._numbering.read(text)
        except NotANumber as fault:
            return str(fault)
        return "no number"

    def _e164(self, text: str) -> str:
        try:
            return self._numbering.read(text.strip()).e164 if text.strip() else ""
        except NotANumber:
            return ""

    def _timezone(self, text: str) -> str:
        if text and text not in self._zones:
            raise RowRefused(f"'{text}' is no time zone such as Asia/Shanghai")
        return text

    @staticmethod
    def _region(text: str) -> str:
        if text and not REGION.fullmatch(text.upper()):
            raise RowRefused(f"'{text}' is no region such as CN or US-CA")
        return text.upper()

    @staticmethod
    def _language(text: str) -> str:
        if text and text.lower() not in LANGUAGES:
            raise RowRefused(f"the language '{text}' is neither en nor zh")
        return LANGUAGES.get(text.lower(), "")

    @staticmethod
    def _priority(text: str) -> int | None:
        if not text:
            return None
        if not text.isdecimal() or int(text) > 99:
            raise RowRefused(f"the priority '{text}' is no whole number from 0 to 99")
        return int(text)

    @staticmethod
    def _moment(text: str, zone: str, what: str) -> datetime:
        try:
            return a_moment(text, zone)
        except ValueError:
            raise RowRefused(f"the {what} '{text}' is no time such as 2026-11-21 17:00") from None

    def _consent(self, cells: Sequence[str], zone: str) -> dict[str, str] | None:
        source, given, until = (self._cell(cells, f"consent_{what}") for what in ("source", "given", "until"))
        if not source and not given:
            return None
        if not source or not given:
            raise RowRefused("consent needs both a source and a date")
        found = {"source": source, "given_at": self._moment(given, zone, "date of consent").isoformat()}
        if until:
            found["until"] = self._moment(until, zone, "end of consent").isoformat()
        return found
