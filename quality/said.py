"""Of which calls there is anything left that was said, by themselves or handed on; and for which it is still needed."""

from collections.abc import Sequence

from sqlalchemy import Connection, String, cast, select

from models.callback import CALLBACK_LIFE, Callback
from models.inspection import Inspection
from models.queue_caller import QueueCaller
from models.turn import Turn
from quality.handed_on import SAID

ERASED = "erased"
"""In an inspection's facts: the words are gone, so that no rule is asked about them again."""
NO_FACTS = ("{}", "null")
"""What is kept where nothing was found in a call yet, or is left."""


def worded(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return of which of these calls there are words."""
    if not ids:
        return set()
    turns = select(Turn.call_id).where(Turn.call_id.in_(ids), (Turn.text != "") | (Turn.digits != "")).distinct()
    found = set(connection.scalars(turns))
    for table in (QueueCaller, Callback):
        told = connection.execute(select(table.call_id, table.data).where(table.call_id.in_(ids)))
        found |= {row.call_id for row in told if any(row.data.get(name) for name in SAID)}
    # Asked there, as facts are long and this is asked of whole archives.
    facts = cast(Inspection.facts, String).not_in(NO_FACTS), Inspection.facts[ERASED].as_string().is_(None)
    return found | set(connection.scalars(select(Inspection.call_id).where(Inspection.call_id.in_(ids), *facts)))


def promised(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """Return for which of these calls somebody is still to be called back, each with such a callback."""
    if not ids:
        return {}
    still = select(Callback.call_id, Callback.id).where(
        Callback.call_id.in_(ids), Callback.state.not_in(CALLBACK_LIFE.ends)
    )
    return {row.call_id: row.id for row in connection.execute(still.order_by(Callback.id.desc()))}
