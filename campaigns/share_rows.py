"""Servers and their shares of caps in the database: one after the other looks at all of them and writes its own."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Engine, delete, insert, select, update

from campaigns.line_keeping import complete, on_record, summed
from campaigns.line_state import Today
from campaigns.shares import Cap, Division, Kind, Pulse, divide
from models.cap_share import CapShare
from models.writing import writing

LOCK = 0x0CA95
"""PostgreSQL's name for "one server at a time divides caps"."""
TURN_S = 300.0
"""After which another server has what can't be shared out evenly."""


@dataclass(frozen=True)
class Look:
    """What a server knows once it has looked and written."""

    division: Division
    servers: int
    theirs: dict[tuple[str, str], list[float]]
    """What the others have on record of the days of lines; empty where there are no others."""
    gone: tuple[str, ...] = ()
    """Servers that were taken for dead."""


def part(engine: Engine, node: str) -> None:
    """Be none of the servers any more; its share is free at once."""
    with writing(engine, LOCK) as connection:
        connection.execute(delete(CapShare).where(CapShare.node == node))


def look(
    engine: Engine, node: str, caps: Mapping[str, Cap], todays: Callable[[], Collection[Today]], pulse: Pulse,
    now: float, clock: float,
) -> Look:  # fmt: skip
    """See who else is there, take this server's share, and write it down.

    `todays` of all lines; `now`: seconds of one's own steady clock; `clock`: Unix seconds. Raises `CannotDo` where the
    database can't be written.
    """
    with writing(engine, LOCK) as connection:
        rows = {row.node: row for row in connection.execute(select(CapShare.node, CapShare.beat, CapShare.held))}
        gone = pulse.dead({name: row.beat for name, row in rows.items() if name != node}, now)
        for name in gone:
            complete(connection, name, todays())
            connection.execute(delete(CapShare).where(CapShare.node == name))
        others = {name: row.held for name, row in rows.items() if name not in gone and name != node}
        theirs = dict[tuple[str, str], list[float]]()
        if others or gone:
            record = on_record(connection, todays())
            caps, others = _with_costs(caps, others, {key: of for key, of in record.items() if key != node})
            theirs = summed(of for key, of in record.items() if key != node)
        place = sum(name < node for name in others)
        division = divide(caps, list(others.values()), place, int(clock // TURN_S))
        beat = rows[node].beat + 1 if node in rows else 0
        if node not in rows:
            # New here, or taken for dead: its share is nothing by now, as it knows itself.
            connection.execute(insert(CapShare).values(node=node, beat=beat, held=division.held))
        else:
            written = update(CapShare).where(CapShare.node == node).values(beat=beat, held=division.held)
            connection.execute(written)
    return Look(division, len(others) + 1, theirs, tuple(sorted(gone)))


def _with_costs(
    caps: Mapping[str, Cap], others: Mapping[str, dict[str, float] | None],
    record: Mapping[str, Mapping[tuple[str, str], list[float]]],
) -> tuple[dict[str, Cap], dict[str, dict[str, float] | None]]:  # fmt: skip
    """Return caps and what others hold, with the costs on record: who has spent holds that, whatever it wrote down."""
    costs = {node: {day: counts[-1] for day, counts in of.items()} for node, of in record.items()}
    holding = {node: None if held is None else dict(held) for node, held in others.items()}
    counted = dict(caps)
    for name, cap in caps.items():
        if cap.kind is not Kind.MONEY:
            continue
        spent = {node: sum(of.get(day, 0.0) for day in cap.days) for node, of in costs.items()}
        living = {node: cost for node, cost in spent.items() if node in others}
        past = sum(spent.values()) - sum(living.values())
        counted[name] = replace(cap, whole=cap.whole - past, theirs=sum(living.values()))
        for node, held in holding.items():
            if held is not None:
                held[name] = max(held.get(name, 0.0), living.get(node, 0.0))
    return counted, holding
