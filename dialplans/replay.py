"""Replays a golden dialogue through the same `Dialogue` as calls do, and says where it goes another way. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from asr_tts.sense import search_sense_of
from dialplans.conditions import as_text
from dialplans.dialogue import Dialogue
from dialplans.emotion import anger
from dialplans.exchange import (
    Action,
    Begin,
    Done,
    Enough,
    Event,
    Handover,
    HangUp,
    Keyed,
    Learned,
    LookUp,
    Meanwhile,
    NoInput,
    NotUnderstood,
    Record,
    Said,
    Say,
    Understood,
)
from dialplans.flow import Flow
from dialplans.golden import (
    Caller,
    ComesBack,
    Expect,
    Found,
    Golden,
    HandsOver,
    HangsUp,
    Keys,
    LookedUp,
    Noise,
    Robot,
    Silence,
    Turn,
    Waits,
    is_expression,
)
from dialplans.place import Place
from dialplans.talk import Article, Feels, Knows
from dialplans.template import found_at
from knowledge.search import Knowledge
from knowledge.wording import HAN, script_of

NOT_FOUND = 404


@dataclass(frozen=True)
class Difference:
    """Where a dialogue goes another way than its author wrote."""

    place: Place
    expected: str
    """A finished sentence, as the next one."""
    instead: str
    before: tuple[str, ...]
    """What was said and done before, oldest first: "robot: …"."""


@dataclass(frozen=True)
class Outcome:
    """What became of one golden dialogue."""

    name: str
    place: Place
    difference: Difference | None = None


class _Differs(Exception):
    def __init__(self, place: Place, expected: str, instead: str) -> None:
        self.place, self.expected, self.instead = place, expected, instead


def replay(flow: Flow, golden: Golden, feels: Feels = anger) -> Outcome:
    """Have the conversation; the first difference ends it."""
    play = _Play(flow, golden, feels)
    try:
        play.begin()
        for turn in golden.turns:
            play.take(turn)
        play.end()
    except _Differs as differs:
        difference = Difference(differs.place, differs.expected, differs.instead, tuple(play.story))
        return Outcome(golden.name, golden.place, difference)
    return Outcome(golden.name, golden.place)


def knows(golden: Golden) -> Knows:
    """Return the knowledge base of a dialogue: its own articles, found by the search that calls have."""
    languages = {entry.language for entry in golden.articles}
    embed = {language: sense.of for language in languages if (sense := search_sense_of(language))}
    knowledge = Knowledge(golden.articles, embed)

    def know(question: str, language: str, tags: Any) -> Article | None:
        return knowledge.search(question, language, golden.at, tags)

    return know


@dataclass
class _Play:
    flow: Flow
    golden: Golden
    feels: Feels
    story: list[str] = field(default_factory=list)
    said: str = ""
    """What the robot said since the caller's last turn and nobody asked for yet."""
    handover: Handover | None = None
    """The hand-over that was made since the caller's last turn, until it is asked for."""
    over: bool = False
    intent: str = ""
    looked_up: int = 0

    def __post_init__(self) -> None:
        self.dialogue = Dialogue(self.flow, self.golden.language, knows=knows(self.golden), feels=self.feels)

    # -- the caller's side ---------------------------------------------------------------------------------------

    def begin(self) -> None:
        golden = self.golden
        self._tell(Begin(golden.caller, golden.called, self.dialogue.language, golden.variables), golden.place)

    def take(self, turn: Turn) -> None:
        match turn:
            case Robot():
                self._says(turn)
            case HandsOver():
                self._hands_over(turn)
            case Expect():
                self._stands(turn)
            case HangsUp():
                if not self.over:
                    raise _Differs(turn.place, "The robot should have hung up.", self._now())
            case ComesBack():
                self._comes_back(turn)
            case Waits() | Found():
                self._waits(turn)
            case Caller() | Keys() | Silence() | Noise():
                self._answers(turn)

    def end(self) -> None:
        """Nothing of what the systems were to answer may be left."""
        left = self.golden.look_ups[self.looked_up :]
        if left:
            what = " ".join(filter(None, (left[0].method, left[0].path))) or "a look-up"
            raise _Differs(left[0].place, f"A system should have been asked ({what}).", "It never was.")

    def _answers(self, turn: Caller | Keys | Silence | Noise) -> None:
        if self.over or self.dialogue.waiting:
            raise _Differs(turn.place, "The robot should have listened to the caller.", self._now())
        self.said, self.handover = "", None
        match turn:
            case Caller():
                self.story.append(f"caller: {turn.text}")
                language = turn.language or self._written_in(turn.text)
                self._tell(Said(turn.text, turn.confidence, language, anger=turn.anger), turn.place)
            case Keys():
                self.story.append(f"caller keys: {turn.keys}")
                self._tell(Keyed(turn.keys.rstrip("#") or turn.keys), turn.place)
            case Silence():
                self.story.append("caller: (silence)")
                self._tell(NoInput(), turn.place)
            case Noise():
                self.story.append("caller: (noise)")
                self._tell(NotUnderstood("noise"), turn.place)

    def _waits(self, turn: Waits | Found) -> None:
        if self.dialogue.waiting != Handover.__name__ and not self.dialogue.helps:
            raise _Differs(turn.place, "The caller should have waited for somebody.", self._now())
        self.said, self.handover = "", None
        self.story.append("caller waits" if isinstance(turn, Waits) else "somebody has the caller")
        self._tell(Meanwhile() if isinstance(turn, Waits) else Enough(), turn.place)

    def _written_in(self, text: str) -> str:
        """The language that a recogniser would have told, as far as the signs show it."""
        written = script_of(text)
        return written if written in self.flow.languages else self.dialogue.language

    def _comes_back(self, turn: ComesBack) -> None:
        if not self.dialogue.waiting and not self.dialogue.helps:
            raise _Differs(turn.place, "Something should have been waited for.", self._now())
        self.said, self.handover = "", None
        why = f" ({turn.done.why})" if turn.done.why else ""
        self.story.append(f"what came of it: {'done' if turn.done.ok else 'not possible'}{why}")
        self._tell(Enough(turn.done) if self.dialogue.helps else turn.done, turn.place)

    # -- the robot's side ----------------------------------------------------------------------------------------

    def _tell(self, event: Event, place: Place) -> None:
        todo = self.dialogue.receive(event, wall=self.golden.at)
        while todo:
            action, *todo = todo
            if isinstance(action, LookUp):
                todo += self.dialogue.receive(self._answer_of_system(action, place), wall=self.golden.at)
            else:
                self._note(action)

    def _note(self, action: Action) -> None:
        match action:
            case Say():
                words = " ".join(prompt.text or prompt.file for prompt in action.prompts)
                self.said = f"{self.said} {words}".strip()
                self.story.append(f"robot: {words}")
            case Understood():
                self.intent = action.intent
            case Learned():
                # Whoever takes the caller reads it anew: `handover:` may stand behind an answer of who waits.
                self.handover = action.handover
            case Handover():
                self.handover = action
                self.story.append(f"robot: ({_told(action)})")
            case Record():
                self.story.append(f"robot: (records '{action.name}')")
            case HangUp():
                self.over = True
                self.story.append("robot: (hangs up)")
            case _:
                pass

    def _answer_of_system(self, asked: LookUp, place: Place) -> Done:
        address = ADDRESS.sub("", asked.url)
        request = f"{asked.method} {address}"
        self.story.append(f"system is asked: {request}{f' with {as_text(asked.body)}' if asked.body else ''}")
        if self.looked_up >= len(self.golden.look_ups):
            instead = f"The flow asked {request}; write what it answers in `look_ups:`."
            raise _Differs(place, "Nothing was to be looked up here.", instead)
        recorded = self.golden.look_ups[self.looked_up]
        self.looked_up += 1
        _must_be_asked(recorded, asked, address)
        if recorded.slow and asked.wait:
            self._note(asked.wait)
        if recorded.error:
            return Done(False, why=recorded.error)
        if recorded.status != NOT_FOUND and not 200 <= recorded.status < 300:
            return Done(False, {"status": recorded.status}, f"it answered {recorded.status}")
        return Done(True, {"status": recorded.status, "body": recorded.body})

    def _says(self, turn: Robot) -> None:
        end = _end_of(turn.words, self.said)
        if end < 0:
            raise _Differs(turn.place, f"The robot should have said: {turn.words}", self._now())
        self.said = self.said[end:].lstrip(" .,;:!?。，；：！？、")

    def _hands_over(self, turn: HandsOver) -> None:
        made = self.handover
        if made is None:
            wanted = " ".join(str(turn.particulars.get(key, "")) for key in ("verb", "target")).strip() or "anybody"
            raise _Differs(turn.place, f"The flow should have handed over ({wanted}).", self._now())
        for name, wanted in turn.particulars.items():
            was = getattr(made, name)
            if not (_end_of(wanted, was) >= 0 if name == "summary" else _alike(wanted, was)):
                raise _Differs(
                    turn.place, f"{name} of the hand-over should be {_shown(wanted)}.", f"It is {_shown(was)}."
                )
        self.handover = None

    def _stands(self, turn: Expect) -> None:
        facts = {"step": self.dialogue.step, "language": self.dialogue.language, "intent": self.intent}
        for name, wanted in turn.facts.items():
            if name in ("slots", "variables"):
                for path, value in (wanted or {}).items():
                    was = found_at(path, self.dialogue.variables)
                    if not _alike(value, was):
                        raise _Differs(turn.place, f"{path} should be {_shown(value)}.", f"It is {_shown(was)}.")
            elif as_text(wanted) != facts[name]:
                raise _Differs(
                    turn.place, f"{name} should be {_shown(wanted)}.", f"It is {_shown(facts[name]) or 'none'}."
                )

    def _now(self) -> str:
        """What is the case instead, in a sentence."""
        parts = []
        if self.said:
            parts.append(f"It said: {self.said}")
        if self.handover:
            parts.append(f"It handed over: {_told(self.handover)}.")
        if self.over:
            parts.append("It hung up.")
        elif self.dialogue.waiting == Handover.__name__:
            parts.append("It waits for what comes of the hand-over; write `- done: {ok: false}` first.")
        elif self.dialogue.waiting:
            parts.append(f"It waits for its {self.dialogue.waiting}; write `- done: {{ok: true}}` first.")
        elif not parts:
            parts.append(f"It said nothing more; it listens in step '{self.dialogue.step}'.")
        return " ".join(parts)


ADDRESS = re.compile(r"^(?:https?://[^/?]*|\{\{[^}]*\}\})+")
"""What of a URL differs from place to place."""


def _must_be_asked(recorded: LookedUp, asked: LookUp, address: str) -> None:
    was = f"The flow asked {asked.method} {address}."
    if recorded.method and recorded.method != asked.method.upper():
        raise _Differs(recorded.place, f"The system should have been asked by {recorded.method}.", was)
    wanted = unquote(recorded.path)
    if wanted and not any(unquote(one).endswith(wanted) for one in (address, address.partition("?")[0])):
        raise _Differs(recorded.place, f"The system should have been asked for {recorded.path}.", was)
    if recorded.sends is not None and not _alike(recorded.sends, asked.body):
        expected = f"The system should have been sent {_shown(recorded.sends)}."
        raise _Differs(recorded.place, expected, f"It was sent {_shown(asked.body)}.")


def _end_of(wanted: str, said: str) -> int:
    """Return the sign behind `wanted` in `said`, case and punctuation apart; -1 where it isn't in there."""
    if is_expression(wanted):
        expression = wanted[1:-1]
    else:
        words = re.findall(r"[^\W_]+", wanted)
        expression = words[0] if words else ""
        for before, word in pairwise(words):
            # Chinese has no spaces: there, punctuation may be missing as well.
            chinese = HAN.match(before[-1]) or HAN.match(word)
            expression += (r"[\W_]*" if chinese else r"[\W_]+") + word
    found = re.search(expression, said, re.IGNORECASE)
    return found.end() if found else -1


def _alike(wanted: Any, was: Any) -> bool:
    """Tell whether a value is what was wanted; of a mapping, what is named there."""
    if isinstance(wanted, Mapping):
        return isinstance(was, Mapping) and all(_alike(value, was.get(name)) for name, value in wanted.items())
    if isinstance(wanted, list | tuple):
        alike_long = isinstance(was, list | tuple) and len(was) == len(wanted)
        return alike_long and all(_alike(one, other) for one, other in zip(wanted, was, strict=True))
    return as_text(wanted) == as_text(was)


def _shown(value: Any) -> str:
    return f"'{as_text(value)}'" if not isinstance(value, Mapping | list | tuple) else as_text(value)


def _told(made: Handover) -> str:
    return f"{made.verb} {made.target}, reason {made.reason}"
