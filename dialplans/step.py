"""One step of a flow: a verb, what its author wrote, what it does, what it may say and where it may lead.

Every verb is one subclass in `verbs/`. It declares its fields (`options.py`) and acts through a `Talk`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dialplans.exchange import Done
from dialplans.kinds import STEP
from dialplans.nodes import Node
from dialplans.options import option, targets_in, texts_in
from dialplans.place import Place, Target, Texts

if TYPE_CHECKING:
    from dialplans.answers import Answer
    from dialplans.flow import Flow
    from dialplans.slots import SlotKind
    from dialplans.talk import Talk
    from dialplans.verbs.question import QuestionStep


@dataclass(frozen=True)
class Step:
    """One step: its name, where it stands and where it leads."""

    name: str
    place: Place = Place()
    goto: Target | None = option(STEP, "The step that follows; without it the one below.", None)

    verbs: ClassVar[tuple[str, ...]] = ()
    """Verbs that make such a step."""

    def run(self, talk: "Talk") -> None:
        """Do what the step does when a caller comes to it; without a question or an errand, the next step follows."""

    def done(self, talk: "Talk", done: Done) -> None:
        """Go on with what the errand brought that this step sent."""

    def question(self, phase: str) -> "QuestionStep | None":
        """Return the question that is open in `phase` of this step ("own": the step's own)."""
        return None

    def answered(self, talk: "Talk", phase: str, answer: "Answer") -> None:
        """Go on with the answer to the question of `phase`; without a target of its own, the next step follows."""

    def gave_up(self, talk: "Talk", phase: str) -> None:
        """Go on where the question of `phase` found no answer in all its attempts."""

    def kind_of(self, flow: "Flow", slot: str) -> "SlotKind | None":
        """Return the kind of a value that it asks for."""
        return flow.slots.get(slot)

    def leads(self) -> Iterator[Target]:
        """Yield every step that it names."""
        yield from targets_in(self)

    def says(self) -> Iterator[Texts]:
        """Yield everything that it may say in the author's words."""
        yield from texts_in(self)

    def sentences(self) -> Iterator[str]:
        """Yield the names of the interpreter's own sentences that it may say."""
        yield from ()

    def check(self, node: Node) -> None:
        """Complain about what was written in `node` and doesn't go together."""

    @property
    def falls_through(self) -> bool:
        """Whether a caller can get from here to the step below."""
        return self.goto is None

    @property
    def listens(self) -> bool:
        """Whether it asks the caller something."""
        return False
