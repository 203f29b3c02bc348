"""A conversation by text: what a caller would hear, without a telephone, and all that the flow knows on demand."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from dialplans.dialogue import Dialogue
from dialplans.exchange import (
    Action,
    Begin,
    Done,
    Enough,
    Event,
    FreeAnswer,
    Handover,
    HangUp,
    Keyed,
    Learned,
    LookUp,
    Meanwhile,
    NoInput,
    Note,
    NotUnderstood,
    Rated,
    Record,
    Said,
    Say,
    Unanswered,
    Understood,
    WaitsOn,
)
from dialplans.flow import Flow
from dialplans.look_ups import json_of
from dialplans.state import State
from dialplans.talk import Knows, knows_nothing
from knowledge.wording import script_of

LooksUp = Callable[[LookUp], Done]
AnswersFreely = Callable[[FreeAnswer], Done]
NOTED = ("no_match", "no_input", "gave_up", "language", "to_human", "look_up_failed", "look_up_empty", "unset_value",
         "value_without_words", "nothing_recorded", "no_such_flow", "circle")  # fmt: skip
"""Notes of the record that whoever tries a flow out wants to see."""
HELP = """\
       A line is what the caller says; digits, * and # alone are keys; an empty line is silence.
       :state   all that the flow knows        :back   as if the last line hadn't been
       :noise   sound that nobody understands  :angry WORDS   said in anger
       :found   somebody has who waits         :quit   the caller hangs up
       :help    this"""


class Chat:
    """One caller at a keyboard. Every line that is to be shown is yielded."""

    def __init__(
        self,
        flow: Flow,
        language: str = "",
        *,
        knows: Knows = knows_nothing,
        looks_up: LooksUp | None = None,
        answers_freely: AnswersFreely | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`looks_up` asks the company's systems; without it their answers are typed by hand. `now` is aware.

        `answers_freely` lets a language model answer; without it the article's own answer is given.
        """
        self._dialogue = Dialogue(flow, language, knows)
        self._looks_up, self._answers_freely, self._now = looks_up, answers_freely, now
        self._errand: Action | None = None
        """What is waited for, and answered by the next line."""
        self._before: list[tuple[State, Action | None]] = []
        self._handed: Handover | None = None
        """What was handed over last."""
        self._left = False

    @property
    def over(self) -> bool:
        """Whether one of the two hung up."""
        return self._left or self._dialogue.over

    def begin(self) -> Iterator[str]:
        """The robot picks up."""
        begin = Begin("chat", self._dialogue.flow.name, self._dialogue.language)
        return self._tell(begin)

    def hear(self, line: str) -> Iterator[str]:
        """Take what was typed: words, keys, silence, the answer to an errand, or a command with a colon."""
        line = line.strip()
        command, _, words = line.partition(" ")
        match command:
            case ":help" | ":":
                yield HELP
            case ":state":
                yield json.dumps(self.known(), ensure_ascii=False, indent=2, default=str)
            case ":back":
                yield from self._back()
            case ":quit":
                self._left = True
            case ":found":
                yield from self._tell(Enough())
            case _ if command.startswith(":") and command not in (":noise", ":angry"):
                yield f"       [there is no {command}; :help tells what there is]"
            case _:
                self._before.append((self._dialogue.state(), deepcopy(self._errand)))
                yield from self._tell(self._event(line, command, words))

    def known(self) -> dict[str, Any]:
        """Return all that the flow knows now."""
        return asdict(self._dialogue.state())

    def _event(self, line: str, command: str, words: str) -> Event:
        if self._errand is not None:
            errand, self._errand = self._errand, None
            return answer_to(errand, line)
        if not line:
            return NoInput()
        if command == ":noise":
            return NotUnderstood("noise")
        if command == ":angry":
            return Said(words, 1.0, self._written_in(words), anger=1.0)
        if set(line) <= set("0123456789*#"):
            return Keyed(line.rstrip("#") or line)
        return Said(line, 1.0, self._written_in(line))

    def _written_in(self, words: str) -> str:
        written = script_of(words)
        return written if written in self._dialogue.flow.languages else self._dialogue.language

    def _back(self) -> Iterator[str]:
        if not self._before:
            yield "       [this is the beginning]"
            return
        state, self._errand = self._before.pop()
        self._dialogue.take_up(state)
        last = next((words for who, words in reversed(state.transcript) if who == "robot"), "")
        yield f"       [back in step '{state.step}']"
        if last:
            yield f"robot: {last}"

    def _tell(self, event: Event) -> Iterator[str]:
        for action in self._dialogue.receive(event, wall=self._now()):
            yield from self._shown(action)

    def _shown(self, action: Action) -> Iterator[str]:
        match action:
            case Say():
                yield from (f"robot: {prompt.text or prompt.file}" for prompt in action.prompts)
            case Understood():
                values = "".join(f", {name} = {value}" for name, value in action.slots.items())
                yield f"       [{action.intent} {action.confidence:.2f}{values}]"
            case Note() if action.name in NOTED:
                more = "".join(f", {name} {value}" for name, value in action.data.items() if name != "step")
                yield f"       [{action.name.replace('_', ' ')}{more}]"
            case Unanswered():
                what = "nothing is known about" if action.why == "unknown" else "this didn't help with"
                yield f"       [{what}: {action.question}]"
            case Rated():
                yield f"       [{action.name}: {action.rating} of {action.most}]"
            case Handover():
                yield from _handed_over(action)
                self._handed = action
                yield from self._tell(Meanwhile()) if action.meanwhile else self._waits()
            case Learned():
                self._handed = action.handover
            case WaitsOn():
                yield from self._waits()
            case Record():
                yield f"       [records '{action.name}'; type what is said, or nothing]"
                self._errand = action
            case LookUp():
                yield from self._look_up(action)
            case FreeAnswer():
                yield from self._answer_freely(action)
            case HangUp():
                yield "       [hangs up]"
            case _:
                pass

    def _waits(self) -> Iterator[str]:
        self._errand = self._handed
        yield "       [type done if somebody took it and the caller is back; else nobody is there]"

    def _look_up(self, errand: LookUp) -> Iterator[str]:
        body = f" {json.dumps(errand.body, ensure_ascii=False)}" if errand.body is not None else ""
        yield f"       [asks {errand.method} {errand.url}{body}]"
        if self._looks_up is None:
            yield "       [type the answer: JSON, a status such as 404, or why it fails]"
            self._errand = errand
            return
        done = self._looks_up(errand)
        answer = json.dumps(done.values, ensure_ascii=False, default=str) if done.ok else done.why
        yield f"       [{'answer' if done.ok else 'no answer'}: {answer}]"
        yield from self._tell(done)

    def _answer_freely(self, errand: FreeAnswer) -> Iterator[str]:
        if self._answers_freely is None:
            done = Done(False, why="no language model is configured, [knowledge] url")
        else:
            done = self._answers_freely(errand)
        if done.ok:
            quoted = done.values["articles"]
            yield f"robot: {done.values['text']}"
            yield f"       [quotes {', '.join(quoted) if isinstance(quoted, list) else quoted}]"
        if done.why:
            yield f"       [{'with a fault' if done.ok else 'no free answer'}: {done.why}]"
        yield from self._tell(done)


def answer_to(errand: Action, line: str) -> Done:
    """Return what the line that was typed says of an errand."""
    match errand:
        case Handover():
            return Done(True) if line.lower() == "done" else Done(False, why="nobody was there")
        case Record():
            if not line:
                return Done(False, why="nothing was said")
            return Done(True, {"file": "chat.wav", "seconds": round(len(line) / 12, 1), "ended_by": "silence"})
        case _:
            return _typed_answer(line)


def _typed_answer(line: str) -> Done:
    if line.isdigit() and len(line) == 3:
        status = int(line)
        good = status == 404 or 200 <= status < 300
        return Done(good, {"status": status, "body": None}, "" if good else f"it answered {status}")
    try:
        return Done(True, {"status": 200, "body": json_of(line)})
    except (ValueError, RecursionError):
        return Done(False, why=line or "no answer")


def _handed_over(made: Handover) -> Iterator[str]:
    priority = f", priority {made.priority}" if made.priority else ""
    yield f"       [{made.verb} to {made.target}: {made.reason}{priority}]"
    if made.summary:
        yield f"       [summary: {made.summary}]"
    for name, value in made.slots.items():
        yield f"       [{name} = {value}]"
