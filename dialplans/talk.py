"""What a verb may do in a conversation: say, ask, send on an errand, set values, go on. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from dialplans import humans
from dialplans.answers import Reader
from dialplans.conditions import moment_of
from dialplans.doubt import DOUBT, DoubtStep
from dialplans.exchange import Action, Errand, HangUp, Listen, Note, Prompt, Question, Rated, Say
from dialplans.flow import Flow
from dialplans.place import Target, Texts
from dialplans.sentences import SENTENCES
from dialplans.state import Frame, State, Taken
from dialplans.summary import summary
from dialplans.template import filled, found_at, plain, speaker
from dialplans.verbs.question import OWN, QuestionStep
from dialplans.verbs.run import RunStep

if TYPE_CHECKING:
    from dialplans.slots import SlotKind, Value
    from dialplans.step import Step

MOST_STEPS = 1000
"""More steps than this without a question is a circle, whatever the checker said."""
DEEPEST = 20
"""So many sub-flows may run each other."""


class RunnerUp(Protocol):
    """The article that was next best."""

    @property
    def article_id(self) -> str: ...


class Article(Protocol):
    """An article that answers: what `knowledge.search.Found` has."""

    @property
    def article_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def short(self) -> str: ...
    @property
    def long(self) -> str: ...
    @property
    def runner_up(self) -> RunnerUp | None: ...


Knows = Callable[[str, str, Sequence[str]], Article | None]
"""Asks the knowledge base: question, language, tags (none: all articles)."""


def knows_nothing(question: str, language: str, tags: Sequence[str]) -> Article | None:
    """Where no knowledge base is configured."""
    return None


Feels = Callable[[str, str], float]
"""How angry words are (0-1): text, language."""


def feels_nothing(text: str, language: str) -> float:
    """Where nobody judges words."""
    return 0.0


class Talk:
    """One event's worth of a conversation: changes the state, gathers actions."""

    def __init__(self, flow: Flow, state: State, wall: datetime | None, knows: Knows, feels: Feels) -> None:
        self._root, self.state, self.wall, self._knows, self._feels = flow, state, wall, knows, feels
        self.actions: list[Action] = []
        self.asked_anew = False
        """Whether a question was opened that wasn't open before."""
        self._next: Target | None = None

    # -- where it is -------------------------------------------------------------------------------------------

    @property
    def flow(self) -> Flow:
        """The innermost flow."""
        return self.flow_at(len(self.state.frames) - 1)

    def flow_at(self, depth: int) -> Flow:
        """Return the flow that the frame at `depth` walks through."""
        flow = self._root
        for one in self.state.frames[1 : depth + 1]:
            flow = flow.flows.get(one.flow) or self._root.flows[one.flow]
        return flow

    @property
    def step(self) -> "Step | None":
        """The step that the caller is in."""
        return self.flow.steps.get(self.state.step)

    @property
    def language(self) -> str:
        return self.state.language

    @property
    def reason(self) -> str:
        """The rule that led here, or ""."""
        return self.state.reason

    @reason.setter
    def reason(self, reason: str) -> None:
        self.state.reason = reason

    def reader(self, language: str = "") -> Reader:
        """Return what reads answers here and now."""
        commands = {name for name in ("operator", "goodbye") if self.command(name)}
        return Reader(self.flow, language or self.language, self.wall, self.value, frozenset(commands))

    def command(self, name: str) -> tuple[int, Target] | None:
        """Return where the innermost flow that says so leads for a command, with the depth of its frame."""
        for depth in range(len(self.state.frames) - 1, -1, -1):
            flow = self.flow_at(depth)
            target = flow.operator() if name == "operator" else flow.commands.get(name)
            if target:
                return depth, target
        return None

    # -- values ------------------------------------------------------------------------------------------------

    def value(self, path: str) -> Any:
        """Return what `path` holds, None where nothing does; the caller's words, time and language among it."""
        own = found_at(path, self.state.frame.variables)
        return own if own is not None else found_at(path, self._built_in())

    def _built_in(self) -> Mapping[str, Any]:
        state = self.state
        now = self.wall.isoformat(timespec="minutes") if self.wall else None
        return {**state.call, "language": state.language, "last": state.last, "now": now}

    def is_open(self, calendar: str, at: str = "") -> bool:
        """Tell whether a calendar of the flow is open now (where nobody says the time, it is), or when `at` is."""
        known = self.flow.calendars.get(calendar) or self._root.calendars.get(calendar)
        if not at:
            return known.is_open(self.wall) if known and self.wall else True
        moment = moment_of(self.value(at), ZoneInfo(known.timezone) if known and known.timezone else self.zone)
        return known.is_open(moment) if known and moment else False

    @property
    def zone(self) -> tzinfo:
        """Where the hotline is."""
        return (self.wall.tzinfo if self.wall else None) or UTC

    def set(self, name: str, value: Any) -> None:
        """Give a variable its value."""
        self.state.frame.variables[name] = value

    def take(self, values: Mapping[str, "Value"], step: str) -> None:
        """Keep what the caller gave."""
        frame = self.state.frame
        for name, value in values.items():
            frame.variables[name] = value.value
            frame.taken.pop(name, None)
            frame.taken[name] = Taken(value.value, value.text, value.spoken, self.language, value.confidence, step)

    def forget_taken_by(self, step: str) -> None:
        """Forget what the question `step` took, so that it is asked anew."""
        frame = self.state.frame
        for name in [name for name, taken in frame.taken.items() if taken.step == step]:
            self.forget(name)

    def forget(self, slot: str) -> None:
        """Forget a value."""
        self.state.frame.taken.pop(slot, None)
        self.state.frame.variables.pop(slot, None)

    def last_taken_by(self, step: str) -> str | None:
        """Return the slot that the question `step` filled last."""
        return next((name for name, one in reversed(self.state.frame.taken.items()) if one.step == step), None)

    def correctable(self) -> dict[str, "tuple[SlotKind, Taken]"]:
        """Return the values that the caller may still correct, with their kinds, the last one given last."""
        found: dict[str, tuple[SlotKind, Taken]] = {}
        for name, taken in self.state.frame.taken.items():
            step = self.flow.steps.get(taken.step)
            kind = step.kind_of(self.flow, name) if step else None
            if kind and kind.type != "free_text":
                found[name] = (kind, taken)
        return found

    def slots(self, names: Sequence[str] = ()) -> dict[str, Any]:
        """Return the values of `names`, or of all that the caller gave in this call."""
        if names:
            return {name: self.value(name) for name in names}
        return {name: frame.variables.get(name) for frame in self.state.frames for name in frame.taken}

    def transcript(self) -> tuple[tuple[str, str], ...]:
        """Return what was said so far, with what is being said now."""
        return (*self.state.transcript, *self._now_said())

    def summary(self) -> str:
        """Return a few sentences for whoever takes the call."""
        said = [words for who, words in self.state.transcript if who == "caller"]
        taken = {name: one.spoken for frame in self.state.frames for name, one in frame.taken.items()}
        return summary(said, taken, self.reason, self.language)

    # -- words -------------------------------------------------------------------------------------------------

    def written(self, text: str, shown: Callable[[Any], str] = plain) -> str:
        """Return `text` with its templates filled with bare values, each as `shown`."""
        return filled(text, self._noted, lambda _, value: shown(value), speaker(self.language, self.wall))

    def resolved(self, value: Any) -> Any:
        """Return `value` with the templates of its texts filled; a text that is one bare template keeps the type."""
        match value:
            case str():
                return self._resolved(value)
            case Mapping():
                return {name: self.resolved(one) for name, one in value.items()}
            case list() | tuple():
                return [self.resolved(one) for one in value]
            case _:
                return value

    def _resolved(self, text: str) -> Any:
        inside = text.strip()
        if inside.startswith("{{") and inside.endswith("}}") and inside.count("{{") == 1 and "|" not in inside:
            value = self._noted(inside[2:-2].strip())
            return "" if value is None else value
        return self.written(text)

    def _noted(self, path: str) -> Any:
        if path.startswith("env."):
            # Secrets are filled in by whoever sends them (`look_ups.py`): they are in no state and no record.
            return f"{{{{ {path} }}}}"
        value = self.value(path)
        if value is None:
            self.note("unset_value", step=self.state.step, value=path)
        return value

    def _spoken(self, text: str, more: Mapping[str, str]) -> str:
        def value(path: str) -> Any:
            if path.startswith("env."):
                return None
            return more[path] if path in more else self._noted(path)

        return filled(text, value, self._shown, speaker(self.language, self.wall))

    def _shown(self, path: str, value: Any) -> str:
        taken = self.state.frame.taken.get(path)
        if taken and taken.value == value and taken.language == self.language and taken.spoken:
            return taken.spoken
        return plain(value)

    def prompt(self, texts: Texts, **more: str) -> Prompt:
        """Return `texts` as it is said now; `more` are values for its templates besides the variables."""
        language = self.language if self.language in texts else next(iter(texts), self.language)
        text = self._spoken(texts.get(language, ""), more)
        return Prompt(text=text, language=language, voice=self.flow.voices.get(language, ""))

    def own(self, name: str) -> Texts:
        """Return a sentence of the interpreter, in the author's words where there are some."""
        return self.flow.prompts.get(name) or self._root.prompts.get(name) or SENTENCES[name]

    # -- doing ---------------------------------------------------------------------------------------------------

    def do(self, action: Action) -> None:
        self.actions.append(action)

    def note(self, name: str, **data: object) -> None:
        self.do(Note(name, data))

    def say(self, texts: Texts, barge_in: bool = True, **more: str) -> None:
        """Say `texts`; nothing where they are empty."""
        prompt = self.prompt(texts, **more)
        if prompt.text:
            self.do(Say((prompt,), barge_in))

    def sentence(self, name: str, barge_in: bool = True, **more: str) -> None:
        """Say a sentence of the interpreter."""
        self.say(self.own(name), barge_in, **more)

    def say_as_it_is(self, text: str) -> None:
        """Say what isn't the author's: no templates, no other language."""
        if text:
            voice = self.flow.voices.get(self.language, "")
            self.do(Say((Prompt(text=text, language=self.language, voice=voice),), True))

    def play(self, files: Texts, barge_in: bool) -> None:
        file = files.get(self.language) or next(iter(files.values()), "")
        self.do(Say((Prompt(file=file, language=self.language),), barge_in))

    def heard(self, text: str) -> None:
        """Note what the robot said without a `Say`."""
        self.state.transcript = (*self.state.transcript, ("robot", text))

    def know(self, question: str, tags: Sequence[str]) -> Article | None:
        """Ask the knowledge base."""
        return self._knows(question, self.language, tags)

    def anger(self, text: str, voice: float) -> float:
        """Return how angry the caller is in words and voice together (0-1): either is enough, both are more."""
        words = self._feels(text, self.language)
        return 1 - (1 - min(max(words, 0.0), 1.0)) * (1 - min(max(voice, 0.0), 1.0))

    def speak(self, language: str) -> None:
        """The call goes on in `language`, whatever it is spoken to in."""
        self.state.settled = True
        self.change_language(language)

    def change_language(self, language: str, **why: object) -> None:
        if language != self.language:
            self.state.language = language
            self.note("language", language=language, **why)

    def errand(self, errand: Errand) -> None:
        """Send somebody on an errand; the step goes on when it is done."""
        self.state.errand = type(errand).__name__
        self.do(errand)

    def rated(self, name: str, rating: int, most: int) -> None:
        self.do(Rated(name, rating, most))

    # -- questions -----------------------------------------------------------------------------------------------

    def ask(self, step: "Step", phase: str = OWN) -> None:
        """Ask the question of `phase` of `step`, which is the one that the caller is in."""
        if phase == OWN and humans.tagged(self, "question"):
            return
        state = self.state
        state.phase, state.silences, state.misses = phase, 0, 0
        self.asked_anew = True
        question = self.question()
        if question is None:
            state.phase = ""
            return
        if phase == OWN:
            here = tuple(frame.step for frame in state.frames)
            state.history = (*(one for one in state.history if one != here), here)
        self.ask_again(question)

    def question(self) -> QuestionStep | None:
        """Return the open question."""
        step = self.step
        if not self.state.phase or step is None:
            return None
        if self.state.phase == DOUBT:
            own = step.question(OWN)
            return DoubtStep.about(own, self.state.doubt, self.reader()) if own else None
        return step.question(self.state.phase)

    def ask_again(self, question: QuestionStep) -> None:
        """Say the question and listen."""
        self.say_question(question)
        self.listen(question)

    def say_question(self, question: QuestionStep) -> None:
        texts = self.own(question.sentence) if question.sentence else question.prompt(self)
        self.say(texts, question.barge_in, **question.words)

    def listen(self, question: QuestionStep) -> None:
        """Open the question."""
        reader = self.reader()
        self.do(
            Listen(
                Question(
                    step=question.name,
                    kind=question.expects(reader),
                    language="" if self.identifies(question) else self.language,
                    speech=question.speech,
                    keys=reader.keys_wanted(question),
                    phrases=question.phrases(reader),
                    no_input_s=question.no_input_s,
                    hangover_ms=question.endpoint_ms,
                )
            )
        )

    def identifies(self, question: QuestionStep) -> bool:
        """Tell whether the answer to `question` shows the language."""
        return question.identifies and (question.detect or self._root.detect) and not self.state.settled

    # -- going on ------------------------------------------------------------------------------------------------

    def go(self, target: Target | None) -> None:
        """Go to `target`, or on as the step says."""
        self._next = target

    def question_before(self) -> tuple[int, str] | None:
        """Return the depth and name of the step that leads to the question before the open one, None at the first."""
        here = tuple(frame.step for frame in self.state.frames)
        earlier = [one for one in self.state.history if one != here]
        if not earlier:
            return None
        before = earlier[-1]
        self.state.history = tuple(earlier[:-1])
        depth = 0
        while depth < min(len(before), len(here)) - 1 and before[depth] == here[depth]:
            depth += 1
        return depth, before[depth]

    def to(self, depth: int, target: Target) -> None:
        """Leave all sub-flows deeper than `depth`, and go to `target` there."""
        del self.state.frames[depth + 1 :]
        self.state.phase = ""
        self._next = target

    def hang_up(self) -> None:
        self.state.over, self.state.phase = True, ""
        self.do(HangUp())

    def enter(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Run the sub-flow `name`."""
        flow = self.flow.flows.get(name) or self._root.flows.get(name)
        if flow is None or not flow.steps or len(self.state.frames) > DEEPEST:
            self.note("no_such_flow" if flow is None else "too_deep", flow=name)
            return
        self.state.frames.append(Frame(name, variables=dict(arguments)))
        self._next = Target(flow.first)

    def give_back(self, values: Mapping[str, Any]) -> None:
        """Leave the innermost sub-flow; the flow of the call ends."""
        if len(self.state.frames) == 1:
            self.hang_up()
            return
        left = self.state.frames.pop()
        step = self.step
        if isinstance(step, RunStep):
            step.came_back(self, {**left.variables, **values})
        self._next = self._way_on()

    def walk(self) -> None:
        """Go from step to step until a question is open, an errand is out, or the call ends."""
        state = self.state
        for _ in range(MOST_STEPS):
            if state.phase or state.errand or state.over:
                return
            target, self._next = self._next or self._way_on(), None
            if target is None:
                self.give_back({})
                continue
            state.frame.step = target.step
            step = self.step
            if step is None:
                self.note("no_such_step", step=target.step)
                self.hang_up()
                return
            self.note("step", step=step.name)
            step.run(self)
        self.note("circle", step=state.step)
        self.hang_up()

    def _way_on(self) -> Target | None:
        step = self.step
        if step is None:
            return None
        below = self.flow.after(step.name)
        return step.goto or (Target(below) if below else None)

    def _now_said(self) -> list[tuple[str, str]]:
        says = [action for action in self.actions if isinstance(action, Say)]
        words = [prompt.text or prompt.file for say in says for prompt in say.prompts]
        return [("robot", " ".join(words))] if words else []
