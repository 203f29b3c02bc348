"""The page of one call: its waveform and words with the sound, its findings, facts, reviews and comments."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement
from nicegui.events import GenericEventArguments
from sqlalchemy import Connection

from console.access import Right
from console.assets import address, style
from console.frame import Frame, doing, told
from console.pages.call_comments import Comments
from console.pages.call_content import Content, read
from console.pages.call_evidence import is_place
from console.pages.call_facts import show_facts, show_head
from console.pages.call_first import show_first
from console.pages.call_review import Reviewing
from console.pages.call_scores import outcome, show_score, title_of
from console.pages.call_teaching import Teaching
from console.pages.call_words import drawn, texts, turns
from console.player import Player, Shown
from console.recordings import NoSound, playable, reading
from console.sounds import peaks_of
from console.visit import Visit
from models.errors import CannotDo
from quality.call_search import may_see
from quality.erasing import BY_AGE, deletion, not_found
from quality.peaks import BUCKET_S, Outline, outline
from quality.sound import pairs

CUT_OFF_S = 2.0
"""A recording that is so much shorter than its call was cut off."""
COLUMNS = 1000
"""Of the first drawing's waveform; a screen has little more."""
LONGEST = 200
"""Characters of `words` that are looked for."""


def register(frame: Frame) -> None:
    @frame.page("/calls/{call_id}", right=Right.CALLS, title="call.title")
    async def show(visit: Visit) -> None:
        await CallPage(visit).show()


@dataclass(frozen=True)
class Sound:
    """Whether the call can be heard, and what is to be said of it."""

    plays: bool
    words: str = ""
    outline: Outline | None = None
    """Of what may be heard, so that something is drawn at once."""


SCRIPTS = ("call_script.js", "call_waveform.js", "call_first.js")
"""Those that are needed first."""
HEAD = "\n".join([style("call.css"), *(f'<link rel="modulepreload" href="{address(name)}">' for name in SCRIPTS)])


class CallPage:
    """One opening of the page."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._call_id = visit, visit.path["call_id"]
        self._opening = secrets.token_urlsafe(12)
        self._original = False
        self._start = start_of(visit.query.get("t", ""))

    async def show(self) -> None:
        """Build it; raise `CannotDo` where there is no such call, or none that the viewer may see."""
        ui.add_head_html(HEAD)
        await self._visit.ask(self._insist)
        # In a transaction of its own: who reads before writing may lose the only writer's place to another. Beside the
        # reading, as nothing is shown before both are done.
        trail = self._visit.audit("opened-call", call_id=self._call_id)
        _, content = await asyncio.gather(trail, self._visit.ask(self._read))
        if content[1].plays:
            # On its way while the browser still reads our scripts; the id is one of ours, as there is such a call.
            ui.add_head_html(f'<link rel="preload" as="fetch" crossorigin href="{self._peaks()}">')
        self._head = ui.element("header").classes("call-head")
        with ui.element("div").classes("call-grid"):
            self._left = ui.element("div").classes("call-left")
            self._right = ui.element("div").classes("call-right")
        shown = self._build(content)
        show_first(self._visit, content[0], shown, content[1].outline)

    def _insist(self, connection: Connection) -> None:
        if not may_see(connection, self._call_id, self._visit.viewer.scope()):
            raise CannotDo(self._visit.say("call.strange", call=self._call_id))

    def _read(self, connection: Connection) -> tuple[Content, Sound]:
        self._insist(connection)
        content = read(connection, self._call_id, self._visit.viewer.name, original=self._original)
        directory = self._visit.settings.data.directory
        try:
            heard = playable(connection, directory, self._visit.viewer, self._call_id, original=self._original)
            with reading():
                drawn_soon = outline(peaks_of(heard), COLUMNS)
                length = len(pairs(heard)) / 8000
        except NoSound as fault:
            return content, Sound(plays=False, words=self._visit.say(f"call.sound_{fault.why}"))
        expected = content.call.seconds or content.conversation.seconds
        if content.running or length >= expected - CUT_OFF_S:
            return content, Sound(True, outline=drawn_soon)
        words = self._visit.say("call.cut_off", seconds=round(length), whole=round(expected))
        return content, Sound(True, words, drawn_soon)

    # -- building ----------------------------------------------------------------------------------------------

    def _build(self, found: tuple[Content, Sound]) -> Shown:
        content, sound = found
        visit = self._visit
        for part in (self._head, self._left, self._right):
            part.clear()
        with self._head:
            show_head(visit, content, original=self._original)
            if visit.may(Right.ORIGINAL):
                key = "call.mask" if self._original else "call.original"
                button = TextElement(tag="button", text=visit.say(key)).classes("plain")
                button.props["type"] = "button"
                button.on(
                    "click", self._change_original, js_handler="() => emit(window.callSecond ? window.callSecond() : 0)"
                )
        with self._left:
            for words in _notices(visit, content):
                told(words, kind="empty")
            if content.running and visit.may(Right.LIVE):
                ui.link(visit.say("call.to_live"), "/live")
            if sound.plays and sound.words:
                told(sound.words, kind="empty")
            shown = self._shown(content, sound)
            Player(shown, Teaching(visit, content).ask if visit.may(Right.TEACH) else None)
        with self._right:
            self._findings(content)
            self._comments(content)
            show_facts(visit, content)
        return shown

    def _shown(self, content: Content, sound: Sound) -> Shown:
        visit = self._visit
        heard = f"/calls/{self._call_id}/sound?original={_truth(self._original)}&opening={self._opening}"
        call = {
            "seconds": round(content.seconds, 2),
            "sound": heard if sound.plays else "",
            "peaks": self._peaks() if sound.plays else "",
            "bucket": BUCKET_S,
            "fault": "" if sound.plays else sound.words,
        }
        return Shown(
            call, turns(visit, content), self._marks(content), drawn(content), texts(visit, content),
            start=self._start, words=visit.query.get("words", "")[:LONGEST],
        )  # fmt: skip

    def _peaks(self) -> str:
        return f"/calls/{self._call_id}/peaks?original={_truth(self._original)}"

    def _marks(self, content: Content) -> Sequence[dict[str, Any]]:
        """What is drawn as a flag: where a rule was broken, and where one that must be kept was."""
        found = [
            {
                "t": round(place["start"], 2), "broken": finding["outcome"] == "broken",
                "title": self._visit.say(
                    "frame.pair", name=title_of(shown, finding["rule"], self._visit.language),
                    value=outcome(self._visit, finding["outcome"]),
                ),
            }
            for shown in content.scores
            for finding in shown.found["findings"]
            if finding["outcome"] != "not-applicable"
            for place in (finding["evidence"] if finding["outcome"] == "broken" else finding["evidence"][:1])
            if is_place(place)
        ]  # fmt: skip
        return sorted(found, key=lambda mark: mark["t"])

    def _findings(self, content: Content) -> None:
        if content.inspected and not content.scores:
            told(self._visit.say("call.no_scorecard"), kind="empty")
        for number, shown in enumerate(content.scores):
            with ui.element("section").classes(f"card score score-{number}"):
                show_score(self._visit, shown)
                again = partial(self._again, f".score-{number} .review-state")
                Reviewing(self._visit, self._call_id, shown, again).show()

    def _comments(self, content: Content) -> None:
        Comments(self._visit, self._call_id, partial(self._again, ".comment-field textarea")).show(content.comments)

    # -- changing ----------------------------------------------------------------------------------------------

    async def _again(self, place: str) -> None:
        """Show everything but the player as it is now, with the keyboard at `place` (CSS): what plays plays on."""

        async def read_again() -> None:
            content, _ = await self._visit.ask(self._read)
            self._right.clear()
            self._findings(content)
            self._comments(content)
            show_facts(self._visit, content)
            ui.run_javascript(f"document.querySelector({json.dumps(place)})?.focus()")

        # What was pressed is among what goes, and a page can't be told anything on behalf of what is gone.
        with self._right:
            await doing(self._visit, read_again())

    async def _change_original(self, event: GenericEventArguments) -> None:
        async def change() -> None:
            wanted = not self._original
            if wanted:
                # First: what isn't on the trail isn't shown, by whatever else draws the page anew either.
                await self._visit.audit("saw-original", call_id=self._call_id)
            self._original = wanted
            self._start = float(event.args) if isinstance(event.args, int | float) else -1.0
            self._opening = secrets.token_urlsafe(12)
            self._build(await self._visit.ask(self._read))

        await doing(self._visit, change())


def start_of(asked: str) -> float:
    """Return the second that an address asks for; -1 where it asks for none."""
    try:
        second = float(asked)
    except ValueError:
        return -1.0
    return second if 0 <= second < 1e6 else -1.0


def _truth(value: bool) -> str:
    return str(value).lower()


def _notices(visit: Visit, content: Content) -> Sequence[str]:
    found = []
    if content.running:
        found.append(visit.say("call.running"))
    elif content.inspection in ("", "waiting", "taken"):
        found.append(visit.say("call.not_inspected"))
    elif content.inspection == "given-up":
        found.append(visit.say("call.given_up", why=content.note))
    elif content.note:
        found.append(visit.say("call.not_listened", why=content.note))
    if content.recording is not None and content.recording.note:
        found.append(_recording_note(visit, content.recording.note))
    return found


def _recording_note(visit: Visit, note: str) -> str:
    if missed := not_found(note):
        return visit.say("call.not_found", day=missed)
    if (gone := deletion(note)) is None:
        return visit.say("call.recording_note", why=note)
    why, day = gone
    return visit.say("call.deleted_by_age" if why == BY_AGE else "call.deleted_on_request", day=day)
