"""A plan in one TOML or YAML file, with the line of everything in it."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from models.settings_file import line_of
from queues.plan_entry import Location, PlanRefused
from queues.plan_reading import Written, read_plan

YAML_ENDINGS = (".yaml", ".yml")


def read_plan_file(path: Path) -> Written:
    """Return what the file says; raise `PlanRefused` with every complaint, each with file and line."""
    text = _text(path)
    if path.suffix.lower() in YAML_ENDINGS:
        document, line = _yaml(text, path)
    elif path.suffix.lower() == ".toml":
        document, line = _toml(text, path)
    else:
        raise PlanRefused([f"{path} is neither TOML nor YAML by its name; end it in .toml or .yaml."])
    if not isinstance(document, Mapping):
        raise PlanRefused([f"{path} holds no plan; write agents, queues, calendars or shifts."])

    def where(location: Location) -> str:
        number = line(location)
        return f"{path}, line {number}" if number else str(path)

    return read_plan(document, where)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise PlanRefused([f"{path} can't be read ({error.strerror}); check the path."]) from None
    except UnicodeDecodeError:
        raise PlanRefused([f"{path} is not UTF-8; save it as UTF-8."]) from None


def _toml(text: str, path: Path) -> tuple[Any, Callable[[Location], int]]:
    try:
        return tomllib.loads(text), lambda location: line_of(location, text)
    except tomllib.TOMLDecodeError as error:
        raise PlanRefused([f"{path} is no valid TOML: {error}; correct it there."]) from None


def _yaml(text: str, path: Path) -> tuple[Any, Callable[[Location], int]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        document = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}, line {mark.line + 1}" if mark else str(path)
        raise PlanRefused([f"{place}: this is no YAML: {(error.problem or '').strip() or error}."]) from None
    except YAMLError as error:
        raise PlanRefused([f"{path} is no YAML: {error}."]) from None
    return _plain(document), lambda location: _yaml_line(document, location)


def _yaml_line(document: Any, location: Location) -> int:
    """Return the line (from 1) of the deepest part of `location` that the document has; 0 for none."""
    line = 0
    value: Any = document
    for part in location:
        try:
            keyed = isinstance(value, dict)
            at = value.lc.key(part) if keyed else value.lc.item(part)
            line, value = at[0] + 1, value[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def _plain(value: Any) -> Any:
    """Return plain dicts, lists and values; a number written with leading zeros is a text (an extension 0201)."""
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        width = getattr(value, "_width", None)
        return str(int(value)).zfill(width) if width else int(value)
    if isinstance(value, float):
        return float(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
