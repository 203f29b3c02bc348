"""Edits of single agents and queues: what is given is new, the rest stays as the database has it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from models.errors import CannotDo
from models.settings import SipSettings
from queues.applying import Change, apply, unknown
from queues.plan_entry import Location, nowhere
from queues.plan_reading import read_plan
from queues.plan_rows import stored_plan
from queues.plan_writing import agent_mapping, queue_mapping

Entry = Mapping[str, Any]


def put_agents(
    connection: Connection,
    entries: Iterable[Entry],
    sip: SipSettings,
    where: Callable[[Location], str] = nowhere,
    *,
    must_be_new: bool = False,
    must_exist: bool = False,
    by: str = "command",
) -> list[Change]:
    """Add or change agents, all or none; raise `PlanRefused` or `CannotDo`. None is back to the default."""
    known = stored_plan(connection).agents
    entries = list(entries)
    for entry in entries:
        _exists("agent", str(entry.get("extension", "")), known, must_be_new, must_exist)
    whole = [_whole(known.get(str(entry.get("extension", ""))), agent_mapping, entry) for entry in entries]
    return apply(connection, read_plan({"agents": whole}, where), sip, by=by)


def put_queue(
    connection: Connection, entry: Entry, sip: SipSettings, *, must_be_new: bool, by: str = "command"
) -> list[Change]:
    """Add or change a queue; raise `PlanRefused` or `CannotDo`. None is back to the default."""
    known = stored_plan(connection).queues
    name = str(entry.get("name", ""))
    _exists("queue", name, known, must_be_new, not must_be_new)
    return apply(connection, read_plan({"queues": [_whole(known.get(name), queue_mapping, entry)]}), sip, by=by)


def _whole(known: Any, mapping: Callable[[Any], dict[str, Any]], entry: Entry) -> dict[str, Any]:
    before = mapping(known) if known is not None else {}
    return {key: value for key, value in {**before, **entry}.items() if value is not None}


def _exists(kind: str, name: str, known: Mapping[str, Any], must_be_new: bool, must_exist: bool) -> None:
    if must_be_new and name in known:
        raise CannotDo(f"There is the {kind} {name} already; change it with hotline {kind}s change {name}.")
    if must_exist and name not in known:
        raise CannotDo(unknown(kind, name, known))
