"""A flow: what a hotline says and asks, as values. Read from YAML by `loader.py`, walked by `dialogue.py`.

A flow is a list of named steps with one verb each (`verbs/`); a step that names no `goto` goes on with the one below
it. Whatever is said exists once for each language of the flow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from dialplans.calendars import Calendar
from dialplans.kinds import NAMES, STEP, TRUTH, WORD, Named, Number, OneOf, Patterns, Sayings, Spoken, Whole
from dialplans.options import option
from dialplans.place import Place, Target, Texts
from dialplans.slots import SlotKind
from dialplans.step import Step

__all__ = ("Flow", "Human", "Intent", "Place", "Step", "System", "Target", "Texts", "falls_through", "targets",
           "texts_of")  # fmt: skip


@dataclass(frozen=True)
class Intent:
    """Something a caller may want, by a few examples."""

    name: str = ""
    examples: Mapping[str, tuple[str, ...]] = option(
        Sayings(),
        "Sentences by which callers say it; five are good.",
        factory=dict,
        missing="has no examples; write `examples:` with a few sentences",
    )
    """By language."""
    keywords: Mapping[str, tuple[str, ...]] = option(
        Sayings(complete=False), "Words that settle it when they are said.", factory=dict
    )
    patterns: Mapping[str, tuple[str, ...]] = option(
        Patterns(), "Regular expressions that settle it when they fit.", factory=dict
    )
    slots: tuple[str, ...] = option(NAMES, "Values that may be said along with it.", ())
    called: Texts = option(
        Spoken(), 'What the robot calls it in "did you mean …?"; without it the first example.', factory=dict
    )
    place: Place = Place()


@dataclass(frozen=True)
class System:
    """One of the company's systems, for `call`."""

    url: str = option(WORD, "Where it is; paths of calls are appended.", "", missing="has no `url:`; write one")
    headers: Mapping[str, str] = option(
        Named(WORD), "Sent with each request; secrets as `{{ env.NAME }}`.", factory=dict
    )
    timeout_s: float = option(Number(0.1, 60), "Seconds for each attempt.", 5.0)
    retries: int = option(Whole(0, 5), "Further attempts after a failed one.", 1)
    place: Place = Place()


@dataclass(frozen=True)
class Human:
    """The ways to a human that hold in the whole flow."""

    to: Target | None = option(
        STEP, "The step that hands over.", None, missing="doesn't say where to; write `to: STEP`"
    )
    asked: bool = option(TRUTH, "Whoever asks for a human gets one, at every question; key 0 too.", True)
    no_match: int = option(Whole(0, 20), "After so many misunderstandings in one question; 0: never.", 0)
    tags: tuple[str, ...] = option(NAMES, "Customers with one of these tags.", ())
    at: str = option(OneOf(("question", "begin"), "The moment for tagged customers"), "When those go.", "question")
    rating: int = option(Whole(0, 10), "A rating of that or less; 0: none.", 0)
    anger: float = option(Number(0, 1), "Anger in words and voice from here on; 0: never.", 0.0)
    place: Place = Place()


@dataclass(frozen=True)
class Flow:
    """A whole flow. `steps` keeps the order of the file; the first one is where a call begins."""

    name: str
    languages: tuple[str, ...]
    steps: Mapping[str, Step]
    intents: Mapping[str, Intent] = field(default_factory=dict)
    commands: Mapping[str, Target] = field(default_factory=dict)
    """Where `operator`, `goodbye` and `opt_out` (not to be called again) lead from every question."""
    voices: Mapping[str, str] = field(default_factory=dict)
    detect: Place | None = None
    """Where it says that the caller's sentences tell the language: the first one, and every answer to an `ask` with
    intents and a `menu`."""
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    slots: Mapping[str, SlotKind] = field(default_factory=dict)
    systems: Mapping[str, System] = field(default_factory=dict)
    human: Human | None = None
    variables: tuple[str, ...] = ()
    """Values that come with the call."""
    prompts: Mapping[str, Texts] = field(default_factory=dict)
    """The author's words for what the interpreter says itself (`sentences.py`)."""
    flows: Mapping[str, "Flow"] = field(default_factory=dict)
    """Sub-flows by name: written within this file, or run from it."""
    trained: Mapping[str, bytes] = field(default_factory=dict)
    """What was learned of the intents when this version was published, by language; without it, it is learned anew."""
    version: str = ""
    """First characters of the SHA-256 over the file and all that it runs and imports: which text a call ran with."""
    place: Place = Place()

    @property
    def first(self) -> str:
        """Name of the step where a call begins."""
        return next(iter(self.steps))

    @cached_property
    def wording(self) -> tuple[object, ...]:
        """All that the intents' understanding is made from: flows that have the same understand the same."""
        return tuple(
            (
                intent.name,
                *(tuple(sorted(part.items())) for part in (intent.examples, intent.keywords, intent.patterns)),
            )
            for intent in self.intents.values()
        )

    @cached_property
    def _below(self) -> Mapping[str, str]:
        names = list(self.steps)
        return dict(pairwise(names))

    def after(self, name: str) -> str | None:
        """Return the step below `name`, or None after the last."""
        return self._below.get(name)

    def operator(self) -> Target | None:
        """Return the step for whoever asks for a human."""
        if target := self.commands.get("operator"):
            return target
        return self.human.to if self.human and self.human.asked else None


def targets(step: Step) -> Iterator[Target]:
    """Yield every step that `step` names."""
    return step.leads()


def falls_through(step: Step) -> bool:
    """Tell whether a caller can get from `step` to the one below it without a `goto`."""
    return step.falls_through


def texts_of(step: Step) -> Iterator[Texts]:
    """Yield everything that `step` may say."""
    return step.says()
