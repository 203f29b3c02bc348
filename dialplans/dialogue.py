"""One conversation through one flow: an event in, a list of actions out. Knows no clock, socket or loop.

A dialogue runs through steps until a question is open, an errand is out or the flow is at its end; then it waits for
the next event. What it keeps is plain values (`state.py`), so it can be shown, kept and taken up again: the same state
and the same event always give the same actions.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dialplans import humans
from dialplans.answering import Answering
from dialplans.emotion import anger
from dialplans.exchange import (
    Action,
    Begin,
    Done,
    Enough,
    Event,
    Finished,
    Gone,
    Handover,
    Keyed,
    Meanwhile,
    NoInput,
    Note,
    NotUnderstood,
    OptedOut,
    Prompt,
    Said,
    Say,
)
from dialplans.flow import Flow
from dialplans.opt_out import opt_out
from dialplans.place import Target, Texts
from dialplans.state import State
from dialplans.talk import Feels, Knows, Talk, knows_nothing

NOT_POSSIBLE = Done(ok=False, why="not possible here")
"""What `Finished` means while a hand-over is waited for."""


class Dialogue:
    """One caller in one flow (the version that the call began with)."""

    def __init__(self, flow: Flow, language: str = "", knows: Knows = knows_nothing, feels: Feels = anger) -> None:
        """`knows` asks the knowledge base, `feels` tells anger in words."""
        self.flow = flow
        self._knows, self._feels = knows, feels
        self._s = State(language if language in flow.languages else flow.languages[0])
        self._wall: datetime | None = None

    # -- what others may see ---------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The language that the call is in now."""
        return self._s.language

    @property
    def step(self) -> str:
        """Name of the step that the caller is in."""
        return self._s.step

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self._s.over

    @property
    def waiting(self) -> str:
        """The kind of errand that is waited for ("Handover", "LookUp", "Record", "FreeAnswer"), or ""."""
        return self._s.errand

    @property
    def helps(self) -> bool:
        """Whether the caller waits for a human and is helped meanwhile."""
        return self._s.aside > 0

    @property
    def variables(self) -> Mapping[str, Any]:
        """What the call began with, and what was collected and set so far in the innermost flow."""
        return {**self._s.call, **self._s.variables}

    def state(self) -> State:
        """Return a copy of all that it knows (plain values)."""
        return self._s.copy()

    def take_up(self, state: State) -> None:
        """Go on from `state`."""
        self._s = state.copy()

    def answers(self, text: str, language: str = "", choice: int = -1) -> bool:
        """Tell whether `text` (not yet sure to be the end) answers the open question fully and surely."""
        talk = self._talk(self._wall)
        question = talk.question()
        if question is None:
            return False
        return Answering(talk, question).is_whole(text, language, choice)

    def stands_alone(self, text: str, language: str = "", choice: int = -1) -> bool:
        """Tell whether `text` means something to who hasn't heard the open question yet: a wish, but no yes or no."""
        talk = self._talk(self._wall)
        question = talk.question()
        return question is not None and Answering(talk, question).stands_alone(text, language, choice)

    def takes_digits(self, digits: str) -> bool:
        """Tell whether said `digits` may mean anything to the open question."""
        talk = self._talk(self._wall)
        question = talk.question()
        return question is None or talk.reader().takes_digits(question, digits)

    def prompt(self, texts: Texts) -> Prompt:
        """Return `texts` as it would be said now; changes nothing."""
        return self._talk(self._wall).prompt(texts)

    def by_keypad(self, first: Texts) -> list[Action]:
        """Nobody can hear words now: say `first`, then ask the open question once more, in the words that name keys."""
        talk = self._talk(self._wall)
        question = talk.question()
        if question is None:
            return []
        talk.say(first, question.barge_in)
        if question.no_match:
            talk.say(question.no_match[-1], question.barge_in)
        else:
            talk.say_question(question)
        talk.listen(question)
        return self._finished(talk)

    # -- events ------------------------------------------------------------------------------------------------

    def receive(self, event: Event, now: float = 0.0, wall: datetime | None = None) -> list[Action]:
        """Take one event and return what is to be done.

        `now` is in seconds of any clock that only goes up; `wall` the time of day where the hotline is (aware), for
        calendars and dates.
        """
        if isinstance(event, OptedOut):
            # Also who says so while the last word is spoken is heard.
            self._s.over = False
        if self._s.over:
            return []
        self._wall = wall or self._wall
        talk = self._talk(self._wall)
        match event:
            case Begin():
                self._begin(talk, event)
            case Gone():
                self._s.over = True
                return []
            case OptedOut():
                opt_out(talk, event.how, event.words)
                talk.walk()
            case Finished():
                if self._s.errand != Handover.__name__:
                    return []
                self._done(talk, NOT_POSSIBLE)
            case Done():
                if not self._s.errand:
                    return []
                self._done(talk, event)
            case Meanwhile():
                if self._s.errand == Handover.__name__:
                    talk.enter_aside()
                    talk.walk()
            case Enough():
                talk.leave_aside(found=event.done is None)
                if event.done is not None and self._s.errand:
                    self._done(talk, event.done)
            case Said() | Keyed() | NotUnderstood() | NoInput():
                question = talk.question()
                if question is None:
                    return []
                Answering(talk, question).receive(event)
                talk.walk()
                if self._s.aside:
                    talk.learned()
        return self._finished(talk)

    def _talk(self, wall: datetime | None) -> Talk:
        return Talk(self.flow, self._s, wall, self._knows, self._feels)

    def _begin(self, talk: Talk, event: Begin) -> None:
        if event.language in self.flow.languages:
            self._s.language = event.language
        self._s.outgoing = event.outgoing
        self._s.call = {**event.variables, "caller": event.caller, "called": event.called}
        talk.go(Target(self.flow.first))
        humans.tagged(talk, "begin")
        talk.walk()

    def _done(self, talk: Talk, done: Done) -> None:
        self._s.errand = ""
        if step := talk.step:
            step.done(talk, done)
        talk.walk()

    def _finished(self, talk: Talk) -> list[Action]:
        """Return the actions, and keep what was said."""
        self._s.transcript = talk.transcript()
        actions = joined(talk.actions)
        if talk.asked_anew:
            self._s.again = tuple(action for action in actions if isinstance(action, Say))
        return actions


def joined(actions: list[Action]) -> list[Action]:
    """Make one `Say` of those that follow each other and may be interrupted alike."""
    found: list[Action] = []
    last = -1
    for action in actions:
        if isinstance(action, Note):
            found.append(action)
            continue
        before = found[last] if last >= 0 else None
        if isinstance(action, Say) and isinstance(before, Say) and before.barge_in == action.barge_in:
            found[last] = Say((*before.prompts, *action.prompts), action.barge_in)
            continue
        last = len(found)
        found.append(action)
    return found
