"""answer: a question is answered from the knowledge base."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dialplans.exchange import Done, FreeAnswer, Unanswered
from dialplans.kinds import NAMES, STEP, TRUTH, WORD, Languages, Schema
from dialplans.nodes import Node
from dialplans.options import MAIN, Record, option
from dialplans.place import Place, Target
from dialplans.step import Step
from dialplans.verbs.confirm import ConfirmStep
from dialplans.verbs.question import QuestionStep

if TYPE_CHECKING:
    from dialplans.answers import Answer
    from dialplans.talk import Article, Talk

MORE, HELPED = "more", "helped"
"""Phases of its questions, and the sentences that they ask: is the long answer wanted, did it help?"""
PATIENCE = 2
"""Attempts at those; who doesn't answer them is not asked again."""


@dataclass(frozen=True)
class Search:
    """What is asked, and how the answer is given."""

    question: str = option(WORD, "What is looked up.", "{{ last.text }}")
    tags: tuple[str, ...] = option(NAMES, "Only articles with one of these tags.", ())
    more: bool = option(TRUTH, "Whether the long answer is offered, where there is one.", False)
    helped: bool = option(TRUTH, "Whether the caller is asked if it helped.", False)
    unknown: Target | None = option(STEP, "Where a caller goes whose question has no answer; else as `goto`.", None)
    free: bool = option(TRUTH, "Whether a language model may answer from the articles, where one is configured.", False)
    place: Place = Place()


@dataclass(frozen=True)
class MaybeSearch(Record):
    """Settings of a search, or nothing."""

    def read(self, node: Node, languages: Languages) -> Any:
        return Search(place=node.place) if node.value is None else super().read(node, languages)

    def schema(self) -> Schema:
        return {"anyOf": [super().schema(), {"type": "null"}]}


@dataclass(frozen=True)
class AnswerStep(Step):
    """Speaks the short answer of the article that fits, offers more, and asks whether it helped."""

    verbs = ("answer",)

    search: Search = option(
        MaybeSearch(Search, "{question, tags, more, helped, unknown, free}, or nothing"),
        "What is asked, and how it is answered.",
        factory=Search,
        key=MAIN,
    )

    @property
    def listens(self) -> bool:
        return self.search.more or self.search.helped

    def run(self, talk: "Talk") -> None:
        asked = talk.written(self.search.question)
        found = talk.know(asked, self.search.tags) if asked else None
        talk.set("answer.question", asked)
        if found is None:
            self._unknown(talk, asked)
            return
        talk.set("answer.article", found.article_id)
        talk.set("answer.title", found.title)
        talk.set("answer.long", found.long)
        talk.set("answer.short", found.short)
        if self.search.free:
            candidates = (found.article_id, *((found.runner_up.article_id,) if found.runner_up else ()))
            talk.errand(FreeAnswer(asked, candidates, talk.language))
            return
        self._told(talk, found)

    def done(self, talk: "Talk", done: Done) -> None:
        if done.ok:
            talk.heard(str(done.values.get("text", "")))
            self._ask_whether_it_helped(talk)
            return
        talk.note("free_answer_failed", step=self.name, why=done.why)
        talk.say_as_it_is(str(talk.value("answer.short") or ""))
        self._ask_for_more(talk)

    def sentences(self) -> Iterator[str]:
        if not self.search.unknown:
            yield "unknown"
        if self.search.more:
            yield "more"
        if self.search.helped:
            yield from ("helped", "glad")
        if self.listens:
            yield from ("sorry", "still_there", "yes_or_no", "back", "nothing_before")

    def question(self, phase: str) -> QuestionStep | None:
        if phase not in (MORE, HELPED):
            return None
        return ConfirmStep(self.name, self.place, barge_in=True, sentence=phase, max_attempts=PATIENCE, goto=self.goto)

    def answered(self, talk: "Talk", phase: str, answer: "Answer") -> None:
        yes = answer.intent == "yes"
        if phase == MORE:
            if yes:
                talk.say_as_it_is(str(talk.value("answer.long") or ""))
            self._ask_whether_it_helped(talk)
        elif yes:
            talk.sentence("glad")
        else:
            talk.do(Unanswered(self._asked(talk), "rejected", str(talk.value("answer.article") or "") or None))
            self._to_unknown(talk)

    def gave_up(self, talk: "Talk", phase: str) -> None:
        if phase == MORE:
            self._ask_whether_it_helped(talk)

    def _told(self, talk: "Talk", found: "Article") -> None:
        talk.say_as_it_is(found.short)
        self._ask_for_more(talk)

    def _ask_for_more(self, talk: "Talk") -> None:
        if self.search.more and talk.value("answer.long"):
            talk.ask(self, MORE)
        else:
            self._ask_whether_it_helped(talk)

    def _ask_whether_it_helped(self, talk: "Talk") -> None:
        if self.search.helped:
            talk.ask(self, HELPED)

    def _unknown(self, talk: "Talk", asked: str) -> None:
        if asked:
            talk.do(Unanswered(asked, "unknown"))
        talk.note("unanswered", step=self.name)
        if not self.search.unknown:
            talk.sentence("unknown")
        self._to_unknown(talk)

    def _to_unknown(self, talk: "Talk") -> None:
        talk.go(self.search.unknown)

    def _asked(self, talk: "Talk") -> str:
        return str(talk.value("answer.question") or "")
