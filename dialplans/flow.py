"""A flow: what a hotline says and asks, as values. Read from YAML by `loader.py`, walked by `dialogue.py`.

A flow is a list of named steps with one verb each; a step that names no `goto` goes on with the one below it.
Whatever is said exists once for each language of the flow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dialplans.exchange import KeysWanted, QuestionKind

Texts = Mapping[str, str]
"""What is said, by language."""


@dataclass(frozen=True)
class Place:
    """Where something stands in a file; lines and columns count from 1, as editors do."""

    file: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Target:
    """The step that something leads to, and where that is written."""

    step: str
    place: Place = field(default=Place(), compare=False)


@dataclass(frozen=True)
class Intent:
    """Something a caller may want, by a few examples."""

    name: str
    examples: Mapping[str, tuple[str, ...]]
    """By language."""
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Words that settle it when they are said, by language."""
    place: Place = Place()


@dataclass(frozen=True)
class Step:
    """One step: its name, where it stands and where it leads."""

    name: str
    place: Place
    goto: Target | None = None
    """None: the step below."""


@dataclass(frozen=True)
class SayStep(Step):
    texts: Texts = field(default_factory=dict)
    barge_in: bool = True


@dataclass(frozen=True)
class PlayStep(Step):
    files: Mapping[str, str] = field(default_factory=dict)
    """Sound files by language."""
    barge_in: bool = True


@dataclass(frozen=True)
class QuestionStep(Step):
    """What `ask`, `menu`, `collect` and `confirm` share."""

    texts: Texts = field(default_factory=dict)
    barge_in: bool = True
    no_input: tuple[Texts, ...] = ()
    """Said after the first, second … silence; the last one serves for all further ones."""
    no_match: tuple[Texts, ...] = ()
    """Said after the first, second … answer that fits nothing."""
    max_attempts: int = 3
    """After so many silences and misunderstandings together the caller is led to `otherwise`."""
    otherwise: Target | None = None
    no_input_s: float = 6.0
    endpoint_ms: int = 0
    """Silence that ends an answer; 0: what suits the kind of question."""
    speech: bool = True
    detect: bool = False
    """Identify the language by the answer (`language: detect`); it is the call's from there on."""
    kind: QuestionKind = "open"


@dataclass(frozen=True)
class AskStep(QuestionStep):
    """A free question: the answer is one of the intents."""

    intents: Mapping[str, Target] = field(default_factory=dict)
    keys: Mapping[str, Target] = field(default_factory=dict)
    """Single keys that answer it too."""


@dataclass(frozen=True)
class Option:
    """One line of a menu."""

    name: str
    key: str
    phrases: Mapping[str, tuple[str, ...]]
    """What to say for it, by language; the first is its name in the prompt."""
    target: Target
    place: Place = Place()


@dataclass(frozen=True)
class MenuStep(QuestionStep):
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class CollectStep(QuestionStep):
    """Digits into a variable, by keys or by voice."""

    slot: str = ""
    keys: KeysWanted = field(default_factory=KeysWanted)


@dataclass(frozen=True)
class ConfirmStep(QuestionStep):
    """Yes or no; 1 and 2 on the keypad."""

    yes: Target | None = None
    no: Target | None = None


@dataclass(frozen=True)
class SetStep(Step):
    values: Mapping[str, object] = field(default_factory=dict)
    """Variables; `language` changes the language of the call."""


@dataclass(frozen=True)
class Condition:
    """`when: variable`, then `equals` (or being set at all, or a first digits `starts`)."""

    variable: str
    equals: str | None
    starts: str | None
    target: Target


@dataclass(frozen=True)
class BranchStep(Step):
    """The first condition that holds leads on; none: `goto` or the step below."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class HandoverStep(Step):
    """A human must take it. Where that can't be done, `unavailable` is said and the flow goes on."""

    verb: str = "transfer"
    target: str = ""
    reason: str = "asked"
    unavailable: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class GotoStep(Step):
    pass


@dataclass(frozen=True)
class HangupStep(Step):
    texts: Texts = field(default_factory=dict)
    """A last word, or none."""


@dataclass(frozen=True)
class Flow:
    """A whole flow. `steps` keeps the order of the file; the first one is where a call begins."""

    name: str
    languages: tuple[str, ...]
    steps: Mapping[str, Step]
    intents: Mapping[str, Intent] = field(default_factory=dict)
    commands: Mapping[str, Target] = field(default_factory=dict)
    """Where `operator` and `goodbye` lead from every question."""
    voices: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    """First characters of the file's SHA-256: which text a call ran with."""
    place: Place = Place()

    @property
    def first(self) -> str:
        """Name of the step where a call begins."""
        return next(iter(self.steps))

    def after(self, name: str) -> str | None:
        """Return the step below `name`, or None after the last."""
        names = list(self.steps)
        index = names.index(name) + 1
        return names[index] if index < len(names) else None


def targets(step: Step) -> Iterator[Target]:
    """Yield every step that `step` names."""
    if step.goto:
        yield step.goto
    match step:
        case AskStep():
            yield from step.intents.values()
            yield from step.keys.values()
        case MenuStep():
            yield from (option.target for option in step.options)
        case ConfirmStep():
            yield from (target for target in (step.yes, step.no) if target)
        case BranchStep():
            yield from (condition.target for condition in step.conditions)
        case _:
            pass
    if isinstance(step, QuestionStep) and step.otherwise:
        yield step.otherwise


def falls_through(step: Step) -> bool:
    """Tell whether a caller can get from `step` to the one below it without a `goto`."""
    if step.goto or isinstance(step, HangupStep):
        return False
    match step:
        case AskStep() | MenuStep():
            return False
        case ConfirmStep():
            return step.yes is None or step.no is None
        case _:
            return True


def texts_of(step: Step) -> Iterator[Texts]:
    """Yield everything that `step` may say."""
    match step:
        case SayStep() | HangupStep():
            yield step.texts
        case HandoverStep():
            yield step.unavailable
        case QuestionStep():
            yield step.texts
            yield from step.no_input
            yield from step.no_match
        case _:
            return
