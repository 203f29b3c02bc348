"""One conversation through one flow: an event in, a list of actions out. Knows no clock, socket or loop.

A dialogue runs through steps until a question is open, a human must take over or the flow is at its end; then it
waits for the next event. What it keeps is plain values (`state`), so it can be shown, kept and taken up again.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dialplans.answers import Answer, Reader
from dialplans.exchange import (
    Action,
    Begin,
    Done,
    Event,
    Finished,
    Gone,
    Handover,
    HangUp,
    Keyed,
    Listen,
    NoInput,
    Note,
    NotUnderstood,
    Prompt,
    Question,
    Said,
    Say,
    Understood,
)
from dialplans.flow import (
    AskStep,
    BranchStep,
    CollectStep,
    Condition,
    ConfirmStep,
    Flow,
    HandoverStep,
    HangupStep,
    MenuStep,
    PlayStep,
    QuestionStep,
    SayStep,
    SetStep,
    Step,
    Texts,
)
from dialplans.slots import spelled
from knowledge.wording import script_of

SORRY: Texts = {"en": "Sorry, I didn't get that.", "zh": "抱歉，我没听明白。"}
STILL_THERE: Texts = {"en": "Are you still there?", "zh": "您还在吗？"}
SURE_OF_LANGUAGE = 0.4
"""Confidence of the recogniser from which words that answer nothing change the language; an answer always does."""
MOST_STEPS = 1000
"""More steps than this without a question is a circle, whatever the checker said."""
SLOT = re.compile(r"\{\{\s*(\w+)\s*(?:\|\s*(\w+)\s*)?\}\}")


@dataclass
class State:
    """All that a dialogue knows besides its flow."""

    language: str
    variables: dict[str, Any]
    settled: bool = False
    """Whether the caller chose the language, so that it is no longer to be identified."""
    step: str = ""
    open: bool = False
    """Whether the question of `step` waits for its answer."""
    handing_over: bool = False
    silences: int = 0
    misses: int = 0
    over: bool = False
    said: tuple[str, ...] = ()
    """What the caller said so far, for the summary."""
    again: tuple[Say, ...] = ()
    """What "repeat" says once more."""


class Dialogue:
    """One caller in one flow (the version that the call began with)."""

    def __init__(self, flow: Flow, language: str = "") -> None:
        self.flow = flow
        self._readers: dict[str, Reader] = {}
        self._s = State(language if language in flow.languages else flow.languages[0], {})
        self._verbs: Mapping[type[Step], Callable[[Any], list[Action]]] = {
            SayStep: lambda step: [self._say(step.texts, step.barge_in)],
            PlayStep: self._play,
            SetStep: self._set,
            HandoverStep: self._hand_over,
            HangupStep: self._hang_up,
            **dict.fromkeys((AskStep, MenuStep, CollectStep, ConfirmStep), self._ask),
        }

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
    def variables(self) -> Mapping[str, Any]:
        """What was collected and set so far."""
        return self._s.variables

    def state(self) -> State:
        """Return a copy of all that it knows (plain values)."""
        return replace(self._s, variables=dict(self._s.variables))

    def take_up(self, state: State) -> None:
        """Go on from `state`."""
        self._s = replace(state, variables=dict(state.variables))

    def answers(self, text: str, language: str = "", choice: int = -1) -> bool:
        """Tell whether `text` (not yet sure to be the end) answers the open question fully and surely."""
        step = self._open_question()
        if step is None:
            return False
        spoken = self._spoken(step, text, language)
        return self._reader(spoken).is_whole(step, text, choice if spoken == self._s.language else -1)

    def by_keypad(self, first: Texts) -> list[Action]:
        """Nobody can hear words now: say `first`, then ask the open question once more, in the words that name keys."""
        step = self._open_question()
        if step is None:
            return []
        helping = step.no_match[-1] if step.no_match else step.texts
        return [Say((self._prompt(first), self._prompt(helping)), step.barge_in), Listen(self._question(step))]

    # -- events ------------------------------------------------------------------------------------------------

    def receive(self, event: Event, now: float = 0.0) -> list[Action]:
        """Take one event at `now` (seconds, any clock that only goes up) and return what is to be done."""
        if self._s.over:
            return []
        match event:
            case Begin():
                if event.language in self.flow.languages:
                    self._s.language = event.language
                self._s.variables |= {**event.variables, "caller": event.caller, "called": event.called}
                return _joined(self._run(self.flow.first))
            case Gone():
                self._s.over = True
                return []
            case Finished() | Done():
                return _joined(self._nobody_there()) if self._s.handing_over else []
            case Said() | Keyed() | NotUnderstood() | NoInput():
                step = self._open_question()
                return _joined(self._answered(step, event)) if step else []

    def _answered(self, step: QuestionStep, event: Said | Keyed | NotUnderstood | NoInput) -> list[Action]:
        match event:
            case Said():
                self._s.said = (*self._s.said, event.text)
                spoken = self._spoken(step, event.text, event.language)
                if spoken != self._s.language:
                    return self._identified(step, event, spoken)
                return self._take(step, self._reader().spoken(step, event.text, event.choice))
            case Keyed():
                return self._take(step, self._reader().keyed(step, event.digits))
            case NotUnderstood():
                return self._missed(step, event.reason)
            case NoInput():
                return self._silent(step)

    def _spoken(self, step: QuestionStep, text: str, language: str) -> str:
        """Return the language that an answer is to be read in; `language` is what the recogniser took it for, or ""."""
        written = script_of(text)
        identifies = self._identifies(step) and written in self.flow.languages and language in ("", written)
        return written if identifies else self._s.language

    def _identifies(self, step: QuestionStep) -> bool:
        return step.detect and not self._s.settled

    def _identified(self, step: QuestionStep, event: Said, spoken: str) -> list[Action]:
        """The caller speaks another language than the robot did."""
        answer = self._reader(spoken).spoken(step, event.text)
        if not answer.target and not answer.command and event.confidence < SURE_OF_LANGUAGE:
            return self._take(step, self._reader().spoken(step, event.text))
        self._s.language = spoken
        self._s.silences = self._s.misses = 0
        self._s.again = (self._say(step.texts, step.barge_in),)
        note = Note("language", {"language": spoken, "confidence": event.confidence})
        return [note, *self._take(step, answer)]

    def _take(self, step: QuestionStep, answer: Answer) -> list[Action]:
        heard = Understood(answer.intent or "none", answer.confidence, answer.slots)
        if answer.command == "repeat":
            return [heard, *self._repeat(step)]
        if not answer.target:
            return [heard, *self._missed(step, "none of these")]
        self._s.variables |= answer.slots
        self._s.silences = self._s.misses = 0
        self._s.open = False
        return [heard, *self._run(answer.target)]

    def _repeat(self, step: QuestionStep) -> list[Action]:
        return [Note("repeat", {"step": step.name}), *self._s.again, Listen(self._question(step))]

    def _missed(self, step: QuestionStep, reason: str) -> list[Action]:
        self._s.misses += 1
        note = Note("no_match", {"step": step.name, "count": self._s.misses, "reason": reason})
        return [note, *self._once_more(step, step.no_match, self._s.misses, SORRY)]

    def _silent(self, step: QuestionStep) -> list[Action]:
        self._s.silences += 1
        note = Note("no_input", {"step": step.name, "count": self._s.silences})
        return [note, *self._once_more(step, step.no_input, self._s.silences, STILL_THERE)]

    def _once_more(self, step: QuestionStep, prompts: tuple[Texts, ...], count: int, usual: Texts) -> list[Action]:
        if self._s.silences + self._s.misses >= step.max_attempts:
            self._s.silences = self._s.misses = 0
            self._s.open = False
            gave_up = Note("gave_up", {"step": step.name})
            return [gave_up, *(self._run(step.otherwise.step) if step.otherwise else self._end())]
        if prompts:
            say = self._say(prompts[min(count, len(prompts)) - 1], step.barge_in)
        else:
            usual_prompt = self._prompt(usual)
            say = Say((usual_prompt, self._prompt(step.texts)), step.barge_in)
        return [say, Listen(self._question(step))]

    # -- steps -------------------------------------------------------------------------------------------------

    def _run(self, name: str) -> list[Action]:
        actions: list[Action] = []
        for _ in range(MOST_STEPS):
            step = self.flow.steps.get(name)
            if step is None:
                return [*actions, Note("no_such_step", {"step": name}), *self._end()]
            self._s.step = name
            actions.append(Note("step", {"step": name}))
            if verb := self._verbs.get(type(step)):
                actions += verb(step)
            if self._s.open or self._s.handing_over or self._s.over:
                self._s.again = tuple(action for action in _joined(actions) if isinstance(action, Say))
                return actions
            following = self._way_on(step)
            if following is None:
                return [*actions, *self._end()]
            name = following
        return [*actions, Note("circle", {"step": name}), *self._end()]

    def _way_on(self, step: Step) -> str | None:
        if isinstance(step, BranchStep):
            for condition in step.conditions:
                if self._holds(condition):
                    return condition.target.step
        return step.goto.step if step.goto else self.flow.after(step.name)

    def _holds(self, condition: Condition) -> bool:
        value = self._s.language if condition.variable == "language" else self._s.variables.get(condition.variable, "")
        if condition.equals is not None:
            return str(value) == condition.equals
        return str(value).startswith(condition.starts) if condition.starts is not None else bool(value)

    def _ask(self, step: QuestionStep) -> list[Action]:
        self._s.open = True
        self._s.silences = self._s.misses = 0
        return [self._say(step.texts, step.barge_in), Listen(self._question(step))]

    def _question(self, step: QuestionStep) -> Question:
        reader = self._reader()
        return Question(
            step=step.name,
            kind=step.kind,
            language="" if self._identifies(step) else self._s.language,
            speech=step.speech,
            keys=reader.keys_wanted(step),
            phrases=reader.phrases(step),
            no_input_s=step.no_input_s,
            hangover_ms=step.endpoint_ms,
        )

    def _play(self, step: PlayStep) -> list[Action]:
        file = step.files.get(self._s.language, "")
        return [Say((Prompt(file=file, language=self._s.language),), step.barge_in)]

    def _set(self, step: SetStep) -> list[Action]:
        values = {name: self._filled(str(value)) for name, value in step.values.items()}
        language = values.pop("language", "")
        self._s.variables |= values
        self._s.settled |= bool(language)
        if not language or language == self._s.language:
            return []
        self._s.language = language
        return [Note("language", {"language": language})]

    def _hand_over(self, step: HandoverStep) -> list[Action]:
        self._s.handing_over = True
        summary = "; ".join(self._s.said[-5:])
        return [Handover(step.verb, self._filled(step.target), step.reason, summary)]  # type: ignore[arg-type]

    def _nobody_there(self) -> list[Action]:
        step = self.flow.steps[self._s.step]
        assert isinstance(step, HandoverStep)
        self._s.handing_over = False
        said = self._say(step.unavailable, True)
        following = self._way_on(step)
        note = Note("handover_not_possible", {"step": step.name})
        return [note, said, *(self._run(following) if following else self._end())]

    def _hang_up(self, step: HangupStep) -> list[Action]:
        said = [self._say(step.texts, False)] if step.texts else []
        return [*said, *self._end()]

    def _end(self) -> list[Action]:
        self._s.over = True
        self._s.open = False
        return [HangUp()]

    # -- words -------------------------------------------------------------------------------------------------

    def _open_question(self) -> QuestionStep | None:
        step = self.flow.steps.get(self._s.step)
        return step if self._s.open and isinstance(step, QuestionStep) else None

    def _reader(self, language: str = "") -> Reader:
        language = language or self._s.language
        if language not in self._readers:
            self._readers[language] = Reader(self.flow, language)
        return self._readers[language]

    def _say(self, texts: Texts, barge_in: bool) -> Say:
        return Say((self._prompt(texts),), barge_in)

    def _prompt(self, texts: Texts) -> Prompt:
        language = self._s.language if self._s.language in texts else next(iter(texts), self._s.language)
        voice = self.flow.voices.get(language, "")
        return Prompt(text=self._filled(texts.get(language, "")), language=language, voice=voice)

    def _filled(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            found = str(self._s.variables.get(match[1], ""))
            return spelled(found, self._s.language) if match[2] == "digits" else found

        return SLOT.sub(value, text)


def fixed(text: str) -> bool:
    """Tell whether `text` is the same in every call, so that it can be rendered ahead."""
    return not SLOT.search(text)


def _joined(actions: list[Action]) -> list[Action]:
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
