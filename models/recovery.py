"""Completing the calls that a killed server left open, with what is known of them."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from models.call import Call, CallState
from models.cause import Cause
from models.event import Event
from models.leg import Leg, LegState
from models.recording import Recording, wav_seconds
from models.turn import Turn


def complete_open_calls(connection: Connection, node: str, directory: Path) -> int:
    """End every open call of `node` as server-stopped at the last moment known of it; return how many there were.

    That moment is the latest of: its beginning, its answer, its last event, the end of its last turn and of its
    recording.
    """
    open_calls = connection.execute(
        select(Call.id, Call.started_at, Call.answered_at).where(Call.node == node, Call.state != CallState.ENDED)
    ).all()
    for call_id, started_at, answered_at in open_calls:
        last = max(started_at, answered_at or started_at, _last_event(connection, call_id) or started_at)
        last = max(last, _end_of_sound(connection, call_id, answered_at or started_at, directory))
        connection.execute(
            update(Call)
            .where(Call.id == call_id)
            .values(
                state=CallState.ENDED,
                ended_at=last,
                cause=str(Cause.SERVER_STOPPED),
                words="The server stopped during the call.",
                seconds=None if answered_at is None else (last - answered_at).total_seconds(),
            )
        )
        connection.execute(update(Leg).where(Leg.call_id == call_id).values(state=LegState.ENDED))
    return len(open_calls)


def _last_event(connection: Connection, call_id: str) -> datetime | None:
    return connection.scalar(select(func.max(Event.at, type_=Event.at.type)).where(Event.call_id == call_id))


def _end_of_sound(connection: Connection, call_id: str, otherwise: datetime, directory: Path) -> datetime:
    """Return when the recording, or the last turn in it, ended; and keep the recording's length."""
    row = connection.execute(select(Recording.path, Recording.started_at).where(Recording.call_id == call_id)).first()
    began = otherwise if row is None or row.started_at is None else row.started_at
    spoken = connection.scalar(select(func.max(Turn.end_s)).where(Turn.call_id == call_id)) or 0.0
    recorded = None if row is None else wav_seconds(directory / row.path)
    if recorded is not None:
        connection.execute(update(Recording).where(Recording.call_id == call_id).values(seconds=recorded))
    return began + timedelta(seconds=max(spoken, recorded or 0.0))
