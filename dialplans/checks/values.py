"""Values that are used in a template or a condition, but that nothing ever sets."""

from collections.abc import Iterable, Iterator

from dialplans import conditions
from dialplans.checks.names import written_in
from dialplans.complaint import Complaint, nearest
from dialplans.conditions import Opening, When
from dialplans.flow import Flow
from dialplans.step import Step
from dialplans.template import parts_of
from dialplans.verbs.answer import AnswerStep
from dialplans.verbs.ask import AskStep
from dialplans.verbs.branch import BranchStep
from dialplans.verbs.call import CallStep
from dialplans.verbs.collect import CollectStep
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.record import RecordStep
from dialplans.verbs.run import RunStep
from dialplans.verbs.set import SetStep
from dialplans.verbs.survey import SurveyStep

BUILT_IN = ("caller", "called", "language", "now", "last", "customer", "call", "env")
"""What every call has; `customer` and whatever `variables:` declares comes with the call."""


def undefined(flow: Flow, given: Iterable[str]) -> Iterator[Complaint]:
    """`given` are the values that a sub-flow gets from those that run it."""
    known, told = {*set_in(flow), *given}, set()
    for step in flow.steps.values():
        for path in _used(step):
            if path not in told and not _known(path, known):
                told.add(path)
                yield Complaint(step.place, _sentence(path, f"in step '{step.name}'", known))


def _sentence(path: str, where: str, known: set[str]) -> str:
    near = nearest(path, known)
    instead = f"write '{near}' instead, or " if near else ""
    return (
        f"Nothing sets '{path}' ({where}); {instead}set it before with `set:`, a question or a `call:`, or name it "
        "under `variables:` if it comes with the call."
    )


def set_in(flow: Flow) -> set[str]:
    """Return the names of all values that a call in `flow` may have."""
    known = {*BUILT_IN, *flow.variables, *flow.slots}
    known |= {f"{name}.{end}" for name in flow.calendars for end in ("opens", "closes")}
    known |= {slot for intent in flow.intents.values() for slot in intent.slots}
    for step in flow.steps.values():
        known |= set(_sets(step))
        if isinstance(step, HandoverStep) and step.meanwhile in flow.flows:
            known |= set_in(flow.flows[step.meanwhile])
    return known


def _sets(step: Step) -> Iterator[str]:
    match step:
        case CollectStep() | SurveyStep():
            yield step.slot
        case AskStep():
            yield from step.slots
        case SetStep():
            yield from step.values
        case CallStep():
            yield from step.result
        case RunStep():
            yield from step.results
        case RecordStep():
            yield step.slot
        case AnswerStep():
            yield "answer"
        case HandoverStep():
            yield step.verb
        case _:
            pass


def given_to(flows: Iterable[Flow], name: str) -> set[str]:
    """Return the names of the values with which `flows` run the sub-flow `name`."""
    found: set[str] = set()
    for flow in flows:
        for step in flow.steps.values():
            if isinstance(step, RunStep) and step.flow == name:
                found |= set(step.arguments)
            elif isinstance(step, HandoverStep) and step.meanwhile == name:
                # Who is helped while waiting brings all along.
                found |= set_in(flow)
    return found


def _used(step: Step) -> Iterator[str]:
    for text in written_in(step):
        for path, filters in parts_of(text):
            if not any(name == "default" for name, _ in filters):
                yield path
    if isinstance(step, BranchStep):
        for way in step.ways:
            for condition in conditions.parts(way.condition):
                if isinstance(condition, When) and condition.test != "exists":
                    yield condition.path
                elif isinstance(condition, Opening) and condition.at:
                    yield condition.at
    if isinstance(step, HandoverStep):
        yield from step.slots


def _known(path: str, known: set[str]) -> bool:
    names = path.split(".")
    heads = {".".join(names[:length]) for length in range(1, len(names) + 1)}
    return bool(heads & known) or any(one.startswith(f"{path}.") for one in known)
