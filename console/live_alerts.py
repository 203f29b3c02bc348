"""Alerts of running calls as the board shows them: one entry a rule and call, with who has taken note of it.

A rule that goes on being broken tells of it once a cool-down (`quality/live.py`); the board counts that. Taking note is
written to the audit trail, so that everybody sees it, in every process and after a restart; what comes within the
cool-down after it is taken note of with it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from console.live_snapshot import Alarm, Place
from models.audit import Audit, record
from models.database import table_of
from models.event import Event
from quality.live_watch import ALERT

EVENT, AUDIT = table_of(Event), table_of(Audit)
KEPT = timedelta(minutes=30)
"""How long an alert is on the board."""
MOST = 200
LATE = timedelta(seconds=60)
"""How late an event may come into the database and still be seen."""
COOL_DOWN = timedelta(seconds=60)
NOTED = "alert-noted"
"""In the audit trail."""
Places = Callable[[Iterable[str]], Mapping[str, Place]]


def key_of(call_id: str, data: Mapping[str, Any]) -> str:
    """Return what is one entry of the board."""
    return f"{call_id}/{data.get('scorecard', '')}/{data.get('rule', '')}"


def take_note(connection: Connection, now: datetime, account: str, alarm: Alarm, address: str = "") -> None:
    """Write down that somebody has taken note of an alert."""
    record(
        connection, now, account, NOTED, call_id=alarm.call_id, words=str(alarm.document["rule"]),
        data={"alert": alarm.key}, address=address,
    )  # fmt: skip


class LiveAlerts:
    def __init__(self) -> None:
        self._read_at: datetime | None = None
        self._events: dict[str, Any] = {}
        self._noted: dict[str, tuple[datetime, str]] = {}
        """When and by whom, by key."""
        self._places: dict[str, Place] = {}
        self._shown: dict[str, Alarm] = {}

    def look(self, connection: Connection, now: datetime, places: Places) -> Mapping[str, Alarm]:
        """Return the alerts of late, the oldest first; an entry that is the same as before is the same object."""
        since = now - KEPT if self._read_at is None else self._read_at - LATE
        self._read_at = now
        rows = connection.execute(
            select(EVENT.c.id, EVENT.c.call_id, EVENT.c.at, EVENT.c.data)
            .where(EVENT.c.name == ALERT, EVENT.c.at >= since).order_by(EVENT.c.id)
        ).all()  # fmt: skip
        self._events |= {row.id: row for row in rows}
        kept = [one for one in sorted(self._events.items()) if one[1].at >= now - KEPT][-MOST:]
        self._events = dict(kept)
        for row in connection.execute(
            select(AUDIT.c.at, AUDIT.c.account, AUDIT.c.data).where(AUDIT.c.at >= since, AUDIT.c.action == NOTED)
        ):
            self._noted[str(row.data.get("alert", ""))] = row.at, row.account
        # Where a call is now decides who may see its alerts, so it is asked anew as long as there are any.
        calls = {row.call_id for row in self._events.values()}
        self._places = dict(places(calls)) if calls else {}
        self._shown = {
            key: known if (known := self._shown.get(key)) == one else one for key, one in self._gathered().items()
        }
        return self._shown

    def _gathered(self) -> dict[str, Alarm]:
        by_key: dict[str, list[Any]] = {}
        for row in self._events.values():
            by_key.setdefault(key_of(row.call_id, row.data), []).append(row)
        self._noted = {key: one for key, one in self._noted.items() if key in by_key}
        found = [self._alarm(key, rows) for key, rows in by_key.items()]
        return {one.key: one for one in sorted(found, key=lambda one: one.document["at"])}

    def _alarm(self, key: str, rows: list[Any]) -> Alarm:
        last, data = rows[-1], rows[-1].data
        noted = self._noted.get(key)
        if noted and last.at - noted[0] > COOL_DOWN:
            noted = None
        titles = data.get("titles") or {}
        document = {
            "call": last.call_id, "at": last.at.timestamp(), "rule": data.get("rule", ""),
            "titles": titles or {"en": data.get("title", ""), "zh": data.get("title", "")},
            "words": data.get("words", ""), "speaker": data.get("speaker", ""), "second": data.get("second"),
            "fatal": bool(data.get("fatal")), "agent": data.get("agent", ""), "queue": data.get("queue", ""),
            "team": data.get("team", ""), "count": len(rows), "noted": noted[1] if noted else "",
        }  # fmt: skip
        return Alarm(key, last.call_id, self._places.get(last.call_id, Place()), document)
