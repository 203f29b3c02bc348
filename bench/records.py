"""Call records, read straight from the database of a server under test."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class HeardTurn:
    """A turn as recorded."""

    number: int
    speaker: str
    text: str
    start_s: float
    end_s: float
    interrupted: bool
    digits: str
    timings: dict[str, float]
    intent: str = ""


class Records:
    """What a server with this data directory wrote."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "hotline.sqlite"

    def _rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10) as connection:
            return connection.execute(question, values).fetchall()

    def call_of(self, caller: str) -> str:
        """Return the id of the newest call from `caller`."""
        return str(self._rows("SELECT id FROM call WHERE caller = ? ORDER BY id DESC", caller)[0][0])

    def is_closed(self, caller: str) -> bool:
        """Tell whether the newest call from `caller` is on record to its end."""
        rows = self._rows("SELECT ended_at FROM call WHERE caller = ? ORDER BY id DESC LIMIT 1", caller)
        return bool(rows) and rows[0][0] is not None

    def turns(self, call: str) -> list[HeardTurn]:
        """Return the turns of a call in order."""
        rows = self._rows(
            "SELECT number, speaker, text, start_s, end_s, interrupted, digits, timings, intent FROM turn "
            "WHERE call_id = ? ORDER BY start_s, number",
            call,
        )
        return [
            HeardTurn(n, who, text, b, e, bool(cut), keys, json.loads(t), intent or "")
            for n, who, text, b, e, cut, keys, t, intent in rows
        ]

    def events(self, call: str, name: str) -> list[tuple[float, dict[str, Any]]]:
        """Return time (Unix seconds) and data of a call's events of that name, in order."""
        rows = self._rows("SELECT at, data FROM event WHERE call_id = ? AND name = ? ORDER BY id", call, name)
        return [(_unix(at), json.loads(data)) for at, data in rows]

    def recording_began(self, call: str) -> float:
        """Return when the recording's first sample was, Unix seconds."""
        return _unix(self._rows("SELECT started_at FROM recording WHERE call_id = ?", call)[0][0])

    def causes(self) -> dict[str, int]:
        """Return how many calls ended with which cause ("" while they run)."""
        return dict(self._rows("SELECT coalesce(cause, ''), count(*) FROM call GROUP BY 1"))

    def complete(self) -> int:
        """Return how many calls were answered and are whole: begin, answer, end and cause."""
        return int(
            self._rows("SELECT count(*) FROM call WHERE answered_at NOT NULL AND ended_at NOT NULL AND cause != ''")[0][
                0
            ]
        )


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
