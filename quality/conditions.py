"""Conditions of rules: what is said, how long nobody speaks, who cuts in, what happens, and how they combine. Pure.

Each is a value whose `of(subject)` tells whether it holds there, and by what evidence.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal, Protocol

from quality.conversation import Turn, Who
from quality.evidence import Evidence, Subject, Verdict, of_turn
from quality.facts import WHOLE_S, Side, anger_of, interruptions, silences, speed
from quality.meaning import bar_of
from quality.meant import Meaning
from quality.moods import Mood, mood_of
from quality.phrases import places

Phrases = Mapping[str, tuple[str, ...]]
"""By language."""


class Condition(Protocol):
    """Something that holds of a conversation or doesn't."""

    def of(self, subject: Subject) -> Verdict:
        """Tell whether it holds of what `subject` covers."""


def _any_of(found: Iterator[Evidence]) -> Verdict:
    evidence = tuple(found)
    return Verdict(bool(evidence), evidence)


# -- what is said --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Says:
    """Somebody says one of these phrases, or something that means what one of these examples means."""

    who: Who = "anyone"
    phrases: Phrases = field(default_factory=dict)
    meaning: Phrases = field(default_factory=dict)
    unlike: Phrases = field(default_factory=dict)
    """Examples of what is near and not meant: what is liker to these doesn't count."""
    likeness: float = 0.0
    """From which it counts; 0: what suits the language."""

    def of(self, subject: Subject) -> Verdict:
        turns = [turn for turn in subject.conversation.said_by(self.who) if subject.covers(turn.start)]
        found = [one for turn in turns for one in self._word_for_word(turn)]
        for language in self.meaning:
            of_it = [turn for turn in turns if turn.language == language]
            if not of_it:
                continue  # and so no encoder is loaded for it
            bar = self.likeness or bar_of(subject.alike.bounds(language), subject.window.end - subject.window.start)
            meant = Meaning(self.meaning[language], self.unlike.get(language, ()), bar, language)
            found += meant.said_in(of_it, subject.alike, subject.conversation.going_on)
        return _any_of(iter(sorted(found, key=lambda one: one.start)))

    def _word_for_word(self, turn: Turn) -> Iterator[Evidence]:
        for phrase in self.phrases.get(turn.language, ()):
            found = [(turn.text, begin, end) for begin, end in places(phrase, turn.text, turn.language)]
            for text, begin, end in found or list(_otherwise(phrase, turn))[:1]:
                scale = len(turn.text) / max(len(text), 1)
                when = turn.when(round(begin * scale), round(end * scale))
                yield of_turn(turn, text[begin:end], when=when)


def _otherwise(phrase: str, turn: Turn) -> Iterator[tuple[str, int, int]]:
    """Yield where the phrase stands in what else may have been said."""
    for text in turn.others:
        for begin, end in places(phrase, text, turn.language):
            yield text, begin, end


# -- how it is said ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Silent:
    """Nobody speaks for longer than this, hold music aside."""

    over_s: float
    whose: Side | Literal["anyone"] = "anyone"
    """Who was to speak."""

    def of(self, subject: Subject) -> Verdict:
        return _any_of(
            Evidence(one.start, one.end, speaker=one.whose, value=round(one.seconds, 1))
            for one in silences(subject.conversation, self.over_s)
            if self.whose in ("anyone", one.whose) and subject.covers(one.start) and one.seconds > self.over_s
        )


@dataclass(frozen=True)
class Interrupts:
    """A side cuts in on the other, more often than this."""

    by: Side
    more_than: int = 0

    def of(self, subject: Subject) -> Verdict:
        found = [one for one in interruptions(subject.conversation) if one.by == self.by and subject.covers(one.start)]
        if len(found) <= self.more_than:
            return Verdict(False)
        return Verdict(True, tuple(self._evidence(subject, one.start, one.end) for one in found))

    def _evidence(self, subject: Subject, start: float, end: float) -> Evidence:
        who: Who = "caller" if self.by == "caller" else "ours"
        turn = next((one for one in subject.conversation.said_by(who) if one.start - 0.5 <= start < one.end), None)
        number, words, speaker = (turn.number, turn.text, turn.speaker) if turn else (0, "", self.by)
        return Evidence(start, end, words, number, speaker, round(end - start, 2))


@dataclass(frozen=True)
class Speed:
    """Somebody speaks faster or slower than this, in words (Chinese: signs) a minute, over a turn of 1.5 s and more."""

    who: Who
    over: Mapping[str, float] = field(default_factory=dict)
    under: Mapping[str, float] = field(default_factory=dict)
    """By language."""

    def of(self, subject: Subject) -> Verdict:
        return _any_of(self._found(subject))

    def _found(self, subject: Subject) -> Iterator[Evidence]:
        for turn in subject.conversation.said_by(self.who):
            if turn.end - turn.start < WHOLE_S or not subject.covers(turn.start):
                continue
            over, under = self.over.get(turn.language), dict(self.under).get(turn.language)
            measured = speed(turn)
            if (over is not None and measured > over) or (under is not None and measured < under):
                yield of_turn(turn, value=round(measured))


@dataclass(frozen=True)
class Angry:
    """Somebody is angrier than this (0-1), in words and voice."""

    who: Who
    over: float

    def of(self, subject: Subject) -> Verdict:
        return _any_of(
            of_turn(turn, value=anger_of(turn))
            for turn in subject.conversation.said_by(self.who)
            if subject.covers(turn.start) and anger_of(turn) > self.over
        )


@dataclass(frozen=True)
class Feels:
    """Somebody is in one of these moods, in words and voice."""

    who: Who
    moods: tuple[Mood, ...]

    def of(self, subject: Subject) -> Verdict:
        return _any_of(
            replace(of_turn(turn, value=anger_of(turn)), verdict=mood_of(turn))
            for turn in subject.conversation.said_by(self.who)
            if subject.covers(turn.start) and mood_of(turn) in self.moods
        )


Measure = Literal["length", "hold", "response", "talk_share", "misunderstood", "hand_overs", "silence", "wrap_up"]


@dataclass(frozen=True)
class Measured:
    """A figure of the whole conversation is over or under a limit; seconds, shares (of our speech), or counts."""

    what: Measure
    over: float | None = None
    under: float | None = None

    def of(self, subject: Subject) -> Verdict:
        value = self._value(subject)
        if value is None:
            return Verdict(False)
        beyond = (self.over is not None and value > self.over) or (self.under is not None and value < self.under)
        return Verdict(beyond, (Evidence(0.0, subject.end, value=round(value, 2)),) if beyond else ())

    def _value(self, subject: Subject) -> float | None:
        facts = subject.facts
        values: Mapping[Measure, Callable[[], float | None]] = {
            "length": lambda: facts.seconds,
            "hold": lambda: facts.hold_s,
            "response": lambda: max(facts.response_s, default=None),
            "talk_share": lambda: facts.talk_share["ours"] if any(facts.talk.values()) else None,
            "misunderstood": lambda: facts.misunderstood,
            "hand_overs": lambda: facts.hand_overs,
            "silence": lambda: facts.silence_s,
            "wrap_up": lambda: subject.conversation.wrap_up_s,
        }
        return values[self.what]()


@dataclass(frozen=True)
class Happens:
    """One of these events is on record."""

    names: tuple[str, ...]

    def of(self, subject: Subject) -> Verdict:
        return _any_of(
            Evidence(one.at, one.at, one.name)
            for one in subject.conversation.happenings
            if one.name in self.names and subject.covers(one.at)
        )


# -- how they go together ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Every:
    """All of these hold."""

    parts: tuple[Condition, ...]

    def of(self, subject: Subject) -> Verdict:
        verdicts = [part.of(subject) for part in self.parts]
        if not all(verdict.holds for verdict in verdicts):
            return Verdict(False)
        return Verdict(True, tuple(found for verdict in verdicts for found in verdict.evidence))


@dataclass(frozen=True)
class Either:
    """At least one of these holds."""

    parts: tuple[Condition, ...]

    def of(self, subject: Subject) -> Verdict:
        held = [verdict for part in self.parts if (verdict := part.of(subject)).holds]
        return Verdict(bool(held), tuple(found for verdict in held for found in verdict.evidence))


@dataclass(frozen=True)
class Not:
    """This doesn't hold."""

    part: Condition

    def of(self, subject: Subject) -> Verdict:
        return Verdict(not self.part.of(subject).holds)


@dataclass(frozen=True)
class Near:
    """All of these are found within so many seconds of each other, in any order."""

    parts: tuple[Condition, ...]
    seconds: float

    def of(self, subject: Subject) -> Verdict:
        for chosen in product(*(part.of(subject).evidence for part in self.parts)):
            if max(one.start for one in chosen) - min(one.end for one in chosen) <= self.seconds:
                return Verdict(True, tuple(sorted(chosen, key=lambda one: one.start)))
        return Verdict(False)


@dataclass(frozen=True)
class InOrder:
    """All of these are found, each after the one before: the steps of a script."""

    parts: tuple[Condition, ...]

    def of(self, subject: Subject) -> Verdict:
        after = -1.0
        found: list[Evidence] = []
        for part in self.parts:
            # Where two steps are in one turn, the later words count as later.
            later = [one for one in part.of(subject).evidence if one.start > after]
            if not later:
                return Verdict(False, tuple(found))
            found.append(min(later, key=lambda one: one.start))
            after = found[-1].start
        return Verdict(True, tuple(found))


@dataclass(frozen=True)
class Within:
    """This holds in the first or the last so many seconds."""

    part: Condition
    first_s: float = 0.0
    last_s: float = 0.0

    def of(self, subject: Subject) -> Verdict:
        start = subject.end - self.last_s if self.last_s else 0.0
        return self.part.of(subject.within(start, self.first_s or float("inf")))


@dataclass(frozen=True)
class After:
    """This holds within so many seconds after each place where the other one does; at once where it never does."""

    part: Condition
    trigger: Condition
    seconds: float

    def of(self, subject: Subject) -> Verdict:
        found: list[Evidence] = []
        for one in self.trigger.of(subject).evidence:
            verdict = self.part.of(subject.within(one.start, one.end + self.seconds))
            if not verdict.holds:
                return Verdict(False, (one,))
            found += verdict.evidence
        return Verdict(True, tuple(found))
