"""Who answered a call of ours: a person, a machine, a screening service, a fax, the network, a menu, or nobody. Pure.

Independent pieces of evidence add up as log-odds against a person: how long the first speech lasts (people say a
second, machines six), what it says, beeps and tones, pauses. The greeting is spoken meanwhile; a verdict only changes
what comes next. A verdict "human" is taken back when what follows speaks clearly against it: people who are greeted at
once lose nothing by an early verdict, and a machine that begins with "Hello?" is still found. Times are seconds since
the answer.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from voice.greeting_words import announced, found_in, greets, words_in

AnsweredBy = Literal["human", "machine", "screening", "fax", "announcement", "silence", "ivr"]
Policy = Literal["hang_up", "leave_message", "talk"]
Tone = Literal["beep", "sit", "fax"]


@dataclass(frozen=True)
class DetectPolicy:
    """Whether who answers is looked at, and what becomes of each."""

    machine: Policy = "hang_up"
    """What an answering machine gets; "talk": the flow goes on, as with a person."""
    message: Mapping[str, str] = field(default_factory=dict)
    """What a machine is told, by language; templates as in a flow."""
    screening: Mapping[str, str] = field(default_factory=dict)
    """Name and purpose for a service that asks, by language; without it such a call is ended."""
    sure: float = 3.0
    """Log-odds for a class before it counts (3: 95 in 100)."""
    sure_of_machine: float = 4.0
    """The same to end or change a talk that may be with a person (4: 98 in 100)."""
    watch_s: float = 20.0
    """Seconds from the answer in which a verdict may still change."""
    decide_s: float = 10.0
    """From here on the likelier of what is left counts."""
    silence_s: float = 8.0
    """So long without any speech or tone is silence."""


@dataclass(frozen=True)
class Verdict:
    """Who it is, and why: the weightiest reason first."""

    who: AnsweredBy
    reasons: tuple[str, ...]
    at: float
    announcement: str = ""
    """What the network said of the number: no-such-number, suspended, switched-off, busy, congestion, no-answer,
    unreachable; "" where it is none or nothing known."""


OTHERS: tuple[AnsweredBy, ...] = ("machine", "screening", "fax", "announcement", "ivr")
NOT_ASKING: tuple[AnsweredBy, ...] = ("machine", "fax", "announcement", "ivr")
"""Of these, all that never ask who is calling."""
PRIOR: Mapping[str, float] = {"machine": -1.0, "screening": -3.0, "fax": -5.0, "announcement": -2.5, "ivr": -2.5}
"""Log-odds against a person before anything was heard."""
SCREENED: Mapping[str, float] = {**PRIOR, "screening": 0.0}
"""The same once a screening service has asked us: who speaks next may still be the service."""
HUMAN_S, MACHINE_S = (0.9, 0.75), (6.0, 0.5)
"""Median in seconds and spread (of the logarithm) of the first speech: of persons and of recordings."""
COMPANY = 0.12
"""Share of persons who say a whole sentence ("ACME, Mary speaking, how can I help you?") …"""
COMPANY_S = (3.0, 0.4)
"""… and how long that is."""
JOINS_S = 1.2
"""A pause up to here within a first speech doesn't end it."""
FINAL = ("no-such-number", "suspended")
"""What a network says of numbers behind which there is no mailbox."""
RESTS_S = 0.45
"""Silence after any other reason: who is "not available" may have a machine that takes messages."""
PATIENCE_S = 3.0
"""Silence after which a network's announcement won't say any more."""
WAITS_S = 0.25
"""So long after short words, the callee waits for us to speak."""
MOST = 3.0
"""Log-odds that the length of speech alone can add up to."""
BEEP, BEEP_ALONE = 5.0, 2.5
"""After speech; and without any."""
SIT_ODDS, FAX_ODDS = 9.0, 9.0


@dataclass
class WhoAnswered:
    """The decision of one call."""

    policy: DetectPolicy
    language: str
    prior: Mapping[str, float] = field(default_factory=lambda: PRIOR)
    since: float = 0.0
    """When it began to look."""
    verdict: Verdict | None = None
    _began: float | None = None
    """When the first speech began."""
    _spoken: float = 0.0
    """Its length so far, pauses within it included."""
    _speaks: bool = False
    _ended: float | None = None
    _utterances: int = 0
    _words: dict[str, tuple[str, float]] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)
    _tones: dict[str, tuple[str, float]] = field(default_factory=dict)
    _waits: bool = False

    # -- what is heard -----------------------------------------------------------------------------------------

    def speech_began(self, at: float) -> None:
        """Somebody speaks since `at`."""
        self._speaks, self._waits = True, False
        if self._began is None:
            self._began = at
        elif self._ended is not None and at - self._ended > JOINS_S and not self._first_is_over:
            self._utterances += 1
        self._ended = None

    def speech_goes_on(self, at: float) -> Verdict | None:
        """The speech lasts until `at`."""
        self._speaks = True
        if self._began is not None and not self._first_is_over:
            self._spoken = at - self._began
        return self._decide(at)

    def speech_ended(self, at: float) -> Verdict | None:
        """Silence since `at`."""
        self._speaks, self._ended = False, at
        return self._decide(at)

    def words(self, text: str, at: float, utterance: int = 0) -> Verdict | None:
        """So much was understood of an utterance so far."""
        self._texts[utterance] = text
        for name, found in found_in(text, self.language).items():
            self._words.setdefault(name, found)
        return self._decide(at)

    def tone(self, kind: Tone, at: float) -> Verdict | None:
        """A tone was heard."""
        if kind == "beep":
            spoke = self._began is not None
            self._tones["a beep"] = ("machine", BEEP if spoke else BEEP_ALONE)
        elif kind == "sit":
            self._tones["information tones"] = ("announcement", SIT_ODDS)
        else:
            self._tones["fax tones"] = ("fax", FAX_ODDS)
        return self._decide(at)

    def time_passes(self, at: float) -> Verdict | None:
        """Nothing new until `at`."""
        return self._decide(at)

    def greets(self, text: str) -> bool:
        """Tell whether `text` is but the hello of who picks up: no answer to anything."""
        return self._utterances == 0 and greets(text, self.language)

    @property
    def until(self) -> float:
        """When the verdict stands for good."""
        return self.since + self.policy.watch_s

    @property
    def undecided(self) -> bool:
        return self.verdict is None

    @property
    def leans(self) -> AnsweredBy:
        """Who it is rather than anybody else, however unsure."""
        odds = self.odds()
        best = max(odds, key=lambda who: odds[who])
        return best if odds[best] > 0 else "human"

    # -- the decision ------------------------------------------------------------------------------------------

    def odds(self) -> dict[AnsweredBy, float]:
        """Return the log-odds of every class against a person."""
        found: dict[AnsweredBy, float] = {who: self.prior[who] for who in OTHERS}
        for who, odds, why in self._evidence():
            if who == "human":
                # Who screens a call asks as people do.
                for other in OTHERS if not why.startswith("said") else NOT_ASKING:
                    found[other] -= odds
            else:
                found[who] += odds  # type: ignore[index]
                if who == "machine" and why.startswith("said"):
                    # No network asks for a message behind its announcement but on behalf of a mailbox.
                    found["announcement"] -= odds / 2
        return found

    def _evidence(self) -> list[tuple[str, float, str]]:
        """Return class, log-odds for it, and the reason in words, of everything heard so far."""
        found = [(who, odds, f"said: {name}") for name, (who, odds) in self._words.items()]
        found += [(who, odds, f"heard: {name}") for name, (who, odds) in self._tones.items()]
        if self._began is not None:
            length = self._length_odds()
            why = f"{self._spoken:.1f} s of speech" + ("" if self._first_is_over else " and no end")
            found += [("machine", length, why), ("screening", length / 2, why), ("announcement", length / 2, why),
                      ("ivr", length / 2, why)] if length > 0 else [("human", -length, why)]  # fmt: skip
        if self._waits and not any(who != "human" for who, _ in self._words.values()):
            found.append(("human", 1.5, "waits for us to speak"))
        return found

    @property
    def _first_is_over(self) -> bool:
        return self._waits or self._utterances > 0

    def _length_odds(self) -> float:
        """Return the log-odds of a recording against a person by the length of the first speech."""
        long = max(self._spoken, 0.05)
        if self._first_is_over:
            ratio = _density(long, *MACHINE_S) / max(_of_persons(long, _density), 1e-9)
        else:
            ratio = _survival(long, *MACHINE_S) / max(_of_persons(long, _survival), 1e-9)
        return max(-MOST, min(MOST, math.log(max(ratio, 1e-9))))

    def _decide(self, at: float) -> Verdict | None:
        """Return a verdict that is new, None where there is none or the old one stands."""
        if not self._speaks and self._ended is not None and at - self._ended >= WAITS_S:
            self._waits = True
        before = self.verdict
        if before is not None and (before.who != "human" or at > self.until):
            return None
        new = self._judged(at)
        if new is None or (before is not None and new.who == before.who):
            return None
        self.verdict = new
        return new

    def _judged(self, at: float) -> Verdict | None:
        odds = self.odds()
        best = max(odds, key=lambda who: odds[who])
        # What every recording says (a beep, a length) shall not hide who it is by the words.
        needed = self.policy.sure_of_machine if best in ("machine", "ivr", "screening") else self.policy.sure
        if odds[best] >= needed:
            return None if best == "announcement" and self._more_to_say(at) else self._as(best, at)
        heard = self._began is not None and bool(self._texts or self._waits)
        if self.verdict is None and heard and odds[best] <= -self.policy.sure + 1:
            return self._as("human", at)
        looked = at - self.since
        if self.verdict is None and heard and looked >= self.policy.decide_s:
            return self._as(best if odds[best] > 1 else "human", at)
        if self.verdict is None and self._began is None and not self._tones and looked >= self.policy.silence_s:
            return Verdict("silence", (f"nothing in {at:.0f} s",), at)
        return None

    def _more_to_say(self, at: float) -> bool:
        """Tell whether a network has yet to say what is wrong, or may yet ask for a message."""
        said = announced(" ".join(self._texts.values()), self.language)
        if said in FINAL or at - self.since >= self.policy.decide_s:
            return False
        patience = RESTS_S if said else PATIENCE_S
        return self._speaks or self._ended is None or at - self._ended < patience

    def finally_(self, at: float) -> Verdict | None:
        """The call is over: return who it most likely was; None where nobody can say."""
        if self.verdict is not None:
            return self.verdict
        if self._began is None and not self._tones:
            return None
        return self._as(self.leans, at)

    def _as(self, who: AnsweredBy, at: float) -> Verdict:
        reasons = sorted((one for one in self._evidence() if one[0] == who and one[1] > 0), key=lambda one: -one[1])
        said = ""
        if who == "announcement":
            said = announced(" ".join(self._texts.values()), self.language)
        return Verdict(who, tuple(f"{why} ({odds:+.1f})" for _, odds, why in reasons), round(at, 2), said)

    @property
    def count(self) -> int:
        """Words that were understood so far."""
        return sum(words_in(text, self.language) for text in self._texts.values())


def _density(x: float, median: float, spread: float) -> float:
    return math.exp(-((math.log(x / median) / spread) ** 2) / 2) / (x * spread * math.sqrt(2 * math.pi))


def _survival(x: float, median: float, spread: float) -> float:
    return math.erfc(math.log(x / median) / spread / math.sqrt(2)) / 2


def _of_persons(x: float, how: Callable[[float, float, float], float]) -> float:
    return (1 - COMPANY) * how(x, *HUMAN_S) + COMPANY * how(x, *COMPANY_S)
