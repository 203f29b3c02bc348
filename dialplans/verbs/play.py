"""play: a sound file is played."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplans.kinds import TRUTH, Silent
from dialplans.options import MAIN, option
from dialplans.place import Texts
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk


@dataclass(frozen=True)
class PlayStep(Step):
    """Plays a sound file and goes on."""

    verbs = ("play",)

    files: Texts = option(Silent(), "The sound file, by its place beside the flow's.", factory=dict, key=MAIN)
    barge_in: bool = option(TRUTH, "Whether the caller may interrupt it.", True)
    folder: str = ""
    """Where the loader found the files: that of the flow's file; "" where they aren't beside it."""

    def run(self, talk: "Talk") -> None:
        talk.play(self.files, self.barge_in, self.folder)
