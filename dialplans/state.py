"""All that a dialogue knows besides its flow: plain values, so that it can be shown, kept and taken up again."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from dialplans.answers import Answer
from dialplans.exchange import Say


@dataclass(frozen=True)
class Taken:
    """A value that the caller gave, and where it came from."""

    value: Any
    text: str
    """The caller's words."""
    spoken: str
    """How the robot says it, in `language`."""
    language: str
    confidence: float
    step: str
    """The question that took it."""


@dataclass
class Frame:
    """A flow that is being walked through: the one that the call began with, or a sub-flow."""

    flow: str = ""
    """Name by which it was run; "" for the flow of the call."""
    step: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    taken: dict[str, Taken] = field(default_factory=dict)
    """By slot, the last one given last."""


@dataclass
class State:
    """Where a call stands."""

    language: str
    frames: list[Frame] = field(default_factory=lambda: [Frame()])
    """The innermost sub-flow last."""
    settled: bool = False
    """Whether the caller chose the language, so that it is no longer to be identified."""
    told: bool = False
    """Whether a sentence of the caller has told it."""
    phase: str = ""
    """Which question of the step waits for its answer ("own": the step's own); "": none."""
    aside: int = 0
    """Depth of the sub-flow in which a caller is helped who waits for a human; 0: none."""
    errand: str = ""
    """The kind of errand that is waited for, or ""."""
    doubt: tuple[Answer, ...] = ()
    """What "did you mean …?" asks about: the answer, and the runner-up where it is near."""
    silences: int = 0
    misses: int = 0
    """Of the open question, since it was asked."""
    piece: str = ""
    """Digits of the number that it asks for which were said already; more are to come."""
    trouble: dict[str, int] = field(default_factory=dict)
    """Misunderstandings by question, over all attempts until it is answered."""
    over: bool = False
    reason: str = ""
    """The rule that led to a human, until it is handed over."""
    passed: dict[str, int] = field(default_factory=dict)
    """How often steps were come to, with what was known then, since the caller was last asked something."""
    used: tuple[str, ...] = ()
    """Rules that lead to a human only once in a call and did."""
    last: dict[str, Any] = field(default_factory=dict)
    """The caller's last words: "text", "intent", "confidence"."""
    outgoing: bool = False
    """Whether we called."""
    call: dict[str, Any] = field(default_factory=dict)
    """What was known when it began: "caller", "called", and what came with it."""
    transcript: tuple[tuple[str, str], ...] = ()
    """Speaker ("caller" or "robot") and words, oldest first."""
    history: tuple[tuple[str, ...], ...] = ()
    """Questions asked, each as the steps of its frames: the way back."""
    again: tuple[Say, ...] = ()
    """What "repeat" says once more."""

    @property
    def frame(self) -> Frame:
        """The innermost flow."""
        return self.frames[-1]

    @property
    def step(self) -> str:
        """Name of the step that the caller is in."""
        return self.frame.step

    @property
    def variables(self) -> Mapping[str, Any]:
        """What was collected and set so far, in the innermost flow."""
        return self.frame.variables

    def copy(self) -> "State":
        """Return a copy that shares nothing that changes."""
        return deepcopy(self)
