"""The data directory: claimed by one running server at a time, and known by a name of its own."""

import fcntl
import os
import secrets
from pathlib import Path

from models.errors import OperatorFault

NAME = "node"
"""The file with the node's name."""


class DataDirectory:
    """Where one server keeps its recordings, its spool and (by default) its database."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.node = ""
        """What this server's records are marked with, the same at every start."""
        self._lock: int | None = None

    def claim(self) -> None:
        """Make the directory and take it for this process; raise `OperatorFault` where that can't be.

        A new one is nobody else's to read: it will hold what people said. The system lets go of the claim when the
        process ends, however it ends.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self.path / "server.lock", os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.node = self._read_node()
        except BlockingIOError:
            self.release()
            raise OperatorFault(
                f"The data directory {self.path} is in use by another running server; "
                "stop that one or give this one a [data] directory of its own."
            ) from None
        except OSError as error:
            self.release()
            raise OperatorFault(
                f"The data directory {self.path} can't be used ({error.strerror}); "
                "make it writable or set [data] directory to another."
            ) from error

    def release(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _read_node(self) -> str:
        name = _read(self.path / NAME)
        if not name:
            name = secrets.token_hex(6)
            (self.path / NAME).write_text(name + "\n", "ascii")
        return name


def node_of(path: Path) -> str:
    """Return the node whose data directory `path` is, without claiming it; "" where no server ever did."""
    try:
        return _read(path / NAME)
    except OSError:
        return ""


def _read(file: Path) -> str:
    return file.read_text("ascii", "replace").strip() if file.exists() else ""
