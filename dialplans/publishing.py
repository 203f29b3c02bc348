"""Published flows: versions kept for good, one of them live, one perhaps on trial.

    DATA/flows/NAME/versions/VERSION/NAME.yaml   the file, and beside it all that it imports, runs and plays
    DATA/flows/NAME/versions/VERSION/trained/    what its intents sound like, so that a start is quick
    DATA/flows/NAME/live.json                    which version new calls get
    DATA/flows/NAME/history.jsonl                who published what, when and why

A version is named after its content and never changes; whatever is written appears at once or not at all.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from dialplans import golden_file, nodes, sounds
from dialplans.complaint import did_you_mean
from dialplans.flow import Flow
from dialplans.loader import SHIPPED, load, load_published
from dialplans.understanding import train
from dialplans.verbs.handover import LEAVE_MESSAGE, TAKE_MESSAGES
from models.errors import CannotDo, OperatorFault

FOLDER = "flows"


@dataclass(frozen=True)
class Live:
    """What new calls get."""

    version: str = ""
    """"" where nothing is published in full: the flow's file."""
    trial: str = ""
    """The version that some callers get; "" for none."""
    share: float = 0.0
    """Their percentage."""


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: str
    """ISO 8601, UTC."""
    who: str
    did: str
    """"published", "on trial", "rolled back" or "trial ended"."""
    version: str
    before: str = ""
    """The version that was live until then."""
    share: float = 100.0
    tests: str = ""
    """What the golden dialogues said: "12 dialogues", or "without tests"."""
    note: str = ""


class Publications:
    """The published flows of one data directory."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def names(self) -> list[str]:
        """Return the names of all flows that were ever published."""
        return sorted(path.parent.name for path in self._folder.glob("*/live.json"))

    def live(self, name: str) -> Live:
        """Return what new calls get of the flow `name`; raise `OperatorFault` where that can't be read."""
        path = self._folder / name / "live.json"
        try:
            return Live(**json.loads(path.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError):
            return Live()
        except (OSError, ValueError, TypeError) as error:
            raise OperatorFault(f"{path} can't be read ({error}); publish flow '{name}' anew.") from None

    def history(self, name: str) -> list[Entry]:
        """Return all that was done with the flow `name`, oldest first."""
        path = self._folder / name / "history.jsonl"
        try:
            return [Entry(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (OSError, ValueError, TypeError) as error:
            raise OperatorFault(f"{path} can't be read ({error}); correct its lines.") from None

    def load(self, name: str, version: str) -> Flow:
        """Return a version with what was trained for it; raise `OperatorFault` where it isn't there or was changed."""
        folder = self._version(name, version)
        path = folder / f"{name}.yaml"
        if not path.is_file():
            raise OperatorFault(f"Version {version} of flow '{name}' is not in {folder.parent}; publish its file anew.")
        flow = load_published(path, f"{name}.yaml@{version}", version)
        if flow.version != version:
            raise OperatorFault(f"Version {version} of flow '{name}' was changed in {folder}; publish its file anew.")
        return _with_trained(flow, folder / "trained")

    def keep(self, path: Path) -> str:
        """Keep the flow in `path` with all that it needs, train its intents, and return the version.

        The version is not live yet. What is there already is left as it is. `path` was checked before.
        """
        name = path.stem
        with self._locked(name) as folder, _sentences(folder):
            versions = folder / "versions"
            versions.mkdir(parents=True, exist_ok=True)
            aside = Path(tempfile.mkdtemp(prefix=".part-", dir=versions))
            try:
                for relative, content in sources(path).items():
                    (aside / relative).parent.mkdir(parents=True, exist_ok=True)
                    _write(aside / relative, content)
                flow = load(aside / f"{name}.yaml", path.name)
                kept = versions / flow.version
                if not kept.is_dir():
                    _train(flow, aside / "trained")
                    aside.chmod(0o755)
                    aside.rename(kept)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
            return flow.version

    def publish(self, name: str, version: str, entry: Entry, share: float = 100.0) -> Live:
        """Make a kept version live, for `share` percent of the callers; return what was live before."""
        with self._locked(name) as folder, _sentences(folder):
            before = self.live(name)
            live = Live(version) if share >= 100 else Live(before.version, version, share)
            if live == before:
                return before
            did = "published" if share >= 100 else "on trial"
            self._settle(folder, live, replace(entry, did=did, version=version, before=before.version, share=share))
            return before

    def roll_back(self, name: str, version: str, entry: Entry) -> Live:
        """End a trial, or make an earlier version live: `version`, or else the one before; return what is live now.

        Raises `CannotDo` where there is none.
        """
        with self._locked(name) as folder, _sentences(folder):
            before = self.live(name)
            if before.trial and not version:
                live = Live(before.version)
                did = replace(entry, did="trial ended", version=before.trial, before=before.version, share=before.share)
            else:
                live = Live(self._meant(name, version) if version else self._before(name, before.version))
                did = replace(entry, did="rolled back", version=live.version, before=before.version)
            self._settle(folder, live, did)
            return live

    def versions(self, name: str) -> list[str]:
        """Return all versions of the flow `name` that are kept."""
        return sorted(path.name for path in (self._folder / name / "versions").glob("[!.]*"))

    def _meant(self, name: str, beginning: str) -> str:
        found = [version for version in self.versions(name) if version.startswith(beginning)]
        if len(found) == 1:
            return found[0]
        which = did_you_mean(beginning, self.versions(name))
        raise CannotDo(f"Flow '{name}' has {'no' if not found else 'more than one'} version '{beginning}'; {which}.")

    def _before(self, name: str, version: str) -> str:
        """The version that was live before `version` became it."""
        for entry in reversed(self.history(name)):
            if entry.version == version and entry.before and entry.before != version and entry.did != "rolled back":
                return entry.before
        raise CannotDo(f"Flow '{name}' has no version before {version or 'its file'}; see `hotline dialplan history`.")

    def _version(self, name: str, version: str) -> Path:
        return self._folder / name / "versions" / version

    def _settle(self, folder: Path, live: Live, entry: Entry) -> None:
        with (folder / "history.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        aside = folder / "live.json.part"
        _write(aside, json.dumps(asdict(live)).encode())
        aside.replace(folder / "live.json")

    @contextmanager
    def _locked(self, name: str) -> Iterator[Path]:
        """Let one command at a time change what is published under `name`."""
        folder = self._folder / name
        with _sentences(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
        finally:
            os.close(lock)


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OperatorFault(
            f"{folder} can't be written ({error.strerror or error}); set [data] directory to a disk that can be."
        ) from None


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sources(path: Path) -> dict[str, bytes]:
    """Return every file that the flow in `path` consists of, and its golden dialogues, by their place beside it."""
    found = {path.name: path.read_bytes()}
    todo = [path]
    while todo:
        for name in _named(todo.pop()):
            file = next((one for one in (path.parent / name, SHIPPED / name) if one.is_file()), None)
            if file is None or name in found:
                continue
            if Path(name).is_absolute() or ".." in Path(name).parts:
                raise CannotDo(f"'{name}' is not in the folder of {path.name}; put it there to publish them together.")
            found[name] = file.read_bytes()
            todo.append(file)
    dialogues = golden_file.beside(path)
    if dialogues.is_file():
        found[dialogues.name] = dialogues.read_bytes()
    return found | _sounds(path)


def _sounds(path: Path) -> dict[str, bytes]:
    """What the flow in `path` plays; raise `CannotDo` where that can't be kept with it."""
    flow = load(path, path.name)
    for step, name in sounds.missing(flow):
        raise CannotDo(
            f"Step '{step.name}' plays '{name}', which is not beside {path.name}; put it there to publish them "
            "together, or write where it is from the root."
        )
    found = {}
    for sound in sounds.of(flow):
        place = sound.relative_to(path.parent) if sound.is_relative_to(path.parent) else Path("..")
        if ".." in place.parts:
            raise CannotDo(
                f"'{sound.name}' is not in the folder of {path.name}; put it there to publish them together."
            )
        found[str(place)] = sound.read_bytes()
    return found


def _named(path: Path) -> Iterator[str]:
    """Names of the files that a file imports or runs, as far as they aren't flows within it."""
    root = nodes.read(path, path.name, []).value
    yield from _names_in(root, within=set())


def _names_in(root: object, within: set[str]) -> Iterator[str]:
    if not isinstance(root, CommentedMap):
        return
    inner = root.get("flows")
    within = within | {str(name) for name in inner} if isinstance(inner, CommentedMap) else within
    imported, steps = root.get("import"), root.get("steps")
    for name in imported if isinstance(imported, CommentedSeq) else ():
        yield _file_name(str(name))
    for step in steps if isinstance(steps, CommentedSeq) else ():
        if not isinstance(step, CommentedMap):
            continue
        named = [str(step[key]) for key in ("run", "meanwhile") if key in step]
        message = [LEAVE_MESSAGE] if any(verb in step for verb in TAKE_MESSAGES) else []
        yield from (_file_name(name) for name in (*named, *message) if name not in within)
    for one in inner.values() if isinstance(inner, CommentedMap) else ():
        yield from _names_in(one, within)


def _file_name(name: str) -> str:
    return name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"


def _train(flow: Flow, folder: Path) -> None:
    """Keep what the intents of `flow` and of its sub-flows sound like."""
    for language in flow.languages:
        if flow.intents and (trained := train(flow.intents.values(), language)):
            folder.mkdir(parents=True, exist_ok=True)
            _write(folder / language, trained)
    for name, inner in flow.flows.items():
        _train(inner, folder / "flows" / name.replace("/", "_"))


def _with_trained(flow: Flow, folder: Path) -> Flow:
    trained = {}
    for language in flow.languages:
        try:
            trained[language] = (folder / language).read_bytes()
        except OSError:
            continue  # learned anew: slower, and the same
    flows = {
        name: _with_trained(inner, folder / "flows" / name.replace("/", "_")) for name, inner in flow.flows.items()
    }
    return replace(flow, trained=trained, flows=flows)


def entry_of(who: str, note: str, tests: str, now: datetime) -> Entry:
    """Return the beginning of a line of the history, at `now` (aware)."""
    return Entry(now.isoformat(timespec="seconds"), who, "published", "", tests=tests, note=note)
