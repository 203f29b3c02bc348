"""ask: a free question; the answer is an intent, values, or both in one sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from dialplans.answers import NOTHING, Answer, is_bare, without
from dialplans.exchange import KeysWanted, QuestionKind
from dialplans.keying import is_complete, keys_for, question_kind
from dialplans.kinds import NAMES, STEP, TEXTS, Named
from dialplans.options import option
from dialplans.place import Target, Texts
from dialplans.slots import Value, Wanted
from dialplans.verbs.question import WORDLESS, Detect, KeysLead, QuestionStep

if TYPE_CHECKING:
    from dialplans.answers import Reader
    from dialplans.flow import Flow
    from dialplans.talk import Talk


def _apart(values: Mapping[str, Value], held: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return `values` without those read from words of a value that the form has: the 六 of 周六 counts nobody."""
    others = [one.text for name, one in held.items() if name not in values]
    return {
        name: held.get(name, one)
        for name, one in values.items()
        if name in held or not any(one.text in other or other in one.text for other in others)
    }


@dataclass(frozen=True)
class AskStep(QuestionStep):
    """A free question. With `slots` and no `intents` it is a form: it asks until all of them have values."""

    verbs = ("ask",)

    intents: Mapping[str, Target] = option(Named(STEP, "INTENT"), "Where each intent leads.", factory=dict)
    digits: Mapping[str, Target] = option(KeysLead(), "Single keys that answer it too.", factory=dict)
    slots: tuple[str, ...] = option(
        NAMES,
        "Values that the answer may hold; without intents all are asked for; with intents, and a `goto`, "
        "an answer that is only values goes on there.",
        (),
    )
    prompts: Mapping[str, Texts] = option(
        Named(TEXTS, "SLOT"), "What is asked for a value that is still missing.", factory=dict
    )
    language: bool = option(Detect(), "`detect`: the answer's language is the call's from there on.", False)

    @property
    def is_form(self) -> bool:
        """Whether it asks until all its slots have values."""
        return bool(self.slots) and not self.intents

    @property
    def takes_values(self) -> bool:
        return bool(self.slots)

    @property
    def identifies(self) -> bool:
        return not self.is_form

    def tells(self, flow: "Flow") -> bool:
        kinds = [flow.slots[name].type for name in self.slots if name in flow.slots]
        return self.identifies or any(kind not in WORDLESS for kind in kinds)

    @property
    def detect(self) -> bool:
        return self.language

    @property
    def falls_through(self) -> bool:
        return self.is_form and self.goto is None

    def run(self, talk: "Talk") -> None:
        if not self.is_form:
            talk.ask(self)
            return
        if not self._missing(talk.reader()):
            # Asked again with nothing missing: what it took itself was not right.
            talk.forget_taken_by(self.name)
        if self._missing(talk.reader()):
            talk.ask(self)

    def prompt(self, talk: "Talk") -> Texts:
        missing = self._missing(talk.reader()) if self.is_form else ()
        some_known = len(missing) < len(self.slots)
        if missing and missing[0] in self.prompts and (some_known or not self.texts):
            return self.prompts[missing[0]]
        return self.texts

    def spoken(self, reader: "Reader", text: str, choice: int) -> Answer:
        if not self.intents:
            wanted = self.wants(reader)
            held = self._held(reader, text)
            values = _apart(reader.found(wanted, text), held)
            if not values and not held and wanted and (value := reader.value_in(wanted[0].kind, text)):
                values = {wanted[0].name: value}
            sure = min((value.confidence for value in values.values()), default=0.0)
            return Answer(next(iter(values)), sure, fits=True, values=values) if values else NOTHING
        return self._wish(reader, text)

    def _wish(self, reader: "Reader", text: str) -> Answer:
        """Return the intent of `text`, and the values that go with it."""
        of_intents = {name: reader.flow.intents[name].slots for name in self.intents if name in reader.flow.intents}
        names = dict.fromkeys((*self.slots, *chain.from_iterable(of_intents.values())))
        values = reader.found(reader.wanted(names), text) if names else {}
        meaning = reader.meaning(text, self.intents)
        if values:
            # "a table for four tomorrow": the wish is in the words that are no values.
            rest = reader.meaning(without(text, values.values()), self.intents)
            meaning = max(meaning, rest, key=lambda one: (bool(one.intent), one.confidence))
        filled = {name: value for name, value in values.items() if name in self.slots}
        if self.goto and filled and not meaning.intent and is_bare(text, filled.values(), reader.language):
            sure = min(value.confidence for value in filled.values())
            return Answer(next(iter(filled)), sure, fits=True, values=filled)
        own = (*self.slots, *of_intents.get(meaning.intent, ()))
        return Answer(
            meaning.intent,
            meaning.confidence,
            fits=bool(meaning.intent),
            target=self.intents.get(meaning.intent),
            values={name: value for name, value in values.items() if name in own},
            runner_up=meaning.runner_up,
            runner_up_confidence=meaning.runner_up_confidence,
        )

    def names(self, reader: "Reader", text: str) -> bool:
        return not self.is_form

    def label(self, reader: "Reader", answer: Answer) -> str:
        return reader.example(answer.intent) or super().label(reader, answer)

    def named(self, reader: "Reader", intent: str) -> Answer:
        target = self.intents.get(intent)
        return Answer(intent, 1.0, fits=True, target=target) if target else NOTHING

    def keyed(self, reader: "Reader", digits: str) -> Answer:
        if target := self.digits.get(digits):
            names = [name for name, leads in self.intents.items() if leads.step == target.step]
            return Answer(names[0] if names else target.step, 1.0, fits=True, target=target)
        missing = self.wants(reader)
        if missing and (value := reader.keyed_value(missing[0].kind, digits)):
            return Answer(missing[0].name, 1.0, fits=True, values={missing[0].name: value})
        return NOTHING

    def answered(self, talk: "Talk", phase: str, answer: Answer) -> None:
        if answer.target:
            talk.go(answer.target)
        elif self.is_form and self._missing(talk.reader()):
            talk.ask(self)

    def back(self, talk: "Talk") -> bool:
        last = talk.last_taken_by(self.name) if self.is_form else None
        if last is None:
            return False
        talk.forget(last)
        talk.ask(self)
        return True

    def wants(self, reader: "Reader") -> tuple[Wanted, ...]:
        return reader.wanted(self._missing(reader) if self.is_form else self.slots)

    def keys(self, reader: "Reader") -> KeysWanted | tuple[str, ...]:
        wanted = self.wants(reader) if self.is_form else ()
        own = keys_for(wanted[0].kind) if wanted and not self.digits else ()
        return own or tuple(self.digits)

    def expects(self, reader: "Reader") -> QuestionKind:
        wanted = self.wants(reader) if self.is_form else ()
        return question_kind(wanted[0].kind) if len(wanted) == 1 and self.kind == "open" else self.kind

    def examples(self, reader: "Reader") -> Iterable[str]:
        return [name for intent in self.intents if (name := reader.example(intent))]

    def is_whole(self, reader: "Reader", answer: Answer) -> bool:
        if not self.is_form:
            return True
        wanted = {one.name: one.kind for one in self.wants(reader)}
        whole = all(is_complete(wanted[name], value.value) for name, value in answer.values.items())
        return whole and len(answer.values) == len(wanted)

    def _held(self, reader: "Reader", text: str) -> Mapping[str, Value]:
        """Return what `text` says of the form's values that it has, and of the missing ones beside those.

        Only of those that are told apart from what is missing; nothing where it says none of them.
        """
        missing = self.wants(reader)
        held = tuple(
            one
            for one in reader.wanted(self.slots)
            if one not in missing and not any(one.kind.is_like(other.kind) for other in missing)
        )
        found = reader.found((*held, *missing), text) if held and missing else {}
        return found if any(one.name in found for one in held) else {}

    def _missing(self, reader: "Reader") -> tuple[str, ...]:
        return tuple(name for name in self.slots if not reader.is_set(name))
