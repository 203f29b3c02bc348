"""confirm: yes or no."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialplans.answers import NOTHING, Answer
from dialplans.exchange import QuestionKind
from dialplans.keying import NO, YES
from dialplans.kinds import STEP
from dialplans.options import option
from dialplans.place import Target
from dialplans.slots import yes_or_no
from dialplans.verbs.question import QUESTION_KIND, QuestionStep

if TYPE_CHECKING:
    from dialplans.answers import Reader

SAID = {"yes": {"en": "yes", "zh": "是"}, "no": {"en": "no", "zh": "不是"}}


@dataclass(frozen=True)
class ConfirmStep(QuestionStep):
    """Yes or no; 1 and 2 on the keypad."""

    verbs = ("confirm",)

    kind: QuestionKind = option(QUESTION_KIND, "What kind of answer the recogniser is to expect.", "yes_no")
    yes: Target | None = option(STEP, "Where yes leads; else as `goto`.", None)
    no: Target | None = option(STEP, "Where no leads; else as `goto`.", None)

    @property
    def falls_through(self) -> bool:
        return self.goto is None and (self.yes is None or self.no is None)

    def spoken(self, reader: "Reader", text: str, choice: int) -> Answer:
        agrees, confidence = yes_or_no(text, reader.language)
        return NOTHING if agrees is None else self._answer(agrees, confidence)

    def keyed(self, reader: "Reader", digits: str) -> Answer:
        return self._answer(digits == YES, 1.0) if digits in (YES, NO) else NOTHING

    def keys(self, reader: "Reader") -> tuple[str, ...]:
        return (YES, NO)

    def label(self, reader: "Reader", answer: Answer) -> str:
        return SAID[answer.intent].get(reader.language, answer.intent)

    def _answer(self, agrees: bool, confidence: float) -> Answer:
        return Answer("yes" if agrees else "no", confidence, fits=True, target=self.yes if agrees else self.no)
