"""Where each step leads and by which answer, condition or event: the labels of a drawing's arrows. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from dialplans.conditions import Condition, Every, Not, Opening, Some, Speaks, When, as_text
from dialplans.flow import Flow
from dialplans.place import Target
from dialplans.step import Step
from dialplans.verbs.answer import AnswerStep
from dialplans.verbs.ask import AskStep
from dialplans.verbs.branch import BranchStep
from dialplans.verbs.call import CallStep
from dialplans.verbs.confirm import ConfirmStep
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.menu import MenuStep
from dialplans.verbs.question import QuestionStep
from dialplans.verbs.record import RecordStep
from dialplans.verbs.survey import SurveyStep

TESTS = {"equals": "=", "one_of": "in", "starts": "starts", "above": ">", "below": "<"}


@dataclass(frozen=True)
class Exit:
    """One way out of a step."""

    step: str
    """Where it leads."""
    label: str = ""
    aside: bool = False
    """Whether it is the way of those for whom something went wrong."""


def exits(flow: Flow, step: Step, language: str) -> list[Exit]:
    """Return the ways out of `step`, each target once, in the author's order; labels in `language` where said."""
    found: dict[tuple[str, bool], list[str]] = {}
    for one in _exits(flow, step, language):
        labels = found.setdefault((one.step, one.aside), [])
        if one.label and one.label not in labels:
            labels.append(one.label)
    return [Exit(step_, " · ".join(labels), aside) for (step_, aside), labels in found.items() if step_ in flow.steps]


def _exits(flow: Flow, step: Step, language: str) -> Iterator[Exit]:
    told: list[Exit] = [Exit(target.step, label, aside) for target, label, aside in _labelled(step, language) if target]
    yield from told
    known = {one.step for one in told}
    for target in step.leads():
        if target.step not in known and target != step.goto:
            yield Exit(target.step)
    on = "else" if isinstance(step, BranchStep) and step.ways else _rest(step)
    if step.goto is not None:
        yield Exit(step.goto.step, on)
    elif step.falls_through and (below := flow.after(step.name)):
        yield Exit(below, on)


def _rest(step: Step) -> str:
    if isinstance(step, ConfirmStep) and step.yes is None and step.no is not None:
        return "yes"
    if isinstance(step, ConfirmStep) and step.no is None and step.yes is not None:
        return "no"
    return "not possible" if isinstance(step, HandoverStep) else ""


def _labelled(step: Step, language: str) -> Iterator[tuple[Target | None, str, bool]]:
    match step:
        case AskStep():
            for name, target in step.intents.items():
                yield target, name, False
            for key, target in step.digits.items():
                yield target, key, False
        case MenuStep():
            for option in step.options:
                said = next(iter(option.phrases.get(language, ())), option.name)
                yield option.target, f"{option.key} {said}", False
        case ConfirmStep():
            yield step.yes, "yes", False
            yield step.no, "no", False
        case SurveyStep():
            yield step.bad, "bad", True
        case BranchStep():
            for way in step.ways:
                yield way.target, in_words(way.condition), False
        case CallStep():
            yield step.on_empty, "nothing found", True
            yield step.on_error, "fails", True
        case AnswerStep():
            yield step.search.unknown, "unknown", True
        case HandoverStep():
            yield step.after, "done", False
        case RecordStep():
            yield step.nothing, "nothing said", True
        case _:
            pass
    if isinstance(step, QuestionStep):
        yield step.otherwise, "otherwise", True


def in_words(condition: Condition) -> str:
    """Return a condition as it is read from a drawing."""
    match condition:
        case When(path, "exists", against):
            return f"{path} is {'' if against else 'not '}set"
        case When(path, "one_of", against):
            return f"{path} in {', '.join(map(as_text, against))}"
        case When(path, test, against):
            return f"{path} {TESTS[test]} {as_text(against)}" if test else path
        case Opening(calendar, is_open, at):
            return f"{calendar} {'open' if is_open else 'closed'}{f' at {at}' if at else ''}"
        case Speaks(language):
            return f"language {language}"
        case Every(some):
            return " and ".join(map(in_words, some))
        case Some(some):
            return " or ".join(map(in_words, some)) or "never"
        case Not(inner):
            return f"not {in_words(inner)}"
        case _:
            return "?"
