"""Lines in the database: as they are planned, within the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from campaigns.line_file import contradictions, line_of
from campaigns.line_plan import Line, mapping_of
from campaigns.written_fault import PlanRefused
from models.campaign_event import CampaignEvent
from models.errors import CannotDo
from models.line import Line as LineRow


@dataclass(frozen=True)
class Change:
    """What became of one line."""

    name: str
    what: str
    """added, changed or removed."""
    details: tuple[str, ...] = ()
    """Like "channels: 10 -> 20"."""

    def __str__(self) -> str:
        details = f" ({', '.join(self.details)})" if self.details else ""
        return f"line {self.name} {self.what}{details}"


def stored_lines(connection: Connection) -> list[Line]:
    """Return all lines by name; what this Hotline can't read raises `PlanRefused`."""
    rows = connection.execute(select(LineRow.name, LineRow.settings).order_by(LineRow.name))
    return [line_of({**row.settings, "name": row.name}) for row in rows]


def put_lines(
    connection: Connection, lines: Iterable[Line], trunks: Sequence[str], prune: bool = False
) -> list[Change]:
    """Write what is new or different; return the changes. `prune` also removes lines that aren't among `lines`.

    Raises `PlanRefused` where lines contradict each other or the trunks; nothing is written then.
    """
    before = {line.name: line for line in stored_lines(connection)}
    written = {line.name: line for line in lines}
    after = dict(written) if prune else {**before, **written}
    if wrong := contradictions(list(after.values()), trunks):
        raise PlanRefused(wrong)
    changes = []
    for name, line in written.items():
        old = before.get(name)
        details = tuple(_differences(mapping_of(old), mapping_of(line))) if old else ()
        if old is None or details:
            _put(connection, line, new=old is None)
            changes.append(Change(name, "changed" if old else "added", details))
    changes += [_removed(connection, name) for name in sorted(before.keys() - after.keys())]
    _note(connection, changes)
    return changes


def remove_line(connection: Connection, name: str) -> list[Change]:
    """Remove a line; its days stay on record. Raises `CannotDo` where there is none."""
    known = [line.name for line in stored_lines(connection)]
    if name not in known:
        raise CannotDo(unknown_line(name, known))
    changes = [_removed(connection, name)]
    _note(connection, changes)
    return changes


def unknown_line(name: str, known: Sequence[str]) -> str:
    """Return the sentence for a line that there isn't."""
    way_out = f"there are {', '.join(known)}" if known else "add one with hotline lines add"
    return f"There is no line '{name}'; {way_out}."


def _put(connection: Connection, line: Line, new: bool) -> None:
    settings = {key: value for key, value in mapping_of(line).items() if key != "name"}
    values = {"settings": settings, "edited_at": datetime.now(UTC)}
    if new:
        connection.execute(insert(LineRow).values(name=line.name, **values))
    else:
        connection.execute(update(LineRow).where(LineRow.name == line.name).values(**values))


def _removed(connection: Connection, name: str) -> Change:
    connection.execute(delete(LineRow).where(LineRow.name == name))
    return Change(name, "removed")


def _note(connection: Connection, changes: Iterable[Change]) -> None:
    for change in changes:
        data = {"line": change.name, "what": change.what, "details": list(change.details)}
        connection.execute(
            insert(CampaignEvent).values(at=datetime.now(UTC), campaign_id="", name="line.edited", data=data)
        )


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    for key in [*new, *(key for key in old if key not in new)]:
        if old.get(key) != new.get(key):
            yield f"{key}: {_shown(old.get(key))} -> {_shown(new.get(key))}"


def _shown(value: object) -> str:
    match value:
        case None:
            return "default"
        case list():
            return f"[{', '.join(_shown(one) for one in value)}]"
        case dict():
            return f"{{{', '.join(f'{name} {_shown(one)}' for name, one in value.items())}}}"
        case _:
            return f"{value:g}" if isinstance(value, float) else str(value)
