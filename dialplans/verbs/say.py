"""say: the robot says something."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplans.kinds import TEXTS, TRUTH
from dialplans.options import MAIN, option
from dialplans.place import Texts
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk


@dataclass(frozen=True)
class SayStep(Step):
    """Says something and goes on."""

    verbs = ("say",)

    texts: Texts = option(TEXTS, "What is said.", factory=dict, key=MAIN)
    barge_in: bool = option(TRUTH, "Whether the caller may interrupt it.", True)

    def run(self, talk: "Talk") -> None:
        talk.say(self.texts, self.barge_in)
