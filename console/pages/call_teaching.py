"""Teaching from the page of a call: what was misunderstood, and what the knowledge base had no answer to.

What an agent answered is suggested to it.
"""

from functools import cached_property
from typing import Any

from nicegui import ui
from sqlalchemy import Connection, select

from console.access import Right
from console.frame import doing, once
from console.pages.call_content import Content
from console.visit import Visit
from dialplans import teaching
from dialplans.teaching import Lesson
from knowledge import learning
from knowledge.articles import Editor
from models.audit import record
from models.errors import CannotDo
from models.suggestion import HANDED_OVER, Suggestion, Unanswered
from models.writing import writing
from quality.conversation import Turn
from quality.masking import masked


class Teaching:
    """Asks what a turn really meant, and keeps the answer."""

    def __init__(self, visit: Visit, content: Content) -> None:
        self._visit, self._content = visit, content

    @cached_property
    def _masked(self) -> dict[int, str]:
        return {turn.number: turn.text for turn in masked(self._content.conversation).turns}

    async def ask(self, number: int, kind: str) -> None:
        """Do what was pressed at the turn with that number.

        Of a caller's: "misunderstood" (opens the dialog) or "unanswered"; of an agent's: "answered".
        """
        turn = next((one for one in self._content.conversation.turns if one.number == number), None)
        if turn is None or turn.speaker != ("agent" if kind == "answered" else "caller"):
            return
        if kind == "answered":
            await doing(self._visit, self._visit.order(self.answered, turn), self._visit.say("call.suggested"))
            return
        if kind == "unanswered":
            done = self._visit.say("call.noted_question")
            await doing(self._visit, self._visit.order(self.unanswered, turn), done)
            return
        intents = await self._visit.order(self._intents)
        self._dialog(turn, intents)

    def _intents(self) -> dict[str, str]:
        call, settings = self._content.call, self._visit.settings
        return teaching.intents_of(
            settings.data.directory, settings.dialplan.directory, call.flow, call.flow_version, self._visit.language
        )

    def _dialog(self, turn: Turn, intents: dict[str, str]) -> None:
        visit = self._visit
        with ui.dialog() as dialog, ui.card().classes("teach-card"):
            ui.label(visit.say("call.teach_title")).classes("dialog-title").props("role=heading aria-level=2")
            ui.label(self._masked[turn.number]).classes("comment-words").props(f"lang={_tag(turn.language)}")
            if not intents:
                ui.label(visit.say("call.no_intents"))
            meant = ui.select(intents, label=visit.say("call.meant"), with_input=len(intents) > 8)
            meant.props("outlined").classes("wide")
            with ui.row():
                ui.button(visit.say("frame.close"), on_click=dialog.close).props("flat no-caps")

                async def keep() -> None:
                    if not meant.value:
                        ui.notify(visit.say("call.choose_intent"), type="warning")
                        return
                    work = visit.order(self.misunderstood, turn, str(meant.value))
                    if await doing(visit, work, visit.say("call.taught")):
                        dialog.close()

                ui.button(visit.say("call.teach_send"), on_click=once(keep)).props("no-caps")
        dialog.open()

    def misunderstood(self, turn: Turn, meant: str) -> None:
        """Keep what a turn meant, as an example for the flow's author; raise `CannotDo` where it teaches nothing."""
        self._insist()
        visit, call = self._visit, self._content.call
        decision = self._content.decisions.get(turn.number)
        taken = decision.intent if decision else ""
        lesson = Lesson(
            call.id, round(turn.start, 2), call.flow, call.flow_version, turn.language,
            self._masked[turn.number], "" if taken == "none" else taken, meant,
        )  # fmt: skip
        with writing(visit.engine) as connection:
            teaching.teach(connection, lesson, visit.viewer.name, visit.now())
            self._trail(connection, "taught", at_s=lesson.at_s, taken=lesson.taken, meant=meant)

    def unanswered(self, turn: Turn) -> None:
        """Put a turn among the open questions; raise `CannotDo` where it is there already."""
        self._insist()
        visit, call = self._visit, self._content.call
        at, said = round(turn.start, 2), self._masked[turn.number]
        near = Unanswered.at_s.between(at - 0.5, at + 0.5)
        with writing(visit.engine) as connection:
            if connection.scalar(select(Unanswered.id).where(Unanswered.call_id == call.id, near)):
                raise CannotDo(visit.say("call.noted_already"))
            learning.unanswered(connection, said, turn.language, call.id, at, "unknown", at=visit.now())
            self._trail(connection, "noted-unanswered", at_s=at)

    def answered(self, turn: Turn) -> None:
        """Suggest what an agent said as the answer to what the caller said before it.

        Raises `CannotDo` where that is suggested already, or the caller said nothing before.
        """
        self._insist()
        visit, call = self._visit, self._content.call
        before = [
            one for one in self._content.conversation.turns if one.speaker == "caller" and one.number < turn.number
        ]
        if not before:
            raise CannotDo(visit.say("call.no_question_before"))
        asked, answer = before[-1], self._masked[turn.number]
        with writing(visit.engine) as connection:
            same = (Unanswered.call_id == call.id, Unanswered.why == HANDED_OVER, Suggestion.answer == answer)
            if connection.scalar(select(Suggestion.id).join(Unanswered).where(*same)):
                raise CannotDo(visit.say("call.suggested_already"))
            editor = Editor(visit.viewer.name, visit.now())
            said, at = self._masked[asked.number], round(asked.start, 2)
            learning.suggest(connection, said, answer, turn.language, call.id, editor, at_s=at)
            self._trail(connection, "suggested-answer", at_s=round(turn.start, 2))

    def _trail(self, connection: Connection, action: str, **data: Any) -> None:
        visit = self._visit
        call_id = self._content.call.id
        record(connection, visit.now(), visit.viewer.name, action, call_id=call_id, data=data, address=visit.address)

    def _insist(self) -> None:
        if not self._visit.may(Right.TEACH):
            raise CannotDo(self._visit.say("frame.forbidden"))


def _tag(language: str) -> str:
    return "zh-CN" if language == "zh" else "en"
