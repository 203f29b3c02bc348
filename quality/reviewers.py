"""Who reviews: accounts with that role, how much each has to do, and whose turn it is."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from models.account import Account
from models.errors import Refused
from models.review import Review, ReviewState
from quality.review import REVIEWER, Case, Person, may_judge


@dataclass(frozen=True)
class Staff:
    """The reviewers, and how many reviews each was given lately and still has."""

    people: Mapping[str, Person]
    load: Mapping[str, int]


def person_of(connection: Connection, account: str) -> Person:
    """Return who an account is; raise `Refused` where it isn't there or may not sign in."""
    row = connection.execute(select(Account.__table__).where(Account.name == account)).first()
    if row is None or not row.enabled:
        sentence = f"There is no account '{account}' that may sign in; `hotline users list` shows them."
        raise Refused(sentence, "reviews.no_account", name=account)
    return Person(row.name, frozenset(row.roles), row.team, row.extension)


def staff(connection: Connection, since: datetime) -> Staff:
    """Return who reviews; what was given `since`, and what is open from before, is their load."""
    accounts = connection.execute(select(Account.__table__).where(Account.enabled).order_by(Account.name))
    people = {
        row.name: Person(row.name, frozenset(row.roles), row.team, row.extension)
        for row in accounts
        if REVIEWER in row.roles
    }
    theirs = or_(Review.made_at >= since, Review.state == ReviewState.OPEN)
    given = select(Review.reviewer, func.count()).where(theirs, Review.state != ReviewState.WITHDRAWN)
    asked = select(Review.decider, func.count()).where(Review.state == ReviewState.APPEALED)
    load = Counter[str]()
    for query in (given.group_by(Review.reviewer), asked.group_by(Review.decider)):
        for name, count in connection.execute(query):
            load[name] += count
    return Staff(people, {name: load[name] for name in people})


def whose_turn(
    people: Mapping[str, Person], load: Mapping[str, int], case: Case, key: str, *, but: Collection[str] = ()
) -> str:
    """Return who has least to do of those who may judge `case`, by chance of the `key` between equals; "": nobody."""
    able: Sequence[Person] = [one for one in people.values() if one.name not in but and may_judge(one, case)]
    return min((one.name for one in able), key=lambda name: (load[name], chance(key, name)), default="")


def chance(*of: str) -> int:
    """Return a number of 64 bits that looks like chance, and is the same for the same words anywhere."""
    return int.from_bytes(hashlib.sha256("\0".join(of).encode()).digest()[:8], "big")
