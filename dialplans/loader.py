"""From a YAML file to a `Flow`. Whatever is wrong is said with line, column and remedy, all of it at once."""

import hashlib
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from dialplans import nodes, sounds
from dialplans.calendar_kind import CALENDAR
from dialplans.complaint import Complaint, FlowRefused, did_you_mean
from dialplans.flow import Flow, Human, Intent, System
from dialplans.kinds import LANGUAGES, NAMES, STEP, TEXTS, WORD, Kind, Languages, Named
from dialplans.nodes import Node
from dialplans.options import Record
from dialplans.place import Place
from dialplans.sentences import SENTENCES
from dialplans.step import Step
from dialplans.steps import read_steps
from dialplans.verbs.collect import SLOT
from dialplans.verbs.handover import LEAVE_MESSAGE, HandoverStep
from dialplans.verbs.play import PlayStep
from dialplans.verbs.question import Detect
from dialplans.verbs.run import RunStep

log = logging.getLogger(__name__)

COMMANDS = ("operator", "goodbye", "opt_out")
SHIPPED = Path(__file__).with_name("flows")
PARTS: dict[str, tuple[Kind, str]] = {
    "voices": (Named(WORD, "LANGUAGE"), "Which voice speaks each language."),
    "commands": (Named(STEP, "COMMAND"), "Where `operator`, `goodbye` and `opt_out` lead from every question."),
    "intents": (
        Named(Record(Intent, "{examples, keywords, patterns, slots, called}", "Intent"), "INTENT"),
        "What callers may want.",
    ),
    "calendars": (Named(CALENDAR, "CALENDAR"), "Opening hours, for `branch`."),
    "slots": (Named(SLOT, "SLOT"), "Kinds of values that questions take."),
    "systems": (
        Named(Record(System, "{url, headers, timeout_s, retries}", "System"), "SYSTEM"),
        "The company's systems, for `call`.",
    ),
    "human": (
        Record(Human, "{to, asked, no_match, tags, at, rating, anger}"),
        "The ways to a human that hold in the whole flow.",
    ),
    "variables": (NAMES, "Values that come with the call, such as those of a campaign's list, for the checker."),
    "prompts": (Named(TEXTS, "SENTENCE"), "The author's words for what the interpreter says itself."),
}
"""The parts of a flow besides its steps: how each is read, and what it is for."""
OWN = ("flow", "languages", "language", "import", "flows", "steps")
TOP = (*OWN[:4], *PARTS, *OWN[4:])
SHARED = ("intents", "calendars", "slots", "systems", "prompts")
"""What may be imported, and what flows within a file have from it."""
DEEPEST = 8
"""So many files may run or import each other in a row."""


def load(path: Path, name: str = "") -> Flow:
    """Read the flow in `path`; raise `FlowRefused` with everything that keeps it from being used.

    `name` is how complaints call the file. What a flow means (steps that lead nowhere …) is `checker.py`'s matter.
    """
    complaints: list[Complaint] = []
    flow = _File(path, name or str(path), complaints, ()).flow()
    return _unless(complaints, flow)


def loads(text: str, name: str = "flow.yaml") -> Flow:
    """Read a flow from `text`; the same as `load` otherwise, but that no other file is found."""
    complaints: list[Complaint] = []
    root = nodes.parse(text, name, complaints)
    flow = _Document(root, name.removesuffix(".yaml"), text.encode(), None).flow()
    return _unless(complaints, flow)


def load_published(path: Path, name: str, version: str) -> Flow:
    """Read a version of a flow that was in order when it was published; the same as `load` otherwise.

    It has another version than `version` where it was changed since. What this program complains of, and the one that
    published it didn't, is logged: calls go on as they were.
    """
    complaints: list[Complaint] = []
    flow = _File(path, name, complaints, ()).flow()
    if flow.version != version:
        # Once, any sound beside a flow that plays what it recorded counted as its own: such versions go on.
        flow = _File(path, name, [], (), with_recorded=True).flow()
    for complaint in complaints:
        log.warning("%s It was published before that was looked at, and is used as it is; mend its file.", complaint)
    return flow


def _unless(complaints: list[Complaint], flow: Flow) -> Flow:
    if complaints:
        raise FlowRefused(complaints)
    return flow


def runs(step: Step) -> tuple[str, ...]:
    """Return the names of the sub-flows that a step may lead into."""
    match step:
        case RunStep():
            return (step.flow,)
        case HandoverStep():
            message = (LEAVE_MESSAGE,) if step.may_leave_message else ()
            return (step.meanwhile, *message) if step.meanwhile else message
        case _:
            return ()


class _File:
    """One file, and the others that it was run or imported from."""

    def __init__(
        self, path: Path, name: str, complaints: list[Complaint], above: tuple[Path, ...], with_recorded: bool = False
    ) -> None:
        """`with_recorded` as in `sounds.of`."""
        self.path, self._name, self._complaints, self.with_recorded = path, name, complaints, with_recorded
        self._above = (*above, path.resolve())

    def document(self) -> "_Document":
        root = nodes.read(self.path, self._name, self._complaints)
        return _Document(root, self.path.stem, self.path.read_bytes(), self)

    def flow(self) -> Flow:
        return self.document().flow()

    def beside(self, node: Node, name: str) -> "_File | None":
        """Return the file `name` beside this one (or a shipped flow); complain where it isn't or is above it."""
        path = next((place for place in _places(self.path.parent, name) if place.is_file()), None)
        if path is None:
            return None
        if path.resolve() in self._above or len(self._above) >= DEEPEST:
            node.complain(f"Flow '{name}' leads back to this file; break the circle, or move it into `flows:`.")
            return None
        shown = str(Path(self._name).with_name(path.name)) if path.parent == self.path.parent else path.name
        return _File(path, shown, self._complaints, self._above, self.with_recorded)


def _places(folder: Path, name: str) -> list[Path]:
    named = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
    return [folder / named, SHIPPED / named]


class _Document:
    """One document, or one of the flows within it."""

    def __init__(self, root: Node, name: str, content: bytes, file: _File | None, parent: Flow | None = None) -> None:
        self._root, self._name, self._content, self._file, self._parent = root, name, content, file, parent
        self._digest = hashlib.sha256(content)
        self._with_recorded = file.with_recorded if file else False

    def flow(self) -> Flow:
        self._root.only(TOP)
        languages = self._languages()
        parts = self._parts(languages)
        detect = self._root.get("language")
        flow = Flow(
            name=named.text() if (named := self._root.get("flow")) else self._name,
            languages=languages,
            steps=read_steps(self._root, languages),
            detect=detect.place if detect and Detect().read(detect, languages) else None,
            place=self._root.place,
            **parts,
        )
        flow = replace(flow, steps=self._with_sounds(flow), flows=self._flows(flow))
        for path in sounds.of(flow, self._with_recorded):
            self._digest.update(path.read_bytes())
        return replace(flow, version=self._digest.hexdigest()[:12])

    def _languages(self) -> Languages:
        node = self._root.get("languages")
        if node is None:
            return self._parent.languages if self._parent else ("en",)
        before, found = len(node.complaints), []
        for entry in node.entries():
            if (language := entry.text()) in LANGUAGES:
                found.append(language)
            else:
                entry.complain(f"Language '{language}' is not spoken here; {did_you_mean(language, LANGUAGES)}.")
        if len(node.complaints) > before:
            # Every text would be complained about, for a language that is meant or isn't.
            raise FlowRefused(node.complaints)
        return tuple(found) or ("en",)

    def _parts(self, languages: Languages) -> dict[str, Any]:
        found = {key: getattr(self._parent, key) for key in (*SHARED, "voices")} if self._parent else {}
        for key, value in self._imported(languages).items():
            found[key] = {**found.get(key, {}), **value}
        for key, (kind, _) in PARTS.items():
            if node := self._root.get(key):
                value = kind.read(node, languages)
                found[key] = {**found[key], **value} if key in found else value
        for key, known in (("commands", COMMANDS), ("prompts", tuple(SENTENCES))):
            if node := self._root.get(key):
                node.only(known)
        intents = found.get("intents", {})
        node = self._root.get("intents")
        found["intents"] = {
            name: intent if intent.name else replace(intent, name=name, place=node.place_of(name) if node else Place())
            for name, intent in intents.items()
        }
        return found

    def _imported(self, languages: Languages) -> dict[str, dict[str, Any]]:
        node = self._root.get("import")
        found: dict[str, dict[str, Any]] = {}
        for entry in node.entries() if node else ():
            name = entry.text()
            file = self._file.beside(entry, name) if self._file else None
            if file is None:
                entry.complain(f"There is no file '{name}' beside this one; write the name of one, or delete the line.")
                continue
            document = file.document()
            self._digest.update(document._content)
            document._root.only((*SHARED, "import"))
            for key, value in document._parts(languages).items():
                if key in SHARED:
                    found[key] = {**found.get(key, {}), **value}
        return found

    def _with_sounds(self, flow: Flow) -> dict[str, Step]:
        """Return the steps; those that play what is beside the file know where that is."""
        folder = self._file.path.parent if self._file else None
        recorded = () if self._with_recorded else sounds.recordings(flow.steps)
        return {
            name: replace(step, folder=str(folder))
            if isinstance(step, PlayStep) and folder and sounds.beside(folder, step, recorded)
            else step
            for name, step in flow.steps.items()
        }

    def _flows(self, flow: Flow) -> dict[str, Flow]:
        node = self._root.get("flows")
        found: dict[str, Flow] = {}
        for name, entry in node.items() if node else ():
            entry.what = f"flow '{name}'"
            entry.mapping()
            found[name] = _Document(entry, name, b"", self._file, replace(flow, flows={})).flow()
        inner = [step for one in found.values() for step in one.steps.values()]
        for step in (*flow.steps.values(), *inner):
            for name in runs(step):
                if name in found or not self._file or self._parent or name == flow.name == LEAVE_MESSAGE:
                    continue
                file = self._file.beside(self._root_at(step), name)
                if file:
                    document = file.document()
                    self._digest.update(document._content)
                    found[name] = document.flow()
        return found

    def _root_at(self, step: Step) -> Node:
        return Node(None, step.place, f"step '{step.name}'", self._root.complaints)
