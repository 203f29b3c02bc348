"""Names that nothing has: steps, intents, slots, calendars, systems, sub-flows, entries of lists, filters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from dialplans import conditions
from dialplans.complaint import Complaint, did_you_mean, nearest
from dialplans.conditions import Opening, When, as_text
from dialplans.flow import Flow, Target
from dialplans.options import options_of
from dialplans.place import Place
from dialplans.slots import SlotKind
from dialplans.step import Step
from dialplans.template import FILTERS, parts_of
from dialplans.verbs.ask import AskStep
from dialplans.verbs.branch import BranchStep
from dialplans.verbs.call import CallStep
from dialplans.verbs.collect import CollectStep
from dialplans.verbs.handover import HandoverStep
from dialplans.verbs.record import RecordStep
from dialplans.verbs.return_ import ReturnStep
from dialplans.verbs.run import RunStep


def steps(flow: Flow) -> Iterator[Complaint]:
    """Targets that are no steps."""
    human = [flow.human.to] if flow.human and flow.human.to else []
    for target in (
        *(target for step in flow.steps.values() for target in step.leads()),
        *flow.commands.values(),
        *human,
    ):
        yield from _no_step(flow, target)


def _no_step(flow: Flow, target: Target) -> Iterator[Complaint]:
    if target.step not in flow.steps:
        yield Complaint(target.place, f"There is no step '{target.step}'; {did_you_mean(target.step, flow.steps)}.")


def parts(flow: Flow, root: Flow) -> Iterator[Complaint]:
    """What steps name besides steps. `root` is the flow that `flow` is run by, or itself."""
    calendars, flows = {**root.calendars, **flow.calendars}, {**root.flows, **flow.flows}
    for intent in flow.intents.values():
        for name in intent.slots:
            yield from _unknown("slot", name, flow.slots, intent.place)
    for step in flow.steps.values():
        match step:
            case AskStep():
                for name in step.intents:
                    yield from _unknown("intent", name, flow.intents, step.place)
                for name in step.slots:
                    yield from _unknown("slot", name, flow.slots, step.place)
                for name in step.prompts:
                    yield from _unknown("slot", name, step.slots, step.place, f"in question '{step.name}'")
            case BranchStep():
                for condition in _conditions(step):
                    if isinstance(condition, Opening):
                        yield from _unknown("calendar", condition.calendar, calendars, step.place)
                    elif isinstance(condition, When):
                        yield from _entries(flow, condition, step)
            case CallStep() if not step.system.startswith(("http://", "https://", "{{")):
                yield from _unknown("system", step.system, flow.systems, step.place)
            case CollectStep() if not (step.type or step.digits or step.slot in flow.slots):
                if near := nearest(step.slot, flow.slots):
                    yield Complaint(
                        step.place,
                        f"There is no slot '{step.slot}'; write '{near}' instead, or its `type:` or `digits:`.",
                    )
            case RunStep():
                yield from _no_flow(step.flow, flows, step.place)
                yield from _results(step, flows)
            case HandoverStep() if step.meanwhile:
                yield from _no_flow(step.meanwhile, flows, step.place)
                yield from _hands_over_again(step.meanwhile, flows)
            case _:
                pass
        for text in written_in(step):
            yield from _filters(text, step)


def _no_flow(name: str, flows: Mapping[str, Flow], place: Place) -> Iterator[Complaint]:
    if name not in flows:
        near = nearest(name, flows)
        instead = f"write '{near}' instead" if near else "write it under one of these"
        yield Complaint(place, f"There is no flow '{name}', in `flows:` or as {name}.yaml beside this file; {instead}.")


def _results(step: RunStep, flows: Mapping[str, Flow]) -> Iterator[Complaint]:
    """What is taken back has to be given back by one `return` at least."""
    inner = flows.get(step.flow)
    given = (
        {name for one in inner.steps.values() if isinstance(one, ReturnStep) for name in one.values} if inner else set()
    )
    for name in step.results.values() if inner else ():
        if name not in given:
            instead = did_you_mean(name, given) if given else "write `return:` there with what it found"
            yield Complaint(step.place, f"Flow '{step.flow}' gives no '{name}' back; {instead}.")


def _hands_over_again(name: str, flows: Mapping[str, Flow]) -> Iterator[Complaint]:
    """Who waits for somebody can be asked and told things, and nothing that ends or leaves the waiting."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        name = todo.pop()
        if name in seen or name not in flows:
            continue
        seen.add(name)
        for step in flows[name].steps.values():
            if isinstance(step, RunStep):
                todo.append(step.flow)
            elif isinstance(step, HandoverStep | RecordStep):
                verb = step.verb if isinstance(step, HandoverStep) else "record"
                yield Complaint(
                    step.place,
                    f"Step '{step.name}' ({verb}) is in flow '{name}', which runs while a caller waits for somebody; "
                    "ask and tell things there, and leave the rest to the steps behind the `enqueue`.",
                )


def _unknown(what: str, name: str, known: Iterable[str], place: Place, where: str = "") -> Iterator[Complaint]:
    if name not in known:
        known = list(known)
        instead = did_you_mean(name, known) if known else f"write one under `{what}s:`"
        yield Complaint(place, f"There is no {what} '{name}'{f' {where}' if where else ''}; {instead}.")


def _conditions(step: BranchStep) -> Iterator[conditions.Condition]:
    for way in step.ways:
        yield from conditions.parts(way.condition)


def _entries(flow: Flow, condition: When, step: Step) -> Iterator[Complaint]:
    """A list's slot never equals what is none of its entries, nor does an agreement what is neither true nor false."""
    kind = _kind(flow, condition.path)
    if kind is None or kind.type not in ("list", "agreement") or condition.test not in ("equals", "one_of"):
        return
    known = [entry.value for entry in kind.entries] or ["true", "false"]
    wanted = condition.against if condition.test == "one_of" else (condition.against,)
    for value in map(as_text, wanted):
        if value not in known:
            yield Complaint(
                step.place,
                f"Slot '{condition.path}' never is '{value}', in step '{step.name}'; {did_you_mean(value, known)}.",
            )


def _kind(flow: Flow, slot: str) -> SlotKind | None:
    own = [step.kind_in(flow) for step in flow.steps.values() if isinstance(step, CollectStep) and step.slot == slot]
    return own[0] if own else flow.slots.get(slot)


def _filters(text: str, step: Step) -> Iterator[Complaint]:
    for path, filters in parts_of(text):
        for name, _ in filters:
            if name not in FILTERS:
                yield Complaint(
                    step.place,
                    f"There is no filter '{name}' ({{{{ {path} | {name} }}}} in step '{step.name}'); "
                    f"{did_you_mean(name, FILTERS)}.",
                )


def written_in(thing: Any) -> Iterator[str]:
    """Yield every text that an author wrote in a step or in a part of one."""
    match thing:
        case str():
            yield thing
        case Mapping():
            for value in thing.values():
                yield from written_in(value)
        case tuple() | list():
            for value in thing:
                yield from written_in(value)
        case Step():
            for option in options_of(type(thing)).values():
                yield from written_in(getattr(thing, option.field))
        case _ if is_dataclass(thing) and not isinstance(thing, Place | Target | type):
            for field in fields(thing):
                yield from written_in(getattr(thing, field.name))
        case _:
            pass
