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

from voice.announcement_words import announced, likely_announced
from voice.greeting_words import found_in, greets, opening, words_in

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
    final: bool = True
    """False: a network speaks, and what it has to say of the number is still to come."""


OTHERS: tuple[AnsweredBy, ...] = ("machine", "screening", "fax", "announcement", "ivr")
NOT_ASKING: tuple[AnsweredBy, ...] = ("machine", "fax", "announcement", "ivr")
"""Of these, all that never ask who is calling."""
RECORDED: tuple[AnsweredBy, ...] = ("machine", "screening", "announcement", "ivr")
"""Of these, all that speak."""
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
WORDLESS_S = 1.5
"""More than this isn't judged by a breath before any of its words is known."""
JOINS_S = 1.2
"""A pause up to here within a first speech doesn't end it."""
FINAL = ("no-such-number", "suspended")
"""What a network says of numbers behind which there is no mailbox."""
RESTS_S = 0.45
"""Silence after any other reason: who is "not available" may have a machine that takes messages."""
PATIENCE_S = 3.0
"""Silence after which a network's announcement won't say any more."""
WAITS = ((0.1, 0.4, 0.7), (0.15, 0.5, 1.0), (0.25, 0.8, 1.5), (0.8, 1.0, 2.0), (1.3, 1.0, 2.5), (2.0, 1.0, 3.5))
"""Seconds of silence; how surely the speech is over; log-odds of a person who waits for us. Machines beep, or go on."""
TINY_S = 1e-6
LONG_ODDS, WEAK = 2.5, 3.0
"""From here on that counts also against words that no person is known by, up to so much of these."""
SHORTEST_S = 0.15
"""Less is no word, but the first crackle of a line."""
MOST = 3.0
"""Log-odds that the length of speech alone can add up to."""
BEEP, BEEP_ALONE = 6.0, 2.5
"""After speech; and without any."""
SIT_ODDS, FAX_ODDS = 9.0, 9.0
MAILBOX = 0.75
"""Share of what speaks for a machine by its words that speaks against a network alone."""


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
    _later: bool = False
    """Whether somebody spoke again after the first speech."""
    _words: dict[str, tuple[str, float]] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)
    _announced: str = ""
    """What a network said of the number, as it was last understood: a later look may hear less."""
    _signalled: str = ""
    """The same by information tones, where words say nothing."""
    _tones: dict[str, tuple[str, float]] = field(default_factory=dict)
    _waits: bool = False
    """Whether they have been silent for a moment since they last spoke …"""
    _over: float = 0.0
    """… how surely they are done, 0-1 …"""
    _silent: float = 0.0
    """… and what that speaks for a person."""
    _looked: float = 0.0
    """When it last decided."""

    # -- what is heard -----------------------------------------------------------------------------------------

    def speech_began(self, at: float) -> None:
        """Somebody speaks since `at`."""
        if self._began is None:
            self._began = at
        self._goes_on(at)

    def speech_goes_on(self, at: float) -> Verdict | None:
        """The speech lasts until `at`."""
        self._goes_on(at)
        if self._began is not None and not self._later:
            self._spoken = at - self._began
        return self._decide(at)

    def speech_ended(self, at: float) -> Verdict | None:
        """Silence since `at`."""
        if self._began is not None and not self._later:
            self._spoken = max(self._spoken, at - self._began)
        self._speaks, self._ended = False, at
        return self._decide(at)

    def nothing_said(self, at: float) -> Verdict | None:
        """What ended at `at` was no speech."""
        self._speaks, self._ended = False, at
        if not self._texts and not self._later:
            self._began, self._ended, self._spoken, self._waits = None, None, 0.0, False
        return self._decide(at)

    def words(self, text: str, at: float, utterance: int = 0) -> Verdict | None:
        """So much was understood of an utterance so far."""
        self._texts[utterance] = text
        self._announced = announced(" ".join(self._texts.values()), self.language) or self._announced
        for name, found in found_in(text, self.language).items():
            self._words.setdefault(name, found)
        return self._decide(at)

    def tone(self, kind: Tone, at: float, meaning: str = "") -> Verdict | None:
        """A tone was heard; information tones may say of the number what an announcement does."""
        self._signalled = meaning or self._signalled
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
        return not self._later and greets(text, self.language)

    @property
    def until(self) -> float:
        """When the verdict stands for good."""
        return self.since + self.policy.watch_s

    @property
    def undecided(self) -> bool:
        return self.verdict is None or not self.verdict.final

    @property
    def leans(self) -> AnsweredBy:
        """Who it is rather than anybody else, however unsure."""
        odds = self.odds()
        best = max(odds, key=lambda who: odds[who])
        return best if odds[best] > 0 else "human"

    @property
    def due(self) -> float | None:
        """When silence alone may bring a verdict, None where it doesn't."""
        if self._speaks or self._ended is None:
            return None
        return next((self._ended + since for since, _, _ in WAITS if self._ended + since > self._looked), None)

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
                    found["announcement"] -= MAILBOX * odds
        return found

    def _evidence(self) -> list[tuple[str, float, str]]:
        """Return class, log-odds for it, and the reason in words, of everything heard so far."""
        found = [(who, odds, f"said: {name}") for name, (who, odds) in self._words.items()]
        found += [(who, odds, f"heard: {name}") for name, (who, odds) in self._tones.items()]
        found += self._opening()
        if self._began is not None and self._spoken >= SHORTEST_S:
            length = self._length_odds()
            why = f"{self._spoken:.1f} s of speech" + ("" if self._first_is_over else " and no end")
            found += [("machine", length, why), ("screening", length / 2, why), ("announcement", length / 2, why),
                      ("ivr", length / 2, why)] if length > 0 else [("human", -length, why)]  # fmt: skip
        if (waits := self._waiting_odds()) > 0:
            found.append(("human", waits, "waits for us to speak"))
        return found

    def _waiting_odds(self) -> float:
        """Return what the silence after the words speaks for a person: nothing behind a beep, which asks for it."""
        if not self._waits or self._tones:
            return 0.0
        others = max((odds for who, odds in self._words.values() if who != "human"), default=0.0)
        return 0.0 if others > WEAK or (others and self._silent < LONG_ODDS) else self._silent

    @property
    def _first_is_over(self) -> bool:
        return self._waits or self._later

    def _opening(self) -> list[tuple[str, float, str]]:
        """Return what the first words speak for; they count by what is understood of them now."""
        if not self._texts:
            return []
        name, odds = opening(self._texts[min(self._texts)], self.language, not self._speaks)
        if odds < 0 and any(who != "human" for who, _ in self._words.values()):
            # They are the beginning of what speaks for itself by now.
            return []
        return [(who, abs(odds), f"begins: {name}") for who in (RECORDED if odds < 0 else ("human",)) if odds]

    def _goes_on(self, at: float) -> None:
        if self._ended is not None and at - self._ended > JOINS_S:
            self._later = True
        self._speaks, self._waits, self._ended = True, False, None

    def _length_odds(self) -> float:
        """Return the log-odds of a recording against a person by the length of the first speech."""
        long = max(self._spoken, 0.05)
        over = 1.0 if self._later else self._over if self._waits else 0.0
        return over * _odds_of(long, _density) + (1 - over) * _odds_of(long, _survival)

    def _decide(self, at: float) -> Verdict | None:
        """Return a verdict that is new, None where there is none or the old one stands."""
        self._looked = at
        if not self._speaks and self._ended is not None:
            for since, over, odds in WAITS:
                if at - self._ended >= since - TINY_S:
                    self._waits, self._over, self._silent = True, over, odds
        before = self.verdict
        if before is not None and ((before.who != "human" and before.final) or at > self.until):
            return None
        new = self._judged(at)
        if new is None or (before is not None and (new.who, new.final) == (before.who, before.final)):
            return None
        self.verdict = new
        return new

    def _judged(self, at: float) -> Verdict | None:
        odds = self.odds()
        best = max(odds, key=lambda who: odds[who])
        # What every recording says (a beep, a length) shall not hide who it is by the words.
        needed = self.policy.sure_of_machine if best in ("machine", "ivr", "screening") else self.policy.sure
        if odds[best] >= needed:
            return self._as(best, at, final=best != "announcement" or not self._more_to_say(at))
        heard = self._began is not None and bool(self._texts or self._wordless)
        if self.verdict is None and heard and odds[best] <= -self.policy.sure + 1:
            return self._as("human", at)
        looked = at - self.since
        if self.verdict is None and heard and looked >= self.policy.decide_s:
            return self._as(best if odds[best] > 1 else "human", at)
        if self.verdict is None and self._began is None and not self._tones and looked >= self.policy.silence_s:
            return Verdict("silence", (f"nothing in {at:.0f} s",), at)
        return None

    @property
    def _wordless(self) -> bool:
        """Whether what was said tells enough without its words: a short sound, or one that is surely over."""
        return self._waits and self._spoken >= SHORTEST_S and (self._spoken <= WORDLESS_S or self._over == 1.0)

    def _more_to_say(self, at: float) -> bool:
        """Tell whether a network has yet to say what is wrong, or may yet ask for a message.

        Where it spoke and no word is understood so far, the recogniser is behind, and waited for.
        """
        unheard = self._began is not None and not self._texts
        if self._announced in FINAL or at >= (self.until if unheard else self.since + self.policy.decide_s):
            return False
        patience = self.policy.watch_s if unheard else RESTS_S if self._announced else PATIENCE_S
        return self._speaks or self._ended is None or at - self._ended < patience

    def finally_(self, at: float) -> Verdict | None:
        """The call is over: return who it most likely was; None where nobody can say."""
        if self.verdict is not None:
            return self.verdict if self.verdict.final else self._as(self.verdict.who, at)
        if self._began is None and not self._tones:
            return None
        return self._as(self.leans, at)

    def _as(self, who: AnsweredBy, at: float, final: bool = True) -> Verdict:
        reasons = sorted((one for one in self._evidence() if one[0] == who and one[1] > 0), key=lambda one: -one[1])
        said = ""
        if who == "announcement":
            likely = likely_announced(" ".join(self._texts.values()), self.language)
            said = self._announced or likely or self._signalled
        return Verdict(who, tuple(f"{why} ({odds:+.1f})" for _, odds, why in reasons), round(at, 2), said, final)

    @property
    def count(self) -> int:
        """Words that were understood so far."""
        return sum(words_in(text, self.language) for text in self._texts.values())


def _density(x: float, median: float, spread: float) -> float:
    return math.exp(-((math.log(x / median) / spread) ** 2) / 2) / (x * spread * math.sqrt(2 * math.pi))


def _survival(x: float, median: float, spread: float) -> float:
    return math.erfc(math.log(x / median) / spread / math.sqrt(2)) / 2


def _odds_of(long: float, how: Callable[[float, float, float], float]) -> float:
    ratio = how(long, *MACHINE_S) / max(_of_persons(long, how), 1e-9)
    return max(-MOST, min(MOST, math.log(max(ratio, 1e-9))))


def _of_persons(x: float, how: Callable[[float, float, float], float]) -> float:
    return (1 - COMPANY) * how(x, *HUMAN_S) + COMPANY * how(x, *COMPANY_S)
