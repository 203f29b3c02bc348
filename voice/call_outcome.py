"""What became of a call of ours, gathered from its record as it is told and from its dialogue at the end."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from dialplans.conditions import moment_of
from dialplans.dialogue import Dialogue
from models.call_note import CallAnswered, CallEnded, CallNote, EventHappened, TurnChanged, TurnTaken
from models.cause import Cause

Tell = Callable[[str, Mapping[str, Any]], None]
"""Gets the name and the data of something that happened in the talk, as it happens; returns at once."""
NO_INTENT = ("", "none")


@dataclass(frozen=True)
class Outcome:
    """What became of one call of a campaign."""

    call_id: str
    cause: Cause
    code: int = 0
    """Final SIP code where there was one."""
    words: str = ""
    ringing_s: float | None = None
    """Seconds from placing it until it rang; None: it never did."""
    answered_s: float | None = None
    """The same until it was answered; None: it was not."""
    talk_s: float = 0.0
    """Seconds from the answer to the end."""
    answered_by: str = ""
    """human, machine, screening, fax, announcement, silence or ivr; "" where nobody looked."""
    reasons: tuple[str, ...] = ()
    """Why that is so, the weightiest first."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """What the flow set and the callee gave, by name; besides "announcement": what a network's announcement said
    (no-such-number, suspended, switched-off, unreachable, busy, no-answer, congestion), and "message_left"."""
    intents: tuple[str, ...] = ()
    """What the callee's turns were taken as, in order; those that were nothing are left out."""
    turns: int = 0
    """How often the callee said or keyed something."""
    opt_out: bool = False
    """The callee doesn't want to be called again."""
    opt_out_how: str = ""
    """"said" or "keyed"; "": by an answer that the flow took so."""
    opt_out_words: str = ""
    """The proof: what was said or keyed."""
    appointment: datetime | None = None
    """When the callee wants to be called (aware)."""
    handed_over: str = ""
    """The queue or number that the callee was handed to, where a person took the call; else ""."""
    agent: str = ""
    """Who took it."""
    abandoned: bool = False
    """A person answered who was to talk with one of ours, and nobody came."""
    retry_after: int = 0
    """Seconds that the line's refusal (503) asked to be left alone; 0: it asked for nothing."""


class Tale:
    """One call as it goes on."""

    def __init__(self, call_id: str, clock: Callable[[], float], zone: tzinfo) -> None:
        """`clock` is in seconds and only goes up; `zone` is the callee's."""
        self.call_id, self._clock, self._zone = call_id, clock, zone
        self._began = clock()
        self.over = asyncio.Event()
        self.dialogue: Dialogue | None = None
        self.tell: Tell = lambda name, data: None
        self.retry_after = 0
        self._heard: float | None = None
        """When somebody spoke before the answer."""
        self.looks = False
        """Whether anybody looks who answers."""
        self._ringing: float | None = None
        self._answered: float | None = None
        self._ended: CallEnded | None = None
        self._talk_s = 0.0
        self._finished = False
        self._turns: set[int] = set()
        self._intents: dict[int, str] = {}
        self._events: dict[str, Mapping[str, Any]] = {}
        """The last of each name."""

    def seconds(self) -> float:
        """Return the seconds since the call was placed."""
        return self._clock() - self._began

    def unknown_for(self, most: float) -> bool:
        """Tell whether it was answered, or spoken before, less than `most` seconds ago by nobody knows whom so far."""
        since = self._answered if self._answered is not None else self._heard
        if not self.looks or since is None or "answered-by" in self._events:
            return False
        return self.seconds() - since < most

    def take(self, note: CallNote) -> None:
        """Listen to the call log."""
        match note:
            case CallAnswered():
                self._answered = self.seconds()
                self.tell("answered", {})
            case TurnTaken(speaker="caller"):
                self._turns.add(note.number)
            case TurnChanged(intent=str(intent)):
                self._intents[note.number] = intent
            case EventHappened():
                self._event(note.name, note.data)
            case CallEnded():
                self._ended = note
                self._talk_s = self.seconds() - self._answered if self._answered is not None else 0.0
                self._close()
            case _:
                pass

    def _event(self, name: str, data: Mapping[str, Any]) -> None:
        self._events[name] = data
        match name:
            case "ringing" if self._ringing is None:
                self._ringing = self.seconds()
                self.tell("ringing", {})
            case "early-speech":
                self._heard = self.seconds()
            case "answered-by" | "handover" | "opted-out":
                self.tell(name, data)
            case "leg-ringing":
                self.tell("offered", data)
            case "leg-answered":
                self.tell("connected", data)
            case _:
                pass

    def finished(self) -> None:
        """Whoever had the call is done with it."""
        self._finished = True
        self._close()

    def _close(self) -> None:
        if self._finished and self._ended is not None:
            self.over.set()

    def outcome(self) -> Outcome:
        """Return what became of it; it is over."""
        assert self._ended is not None, "it is not over"
        by, opted, results = self._events.get("answered-by", {}), self._events.get("opted-out"), self._results()
        taken = self._events.get("leg-answered")
        handed = self._events.get("handover", {}) if taken else {}
        return Outcome(
            call_id=self.call_id,
            cause=Cause(self._ended.cause),
            code=self._ended.code,
            words=self._ended.words,
            ringing_s=self._ringing,
            answered_s=self._answered,
            talk_s=self._talk_s,
            answered_by=str(by.get("who", "")),
            reasons=tuple(by.get("reasons", ())),
            results=results,
            intents=tuple(one for _, one in sorted(self._intents.items()) if one not in NO_INTENT),
            turns=len(self._turns),
            opt_out=opted is not None or results.get("opt_out") is True,
            opt_out_how=str((opted or {}).get("how", "")),
            opt_out_words=str((opted or {}).get("words", "")),
            appointment=self._appointment(results),
            handed_over=str(handed.get("target", "")),
            agent=str((taken or {}).get("who", "")),
            abandoned="abandoned" in self._events and not taken,
            retry_after=self.retry_after,
        )

    def _results(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for frame in self.dialogue.state().frames if self.dialogue else ():
            found |= frame.variables
        if announced := self._events.get("answered-by", {}).get("announcement"):
            found["announcement"] = announced
        if "message-left" in self._events:
            found["message_left"] = True
        return found

    def _appointment(self, results: Mapping[str, Any]) -> datetime | None:
        """Return the moment in the variable `appointment`, in the callee's zone where it names none."""
        return moment_of(results["appointment"], self._zone) if results.get("appointment") else None
