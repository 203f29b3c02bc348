"""The lead store: who is called next, what is dialled, and what came of it, each in one transaction.

Several diallers may work on one list, in several processes and on several machines. A lead is taken with a lease, by
SQLite's one writer or by PostgreSQL's row locks (FOR UPDATE SKIP LOCKED), so nobody has it twice; a lease that runs out
puts it back, so nobody is forgotten. An attempt is written before its INVITE leaves and is settled once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, case, event, func, insert, select, true, update

from campaigns.abandonment import answered_and_abandoned
from campaigns.attempt_rows import BLANK, after_loss, known_at_the_end
from campaigns.calling_hours import CallingHours
from campaigns.campaign_rows import StoredCampaign, campaign_of, note
from campaigns.do_not_call import Proof, lists_for, take_opt_out
from campaigns.lead_row import COLUMNS, Happened, LeadChange, LeadRow, lead_row
from campaigns.lead_taking import REFUSED, take_at_once
from campaigns.next_lead import AHEAD, FRESH_S, Bucket, Buckets, Candidate, candidates
from campaigns.pacing_rules import AGENT_MODES
from campaigns.permission import come_up
from models.attempt import ATTEMPT_LIFE, Attempt, AttemptMove, AttemptState
from models.campaign import Campaign
from models.database import table_of
from models.errors import CannotDo
from models.lead import LEAD_LIFE, Lead, LeadMove, LeadState
from models.writing import each_by_itself, writing

LEASE_S = 60.0
"""For which a dialler has a lead that it doesn't call yet."""
CALL_S = 900.0
"""For which a call is believed to go on unless its dialler renews it."""
APPOINTMENT_RANK = 100
TIDY_PAGES = 8000
"""Of 4 KiB, that SQLite's log grows to before a write of ours awaits the disk."""
ROUNDS = 50
"""Looks into buckets in one taking: a list whose every lead is on a do-not-call list ends it."""
LEAD, ATTEMPT = table_of(Lead), table_of(Attempt)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
OPEN_ATTEMPTS = tuple(str(state) for state in AttemptState if state not in ATTEMPT_LIFE.ends)


def before(move: LeadMove) -> list[str]:
    """Return the states that a lead may be in when `move` comes."""
    return [str(state) for state in LeadState if LEAD_LIFE.allows(state, move)]


def after(move: LeadMove) -> str:
    """Return the state that `move` leads to, which is the same from wherever it may come."""
    return next(str(then) for (_, event), then in LEAD_LIFE.table.items() if event is move)


@dataclass
class _Known:
    """What the store remembers of a campaign between two takings."""

    campaign: StoredCampaign
    hours: CallingHours
    buckets: Buckets
    lists: list[int]
    """Do-not-call lists that hold for it."""
    asked: datetime
    open_zones: dict[str, bool]
    minute: int = -1


class LeadStore:
    """All leads and attempts of one database. Methods block for a few milliseconds; moments are aware."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _seldom_tidy)
        self._known: dict[str, _Known] = {}

    def take(self, campaign_id: str, now: datetime, count: int, who: str, lease_s: float = LEASE_S) -> list[LeadRow]:
        """Lease up to `count` leads that are due and whose zone is open: by rank, then by how long they are due.

        Those on a do-not-call list are refused meanwhile, as far as lists are known to be there; every lead must still
        get its permit.
        """
        with self._taking() as connection:
            known = self._campaign(connection, campaign_id, now)
            taken: list[LeadRow] = []
            for _ in range(ROUNDS):
                due = known.buckets.due(connection, now, lambda zone: self._is_open(known, zone, now))
                if not due or len(taken) >= count:
                    break
                wanted, until = count - len(taken), now + timedelta(seconds=lease_s)
                found = self._take_of(connection, known, due[0], now, wanted, who, until)
                free = [one.lead for one in found if not one.listed]
                if len(free) > wanted:
                    known.buckets.came(due[0].timezone, due[0].rank, free[wanted].due_at or now)
                taken += free[:wanted]
        return taken

    def _taking(self) -> AbstractContextManager[Connection]:
        return writing(self.engine) if self.engine.dialect.name == "sqlite" else each_by_itself(self.engine)

    def _take_of(
        self, connection: Connection, known: _Known, bucket: Bucket, now: datetime, wanted: int, who: str,
        until: datetime,
    ) -> list[Candidate]:  # fmt: skip
        """Lease the first `wanted` of a bucket that are on no list, and refuse those before them that are on one."""
        campaign_id = known.campaign.id
        if connection.dialect.name == "postgresql":
            return take_at_once(connection, campaign_id, bucket, now, wanted, known.lists, who, until)
        found = candidates(connection, campaign_id, bucket, now, wanted + AHEAD, known.lists)
        free = [one.lead.id for one in found if not one.listed][:wanted]
        if free:
            values = {"state": after(LeadMove.LEASE), "lease_by": who, "lease_until": until}
            connection.execute(update(LEAD).where(LEAD.c.id.in_(free)).values(**values))
        self._refuse(connection, [one.lead for one in found if one.listed], REFUSED, now)
        return found

    def unfinished(self, campaign_id: str, now: datetime) -> bool:
        """Tell whether the last taking ended before the list did: it met nobody but those on do-not-call lists."""
        known = self._known.get(campaign_id)
        due = known.buckets.next_due(lambda zone: self._is_open(known, zone, now)) if known else None
        return due is not None and due <= now

    def _campaign(self, connection: Connection, campaign_id: str, now: datetime) -> _Known:
        known = self._known.get(campaign_id)
        if known is not None and 0 <= (now - known.asked).total_seconds() < FRESH_S:
            return known
        edited = connection.scalar(select(Campaign.edited_at).where(Campaign.id == campaign_id))
        if known is None or known.campaign.edited_at != edited:
            campaign = campaign_of(connection, campaign_id)
            known = _Known(campaign, CallingHours.of(campaign.plan), Buckets(campaign_id), [], now, {})
            self._known[campaign_id] = known
        known.lists, known.asked = lists_for(connection, known.campaign), now
        if known.buckets.stale(now):
            # The next time between two times that heads are asked for, so that no taking waits for both again.
            known.asked -= timedelta(seconds=FRESH_S / 2)
        return known

    def _forget_lists(self) -> None:
        """Ask anew which lists there are: this process may have begun the one of opt-outs."""
        for known in self._known.values():
            known.asked = _LONG_AGO

    def _is_open(self, known: _Known, zone: str, now: datetime) -> bool:
        # Hours begin and end on whole minutes.
        minute = int(now.timestamp() // 60)
        if known.minute != minute:
            known.open_zones.clear()
            known.minute = minute
        found = known.open_zones.get(zone)
        if found is None:
            found = known.open_zones[zone] = known.hours.closed(zone, "", now) is None
        return found

    def _refuse(self, connection: Connection, leads: Sequence[LeadRow], reason: str, now: datetime) -> None:
        if leads:
            values = {"state": after(LeadMove.REFUSE), "disposition": reason, "ended_at": now, "lease_by": ""}
            ids = [one.id for one in leads]
            connection.execute(update(LEAD).where(LEAD.c.id.in_(ids)).values(**values, lease_until=None))
            note(
                connection,
                *(Happened("lead.refused", now, one.campaign_id, one.id, data={"reason": reason}) for one in leads),
            )

    def release(self, leads: Iterable[LeadRow], who: str) -> None:
        """Put leads back that aren't called after all, as they were."""
        with writing(self.engine) as connection:
            self._back(connection, LEAD.c.id.in_([one.id for one in leads]) & (LEAD.c.lease_by == who))

    def defer(self, lead: LeadRow, until: datetime, reason: str, now: datetime) -> None:
        """Put a lead back that may not be called before `until`, with the law's reason."""
        with writing(self.engine) as connection:
            self._back(connection, LEAD.c.id == lead.id, due_at=until)
            data = {"reason": reason, "until": until.isoformat()}
            note(connection, Happened("lead.deferred", now, lead.campaign_id, lead.id, data=data))

    def refuse(self, lead: LeadRow, reason: str, now: datetime) -> None:
        """End a leased lead that may never be called, with the law's reason."""
        with writing(self.engine) as connection:
            state = connection.scalar(select(LEAD.c.state).where(LEAD.c.id == lead.id))
            if state in before(LeadMove.REFUSE):
                self._refuse(connection, [lead], reason, now)

    def _back(self, connection: Connection, which: Any, **values: Any) -> None:
        rows = connection.execute(
            update(LEAD)
            .where(which, LEAD.c.state.in_(before(LeadMove.RELEASE)))
            .values(state=after(LeadMove.RELEASE), lease_by="", lease_until=None, **values)
            .returning(LEAD.c.campaign_id, LEAD.c.timezone, LEAD.c.rank, LEAD.c.due_at)
        ).all()
        for row in rows:
            self._came(row)

    def _came(self, row: Any) -> None:
        if known := self._known.get(row.campaign_id):
            known.buckets.came(row.timezone, row.rank, row.due_at)

    def dialling(self, attempt: Mapping[str, Any], events: Sequence[Happened] = ()) -> None:
        """Write an attempt, and that its lead is being called, before the call leaves.

        `attempt` has columns of `models/attempt.py`: at least id, campaign_id, lead_id, node (who leased the lead),
        number, placed_at. Raises `CannotDo` where the lease was lost, or where another dialler has called the person
        since the permit was given: then nothing may be dialled.
        """
        with writing(self.engine) as connection:
            until = attempt["placed_at"] + timedelta(seconds=CALL_S)
            mine = connection.execute(
                update(LEAD)
                .where(
                    LEAD.c.id == attempt["lead_id"],
                    LEAD.c.state.in_(before(LeadMove.CALL)),
                    LEAD.c.lease_by == attempt["node"],
                )
                .values(state=after(LeadMove.CALL), attempts=LEAD.c.attempts + 1, lease_until=until)
                .returning(LEAD.c.number, LEAD.c.numbers)
            ).first()
            if mine is None:
                raise CannotDo(
                    f"Lead {attempt['lead_id']} is no longer ours to call: another dialler has it, or it ended."
                )
            self._ask_again(connection, attempt, (mine.number, *mine.numbers))
            connection.execute(insert(ATTEMPT).values(**{**BLANK, "state": str(AttemptState.DIALLING), **attempt}))
            note(connection, *events)

    def _ask_again(self, connection: Connection, attempt: Mapping[str, Any], numbers: Sequence[str]) -> None:
        campaign = self._campaign(connection, attempt["campaign_id"], attempt["placed_at"]).campaign
        refusal = come_up(connection, attempt["number"], numbers, campaign, attempt["placed_at"])
        if refusal is not None:
            raise CannotDo(f"{refusal.sentence} It came up after the permit to call was given.")

    def progress(self, attempt_id: str, move: AttemptMove, at: datetime, **columns: Any) -> None:
        """Note that an attempt rings or is answered; `columns` of it that are known. Late news changes nothing."""
        states = [state for state in AttemptState if ATTEMPT_LIFE.allows(state, move)]
        moments = {AttemptMove.RING: "ringing_at", AttemptMove.ANSWER: "answered_at"}
        values = {**columns, "state": str(ATTEMPT_LIFE.next(states[0], move))}
        if move in moments:
            values[moments[move]] = at
        with writing(self.engine) as connection:
            connection.execute(
                update(ATTEMPT)
                .where(ATTEMPT.c.id == attempt_id, ATTEMPT.c.state.in_([str(state) for state in states]))
                .values(**values)
            )

    def settle(
        self,
        attempt: Mapping[str, Any],
        change: LeadChange,
        events: Sequence[Happened] = (),
        proof: Proof | None = None,
    ) -> bool:
        """End an attempt and do to its lead what comes of it; return False where that was done before.

        `attempt` has its id and what is known at the end: ended_at, disposition, cause, code, results … With
        `proof` the callee is never called again, by any campaign.
        """
        with writing(self.engine) as connection:
            ended = connection.execute(
                update(ATTEMPT)
                .where(ATTEMPT.c.id == attempt["id"], ATTEMPT.c.state.in_(OPEN_ATTEMPTS))
                .values(state=str(AttemptState.ENDED), **known_at_the_end(attempt))
            )
            if ended.rowcount != 1:
                return False
            self._settle_lead(connection, change, attempt["ended_at"])
            if proof is not None:
                take_opt_out(connection, proof)
                self._forget_lists()
            note(connection, *events)
        return True

    def _settle_lead(self, connection: Connection, change: LeadChange, now: datetime) -> None:
        row = connection.execute(select(LEAD).where(LEAD.c.id == change.lead_id)).one_or_none()
        if row is None or row.state not in before(change.move):
            return
        tries = {**row.tries, change.disposition: row.tries.get(change.disposition, 0) + 1}
        over = change.move is LeadMove.FINISH
        values: dict[str, Any] = {
            "state": after(change.move),
            "disposition": change.disposition,
            "tries": tries,
            "due_at": row.due_at if over else change.due_at or now,
            "number_index": row.number_index if change.number_index is None else change.number_index,
            "grade": change.grade or row.grade,
            "line": change.line or row.line,
            "lease_by": "",
            "lease_until": None,
            "ended_at": now if over else None,
        }
        if change.move is not LeadMove.LOSE:
            values["appointment_at"] = change.appointment_at
            values["rank"] = row.priority if change.appointment_at is None else APPOINTMENT_RANK
        back = connection.execute(
            update(LEAD)
            .where(LEAD.c.id == change.lead_id)
            .values(**values)
            .returning(LEAD.c.campaign_id, LEAD.c.timezone, LEAD.c.rank, LEAD.c.due_at)
        ).one()
        if not over:
            self._came(back)

    def opt_out(self, proof: Proof) -> int:
        """Keep the proof, and call this number no more, at once and everywhere; return how many leads that ended."""
        with writing(self.engine) as connection:
            self._forget_lists()
            return take_opt_out(connection, proof)

    def renew(self, who: str, held: Iterable[int], now: datetime) -> None:
        """Say that the dialler `who` still has the leads `held` (ids): these calls and leases go on.

        What it has no more, because something went wrong, runs out and is put back by `expire`.
        """
        ids = list(held)
        if not ids:
            return
        with writing(self.engine) as connection:
            until = case(
                (LEAD.c.state == str(LeadState.CALLING), now + timedelta(seconds=CALL_S)),
                else_=now + timedelta(seconds=LEASE_S),
            )
            taken = LEAD.c.state.in_((str(LeadState.LEASED), str(LeadState.CALLING)))
            connection.execute(
                update(LEAD).where(LEAD.c.id.in_(ids), taken, LEAD.c.lease_by == who).values(lease_until=until)
            )

    def recover(self, who: str, now: datetime) -> list[str]:
        """Put back what a killed dialler `who` left: leases at once, calls as lost attempts, by each plan's `retry`.

        Returns the ids of the attempts that were lost.
        """
        return self._recovered(LEAD.c.lease_by == who, ATTEMPT.c.node == who, now)

    def expire(self, now: datetime) -> list[str]:
        """Put back what diallers left whose time is over, and which never started again; as `recover`."""
        return self._recovered(LEAD.c.lease_until <= now, None, now)

    def _recovered(self, which: Any, attempts: Any, now: datetime) -> list[str]:
        with writing(self.engine) as connection:
            self._back(connection, which & LEAD.c.state.in_((str(LeadState.LEASED),)))
            found = select(LEAD.c.id).where(which, LEAD.c.state == str(LeadState.CALLING))
            ids = list(connection.scalars(found))
            open_ones = ATTEMPT.c.lead_id.in_(ids) if attempts is None else attempts
            # Who answered was to find an agent, and found nobody any more.
            left = (ATTEMPT.c.state == str(AttemptState.ANSWERED)) & ATTEMPT.c.mode.in_(sorted(AGENT_MODES))
            values = {"state": str(AttemptState.LOST), "disposition": "lost", "cause": "server-stopped"}
            lost = connection.execute(
                update(ATTEMPT)
                .where(open_ones, ATTEMPT.c.state.in_(OPEN_ATTEMPTS))
                .values(**values, ended_at=now, abandoned=case((left, true()), else_=ATTEMPT.c.abandoned))
                .returning(
                    ATTEMPT.c.id, ATTEMPT.c.lead_id, ATTEMPT.c.campaign_id, ATTEMPT.c.number, ATTEMPT.c.abandoned
                )
            ).all()
            last = {one.lead_id: one for one in lost}
            for lead in self.leads(connection, ids):
                self._settle_lead(connection, after_loss(connection, lead, last.get(lead.id), now), now)
            events = (
                Happened("attempt.lost", now, one.campaign_id, one.lead_id, one.id, {"abandoned": one.abandoned})
                for one in lost
            )
            note(connection, *events)
        return [row.id for row in lost]

    def leads(self, connection: Connection, ids: Sequence[int]) -> list[LeadRow]:
        """Return leads by their ids."""
        rows = connection.execute(select(*(LEAD.c[name] for name in COLUMNS)).where(LEAD.c.id.in_(ids)))
        return [lead_row(row) for row in rows]

    def open_leads(self, campaign_id: str) -> int:
        """Return how many leads aren't over: none, and the campaign is finished."""
        with self.engine.connect() as connection:
            over = [str(state) for state in LEAD_LIFE.ends]
            found = select(func.count()).where(LEAD.c.campaign_id == campaign_id, LEAD.c.state.not_in(over))
            return connection.scalar(found) or 0

    def next_due(
        self, campaign_id: str, now: datetime, is_open: Callable[[str], bool] = lambda _: True
    ) -> datetime | None:
        """Return when the first lead on the list is due (it may be past); None: none waits."""
        with self.engine.connect() as connection:
            buckets = Buckets(campaign_id)
            buckets.due(connection, now, is_open)
            return buckets.next_due(is_open)

    def abandonment(self, campaign_id: str, since: datetime) -> tuple[int, int]:
        """Return how many calls people answered since then, and how many of those were abandoned."""
        with self.engine.connect() as connection:
            return answered_and_abandoned(connection, campaign_id, since)


def _seldom_tidy(connection: Any, _record: object) -> None:
    """Have the log written back into the database seldom: that awaits the disk, and who writes calls does it too."""
    connection.execute(f"PRAGMA wal_autocheckpoint={TIDY_PAGES}")
