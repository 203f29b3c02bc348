"""A call centre in memory for whole calls: real agents' book, journal, database and distributor, phones on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dialplans.flow import Flow
from models.control_protocol import News, PlaceCall
from models.database import migrate, open_engine
from models.errors import CannotDo
from models.queue_caller import QueueCaller
from models.queue_event import QueueEvent
from models.settings import SipSettings
from queues.agents import AgentBook
from queues.applying import apply
from queues.callback import Callbacks
from queues.distributor import Distributor
from queues.front_desk import FrontDesk
from queues.journal import Journal
from queues.mailbox import Mailbox
from queues.messages import Messages
from queues.plan_reading import read_plan
from queues.plan_rows import writing
from queues.ratings import Ratings
from queues.service_codes import ServiceCodes
from queues.supervisors import Supervisors
from queues.tickets import Tickets
from voice.back_office import BackOffice
from voice.calling import Calling
from voice.loopback_phones import LoopbackPhones
from voice.phones import Phones
from voice.supervision import Supervision

FLOW = """
languages: [en, zh]
commands: {operator: nothing}
steps:
  - step: welcome
    say: {en: Welcome., zh: 欢迎致电。}
  - step: hand
    enqueue: billing
    unavailable: {en: Nobody is there., zh: 没有人在。}
    done: after
  - step: nothing
    hangup: {en: Goodbye., zh: 再见。}
  - step: after
    hangup: {en: "Thank you, that was all. Goodbye.", zh: 谢谢，再见。}
"""
AGENTS = [
    {"extension": "201", "name": "Anna", "password": "x", "languages": ["en"], "skills": {"billing": 5}},
    {"extension": "202", "name": "Ben", "password": "x", "languages": ["en", "zh"], "skills": {"billing": 3}},
    {"extension": "203", "name": "Cleo", "password": "x", "languages": ["en"], "skills": {"sales": 5}},
]
BILLING = {"name": "billing", "title": {"en": "Billing", "zh": "账单"}, "needs": [{"skill": "billing", "level": 2}]}


class AtOnce(ThreadPoolExecutor):
    """Runs at once what belongs into a thread: virtual time doesn't wait for real threads."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as fault:  # noqa: BLE001 - an executor hands on whatever was raised
            done.set_exception(fault)
        return done


class JournalAtOnce(Journal):
    """Writes within the call that tells, for the same reason."""

    _locked = False

    def _hand_over(self, event: Any, rows: Any) -> "asyncio.Future[None]":
        future = super()._hand_over(event, rows)
        if not self._locked:
            self.unlock()
        return future

    def lock(self) -> None:
        """Let the database take nothing for now."""
        self._locked = True

    def unlock(self) -> None:
        """Let it take what has gathered, and what comes."""
        self._locked = False
        while not self._entries.empty():
            entry = self._entries.get_nowait()
            assert entry is not None
            self._write([entry])

    def open(self, node: str) -> None:
        """Count, without the thread."""
        self._node = node


class Centre:
    """What tests look at and change."""

    def __init__(self, engine: Any, journal: JournalAtOnce, book: AgentBook, distributor: Distributor) -> None:
        self.engine, self.journal, self.book, self.distributor = engine, journal, book, distributor
        self.callbacks = Callbacks(engine, distributor, self._dial)
        self.ratings = Ratings(distributor)
        self.called: list[str] = []
        """Numbers that were called back."""
        self.calling: Calling | None = None
        """Places the calls; None: nobody is ever reached."""
        self.phones: Phones

    async def _dial(self, number: str, line: str, flow: Flow, begun: Callable[[str], None]) -> None:
        self.called.append(number)
        if self.calling is None:
            raise CannotDo(f"{number} was not reached.")

        async def tell(news: News) -> None:
            if news.name == "placed":
                begun(str(news.facts["id"]))

        await self.calling.place(PlaceCall(number, trunk=line, until="ended"), tell, flow)

    def apply(self, queues: list[dict[str, Any]], **more: Any) -> None:
        """Put a plan into the database."""
        document = {"agents": AGENTS, "queues": queues, **more}
        with writing(self.engine) as connection:
            apply(connection, read_plan(document), SipSettings(), prune=True)

    async def comes(self, *extensions: str) -> None:
        """Let agents log in, whose phones are there."""
        for extension in extensions:
            self.book.phone(extension, True)
            await self.book.wish(extension, "ready")

    @asynccontextmanager
    async def calling_back(self) -> AsyncIterator[None]:
        """Let who was promised a callback be called meanwhile."""
        running = asyncio.ensure_future(self.callbacks.run())
        await asyncio.sleep(0)
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def state(self, extension: str) -> str:
        return str(self.book.presence(extension).state)

    def events(self) -> list[tuple[str, str]]:
        """Return name and agent of what was written of the queues, in order."""
        with Session(self.engine) as session:
            rows = session.scalars(select(QueueEvent).order_by(QueueEvent.id))
            return [
                (row.name, row.agent) for row in rows if row.name.startswith("queue.") and row.name != "queue.edited"
            ]

    def stays(self) -> list[tuple[str, str, str]]:
        """Return queue, state and agent of every stay, in order."""
        with Session(self.engine) as session:
            return [(r.queue, r.state, r.agent) for r in session.scalars(select(QueueCaller).order_by(QueueCaller.id))]


@asynccontextmanager
async def call_centre(
    open_line,
    tmp_path,
    *queues,
    flow=FLOW,
    more=None,
    calls_out=False,
    takes_tickets=False,
    phones_of=LoopbackPhones,
    **options,
):
    """Open a line whose callers are enqueued; yields line, phones and the centre.

    `calls_out`: who was promised a callback is called at one of `phones`, under the own number. `takes_tickets`: a
    program of the company's is told of tickets. `phones_of` makes the phones.
    """
    loop = asyncio.get_running_loop()
    loop.set_default_executor(AtOnce())
    engine = open_engine(f"sqlite:///{tmp_path / 'centre.sqlite'}")
    migrate(engine)
    journal = JournalAtOnce(engine)
    book = AgentBook(engine, journal)
    distributor = Distributor(engine, journal, book, clock=loop.time)
    centre = Centre(engine, journal, book, distributor)
    centre.apply(list(queues) or [BILLING], **(more or {}))
    journal.open("node")
    book.open()
    distributor.open("node")
    running = asyncio.ensure_future(distributor.run())
    office = BackOffice()
    try:
        async with open_line(flow, office=office, **options) as line:
            phones = phones_of(line.media, line.speech, ("201", "202", "203"))
            messages = Messages(centre.callbacks, book, distributor, tmp_path)
            office.mailbox = Mailbox(centre.callbacks, distributor)
            supervisors = Supervisors(book, distributor)
            supervising = asyncio.ensure_future(supervisors.run())
            office.service_codes = ServiceCodes(book, distributor.dispose, messages, supervisors)
            office.people = FrontDesk(
                engine, book, distributor, centre.callbacks, messages=messages, supervisors=supervisors,
                tickets=Tickets(distributor, told=takes_tickets),
            )  # fmt: skip
            office.phones = centre.phones = Phones(phones, line.media, line.speech, line.reception.shelf, ("carrier",))
            if calls_out:
                parts = line.media, line.speech, line.reception.shelf, office
                centre.calling = Calling(line.settings, parts, phones, line.routing, line.reception.running, line.log)
            supervisors.watch_by(Supervision(office.phones))
            distributor.subscribe(centre.ratings.noted)
            line.events.subscribe(centre.ratings.happened)
            yield line, phones, centre
            supervising.cancel()
            await asyncio.gather(supervising, return_exceptions=True)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        engine.dispose()
