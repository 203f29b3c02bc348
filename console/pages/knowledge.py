"""The knowledge base: what callers got no answer to, and what an editor makes of it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import urlencode

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from console.access import Right
from console.assets import style
from console.frame import Frame, doing, told
from console.moments import moment
from console.pages.call_facts import length
from console.pages.knowledge_forms import Forms, tag
from console.pages.reviews_tabs import choices
from console.suggestions import NEAR, PAGE, Example, Shown, Suggestions
from console.visit import Visit
from knowledge.draft import LANGUAGES
from knowledge.library import Library
from models.suggestion import SuggestionState

DIGITS = 6
"""Of the place in the list, as an address may have it."""


def register(frame: Frame) -> None:
    """Add the page; all who open it share one index of the articles."""
    library = Library(frame.engine)

    @frame.page("/knowledge", right=Right.KNOWLEDGE, title="knowledge.title", icon="menu_book")
    async def show(visit: Visit) -> None:
        await _Page(visit, Suggestions(visit, library)).show()


class _Page:
    def __init__(self, visit: Visit, suggestions: Suggestions) -> None:
        self._visit, self._say, self._suggestions = visit, visit.say, suggestions
        wanted = visit.query.get("state", "")
        self._state = next((one for one in SuggestionState if one == wanted), SuggestionState.OPEN)
        self._spoken = next((one for one in LANGUAGES if one == visit.query.get("spoken", "")), "")
        skip = visit.query.get("skip", "")[:DIGITS]
        self._skip = int(skip) if skip.isascii() and skip.isdecimal() else 0

    async def show(self) -> None:
        ui.add_head_html(style("knowledge.css"))
        with ui.element("h1"):
            ui.label(self._say("knowledge.title"))
        ui.label(self._say("knowledge.what")).classes("dim q-mb-md")
        states = {self._address(state=one): self._say(f"knowledge.state_{one}") for one in SuggestionState}
        choices(self._say("knowledge.by_state"), states, self._address(), named=False)
        languages = {self._address(spoken=""): self._say("knowledge.any_language")}
        languages |= {self._address(spoken=one): self._say(f"knowledge.language_{one}") for one in LANGUAGES}
        choices(self._say("knowledge.by_language"), languages, self._address())
        self._list = ui.element("div").classes("w-full")
        # Apart from the list: what a form changes draws that anew, and buttons in it with what they opened.
        self._forms = Forms(self._visit, self._suggestions, ui.element("div"), self._draw)
        await self._draw()

    def _address(self, **changes: object) -> str:
        """Return where the same list is, but for what is given; `language` in an address would be the page's own."""
        return f"/knowledge?{urlencode({'state': self._state, 'spoken': self._spoken, **changes})}"

    async def _draw(self) -> None:
        found, more = await self._visit.order(self._suggestions.page, self._state, self._spoken, self._skip)
        coming = await self._visit.order(self._suggestions.coming)
        self._list.clear()
        with self._list:
            if coming:
                told(self._say("knowledge.coming", count=coming), kind="empty")
            elif not found:
                told(self._say(f"knowledge.none_{self._state}"), kind="empty")
            with ui.element("ul").classes("suggestions"):
                for one in found:
                    self._suggestion(one)
            if more:
                ui.link(self._say("knowledge.more"), self._address(skip=self._skip + PAGE))

    def _suggestion(self, one: Shown) -> None:
        with ui.element("li").classes("card"):
            TextElement(tag="h2", text=one.question).props(f"lang={tag(one.language)}")
            with ui.element("div").classes("dim"):
                TextElement(tag="span", text=" · ".join(self._about(one)))
                if one.last_at:
                    TextElement(tag="span", text=f" · {self._say('knowledge.last')} ")
                    moment(self._visit, datetime.fromisoformat(one.last_at))
            if one.answer:
                key = "agent_said" if one.agent else "drafted"
                ui.label(self._say(f"knowledge.{key}", answer=one.answer))
            with ui.element("ul").classes("examples"):
                for example in one.examples:
                    self._example(example, one.language)
            if one.state == SuggestionState.OPEN:
                self._near(one)
                self._acts(one)

    def _about(self, one: Shown) -> Sequence[str]:
        say = self._say
        about = [say("knowledge.asked_once") if one.count == 1 else say("knowledge.asked", count=one.count)]
        about.append(say(f"knowledge.language_{one.language}"))
        if one.article_id:
            key = "became" if one.state == SuggestionState.APPROVED else "rejected"
            about.append(say(f"knowledge.{key}", article=one.article_id))
        if one.decided:
            about.append(say("knowledge.decided_by", who=one.decided))
        return about

    def _example(self, one: Example, language: str) -> None:
        with ui.element("li"):
            TextElement(tag="span", text=one.question).props(f"lang={tag(language)}")
            why = f"knowledge.why_{one.why.replace('-', '_')}"
            if self._visit.phrases.has(why):
                TextElement(tag="span", text=self._say(why)).classes("dim")
            if one.call_id:
                at = length(one.at_s)
                link = ui.link(self._say("knowledge.hear", at=at), f"/calls/{one.call_id}?t={one.at_s:.1f}")
                link.props["aria-label"] = self._say("knowledge.hear_what", question=one.question, at=at)

    def _near(self, one: Shown) -> None:
        with ui.element("div").classes("near"):
            if not one.near:
                TextElement(tag="span", text=self._say("knowledge.none_near")).classes("dim")
                return
            how = "knowledge.near_meaning" if one.by_meaning else "knowledge.near"
            TextElement(tag="span", text=self._say(how)).classes("dim")
            for each in one.near[:NEAR]:
                percent = f"{each.confidence:.0%}"
                words = self._say("knowledge.near_one", title=each.title, percent=percent, count=each.questions)
                TextElement(tag="span", text=words)

    def _acts(self, one: Shown) -> None:
        opens = {"approve": self._forms.approve, "into": self._forms.into, "discard": self._forms.discard}
        with ui.element("div").classes("acts"):
            for name, form in opens.items():
                words = self._say(f"knowledge.{name}")
                button = ui.button(words, on_click=partial(self._open, form, one)).props("no-caps outline")
                button.props["aria-label"] = self._say("frame.pair", name=words, value=one.question)

    async def _open(self, form: Callable[[Shown], Awaitable[None]], one: Shown) -> None:
        await doing(self._visit, form(one))
