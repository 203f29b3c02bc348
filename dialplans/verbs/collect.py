"""collect: one value into a variable, by keys or by voice."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialplans.answers import NOTHING, Answer
from dialplans.exchange import KeysWanted, QuestionKind
from dialplans.keying import is_complete, keys_for, phrases, question_kind
from dialplans.kinds import WORD, Languages, Plain, Schema
from dialplans.nodes import Node
from dialplans.options import option
from dialplans.slots import SlotKind, Wanted
from dialplans.verbs.question import QUESTION_KIND, WORDLESS, QuestionStep

if TYPE_CHECKING:
    from dialplans.answers import Reader
    from dialplans.flow import Flow

MOST = 32


@dataclass(frozen=True)
class SlotKindKind(Plain):
    """The kind of a value: a type, or a type with its settings."""

    words: str = "a type of slot, or {type: TYPE, …}"

    def read(self, node: Node, languages: Languages) -> SlotKind:
        written: Any = node.plain()
        try:
            return SlotKind.of(written if isinstance(written, dict) else node.text())
        except ValueError as error:
            node.complain(f"{node.what}: {error}")
            return SlotKind("free_text")

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/slot"}


SLOT = SlotKindKind()


@dataclass(frozen=True)
class Digits(Plain):
    """How many digits: a number, or from `least` to `most`."""

    words: str = "a number of digits, or {least, most, terminator, between_s}"

    def read(self, node: Node, languages: Languages) -> KeysWanted:
        if not node.names():
            count = int(node.number(1, MOST))
            return KeysWanted(least=count, most=count)
        node.only(("least", "most", "terminator", "between_s"))
        least = int(entry.number(1, MOST)) if (entry := node.get("least")) else 1
        most = int(entry.number(least, MOST)) if (entry := node.get("most")) else max(least, 20)
        between = entry.number(0.5, 15) if (entry := node.get("between_s")) else 3.0
        terminator = entry.text() if (entry := node.get("terminator")) else "#"
        return KeysWanted(least, most, terminator, between)

    def schema(self) -> Schema:
        count = {"type": "integer", "minimum": 1, "maximum": MOST}
        row = {
            "least": count, "most": count, "terminator": {"type": "string"},
            "between_s": {"type": "number", "minimum": 0.5, "maximum": 15},
        }  # fmt: skip
        return {"anyOf": [count, {"type": "object", "properties": row, "additionalProperties": False}]}


@dataclass(frozen=True)
class CollectStep(QuestionStep):
    """Asks for one value: digits, or any type of slot."""

    verbs = ("collect",)

    kind: QuestionKind | None = option(QUESTION_KIND, "What the recogniser is to expect.", None)  # type: ignore[assignment]
    slot: str = option(
        WORD, "The variable; its kind is that of `slots:` of this name, if there is one.", "",
        missing="doesn't say where the digits go; write `slot: NAME`",
    )  # fmt: skip
    type: SlotKind | None = option(SLOT, "The kind of the value.", None)
    digits: KeysWanted | None = option(Digits(), "So many digits.", None)

    def kind_in(self, flow: "Flow") -> SlotKind:
        """Return the kind of the value: its own, that of the flow's slot of this name, or digits."""
        if self.type:
            return self.type
        if self.digits is None and (known := flow.slots.get(self.slot)):
            return known
        keys = self.digits or KeysWanted(most=20)
        return SlotKind("digits", least=keys.least, most=keys.most)

    def kind_of(self, flow: "Flow", slot: str) -> SlotKind | None:
        return self.kind_in(flow)

    @property
    def takes_values(self) -> bool:
        return True

    def tells(self, flow: "Flow") -> bool:
        return self.kind_in(flow).type not in WORDLESS

    def expects(self, reader: "Reader") -> QuestionKind:
        return self.kind or question_kind(self.kind_in(reader.flow))

    def phrases(self, reader: "Reader") -> tuple[str, ...]:
        return phrases(self.kind_in(reader.flow), reader.language)

    def spoken(self, reader: "Reader", text: str, choice: int) -> Answer:
        value = reader.value_or_choice(self.kind_in(reader.flow), text, choice)
        if value is None:
            return NOTHING
        return Answer(self.slot, value.confidence, fits=True, values={self.slot: value})

    def keyed(self, reader: "Reader", digits: str) -> Answer:
        if value := reader.keyed_value(self.kind_in(reader.flow), digits):
            return Answer(self.slot, 1.0, fits=True, values={self.slot: value})
        return NOTHING

    def wants(self, reader: "Reader") -> tuple[Wanted, ...]:
        return (Wanted(self.slot, self.kind_in(reader.flow)),)

    def keys(self, reader: "Reader") -> KeysWanted | tuple[str, ...]:
        return self.digits or keys_for(self.kind_in(reader.flow))

    def is_whole(self, reader: "Reader", answer: Answer) -> bool:
        value = answer.values.get(self.slot)
        return value is not None and is_complete(self.kind_in(reader.flow), value.value)
