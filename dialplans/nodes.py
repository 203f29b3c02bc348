"""A YAML document with places: every value knows its line and column, and every complaint is collected."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from dialplans.complaint import Complaint, FlowRefused, did_you_mean
from dialplans.place import Place
from models.yaml_fault import fault_in, wide_in

KINDS = {
    CommentedMap: "a mapping (key: value)",
    CommentedSeq: "a list ([one, two], or a line for each with a dash before it)",
    str: "a text",
    bool: "true or false",
    int: "a whole number",
}


class Node:
    """One value of the document and where it stands."""

    def __init__(self, value: object, place: Place, what: str, complaints: list[Complaint]) -> None:
        self.value, self.place, self.what, self.complaints = value, place, what, complaints

    def complain(self, sentence: str, place: Place | None = None) -> None:
        """Note a complaint about this value."""
        self.complaints.append(Complaint(place or self.place, sentence))

    def _is(self, kind: type, instead: str = "") -> bool:
        fits = isinstance(self.value, kind) and not (kind is int and isinstance(self.value, bool))
        if not fits:
            wide = wide_in(self.value) if isinstance(self.value, str) and kind is not str else ""
            self.complain(f"{self.what} is {shown(self.value)}; {wide or f'write {instead or KINDS[kind]}'} instead.")
        return fits

    # -- mappings ------------------------------------------------------------------------------------------

    def mapping(self) -> bool:
        """Tell whether it is a mapping, complaining where it isn't."""
        return self._is(CommentedMap)

    def names(self) -> list[str]:
        """Names in this mapping, in order; none where it isn't one."""
        return [str(key) for key in self.value] if isinstance(self.value, CommentedMap) else []

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Yield name and value of a mapping, complaining where it is none."""
        if self._is(CommentedMap):
            for key in list(self.value):  # type: ignore[call-overload]
                yield str(key), self._at(key, f"'{key}'")

    def get(self, key: str) -> "Node | None":
        """Return the value under `key`, or None."""
        if not isinstance(self.value, CommentedMap):
            return None
        for name in self.value:
            if str(name) == key:
                return self._at(name, f"'{key}'")
        return None

    def place_of(self, key: str) -> Place:
        """Return where `key` itself is written."""
        if not isinstance(self.value, CommentedMap):
            return self.place
        for name in self.value:
            if str(name) == key:
                line, column = self.value.lc.key(name)
                return Place(self.place.file, line + 1, column + 1)
        return self.place

    def only(self, known: Iterable[str]) -> None:
        """Complain about every key that isn't known here."""
        known = list(known)
        for key in self.value if isinstance(self.value, CommentedMap) else ():
            if str(key) not in known:
                self.complain(self._not_known(key, known), self.place_of(str(key)))

    def _not_known(self, key: object, known: list[str]) -> str:
        assert isinstance(self.value, CommentedMap)
        if not isinstance(key, str | int | float | date | None):
            return f'{self.what} begins with a brace or bracket; put the text into "quotes".'
        if wide := wide_in(str(key)):
            return f"{self.what} has no '{key}'; {wide}{' and a space' if '：' in str(key) else ''} instead."
        if self.value[key] is None and self.value.fa.flow_style():
            return f"{self.what} has no '{key}'; put a text with a comma into \"quotes\"."
        return f"{self.what} has no '{key}'; {did_you_mean(str(key), known)}."

    def _at(self, key: object, what: str) -> "Node":
        value = self.value[key]  # type: ignore[index]
        line, column = self.value.lc.value(key)  # type: ignore[attr-defined]
        return Node(value, Place(self.place.file, line + 1, column + 1), what, self.complaints)

    # -- lists and scalars -------------------------------------------------------------------------------------

    def entries(self) -> Iterator["Node"]:
        """Yield the entries of a list, complaining where it is none."""
        if self._is(CommentedSeq):
            for index in range(len(self.value)):  # type: ignore[arg-type]
                line, column = self.value.lc.item(index)  # type: ignore[attr-defined]
                place = Place(self.place.file, line + 1, column + 1)
                yield Node(self.value[index], place, f"an entry of {self.what}", self.complaints)  # type: ignore[index]

    def text(self) -> str:
        """Return a text (a number counts as one: keys and versions are often written without quotes)."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(int(self.value)).zfill(getattr(self.value, "_width", None) or 0)
        if not self._is(str):
            return ""
        if not str(self.value).strip():
            self.complain(f"{self.what} is empty; write a text.")
        return " ".join(str(self.value).split())

    def number(self, least: float, most: float) -> float:
        """Return a number in the given range."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or not least <= self.value <= most:
            self.complain(f"{self.what} is {shown(self.value)}; write a number from {least:g} to {most:g} instead.")
            return least
        return float(self.value)

    def plain(self) -> Any:
        """Return it as plain values of JSON: dicts, lists, texts (dates as texts), numbers, true, false, None."""
        return _plain(self.value)

    def truth(self) -> bool:
        """Return true or false."""
        return bool(self.value) if self._is(bool) else True


def _plain(value: object) -> Any:
    match value:
        case CommentedMap():
            return {str(key): _plain(entry) for key, entry in value.items()}
        case CommentedSeq():
            return [_plain(entry) for entry in value]
        case bool() | None:
            return value
        case int():
            return int(value)
        case float():
            return float(value)
        case date():
            return value.isoformat()
        case _:
            return " ".join(str(value).split())


def shown(value: object) -> str:
    """Return how a wrong value is named in a complaint."""
    match value:
        case CommentedMap():
            return "a mapping"
        case CommentedSeq():
            return "a list"
        case None:
            return "empty"
        case bool():
            return str(value).lower()
        case _:
            return f"'{value}'"


def read(path: Path, name: str, complaints: list[Complaint]) -> Node:
    """Return the document in `path`; raise `FlowRefused` where there is none or it is no YAML."""
    return parse(_text(path, name), name, complaints)


def _text(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        why = error.strerror or "it can't be read"
        raise FlowRefused([Complaint(Place(name), f"Flow can't be read ({why}); check its path.")]) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise FlowRefused([Complaint(Place(name, line), "The file is not UTF-8; save it as UTF-8.")]) from None


def parse(text: str, name: str, complaints: list[Complaint]) -> Node:
    """Return the document written in `text`."""
    try:
        return Node(YAML(typ="rt").load(text), Place(name), "the flow", complaints)
    except (YAMLError, ValueError, TypeError) as error:
        line, column, sentence = fault_in(text, error)
        raise FlowRefused([Complaint(Place(name, line, column), f"This is no YAML: {sentence}.")]) from None
