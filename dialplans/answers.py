"""What an answer means to the question that is open: intent, values, command, and how sure that is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from asr_tts.sentence_end import hangs
from asr_tts.speech_protocol import Others
from dialplans.commands import BY_KEY, command_in
from dialplans.exchange import KeysWanted
from dialplans.flow import Flow
from dialplans.keying import phrases
from dialplans.opt_out import KEY, OPT_OUT, opts_out
from dialplans.place import Target
from dialplans.slots import SlotKind, Value, Wanted, found_in, read
from dialplans.understanding import SURE, Meaning, Understanding
from knowledge.wording import EMPTY, plain, stem, units

if TYPE_CHECKING:
    from dialplans.verbs.question import QuestionStep

DOUBTED = 0.6
"""Confidence where only the recogniser chose."""
COMMAND = 0.95
"""Confidence of a command by its words."""
BEFORE_VALUES = ("repeat", "back", "help", "operator")
"""Commands that hold also where a value could be read from their words ("say that again, please"; 再说一遍)."""
ENDING = ("goodbye", "enough", "leave")
"""Commands that wait for all of the silence: a hum is heard as "bye" now and then, and who hung up is gone."""
SOME_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""What dates are relative to where nobody says the time; a call always does."""


@dataclass(frozen=True)
class Answer:
    """How an answer was taken."""

    intent: str = ""
    """What the record calls it: intent, option, slot, "yes", "no"."""
    confidence: float = 0.0
    fits: bool = False
    """Whether it answers the question."""
    target: Target | None = None
    """Where it leads; None: to what follows the question."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """What it fills, by slot; kept also where it answers nothing else."""
    command: str = ""
    """The global command that it was, or ""."""
    runner_up: str = ""
    runner_up_confidence: float = 0.0
    """What else it may have been."""

    @property
    def slots(self) -> dict[str, object]:
        """The bare values by slot."""
        return {name: value.value for name, value in self.values.items()}


NOTHING = Answer()


BESIDE: Mapping[str, frozenset[str]] = {
    "en": frozenset(stem(word) for word in EMPTY - {"are", "am", "do", "does", "did", "can", "could"})
    | frozenset(
        units("please maybe then how good great fine okay make say better rather prefer change thanks people persons "
              "guests sorry actually", "en")
    ),
    "zh": frozenset(units("那就吧可以呢请改到换成还是要行好的嗯啊哦呃我想在约订个位人名也许大概", "zh")),
}  # fmt: skip
"""Words that may stand beside a value without saying more than it does: "Friday at ten, please"; 那就周五吧."""


def without(text: str, values: Iterable[Value]) -> str:
    """Return `text` without the words that `values` were read from."""
    for value in values:
        text = text.replace(value.text, " ")
    return text


def is_bare(text: str, values: Iterable[Value], language: str, more: frozenset[str] = frozenset()) -> bool:
    """Tell whether `text` says `values` and nothing else, but for polite words and those of `more`."""
    return set(units(without(text, values), language)) <= BESIDE.get(language, frozenset()) | more


def understanding_of(flow: Flow, language: str) -> Understanding:
    """Return the understanding of the flow's intents in `language`: one for all flows that have the same intents."""
    key = (flow.wording, language)
    found = _LEARNED.get(key)
    if found is None:
        found = Understanding(flow.intents.values(), language, flow.trained.get(language))
        while len(_LEARNED) >= MOST_LEARNED:
            # Another thread may be faster.
            _LEARNED.pop(next(iter(_LEARNED)), None)
        _LEARNED[key] = found
    return found


MOST_LEARNED = 64
"""So many flows and languages are kept ready; the oldest gives way."""
_LEARNED: dict[tuple[object, str], Understanding] = {}


class Reader:
    """Reads answers in one language at one moment of a call. Keeps nothing between answers."""

    def __init__(
        self,
        flow: Flow,
        language: str,
        wall: datetime | None = None,
        value: Callable[[str], Any] = lambda _: None,
        commands: frozenset[str] = frozenset(),
        others: Mapping[str, Others] = MappingProxyType({}),
    ) -> None:
        """`value` is what a variable holds now (None: nothing); `commands` are those that lead to a step.

        `others` are what may have been said instead of a text.
        """
        self.flow, self.language, self.commands, self._others = flow, language, commands, others
        self.wall, self._value = wall or SOME_DAY, value

    # -- for the verbs -----------------------------------------------------------------------------------------

    def meaning(self, text: str, intents: Iterable[str]) -> Meaning:
        """Return which of `intents` is meant."""
        return understanding_of(self.flow, self.language).of(text, intents, self._others.get(text, ()))

    def is_set(self, slot: str) -> bool:
        """Tell whether `slot` has a value."""
        return self._value(slot) not in (None, "")

    def wanted(self, slots: Iterable[str]) -> tuple[Wanted, ...]:
        """Return slots of the flow with their kinds."""
        return tuple(Wanted(name, self.flow.slots[name]) for name in slots if name in self.flow.slots)

    def found(self, wanted: tuple[Wanted, ...], text: str) -> Mapping[str, Value]:
        """Return what `text` says of several slots."""
        return found_in(wanted, text, self.language, self.wall) if wanted and text.strip() else {}

    def value_in(self, kind: SlotKind, text: str) -> Value | None:
        """Return the value of `kind` that `text` says."""
        return read(kind, text, self.language, self.wall)

    def value_or_choice(self, kind: SlotKind, text: str, choice: int) -> Value | None:
        """Return the value of `kind` that `text` says, or that the recogniser's pick of its phrases is."""
        if value := self.value_in(kind, text):
            return value
        known = phrases(kind, self.language)
        picked = self.value_in(kind, known[choice]) if 0 <= choice < len(known) else None
        return replace(picked, text=text, confidence=min(picked.confidence, DOUBTED)) if picked else None

    def keyed_value(self, kind: SlotKind, digits: str) -> Value | None:
        """Return the value of `kind` that was keyed."""
        if kind.type == "agreement":
            return Value(digits == "1", digits, 1.0, digits) if digits in ("1", "2") else None
        if not digits.isdigit():
            return None
        return read(kind, digits, self.language, self.wall)

    def example(self, intent: str) -> str:
        """Return how the robot names an intent: as its author calls it, or its first example."""
        found = self.flow.intents.get(intent)
        if found is None:
            return ""
        return found.called.get(self.language) or next(iter(found.examples.get(self.language, ())), "")

    # -- for the dialogue --------------------------------------------------------------------------------------

    def spoken(self, step: "QuestionStep", text: str, choice: int = -1) -> Answer:
        """Return what the spoken `text` means to `step`; `choice` is the recogniser's pick of its phrases."""
        if OPT_OUT in self.commands and opts_out(text, self.language):
            return Answer(OPT_OUT, COMMAND, command=OPT_OUT)
        own = step.spoken(self, text, choice)
        command = command_in(text, self.language)
        if command == "enough":
            command = "goodbye" if "goodbye" in self.commands else ""
        if command == "leave":
            return own if own.fits else Answer("goodbye", COMMAND, command="goodbye")
        # A command whose words are merely likened to an intent (没有了 after a talk about orders) is still one.
        likened = own.intent in self.flow.intents and not own.values and own.confidence < COMMAND
        named = command not in BEFORE_VALUES or step.names(self, text)
        if own.fits and own.confidence >= SURE and named and not (command and likened):
            return own
        return Answer(command, COMMAND, command=command) if command else own

    def keyed(self, step: "QuestionStep", digits: str) -> Answer:
        """Return what the keys mean to `step`."""
        own = step.keyed(self, digits)
        if own.fits:
            return own
        command = BY_KEY.get(digits, "") or (OPT_OUT if digits == KEY and OPT_OUT in self.commands else "")
        return Answer(command, 1.0, command=command) if command else NOTHING

    def is_whole(self, step: "QuestionStep", text: str, choice: int = -1) -> bool:
        """Tell whether `text` is surely all of an answer, though silence was still short."""
        if not plain(text) or hangs(text):
            return False
        answer = self.spoken(step, text, choice)
        if answer.command:
            # "Never mind" is often followed by what is wanted instead, a call that was ended stays ended, and "don't
            # call me again" may go on "before nine".
            return answer.command != OPT_OUT and command_in(text, self.language) not in ENDING
        sure = answer.confidence >= SURE and answer.confidence >= step.confirm_below
        return answer.fits and sure and step.is_whole(self, answer)

    def takes_digits(self, step: "QuestionStep", digits: str) -> bool:
        """Tell whether `digits` may mean anything to `step`: where it wants no value, only keys that it knows do."""
        keys = self.keys_wanted(step)
        values = step.wants(self) or step.expects(self) not in ("open", "yes_no", "list")
        return bool(values) or not keys.choices or any(choice.startswith(digits) for choice in keys.choices)

    def keys_wanted(self, step: "QuestionStep") -> KeysWanted:
        """Return which keys `step` takes, those of the global commands among them."""
        own = step.keys(self)
        if isinstance(own, KeysWanted):
            return own
        also = [key for key, name in BY_KEY.items() if name == "repeat" or name in self.commands]
        also += [KEY] if OPT_OUT in self.commands else []
        return KeysWanted(choices=tuple(dict.fromkeys((*own, *also))))
