"""Remembers which files had which SHA-256, so that weights need to be read whole only once."""

import json
import os
from hashlib import sha256
from pathlib import Path

BLOCK = 1 << 20
"""Bytes read at a time."""


class VerifiedFiles:
    """A small JSON file: path -> [size, modification time in ns, SHA-256]. Losing it costs time, nothing else."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._known = _load(ledger)
        self._changed = False

    def is_right(self, path: Path, size: int, digest: str, *, thorough: bool) -> bool:
        """Whether the file has this size and SHA-256; `thorough` reads it even where it is remembered.

        Raises OSError where it can't be read.
        """
        stat = path.stat()
        if stat.st_size != size:
            return False
        key = str(path.resolve())
        entry: list[int | str] = [stat.st_size, stat.st_mtime_ns, digest]
        if not thorough and self._known.get(key) == entry:
            return True
        right = file_digest(path) == digest
        if right:
            self._changed = self._changed or self._known.get(key) != entry
            self._known[key] = entry
        elif self._known.pop(key, None):
            self._changed = True
        return right

    def save(self) -> None:
        """Write what was learnt; a read-only directory only means hashing again next time."""
        if not self._changed:
            return
        fresh = self._ledger.with_name(f".{self._ledger.name}.{os.getpid()}")
        try:
            self._ledger.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._known, indent=1), encoding="utf-8")
            fresh.replace(self._ledger)
        except OSError:
            return
        self._changed = False


def _load(ledger: Path) -> dict[str, list[int | str]]:
    try:
        known = json.loads(ledger.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hex."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
