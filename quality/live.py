"""Calls that are under way, by the rules that can be told before they are over: alerts, each once. Pure.

A turn counts when it is over and understood, so a word in a long sentence is told of at its end. Silences are told of
when somebody speaks again: until then nobody can know whether it is one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from models.call_note import (
    CallAnswered,
    CallBegan,
    CallEnded,
    CallNote,
    CallSettled,
    EventHappened,
    TurnChanged,
    TurnTaken,
)
from quality.conversation import Conversation, Happening, Turn
from quality.evidence import Alike, Evidence, Subject
from quality.scorecard import Rule, Scorecard
from quality.scoring import judge

COOL_DOWN_S = 60.0
"""After an alert the same rule in the same call tells nothing new for so long: what is known is known."""


@dataclass(frozen=True)
class Alert:
    """A rule is broken in a call that goes on."""

    call_id: str
    scorecard: str
    rule: Rule
    evidence: Evidence
    """The newest."""
    language: str


@dataclass
class _Call:
    """What is known of a running call."""

    conversation: Conversation
    answered_at: float | None = None
    told: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    """By scorecard and rule: the second of the newest evidence that was told of, and when that was."""


class LiveCalls:
    """All running calls of a server."""

    def __init__(self, alike: Alike, cool_down_s: float = COOL_DOWN_S) -> None:
        self._alike, self._cool_down = alike, cool_down_s
        self._calls: dict[str, _Call] = {}
        self.scorecards: Sequence[Scorecard] = ()
        """By which they are watched."""

    def take(self, note: CallNote) -> bool:
        """Take what happened; return whether it is worth a look at the rules."""
        if isinstance(note, CallBegan):
            heard = Conversation(
                note.call_id, 0.0, (), note.language or "en", note.direction, flow=note.flow, over=False
            )
            self._calls[note.call_id] = _Call(heard)
            return False
        call = self._calls.get(note.call_id)
        if call is None:
            return False
        match note:
            case CallEnded():
                del self._calls[note.call_id]
            case CallAnswered():
                call.answered_at = note.at
            case CallSettled():
                known = call.conversation
                call.conversation = replace(
                    known, language=note.language or known.language, flow=note.flow or known.flow
                )
            case TurnTaken() | TurnChanged():
                call.conversation = _with_turn(call.conversation, note)
                # The robot's turn is written when it begins: only what was said can break a rule.
                return bool(call.conversation.turns)
            case EventHappened():
                call.conversation = _with_event(call, note)
                return True
            case _:
                pass
        return False

    def alerts(self, call_id: str, today: date, now: float) -> list[Alert]:
        """Return what is new in a call by the rules; `now` in seconds of a steady clock."""
        call = self._calls.get(call_id)
        if call is None:
            return []
        subject = Subject(call.conversation, self._alike)
        found = []
        for card in self.scorecards:
            if card.applies.to(call.conversation, today):
                found += list(self._broken(call, card, subject, now))
        return found

    def _broken(self, call: _Call, card: Scorecard, subject: Subject, now: float) -> Iterator[Alert]:
        for rule in card.rules:
            if not rule.live:
                continue
            outcome, evidence = judge(rule, subject)
            if outcome != "broken":
                continue
            newest = max(evidence, key=lambda one: one.start, default=Evidence(subject.end, subject.end))
            second, told_at = call.told.get((card.name, rule.name), (-1.0, float("-inf")))
            # A figure of the whole call, and what is missing, are told of once.
            anew = bool(evidence) and newest.turn > 0 and newest.start > second
            if second < 0 or (anew and now - told_at >= self._cool_down):
                call.told[card.name, rule.name] = max(newest.start, 0.0), now
                yield Alert(call.conversation.call_id, card.name, rule, newest, call.conversation.language)


def _with_turn(known: Conversation, note: TurnTaken | TurnChanged) -> Conversation:
    turns = {turn.number: turn for turn in known.turns}
    before = turns.get(note.number)
    if isinstance(note, TurnTaken):
        turns[note.number] = Turn(
            note.number, note.speaker, note.text, note.start_s, max(note.end_s, note.start_s),
            note.language or known.language, 1.0 if note.confidence is None else note.confidence,
            intent=note.intent, interrupted=note.interrupted,
        )  # fmt: skip
    elif before is not None:
        turns[note.number] = replace(
            before,
            text=before.text if note.text is None else note.text,
            end=before.end if note.end_s is None else max(note.end_s, before.start),
            intent=before.intent if note.intent is None else note.intent,
        )
    ordered = tuple(sorted(turns.values(), key=lambda turn: (turn.start, turn.number)))
    return replace(known, turns=ordered, seconds=max((turn.end for turn in ordered), default=0.0))


def _with_event(call: _Call, note: EventHappened) -> Conversation:
    known = call.conversation
    at = max(note.at - call.answered_at, 0.0) if call.answered_at is not None else 0.0
    agents = known.agents
    if note.name == "talk-began" and (agent := str(note.data.get("agent", ""))) and agent not in agents:
        agents = (*agents, agent)
    return replace(known, happenings=(*known.happenings, Happening(at, note.name, note.data)), agents=agents)
