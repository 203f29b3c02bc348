"""Sampling in the database: what could be chosen is read, what is chosen becomes reviews, in one transaction."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from models.agent import Agent
from models.call import ALPHABET
from models.call_entry import CallEntry
from models.database import moment
from models.errors import HotlineError
from models.inspection import CallScore, Finding, Inspection
from models.quality_settings import QualitySettings
from models.review import Review
from models.writing import writing
from quality.asking import give
from quality.call_entries import key_from, note_call
from quality.review import Figures
from quality.reviewers import staff
from quality.reviews import close_old
from quality.sampling import FRESH, Candidate, Pick, Plan, plan, week_begins, week_of
from quality.writes import Writes, at_once

log = logging.getLogger(__name__)
BY = "sampling"
"""Whom the trail names."""
LOCK = 0x5A3B1E
"""One sampling at a time, or two would each fill the quotas."""
EVERY = timedelta(hours=1)


class Sampling:
    """What a process does about reviews now and then."""

    def __init__(self, engine: Engine, settings: QualitySettings, writes: Writes = at_once) -> None:
        self._engine, self._settings, self._writes = engine, settings, writes
        self._next: datetime | None = None

    def run(self, now: datetime) -> int:
        """Choose calls and close old reviews, once an hour; return how many reviews there are more.

        Where the database is away for a while it's done an hour later: nothing is lost by that.
        """
        if self._next is not None and now < self._next:
            return 0
        self._next = now + EVERY
        try:
            self._writes(lambda: close_old(self._engine, now))
            return len(sample(self._engine, self._settings, now, self._writes).picks)
        except (HotlineError, DBAPIError) as fault:
            log.warning("No calls were chosen for review; the next try is in an hour: %s", fault)
            return 0


def sample(engine: Engine, settings: QualitySettings, now: datetime, writes: Writes = at_once) -> Plan:
    """Choose calls for review and give them to reviewers, as far as the week's quotas go."""
    if not settings.samples:
        return Plan()
    with engine.connect() as connection:
        wished = foreseen(connection, settings, now)
    if not wished.picks:
        return wished
    # Only what was wished for is planned again where nobody else can write: calls must get in between.
    few = list({pick.candidate.score_id: pick.candidate for pick in wished.picks}.values())
    return Plan(writes(lambda: _choose(engine, settings, few, now)), wished.fillings)


def _choose(engine: Engine, settings: QualitySettings, few: Sequence[Candidate], now: datetime) -> tuple[Pick, ...]:
    with writing(engine, LOCK) as connection:
        chosen = _plan(connection, settings, few, now)
        for pick in chosen.picks:
            _write(connection, pick, settings, now)
        for call_id in dict.fromkeys(pick.candidate.call_id for pick in chosen.picks):
            note_call(connection, call_id)
    return chosen.picks


def foreseen(connection: Connection, settings: QualitySettings, now: datetime) -> Plan:
    """Return what sampling would choose now, and choose nothing."""
    return _plan(connection, settings, candidates(connection, settings, now), now)


def candidates(connection: Connection, settings: QualitySettings, now: datetime) -> list[Candidate]:
    """Return fresh calls with a score that nobody reviews, the newest score of each scorecard."""
    since = key_from(now - FRESH)
    facts = {name: Inspection.facts[name].as_float() for name in ("longest_silence_s", "confidence", "complaint_s")}
    reviewed = select(Review.id).where(Review.call_id == CallScore.call_id, Review.scorecard == CallScore.scorecard)
    query = (
        select(
            CallScore.id, CallScore.call_id, CallScore.scorecard, CallScore.version, CallScore.points, CallScore.good,
            CallScore.fatal, CallEntry.started_at, CallEntry.agents, CallEntry.queue, CallEntry.flow,
            *[column.label(name) for name, column in facts.items()],
        )
        .join(CallEntry, CallEntry.call_id == CallScore.call_id)
        .join(Inspection, Inspection.call_id == CallScore.call_id)
        .where(CallEntry.key >= since, ~reviewed.exists())
        .order_by(CallScore.id)
    )  # fmt: skip
    newest = {(row.call_id, row.scorecard): row for row in connection.execute(query)}
    agents = {row.extension: row for row in connection.execute(select(Agent.extension, Agent.id, Agent.team))}
    broken = _broken(connection, {one.rule for one in settings.samples if one.rule}, since)
    return [_candidate(row, agents, broken.get(row.id, frozenset())) for row in newest.values()]


def given_in(connection: Connection, now: datetime) -> Mapping[tuple[str, str], int]:
    """Return how much of its quota each sample has had this week, by sample and share."""
    query = (
        select(Review.sample, Review.share, func.count())
        .where(Review.week == week_of(now), Review.sample != "", ~Review.blind)
        .group_by(Review.sample, Review.share)
    )
    return {(name, share): count for name, share, count in connection.execute(query)}


def _plan(connection: Connection, settings: QualitySettings, found: Sequence[Candidate], now: datetime) -> Plan:
    # What became a review since the candidates were read.
    query = select(Review.call_id, Review.scorecard).where(Review.made_at >= now - FRESH)
    known = {(row.call_id, row.scorecard) for row in connection.execute(query)}
    free = [one for one in found if (one.call_id, one.scorecard) not in known]
    return plan(settings, free, given_in(connection, now), staff(connection, week_begins(now)), now)


def _candidate(row: Any, agents: Mapping[str, Any], broken: frozenset[str]) -> Candidate:
    agent = row.agents[-1] if row.agents else ""
    known = agents.get(agent)
    return Candidate(
        row.call_id, row.id, row.scorecard, row.version, row.started_at, Figures(row.points, row.good, row.fatal),
        agent, known.team if known else "", row.queue, row.flow, row.longest_silence_s or 0.0, row.confidence,
        row.complaint_s is not None, broken, made_at(known.id) if known else None,
    )  # fmt: skip


def made_at(id_: str) -> datetime | None:
    """Return when an id of `call.new_id` was made; None for another."""
    number = 0
    for sign in id_:
        if sign not in ALPHABET:
            return None
        number = number << 5 | ALPHABET.index(sign)
    return moment((number >> 32) / 1000) if len(id_) == 16 else None


def _broken(connection: Connection, rules: set[str], since: int) -> dict[str, frozenset[str]]:
    if not rules:
        return {}
    query = (
        select(Finding.score_id, Finding.rule)
        .join(CallScore, CallScore.id == Finding.score_id)
        .join(CallEntry, CallEntry.call_id == CallScore.call_id)
        .where(CallEntry.key >= since, Finding.rule.in_(rules), Finding.outcome == "broken")
    )
    found: dict[str, frozenset[str]] = {}
    for score_id, rule in connection.execute(query):
        found[score_id] = found.get(score_id, frozenset()) | {rule}
    return found


def _write(connection: Connection, pick: Pick, settings: QualitySettings, now: datetime) -> None:
    one = pick.candidate
    give(
        connection, BY, now, settings, call_id=one.call_id, score_id=one.score_id, scorecard=one.scorecard,
        version=one.version, agent=one.agent, team=one.team, sample=pick.sample, week=week_of(now), share=pick.share,
        reason=pick.reason, blind=pick.blind, reviewer=pick.reviewer, machine=one.machine.document(),
    )  # fmt: skip
