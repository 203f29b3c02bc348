"""Fields that an author may write, declared once on the dataclass that holds them.

    barge_in: bool = option(TRUTH, "Whether the caller may interrupt it.", True)

`read_into` makes the dataclass from YAML; the JSON Schema and the documentation are made from `options_of`.
"""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from dialplans.kinds import Kind, Languages, Schema
from dialplans.nodes import Node
from dialplans.place import Target, Texts

MAIN = "*"
"""Key of the field that holds the verb's own value."""
T = TypeVar("T")


@dataclass(frozen=True)
class Option:
    """One declared field."""

    field: str
    """Name in the dataclass."""
    key: str
    """Name in YAML; `MAIN` for the verb's own value."""
    kind: Kind
    doc: str
    """One sentence."""
    default: object
    missing: str
    """Where it must be written: what its lack is called, with the remedy ("has no options; write …"); else ""."""


def option(
    kind: Kind,
    doc: str,
    default: object = dataclasses.MISSING,
    *,
    factory: Callable[[], object] | None = None,
    key: str = "",
    missing: str = "",
) -> Any:
    """Declare a field of `kind` that may be written under `key` (its own name where that is "")."""
    metadata = {"option": (kind, doc, key, missing)}
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def options_of(cls: type) -> dict[str, Option]:
    """Return the declared fields of the dataclass `cls` by their key, in order."""
    if cls not in _KNOWN:
        _KNOWN[cls] = _options_of(cls)
    return _KNOWN[cls]


_KNOWN: dict[type, dict[str, Option]] = {}


def _options_of(cls: type) -> dict[str, Option]:
    found = {}
    for field in dataclasses.fields(cls):
        if "option" in field.metadata:
            kind, doc, key, missing = field.metadata["option"]
            default = None if field.default_factory is dataclasses.MISSING else field.default_factory()
            if field.default is not dataclasses.MISSING:
                default = field.default
            found[key or field.name] = Option(field.name, key or field.name, kind, doc, default, missing)
    return found


def read_into(cls: type[T], node: Node, languages: Languages, main: str = "", **given: object) -> T:
    """Return a `cls` from the mapping `node`; `main` is the key of the verb's own value, `given` its other fields."""
    found: dict[str, object] = dict(given)
    for option in options_of(cls).values():
        entry = node.get(main if option.key == MAIN else option.key)
        if entry is not None:
            if option.key == MAIN:
                entry.what = f"'{main}' of step '{given.get('name', '')}'"
            found[option.field] = option.kind.read(entry, languages)
        elif option.missing:
            node.complain(f"{node.what} {option.missing}.")
    return cls(**found)


def keys_of(cls: type) -> list[str]:
    """Return the keys that may stand in a mapping for `cls`, its main value aside."""
    return [key for key in options_of(cls) if key != MAIN]


def texts_in(thing: object) -> Iterator[Texts]:
    """Yield everything that is said by the declared fields of `thing`."""
    for option in options_of(type(thing)).values():
        yield from option.kind.texts(getattr(thing, option.field))


def targets_in(thing: object) -> Iterator[Target]:
    """Yield every step that the declared fields of `thing` name."""
    for option in options_of(type(thing)).values():
        yield from option.kind.targets(getattr(thing, option.field))


@dataclass(frozen=True)
class Record:
    """A mapping that becomes a dataclass with declared fields."""

    cls: type
    words: str
    what: str = ""
    """What complaints call it before its name: "Intent"."""

    def read(self, node: Node, languages: Languages) -> Any:
        node.what = f"{self.what} {node.what}".strip()
        node.mapping()
        node.only(keys_of(self.cls))
        found: Any = read_into(self.cls, node, languages)
        return dataclasses.replace(found, place=node.place) if hasattr(found, "place") else found

    def schema(self) -> Schema:
        return record_schema(self.cls)

    def texts(self, value: object) -> Iterator[Texts]:
        return texts_in(value) if value is not None else iter(())

    def targets(self, value: object) -> Iterator[Target]:
        return targets_in(value) if value is not None else iter(())


def record_schema(cls: type) -> Schema:
    """Return the JSON Schema of a mapping with the declared fields of `cls`, its main value aside."""
    its = [option for option in options_of(cls).values() if option.key != MAIN]
    return {
        "type": "object",
        "properties": {option.key: {**option.kind.schema(), "description": option.doc} for option in its},
        "required": [option.key for option in its if option.missing],
        "additionalProperties": False,
    }
