"""Tells the company's programs of results: webhooks of campaigns, and follow-ups (SMS, e-mail) that others carry out.

Nothing is told that isn't on record, and nothing on record is forgotten: this reads the events of campaigns behind a
mark, and puts what is to be told into the table of deliveries in the transaction that moves the mark. What is there is
delivered until it is taken or given up, over any number of restarts and kills; a program may hear the same delivery
twice, with the same webhook-id.
"""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx2
from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from campaigns.campaign_rows import campaigns
from campaigns.plan import CampaignPlan
from campaigns.result_document import ALARMS, Told, alarm_of, result_of, secret_for, told
from models.attempt import Attempt
from models.call import new_id
from models.campaign_event import CampaignEvent
from models.database import table_of
from models.errors import HotlineError, OperatorFault
from models.event_reader import EventReader
from models.lead import Lead
from models.recording import Recording
from models.webhook import OUTCOMES, Delivery, Kept, Webhook
from models.webhook_delivery import WebhookDelivery

log = logging.getLogger(__name__)
LOOK_S = 5.0
"""From one look at what is new to the next, where nobody says that there is something."""
AT_A_TIME = 500
"""Events that are read in one transaction, and deliveries of one program that are in the process."""
READER = "results"
OURS = WebhookDelivery.event.not_like("call.%")
"""Deliveries of campaigns; those of queues are told of calls."""
ATTEMPT, LEAD, EVENT, DELIVERY, READERS = (
    table_of(noun) for noun in (Attempt, Lead, CampaignEvent, WebhookDelivery, EventReader)
)


@dataclass(frozen=True)
class _Program:
    """One address with one secret."""

    url: str
    secret: str
    events: frozenset[str] = frozenset()
    timeout_s: float = 10.0
    tries: int = 30
    """About four hours."""


@dataclass
class _Table:
    """The table of deliveries as webhooks see it (`models.webhook.Outbox`), written in a thread, in order."""

    engine: Engine
    node: str
    thread: ThreadPoolExecutor
    on_the_way: set[tuple[str, str]] = field(default_factory=set)
    """Deliveries and addresses that a webhook has."""
    finished: set[tuple[str, str]] = field(default_factory=set)
    """Those that were made or given up since the table was last begun to be read."""

    def has(self, key: tuple[str, str]) -> bool:
        """Tell whether a row that was just read is on its way or done with already."""
        return key in self.on_the_way or key in self.finished

    async def keep(self, delivery: Delivery, url: str) -> None:
        """It was written before."""

    def left(self, url: str) -> Sequence[Kept]:
        return ()

    def tried(self, delivery: Delivery, url: str, tries: int, why: str) -> object:
        return self._write(update(DELIVERY).values(tries=tries, why=why), delivery, url)

    def made(self, delivery: Delivery, url: str) -> object:
        self._finish(delivery, url)
        return self._write(delete(DELIVERY), delivery, url)

    def gave_up(self, delivery: Delivery, url: str, tries: int, why: str) -> object:
        self._finish(delivery, url)
        return self.give_up(delivery.id, url, tries, why)

    def _finish(self, delivery: Delivery, url: str) -> None:
        self.on_the_way.discard((delivery.id, url))
        self.finished.add((delivery.id, url))

    def give_up(self, delivery_id: str, url: str, tries: int, why: str) -> object:
        """Write that a delivery is not tried any more."""
        values = {"tries": tries, "why": why, "given_up_at": datetime.now(UTC)}
        return self._write(update(DELIVERY).values(**values), Delivery(delivery_id, "", "", b""), url)

    def _write(self, statement: Any, delivery: Delivery, url: str) -> object:
        mine = DELIVERY.c.node == self.node, DELIVERY.c.delivery == delivery.id, DELIVERY.c.url == url
        return self.thread.submit(self._carry_out, statement.where(*mine))

    def _carry_out(self, statement: Any) -> None:
        try:
            with self.engine.begin() as connection:
                connection.execute(statement)
        except DBAPIError as error:
            # What was made and isn't deleted is made again after the next start: twice is better than never.
            log.warning("what became of a delivery isn't written: %s", error.orig)


class Results:
    """All deliveries of campaigns of one server."""

    def __init__(
        self,
        engine: Engine,
        environment: Mapping[str, str] = os.environ,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` is the network in tests."""
        self._engine, self._environment = engine, environment
        # Redirects could carry a lead to another host, a proxy of the environment to a stranger.
        self._client = httpx2.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)
        self._thread = ThreadPoolExecutor(1, "results")
        self._table = _Table(engine, "", self._thread)
        self._webhooks: dict[_Program, Webhook] = {}
        self._refused: set[_Program] = set()
        self._news = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None

    def counts(self) -> Mapping[str, float]:
        """Return how many deliveries fared how since the start."""
        return {name: sum(one.counts[name] for one in self._webhooks.values()) for name in OUTCOMES}

    def hear(self, happened: object) -> None:
        """Hear that something happened in a campaign (`CampaignOffice.subscribe`)."""
        self._news.set()

    def open(self, node: str) -> None:
        """Begin as the server `node`: with what comes from now on, or where it stopped reading. Blocks for a moment."""
        self._table.node = node
        with self._engine.begin() as connection:
            known = connection.scalar(select(READERS.c.seq).where(*self._mark()))
            if known is None:
                newest = connection.scalar(select(func.max(EVENT.c.seq))) or 0
                connection.execute(insert(READERS).values(reader=READER, node=node, seq=newest))

    async def run(self) -> None:
        """Read and deliver until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._group:
                while True:
                    self._news.clear()
                    with suppress(HotlineError):
                        await self._look()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_S):
                            await self._news.wait()
        finally:
            self._group = None
            self._thread.shutdown()
            await self._client.aclose()

    async def _look(self) -> None:
        try:
            while await self._work(self._read) == AT_A_TIME:
                pass
            self._table.finished.clear()
            for row, program in await self._work(self._waiting):
                self._hand_over(row, program)
        except DBAPIError as error:
            log.warning("results can't be read now (%s); tried again in %g s", error.orig, LOOK_S)

    def _hand_over(self, row: Any, program: _Program | None) -> None:
        if program is None:
            self._table.give_up(row.delivery, row.url, row.tries, "the campaign's plan names this program no more")
            return
        webhook = self._webhook(program)
        key = row.delivery, row.url
        if webhook is None or webhook.waiting >= AT_A_TIME or self._table.has(key):
            return
        self._table.on_the_way.add(key)
        webhook.resume(Kept(Delivery(row.delivery, row.call_id, row.event, row.body.encode()), row.tries))

    def _webhook(self, program: _Program) -> Webhook | None:
        if program not in self._webhooks and program not in self._refused:
            where = f"webhooks and follow_up of campaigns to {program.url}"
            try:
                made = Webhook(program, self._client, self._table, self._environment, where)
            except OperatorFault as fault:
                self._refused.add(program)
                log.error("%s; what it is to be told is kept until the next start", fault)
                return None
            assert self._group is not None, "handed over only while it runs"
            self._webhooks[program] = made
            self._group.create_task(made.run(), name=f"results for {program.url}")
        return self._webhooks.get(program)

    # -- in the thread -----------------------------------------------------------------------------------------

    async def _work(self, what: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(what))

    def _mark(self) -> tuple[Any, Any]:
        return READERS.c.reader == READER, READERS.c.node == self._table.node

    def _read(self) -> int:
        """Put what is new into the table of deliveries; return how many events were read."""
        with self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            seq = connection.scalar(select(READERS.c.seq).where(*self._mark()))
            # Of this server alone, which writes one after another: an event of another one may be there before one of
            # ours that has a lower number and isn't committed yet.
            ours = ATTEMPT.c.node == self._table.node
            alarm = EVENT.c.name.in_(ALARMS) & (EVENT.c.data["node"].as_string() == self._table.node)
            new = connection.execute(
                select(EVENT)
                .select_from(EVENT.outerjoin(ATTEMPT, ATTEMPT.c.id == EVENT.c.attempt_id))
                .where(EVENT.c.seq > (seq or 0), ours | alarm)
                .order_by(EVENT.c.seq)
                .limit(AT_A_TIME)
            ).all()
            plans = self._plans(connection) if new else {}
            for event in new:
                plan = plans.get(event.campaign_id)
                if plan is None or not (plan.webhooks or plan.follow_up):
                    continue
                if event.name not in ALARMS:
                    self._put(connection, event, plan)
                else:
                    found = told(plan, event.name, alarm_of(plan.name, event.data))
                    self._keep(connection, event, f"campaign {plan.name}", found)
            if new:
                connection.execute(update(READERS).where(*self._mark()).values(seq=new[-1].seq))
        return len(new)

    def _plans(self, connection: Connection) -> dict[str, CampaignPlan]:
        return {one.id: one.plan for one in campaigns(connection)}

    def _put(self, connection: Connection, event: Any, plan: CampaignPlan) -> None:
        attempt = connection.execute(select(ATTEMPT).where(ATTEMPT.c.id == event.attempt_id)).mappings().one()
        lead = connection.execute(select(LEAD).where(LEAD.c.id == attempt["lead_id"])).mappings().first()
        path = connection.scalar(select(Recording.path).where(Recording.call_id == attempt["call_id"])) or ""
        result = result_of(plan.name, dict(lead or {}), dict(attempt), path)
        self._keep(connection, event, f"lead {attempt['lead_id']}", told(plan, event.name, result))

    def _keep(self, connection: Connection, event: Any, about: str, found: Iterable[Told]) -> None:
        """Put what is to be told into the table; what is `about` the same is told in its order."""
        for one in found:
            document = {"type": one.event, "timestamp": event.at.isoformat(timespec="milliseconds"), "data": one.data}
            body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
            connection.execute(
                insert(DELIVERY).values(
                    node=self._table.node, delivery=f"msg_{new_id()}", url=one.url, event=one.event,
                    call_id=about, body=body, tries=0, why="", made_at=event.at,
                    given_up_at=None,
                )
            )  # fmt: skip

    def _waiting(self) -> list[tuple[Any, _Program | None]]:
        """Return what isn't delivered yet, the oldest of each program first, with the program."""
        found: list[tuple[Any, _Program | None]] = []
        with self._engine.connect() as connection:
            mine = DELIVERY.c.node == self._table.node, DELIVERY.c.given_up_at.is_(None), OURS
            urls = connection.scalars(select(DELIVERY.c.url).where(*mine).distinct()).all()
            plans = {plan.name: plan for plan in self._plans(connection).values()} if urls else {}
            for url in urls:
                rows = select(DELIVERY).where(*mine, DELIVERY.c.url == url).order_by(DELIVERY.c.id).limit(AT_A_TIME)
                for row in connection.execute(rows):
                    plan = plans.get(json.loads(row.body)["data"]["campaign"])
                    secret = None if plan is None else secret_for(plan, url, row.event)
                    found.append((row, None if secret is None else _Program(url, secret)))
        return found
