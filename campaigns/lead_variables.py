"""What a flow knows of the lead that it calls: the list's columns and `lead.…`; and which it lacks. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from dialplans.complaint import did_you_mean
from dialplans.flow import Flow

OWN = ("number", "name", "language", "timezone", "region", "attempt")
"""What `lead.` has of every lead, whatever its list has."""
ALWAYS = ("caller", "called", "language", "now", "last", "opt_out")
"""What every call knows anyway."""


def lead_variables(
    number: str, attempt: int, columns: Mapping[str, Any], *, name: str = "", language: str = "", timezone: str = "",
    region: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return the variables of a call: each column by its own name and within `lead`; dotted names nest.

    `attempt` counts from 1. A column can't hide what `lead` has of its own.
    """
    found: dict[str, Any] = {}
    for column, value in columns.items():
        _put(found, column, value)
    own = {"number": number, "name": name, "language": language, "timezone": timezone, "region": region}
    given = found.get("lead")
    lead = {**columns, **(given if isinstance(given, Mapping) else {}), **own, "attempt": attempt}
    return {**found, "lead": {key: value for key, value in lead.items() if "." not in key}}


def _put(into: dict[str, Any], path: str, value: Any) -> None:
    head, _, rest = path.partition(".")
    if not rest:
        into[head] = value
        return
    inner = into.get(head)
    if not isinstance(inner, dict):
        inner = into[head] = {}
    _put(inner, rest, value)


def missing(flow: Flow, columns: Iterable[str]) -> list[str]:
    """Return what `flow` declares in `variables:` and a list with these columns doesn't bring, in sentences."""
    known = set(columns)
    heads = known | {column.partition(".")[0] for column in known}
    lead = {f"lead.{one}" for one in (*OWN, *known)}
    lacking = [
        name for name in flow.variables
        if name not in known and name not in lead and name not in ALWAYS and name != "lead"
        and not ("." not in name and name in heads)
    ]  # fmt: skip
    offered = sorted(known | lead)
    needs = f"Flow '{flow.name}' needs the variable"
    return [f"{needs} '{name}', and the list has no such column; {did_you_mean(name, offered)}." for name in lacking]
