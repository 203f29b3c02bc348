"""Calls that are under way, by the rules that can be told before they are over: alerts, each once. Pure.

A turn counts when it is over and understood, so a word in a long sentence is told of at its end. A silence is told of
while it lasts, and what must come by a certain second is missing from then on: `look` says in which calls to look.
What can't be known while somebody still speaks isn't judged before.
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
    RecordingMade,
    SpeechHeard,
    TurnChanged,
    TurnTaken,
)
from quality.conversation import Conversation, Happening, Stretch, Turn, joined
from quality.evidence import Alike, Evidence, Known, NothingKnown, Subject
from quality.facts import SIDES, Side
from quality.scorecard import Rule, Scorecard
from quality.scoring import depends_on_time, judge

COOL_DOWN_S = 60.0
"""After an alert the same rule in the same call tells nothing new for so long: what is known is known."""
TONES_APART_S = 15.0
"""From one tone to the next in an agent's ear, whatever the rules."""
ATTEMPT = "attempt"
"""The event that says which campaign has placed a call."""
MOST_STRETCHES = 200
"""Of the speech of one side; what is longer ago is no silence that lasts."""


@dataclass(frozen=True)
class Alert:
    """A rule is broken in a call that goes on."""

    call_id: str
    scorecard: Scorecard
    rule: Rule
    evidence: Evidence
    """The newest."""
    language: str
    agent: str = ""
    """Extension of who talks with the caller now; "": the robot, or nobody."""
    queue: str = ""
    team: str = ""
    tone: bool = False
    """Whether the agent is to hear it."""


@dataclass
class _Call:
    """What is known of a running call."""

    conversation: Conversation
    began_at: float | None = None
    """Unix seconds of the recording's first sample, or of the answer while that isn't known."""
    told: dict[tuple[str, str], tuple[Evidence, float]] = field(default_factory=dict)
    """By scorecard and rule: the newest evidence that was told of, and when that was."""
    heard: dict[Side, list[Stretch]] = field(default_factory=lambda: {side: [] for side in SIDES})
    speaking: dict[str, float] = field(default_factory=dict)
    """Who is heard just now, and since which second."""
    ears: bool = False
    """Whether anybody was heard yet: where nobody listens, nobody knows of silences."""
    toned_at: float = float("-inf")

    def known(self, now: float | None) -> Conversation:
        """Return the conversation as far as it is known at `now`: not beyond where somebody began who still speaks."""
        if now is None or self.began_at is None or not self.ears:
            return self.conversation
        known, so_far = self.conversation, min(now - self.began_at, *self.speaking.values(), float("inf"))
        voices = {str(side): joined([*self.heard[side], *_spoken(known, side)]) for side in SIDES}
        return replace(known, seconds=max(known.seconds, so_far), voices=voices)


class LiveCalls:
    """All running calls of a server."""

    def __init__(self, alike: Alike, cool_down_s: float = COOL_DOWN_S) -> None:
        self._alike, self._cool_down = alike, cool_down_s
        self.known: Known = NothingKnown()
        """What the knowledge base knows now."""
        self._calls: dict[str, _Call] = {}
        self._scorecards: Sequence[Scorecard] = ()
        self._timed: frozenset[tuple[str, str]] = frozenset()

    @property
    def scorecards(self) -> Sequence[Scorecard]:
        """By which they are watched."""
        return self._scorecards

    @scorecards.setter
    def scorecards(self, cards: Sequence[Scorecard]) -> None:
        self._scorecards = cards
        self._timed = frozenset(
            (card.name, rule.name) for card in cards for rule in card.rules if rule.live and depends_on_time(rule)
        )

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
                call.began_at = call.began_at or note.at
            case RecordingMade() if note.started_at is not None:
                call.began_at = note.started_at
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

    def hear(self, speech: SpeechHeard) -> None:
        """Somebody is being heard, or was."""
        call = self._calls.get(speech.call_id)
        if call is None:
            return
        call.ears = True
        if speech.end_s is None:
            call.speaking[speech.speaker] = speech.start_s
            return
        call.speaking.pop(speech.speaker, None)
        heard = call.heard["caller" if speech.speaker == "caller" else "ours"]
        heard.append(Stretch(speech.start_s, speech.end_s))
        del heard[:-MOST_STRETCHES]

    def placed(self, call_id: str, *, queue: str = "", agent: str = "", team: str = "", campaign: str = "") -> bool:
        """Learn where a call has come; what is "" stays as it was. Return whether it is worth a look at the rules."""
        call = self._calls.get(call_id)
        if call is None:
            return False
        known = call.conversation
        call.conversation = replace(
            known, queue=queue or known.queue, team=team or known.team, campaign=campaign or known.campaign,
            agents=(*(one for one in known.agents if one != agent), agent) if agent else known.agents,
        )  # fmt: skip
        return call.conversation != known

    def look(self) -> list[str]:
        """Return the calls in which time alone may break a rule: where somebody was heard, and nobody is just now."""
        if not self._timed:
            return []
        return [call_id for call_id, call in self._calls.items() if call.ears and not call.speaking]

    def alerts(
        self, call_id: str, today: date, now: float, wall: float | None = None, timed: bool = False
    ) -> list[Alert]:
        """Return what is new in a call by the rules.

        `now`: seconds of a steady clock; `wall`: Unix seconds, None: the call is as long as its last turn. `timed`:
        only by rules that time alone can break.
        """
        call = self._calls.get(call_id)
        if call is None:
            return []
        subject = Subject(call.known(wall), self._alike, known=self.known)
        found: list[Alert] = []
        for card in self._scorecards:
            if card.applies.to(call.conversation, today):
                found += self._broken(call, card, subject, now, timed)
        return found

    def _broken(self, call: _Call, card: Scorecard, subject: Subject, now: float, timed: bool) -> Iterator[Alert]:
        for rule in card.rules:
            key = card.name, rule.name
            told, told_at = call.told.get(key, (None, float("-inf")))
            cold = now - told_at >= self._cool_down
            if not rule.live or not cold or (timed and key not in self._timed):
                continue
            outcome, evidence = judge(rule, subject)
            if outcome != "broken":
                continue
            newest = max(evidence, key=lambda one: one.start, default=Evidence(subject.end, subject.end))
            # A figure of the whole call, and what is missing, are told of once.
            if told is None or (evidence and _is_new(newest, told)):
                call.told[key] = newest, now
                yield self._alert(call, card, rule, newest, now)

    def _alert(self, call: _Call, card: Scorecard, rule: Rule, evidence: Evidence, now: float) -> Alert:
        known = call.conversation
        tone = rule.tells_agent and bool(known.agents) and now - call.toned_at >= TONES_APART_S
        if tone:
            call.toned_at = now
        agent = known.agents[-1] if known.agents else ""
        return Alert(
            known.call_id, card, rule, evidence, known.language, agent, known.queue, known.team, tone
        )  # fmt: skip


def _is_new(newest: Evidence, told: Evidence) -> bool:
    """Tell whether it isn't what was told of: the robot's words move a little once it is known when they were heard."""
    return newest.start > told.start and (newest.turn == 0 or newest.turn != told.turn)


def _spoken(known: Conversation, side: Side) -> Iterator[Stretch]:
    return (Stretch(turn.start, turn.end) for turn in known.said_by(side))


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
    at = max(note.at - call.began_at, 0.0) if call.began_at is not None else 0.0
    agents = known.agents
    if note.name == "talk-began" and not agents and (agent := str(note.data.get("agent", ""))):
        # Whom no queue found is known by name alone.
        agents = (agent,)
    campaign = str(note.data.get("campaign", "")) if note.name == ATTEMPT else ""
    happenings = (*known.happenings, Happening(at, note.name, note.data))
    return replace(known, happenings=happenings, agents=agents, campaign=campaign or known.campaign)
