"""record: what the caller says is recorded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplans.exchange import Done, Record
from dialplans.kinds import STEP, TEXTS, TRUTH, WORD, Number
from dialplans.options import MAIN, option
from dialplans.place import Target, Texts
from dialplans.step import Step

if TYPE_CHECKING:
    from dialplans.talk import Talk


@dataclass(frozen=True)
class RecordStep(Step):
    """Records the caller; the file's name is in the variable, its length in `VARIABLE.seconds`."""

    verbs = ("record",)

    slot: str = option(WORD, "The variable that gets the file's name.", "", key=MAIN)
    say: Texts = option(TEXTS, "Said before the tone.", factory=dict)
    most_s: float = option(Number(1, 600), "Seconds that it may last.", 60.0)
    silence_s: float = option(Number(0.5, 30), "Seconds of silence that end it.", 3.0)
    finish: str = option(WORD, "The key that ends it.", "#")
    beep: bool = option(TRUTH, "Whether a tone is heard before.", True)
    mailbox: str = option(
        WORD, "A queue: it gets what was said as a message with a callback, also if the caller hangs up in it.", ""
    )
    nothing: Target | None = option(STEP, "Where a caller goes who said nothing; else as `goto`.", None)

    def run(self, talk: "Talk") -> None:
        if self.say:
            talk.say(self.say)
        talk.errand(Record(self.slot, self.most_s, self.silence_s, self.finish, self.beep, talk.written(self.mailbox)))

    def done(self, talk: "Talk", done: Done) -> None:
        talk.set(self.slot, done.values.get("file", "") if done.ok else "")
        talk.set(f"{self.slot}.seconds", done.values.get("seconds", 0) if done.ok else 0)
        talk.set(f"{self.slot}.ended_by", done.values.get("ended_by", "") if done.ok else "")
        if not done.ok:
            talk.note("nothing_recorded", step=self.name, why=done.why)
            talk.go(self.nothing)
