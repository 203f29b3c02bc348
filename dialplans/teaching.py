"""Teaching understanding: what people say that callers meant is kept, and becomes examples in the flow's file.

A running flow isn't changed by it: its version is what was tested. Its author takes the examples over, tries the golden
dialogues and publishes.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from sqlalchemy import Connection, delete, insert, select

from dialplans.flow import Flow
from dialplans.loader import load
from dialplans.publishing import Publications
from dialplans.routing import find
from knowledge.wording import plain
from models.call import new_id
from models.errors import CannotDo, HotlineError
from models.taught import Taught

TAUGHT = Taught.__table__
_MASKED = re.compile(r"\[[a-z]+\]")


@dataclass(frozen=True)
class Lesson:
    """One sentence that was taken for something else."""

    call_id: str
    at_s: float
    """Where it was said: seconds from the recording's first sample."""
    flow: str
    flow_version: str
    language: str
    said: str
    taken: str
    """The intent that it was taken for; "" for none."""
    meant: str
    """The intent that it has."""


def teach(connection: Connection, lesson: Lesson, by: str, now: datetime) -> None:
    """Keep a lesson; what was said of the same place before is replaced. Raises `CannotDo` where it teaches nothing."""
    if not _example(lesson):
        raise CannotDo("Nothing was said there that could be an example; choose another turn.")
    if lesson.meant == lesson.taken:
        raise CannotDo(f"It was taken for '{lesson.meant}' already; choose what was meant instead.")
    connection.execute(delete(Taught).where(Taught.call_id == lesson.call_id, Taught.at_s == lesson.at_s))
    connection.execute(insert(Taught).values(id=new_id(), at=now, account=by, **asdict(lesson)))


def lessons(connection: Connection, flow: str) -> list[Lesson]:
    """Return what was taught for the flow of that name, oldest first."""
    rows = connection.execute(select(TAUGHT).where(Taught.flow == flow).order_by(Taught.id))
    return [Lesson(**{field.name: getattr(row, field.name) for field in fields(Lesson)}) for row in rows]


def intents_of(data: Path, folder: Path | None, flow: str, version: str, language: str) -> dict[str, str]:
    """Return what a flow can understand, by name: what it's called in `language`; {} where the flow isn't there.

    `data`: the data directory with the published versions; `folder`: of one's own flows.
    """
    try:
        found = _flow(data, folder, flow, version)
    except HotlineError:
        return {}
    return dict(sorted(_named(found, language)))


def _flow(data: Path, folder: Path | None, flow: str, version: str) -> Flow:
    published = Publications(data)
    if version in published.versions(flow):
        return published.load(flow, version)
    return load(find(flow, folder))


def _named(flow: Flow, language: str) -> Iterator[tuple[str, str]]:
    for name, intent in flow.intents.items():
        called = intent.called.get(language) or next(iter(intent.examples.get(language, ())), "")
        yield name, f"{name}: {called}" if called else name
    for inner in flow.flows.values():
        yield from _named(inner, language)


def taken_over(text: str, taught: Sequence[Lesson]) -> tuple[str, list[Lesson]]:
    """Return a flow's file with what was taught as examples of its intents, and which lessons were new to it.

    Nothing else in it changes: not a comment, not a line break. Of intents of other files nothing is taken.
    """
    root = YAML().load(text)
    intents = root.get("intents") if isinstance(root, CommentedMap) else None
    lines = text.splitlines(keepends=True)
    new: list[Lesson] = []
    known: dict[tuple[str, str], set[str]] = {}
    places: list[tuple[int, int, bool, str]] = []
    for lesson in taught:
        theirs = _examples(intents, lesson)
        if theirs is None:
            continue
        said = known.setdefault((lesson.meant, lesson.language), {plain(str(one)) for one in theirs})
        if plain(_example(lesson)) not in said:
            said.add(plain(_example(lesson)))
            places.append(
                (*theirs.lc.item(0), bool(theirs.fa.flow_style()), json.dumps(_example(lesson), ensure_ascii=False))
            )
            new.append(lesson)
    # From the end on, so that what is put in moves no place that is still to come.
    for line, column, within, said_ in sorted(places, reverse=True):
        if within:
            lines[line] = f"{lines[line][:column]}{said_}, {lines[line][column:]}"
        else:
            lines.insert(line, f"{lines[line][:column]}{said_}\n")
    return "".join(lines), new


def _examples(intents: object, lesson: Lesson) -> CommentedSeq | None:
    """The examples that a lesson belongs to; None where there are none."""
    intent = intents.get(lesson.meant) if isinstance(intents, CommentedMap) else None
    examples = intent.get("examples") if isinstance(intent, CommentedMap) else None
    theirs = examples.get(lesson.language) if isinstance(examples, CommentedMap) else None
    return theirs if isinstance(theirs, CommentedSeq) and len(theirs) else None


def _example(lesson: Lesson) -> str:
    """The sentence without what was masked in it."""
    return " ".join(_MASKED.sub(" ", lesson.said).split()).strip()
