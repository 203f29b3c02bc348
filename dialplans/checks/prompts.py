"""Prompts that nobody can speak or play: languages without a voice, voices and sound files that there are not."""

from collections.abc import Iterator, Mapping, Sequence

from dialplans import sounds
from dialplans.complaint import Complaint, did_you_mean, listing
from dialplans.flow import Flow

Voices = Mapping[str, Sequence[str]]
"""Names of the voices that are there, by language."""


def voices(flow: Flow, known: Voices | None) -> Iterator[Complaint]:
    """`known` is None where nobody asked the engines: then only what the flow says itself is looked at."""
    for language in flow.voices:
        if language not in flow.languages:
            yield Complaint(
                flow.place,
                f"`voices:` has '{language}', which the flow doesn't speak; {did_you_mean(language, flow.languages)}.",
            )
    for language in flow.languages if known is not None else ():
        there = list((known or {}).get(language, ()))
        wanted = flow.voices.get(language, "")
        if not there:
            yield Complaint(
                flow.place,
                f"Nothing speaks '{language}' here, so its prompts are silent; see `hotline doctor`, or take "
                f"'{language}' out of `languages:`.",
            )
        elif wanted and wanted not in there:
            yield Complaint(
                flow.place, f"There is no voice '{wanted}' for '{language}'; write {listing(there[:6])} instead."
            )


def files(flow: Flow) -> Iterator[Complaint]:
    """Sound files that are not beside the flow."""
    for step, name in sounds.missing(flow):
        yield Complaint(
            step.place,
            f"Step '{step.name}' plays '{name}', which is not beside the flow; put it there, or write where it is from "
            "the root.",
        )
