"""What was said before, kept on disk so that it is said again at once.

Two kinds of files lie in two-level folders under names that are SHA-256 hashes: `.wav`, one clause as 8 kHz
mono 16-bit audio, named by engine, version, voice and spoken words; and `.json`, the clauses of a whole text,
named by language, voice and the text as written. The speech worker writes; the server reads, so a fixed
prompt needs no worker at all. `mouth.json` tells the server which synthesiser and reading rules are current:
what was rendered by others is not found any more, and ages out.

What is said to one caller holds names and figures. So no text is written down, only its hash, and the server deletes
the sound a day after its last use (`forget`). Whose sound it is nobody can tell, so where one caller's words are erased
all of it goes (`forget_callers`). The sound of fixed prompts, which is the same in every call, is write-protected: that
is the mark by which it stays.
"""

import errno
import json
import logging
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr_tts import telephone_wav
from models.errors import OperatorFault

log = logging.getLogger(__name__)

LIMIT = 1_000_000_000
"""Bytes (17 hours of speech) above which the longest unused files go."""
ROOM_AFTER_TRIM = 0.9
"""Share of the limit that is left full, so that not every new clause trims."""
IN_USE_SECONDS = 600.0
"""A file used so lately is never trimmed: a call may be about to play it."""
TOUCH_SECONDS = 60.0
"""A use is noted in the file's time at most so often."""
FORGOTTEN_AFTER = 86_400.0
"""Seconds without a use after which sound goes that belongs to no fixed prompt."""
_FIXED, _WRITABLE = 0o444, 0o200
_CURRENT = "mouth.json"


def cache_below(data: Path) -> "PromptCache":
    """The cache of the server with this data directory."""
    return PromptCache(data / "prompts")


@dataclass(frozen=True)
class ClauseFile:
    """One clause of a text, ready to be played."""

    index: int
    """0, 1, … within the text."""
    path: Path
    """Mono 16-bit WAV at 8 kHz."""
    samples: int
    last: bool


class PromptCache:
    """The cache in one directory; any number of processes may share it."""

    def __init__(self, directory: Path, limit: int = LIMIT) -> None:
        """Use `directory` (made when first written to) for at most about `limit` bytes."""
        self.directory = directory.absolute()
        self.limit = limit
        self._bytes: int | None = None
        self._stamps: dict[str, str] = {}
        self._stamps_read = 0

    # -- whole texts ---------------------------------------------------------------------------------------

    def lookup(self, text: str, language: str, voice: str = "") -> list[ClauseFile] | None:
        """The clauses of a text that the current mouth said before, or None; reads files only, never raises."""
        name = self._text_name(text, language, voice)
        if name is None:
            return None
        listing = self._place(name, ".json")
        clauses = [self.clause(clause) for clause in _listed(listing)]
        if not clauses or None in clauses:
            return None
        _touch(listing)
        last = len(clauses) - 1
        return [ClauseFile(i, *found, last=i == last) for i, found in enumerate(clauses) if found]

    def remember(self, text: str, language: str, voice: str, names: Sequence[str]) -> None:
        """Keep the names of a text's clauses, in order. Raises OperatorFault when the disk refuses."""
        if name := self._text_name(text, language, voice):
            self._write(self._place(name, ".json"), json.dumps({"clauses": list(names)}).encode())

    # -- single clauses ------------------------------------------------------------------------------------

    def clause(self, name: str) -> tuple[Path, int] | None:
        """Path and samples of a clause, or None where it isn't there or is damaged (it is to be rendered again)."""
        path = self._place(name, ".wav")
        samples = telephone_wav.samples_in(path)
        if samples is None:
            return None
        _touch(path)
        return path, samples

    def keep(self, name: str, samples: NDArray[np.int16]) -> Path:
        """Write a clause under its name, whole or not at all. Raises OperatorFault when the disk refuses."""
        path = self._place(name, ".wav")
        self._write(path, telephone_wav.as_bytes(samples))
        return path

    # -- which mouth is current ----------------------------------------------------------------------------

    def announce(self, stamps: Mapping[str, str]) -> None:
        """Say what speaks each language now: language -> anything that changes whenever its sound would."""
        self._write(self.directory / _CURRENT, json.dumps(dict(sorted(stamps.items()))).encode())

    def _text_name(self, text: str, language: str, voice: str) -> str | None:
        stamp = self._stamp(language)
        return None if stamp is None else name_of("text", stamp, language, voice, text)

    def _stamp(self, language: str) -> str | None:
        try:
            changed = os.stat(self.directory / _CURRENT).st_mtime_ns
            if changed != self._stamps_read:
                self._stamps = dict(json.loads((self.directory / _CURRENT).read_bytes()))
                self._stamps_read = changed
        except (OSError, ValueError, TypeError):
            return None
        return self._stamps.get(language)

    # -- files ---------------------------------------------------------------------------------------------

    def _place(self, name: str, suffix: str) -> Path:
        return self.directory / name[:2] / name[2:4] / (name + suffix)

    def _write(self, path: Path, data: bytes) -> None:
        try:
            try:
                _replace(path, data)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                self.trim(self.limit // 2)
                _replace(path, data)
        except OSError as error:
            raise OperatorFault(
                f"The prompt cache {self.directory} can't be written ({error.strerror or error}), so nothing new can "
                "be said; make room there, or set [data] directory to a disk that has some."
            ) from error
        self._count(len(data))

    def _count(self, added: int) -> None:
        self._bytes = self._measure() if self._bytes is None else self._bytes + added
        if self._bytes > self.limit:
            self.trim(int(self.limit * ROOM_AFTER_TRIM))

    def _measure(self) -> int:
        return sum(size for _, size, _ in self._files())

    def trim(self, room: int, now: float | None = None) -> None:
        """Delete the longest unused files until at most `room` bytes are left; `now` is seconds since 1970."""
        latest = (time.time() if now is None else now) - IN_USE_SECONDS
        files = sorted(self._files())
        left = sum(size for _, size, _ in files)
        for used, size, path in files:
            if left <= room or used > latest:
                break
            path.unlink(missing_ok=True)
            left -= size
        self._bytes = left
        if left > self.limit:
            log.warning("The prompt cache holds %d MB that is all in use", left // 1_000_000)

    def forget(self, now: float | None = None) -> None:
        """Delete what wasn't said for `FORGOTTEN_AFTER` and belongs to no fixed prompt; `now` is seconds since 1970.

        What can't be deleted is told of in the log and stays.
        """
        if refused := self._refused((time.time() if now is None else now) - FORGOTTEN_AFTER):
            log.warning(
                "%d files of what was said to callers are over their time and can't be deleted; see to it that the "
                "server may write where they are: %s …", len(refused), refused[0],
            )  # fmt: skip

    def forget_callers(self) -> None:
        """Delete all that belongs to no fixed prompt, however lately it was said.

        Raises OperatorFault where something can't be deleted; the rest is.
        """
        if refused := self._refused(inf):
            raise OperatorFault(
                f"{len(refused)} files of what was said to callers can't be deleted; make {refused[0].parent} writable."
            )

    def _refused(self, before: float) -> list[Path]:
        """Delete what was last used before then and belongs to no fixed prompt; return what can't be deleted."""
        old = [path for used, _, path in self._files() if used < before]
        refused = [path for path in old if path.suffix != ".json" and not _deleted_unless_kept(path, before)]
        # A listing says nothing without its sound; that of a fixed prompt has all of it.
        refused += [path for path in old if path.suffix == ".json" and not self._whole(path) and not _deleted(path)]
        self._bytes = None
        return refused

    def _whole(self, listing: Path) -> bool:
        names = _listed(listing)
        return bool(names) and all(self._place(name, ".wav").exists() for name in names)

    def _files(self) -> list[tuple[float, int, Path]]:
        """Time of last use, bytes and path of every kept file."""
        found = []
        for path in self.directory.glob("??/??/*"):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((status.st_mtime, status.st_size, path))
        return found


def name_of(*parts: str) -> str:
    """The name under which something made from exactly these parts is kept: 64 hex digits."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def keep_for_good(path: Path) -> None:
    """Mark the sound of a clause as a fixed prompt's, so that `PromptCache.forget` leaves it; never raises."""
    try:
        path.chmod(_FIXED)
    except OSError as error:
        log.info("The sound of a fixed prompt can't be marked as such and will be rendered again: %s", error)


def _deleted_unless_kept(path: Path, before: float) -> bool:
    """Delete the sound of a clause unless it is a fixed prompt's, or was used since; False: it can't be deleted."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    fixed = not status.st_mode & _WRITABLE
    return fixed or status.st_mtime >= before or _deleted(path)


def _deleted(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _listed(listing: Path) -> list[str]:
    """Return the names of a text's clauses; none where the listing is damaged or missing."""
    try:
        names = json.loads(listing.read_bytes())["clauses"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else []


def _touch(path: Path) -> None:
    try:
        if time.time() - path.stat().st_mtime > TOUCH_SECONDS:
            os.utime(path)
    except OSError:
        pass


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
