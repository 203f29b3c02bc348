"""Steps that nobody reaches, circles, and flows that end by accident."""

from collections.abc import Iterator

from dialplans.checks.ways import everywhere, leading_to, reached, starts, ways
from dialplans.complaint import Complaint, listing
from dialplans.flow import Flow
from dialplans.step import Step
from dialplans.verbs.collect import CollectStep
from dialplans.verbs.confirm import ConfirmStep
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.hangup import HangupStep
from dialplans.verbs.question import QuestionStep
from dialplans.verbs.return_ import ReturnStep

SHOWN = 4
"""So many steps of a circle are named."""


def unreachable(flow: Flow) -> Iterator[Complaint]:
    found = reached(flow, starts(flow))
    for step in flow.steps.values():
        if step.name not in found:
            yield Complaint(step.place, f"Step '{step.name}' is never reached; lead to it with `goto`, or delete it.")


def silent_circles(flow: Flow) -> Iterator[Complaint]:
    """Steps that lead back to themselves without ever listening to the caller."""

    def silent(step: Step) -> bool:
        return not isinstance(step, QuestionStep)

    told: set[str] = set()
    for step in flow.steps.values():
        if not silent(step) or step.name in told:
            continue
        seen: set[str] = set()
        todo = [way for way in ways(flow, step) if silent(flow.steps[way])]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += [way for way in ways(flow, flow.steps[name]) if silent(flow.steps[way])]
        if step.name in seen and not isinstance(step, HandoverStep):
            told |= seen
            yield Complaint(step.place, f"Step '{step.name}' leads back to itself without a question; change it.")


def without_exit(flow: Flow, leave: bool) -> Iterator[Complaint]:
    """Steps from which no way leads to an end; with `leave`, callers can leave every question by a command."""
    last = list(flow.steps)[-1]

    def ends(step: Step) -> bool:
        if isinstance(step, HangupStep | ReturnStep | HandoverStep) or (step.name == last and step.falls_through):
            return True
        return isinstance(step, QuestionStep) and (leave or step.otherwise is None)

    # A question leads to the steps of the commands as well: those are ends where they themselves come to one.
    good = leading_to(flow, [step.name for step in flow.steps.values() if ends(step)])
    if any(step in good for step in everywhere(flow)):
        good |= leading_to(flow, [step.name for step in flow.steps.values() if step.listens])
    stuck = reached(flow, starts(flow)) - good
    bad = [step for step in flow.steps.values() if step.name in stuck]
    if bad:
        others = [f"'{step.name}'" for step in bad[1 : 1 + SHOWN]]
        only = f"it and {listing(others).replace(' or ', ' and ')}" if others else "it"
        lead = "lead" if others else "leads"
        self = "each other" if others else "itself"
        yield Complaint(
            bad[0].place,
            f"From step '{bad[0].name}' no way leads to an end: {only} {lead} to {self} only; let one lead to a "
            "`hangup`, or write `commands: {goodbye: STEP}`.",
        )


def accidental_end(flow: Flow) -> Iterator[Complaint]:
    """The last step must not fall off the end by accident."""
    last = flow.steps[list(flow.steps)[-1]]
    if last.falls_through and isinstance(last, CollectStep | ConfirmStep):
        yield Complaint(
            last.place, f"Nothing follows question '{last.name}'; write `goto: STEP`, or a `hangup` step below it."
        )
