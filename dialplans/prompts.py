"""Every prompt of a flow that is the same in every call: what can be rendered before the first one."""

from collections.abc import Iterable, Iterator

from dialplans.exchange import Prompt
from dialplans.flow import Flow, Texts, texts_of
from dialplans.sentences import SENTENCES
from dialplans.template import fixed


def prompts(flow: Flow) -> list[Prompt]:
    """Return the fixed prompts of `flow` in the order of the file, each once, in all its languages."""
    return list(dict.fromkeys(_prompts(flow)))


def _prompts(flow: Flow) -> Iterator[Prompt]:
    for step in flow.steps.values():
        for texts in texts_of(step):
            yield from _of(flow, texts)
    for name, texts in SENTENCES.items():
        yield from _of(flow, flow.prompts.get(name, texts))
    for inner in flow.flows.values():
        yield from _prompts(inner)


def _of(flow: Flow, texts: Texts) -> Iterable[Prompt]:
    for language in flow.languages:
        text = texts.get(language, "")
        if text and fixed(text):
            yield Prompt(text=text, language=language, voice=flow.voices.get(language, ""))
