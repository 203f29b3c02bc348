"""Where callers can get to: the steps of one flow as a graph. Pure."""

from collections.abc import Iterable

from dialplans.flow import Flow
from dialplans.step import Step


def starts(flow: Flow) -> list[str]:
    """Return the steps where a caller may come in without another step: the first, commands, the ways to a human."""
    return [flow.first, *everywhere(flow)]


def everywhere(flow: Flow) -> list[str]:
    """Return the steps that every question leads to: commands, and the rules of `human:`."""
    found = [target.step for target in flow.commands.values()]
    if flow.human and flow.human.to:
        found.append(flow.human.to.step)
    return [step for step in dict.fromkeys(found) if step in flow.steps]


def ways(flow: Flow, step: Step) -> set[str]:
    """Return the steps that `step` itself may lead to."""
    found = {target.step for target in step.leads() if target.step in flow.steps}
    if step.falls_through and (below := flow.after(step.name)):
        found.add(below)
    return found


def reached(flow: Flow, begin: Iterable[str]) -> set[str]:
    """Return every step that can be reached from `begin`, those among them."""
    found: set[str] = set()
    todo = list(begin)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += ways(flow, flow.steps[name])
    return found


def leading_to(flow: Flow, ends: Iterable[str]) -> set[str]:
    """Return every step from which one of `ends` can be reached, those among them."""
    before: dict[str, set[str]] = {name: set() for name in flow.steps}
    for step in flow.steps.values():
        for way in ways(flow, step):
            before[way].add(step.name)
    found: set[str] = set()
    todo = list(ends)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += before[name]
    return found
