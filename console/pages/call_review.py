"""Reviewing on the page of a call: judge every rule, appeal against what was judged, decide about an appeal."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments

from console.access import Right
from console.frame import doing, once
from console.pages.call_content import ScoreShown
from console.pages.call_scores import outcome, title_of
from console.visit import Visit
from models.errors import CannotDo, Refused
from models.review import ReviewMove
from quality import reviews
from quality.asking import ask
from quality.review import MOST_SIGNS, OUTCOMES, Judged, Person, moves
from quality.review_view import ReviewView

MINE = {ReviewMove.FINISH: Right.REVIEW, ReviewMove.DECIDE: Right.REVIEW, ReviewMove.APPEAL: Right.APPEAL}
"""What one does on this page, and the right to it."""


@dataclass
class Field:
    """What is being said of one rule."""

    outcome: ui.select
    comment: ui.input
    second: ui.number

    def judged(self) -> Judged:
        """Return it as it stands."""
        second = self.second.value
        return Judged(self.outcome.value, (self.comment.value or "").strip(), None if second is None else float(second))


class Reviewing:
    """The reviews of one score, and the forms for them."""

    def __init__(self, visit: Visit, call_id: str, shown: ScoreShown, again: Callable[[], Awaitable[None]]) -> None:
        """`again` shows the findings anew."""
        self._visit, self._call_id, self._shown, self._again = visit, call_id, shown, again

    def show(self) -> None:
        """Show what was said, and a button for what the viewer may do."""
        for view in self._shown.reviews:
            with ui.element("div").classes("review"):
                self._story(view)
                self._moves(view)
        if not self._shown.reviews and self._visit.may(Right.REVIEW):
            taking_up = once(partial(self._send, self._ask))
            ui.button(self._visit.say("reviews.ask"), on_click=taking_up).props("no-caps outline")

    def _ask(self) -> None:
        """Take the call up for review oneself."""
        visit = self._visit
        by, scorecard = visit.viewer.name, self._shown.found["scorecard"]
        ask(visit.engine, self._call_id, scorecard, by, by, visit.now(), settings=visit.settings.quality,
            address=visit.address)  # fmt: skip

    def _moves(self, view: ReviewView) -> None:
        visit = self._visit
        viewer = visit.viewer
        person = Person(viewer.name, frozenset(viewer.roles), viewer.team, viewer.extension)
        for move in sorted(moves(person, view.case, visit.now()) & MINE.keys()):
            if visit.may(MINE[move]):
                button = ui.button(visit.say(f"call.do_{move}")).props("no-caps outline")
                place = ui.element("div")
                button.on_click(partial(self._open, move, view, button, place))

    def _story(self, view: ReviewView) -> None:
        visit = self._visit
        state = visit.say(f"call.review_{view.state}", who=view.reviewer or "–", decider=view.decider or "–")
        # Where the keyboard is once something was sent: what was pressed is gone by then.
        TextElement(tag="p", text=state).classes("review-state").props("tabindex=-1")
        for key, words in (
            ("said", view.words), ("appealed", view.appeal_words), ("decided", view.decision_words)
        ):  # fmt: skip
            if words:
                TextElement(tag="p", text=visit.say(f"call.words_{key}")).classes("dim small")
                TextElement(tag="p", text=words).classes("comment-words")

    def _open(self, move: ReviewMove, view: ReviewView, button: ui.button, place: ui.element) -> None:
        button.set_visibility(False)
        with place:
            if move == ReviewMove.APPEAL:
                self._appeal(view)
            else:
                self._judge(move, view)

    # -- judging -----------------------------------------------------------------------------------------------

    def _judge(self, move: ReviewMove, view: ReviewView) -> None:
        visit = self._visit
        fields: dict[str, Field] = {}
        for rule in view.rules:
            valid = rule.reviewed.outcome if rule.reviewed else rule.machine
            with ui.element("fieldset").classes("judge"):
                TextElement(tag="legend", text=title_of(self._shown, rule.rule, visit.language))
                fields[rule.rule] = self._field(rule.rule, rule.machine, valid)
        words = ui.textarea(visit.say("call.review_words" if move == ReviewMove.FINISH else "call.decision_words"))
        words.props(f"outlined autogrow dense maxlength={MOST_SIGNS}")

        async def send() -> None:
            judged = {rule: field.judged() for rule, field in fields.items()}
            await self._send(partial(self._write, move, view, judged, words.value or ""))

        ui.button(visit.say(f"call.send_{move}"), on_click=once(send)).props("no-caps")
        # What was pressed is hidden, and the keyboard would be nowhere.
        for field in list(fields.values())[:1]:
            field.outcome.run_method("focus")

    def _field(self, rule: str, machine: str, valid: str) -> Field:
        visit = self._visit
        options = {
            word: visit.say("frame.aside", what=outcome(visit, word), aside=visit.say("call.machine"))
            if word == machine
            else outcome(visit, word)
            for word in OUTCOMES
        }
        chosen = ui.select(options, value=valid, label=visit.say("call.outcome")).props("outlined dense")
        comment = ui.input(visit.say("call.why")).props(f"outlined dense maxlength={MOST_SIGNS}")
        with ui.row().classes("second"):
            second = ui.number(visit.say("call.second"), min=0, step=0.1).props("outlined dense")
            now = ui.button(visit.say("call.now")).props("flat dense no-caps")

        def take(event: GenericEventArguments) -> None:
            second.set_value(event.args if isinstance(event.args, int | float) else None)

        now.on("click", take, js_handler="() => emit(window.callSecond ? window.callSecond() : 0)")
        return Field(chosen, comment, second)

    def _write(self, move: ReviewMove, view: ReviewView, judged: Mapping[str, Judged], words: str) -> None:
        visit = self._visit
        engine, by, now, address = visit.engine, visit.viewer.name, visit.now(), visit.address
        if not visit.may(MINE[move]):
            raise CannotDo(visit.say("frame.forbidden"))
        if move == ReviewMove.FINISH:
            settings = visit.settings.quality
            reviews.done(engine, view.id, by, view.edition, judged, words, now, settings=settings, address=address)
        elif move == ReviewMove.DECIDE:
            reviews.decide(engine, view.id, by, judged, words, now, edition=view.edition, address=address)
        else:
            reviews.appeal(engine, view.id, by, words, now, settings=visit.settings.quality, address=address)

    def _appeal(self, view: ReviewView) -> None:
        visit = self._visit
        words = ui.textarea(visit.say("call.appeal_words")).props(f"outlined autogrow dense maxlength={MOST_SIGNS}")

        async def send() -> None:
            await self._send(partial(self._write, ReviewMove.APPEAL, view, {}, words.value or ""))

        ui.button(visit.say("call.send_appeal"), on_click=once(send)).props("no-caps")
        words.run_method("focus")

    def _calling_it(self, work: Callable[[], None]) -> None:
        """Do it; a refusal names a rule as it is called on the page."""
        try:
            work()
        except Refused as fault:
            if "rule" not in fault.values:
                raise
            rule = title_of(self._shown, str(fault.values["rule"]), self._visit.language)
            raise Refused(str(fault), fault.key, **{**fault.values, "rule": rule}) from fault

    async def _send(self, work: Callable[[], None]) -> None:
        if await doing(self._visit, self._visit.order(self._calling_it, work), self._visit.say("call.sent")):
            await self._again()
