"""What a rule found: the turn, the words, the second; and the conversation as rules ask it. Values; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from knowledge.entry import Entry
from knowledge.wording import plain
from quality.bounds import Bounds
from quality.conversation import Conversation, Stretch, Turn
from quality.facts import Facts, facts_of


class Alike(Protocol):
    """How alike two sentences are, and from which likeness on they mean the same. Hashable."""

    def __call__(self, said: Sequence[str], examples: Sequence[str], language: str, /) -> Sequence[float]:
        """Return the likeness (0-1) of each of `said` to the likest of some examples."""

    def bounds(self, language: str) -> Bounds:
        """Return what belongs to likenesses in this language."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class Compared:
    """An `Alike` that compares by one function, in every language, with its bounds."""

    by: Callable[[Sequence[str], Sequence[str], str], Sequence[float]]
    its_bounds: Bounds = field(default_factory=Bounds)

    def __call__(self, said: Sequence[str], examples: Sequence[str], language: str, /) -> Sequence[float]:
        return self.by(said, examples, language)

    def bounds(self, language: str) -> Bounds:
        return self.its_bounds


@dataclass(frozen=True)
class Evidence:
    """One place in a conversation."""

    start: float
    end: float
    """Seconds from the recording's first sample."""
    words: str = ""
    """What was said there."""
    turn: int = 0
    """Number of the turn; 0 where it is about no turn."""
    speaker: str = ""
    value: float | None = None
    """What was measured: seconds, words a minute, likeness, anger."""
    article: str = ""
    """Id and version ("hours@3") of the article that an answer is compared with."""
    verdict: str = ""
    """What is to be said of an answer: right, wrong (and in what), doubtful, missing."""


@dataclass(frozen=True)
class Verdict:
    """Whether a condition holds, and where."""

    holds: bool
    evidence: tuple[Evidence, ...] = ()


@Compared
def by_words_alone(said: Sequence[str], examples: Sequence[str], language: str) -> Sequence[float]:
    """Take only what is said word for word for alike: where no encoder is at hand."""
    known = {plain(one) for one in examples}
    return [float(plain(one) in known) for one in said]


class Known(Protocol):
    """What the knowledge base knew when a conversation took place."""

    def answering(self, question: str, language: str, tags: Sequence[str] = ()) -> Entry | None:
        """Return the article that answers `question` (only one with one of the `tags`, if any), or None."""

    def article(self, id_: str) -> Entry | None:
        """Return the article of that id, or None where it wasn't given as an answer then."""


class NothingKnown:
    """A knowledge base without articles."""

    def answering(self, question: str, language: str, tags: Sequence[str] = ()) -> Entry | None:
        """No article answers anything."""
        return None

    def article(self, id_: str) -> Entry | None:
        """There is no article."""
        return None


@dataclass(frozen=True)
class Subject:
    """A conversation under inspection, or a stretch of it."""

    conversation: Conversation
    alike: Alike = by_words_alone
    window: Stretch = field(default=Stretch(0.0, float("inf")))
    """What begins outside isn't looked at."""
    known: Known = field(default_factory=NothingKnown)

    @cached_property
    def facts(self) -> Facts:
        """Facts of the whole conversation."""
        return facts_of(self.conversation)

    def within(self, start: float, end: float) -> "Subject":
        """Return the same, narrowed to a stretch."""
        narrowed = replace(self, window=Stretch(max(start, self.window.start), min(end, self.window.end)))
        narrowed.__dict__["facts"] = self.facts
        return narrowed

    def covers(self, start: float) -> bool:
        """Tell whether what begins at `start` is looked at."""
        return self.window.start <= start < self.window.end

    @cached_property
    def end(self) -> float:
        """Where the conversation ends, or has come to."""
        return max(self.conversation.seconds, max((turn.end for turn in self.conversation.turns), default=0.0))


def of_turn(turn: Turn, words: str = "", value: float | None = None, when: Stretch | None = None) -> Evidence:
    """Return a turn as evidence, or the words in it that count, said at `when`."""
    where = when or Stretch(turn.start, turn.end)
    return Evidence(where.start, where.end, words or turn.text, turn.number, turn.speaker, value)
