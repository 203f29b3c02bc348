"""What the commands of agents and queues share: the open database, edits of the plan, and the running server."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import typer
from sqlalchemy import Connection, Engine

from models.command_line import print_json, say
from models.control_client import NotRunning, ask
from models.control_protocol import Facts, Order, TakeUpQueues
from models.database import opened_for
from models.errors import CannotDo
from models.settings import Settings
from queues.applying import Change
from queues.plan_rows import writing

T = TypeVar("T")
ANSWER_SECONDS = 30.0


def opened(settings: Settings) -> AbstractContextManager[Engine]:
    """Open the database of agents and queues, made where there is none; a fault of it becomes a sentence."""
    return opened_for(settings, "Agents and queues can't be read")


@contextmanager
def reading(settings: Settings) -> Iterator[Connection]:
    """Yield a connection to read by."""
    with opened(settings) as engine, engine.connect() as connection:
        yield connection


def edited(settings: Settings, change: Callable[[Connection], T]) -> T:
    """Carry out `change` in one transaction of its own."""
    with opened(settings) as engine, writing(engine) as connection:
        return change(connection)


def told(settings: Settings, order: Order) -> tuple[str, Facts] | None:
    """Let the running server carry out an order; return its answer, or None where no server runs."""
    try:
        *_, done = ask(settings.data.directory, order, ANSWER_SECONDS)
    except NotRunning:
        return None
    return done.sentence, done.facts


def finish(settings: Settings, changes: list[Change], as_json: bool, dry_run: bool = False) -> None:
    """Have the running server take the changes up, and print what became of them."""
    live: bool | None = None
    words = "Nothing was written." if dry_run else ""
    if changes and not dry_run:
        live, words = taken_up(settings)
    if as_json:
        print_json({"changes": [change_document(change) for change in changes], "live": live})
        return
    for change in changes:
        typer.echo(str(change))
    say(words if changes else "Nothing changed.")


def taken_up(settings: Settings) -> tuple[bool, str]:
    """Have the running server go by what the database has now; return whether it does, and a sentence."""
    try:
        answer = told(settings, TakeUpQueues())
    except CannotDo as refusal:
        return False, f"It is in the database; the running server didn't take it up: {refusal}"
    if answer is None:
        return False, "No server runs; it counts from the next start on."
    return True, answer[0]


def change_document(change: Change) -> dict[str, Any]:
    """Return a change as programs are told of it."""
    return {"kind": change.kind, "name": change.name, "what": change.what, "details": list(change.details)}
