"""return: a sub-flow is at its end and gives values back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialplans.kinds import ANYTHING, Languages, Named, Schema
from dialplans.nodes import Node
from dialplans.options import MAIN, option
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk


@dataclass(frozen=True)
class MaybeValues(Named):
    """Values by name, or nothing."""

    def read(self, node: Node, languages: Languages) -> dict[str, Any]:
        return {} if node.value is None else super().read(node, languages)

    @property
    def words(self) -> str:
        return f"{super().words}, or nothing"

    def schema(self) -> Schema:
        return {"anyOf": [super().schema(), {"type": "null"}]}


@dataclass(frozen=True)
class ReturnStep(Step):
    """Ends a sub-flow; in the flow that a call began with it ends the call."""

    verbs = ("return",)

    values: Mapping[str, Any] = option(MaybeValues(ANYTHING), "What is given back, by name.", factory=dict, key=MAIN)

    def run(self, talk: "Talk") -> None:
        talk.give_back({name: talk.resolved(value) for name, value in self.values.items()})

    @property
    def falls_through(self) -> bool:
        return False
