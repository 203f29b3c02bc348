"""What a flow means: whatever can be read and still can't work is said, with file, line, column and remedy."""

from collections.abc import Iterator

from dialplans.checks import names, paths, systems, values
from dialplans.checks.intents import alike, asked_in, intents
from dialplans.checks.prompts import Voices, files, voices
from dialplans.checks.questions import languages, questions
from dialplans.complaint import Complaint
from dialplans.flow import Flow


def check(flow: Flow, thorough: bool = False, spoken: Voices | None = None) -> list[Complaint]:
    """Return every complaint about `flow`, in the order of the file; none means it can answer calls.

    With `thorough`, sound files that there are not too, and intents that can't be told apart: that takes as long as
    learning them (seconds). `spoken` are the voices that there are.
    """
    found = [*_check(flow, flow, bool(flow.commands or flow.human)), *intents(flow, asked_in(flow))]
    found += [*voices(flow, spoken), *languages(flow, flow.flows.values())]
    for name, inner in flow.flows.items():
        found += languages(inner)
        found += _check(
            inner,
            flow,
            bool(flow.commands or flow.human),
            {*values.given_to((flow, *flow.flows.values()), name), *flow.variables},
        )
    if thorough:
        found += files(flow)
        for one in (flow, *flow.flows.values()):
            found += alike(one)
    return sorted(dict.fromkeys(found), key=lambda one: (one.place.file != flow.place.file, one.place.file,
                                                         one.place.line, one.place.column))  # fmt: skip


def _check(flow: Flow, root: Flow, leave: bool, given: "set[str] | None" = None) -> Iterator[Complaint]:
    """`leave`: callers can leave every question by a command; `given` are the arguments of a sub-flow."""
    lost = list(names.steps(flow))
    yield from lost
    yield from names.parts(flow, root)
    yield from systems.addresses(flow)
    yield from questions(flow)
    yield from values.undefined(flow, given or ())
    if not lost and flow.steps:
        yield from paths.unreachable(flow)
        silent = list(paths.silent_circles(flow))
        yield from silent
        if not silent:
            yield from paths.without_exit(flow, leave)
        yield from paths.accidental_end(flow)
