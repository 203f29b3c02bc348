"""Intents that the background doesn't know and that have few examples: they work, and with more work better."""

from collections.abc import Iterator

from dialplans.complaint import Complaint
from dialplans.flow import Flow
from dialplans.understanding import Understanding

ENOUGH = 15
"""Examples a language; what fewer cost is measured in docs/performance.md, "Other trades"."""


def few_examples(flow: Flow) -> Iterator[Complaint]:
    """Return a hint for each such intent, sub-flows' too. Takes as long as learning them (seconds)."""
    for one in (flow, *flow.flows.values()):
        unknown = {language: _unknown(one, language) for language in one.languages}
        for intent in one.intents.values():
            counts = {language: len(intent.examples.get(language, ())) for language in one.languages}
            short = [f"{count} in {lang}" for lang, count in counts.items()
                     if count < ENOUGH and intent.name in unknown[lang]]  # fmt: skip
            if short:
                yield Complaint(
                    intent.place,
                    f"Hint: Hotline doesn't know intent '{intent.name}' beforehand, and it has few examples: "
                    f"{', '.join(short)}; {ENOUGH} do much better than five (docs/dialplans.md, Intents).",
                )


def _unknown(flow: Flow, language: str) -> set[str]:
    """Intents with examples that the background doesn't cover; none where words alone decide."""
    learned = Understanding(flow.intents.values(), language).learned
    if learned is None:
        return set()
    return {name for name, intent in flow.intents.items() if intent.examples.get(language)} - learned.covered
