"""A conversation as inspection sees it: who said what when, who was heard when, and what happened. Values; pure."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

from asr_tts.word_times import Word as Word
from dialplans.backchannel import is_backchannel

GOES_ON_S = 2.5
"""Who speaks again so soon goes on with what was begun."""
Speaker = Literal["caller", "robot", "agent"]
Who = Literal["caller", "robot", "agent", "ours", "anyone"]
"""Whom a rule is about; "ours" is robot or agent: the right channel."""


@dataclass(frozen=True)
class Stretch:
    """A piece of time, in seconds from the recording's first sample."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Turn:
    """What one side said before the other did."""

    number: int
    speaker: Speaker
    text: str
    start: float
    end: float
    language: str = "en"
    confidence: float = 1.0
    words: tuple[Word, ...] = ()
    """With times; empty where only the text is known."""
    intent: str = ""
    interrupted: bool = False
    agent: str = ""
    """Extension, of an agent's turn."""
    anger: float = 0.0
    """In the voice, 0-1; the words are judged by their text."""
    others: tuple[str, ...] = ()
    """What else may have been said, where a recogniser heard several things; the likeliest first."""

    def is_by(self, who: Who) -> bool:
        """Tell whether it is said by `who`."""
        return who in ("anyone", self.speaker) or (who == "ours" and self.speaker != "caller")

    def when(self, begin: int, end: int) -> Stretch:
        """Return when the characters `begin` to `end` of the text were said.

        From the words' times where there are any, else by their share of the text.
        """
        if self.words:
            spans = list(self._spans())
            hit = [word for word, (first, last) in zip(self.words, spans, strict=True) if first < end and last > begin]
            if hit:
                return Stretch(hit[0].start, hit[-1].end)
        a_sign = (self.end - self.start) / max(len(self.text), 1)
        return Stretch(self.start + begin * a_sign, self.start + end * a_sign)

    def _spans(self) -> Iterator[tuple[int, int]]:
        at = 0
        for word in self.words:
            found = self.text.find(word.text, at)
            first = found if found >= 0 else at
            at = first + len(word.text)
            yield first, at


@dataclass(frozen=True)
class Happening:
    """An event of the call's record."""

    at: float
    """Seconds from the recording's first sample."""
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Conversation:
    """One call that is over, or as far as it has come."""

    call_id: str
    seconds: float
    turns: tuple[Turn, ...]
    """In the order of their beginning."""
    language: str = "en"
    direction: str = "inbound"
    happenings: tuple[Happening, ...] = ()
    voices: Mapping[str, tuple[Stretch, ...]] = field(default_factory=dict)
    """When each channel ("caller", "ours") had speech in it, by a detector; without it, the turns' times count."""
    levels: Mapping[str, float] = field(default_factory=dict)
    """dBov of the speech in each channel, where the recording was measured."""
    cause: str = ""
    flow: str = ""
    queue: str = ""
    team: str = ""
    agents: tuple[str, ...] = ()
    """Extensions, in the order in which they talked."""
    campaign: str = ""
    """Its name, where a campaign placed the call."""
    wrap_up_s: float | None = None
    """Seconds that the last agent was busy with the call after its end; None: nobody was, or still is."""
    over: bool = True
    """Whether nothing more will come: rules on what has to happen wait for it."""

    def said_by(self, who: Who) -> Iterator[Turn]:
        """Yield the turns of `who`."""
        return (turn for turn in self.turns if turn.is_by(who))

    def speech_of(self, who: Literal["caller", "ours"]) -> tuple[Stretch, ...]:
        """Return when a side spoke: stretches in order, none touching another."""
        return self._speech[who]

    @cached_property
    def _speech(self) -> Mapping[str, tuple[Stretch, ...]]:
        sides: tuple[Literal["caller", "ours"], ...] = ("caller", "ours")
        return {
            side: joined(self.voices.get(side) or [Stretch(turn.start, turn.end) for turn in self.said_by(side)])
            for side in sides
        }

    @cached_property
    def going_on(self) -> Mapping[int, Turn]:
        """By the number of a turn the one in which its speaker goes on, after a pause in which others only listen."""
        found: dict[int, Turn] = {}
        last: dict[Speaker, Turn] = {}
        for turn in self.turns:
            before = last.get(turn.speaker)
            if before and turn.start - before.end <= GOES_ON_S and turn.language == before.language:
                found[before.number] = turn
            if not (turn.text and is_backchannel(turn.text)):
                # Whoever says more takes the word: what the other says next is begun anew.
                last = {turn.speaker: turn}
        return found

    @cached_property
    def _starts(self) -> Sequence[float]:
        return [turn.start for turn in self.turns]

    def turn_at(self, second: float) -> Turn | None:
        """Return the last turn that began by `second`, or the first; None where nothing was said."""
        if not self.turns:
            return None
        return self.turns[max(bisect_left(self._starts, second + 1e-9) - 1, 0)]


def joined(stretches: Sequence[Stretch], gap: float = 0.0) -> tuple[Stretch, ...]:
    """Return the stretches in order, those that overlap or are at most `gap` seconds apart made one."""
    found: list[Stretch] = []
    for one in sorted((each for each in stretches if each.end > each.start), key=lambda each: each.start):
        if found and one.start <= found[-1].end + gap:
            found[-1] = Stretch(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return tuple(found)


def between(stretches: Sequence[Stretch], start: float, end: float) -> Iterator[Stretch]:
    """Yield what lies between the stretches (in order, apart) from `start` to `end`."""
    edges = [Stretch(start, start), *(one for one in stretches if one.end > start and one.start < end)]
    for before, after in pairwise([*edges, Stretch(end, end)]):
        if after.start > before.end:
            yield Stretch(before.end, after.start)


def common(some: Sequence[Stretch], others: Sequence[Stretch]) -> Iterator[Stretch]:
    """Yield when both are (each in order, apart)."""
    at = 0
    for one in some:
        while at < len(others) and others[at].end <= one.start:
            at += 1
        for other in others[at:]:
            if other.start >= one.end:
                break
            yield Stretch(max(one.start, other.start), min(one.end, other.end))
