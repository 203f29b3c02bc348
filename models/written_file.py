"""A document that a person wrote in TOML or YAML, with the line of everything in it."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from models.errors import OperatorFault
from models.settings_file import Location, line_of

YAML_ENDINGS = (".yaml", ".yml")
LineOf = Callable[[Location], int]
"""Gives the line (from 1) of the deepest part of a place that the document has; 0 for none."""


def read_written(path: Path) -> tuple[Any, LineOf]:
    """Return what the file says as plain values, and where it says it; raise `OperatorFault` with file and line."""
    ending = path.suffix.lower()
    if ending not in (*YAML_ENDINGS, ".toml"):
        raise OperatorFault(f"{path} is neither TOML nor YAML by its name; end it in .toml or .yaml.")
    text = _text(path)
    return _toml(text, path) if ending == ".toml" else _yaml(text, path)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise OperatorFault(f"{path} can't be read ({error.strerror}); check the path.") from None
    except UnicodeDecodeError:
        raise OperatorFault(f"{path} is not UTF-8; save it as UTF-8.") from None


def _toml(text: str, path: Path) -> tuple[Any, LineOf]:
    try:
        return tomllib.loads(text), lambda location: line_of(location, text)
    except tomllib.TOMLDecodeError as error:
        raise OperatorFault(f"{path} is no valid TOML: {error}; correct it there.") from None


def _yaml(text: str, path: Path) -> tuple[Any, LineOf]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from models.yaml_fault import fault_in

    try:
        document = YAML(typ="rt").load(text)
    except (YAMLError, ValueError, TypeError) as error:
        line, _, sentence = fault_in(text, error)
        raise OperatorFault(f"{path}, line {line}: this is no YAML: {sentence}.") from None
    return _plain(document), lambda location: _yaml_line(document, location)


def _yaml_line(document: Any, location: Location) -> int:
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
