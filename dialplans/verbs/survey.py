"""survey: the caller gives a rating, by key or by voice."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dialplans import humans
from dialplans.answers import NOTHING, Answer
from dialplans.exchange import QuestionKind
from dialplans.kinds import STEP, WORD, OneOf, Whole
from dialplans.nodes import Node
from dialplans.options import option
from dialplans.place import Target
from dialplans.slot_kinds.idioms import without_idioms
from dialplans.slots import FINDERS, SlotKind, Value, Wanted
from dialplans.verbs.question import QUESTION_KIND, QuestionStep

if TYPE_CHECKING:
    from dialplans.answers import Reader
    from dialplans.flow import Flow
    from dialplans.talk import Talk


_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_ZH_NUMBER = r"(?:\d+|[一二三四五六七八九十]+)"
SCALE = {
    "en": re.compile(
        rf"(?:\bout of|\bof|/)\s*(?:a (?:possible|maximum|total)(?: of)? )?{_NUMBER}\b"
        rf"|\bscale (?:of|from) {_NUMBER} (?:to|through) {_NUMBER}\b|\bone of (?:the|my|your)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        rf"{_ZH_NUMBER}分?(?:到|至){_ZH_NUMBER}分?(?:里面?|之?中|当中)?"
        rf"|(?:满分|总分|最高)(?:是|为)?{_ZH_NUMBER}分?|{_ZH_NUMBER}分(?:制|满分|里面?|之?中|当中)"
    ),
}
"""Words that name the scale and no rating: "four out of five", 五分里打四分."""


@dataclass(frozen=True)
class SurveyStep(QuestionStep):
    """Asks for a rating."""

    verbs = ("survey",)

    kind: QuestionKind = option(QUESTION_KIND, "What kind of answer the recogniser is to expect.", "digits")
    slot: str = option(WORD, "The variable that gets the rating.", "rating")
    least: int = option(Whole(0, 9), "The worst rating.", 1)
    most: int = option(Whole(1, 10), "The best rating.", 5)
    bad: Target | None = option(STEP, "Where a bad rating leads; else to the human of `human:`, if any.", None)
    bad_at: int | None = option(
        Whole(-1, 10), "Ratings up to this are bad (-1: none is); without it `human.rating` says.", None
    )

    stage: Literal["", "robot", "human"] = option(
        OneOf(("robot", "human"), "A stage of a call"),
        "What it is about; without it the human's part where the caller has talked with one, else the robot's.",
        "",
    )

    def check(self, node: Node) -> None:
        super().check(node)
        if self.least >= self.most:
            node.complain(f"No rating is from {self.least} to {self.most}; write a `most:` above `least:`.")

    def spoken(self, reader: "Reader", text: str, choice: int) -> Answer:
        words = without_idioms(SCALE[reader.language].sub(" ", text), reader.language)
        # Not read as if alone: 一般 ("so-so") and 是 ("yes", which sounds like four) are no ratings.
        found = FINDERS["number"](self._number, words, reader.language, reader.wall, False)
        return self._rated(str(found.value), text, min(0.9, found.confidence)) if found else NOTHING

    def keyed(self, reader: "Reader", digits: str) -> Answer:
        return self._rated(digits, digits, 1.0)

    def answered(self, talk: "Talk", phase: str, answer: Answer) -> None:
        rating = int(answer.values[self.slot].value)
        talk.rated(self.slot, rating, self.most, self.stage)
        if self.bad_at is None and self.bad is None:
            humans.rated(talk, rating)
        elif rating <= (humans.bad_rating(talk) if self.bad_at is None else self.bad_at):
            if self.bad:
                talk.reason = humans.RATING
                talk.go(self.bad)
            else:
                humans.led(talk, humans.RATING)

    def wants(self, reader: "Reader") -> tuple[Wanted, ...]:
        return (Wanted(self.slot, self._number),)

    def kind_of(self, flow: "Flow", slot: str) -> SlotKind | None:
        return self._number

    @property
    def _number(self) -> SlotKind:
        return SlotKind("number", least=self.least, most=self.most, whole=True)

    def keys(self, reader: "Reader") -> tuple[str, ...]:
        return tuple(str(rating) for rating in range(self.least, min(self.most, 9) + 1))

    def _rated(self, digits: str, text: str, confidence: float) -> Answer:
        if not digits.isdecimal() or len(digits) > 2 or not self.least <= int(digits) <= self.most:
            return NOTHING
        value = Value(int(digits), text, confidence, digits)
        return Answer(self.slot, confidence, fits=True, values={self.slot: value})
