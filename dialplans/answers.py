"""What an answer means to the question that is open: the step it leads to, and how sure that is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from dialplans.exchange import KeysWanted
from dialplans.flow import AskStep, CollectStep, ConfirmStep, Flow, MenuStep, QuestionStep
from dialplans.slots import choice_of, digits_in, yes_or_no
from dialplans.understanding import SURE, Understanding, command_in
from knowledge.wording import plain

HANGING = frozenset("and but or because to the a of for my is with if about i um uh er".split())  # noqa: SIM905
HANGING_ZH = re.compile(r"(和|还有|但是|因为|如果|然后|就是|那个|的话|我想|跟)[，。、]?$")
COMMAND_KEYS = {"0": "operator", "*": "repeat"}


@dataclass(frozen=True)
class Answer:
    """How an answer was taken."""

    intent: str = ""
    confidence: float = 0.0
    target: str = ""
    """Name of the step it leads to; "" where it answers nothing."""
    slots: Mapping[str, object] = field(default_factory=dict)
    command: str = ""
    """The global command that it was, or ""."""


NOTHING = Answer()


@lru_cache(64)
def _understanding(made: "_Loaded", language: str) -> Understanding:
    return Understanding(made.flow.intents.values(), language)


class _Loaded:
    """A loaded flow as a key of the cache, by identity."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow

    def __hash__(self) -> int:
        return id(self.flow)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Loaded) and other.flow is self.flow


def understanding_of(flow: Flow, language: str) -> Understanding:
    """Return the understanding of the flow's intents in `language`: one for all calls of one loaded flow."""
    return _understanding(_Loaded(flow), language)


class Reader:
    """Reads answers to the questions of one flow in one language. Keeps nothing between answers."""

    def __init__(self, flow: Flow, language: str) -> None:
        self._flow, self._language = flow, language
        self._understanding = understanding_of(flow, language)

    def spoken(self, step: QuestionStep, text: str, choice: int = -1) -> Answer:
        """Return what the spoken `text` means to `step`; `choice` is the recogniser's pick of `phrases`."""
        own = self._own(step, text, choice)
        if own.target and own.confidence >= SURE:
            return own
        if command := self._command(command_in(text, self._language)):
            return command
        return own

    def keyed(self, step: QuestionStep, digits: str) -> Answer:
        """Return what the keys mean to `step`."""
        match step:
            case AskStep() if target := step.keys.get(digits):
                names = [name for name, leads in step.intents.items() if leads.step == target.step]
                return Answer(names[0] if names else target.step, 1.0, target.step)
            case MenuStep():
                for option in step.options:
                    if option.key == digits:
                        return Answer(option.name, 1.0, option.target.step)
            case ConfirmStep() if digits in ("1", "2"):
                return self._confirmed(step, digits == "1", 1.0)
            case CollectStep() if step.keys.least <= len(digits) <= step.keys.most and digits.isdigit():
                return Answer(step.slot, 1.0, self._after(step), {step.slot: digits})
            case _:
                pass
        return self._command(COMMAND_KEYS.get(digits, "")) or NOTHING

    def is_whole(self, step: QuestionStep, text: str, choice: int = -1) -> bool:
        """Tell whether `text` is surely all of an answer, though silence was still short."""
        words = plain(text).split()
        if not words or words[-1] in HANGING or HANGING_ZH.search(text.strip()):
            return False
        answer = self.spoken(step, text, choice)
        if answer.command:
            return True
        if isinstance(step, CollectStep):
            return bool(answer.target) and len(str(answer.slots.get(step.slot, ""))) == step.keys.most
        return bool(answer.target) and answer.confidence >= SURE

    def phrases(self, step: QuestionStep) -> tuple[str, ...]:
        """Return what a closed question may be answered with."""
        if not isinstance(step, MenuStep):
            return ()
        return tuple(phrase for option in step.options for phrase in option.phrases.get(self._language, ()))

    def keys_wanted(self, step: QuestionStep) -> KeysWanted | None:
        """Return which keys `step` takes, those of the global commands among them."""
        match step:
            case CollectStep():
                return step.keys
            case AskStep():
                own = tuple(step.keys)
            case MenuStep():
                own = tuple(option.key for option in step.options)
            case _:
                own = ("1", "2")
        commands = tuple(key for key, name in COMMAND_KEYS.items() if name in ("repeat", *self._flow.commands))
        return KeysWanted(choices=tuple(dict.fromkeys((*own, *commands))))

    def _own(self, step: QuestionStep, text: str, choice: int) -> Answer:
        match step:
            case AskStep():
                meaning = self._understanding.of(text, step.intents)
                if not meaning.intent:
                    return Answer(confidence=meaning.confidence)
                return Answer(meaning.intent, meaning.confidence, step.intents[meaning.intent].step)
            case MenuStep():
                return self._chosen(step, text, choice)
            case ConfirmStep():
                agrees, confidence = yes_or_no(text, self._language)
                return NOTHING if agrees is None else self._confirmed(step, agrees, confidence)
            case CollectStep():
                digits = digits_in(text, self._language)
                if step.keys.least <= len(digits) <= step.keys.most:
                    return Answer(step.slot, 0.9, self._after(step), {step.slot: digits})
                return Answer(confidence=0.3 if digits else 0.0)
            case _:
                return NOTHING

    def _chosen(self, step: MenuStep, text: str, choice: int) -> Answer:
        groups = [option.phrases.get(self._language, ()) for option in step.options]
        index, confidence = choice_of(text, groups, self._language)
        if index < 0 and len(digits := digits_in(text, self._language)) == 1:
            return self.keyed(step, digits)
        if index < 0 and choice >= 0:
            owners = [at for at, group in enumerate(groups) for _ in group]
            index, confidence = (owners[choice], 0.6) if choice < len(owners) else (-1, 0.0)
        if index < 0:
            return Answer(confidence=round(confidence, 3))
        option = step.options[index]
        return Answer(option.name, round(min(confidence, 1.0), 3), option.target.step)

    def _confirmed(self, step: ConfirmStep, agrees: bool, confidence: float) -> Answer:
        target = step.yes if agrees else step.no
        return Answer("yes" if agrees else "no", confidence, target.step if target else self._after(step))

    def _after(self, step: QuestionStep) -> str:
        return step.goto.step if step.goto else self._flow.after(step.name) or ""

    def _command(self, command: str) -> Answer | None:
        if command == "repeat":
            return Answer("repeat", 1.0, command="repeat")
        if target := self._flow.commands.get(command):
            return Answer(command, 0.95, target.step, command=command)
        return None
