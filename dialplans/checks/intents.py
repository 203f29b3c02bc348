"""Intents: used somewhere, learnable, and to be told apart where they are asked for together."""

from collections.abc import Iterator

from dialplans.complaint import Complaint
from dialplans.flow import Flow
from dialplans.understanding import confusable
from dialplans.verbs.ask import AskStep

ENOUGH_EXAMPLES = 2


def intents(flow: Flow, used: set[str]) -> Iterator[Complaint]:
    """`used` are the intents that the flow and its sub-flows ask for."""
    for intent in flow.intents.values():
        if intent.name not in used:
            yield Complaint(intent.place, f"Intent '{intent.name}' is used nowhere; use it or delete it.")
        few = [lang for lang in flow.languages if len(intent.examples.get(lang, ())) < ENOUGH_EXAMPLES]
        if few:
            yield Complaint(
                intent.place,
                f"Intent '{intent.name}' has fewer than {ENOUGH_EXAMPLES} examples in {', '.join(few)}; five are good.",
            )


def asked_in(flow: Flow) -> set[str]:
    """Return the intents that `flow` and its sub-flows ask for."""
    own = {name for step in flow.steps.values() if isinstance(step, AskStep) for name in step.intents}
    return own.union(*(asked_in(inner) for inner in flow.flows.values()))


def alike(flow: Flow) -> Iterator[Complaint]:
    """Two intents of one question that examples can't tell apart. Takes as long as learning them (seconds)."""
    together = [frozenset(step.intents) for step in flow.steps.values() if isinstance(step, AskStep)]
    for language in flow.languages:
        for found in confusable(flow.intents.values(), language):
            if any({found.intent, found.other} <= names for names in together):
                yield Complaint(
                    flow.intents[found.intent].place,
                    f"Intent '{found.intent}' can't be told from '{found.other}' by \"{found.example}\" ({language}); "
                    "write other examples, or make one intent of the two.",
                )
