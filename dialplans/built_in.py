"""Flows that verbs lead into by themselves, whatever else the flow of the call has."""

from functools import cache

from dialplans.flow import Flow
from dialplans.loader import SHIPPED, load


@cache
def built_in(name: str) -> Flow:
    """Return the built-in flow `name`."""
    path = SHIPPED / f"{name}.yaml"
    return load(path, path.name)
