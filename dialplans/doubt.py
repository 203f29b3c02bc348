"""Did you mean …? An answer that isn't sure is confirmed before it is taken."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dialplans.answers import NOTHING, Answer, without
from dialplans.exchange import QuestionKind
from dialplans.keying import NO, YES
from dialplans.sentences import alternatives
from dialplans.slot_kinds.moment_change import changed
from dialplans.slots import Value, choice_of, yes_or_no
from dialplans.verbs.question import QuestionStep

if TYPE_CHECKING:
    from dialplans.answers import Reader

DOUBT = "doubt"
"""Phase of a step whose answer is being confirmed."""
ATTEMPTS = 2
NEAR = 0.15
"""A runner-up nearer than this is named too."""
WORTH_ASKING = 0.35
"""Below this nothing is guessed at by "did you mean …?"."""
HARDLY_HEARD = 0.35
"""Recogniser's confidence below which an answer is no surer than it was heard; short right ones have 0.45 and more."""
WHICH: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "en": (("the first one", "the first", "first", "one"), ("the second one", "the second", "second", "two")),
    "zh": (("第一个", "前面那个", "前一个", "一"), ("第二个", "后面那个", "后一个", "二")),
}
"""How callers choose between two without naming one."""
SAME = 0.9
"""Confidence of a yes that says what is in doubt once more."""
PLAIN = 0.9
"""Confidence from which one of two was named."""
CLEAR = 0.7
"""Confidence from which another answer than the doubted one counts instead of it."""
NAY = {"en": "no", "zh": "不是"}
"""Where this alone answers a question, nobody can tell a no to "did you mean …?" from it."""
FILLED_BY_YES = ("agreement", "free_text")
"""Types of values that a mere yes would be."""


@dataclass(frozen=True)
class DoubtStep(QuestionStep):
    """Asks whether the doubtful answer was meant: yes or no, or which of two. Its answers: "1", "2", "no"."""

    kind: QuestionKind = "yes_no"
    own: QuestionStep | None = None
    """The question that was answered."""
    labels: tuple[str, ...] = ()
    """How the robot names what may be meant."""
    intents: tuple[str, ...] = ()
    values: tuple[tuple[str, object], ...] = ()
    """What the first of them would fill: slot and value."""

    @classmethod
    def about(cls, own: QuestionStep, doubt: tuple[Answer, ...], reader: "Reader") -> "DoubtStep":
        """Return the question about the answers in `doubt` to the question `own`."""
        labels = tuple(alternatives([own.label(reader, answer)], reader.language) for answer in doubt)
        return cls(
            own.name,
            own.place,
            barge_in=own.barge_in,
            max_attempts=ATTEMPTS,
            no_input_s=own.no_input_s,
            speech=own.speech,
            knowledge=own.knowledge,
            kind="list" if len(doubt) > 1 else "yes_no",
            sentence="did_you_mean_which" if len(doubt) > 1 else "did_you_mean",
            own=own,
            labels=labels,
            intents=tuple(answer.intent for answer in doubt),
            values=tuple(doubt[0].slots.items()) if doubt else (),
        )

    @property
    def words(self) -> Mapping[str, str]:
        return dict(zip(("first", "second"), self.labels, strict=False))

    def spoken(self, reader: "Reader", text: str, choice: int) -> Answer:
        if len(self.labels) > 1 and (named := self._named(reader, text, choice)):
            return Answer(str(named), 0.9, fits=True)
        agrees, confidence = yes_or_no(text, reader.language)
        if agrees is None:
            return self._meant(reader, text)
        return Answer("1" if agrees else "no", confidence, fits=True)

    def keyed(self, reader: "Reader", digits: str) -> Answer:
        if digits not in (YES, NO):
            return NOTHING
        second = "2" if len(self.labels) > 1 else "no"
        return Answer("1" if digits == YES else second, 1.0, fits=True)

    def keys(self, reader: "Reader") -> tuple[str, ...]:
        return (YES, NO)

    def phrases(self, reader: "Reader") -> tuple[str, ...]:
        return self.labels if len(self.labels) > 1 else ()

    def _named(self, reader: "Reader", text: str, choice: int) -> int:
        """Return which of two `text` names, counted from 1, or 0."""
        groups = [(label, *words) for label, words in zip(self.labels, WHICH[reader.language], strict=False)]
        index, _ = choice_of(text, groups, reader.language)
        if index < 0 and 0 <= choice < len(self.labels):
            index = choice
        return index + 1

    def _other_values(self, again: Answer) -> bool:
        doubted = dict(self.values)
        return any(doubted.get(name, value) != value for name, value in again.slots.items())

    def _same_values(self, reader: "Reader", text: str) -> bool:
        """Tell whether `text` says what is in doubt once more; a form that has its values asks for them no more."""
        doubted = dict(self.values)
        found = reader.found(reader.wanted(doubted), text)
        return bool(found) and all(doubted[name] == value.value for name, value in found.items())

    def _meant(self, reader: "Reader", text: str) -> Answer:
        """Whoever says it once more, clearly, is taken at that word."""
        again = self.own.spoken(reader, text, -1) if self.own else NOTHING
        if not again.fits and self.values and self._same_values(reader, text):
            return Answer("1", again.confidence or SAME, fits=True)
        if again.fits and again.intent in self.intents and not self._other_values(again):
            return Answer(str(self.intents.index(again.intent) + 1), again.confidence, fits=True)
        return NOTHING


def doubtful(question: QuestionStep, reader: "Reader", answer: Answer, heard: float) -> tuple[Answer, ...]:
    """Return what is to be confirmed before it is taken; () where the answer is sure enough, or none.

    `heard` is the recogniser's confidence in the words, 0 where it gives none.
    """
    if not question.confirm_below:
        return ()
    named = question.named(reader, answer.runner_up) if answer.runner_up else NOTHING
    if answer.fits:
        sure = min(answer.confidence, heard) if 0 < heard < HARDLY_HEARD else answer.confidence
        if sure >= question.confirm_below:
            return ()
        near = answer.confidence - answer.runner_up_confidence < NEAR
        return (answer, named) if near and named.fits else (answer,)
    guess = max(answer.confidence, answer.runner_up_confidence)
    # What was said along goes with the guess, so that whoever corrects a part of it means the rest.
    return (replace(named, values=answer.values),) if named.fits and guess >= WORTH_ASKING else ()


def meant_instead(
    own: QuestionStep, reader: "Reader", answer: Answer, text: str, doubt: tuple[Answer, ...]
) -> Answer | None:
    """Return what is clearly meant by whoever doesn't merely say yes or no to "did you mean …?"; None where nothing is.

    `answer` is what `text` is to that question, `own` the question that was answered before with what is in `doubt`.
    """
    agrees = answer.fits and answer.intent != "no"
    if agrees and len(doubt) > 1 and answer.confidence >= PLAIN:
        return None
    if own.spoken(reader, NAY[reader.language], -1).fits:
        return None
    instead = reader.spoken(own, text)
    clear = instead.fits and not instead.command and instead.confidence >= max(CLEAR, own.confirm_below)
    doubted = any(instead.intent == one.intent and instead.slots == one.slots for one in doubt)
    # What reads like a yes (我要 …) gives way to another wish, and to nothing less.
    wish = instead.intent in reader.flow.intents
    return instead if clear and not doubted and (wish or not agrees) else None


def said_along(reader: "Reader", own: QuestionStep, meant: Answer, text: str) -> Mapping[str, Value]:
    """Return what was said with the yes to `meant`: more ("yes, on Friday"), or other than it ("yes, but at eleven").

    `own` is the question that was answered with `meant`. Of a moment, what isn't said again is as it was.
    """
    if not text:
        return {}
    intent = reader.flow.intents.get(meant.intent)
    more = (*(intent.slots if intent else ()), *(one.name for one in own.wants(reader)))
    # As in corrections, the value that was said last comes first.
    wanted = reader.wanted(dict.fromkeys((*reversed(tuple(meant.values)), *more)))
    wanted = tuple(one for one in wanted if one.kind.type not in FILLED_BY_YES)
    moments = {one.name: one.kind for one in wanted if one.kind.type == "moment" and one.name in meant.values}
    found = dict(reader.found(wanted, text))

    def anew(name: str) -> Value | None:
        before = str(meant.values[name].value)
        return changed(moments[name], before, found.get(name), text, reader.language, reader.wall)

    if said := [name for name in moments if name in found]:
        found |= {name: new for name in said if (new := anew(name))}
    elif day := next(((name, new) for name in moments if (new := anew(name))), None):
        # A day alone is no whole moment, so another value may have been read from its words (the two of 周二).
        name, new = day
        others = tuple(one for one in wanted if one.name not in moments)
        found = {**reader.found(others, without(text, [new])), name: new}
    surely = {*moments} | {name for name, value in found.items() if value.confidence >= CLEAR}
    return {name: value for name, value in found.items() if name in surely or name not in meant.values}
