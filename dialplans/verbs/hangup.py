"""hangup: a last word, and the call ends."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplans.kinds import MaybeSpoken
from dialplans.options import MAIN, option
from dialplans.place import Texts
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk


@dataclass(frozen=True)
class HangupStep(Step):
    """Ends the call."""

    verbs = ("hangup",)

    texts: Texts = option(MaybeSpoken(), "A last word, or nothing.", factory=dict, key=MAIN)

    def run(self, talk: "Talk") -> None:
        if self.texts:
            talk.say(self.texts, barge_in=False)
        talk.hang_up()

    @property
    def falls_through(self) -> bool:
        return False
