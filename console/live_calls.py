"""Reads the calls that run now and the alerts of late, look by look: only what may have changed is read again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, select

from console.hidden_words import masked_number
from console.live_alerts import LiveAlerts
from console.live_snapshot import Line, Place, RunningCall, Snapshot
from models.agent import Agent
from models.attempt import Attempt
from models.call import Call, CallState
from models.campaign import Campaign
from models.database import table_of
from models.event import Event
from models.queue_caller import QueueCaller, QueueCallerState
from models.turn import Turn
from quality.conversation import Conversation
from quality.conversation import Turn as Said
from quality.masking import masked

CALL, TURN, EVENT, STAY, ATTEMPT = (table_of(noun) for noun in (Call, Turn, Event, QueueCaller, Attempt))
MOST_CALLS = 500
"""On the board; more than one server has."""
KEPT, SHOWN = 12, 8
"""Turns of a call that are read, so that numbers said in several turns are masked, and that are shown."""
NAMES_S = 10.0
"""After which names of agents and campaigns are read anew."""
LATE = timedelta(seconds=60)
"""How late an event may come into the database and still be seen."""
BEFORE = timedelta(hours=4)
"""How far the first look goes back for who talks in calls that run."""
TALKS, SUPERVISIONS = ("talk-began", "talk-ended"), ("supervision", "supervision-ended")
"""Events of talks, and of who supervises them: a talk that begins or ends is supervised by nobody."""
LEGS = ("leg-answered", "leg-ended")
"""Events of further phones in a call."""
WAITING = (QueueCallerState.QUEUED, QueueCallerState.OFFERED)


@dataclass
class _Names:
    """Who is who; read now and then."""

    read_at: datetime | None = None
    agents: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Name and team by extension."""
    campaigns: Mapping[str, str] = field(default_factory=dict)

    def renew(self, connection: Connection, now: datetime) -> None:
        if self.read_at is not None and (now - self.read_at).total_seconds() < NAMES_S:
            return
        rows = connection.execute(select(Agent.extension, Agent.name, Agent.team))
        self.agents = {row.extension: (row.name, row.team) for row in rows}
        self.campaigns = {row.id: row.name for row in connection.execute(select(Campaign.id, Campaign.name))}
        self.read_at = now


@dataclass(frozen=True)
class _Placed:
    """What queues and campaigns know of a call."""

    place: Place = field(default_factory=Place)
    queue: str = ""
    agent: str = ""
    """Extension of who talks now."""
    state: str = ""
    """waiting, agent, or ""."""
    waits_since: float | None = None


class LiveCalls:
    """One for all who watch; `look` is called by one thread at a time."""

    def __init__(self) -> None:
        self._snapshot = Snapshot()
        self._names = _Names()
        self._alerts = LiveAlerts()
        self._turns: dict[str, dict[int, tuple[Any, ...]]] = {}
        self._lines: dict[str, tuple[Line, ...]] = {}
        self._talks: dict[str, str] = {}
        """Name of whom each call is connected with, as its own record says."""
        self._supervised: dict[str, tuple[str, str]] = {}
        """Whose phone is in each call's talk as a supervisor's, and how, as the record says, too."""
        self._phones: dict[str, dict[int, str]] = {}
        """Whose phones are in each call besides the first, by number of the leg; the supervisor's is one of them."""
        self._talks_read: datetime | None = None

    def look(self, connection: Connection, now: datetime) -> Snapshot:
        """Return what runs now; the same object as before where nothing has changed."""
        self._names.renew(connection, now)
        rows = connection.execute(RUNNING).all()
        ids = [row.id for row in rows]
        placed = placed_calls(connection, ids, self._names.agents, self._names.campaigns)
        self._read_talks(connection, now, set(ids))
        self._read_turns(connection, {row.id: row.language for row in rows})
        before, found = self._snapshot.calls or {}, {}
        for row in rows:
            call = self._call(row, placed.get(row.id, _Placed()))
            known = before.get(row.id)
            found[row.id] = known if known == call else call
        alerts = self._alerts.look(connection, now, lambda ids: self._places(connection, ids))
        if self._snapshot.calls is None or _differs(before, found) or _differs(self._snapshot.alerts or {}, alerts):
            self._snapshot = Snapshot(self._snapshot.number + 1, found, alerts)
        return self._snapshot

    def _call(self, row: Any, placed: _Placed) -> RunningCall:
        talking = self._talks.get(row.id, "")
        name = self._names.agents.get(placed.agent, (talking, ""))[0]
        state = placed.state or ("agent" if talking else "robot")
        lines = self._lines.get(row.id, ())
        head = {
            "began": row.started_at.timestamp(),
            "answered": row.answered_at.timestamp() if row.answered_at else None,
            "direction": row.direction, "language": row.language, "flow": row.flow, "queue": placed.queue,
            "campaign": placed.place.campaign, "agent": placed.agent, "name": name,
            "state": "ringing" if row.state == CallState.RINGING else state,
            "waits": placed.waits_since, "who": lines[-1].speaker if lines else "",
        }  # fmt: skip
        original = {"caller": row.caller, "called": row.called}
        # Our own number is nobody's; the other one is a person's.
        theirs = "called" if row.direction == "outbound" else "caller"
        who, manner = self._supervised.get(row.id, ("", ""))
        supervised = self._names.agents.get(who, (who, ""))[0] or who, manner
        masked = original | {theirs: masked_number(original[theirs])}
        talkers = self._talkers(row, placed.agent, who)
        return RunningCall(row.id, placed.place, head, masked, original, lines, supervised, talkers)

    def _talkers(self, row: Any, agent: str, supervisor: str) -> frozenset[str] | None:
        """Return whose phones are in the call, but for the supervisor's; None where it isn't known who talks."""
        others = {agent, *self._phones.get(row.id, {}).values()} - {supervisor, ""}
        if supervisor and not others:
            return None
        # Who calls may be one of us as well: a person of the house, or an agent who calls somebody back.
        first = {row.caller, row.origin.removeprefix("user "), row.called if row.direction == "outbound" else ""}
        return frozenset(others | first)

    def _places(self, connection: Connection, ids: Iterable[str]) -> dict[str, Place]:
        placed = placed_calls(connection, list(ids), self._names.agents, self._names.campaigns)
        return {call_id: one.place for call_id, one in placed.items()}

    def _read_talks(self, connection: Connection, now: datetime, running: set[str]) -> None:
        """Who is put through without a queue, and who supervises, is told of in the call's own record alone."""
        since = (self._talks_read or now - BEFORE) - LATE
        found = select(EVENT.c.call_id, EVENT.c.name, EVENT.c.data).where(
            EVENT.c.name.in_((*TALKS, *SUPERVISIONS, *LEGS)), EVENT.c.at >= since
        )
        for row in connection.execute(found.order_by(EVENT.c.id)):
            if row.name in LEGS:
                self._note_phone(row)
                continue
            if row.name in TALKS:
                self._talks[row.call_id] = str(row.data.get("agent") or "") if row.name == "talk-began" else ""
            goes_on = row.name == "supervision"
            self._supervised[row.call_id] = (
                (str(row.data.get("who") or ""), str(row.data.get("mode") or "")) if goes_on else ("", "")
            )
        self._talks = {call_id: name for call_id, name in self._talks.items() if call_id in running and name}
        self._supervised = {call_id: one for call_id, one in self._supervised.items() if call_id in running and one[0]}
        self._phones = {call_id: legs for call_id, legs in self._phones.items() if call_id in running and legs}
        self._talks_read = now

    def _note_phone(self, row: Any) -> None:
        legs, number = self._phones.setdefault(row.call_id, {}), int(row.data.get("leg") or 0)
        if row.name == "leg-answered":
            legs[number] = str(row.data.get("who") or "")
        else:
            legs.pop(number, None)

    def _read_turns(self, connection: Connection, languages: Mapping[str, str]) -> None:
        turns: dict[str, dict[int, tuple[Any, ...]]] = {call_id: {} for call_id in languages}
        for row in connection.execute(_newest_turns(list(languages))):
            turns[row.call_id][row.number] = tuple(row)[1:]
        changed = {call_id for call_id, found in turns.items() if found != self._turns.get(call_id)}
        lines = {call_id: one for call_id, one in self._lines.items() if call_id in languages}
        for call_id in changed:
            lines[call_id] = _lines(call_id, turns[call_id], languages[call_id])
        self._turns, self._lines = turns, lines


RUNNING = (
    select(
        CALL.c.id, CALL.c.state, CALL.c.direction, CALL.c.caller, CALL.c.called, CALL.c.origin, CALL.c.language,
        CALL.c.flow, CALL.c.started_at, CALL.c.answered_at,
    )
    .where(CALL.c.state.in_((CallState.RINGING, CallState.ANSWERED)))
    .order_by(CALL.c.id)
    .limit(MOST_CALLS)
)  # fmt: skip


def placed_calls(
    connection: Connection, ids: list[str], agents: Mapping[str, tuple[str, str]], campaigns: Mapping[str, str]
) -> dict[str, _Placed]:
    """Return where each of these calls has come by what queues and campaigns have written; `agents` by extension."""
    if not ids:
        return {}
    stays: dict[str, list[Any]] = {}
    for row in connection.execute(
        select(STAY.c.call_id, STAY.c.queue, STAY.c.state, STAY.c.agent, STAY.c.joined_at, STAY.c.answered_at)
        .where(STAY.c.call_id.in_(ids)).order_by(STAY.c.id)
    ):  # fmt: skip
        stays.setdefault(row.call_id, []).append(row)
    attempts = {
        row.call_id: row
        for row in connection.execute(
            select(ATTEMPT.c.call_id, ATTEMPT.c.campaign_id, ATTEMPT.c.agent).where(ATTEMPT.c.call_id.in_(ids))
        )
    }
    return {
        call_id: _placed(stays.get(call_id, []), attempts.get(call_id), agents, campaigns)
        for call_id in {*stays, *attempts}
    }


def _placed(
    stays: list[Any], attempt: Any, agents: Mapping[str, tuple[str, str]], campaigns: Mapping[str, str]
) -> _Placed:
    talked = {stay.agent for stay in stays if stay.answered_at is not None and stay.agent}
    if attempt is not None and attempt.agent:
        talked.add(attempt.agent)
    campaign = "" if attempt is None else campaigns.get(attempt.campaign_id, attempt.campaign_id)
    teams = {agents[agent][1] for agent in talked if agent in agents} - {""}
    place = Place(frozenset(talked), frozenset(teams), campaign)
    last = stays[-1] if stays else None
    if last is None:
        return _Placed(place, agent=attempt.agent if attempt is not None else "")
    if last.state in WAITING:
        return _Placed(place, last.queue, state="waiting", waits_since=last.joined_at.timestamp())
    talks = last.state == QueueCallerState.TALKING
    return _Placed(place, last.queue, last.agent if talks else "", "agent" if talks else "")


def _newest_turns(ids: list[str]) -> Any:
    newest = (
        select(TURN.c.call_id, func.max(TURN.c.number).label("number"))
        .where(TURN.c.call_id.in_(ids)).group_by(TURN.c.call_id).subquery()
    )  # fmt: skip
    columns = (
        TURN.c.call_id, TURN.c.number, TURN.c.speaker, TURN.c.text, TURN.c.digits, TURN.c.start_s, TURN.c.end_s,
        TURN.c.language,
    )  # fmt: skip
    mine = and_(TURN.c.call_id == newest.c.call_id, TURN.c.number > newest.c.number - KEPT)
    return select(*columns).join_from(newest, TURN, mine).order_by(TURN.c.call_id, TURN.c.number)


def _lines(call_id: str, turns: Mapping[int, tuple[Any, ...]], language: str) -> tuple[Line, ...]:
    rows = list(turns.values())
    said = tuple(
        Said(number, speaker, text, start, max(end, start), spoken or language or "en")
        for number, speaker, text, _digits, start, end, spoken in rows
    )
    hidden = masked(Conversation(call_id, 0.0, said, language or "en")).turns
    lines = [
        # What was keyed is a number of somebody's more often than not.
        Line(row[0], row[1], one.text or "•" * len(row[3]), row[2] or row[3])
        for row, one in zip(rows, hidden, strict=True)
    ]
    return tuple(lines[-SHOWN:])


def _differs(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    return before.keys() != after.keys() or any(after[key] is not one for key, one in before.items())
