"""menu: one of several options, by key or by voice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplans.answers import DOUBTED, NOTHING, Answer
from dialplans.exchange import QuestionKind
from dialplans.kinds import STEP, WORD, Languages, Plain, Sayings, Schema
from dialplans.nodes import Node
from dialplans.options import keys_of, option, read_into, record_schema
from dialplans.place import Place, Target
from dialplans.slots import choice_of, digits_in
from dialplans.verbs.question import QUESTION_KIND, Detect, QuestionStep, key_of

if TYPE_CHECKING:
    from dialplans.answers import Reader


@dataclass(frozen=True)
class Option:
    """One line of a menu."""

    key: str
    name: str = option(WORD, "How the record calls it; without it the name of its step.", "")
    phrases: Mapping[str, tuple[str, ...]] = option(
        Sayings(), "What callers say for it; the first is how the robot calls it.", factory=dict, key="say"
    )
    target: Target = option(
        STEP, "Where it leads.", Target(""), key="goto", missing="leads nowhere; write `goto: STEP`"
    )
    place: Place = Place()


@dataclass(frozen=True)
class Options(Plain):
    words: str = "{KEY: {say: what callers say, goto: the name of a step}}"

    def read(self, node: Node, languages: Languages) -> tuple[Option, ...]:
        found = tuple(self._option(key, entry, languages) for key, entry in node.items())
        if not found and node.mapping():
            node.complain(f"{node.what} are none; write a key for each answer.")
        return found

    def _option(self, key: str, node: Node, languages: Languages) -> Option:
        key_of(node, key)
        node.what = f"option {key}"
        node.only(keys_of(Option))
        found = read_into(Option, node, languages, key=key, place=node.place)
        return found if found.name else Option(key, found.target.step, found.phrases, found.target, found.place)

    def schema(self) -> Schema:
        one = record_schema(Option)
        return {"type": "object", "patternProperties": {"^[0-9*#]$": one}, "additionalProperties": False}

    def targets(self, value: tuple[Option, ...]) -> Iterator[Target]:
        return (one.target for one in value)


@dataclass(frozen=True)
class MenuStep(QuestionStep):
    """A choice."""

    verbs = ("menu",)

    kind: QuestionKind = option(QUESTION_KIND, "What kind of answer the recogniser is to expect.", "list")
    options: tuple[Option, ...] = option(
        Options(), "By key: what to say for it and where it leads.", (),
        missing="has no options; write `options:` with a key for each",
    )  # fmt: skip
    language: bool = option(Detect(), "`detect`: the answer's language is the call's from there on.", False)

    @property
    def identifies(self) -> bool:
        return True

    @property
    def detect(self) -> bool:
        return self.language

    @property
    def falls_through(self) -> bool:
        return False

    def spoken(self, reader: "Reader", text: str, choice: int) -> Answer:
        groups = self._groups(reader)
        index, confidence = choice_of(text, groups, reader.language)
        if index < 0 and len(digits := digits_in(text, reader.language)) == 1:
            return self.keyed(reader, digits)
        if index < 0 and choice >= 0:
            owners = [at for at, group in enumerate(groups) for _ in group]
            index, confidence = (owners[choice], DOUBTED) if choice < len(owners) else (-1, 0.0)
        if index < 0:
            return Answer(confidence=round(confidence, 3))
        return self._chosen(self.options[index], round(min(confidence, 1.0), 3))

    def keyed(self, reader: "Reader", digits: str) -> Answer:
        for option_ in self.options:
            if option_.key == digits:
                return self._chosen(option_, 1.0)
        return NOTHING

    def keys(self, reader: "Reader") -> tuple[str, ...]:
        return tuple(option.key for option in self.options)

    def phrases(self, reader: "Reader") -> tuple[str, ...]:
        return tuple(phrase for option in self.options for phrase in option.phrases.get(reader.language, ()))

    def examples(self, reader: "Reader") -> Iterable[str]:
        return [phrases[0] for option in self.options if (phrases := option.phrases.get(reader.language))]

    def names(self, reader: "Reader", text: str) -> bool:
        return choice_of(text, self._groups(reader), reader.language)[0] >= 0

    def _groups(self, reader: "Reader") -> list[tuple[str, ...]]:
        return [option.phrases.get(reader.language, ()) for option in self.options]

    def label(self, reader: "Reader", answer: Answer) -> str:
        named = (option.phrases.get(reader.language, ()) for option in self.options if option.name == answer.intent)
        return next((phrases[0] for phrases in named if phrases), answer.intent)

    def _chosen(self, chosen: Option, confidence: float) -> Answer:
        return Answer(chosen.name, confidence, fits=True, target=chosen.target)
