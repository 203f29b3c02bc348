"""Who is not to be called: which lists hold for whom, opt-outs with their proof, and numbers written by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from campaigns.campaign_rows import StoredCampaign, note
from campaigns.lead_row import Happened
from models.call import new_id
from models.campaign import Campaign
from models.database import table_of
from models.do_not_call import DoNotCall, DoNotCallList, OptOut
from models.errors import OperatorFault
from models.lead import LEAD_LIFE, Lead, LeadMove, LeadState

OPT_OUTS = "opt-outs"
"""The list of everybody who said so."""
OWN, FROM_OPT_OUTS = "own", "opt-out"
"""Sources of lists that no file was imported into."""
LISTS, NUMBERS, LEAD = table_of(DoNotCallList), table_of(DoNotCall), table_of(Lead)


@dataclass(frozen=True)
class Proof:
    """That, when and how somebody said not to be called again."""

    number: str
    """E.164 with "+"."""
    at: datetime
    how: str
    """said, keyed, operator or import."""
    words: str = ""
    campaign: str = ""
    """Name of the campaign that called."""
    attempt: str = ""
    call_id: str = ""
    scope: str = ""
    """Name of the campaign that it is about; "" for all."""


@dataclass(frozen=True)
class Listed:
    """A number's place on a list."""

    name: str
    campaign: str
    source: str

    @property
    def reason(self) -> str:
        """opted-out where the person said so, do-not-call otherwise."""
        return "opted-out" if self.source == FROM_OPT_OUTS else "do-not-call"


def digits(number: str) -> int:
    """Return an E.164 number as lists have it."""
    return int(number.removeprefix("+"))


def lists_for(connection: Connection, campaign: StoredCampaign | None) -> list[int]:
    """Return the lists that hold for a campaign: everybody's, its own, those that its plan names; None: everybody's."""
    return list(connection.scalars(select(LISTS.c.id).where(_holds_for(campaign)).order_by(LISTS.c.id)))


def _holds_for(campaign: StoredCampaign | None) -> ColumnElement[bool]:
    if campaign is None:
        return LISTS.c.campaign == ""
    return or_(LISTS.c.campaign.in_(["", campaign.name]), LISTS.c.name.in_(campaign.plan.do_not_call))


def listed_for(
    connection: Connection, number: str, campaign: StoredCampaign | None, others: Sequence[str] = ()
) -> Listed | None:
    """Return the first list that keeps `campaign` (None: anybody, even by hand) from calling `number`.

    `others` are further numbers of the same person, who opted out by one for all of them.
    """
    query, values = list_query(campaign is not None, bool(others)), list_values(number, campaign, others)
    row = connection.execute(query, values).first()
    return None if row is None else Listed(row.name, row.campaign, row.source)


@lru_cache
def list_query(for_campaign: bool, others: bool) -> Select[Any]:
    """Return the query behind `listed_for`, which takes `list_values`: a row at most, with name, campaign and source.

    Written once: to write it takes longer than to ask it.
    """
    mine = NUMBERS.c.number == bindparam("mine")
    if others:
        # First by the index, whatever else must hold: lists have millions of numbers.
        theirs = NUMBERS.c.number.in_(bindparam("theirs", expanding=True))
        mine = and_(theirs, or_(mine, LISTS.c.source == FROM_OPT_OUTS))
    named = LISTS.c.campaign.in_(bindparam("campaigns", expanding=True))
    holds = or_(named, LISTS.c.name.in_(bindparam("lists", expanding=True))) if for_campaign else named
    on = exists(select(NUMBERS.c.number).where(NUMBERS.c.list_id == LISTS.c.id, mine))
    found = select(LISTS.c.name, LISTS.c.campaign, LISTS.c.source).where(holds, on).order_by(LISTS.c.id)
    return found.limit(1)


def list_values(number: str, campaign: StoredCampaign | None, others: Sequence[str]) -> dict[str, Any]:
    """Return what `list_query` is asked with."""
    values: dict[str, Any] = {"mine": digits(number), "campaigns": [""]}
    if others:
        values["theirs"] = [digits(one) for one in (number, *others)]
    if campaign is not None:
        values |= {"campaigns": ["", campaign.name], "lists": list(campaign.plan.do_not_call)}
    return values


def listed(connection: Connection, numbers: Sequence[str], lists: Sequence[int]) -> dict[str, Listed]:
    """Return those of `numbers` that are on one of `lists`, each with the first list that has it."""
    by_digits = {digits(number): number for number in numbers}
    if not lists or not by_digits:
        return {}
    rows = connection.execute(
        select(NUMBERS.c.number, func.min(NUMBERS.c.list_id))
        .where(NUMBERS.c.list_id.in_(lists), NUMBERS.c.number.in_(by_digits))
        .group_by(NUMBERS.c.number)
    ).all()
    names = {row.id: row for row in connection.execute(select(LISTS).where(LISTS.c.id.in_({row[1] for row in rows})))}
    found = ((by_digits[number], names[list_id]) for number, list_id in rows)
    return {number: Listed(one.name, one.campaign, one.source) for number, one in found}


def list_named(connection: Connection, name: str, now: datetime, campaign: str = "", source: str = OWN) -> int:
    """Return the id of the list `name`, made where there is none; raise `OperatorFault` where it is another's."""
    found = select(LISTS.c.id, LISTS.c.campaign).where(LISTS.c.name == name)
    while (row := connection.execute(found).first()) is None:
        # Another process may make this list, or give the same id to another: then it is looked for, or tried, again.
        _make(connection, name, campaign, source, now)
    if row.campaign != campaign:
        whose = f"the campaign '{row.campaign}'" if row.campaign else "everybody"
        raise OperatorFault(f"The list '{name}' is for {whose}; write it under another name.")
    return int(row.id)


def _make(connection: Connection, name: str, campaign: str, source: str, now: datetime) -> None:
    values = {"name": name, "campaign": campaign, "source": source, "imported_at": now, "count": 0}
    connection.execute(_unless_there(connection, LISTS).values(id=next_list_id(connection), **values))


def refuse_our_name(name: str) -> None:
    """Raise `OperatorFault` for a list's name that only Hotline itself gives."""
    if name in (OWN, OPT_OUTS) or name.startswith((f"{OWN}:", f"{OPT_OUTS}:")):
        raise OperatorFault(
            f"The list '{name}' is written by hand or by opt-outs alone; use another name, such as 'national'."
        )


def _opt_out_list(connection: Connection, scope: str, now: datetime) -> int:
    """Return the list of a scope's opt-outs, made where there is none, by what it is and not by its name."""
    which = select(LISTS.c.id).where(LISTS.c.source == FROM_OPT_OUTS, LISTS.c.campaign == scope)
    name, tried = f"{OPT_OUTS}:{scope}" if scope else OPT_OUTS, count(2)
    next_name = name
    while (found := connection.scalar(which.order_by(LISTS.c.id).limit(1))) is None:
        # A file may have been imported under this name before that was refused.
        _make(connection, next_name, scope, FROM_OPT_OUTS, now)
        next_name = f"{name}-{next(tried)}"
    return int(found)


def _unless_there(connection: Connection, table: Any) -> Any:
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return kind(table).on_conflict_do_nothing()


def next_list_id(connection: Connection) -> int:
    """Return an id that no list has, and no number that is still to be cleared away with its list."""
    highest = (connection.scalar(select(func.max(column))) or 0 for column in (LISTS.c.id, NUMBERS.c.list_id))
    return max(highest) + 1


def put_numbers(connection: Connection, list_id: int, numbers: Iterable[int], now: datetime) -> int:
    """Add numbers to a list; return how many were new. For few: files of millions have `do_not_call_import.py`."""
    rows = [{"list_id": list_id, "number": number} for number in numbers]
    before = _count(connection, list_id, rows)
    if rows:
        connection.execute(_unless_there(connection, NUMBERS), rows)
    new = len({row["number"] for row in rows}) - before
    connection.execute(update(LISTS).where(LISTS.c.id == list_id).values(count=LISTS.c.count + new, imported_at=now))
    return new


def _count(connection: Connection, list_id: int, rows: list[dict[str, int]]) -> int:
    which = and_(NUMBERS.c.list_id == list_id, NUMBERS.c.number.in_([row["number"] for row in rows]))
    return connection.scalar(select(func.count()).select_from(NUMBERS).where(which)) or 0


def take_out(connection: Connection, list_id: int, number: int) -> bool:
    """Take a number off a list; tell whether it was on it. Proofs stay."""
    gone = connection.execute(delete(NUMBERS).where(NUMBERS.c.list_id == list_id, NUMBERS.c.number == number))
    if gone.rowcount:
        connection.execute(update(LISTS).where(LISTS.c.id == list_id).values(count=LISTS.c.count - 1))
    return bool(gone.rowcount)


def list_id(connection: Connection, name: str) -> int:
    """Return the id of the list `name`; raise `OperatorFault` with the names that there are."""
    found = connection.scalar(select(LISTS.c.id).where(LISTS.c.name == name))
    if found is None:
        names = ", ".join(row.name for row in all_lists(connection)) or "none yet"
        raise OperatorFault(f"There is no do-not-call list '{name}'; there are: {names}.")
    return int(found)


def take_list_out(connection: Connection, which: int) -> int:
    """Remove a list; return how many numbers it had (`do_not_call_import.clear_away` deletes them afterwards)."""
    count = connection.scalar(select(LISTS.c.count).where(LISTS.c.id == which)) or 0
    connection.execute(delete(LISTS).where(LISTS.c.id == which))
    return int(count)


def take_opt_out(connection: Connection, proof: Proof) -> int:
    """Keep the proof, list the number, and end its leads that aren't in a call; return how many.

    It comes twice from a call, when it is said and when the call is over: proof and event of it are written once.
    """
    known = _has_proof(connection, proof)
    if not known:
        connection.execute(insert(OptOut).values(id=new_id(), **{name: getattr(proof, name) for name in _PROOF}))
    put_numbers(connection, _opt_out_list(connection, proof.scope, proof.at), [digits(proof.number)], proof.at)
    ended = _end_leads(connection, proof)
    data = {"how": proof.how, "words": proof.words, "scope": proof.scope, "leads": len(ended)}
    events = [
        Happened("lead.refused", proof.at, row.campaign_id, row.id, data={"reason": "opted-out"}) for row in ended
    ]
    if not known:
        campaign = connection.scalar(select(Campaign.id).where(Campaign.name == proof.campaign)) or ""
        note(connection, Happened("optout.taken", proof.at, campaign, attempt_id=proof.attempt or None, data=data))
    note(connection, *events)
    return len(ended)


def _has_proof(connection: Connection, proof: Proof) -> bool:
    if not proof.attempt:
        return False
    same = select(OptOut.id).where(
        OptOut.number == proof.number, OptOut.attempt == proof.attempt, OptOut.scope == proof.scope
    )
    return connection.execute(same.limit(1)).first() is not None


_PROOF = ("number", "at", "campaign", "attempt", "call_id", "how", "words", "scope")


def _end_leads(connection: Connection, proof: Proof) -> Sequence[Any]:
    waiting = [str(state) for state in LeadState if LEAD_LIFE.allows(state, LeadMove.REFUSE)]
    which = and_(LEAD.c.number == proof.number, LEAD.c.state.in_(waiting))
    if proof.scope:
        which &= LEAD.c.campaign_id.in_(select(Campaign.id).where(Campaign.name == proof.scope))
    values = {"state": str(LeadState.REFUSED), "disposition": "opted-out", "ended_at": proof.at}
    return connection.execute(
        update(LEAD)
        .where(which)
        .values(**values, lease_by="", lease_until=None)
        .returning(LEAD.c.id, LEAD.c.campaign_id)
    ).all()


def all_lists(connection: Connection) -> Sequence[Any]:
    """Return the rows of all lists."""
    return connection.execute(select(LISTS).order_by(LISTS.c.id)).all()


def proofs_of(connection: Connection, number: str) -> Sequence[Any]:
    """Return the opt-outs of a number, the oldest first."""
    return connection.execute(select(OptOut.__table__).where(OptOut.number == number).order_by(OptOut.id)).all()
