"""What conversations ask behind the line: the company's systems, the knowledge base, the time of day. One a server."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from dialplans.exchange import Done, FreeAnswer, LookUp, Unanswered
from dialplans.flow import Flow
from dialplans.look_ups import LookUps
from knowledge.articles import Embeddings
from knowledge.embedding import WhenAsked
from knowledge.free_answer import FreeAnswers, Speak
from knowledge.library import Library
from knowledge.search import Found
from models.database import database_url, open_engine
from models.settings import Settings
from voice.mailbox import Mailbox
from voice.open_questions import OpenQuestion, OpenQuestions
from voice.people import People
from voice.phones import Phones

log = logging.getLogger(__name__)

ServiceCodes = Callable[[str, str], Flow | None]


class BackOffice:
    """The ways out of a conversation that aren't the line's own. Without an engine it knows no articles."""

    def __init__(
        self,
        timezone: str = "",
        engine: Engine | None = None,
        look_ups: LookUps | None = None,
        free_answers: FreeAnswers | None = None,
    ) -> None:
        """`timezone`: IANA name, "": the machine's; `engine`: the database of the knowledge base, already migrated."""
        self._free_answers = free_answers
        self._zone = ZoneInfo(timezone) if timezone else None
        self._look_ups = look_ups or LookUps()
        self._engine = engine
        self._library: Library | None = None
        self._questions = OpenQuestions(engine) if engine else None
        self.people: People | None = None
        """Who finds a person for a caller; None: nobody does."""
        self.phones: Phones | None = None
        """What calls to persons stand on; set with `people`."""
        self.mailbox: Mailbox | None = None
        """Who keeps messages that are a queue's; None: they are files beside the recording, and no more."""
        self.service_codes: ServiceCodes = lambda _user, _dialled: None
        """Carries out what a registered user's phone dialled, and returns what is said to it; None: it is no code."""

    @classmethod
    def of(cls, settings: Settings) -> "BackOffice":
        """Return the back office of a server with these settings."""
        return cls(
            settings.dialplan.timezone, open_engine(database_url(settings)), None, FreeAnswers.of(settings.knowledge)
        )

    # -- what conversations ask ------------------------------------------------------------------------------

    def now(self) -> datetime:
        """Return the time of day where the hotline is (aware)."""
        return datetime.now(self._zone) if self._zone else datetime.now(UTC).astimezone()

    async def look_up(self, errand: LookUp) -> Done:
        """Ask one of the company's systems; never raises for what that does."""
        return await self._look_ups.look_up(errand)

    async def answer_freely(self, errand: FreeAnswer, speak: Speak) -> Done:
        """Let a language model answer from articles; `speak` gets each sentence as it comes."""
        if self._free_answers is None or self._library is None:
            return Done(False, why="no language model is configured ([knowledge] url)")
        articles = [entry for one in errand.articles if (entry := self._library.knowledge.get(one))]
        answer = await self._free_answers.answer(errand.question, articles, errand.language, speak)
        return Done(answer.ok, {"text": answer.text, "articles": list(answer.articles)}, answer.why)

    def knows(self, question: str, language: str, tags: Sequence[str]) -> Found | None:
        """Return the article that answers, or None; at once, from the index in memory."""
        return self._library.search(question, language, self.now(), tags) if self._library else None

    def unanswered(self, question: Unanswered, language: str, call_id: str, at_s: float) -> None:
        """Note a question that got no answer, asked `at_s` seconds into the recording; returns at once."""
        if self._questions:
            self._questions.add(OpenQuestion(question, language, call_id, at_s, datetime.now(UTC)))

    # -- its life ----------------------------------------------------------------------------------------------

    async def open(self, by: Embeddings | None = None) -> None:
        """Load the articles, and what finds them: the encoders of their languages (some seconds), or what is given."""
        if self._engine:
            library = Library(self._engine, WhenAsked() if by is None else by)
            await asyncio.to_thread(library.refresh)
            self._library = library

    async def run(self) -> None:
        """Keep the knowledge new and write what callers missed, until cancelled; opened before."""
        try:
            async with asyncio.TaskGroup() as group:
                if self._library:
                    group.create_task(self._library.follow(), name="follow the knowledge base")
                if self._questions:
                    group.create_task(self._questions.run(), name="write unanswered questions")
                await asyncio.Event().wait()
        finally:
            await self._look_ups.__aexit__(None, None, None)
            if self._free_answers:
                await self._free_answers.__aexit__(None, None, None)
            if self._engine:
                self._engine.dispose()
