"""A caller and a flow, line by line: what tests of the interpreter talk with."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from dialplans.dialogue import Dialogue
from dialplans.exchange import (
    Begin,
    Done,
    FreeAnswer,
    Handover,
    HangUp,
    Keyed,
    Listen,
    LookUp,
    NoInput,
    Note,
    Record,
    Said,
    Say,
)
from dialplans.loader import loads

loaded = lru_cache(loads)
"""A flow by its text, read once for all tests."""
SATURDAY = datetime(2026, 11, 21, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ERRANDS = (Handover, LookUp, Record, FreeAnswer)


class Play:
    """One call. `flow` is YAML or a loaded flow."""

    def __init__(self, flow, language="en", *, wall=SATURDAY, customer=None, **ports):
        self.flow = loaded(flow) if isinstance(flow, str) else flow
        self.language, self.wall = language, wall
        self.dialogue = Dialogue(self.flow, language, **ports)
        self.actions = []
        variables = {"customer": customer} if customer else {}
        self.tell(Begin("5550142", "hotline", language, variables))

    def tell(self, event):
        """Let it have an event; return what the caller hears."""
        self.actions = self.dialogue.receive(event, wall=self.wall)
        return self.heard

    def says(self, text, confidence=0.9, **more):
        return self.tell(Said(text, confidence, self.dialogue.language, **more))

    def keys(self, digits):
        return self.tell(Keyed(digits))

    def silent(self):
        return self.tell(NoInput())

    def done(self, ok=True, why="", **values):
        return self.tell(Done(ok, values, why))

    @property
    def heard(self):
        return " ".join(prompt.text or prompt.file for say in self.of(Say) for prompt in say.prompts)

    def of(self, *kinds):
        return [action for action in self.actions if isinstance(action, kinds)]

    @property
    def errand(self):
        (found,) = self.of(*ERRANDS)
        return found

    @property
    def question(self):
        (found,) = self.of(Listen)
        return found.question

    @property
    def notes(self):
        return {note.name: note.data for note in self.of(Note)}

    @property
    def hung_up(self):
        return bool(self.of(HangUp))

    @property
    def step(self):
        return self.dialogue.step

    def __getitem__(self, name):
        return self.dialogue.variables.get(name)


def follow(flow, language, script, **ports):
    """Play `script` and return the play.

    A line is what the caller says ("< …"), keys ("# …"), silence ("..."), or what is heard then ("> …": all of it).
    """
    play = Play(flow, language, **ports)
    for line in filter(None, map(str.strip, script.splitlines())):
        sign, _, words = line.partition(" ")
        match sign:
            case "<":
                play.says(words)
            case "#":
                play.keys(words)
            case "...":
                play.silent()
            case ">":
                assert play.heard == words, f"{line}\nheard: {play.heard}\n{play.actions}"
            case _:
                raise ValueError(line)
    return play
