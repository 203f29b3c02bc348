"""What an editor makes of a suggestion: a new article, further questions of one that there is, or nothing."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import ValueChangeEventArguments

from console.frame import doing, once, told
from console.suggestions import MOST_SIGNS, Near, Shown, Suggestions, Written
from console.visit import Visit


def tag(language: str) -> str:
    """Return a language as HTML names it."""
    return "zh-CN" if language == "zh" else "en"


class Forms:
    """Its forms, one open at a time."""

    def __init__(
        self, visit: Visit, suggestions: Suggestions, place: ui.element, again: Callable[[], Awaitable[None]]
    ) -> None:
        """`again` shows the list anew."""
        self._visit, self._say, self._suggestions = visit, visit.say, suggestions
        self._place, self._again = place, again

    async def approve(self, one: Shown) -> None:
        """Ask for a new article."""
        asked, left_out = await self._visit.order(self._suggestions.asked, one.id)

        async def publish() -> None:
            written = Written.of(title.value, short.value, long.value, questions.value)
            done = self._say("knowledge.published", article=written.title)
            await self._do(dialog, self._visit.order(self._suggestions.approve, one.id, written), done)

        async def keep() -> None:
            answer = Written.of("", short.value, "", "").short
            work = self._visit.order(self._suggestions.keep, one.id, answer)
            await self._do(dialog, work, self._say("knowledge.kept"))

        with self._dialog("approve", one) as dialog:
            title = self._field("title", one, asked[0] if asked else "")
            short = self._field("short", one, one.answer)
            long = self._field("long", one)
            questions = self._questions(one, asked, left_out)
            with ui.row().classes("w-full justify-end"):
                self._cancel(dialog)
                ui.button(self._say("knowledge.keep"), on_click=once(keep)).props("flat no-caps")
                ui.button(self._say("knowledge.publish"), on_click=once(publish)).props("no-caps")

    async def into(self, one: Shown) -> None:
        """Ask for the article that its questions are to be added to."""
        asked, left_out = await self._visit.order(self._suggestions.asked, one.id)

        async def add() -> None:
            asked_now = Written.of("", "", "", questions.value).asked
            work = self._visit.order(self._suggestions.approve_into, one.id, choice.chosen, asked_now)
            await self._do(dialog, work, self._say("knowledge.added", article=choice.chosen))

        async def search(event: ValueChangeEventArguments[Any]) -> None:
            words = str(event.value or "").strip()
            near = self._suggestions.near
            choice.put(await self._visit.order(near, words, one.language) if words else one.near)

        with self._dialog("into", one) as dialog:
            field = ui.input(self._say("knowledge.field_search"), on_change=search).classes("w-full")
            field.props(f"debounce=300 clearable maxlength={MOST_SIGNS['words']}")
            choice = _Choice(self._visit, one.language)
            choice.put(one.near)
            questions = self._questions(one, asked, left_out)
            with ui.row().classes("w-full justify-end"):
                self._cancel(dialog)
                ui.button(self._say("knowledge.add"), on_click=once(add)).props("no-caps")

    async def discard(self, one: Shown) -> None:
        """Ask whether it is to be put away."""

        async def put_away() -> None:
            work = self._visit.order(self._suggestions.discard, one.id, str(why.value or "").strip())
            await self._do(dialog, work, self._say("knowledge.discarded"))

        with self._dialog("discard", one) as dialog:
            ui.label(self._say("knowledge.sure"))
            why = ui.input(self._say("knowledge.field_why")).classes("w-full")
            why.props(f"maxlength={MOST_SIGNS['words']}")
            with ui.row().classes("w-full justify-end"):
                self._cancel(dialog)
                ui.button(self._say("knowledge.discard"), on_click=once(put_away)).props("no-caps color=negative")

    async def _do(self, dialog: ui.dialog, work: Awaitable[object], done: str) -> None:
        """Carry it out; the list is shown anew also where somebody else was first."""
        if await doing(self._visit, work, done):
            dialog.close()
        await doing(self._visit, self._again())

    @contextmanager
    def _dialog(self, name: str, one: Shown) -> Iterator[ui.dialog]:
        self._place.clear()
        words = self._say(f"knowledge.{name}")
        with self._place, ui.dialog() as dialog, ui.card().classes("card dialog article-form"):
            dialog.props["aria-label"] = words
            with ui.element("h2"):
                ui.label(words)
            ui.label(one.question).classes("dim").props(f"lang={tag(one.language)}")
            yield dialog
        dialog.open()

    def _cancel(self, dialog: ui.dialog) -> None:
        ui.button(self._say("knowledge.cancel"), on_click=dialog.close).props("flat no-caps")

    def _field(self, name: str, one: Shown, value: str = "") -> ui.input | ui.textarea:
        words = self._say(f"knowledge.field_{name}")
        field = ui.input(words, value=value) if name == "title" else ui.textarea(words, value=value).props("autogrow")
        field.props(f"maxlength={MOST_SIGNS[name]} lang={tag(one.language)}").classes("w-full")
        return field

    def _questions(self, one: Shown, asked: Sequence[str], left_out: int) -> ui.input | ui.textarea:
        field = self._field("asked", one, "\n".join(asked))
        if left_out:
            ui.label(self._say("knowledge.personal", count=left_out)).classes("dim")
        return field


class _Choice:
    """Articles of which one is chosen, with what is known of it."""

    def __init__(self, visit: Visit, language: str) -> None:
        self._say = visit.say
        self._near: dict[str, Near] = {}
        with ui.element("div").classes("w-full").props('aria-live="polite"'):
            self._options = ui.element("div")
            self._about = TextElement(tag="p", text="").props(f"lang={tag(language)}")
        self.chosen = ""
        """An article's id; "": none."""

    def put(self, near: Sequence[Near]) -> None:
        """Offer these, the first of them chosen."""
        self._near = {one.article_id: one for one in near}
        self._options.clear()
        with self._options:
            if near:
                ui.radio(
                    {
                        one.article_id: self._say("frame.aside", what=one.title, aside=f"{one.confidence:.0%}")
                        for one in near
                    },
                    value=near[0].article_id,
                    on_change=lambda event: self._choose(str(event.value or "")),
                )
            else:
                told(self._say("knowledge.no_match"), kind="empty")
        self._choose(near[0].article_id if near else "")

    def _choose(self, article_id: str) -> None:
        self.chosen = article_id if article_id in self._near else ""
        words = ""
        if one := self._near.get(self.chosen):
            key = "has_one" if one.questions == 1 else "has"
            words = self._say(f"knowledge.{key}", count=one.questions, short=one.short)
        self._about.set_text(words)
