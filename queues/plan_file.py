"""A plan in one TOML or YAML file, with the line of everything in it."""

from collections.abc import Mapping
from pathlib import Path

from models.errors import OperatorFault
from models.written_file import read_written
from queues.plan_entry import Location, PlanRefused
from queues.plan_reading import Written, read_plan


def read_plan_file(path: Path) -> Written:
    """Return what the file says; raise `PlanRefused` with every complaint, each with file and line."""
    try:
        document, line = read_written(path)
    except OperatorFault as fault:
        raise PlanRefused([str(fault)]) from None
    if not isinstance(document, Mapping):
        raise PlanRefused([f"{path} holds no plan; write agents, queues, calendars or shifts."])

    def where(location: Location) -> str:
        number = line(location)
        return f"{path}, line {number}" if number else str(path)

    return read_plan(document, where)
