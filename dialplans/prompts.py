"""Every prompt of a flow that is the same in every call: what can be rendered before the first one."""

from collections.abc import Iterable, Iterator

from dialplans.built_in import built_in
from dialplans.exchange import Prompt
from dialplans.flow import Flow, Texts, texts_of
from dialplans.sentences import SENTENCES
from dialplans.template import fixed
from dialplans.verbs.handover import LEAVE_MESSAGE, HandoverStep


def prompts(flow: Flow) -> list[Prompt]:
    """Return the fixed prompts of `flow` and its sub-flows in the order of the file, each once, in all its languages.

    Of the interpreter's own sentences those that its steps may come to need.
    """
    return list(dict.fromkeys(_prompts(flow, flow)))


def parting(flow: Flow) -> list[Prompt]:
    """Return what the interpreter may come to say besides, where `flow` calls out."""
    said = flow.prompts.get("opted_out") or SENTENCES["opted_out"]
    return [] if "opt_out" in flow.commands else list(_of(flow, flow, said))


def _prompts(flow: Flow, root: Flow) -> Iterator[Prompt]:
    for step in flow.steps.values():
        for texts in texts_of(step):
            yield from _of(flow, root, texts)
    for name in _sentences(flow, root):
        yield from _of(flow, root, flow.prompts.get(name) or root.prompts.get(name) or SENTENCES[name])
    for inner in _inner(flow, root):
        yield from _prompts(inner, root)


def _inner(flow: Flow, root: Flow) -> Iterable[Flow]:
    """Return the sub-flows that `flow` has, and what takes messages where none of them does."""
    yield from flow.flows.values()
    takes = any(isinstance(step, HandoverStep) and step.may_leave_message for step in flow.steps.values())
    if takes and LEAVE_MESSAGE not in {*flow.flows, *root.flows}:
        yield built_in(LEAVE_MESSAGE)


def _sentences(flow: Flow, root: Flow) -> Iterable[str]:
    of_steps = (name for step in flow.steps.values() for name in step.sentences())
    if not any(step.listens for step in flow.steps.values()):
        return dict.fromkeys(of_steps)
    lacking = [] if "goodbye" in flow.commands or "goodbye" in root.commands else ["goodbye"]
    if not flow.operator() and not root.operator():
        lacking.append("no_human")
    return dict.fromkeys((*of_steps, *lacking))


def _of(flow: Flow, root: Flow, texts: Texts) -> Iterable[Prompt]:
    # A sub-flow may speak languages that the call never is in.
    for language in (language for language in flow.languages if language in root.languages):
        text = texts.get(language, "")
        if text and fixed(text):
            yield Prompt(text=text, language=language, voice=flow.voices.get(language) or root.voices.get(language, ""))
