"""set: variables get values; `language` changes the language of the call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialplans.complaint import did_you_mean
from dialplans.kinds import ANYTHING, Languages, Named
from dialplans.nodes import Node
from dialplans.options import MAIN, option
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk


@dataclass(frozen=True)
class Values(Named):
    """Values by variable, the language among them one of the flow's."""

    def read(self, node: Node, languages: Languages) -> dict[str, Any]:
        values = super().read(node, languages)
        language = values.get("language")
        if language is not None and language not in languages:
            node.complain(
                f"'{language}' is no language of the flow; {did_you_mean(str(language), languages)}.",
                node.place_of("language"),
            )
        return values


@dataclass(frozen=True)
class SetStep(Step):
    """Gives variables their values."""

    verbs = ("set",)

    values: Mapping[str, Any] = option(
        Values(ANYTHING, "VARIABLE"), "Values by variable; `language` changes the language.", factory=dict, key=MAIN
    )

    def run(self, talk: "Talk") -> None:
        for name, value in self.values.items():
            if name == "language":
                talk.speak(str(value))
            else:
                talk.set(name, talk.resolved(value))
