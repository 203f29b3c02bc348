"""Comments on a call: at a second of it, heard by a click, or about the whole."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from console.access import Right
from console.frame import doing, once
from console.moments import moment
from console.pages.call_evidence import place
from console.visit import Visit
from quality import comments
from quality.comments import Comment
from quality.review import MOST_SIGNS


class Comments:
    """The part of the page that has them."""

    def __init__(self, visit: Visit, call_id: str, again: Callable[[], Awaitable[None]]) -> None:
        """`again` shows the call's comments anew."""
        self._visit, self._call_id, self._again = visit, call_id, again

    def show(self, found: Sequence[Comment]) -> None:
        """Show them, and a field for another where the viewer may write."""
        visit = self._visit
        with ui.element("section").classes("card comments"):
            TextElement(tag="h2", text=visit.say("call.comments"))
            if not found:
                TextElement(tag="p", text=visit.say("call.no_comments")).classes("dim")
            with ui.element("ul"):
                for one in found:
                    self._comment(one)
            if visit.may(Right.COMMENT):
                self._field()

    def _comment(self, one: Comment) -> None:
        visit = self._visit
        with ui.element("li").classes("comment"):
            with ui.element("div"):
                if one.second is not None:
                    place(visit, one.second)
                TextElement(tag="strong", text=one.account)
                moment(visit, one.at, exact=True).classes("dim small")
                if one.account == visit.viewer.name:
                    ui.button(icon="delete", on_click=once(partial(self._take_back, one.id))).props(
                        "flat round dense size=sm"
                    ).props["aria-label"] = visit.say("call.take_back")
            TextElement(tag="p", text=one.words).classes("comment-words")

    def _field(self) -> None:
        visit = self._visit
        words = ui.textarea(visit.say("call.comment")).props(f"outlined autogrow dense maxlength={MOST_SIGNS}")
        words.classes("comment-field")
        with ui.element("div").classes("comment-foot"):
            at = ui.checkbox(visit.say("call.at_second"), value=True)
            button = ui.button(visit.say("call.add")).props("no-caps")

        async def added(event: GenericEventArguments) -> None:
            second = float(event.args) if at.value and isinstance(event.args, int | float) else None
            done = await doing(
                visit,
                visit.order(
                    comments.add, visit.engine, self._call_id, visit.viewer.name, second, words.value or "",
                    visit.now(), address=visit.address,
                ),
                visit.say("call.added"),
            )  # fmt: skip
            if done:
                await self._again()

        button.on("click", once(added), js_handler="() => emit(window.callSecond ? window.callSecond() : 0)")

    async def _take_back(self, comment_id: str) -> None:
        visit = self._visit
        work = visit.order(
            comments.take_back, visit.engine, comment_id, visit.viewer.name, visit.now(), address=visit.address
        )
        if await doing(visit, work, visit.say("call.taken_back")):
            await self._again()
