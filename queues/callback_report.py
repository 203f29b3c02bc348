"""What is said of callbacks and messages: documents for scripts, tables for people; and their cancelling."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from models.callback import CALLBACK_LIFE, Callback, CallbackMove, CallbackState
from models.control_protocol import CancelCallback, Facts
from models.errors import CannotDo
from models.settings import Settings
from queues.editing import edited, reading, told
from queues.journal import record

Document = dict[str, Any]


def callback_documents(connection: Connection, queue: str = "", over: bool = False) -> list[Document]:
    """Return callbacks, the oldest first; with `over`, those that are over, too."""
    rows = select(Callback.__table__).order_by(Callback.id)
    if queue:
        rows = rows.where(Callback.queue == queue)
    if not over:
        rows = rows.where(Callback.ended_at.is_(None))
    return [_document(dict(row._mapping)) for row in connection.execute(rows)]


def callback_document(connection: Connection, beginning: str) -> Document:
    """Return the callback whose id begins so ("last": the newest); raise `CannotDo` where there is not exactly one."""
    rows = select(Callback.__table__).order_by(Callback.id.desc())
    if beginning == "last":
        found = connection.execute(rows.limit(1)).all()
    else:
        found = connection.execute(rows.where(Callback.id.startswith(beginning, autoescape=True)).limit(2)).all()
    if not found:
        raise CannotDo(f"There is no callback '{beginning}'; hotline callbacks list --all shows which there are.")
    if len(found) > 1:
        raise CannotDo(f"More than one callback's id begins with '{beginning}'; give more of it.")
    return _document(dict(found[0]._mapping))


def cancel_callback(settings: Settings, beginning: str) -> tuple[str, Facts]:
    """Call nobody back: by the running server, or in the database where none runs; raise `CannotDo` if it is over."""
    with reading(settings) as connection:
        found = callback_document(connection, beginning)
    answer = told(settings, CancelCallback(found["id"]))
    return answer or edited(settings, lambda connection: _cancelled(connection, found["id"]))


def _cancelled(connection: Connection, callback: str) -> tuple[str, Facts]:
    found = callback_document(connection, callback)
    state = CallbackState(found["state"])
    if state in CALLBACK_LIFE.ends:
        raise CannotDo(f"Callback {callback} is over already: {state}.")
    after = CALLBACK_LIFE.next(state, CallbackMove.CANCEL)
    row = update(Callback).where(Callback.id == callback)
    connection.execute(row.values(state=after, words="cancelled", ended_at=datetime.now(UTC)))
    record(connection, "command", "callback.cancel", queue=found["queue"], data={"callback": callback})
    return f"No server runs. Nobody calls {found['number']} back.", {"id": callback, "state": str(after)}


def _document(row: Document) -> Document:
    data = row.pop("data")
    moments = {key: value.isoformat() if value else "" for key, value in row.items() if key.endswith(("_at", "since"))}
    return {**row, **moments, "state": str(row["state"]), **{key: data.get(key) for key in ("summary", "slots")},
            "text": data.get("text", "")}  # fmt: skip


def print_callbacks(found: list[Document]) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("Id", "Number", "Queue", "State", "Due", "Why", "About"):
        table.add_column(heading, no_wrap=heading in ("Id", "Number"))
    for one in found:
        about = one["text"] or one["summary"] or ""
        row = (one["id"], one["number"] or "withheld", one["queue"], one["state"], one["due_at"][:16], one["reason"])
        table.add_row(*(Text(cell) for cell in (*row, about[:60])))
    Console().print(table if found else "Nobody is to be called back.")


def print_callback(found: Document) -> None:
    """Print one callback, a line a key."""
    from rich.console import Console
    from rich.text import Text

    for key, value in found.items():
        if value not in ("", None, {}):
            Console(highlight=False).print(Text(f"{key:14} {value}"), soft_wrap=True)
