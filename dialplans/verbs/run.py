"""run: a sub-flow, with arguments and results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialplans.kinds import ANYTHING, WORD, Named
from dialplans.options import MAIN, option
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk


@dataclass(frozen=True)
class RunStep(Step):
    """Runs another flow and comes back."""

    verbs = ("run",)

    flow: str = option(WORD, "The flow: one of `flows:`, or a file beside this one.", "", key=MAIN)
    arguments: Mapping[str, Any] = option(
        Named(ANYTHING), "Values that it begins with, by its names.", factory=dict, key="with"
    )
    results: Mapping[str, str] = option(
        Named(WORD, "VARIABLE"), "Variables that get its values: the name of the value there.", factory=dict
    )

    def run(self, talk: "Talk") -> None:
        talk.enter(self.flow, {name: talk.resolved(value) for name, value in self.arguments.items()})

    def came_back(self, talk: "Talk", values: Mapping[str, Any]) -> None:
        """Take what the sub-flow gave back."""
        for variable, name in self.results.items():
            talk.set(variable, values.get(name, ""))
