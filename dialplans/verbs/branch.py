"""branch: the first condition that holds leads on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplans.conditions import CONDITION, Condition
from dialplans.kinds import Languages, Plain, Schema
from dialplans.nodes import Node
from dialplans.options import MAIN, option
from dialplans.place import Target
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk


@dataclass(frozen=True)
class Way:
    """A condition and where it leads."""

    condition: Condition
    target: Target


@dataclass(frozen=True)
class Ways(Plain):
    words: str = "a list of conditions, each with its `goto`"

    def read(self, node: Node, languages: Languages) -> tuple[Way, ...]:
        found = []
        for entry in node.entries():
            entry.what = f"a condition of {node.what.partition(' of ')[2]}"
            leads = entry.get("goto")
            if leads is None:
                entry.complain(f"{entry.what} is not whole; write `when: VARIABLE` and `goto: STEP`.")
                continue
            found.append(Way(CONDITION.read(entry, languages), Target(leads.text(), leads.place)))
        return tuple(found)

    def schema(self) -> Schema:
        return {"type": "array", "items": {"allOf": [CONDITION.schema(), {"required": ["goto"]}]}}

    def targets(self, value: tuple[Way, ...]) -> Iterator[Target]:
        return (way.target for way in value)


@dataclass(frozen=True)
class BranchStep(Step):
    """The first condition that holds leads on; none: `goto` or the step below."""

    verbs = ("branch",)

    ways: tuple[Way, ...] = option(Ways(), "Conditions in the order in which they are tried.", (), key=MAIN)

    def run(self, talk: "Talk") -> None:
        for way in self.ways:
            if way.condition.holds(talk):
                talk.go(way.target)
                return
