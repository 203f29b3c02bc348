"""Kinds of values that an author writes: how each is read, checked, described and shown to an editor.

A verb declares its fields with these (`options.py`). One declaration serves the reading of YAML, the JSON Schema, the
table in the documentation, and the questions "what may be said here?" and "where may this lead?".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from asr_tts import marks
from dialplans.complaint import did_you_mean, listing
from dialplans.nodes import Node
from dialplans.place import Target, Texts
from models.yaml_fault import wide_in

TEMPLATE = re.compile(r"\{\{([^{}]*)\}\}")
STRAY = re.compile(r"[{}｛｝]")
"""A brace that belongs to no template."""
QUOTES = ("“", "”", "‘", "’")
Languages = tuple[str, ...]
LANGUAGES: Languages = ("en", "zh")
"""Those that a flow may speak."""
Schema = dict[str, Any]


class Kind(Protocol):
    """One kind of value."""

    @property
    def words(self) -> str:
        """What to write, for people: "a number from 1 to 10"."""

    def read(self, node: Node, languages: Languages) -> Any:
        """Return the value of `node`, complaining about what it can't be."""

    def schema(self) -> Schema:
        """Return the JSON Schema of what may be written; `#/$defs/texts` is a text by language."""

    def texts(self, value: Any) -> Iterator[Texts]:
        """Yield everything in `value` that is said."""

    def targets(self, value: Any) -> Iterator[Target]:
        """Yield every step that `value` names."""


class Plain:
    """What kinds have in common that neither speak nor lead anywhere."""

    def texts(self, value: Any) -> Iterator[Texts]:
        return iter(())

    def targets(self, value: Any) -> Iterator[Target]:
        return iter(())


@dataclass(frozen=True)
class Truth(Plain):
    words = "true or false"

    def read(self, node: Node, languages: Languages) -> bool:
        return node.truth()

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number(Plain):
    least: float
    most: float

    @property
    def words(self) -> str:
        return f"a number from {self.least:g} to {self.most:g}"

    def read(self, node: Node, languages: Languages) -> float:
        return node.number(self.least, self.most)

    def schema(self) -> Schema:
        return {"type": "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Whole(Plain):
    least: int
    most: int

    @property
    def words(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def read(self, node: Node, languages: Languages) -> int:
        return int(node.number(self.least, self.most))

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Word(Plain):
    words: str = "a text"

    def read(self, node: Node, languages: Languages) -> str:
        return unquoted(node)

    def schema(self) -> Schema:
        return {"type": ["string", "number"]}


@dataclass(frozen=True)
class OneOf(Plain):
    names: tuple[str, ...]
    thing: str
    """What can't be another word, for the complaint: "A question"."""

    @property
    def words(self) -> str:
        return listing(self.names)

    def read(self, node: Node, languages: Languages) -> str:
        if (word := node.text()) not in self.names:
            node.complain(f"{self.thing} is never '{word}'; {did_you_mean(word, self.names)}.")
            return self.names[0]
        return word

    def schema(self) -> Schema:
        return {"enum": list(self.names)}


@dataclass(frozen=True)
class Anything(Plain):
    """Any value of JSON; texts in it may hold templates."""

    words: str = "any value"

    def read(self, node: Node, languages: Languages) -> Any:
        return node.plain()

    def schema(self) -> Schema:
        return {}


@dataclass(frozen=True)
class Spoken(Plain):
    """A text in each language of the flow; a plain one where the flow has only one language."""

    words: str = "a text in each language"

    def read(self, node: Node, languages: Languages) -> Texts:
        if not node.names():
            text = node.text()
            if text and len(languages) > 1:
                example = ", ".join(f"{language}: …" for language in languages)
                node.complain(f"{node.what} is said in one language only; write {{{example}}} instead.")
            self.look_at(node, text)
            return dict.fromkeys(languages, text)
        every_language(node, languages)
        texts = {}
        for language, entry in node.items():
            if language in languages:
                texts[language] = entry.text()
                self.look_at(entry, texts[language])
        return texts

    def look_at(self, node: Node, text: str) -> None:
        """Complain about what nobody would say of a text, where that text stands."""
        for fault in marks.faults(text):
            node.complain(fault)
        if brace := STRAY.search(TEMPLATE.sub("", text)):
            node.complain(f"'{brace[0]}' stands alone and would be read out; write a value as {{{{ name }}}}.")

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/texts"}

    def texts(self, value: Texts) -> Iterator[Texts]:
        if value:
            yield value


@dataclass(frozen=True)
class Silent(Spoken):
    """A text in each language that isn't spoken: the name of a sound file."""

    words: str = "a file in each language"

    def look_at(self, node: Node, text: str) -> None:
        """A file may be called anything."""

    def texts(self, value: Texts) -> Iterator[Texts]:
        return iter(())


@dataclass(frozen=True)
class MaybeSpoken(Spoken):
    """As `Spoken`, and it may be left empty."""

    words: str = "a text in each language, or nothing"

    def read(self, node: Node, languages: Languages) -> Texts:
        return {} if node.value is None else super().read(node, languages)

    def schema(self) -> Schema:
        return {"anyOf": [super().schema(), {"type": "null"}]}


@dataclass(frozen=True)
class Leads(Plain):
    """The name of a step."""

    words: str = "the name of a step"

    def read(self, node: Node, languages: Languages) -> Target:
        return Target(unquoted(node), node.place)

    def schema(self) -> Schema:
        return {"type": ["string", "number"]}

    def targets(self, value: Target | None) -> Iterator[Target]:
        if value is not None:
            yield value


@dataclass(frozen=True)
class Listed:
    """A list of `kind`, or a single one."""

    kind: Kind

    @property
    def words(self) -> str:
        return f"{self.kind.words}, or a list of them"

    def read(self, node: Node, languages: Languages) -> tuple[Any, ...]:
        entries = node.entries() if isinstance(node.value, list) else [node]
        return tuple(self.kind.read(entry, languages) for entry in entries)

    def schema(self) -> Schema:
        one = self.kind.schema()
        return {"anyOf": [one, {"type": "array", "items": one}]}

    def texts(self, value: Iterable[Any]) -> Iterator[Texts]:
        for one in value:
            yield from self.kind.texts(one)

    def targets(self, value: Iterable[Any]) -> Iterator[Target]:
        for one in value:
            yield from self.kind.targets(one)


@dataclass(frozen=True)
class Named:
    """A mapping from names to `kind`."""

    kind: Kind
    name: str = "NAME"

    @property
    def words(self) -> str:
        return f"{{{self.name}: {self.kind.words}}}"

    def read(self, node: Node, languages: Languages) -> dict[str, Any]:
        return {name: self.kind.read(entry, languages) for name, entry in node.items()}

    def schema(self) -> Schema:
        return {"type": "object", "additionalProperties": self.kind.schema()}

    def texts(self, value: Mapping[str, Any]) -> Iterator[Texts]:
        for one in value.values():
            yield from self.kind.texts(one)

    def targets(self, value: Mapping[str, Any]) -> Iterator[Target]:
        for one in value.values():
            yield from self.kind.targets(one)


@dataclass(frozen=True)
class Sayings(Plain):
    """What callers may say: texts or lists of texts by language."""

    complete: bool = True
    """Whether every language must be there."""
    words: str = "a text or a list of texts in each language"

    def read(self, node: Node, languages: Languages) -> dict[str, tuple[str, ...]]:
        if not node.names():
            return dict.fromkeys(languages, _texts_in(node))
        every_language(node, languages, self.complete)
        return {language: _texts_in(entry) for language, entry in node.items()}

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/sayings"}


@dataclass(frozen=True)
class Patterns(Sayings):
    """Regular expressions by language."""

    complete: bool = False
    words: str = "a text or a list of texts in each language"

    def read(self, node: Node, languages: Languages) -> dict[str, tuple[str, ...]]:
        found = super().read(node, languages)
        for pattern in dict.fromkeys(pattern for patterns in found.values() for pattern in patterns):
            try:
                re.compile(pattern)
            except re.error as error:
                node.complain(f"'{pattern}' is no regular expression: {error}; write one, or `keywords:` instead.")
        return found


TRUTH, WORD, ANYTHING = Truth(), Word(), Anything()
TEXTS, PROMPTS, STEP = Spoken(), Listed(Spoken()), Leads()
NAMES = Listed(Word("a name"))


def every_language(node: Node, languages: Languages, complete: bool = True) -> None:
    """Complain about what is in no language of the flow, and, if `complete`, about the languages that are missing."""
    for language in node.names():
        if language in LANGUAGES and language not in languages:
            node.complain(
                f"{node.what} has '{language}', which the flow doesn't speak; add it to `languages:`, or delete it.",
                node.place_of(language),
            )
    node.only(dict.fromkeys((*languages, *(language for language in LANGUAGES if language in node.names()))))
    if complete and (missing := [language for language in languages if language not in node.names()]):
        node.complain(f"{node.what} lacks {' and '.join(missing)}; write it in every language of the flow.")


def plus_lost(node: Node) -> None:
    """Complain of a number without quotes where a telephone number is meant: in YAML, +4420… is a sum."""
    if type(node.value) is int:
        node.complain(f"A plus before {node.value} is lost where it stands without quotes; write them.")


def unquoted(node: Node) -> str:
    """Return a text that isn't said, complaining of quotes of a word processor around it: they would belong to it."""
    text = node.text()
    if text[:1] in QUOTES and text[-1:] in QUOTES:
        node.complain(f"{node.what} is {text}; {wide_in(text)} around it instead.")
    return text


def _texts_in(node: Node) -> tuple[str, ...]:
    if isinstance(node.value, list):
        return tuple(entry.text() for entry in node.entries())
    return (node.text(),)
