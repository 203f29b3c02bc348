"""What is wrong in a written document, as a sentence with its place and a remedy: out of pydantic's errors. Pure."""

import difflib
from collections.abc import Callable, Iterable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.errors import OperatorFault
from models.settings_file import Location

Where = Callable[[Location], str]
"""Returns "FILE:LINE" of a place in the document, or ""."""


class PlanRefused(OperatorFault):
    """Everything that keeps a plan from being used, a sentence a line."""

    def __init__(self, complaints: Iterable[str]) -> None:
        self.complaints = list(complaints)
        super().__init__("\n".join(self.complaints))


def complaints(refusal: ValidationError, where: Where, noun: str, model: type[BaseModel]) -> list[str]:
    """Return a sentence for each error; `noun` is what the document is, with its article, `model` what reads it."""
    return [_sentence(one, where, noun, model) for one in refusal.errors()]


def _sentence(fault: ErrorDetails, where: Where, noun: str, model: type[BaseModel]) -> str:
    location = fault["loc"]
    place = where(location)
    at = f"{place}: " if place else ""
    key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in location)
    if fault["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        known = sorted(_keys(location[:-1], model))
        near = difflib.get_close_matches(str(location[-1]), known, 1)
        way_out = f"did you mean {near[0]}?" if near else f"known here are {', '.join(known)}."
        return f"{at}{noun} has no {key}; {way_out}"
    if fault["type"] == "missing":
        return f"{at}{key} is missing; add it."
    if fault["type"] == "sentence":
        return f"{at}{fault['msg']}"
    # A calendar's complaint has its own remedy.
    msg = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":
        return f"{at}{key} is wrong: {msg}"
    reason = msg[0].lower() + msg[1:]
    given = "" if isinstance(fault["input"], dict | list | tuple) else f", not {fault['input']!r}"
    return f"{at}{key} is wrong: {reason}{given}; correct it."


def _keys(location: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """Return the keys that the section at `location` may have."""
    kind: Any = model
    for part in location:
        if isinstance(part, str):
            annotation = _fields(kind).get(part)
            kind = next((one for one in (annotation, *get_args(annotation)) if _fields(one)), kind)
    return list(_fields(kind))


def _fields(kind: Any) -> dict[str, Any]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {name: field.annotation for name, field in kind.model_fields.items()}
    return {name: field.type for name, field in getattr(kind, "__dataclass_fields__", {}).items()}
