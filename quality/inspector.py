"""The inspector: takes one call after the other, listens again, scores it by what is in force, and writes it down."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from knowledge.former import Former
from models.call import Call, new_id
from models.errors import HotlineError
from models.inspection import CallScore
from models.inspection import Finding as FindingRow
from quality.beeping import beeps, keep_copy
from quality.call_entries import Sweep, note_call
from quality.complaints import signs_of
from quality.conversation import Conversation
from quality.course import course_of
from quality.evidence import Alike, Subject
from quality.facts import facts_of
from quality.jobs import NEW, Jobs, me
from quality.masking import personal_in
from quality.publishing import in_force
from quality.record import conversation_of, recording_of
from quality.relistening import Ears, listen_again, with_word_times
from quality.score_report import facts_document
from quality.scorecard import Scorecard
from quality.scoring import Score, score
from quality.sound import read
from quality.writes import Writes, at_once

log = logging.getLogger(__name__)
KEPT_S = 5.0
"""After a wait this long the lease is renewed: much shorter than the lease less the longest wait."""
SETTLED = timedelta(seconds=5)
"""After its end a call's last notes may still be on their way into the database."""


EVERY = timedelta(hours=1)
"""From one look through all calls to the next: what a restored backup brings is found so."""
RECENT = timedelta(days=1)
"""In between only calls that began since are looked through: of a million, that takes no time."""


class Leaving(Exception):
    """The inspector is to end: the call that it has is put back as if nobody had taken it. Raised by its `rest`."""


class Inspector:
    def __init__(
        self,
        engine: Engine,
        directory: Path,
        ears: Ears | Callable[[], Ears | None] | None,
        alike: Alike,
        rest: Callable[[], None] = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        writes: Writes = at_once,
    ) -> None:
        """`ears`, or what loads them for the first call: None where nobody can listen; the live texts are scored then.

        `rest` returns when there is time. `writes`: see `quality/writes.py`.
        """
        self._engine, self._directory, self._alike = engine, directory, alike
        self._former = Former(engine)
        self._ears = cache(ears if callable(ears) else lambda: ears)
        self._rest, self._now, self._writes = rest, now, writes
        self.jobs = Jobs(engine, me())
        self._all_at: datetime | None = None
        self._sweep = Sweep(engine, writes)

    def run(
        self, told: Callable[[str, str], None] = lambda call, words: None, leaves: Callable[[], bool] = lambda: False
    ) -> int:
        """Inspect until nobody waits, or it `leaves`; return how many.

        `told` gets each call's id and what became of it.
        """
        count = 0
        self._writes(lambda: self.jobs.take_from_the_dead(self._now()))
        self._take_up()
        while not leaves() and (call_id := self._writes(lambda: self.jobs.take(self._now()))):
            told(call_id, self.inspect(call_id))
            count += 1
            self._take_up()
        return count

    def _take_up(self) -> None:
        now = self._now()
        everything = self._all_at is None or now >= self._all_at
        new = self._writes(lambda: self.jobs.take_up(now, now - SETTLED, None if everything else now - RECENT))
        if everything:
            self._all_at = now if new >= NEW else now + EVERY
        self._sweep.run(self._now())

    def inspect(self, call_id: str) -> str:
        """Inspect a call that was taken; return what became of it, in words.

        Raises `Leaving`, and nothing for what one call does.
        """
        began = time.monotonic()
        try:
            scores = self._inspect(call_id)
        except Leaving:
            self._writes(lambda: self.jobs.give_back(call_id))
            raise
        except HotlineError as fault:
            return self._fails(call_id, str(fault))
        except Exception as error:  # one call's oddity must not end the inspection of all
            log.exception("Call %s can't be inspected", call_id)
            self._fails(call_id, f"{type(error).__name__}: {error}")
            return f"it can't be inspected ({type(error).__name__}); it is tried again"
        if scores is None:
            return "another inspector has it by now"
        points = ", ".join(f"{one.scorecard} {'–' if one.points is None else f'{one.points:g}'}" for one in scores)
        return f"{points or 'no scorecard is for it'} ({time.monotonic() - began:.1f} s)"

    def _inspect(self, call_id: str) -> Sequence[Score] | None:
        """Return what was written; None where the call isn't ours any more."""
        with self._engine.connect() as connection:
            live = conversation_of(connection, call_id)
            cards = in_force(connection)
            began = connection.execute(select(Call.started_at).where(Call.id == call_id)).scalar_one()
        conversation, listened, words = self._heard(live)
        scores = list(self._scored(conversation, cards, began))
        found: dict[str, Any] = {
            "words": words,
            "listened": listened,
            "transcript": [asdict(turn) for turn in conversation.turns],
            "personal": [asdict(one) for one in personal_in(conversation)],
            "facts": {
                **facts_document(facts_of(conversation)),
                **course_of(conversation),
                **signs_of(conversation),
                "voices": {
                    side: [[one.start, one.end] for one in found] for side, found in conversation.voices.items()
                },
                "levels": dict(conversation.levels),
            },
        }
        # Before it counts as done: from then on people may listen.
        self._keep_copy(call_id, found)
        return scores if self._writes(lambda: self._finishes(call_id, found, scores)) else None

    def _finishes(self, call_id: str, found: Mapping[str, Any], scores: Sequence[Score]) -> bool:
        with self._engine.begin() as connection:
            if not self.jobs.finish(connection, call_id, self._now(), found):
                return False
            write_scores(connection, call_id, scores, self._now())
        return True

    def _fails(self, call_id: str, why: str) -> str:
        self._writes(lambda: self.jobs.fail(call_id, self._now(), why))
        return why

    def _keep_copy(self, call_id: str, found: Mapping[str, Any]) -> None:
        try:
            with self._engine.connect() as connection:
                path = recording_of(connection, call_id, self._directory)
            keep_copy(path, beeps(found["transcript"], found["personal"], exact=found["listened"]))
        except (HotlineError, OSError) as fault:  # nobody can listen to it either, or it is made when somebody wants to
            log.info("Call %s has no copy without personal data: %s", call_id, fault)

    def _heard(self, live: Conversation) -> tuple[Conversation, bool, str]:
        """Listen again where that can be; else keep what was understood live; return whether, and why not."""
        ears = self._ears()
        if ears is None:
            return with_word_times(live), False, "nobody could listen again: no recogniser"
        try:
            with self._engine.connect() as connection:
                path = recording_of(connection, live.call_id, self._directory)
            return listen_again(live, read(path), ears, lambda: self._rests(live.call_id)), True, ""
        except HotlineError as fault:
            return with_word_times(live), False, str(fault)

    def _rests(self, call_id: str) -> None:
        """Wait until there is time, and keep the call meanwhile."""
        began = time.monotonic()
        self._rest()
        if time.monotonic() - began > KEPT_S:
            self._writes(lambda: self.jobs.keep(call_id, self._now()))

    def _scored(self, conversation: Conversation, cards: Sequence[Scorecard], began: datetime) -> Iterator[Score]:
        """Yield the scores by the cards that are for a conversation that `began` then."""
        known = self._former.at(began)
        for card in cards:
            if card.applies.to(conversation, began.date()):
                yield score(card, Subject(conversation, self._alike, known=known))


def write_scores(connection: Connection, call_id: str, scores: Sequence[Score], now: datetime) -> None:
    """Write scores and findings of one call, and what lists of calls tell of it."""
    for one in scores:
        score_id = new_id()
        connection.execute(
            insert(CallScore).values(
                id=score_id, call_id=call_id, scorecard=one.scorecard, version=one.version, points=one.points,
                good=one.good, fatal=one.fatal, sections=dict(one.sections), scored_at=now,
            )
        )  # fmt: skip
        rows: list[dict[str, Any]] = [
            {
                "score_id": score_id, "rule": each.rule, "outcome": each.outcome, "section": each.section,
                "weight": each.weight, "fatal": each.fatal, "evidence": [asdict(found) for found in each.evidence],
            }
            for each in one.findings
        ]  # fmt: skip
        if rows:
            connection.execute(insert(FindingRow), rows)
    note_call(connection, call_id, now)
