"""A call's record as a conversation: what the database knows of it, before anybody listens again."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from models.agent import Agent, AgentChange, AgentState
from models.attempt import Attempt
from models.call import Call, CallState
from models.callback import Callback
from models.campaign import Campaign
from models.errors import CannotDo
from models.event import Event
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.recording import Recording, recording_file
from models.turn import Turn as TurnRow
from quality.conversation import Conversation, Happening, Speaker, Turn

CALL, TURNS, EVENTS = Call.__table__, TurnRow.__table__, Event.__table__
STAYS = select(
    QueueCaller.queue, QueueCaller.agent, QueueCaller.answered_at, QueueCaller.ended_at
).order_by(QueueCaller.joined_at)  # fmt: skip
AT_ONCE = timedelta(seconds=3)
"""Within which a wrap-up begins when its talk ends."""
LONGEST = timedelta(hours=4)
"""Of a wrap-up that is looked for."""
PROMISED = "callback.promised"
"""Of a callback that is kept by the queues."""
WANTED = "ticket.wanted"
"""A ticket is to be made of it: an event of the queues, which companies' programs are told of."""
SOUNDS_ANGRY = "sounds-angry"


def conversation_of(connection: Connection, call_id: str) -> Conversation:
    """Return the conversation of a call; raise `CannotDo` where there is no such call.

    Times count from the recording's first sample, or from the answer where there is none.
    """
    call = connection.execute(select(CALL).where(Call.id == call_id)).first()
    if call is None:
        raise CannotDo(f"There is no call {call_id}; `hotline calls list` shows which there are.")
    recording = connection.execute(
        select(Recording.started_at, Recording.seconds).where(Recording.call_id == call_id)
    ).first()
    began = (recording and recording.started_at) or call.answered_at or call.started_at
    events = connection.execute(select(EVENTS).where(Event.call_id == call_id).order_by(Event.id)).all()
    happenings = [Happening(_since(began, one.at), one.name, one.data) for one in events]
    happenings += _promises(connection, call_id, began)
    stays = connection.execute(STAYS.where(QueueCaller.call_id == call_id)).all()
    talks = [(_since(began, stay.answered_at), stay.agent) for stay in stays if stay.agent and stay.answered_at]
    agents = tuple(dict.fromkeys(agent for _, agent in talks))
    rows = connection.execute(select(TURNS).where(TurnRow.call_id == call_id).order_by(TurnRow.number)).all()
    turns = tuple(sorted(_turns(rows, happenings, talks), key=lambda turn: (turn.start, turn.number)))
    seconds = (recording and recording.seconds) or call.seconds or max((turn.end for turn in turns), default=0.0)
    return Conversation(
        call_id,
        seconds,
        turns,
        call.language or "en",
        call.direction,
        tuple(sorted(happenings, key=lambda one: one.at)),
        cause=call.cause,
        flow=call.flow,
        queue=_queue(stays),
        team=_team(connection, agents),
        agents=agents,
        campaign=_campaign(connection, call_id),
        wrap_up_s=_wrap_up(connection, stays),
        over=call.state == CallState.ENDED,
    )


def recording_of(connection: Connection, call_id: str, directory: Path) -> Path:
    """Return the file of a call's recording; raise `CannotDo` where none was made, or it isn't where they are kept."""
    path = connection.scalar(select(Recording.path).where(Recording.call_id == call_id))
    if not path:
        raise CannotDo(f"Call {call_id} has no recording; what was understood while it ran is all there is.")
    return recording_file(directory, path)


def _since(began: datetime, at: datetime) -> float:
    return max((at - began).total_seconds(), 0.0)


def _turns(
    rows: Sequence[Row[Any]], happenings: Sequence[Happening], talks: Sequence[tuple[float, str]]
) -> Iterator[Turn]:
    angers = [one for one in happenings if one.name == SOUNDS_ANGRY]
    for row in rows:
        speaker: Speaker = row.speaker
        agent = ""
        if speaker == "agent":
            agent = next((extension for since, extension in reversed(talks) if since <= row.end_s), "")
        # The event follows its turn, which ended some hundred milliseconds before.
        anger = next(
            (float(one.data.get("anger", 0.0)) for one in angers if row.end_s <= one.at <= row.end_s + 2.0), 0.0
        )
        yield Turn(
            row.number,
            speaker,
            row.text or row.digits,
            row.start_s,
            max(row.end_s, row.start_s),
            row.language or "en",
            1.0 if row.confidence is None else row.confidence,
            intent=row.intent,
            interrupted=row.interrupted,
            agent=agent,
            anger=anger if speaker == "caller" else 0.0,
        )


def _promises(connection: Connection, call_id: str, began: datetime) -> Iterator[Happening]:
    for row in connection.execute(select(Callback.made_at).where(Callback.call_id == call_id)):
        yield Happening(_since(began, row.made_at), PROMISED)
    wanted = QueueEvent.call_id == call_id, QueueEvent.name == WANTED
    for row in connection.execute(select(QueueEvent.at, QueueEvent.data).where(*wanted).order_by(QueueEvent.id)):
        yield Happening(_since(began, row.at), WANTED, row.data)


def _campaign(connection: Connection, call_id: str) -> str:
    """The name of the campaign that placed the call, "" where none did."""
    named = select(Campaign.name).join(Attempt, Attempt.campaign_id == Campaign.id).where(Attempt.call_id == call_id)
    return connection.scalar(named.limit(1)) or ""


def _wrap_up(connection: Connection, stays: Sequence[Row[str, str, datetime | None, datetime | None]]) -> float | None:
    """Seconds that who talked last wrapped up; None where nobody did, or somebody still does."""
    talked = next((stay for stay in reversed(stays) if stay.agent and stay.answered_at and stay.ended_at), None)
    if talked is None:
        return None
    changes = (
        select(AgentChange.at, AgentChange.state)
        .where(AgentChange.extension == talked.agent)
        .where(AgentChange.at.between(talked.ended_at - AT_ONCE, talked.ended_at + LONGEST))
        .order_by(AgentChange.id)
    )
    since: datetime | None = None
    for change in connection.execute(changes):
        if since is not None:
            return round(float((change.at - since).total_seconds()), 1)
        if change.state == AgentState.WRAP_UP and change.at <= talked.ended_at + AT_ONCE:
            since = change.at
    return None


def _queue(stays: Sequence[Row[str, str, datetime | None, datetime | None]]) -> str:
    """The queue that served the call last, or the last that it waited in."""
    served = [stay.queue for stay in stays if stay.answered_at is not None]
    return str((served or [stay.queue for stay in stays] or [""])[-1])


def _team(connection: Connection, agents: Sequence[str]) -> str:
    if not agents:
        return ""
    return connection.scalar(select(Agent.team).where(Agent.extension == agents[-1])) or ""
