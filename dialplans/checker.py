"""What a flow means: steps that lead nowhere or are never reached, questions without a way out, circles."""

from collections.abc import Iterable, Iterator

from dialplans.complaint import Complaint, did_you_mean
from dialplans.flow import Flow, Step, Target, falls_through, targets
from dialplans.verbs.ask import AskStep
from dialplans.verbs.collect import CollectStep
from dialplans.verbs.confirm import ConfirmStep
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.menu import MenuStep
from dialplans.verbs.question import QuestionStep

ENOUGH_EXAMPLES = 2


def check(flow: Flow) -> list[Complaint]:
    """Return every complaint about `flow`, in the order of the file; none means it can answer calls."""
    found = [*_unknown(flow), *_questions(flow), *_intents(flow)]
    if not any("no step" in complaint.sentence for complaint in found):
        found += [*_unreachable(flow), *_circles(flow), *_ends(flow)]
    return sorted(found, key=lambda one: (one.place.line, one.place.column))


def _unknown(flow: Flow) -> Iterator[Complaint]:
    for step in flow.steps.values():
        for target in targets(step):
            yield from _no_step(flow, target)
    for target in flow.commands.values():
        yield from _no_step(flow, target)
    for step in flow.steps.values():
        for name in step.intents if isinstance(step, AskStep) else ():
            if name not in flow.intents:
                yield Complaint(step.place, f"There is no intent '{name}'; {did_you_mean(name, flow.intents)}.")


def _no_step(flow: Flow, target: Target) -> Iterator[Complaint]:
    if target.step not in flow.steps:
        yield Complaint(target.place, f"There is no step '{target.step}'; {did_you_mean(target.step, flow.steps)}.")


def _questions(flow: Flow) -> Iterator[Complaint]:
    for step in flow.steps.values():
        if not isinstance(step, QuestionStep):
            continue
        if step.otherwise is None:
            yield Complaint(
                step.place,
                f"Question '{step.name}' has no way out after {step.max_attempts} attempts; write `otherwise: STEP`.",
            )
        if isinstance(step, AskStep) and not step.intents and not step.digits and not step.slots:
            yield Complaint(step.place, f"Question '{step.name}' takes no answer; write `intents:` or `digits:`.")
        if isinstance(step, MenuStep):
            yield from _options(flow, step)


def _options(flow: Flow, step: MenuStep) -> Iterator[Complaint]:
    for option in step.options:
        if option.key in ("0", "*") and (option.key == "*" or "operator" in flow.commands):
            what = "repeats the question" if option.key == "*" else "leads to the operator"
            yield Complaint(option.place, f"Key {option.key} {what} everywhere; write another key for '{option.name}'.")
        silent = [language for language in flow.languages if not option.phrases.get(language)]
        if step.speech and silent:
            yield Complaint(
                option.place,
                f"Option {option.key} can't be said in {', '.join(silent)}; write `say:`, or `speech: false`.",
            )


def _intents(flow: Flow) -> Iterator[Complaint]:
    used = {name for step in flow.steps.values() if isinstance(step, AskStep) for name in step.intents}
    for intent in flow.intents.values():
        if intent.name not in used:
            yield Complaint(intent.place, f"Intent '{intent.name}' is used nowhere; use it or delete it.")
        few = [lang for lang in flow.languages if len(intent.examples.get(lang, ())) < ENOUGH_EXAMPLES]
        if few:
            yield Complaint(
                intent.place,
                f"Intent '{intent.name}' has fewer than {ENOUGH_EXAMPLES} examples in {', '.join(few)}; five are good.",
            )


def _ways(flow: Flow, step: Step) -> set[str]:
    ways = {target.step for target in targets(step)}
    if falls_through(step) and (below := flow.after(step.name)):
        ways.add(below)
    return ways


def _reached(flow: Flow, starts: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    todo = list(starts)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += _ways(flow, flow.steps[name])
    return reached


def _unreachable(flow: Flow) -> Iterator[Complaint]:
    reached = _reached(flow, [flow.first, *(target.step for target in flow.commands.values())])
    for step in flow.steps.values():
        if step.name not in reached:
            yield Complaint(step.place, f"Step '{step.name}' is never reached; lead to it with `goto`, or delete it.")


def _circles(flow: Flow) -> Iterator[Complaint]:
    """Steps that lead back to themselves without ever listening to the caller."""

    def silent(step: Step) -> bool:
        return not isinstance(step, QuestionStep)

    told: set[str] = set()
    for step in flow.steps.values():
        if not silent(step) or step.name in told:
            continue
        seen: set[str] = set()
        todo = [way for way in _ways(flow, step) if silent(flow.steps[way])]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += [way for way in _ways(flow, flow.steps[name]) if silent(flow.steps[way])]
        if step.name in seen and not isinstance(step, HandoverStep):
            told |= seen
            yield Complaint(step.place, f"Step '{step.name}' leads back to itself without a question; change it.")


def _ends(flow: Flow) -> Iterator[Complaint]:
    """The last step must not fall off the end by accident."""
    last = flow.steps[list(flow.steps)[-1]]
    if falls_through(last) and isinstance(last, CollectStep | ConfirmStep):
        yield Complaint(
            last.place, f"Nothing follows question '{last.name}'; write `goto: STEP`, or a `hangup` step below it."
        )
