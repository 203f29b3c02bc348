"""Sound files that `play` names, as far as they are beside the flow's file: they belong to it as its words do.

What the flow records of its caller and plays back is none of them, whatever stands beside it.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from glob import escape
from pathlib import Path

from dialplans.flow import Flow
from dialplans.step import Step
from dialplans.verbs.play import PlayStep
from dialplans.verbs.record import RecordStep

_TEMPLATE = re.compile(r"\{\{.*?\}\}")


def recordings(steps: Mapping[str, Step]) -> frozenset[str]:
    """Return how `steps` name what they record themselves: as templates, and nothing besides."""
    return frozenset(f"{{{{{step.slot}}}}}" for step in steps.values() if isinstance(step, RecordStep))


def beside(folder: Path, step: Step, recorded: Collection[str] = ()) -> list[Path]:
    """Return the files in `folder` that `step` may play; a template in a name may become any WAV file's.

    `recorded` are names of what the flow records itself, which is never there.
    """
    found = []
    for name in step.files.values() if isinstance(step, PlayStep) else ():
        if name and not Path(name).is_absolute() and name.replace(" ", "") not in recorded:
            parts = _TEMPLATE.split(name)
            files = sorted(folder.glob("*".join(map(escape, parts))))
            found += [path for path in files if path.is_file() and (len(parts) == 1 or path.suffix.lower() == ".wav")]
    return list(dict.fromkeys(found))


def of(flow: Flow, with_recorded: bool = False) -> Iterator[Path]:
    """Yield the files beside it that a loaded flow and its sub-flows may play.

    `with_recorded`: what they record is taken for any sound there, as it was once.
    """
    recorded = () if with_recorded else recordings(flow.steps)
    for step in flow.steps.values():
        if isinstance(step, PlayStep) and step.folder:
            yield from beside(Path(step.folder), step, recorded)
    for inner in flow.flows.values():
        yield from of(inner, with_recorded)


def missing(flow: Flow) -> Iterator[tuple[Step, str]]:
    """Yield each step whose file is not beside the flow, with its name; neither templates nor absolute names."""
    for step in flow.steps.values():
        folder, names = (step.folder, step.files.values()) if isinstance(step, PlayStep) else ("", ())
        for name in names:
            if Path(name).is_absolute() or _TEMPLATE.search(name):
                continue
            if not (folder and (Path(folder) / name).is_file()):
                yield step, name
    for inner in flow.flows.values():
        yield from missing(inner)
