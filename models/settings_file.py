"""Reading `hotline.toml` and `HOTLINE_…` into `Settings`; what is wrong there becomes one sentence."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsError

from models.errors import OperatorFault
from models.settings import Settings

DEFAULT = Path("hotline.toml")
PREFIX = "HOTLINE_"
OTHERS = frozenset({"HOTLINE_CONFIG", "HOTLINE_WEIGHTS"})
"""Variables of ours that are no keys of the configuration."""
Location = tuple[str | int, ...]


class _FileThenEnvironment(Settings):
    """`Settings` whose environment wins over what the file says."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def read_settings(path: Path | None = None) -> Settings:
    """Return the settings of the file at `path`; without one, of hotline.toml where it exists, else the defaults.

    Raises `OperatorFault` that names file, line and key.
    """
    if path is None and DEFAULT.exists():
        path = DEFAULT
    text = "" if path is None else _read(path)
    values = _parse(text, path)
    _refuse_unknown_variables()
    try:
        return _FileThenEnvironment(**values)
    except SettingsError as error:
        raise OperatorFault(
            f"The environment can't be read as configuration: {error}; lists are JSON there."
        ) from error
    except ValidationError as error:
        raise OperatorFault(_sentence(error.errors()[0], text, path)) from error


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise OperatorFault(
            f"The configuration {path} can't be read ({error.strerror}); "
            "give another with --config or HOTLINE_CONFIG, or copy hotline.example.toml."
        ) from error
    except UnicodeDecodeError as error:
        raise OperatorFault(
            f"The configuration {path} is not UTF-8 text ({error.reason}); save it as UTF-8."
        ) from error


def _parse(text: str, path: Path | None) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OperatorFault(f"{path} is no valid TOML: {error}; correct it there.") from error


def _refuse_unknown_variables() -> None:
    """Raise `OperatorFault` for a variable that looks like a key of ours and is none (pydantic would pass it over)."""
    sections = [f"{PREFIX}{name}".upper() for name in Settings.model_fields]
    keys = [f"{section}__{key}".upper() for section in sections for key in _fields((section[len(PREFIX) :].lower(),))]
    for name in sorted(os.environ):
        if not name.startswith(PREFIX) or name in OTHERS or name.split("__")[0] in sections:
            continue
        near = difflib.get_close_matches(name, keys, 1, cutoff=0.85)
        if near or "__" in name:
            raise OperatorFault(
                f"The environment variable {name} is unknown{_did_you_mean(near)}; correct or unset it."
            )


def _sentence(fault: ErrorDetails, text: str, path: Path | None) -> str:
    location = fault["loc"]
    where = _where(location, text, path)
    key = _key(location)
    if fault["type"] == "extra_forbidden":
        known = sorted(_fields(location[:-1]))
        near = difflib.get_close_matches(str(location[-1]), known, 1)
        way_out = f"{_did_you_mean(near)}; remove or correct it" if near else f"; known here are {', '.join(known)}"
        return f"{where}: the key {key} is unknown{way_out}."
    if fault["type"] == "missing":
        return f"{where}: the key {key} is missing; add it."
    reason = fault["msg"][0].lower() + fault["msg"][1:]
    given = "" if isinstance(fault["input"], dict | list) or _secret(location) else f", not {fault['input']!r}"
    return f"{where}: {key} is wrong: {reason}{given}; correct it."


def _did_you_mean(near: list[str]) -> str:
    return f" (did you mean {near[0]}?)" if near else ""


def _secret(location: Location) -> bool:
    return str(location[-1]) in {"password", "ha1", "ha1_sha256"}


def _where(location: Location, text: str, path: Path | None) -> str:
    """Return the variable that said it, or the file and, where it can be found, the line."""
    names = [str(part) for part in location if isinstance(part, str)]
    for count in range(len(names), 1, -1):
        variable = PREFIX + "__".join(names[:count]).upper()
        if variable in {name.upper() for name in os.environ}:
            return f"The environment variable {variable}"
    line = line_of(location, text)
    return f"{path}, line {line}" if line else str(path or "The configuration")


def _key(location: Location) -> str:
    """Write a key as people find it: [sip] listen, [sip.trunks] 2 host."""
    *tables, last = location
    if not tables:
        return f"[{last}]"
    names = ".".join(str(part) for part in tables if isinstance(part, str))
    order = "".join(f" {part + 1}" for part in tables if isinstance(part, int))
    return f"[{names}]{order} {last if isinstance(last, str) else last + 1}"


HEADER = re.compile(r"^\s*\[(\[?)\s*([\w.\- \"']+?)\s*\]\]?\s*(#.*)?$")
ASSIGNMENT = re.compile(r"^\s*([\w\-.\"']+)\s*=")


def line_of(location: Location, text: str) -> int:
    """Return the line (from 1) of the deepest part of `location` that a line of the file names; 0 for none."""
    best, line = 0, 0
    for number, at in _places(text):
        if len(at) > best and at == location[: len(at)]:
            best, line = len(at), number
    return line


def _places(text: str) -> Iterator[tuple[int, Location]]:
    """Yield each line that begins a table or a key, with its place as pydantic writes places."""
    table: Location = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := HEADER.match(line):
            if header[1]:
                counts[header[2]] = counts.get(header[2], -1) + 1
                # Lists within an entry of this list begin anew.
                counts = {name: count for name, count in counts.items() if not name.startswith(f"{header[2]}.")}
            table = _with_indexes(header[2], counts)
            yield number, table
        elif assignment := ASSIGNMENT.match(line):
            yield number, (*table, *_parts(assignment[1]))


def _with_indexes(dotted: str, counts: Mapping[str, int]) -> Location:
    """Return the place that a header names: behind each list of tables, which of them it is."""
    parts = _parts(dotted)
    found: Location = ()
    for end, part in enumerate(parts, 1):
        count = counts.get(".".join(map(str, parts[:end])))
        found = (*found, part) if count is None else (*found, part, count)
    return found


def _parts(dotted: str) -> Location:
    return tuple(part.strip(" \"'") for part in dotted.split("."))


def _fields(location: Location) -> Mapping[str, object]:
    """Return the keys that the table at `location` may have."""
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, str):
            annotation = model.model_fields[part].annotation
            candidates = (annotation, *get_args(annotation))
            model = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), model)
    return model.model_fields
