"""A campaign's plan in one TOML or YAML file; each complaint has file, line and remedy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from campaigns.plan import CampaignPlan, plan_of
from campaigns.written_fault import PlanRefused, complaints
from models.errors import OperatorFault
from models.settings_file import Location
from models.written_file import read_written


def read_campaign_file(path: Path) -> tuple[CampaignPlan, dict[str, Any]]:
    """Return the plan and what it was read from, as JSON has it; raise `PlanRefused`."""
    try:
        document, line = read_written(path)
    except OperatorFault as fault:
        raise PlanRefused([str(fault)]) from None
    if not isinstance(document, Mapping):
        raise PlanRefused([f"{path} holds no campaign; write at least name, country and flows."])

    def where(location: Location) -> str:
        number = line(location)
        return f"{path}:{number}" if number else str(path)

    try:
        # TOML has dates of its own; the database keeps plans as JSON.
        return plan_of(document), to_jsonable_python(document)
    except ValidationError as refusal:
        raise PlanRefused(complaints(refusal, where, "a campaign", CampaignPlan)) from None
