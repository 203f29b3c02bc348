"""What the page of a call shows, read from the database in one go: words, facts, findings, decisions, reviews."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from models.agent import Agent
from models.call import Call, CallState
from models.errors import CannotDo
from models.inspection import Inspection
from models.recording import Recording
from models.turn import Turn as TurnRow
from quality import comments, reviews
from quality.comments import Comment
from quality.conversation import Conversation, Happening, Stretch, Turn, between, common, joined
from quality.facts import facts_of, holds
from quality.inspected import inspected
from quality.masking import personal_in
from quality.record import conversation_of
from quality.rescoring import turn_of
from quality.review_view import ReviewView, scorecard_of
from quality.score_report import facts_document
from quality.scorecard import Scorecard
from quality.transcript import Hidden

CALL, TURNS, INSPECTIONS = Call.__table__, TurnRow.__table__, Inspection.__table__
STEP, TAKEN = "step", "understood"
FOLLOWS = frozenset(
    {
        "no_match", "misheard", "digression", "repeat", "back", "help", "corrected", "gave_up", "to_human", "handover",
        "language", "unanswered", "callback.promised", "opted-out",
    }
)  # fmt: skip
"""Events that say what a turn of the caller's led to, besides the next step."""
OURS = {"no_match": "reason", "misheard": "reason", "to_human": "rule", "digression": "article"}
"""What such an event says more of itself, in words of ours: others may quote the caller."""
QUIET_S = 1.0
"""Nobody speaks for so long: it may be skipped."""


@dataclass(frozen=True)
class Decision:
    """What the robot took a turn of the caller's for, and what it did then."""

    intent: str
    confidence: float | None
    runner_up: str = ""
    runner_up_confidence: float = 0.0
    step: str = ""
    """Of the flow, which had asked."""
    then: tuple[str, ...] = ()
    """Steps and events that followed."""


@dataclass(frozen=True)
class ScoreShown:
    """One scorecard's say."""

    found: Mapping[str, Any]
    """As `quality.inspected` has it."""
    card: Scorecard | None
    """None where the version isn't there any more."""
    reviews: tuple[ReviewView, ...]


@dataclass(frozen=True)
class Content:
    call: Row[Any]
    conversation: Conversation
    """As inspection heard it, else as it was understood live."""
    hidden: Mapping[int, tuple[Hidden, ...]]
    """Personal data by the number of the turn; empty where the original is wanted."""
    facts: Mapping[str, Any]
    decisions: Mapping[int, Decision]
    names: Mapping[str, str]
    """Of agents, by extension."""
    scores: tuple[ScoreShown, ...]
    comments: Sequence[Comment]
    recording: Row[Any] | None
    inspection: str
    """Its state; "" where the call isn't known to it yet."""
    note: str
    """Why nobody could listen, or why it was given up."""

    @property
    def inspected(self) -> bool:
        return self.inspection == "done"

    @property
    def running(self) -> bool:
        return bool(self.call.state != CallState.ENDED)

    @property
    def seconds(self) -> float:
        """How long the drawing is."""
        last = max((turn.end for turn in self.conversation.turns), default=0.0)
        return max(self.conversation.seconds, last, 0.1)

    def overlaps(self) -> list[Stretch]:
        """Return when both spoke."""
        return list(common(self.conversation.speech_of("caller"), self.conversation.speech_of("ours")))

    def holds(self) -> list[Stretch]:
        """Return when the caller was on hold."""
        return list(holds(self.conversation))

    def quiet(self) -> list[Stretch]:
        """Return when nobody spoke for a while."""
        spoken = joined([*self.conversation.speech_of("caller"), *self.conversation.speech_of("ours")])
        return [gap for gap in between(spoken, 0.0, self.seconds) if gap.seconds >= QUIET_S]

    def anger(self, turn: Turn) -> float:
        """Return how angry a turn of the caller's is, 0-1."""
        near = [value for at, value in self.facts.get("anger", ()) if abs(at - turn.start) < 0.06]
        return float(near[0]) if near and turn.speaker == "caller" else 0.0


def read(connection: Connection, call_id: str, viewer: str, *, original: bool) -> Content:
    """Return the content of a call that `viewer` (an account) may see; raise `CannotDo` where there is none."""
    live = conversation_of(connection, call_id)
    call = connection.execute(select(CALL).where(Call.id == call_id)).one()
    row = connection.execute(select(INSPECTIONS).where(Inspection.call_id == call_id)).first()
    done = row is not None and row.done_at is not None and bool(row.transcript)
    if done and row is not None:
        heard = {side: tuple(Stretch(*one) for one in found) for side, found in row.facts.get("voices", {}).items()}
        conversation = replace(live, turns=tuple(map(turn_of, row.transcript)), voices=heard)
        facts, personal = row.facts, row.personal
    else:
        conversation, facts = live, facts_document(facts_of(live))
        personal = [
            {"turn": one.turn, "begin": one.begin, "end": one.end, "kind": one.kind} for one in personal_in(live)
        ]
    recording = connection.execute(select(Recording.__table__).where(Recording.call_id == call_id)).first()
    return Content(
        call, conversation, {} if original else _hidden(personal), facts,
        dict(_decisions(connection, call_id, conversation)), _names(connection, conversation),
        tuple(_scores(connection, call_id, viewer, original=original)),
        comments.of_call(connection, call_id), recording, row.state if row else "", row.words if row else "",
    )  # fmt: skip


def _hidden(personal: Sequence[Mapping[str, Any]]) -> Mapping[int, tuple[Hidden, ...]]:
    found: dict[int, tuple[Hidden, ...]] = {}
    for one in personal:
        found[one["turn"]] = (*found.get(one["turn"], ()), Hidden(one["begin"], one["end"], one["kind"]))
    return found


def _names(connection: Connection, conversation: Conversation) -> Mapping[str, str]:
    rows = connection.execute(select(Agent.extension, Agent.name).where(Agent.extension.in_(conversation.agents)))
    return {row.extension: row.name for row in rows}


def _scores(connection: Connection, call_id: str, viewer: str, *, original: bool) -> Iterator[ScoreShown]:
    try:
        found = inspected(connection, call_id, original=original)["scores"]
    except CannotDo:
        return
    views = reviews.of_call(connection, call_id, viewer)
    for one in found:
        theirs = tuple(view for view in views if view.scorecard == one["scorecard"])
        yield ScoreShown(one, scorecard_of(connection, one["scorecard"], one["version"]), theirs)


def _decisions(connection: Connection, call_id: str, conversation: Conversation) -> Iterator[tuple[int, Decision]]:
    """Yield what is on record of the caller's turns as they were understood, by the turns as they are shown."""
    query = select(TURNS).where(TurnRow.call_id == call_id, TurnRow.speaker == "caller").order_by(TurnRow.start_s)
    rows = connection.execute(query).all()
    shown = list(conversation.said_by("caller"))
    for row, following in zip(rows, [*rows[1:], None], strict=False):
        turn = _same(row, shown)
        if turn is None:
            continue
        until = following.end_s if following else conversation.seconds + 60
        happened = conversation.happenings
        step = next((one for one in reversed(happened) if one.name == STEP and one.at <= row.end_s + 0.2), None)
        taken = next((one for one in happened if one.name == TAKEN and one.data.get("turn") == row.number), None)
        decision = Decision(
            row.intent, row.confidence if row.intent else None,
            str(taken.data.get("runner_up", "")) if taken else "",
            float(taken.data.get("runner_up_confidence", 0.0)) if taken else 0.0,
            str(step.data.get("step", "")) if step else "",
            tuple(_followed(one for one in happened if row.end_s + 0.2 < one.at <= until + 0.2)),
        )  # fmt: skip
        if decision.intent or decision.then:
            yield turn.number, decision


def _same(row: Row[Any], shown: Sequence[Turn]) -> Turn | None:
    """The shown turn in which most of a live one lies."""

    def shared(turn: Turn) -> float:
        return float(min(turn.end, row.end_s) - max(turn.start, row.start_s))

    best = max(shown, key=shared, default=None)
    return best if best is not None and shared(best) > -0.3 else None


def _followed(happened: Iterator[Happening]) -> Iterator[str]:
    last = ""
    for one in happened:
        words = f"→ {one.data.get('step', '')}" if one.name == STEP else one.name if one.name in FOLLOWS else ""
        if why := one.data.get(OURS.get(one.name, "")):
            words = f"{one.name} ({why})"
        if words and words != last:
            last = words
            yield words
