"""Lines in one TOML or YAML file: a list of tables `lines`, each complaint with file, line and remedy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from campaigns.line_plan import Line
from campaigns.written_fault import PlanRefused, Where, complaints
from models.errors import OperatorFault
from models.settings_file import Location
from models.written_file import read_written


def read_line_file(path: Path) -> list[Line]:
    """Return the lines that the file describes; raise `PlanRefused` with every complaint."""
    try:
        document, line = read_written(path)
    except OperatorFault as fault:
        raise PlanRefused([str(fault)]) from None

    def where(location: Location) -> str:
        number = line(location)
        return f"{path}:{number}" if number else str(path)

    if not isinstance(document, Mapping) or set(document) != {"lines"}:
        others = ", ".join(str(key) for key in document if key != "lines") if isinstance(document, Mapping) else ""
        told = f" It also has {others}; lines stand alone in a file." if others else ""
        raise PlanRefused([f'{path} must hold "lines" and nothing else.{told}'])
    return lines_of(document["lines"], where)


def lines_of(written: Any, where: Where) -> list[Line]:
    """Return lines out of a list of tables, or a table of tables by name; raise `PlanRefused`."""
    places: list[Location]
    if isinstance(written, Mapping):
        places = [("lines", str(name)) for name in written]
        tables = [{"name": name, **table} if isinstance(table, Mapping) else table for name, table in written.items()]
    elif isinstance(written, list):
        places, tables = [("lines", index) for index in range(len(written))], written
    else:
        raise PlanRefused([f"{where(('lines',))}: lines must be a list of tables."])
    found: list[Line] = []
    wrong: list[str] = []
    for place, table in zip(places, tables, strict=True):
        try:
            found.append(line_of(table, _within(where, place)))
        except PlanRefused as refusal:
            wrong += refusal.complaints
    names = [line.name for line in found]
    wrong += [
        f"{where(('lines',))}: line {name} is there twice; rename one." for name in names if names.count(name) > 1
    ][:1]
    if wrong:
        raise PlanRefused(wrong)
    return found


def _within(where: Where, place: Location) -> Where:
    return lambda location: where((*place, *location))


def line_of(table: Any, where: Where = lambda location: "") -> Line:
    """Return one line; raise `PlanRefused`."""
    if not isinstance(table, Mapping):
        raise PlanRefused([f"{where(())}: a line must be a table with at least a name."])
    try:
        return Line.model_validate(table)
    except ValidationError as refusal:
        name = f"line {table.get('name', '')}".strip()
        raise PlanRefused(complaints(refusal, where, name, Line)) from None


def contradictions(lines: Sequence[Line], trunks: Sequence[str]) -> list[str]:
    """Return what lines can't mean together, or with the trunks that there are, in sentences with a remedy."""
    found = [
        f"Line {line.name} goes over the trunk '{line.way_out}', which [[sip.trunks]] doesn't have; "
        f"{'write one of ' + ', '.join(trunks) if trunks else 'add it there'}."
        for line in lines
        if line.way_out not in trunks
    ]
    currencies = sorted({line.currency for line in lines if line.currency})
    if len(currencies) > 1:
        both = " and ".join(currencies)
        found.append(f"Lines cost {both}, which can't be compared; write all prices in one currency.")
    shares = sum(line.share for line in lines if line.enabled)
    if shares > 100:
        found.append(f"Shares of lines make {shares:g} percent; lower some until they are 100 at most.")
    return found
