"""What a verb may do in a conversation: say, ask, send on an errand, set values, go on. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from dialplans import humans
from dialplans.built_in import built_in
from dialplans.doubt import DOUBT, DoubtStep
from dialplans.exchange import (
    Done,
    Errand,
    Handover,
    HangUp,
    Learned,
    Listen,
    LookUp,
    Question,
    Rated,
    Record,
    WaitsOn,
)
from dialplans.flow import Flow
from dialplans.keying import check_of
from dialplans.place import Target
from dialplans.speech import Speech
from dialplans.state import Frame, State
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.question import OWN, QuestionStep
from dialplans.verbs.run import RunStep

if TYPE_CHECKING:
    from dialplans.step import Step

MOST_STEPS = 1000
"""More steps than this without a question is a circle, whatever changed in between."""
MOST_TRIES = 3
"""So many times a step is come to with nothing changed but what systems were asked for; then it is a circle too."""
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
    def confidence(self) -> float: ...
    @property
    def runner_up(self) -> RunnerUp | None: ...


Knows = Callable[[str, str, Sequence[str]], Article | None]
"""Asks the knowledge base: question, language, tags (none: all articles)."""


def knows_nothing(question: str, language: str, tags: Sequence[str]) -> Article | None:
    """Where no knowledge base is configured."""
    return None


Feels = Callable[[str, str], float]
"""How angry words are (0-1): text, language."""


class Talk(Speech):
    """One event's worth of a conversation: changes the state, gathers actions."""

    def __init__(self, flow: Flow, state: State, wall: datetime | None, knows: Knows, feels: Feels) -> None:
        super().__init__(flow, state, wall)
        self._knows, self._feels = knows, feels
        self.asked_anew = False
        """Whether a question was opened that wasn't open before."""
        self._next: Target | None = None

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
        if self.state.aside and isinstance(errand, Handover | Record) and self.step:
            self.step.done(self, Done(ok=False, why="the caller waits for somebody already"))
            return
        self.state.errand = type(errand).__name__
        if not isinstance(errand, LookUp):
            # Others take their time, and mean that the caller is heard or served.
            self.state.passed.clear()
        self.do(errand)

    def rated(self, name: str, rating: int, most: int, stage: Literal["", "robot", "human"] = "") -> None:
        self.do(Rated(name, rating, most, stage))

    # -- questions -----------------------------------------------------------------------------------------------

    def ask(self, step: "Step", phase: str = OWN) -> None:
        """Ask the question of `phase` of `step`, which is the one that the caller is in."""
        if phase == OWN and humans.tagged(self, "question"):
            return
        state = self.state
        state.phase, state.silences, state.misses = phase, 0, 0
        state.passed.clear()
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
        """Say it; whoever began to answer begins anew."""
        self.state.piece = ""
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
                    check=check_of(question.wants(reader)),
                )
            )
        )

    def identifies(self, question: QuestionStep) -> bool:
        """Tell whether the answer to `question` shows the language."""
        detects = question.detect or self.flow.detect or self._root.detect
        first = not self.state.told and question.tells(self.flow)
        return bool(detects) and (question.identifies or first) and not self.state.settled

    # -- help for who waits --------------------------------------------------------------------------------------

    def enter_aside(self) -> None:
        """Help a caller who waits, in the sub-flow that the hand-over names; it begins with all that is known."""
        step, state = self.step, self.state
        flow = self._meanwhile(step)
        if flow is None or not isinstance(step, HandoverStep):
            self.do(WaitsOn())
            return
        self.note("meanwhile", step=step.name, flow=step.meanwhile)
        state.errand, state.aside = "", len(state.frames)
        self._walk_into(step.meanwhile, flow, state.frame.variables)

    def _meanwhile(self, step: "Step | None") -> Flow | None:
        name = step.meanwhile if isinstance(step, HandoverStep) else ""
        flow = self.flow.flows.get(name) or self._root.flows.get(name) if name else None
        return flow if flow is not None and flow.steps and not self.state.aside else None

    def leave_aside(self, *, found: bool = False) -> None:
        """The caller waits on; what was learned stays. `found`: somebody is there now, which is said."""
        state = self.state
        if not state.aside:
            return
        waits = state.frames[state.aside - 1]
        waits.variables.update(state.frames[state.aside].variables)
        for frame in state.frames[state.aside :]:
            waits.variables.update({name: frame.variables.get(name) for name in frame.taken})
            waits.taken.update(frame.taken)
        if found:
            self.sentence("somebody_now", False)
        del state.frames[state.aside :]
        state.history = tuple(one for one in state.history if len(one) <= state.aside)
        state.aside, state.phase, state.doubt, self._next = 0, "", (), None
        state.silences = state.misses = 0
        state.errand = Handover.__name__
        self.learned()
        self.do(WaitsOn())

    def learned(self) -> None:
        """Let whoever takes the caller know what is known now; what a sub-flow of the help found, once it is back."""
        aside, frames = self.state.aside, self.state.frames
        if aside and len(frames) > aside + 1:
            return
        at = aside - 1 if aside else len(frames) - 1
        step = self.flow_at(at).steps.get(frames[at].step)
        if isinstance(step, HandoverStep):
            self.do(Learned(step.handover(self)))

    def give_up(self) -> None:
        """A question found no answer: the call ends, or who waits waits on."""
        if self.state.aside:
            self.leave_aside()
        else:
            self.hang_up()

    # -- going on ------------------------------------------------------------------------------------------------

    def go(self, target: Target | None) -> None:
        """Go to `target`, or on as the step says."""
        self._next = target

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
        self._walk_into(name, flow, arguments)

    def enter_built_in(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Run one of the flows that every flow has (`built_in.py`)."""
        self._walk_into(name, self.flow.flows.get(name) or self._root.flows.get(name) or built_in(name), arguments)

    def _walk_into(self, name: str, flow: Flow, arguments: Mapping[str, Any]) -> None:
        self.state.frames.append(Frame(name, variables=dict(arguments)))
        self._next = Target(flow.first)

    def give_back(self, values: Mapping[str, Any]) -> None:
        """Leave the innermost sub-flow; the flow of the call ends."""
        if self.state.aside and len(self.state.frames) == self.state.aside + 1:
            self.state.frame.variables.update(values)
            self.leave_aside()
            return
        if len(self.state.frames) == 1:
            self.hang_up()
            return
        left = self.state.frames.pop()
        step = self.step
        self._next = self._way_on()
        if isinstance(step, RunStep | HandoverStep):
            step.came_back(self, {**left.variables, **values})

    def walk(self) -> None:
        """Go from step to step until a question is open, an errand is out, or the call ends."""
        state = self.state
        passed: set[str] = set()
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
            here = self._here()
            state.passed[here] = times = state.passed.get(here, 0) + 1
            if here in passed or times > MOST_TRIES:
                passed.clear()
                self._leave_circle()
                continue
            passed.add(here)
            self.note("step", step=step.name)
            step.run(self)
        if not (state.phase or state.errand or state.over):
            self.note("circle", step=state.step)
            self.hang_up()

    def _here(self) -> str:
        """Return all that the way on from a step depends on: come there again with the same, it would never end."""
        state = self.state
        frames = [(frame.flow, frame.step, frame.variables, list(frame.taken)) for frame in state.frames]
        return repr((frames, state.language, state.used, state.reason))

    def _leave_circle(self) -> None:
        """The flow goes round without anybody being asked: to a human, once in a call, else the call ends."""
        state = self.state
        self.note("circle", step=state.step)
        state.passed.clear()
        if state.aside:
            self.leave_aside()
            return
        if humans.stuck(self):
            return
        self.sentence("no_way_on", False)
        self.hang_up()

    def _way_on(self) -> Target | None:
        step = self.step
        if step is None:
            return None
        below = self.flow.after(step.name)
        return step.goto or (Target(below) if below else None)
