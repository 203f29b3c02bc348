"""The spool: notes that the database couldn't take yet, as JSON lines in a file, in order."""

import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from models.call_note import CallNote

log = logging.getLogger(__name__)


class Spool:
    """One file of notes; nothing in it is lost before it is in the database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._encoder = msgspec.json.Encoder()
        self._decoder: msgspec.json.Decoder[CallNote] = msgspec.json.Decoder(CallNote)

    def holds(self) -> bool:
        """Tell whether anything waits here."""
        try:
            return self.path.stat().st_size > 0
        except OSError:
            return False

    def append(self, notes: Iterable[CallNote]) -> None:
        """Add notes at the end and see them onto the disk; raise `OSError` (then none of them counts)."""
        lines = self._encoder.encode_lines(notes)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            end = file.tell()
            try:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), end)
                raise

    def chunks(self, size: int) -> Iterator[list[CallNote]]:
        """Yield all notes in order, `size` at a time; a line that a crash cut short is passed over and logged."""
        chunk: list[CallNote] = []
        with self.path.open("rb") as file:
            for line in file:
                try:
                    chunk.append(self._decoder.decode(line))
                except msgspec.DecodeError as error:
                    log.error("A line of %s is no note and is passed over (%s)", self.path, error)
                if len(chunk) >= size:
                    yield chunk
                    chunk = []
        if chunk:
            yield chunk

    def clear(self) -> None:
        """Forget all of it, now that the database has it."""
        self.path.unlink(missing_ok=True)
