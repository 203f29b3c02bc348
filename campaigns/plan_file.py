"""A campaign's plan in one TOML or YAML file; each complaint has file, line and remedy."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from campaigns.plan import CampaignPlan, plan_of
from models.errors import OperatorFault
from models.written_file import LineOf, read_written


class PlanRefused(OperatorFault):
    """Everything that keeps a plan from being used, a sentence a line."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints


def read_campaign_file(path: Path) -> tuple[CampaignPlan, dict[str, Any]]:
    """Return the plan and what it was read from; raise `PlanRefused`."""
    try:
        document, line = read_written(path)
    except OperatorFault as fault:
        raise PlanRefused([str(fault)]) from None
    if not isinstance(document, Mapping):
        raise PlanRefused([f"{path} holds no campaign; write at least name, country and flows."])
    try:
        return plan_of(document), dict(document)
    except ValidationError as refusal:
        raise PlanRefused([_sentence(one, path, line) for one in refusal.errors()]) from None


def _sentence(fault: ErrorDetails, path: Path, line: LineOf) -> str:
    location = fault["loc"]
    number = line(location)
    where = f"{path}:{number}" if number else str(path)
    key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in location)
    if fault["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        known = sorted(_keys(location[:-1]))
        near = difflib.get_close_matches(str(location[-1]), known, 1)
        way_out = f"did you mean {near[0]}?" if near else f"known here are {', '.join(known)}."
        return f"{where}: a campaign has no {key}; {way_out}"
    if fault["type"] == "missing":
        return f"{where}: {key} is missing; add it."
    if fault["type"] == "sentence":
        return f"{where}: {fault['msg']}"
    reason = fault["msg"][0].lower() + fault["msg"][1:]
    given = "" if isinstance(fault["input"], dict | list | tuple) else f", not {fault['input']!r}"
    return f"{where}: {key} is wrong: {reason}{given}; correct it."


def _keys(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the section at `location` may have."""
    kind: Any = CampaignPlan
    for part in location:
        if isinstance(part, str):
            fields = _fields(kind)
            annotation = fields.get(part)
            kind = next((one for one in (annotation, *get_args(annotation)) if _fields(one)), kind)
    return list(_fields(kind))


def _fields(kind: Any) -> dict[str, Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    return {name: field.type for name, field in getattr(kind, "__dataclass_fields__", {}).items()}
