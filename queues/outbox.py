"""The outbox: what programs are still to be told, in the database, so that a restart forgets none of it.

A row is written behind the event that it tells of and goes when the program has taken it. What is left when the server
starts is delivered first. What is given up stays, with the reason; so does what is for a program that is no more.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from models.database import moment
from models.webhook import Delivery, Kept
from models.webhook_delivery import WebhookDelivery
from queues.journal import Journal

Row = WebhookDelivery
OURS = "call."
"""Begins the events of queues; campaigns keep theirs in the same table."""


class StoredOutbox:
    """That of one server, in its database."""

    def __init__(self, journal: Journal, clock: Callable[[], float] = time.time) -> None:
        """`clock` in Unix seconds."""
        self._journal, self._clock = journal, clock
        self._node = ""
        self._left: dict[str, list[Kept]] = {}

    def open(self, engine: Engine, node: str, urls: Sequence[str]) -> int:
        """Read what is left for the programs at `urls`; blocks for a moment. Returns how many."""
        self._node = node
        with engine.begin() as connection:
            self._give_up_strangers(connection, urls)
            ours = Row.node == node, Row.given_up_at.is_(None), Row.event.startswith(OURS)
            mine = select(Row.__table__).where(*ours).order_by(Row.id)
            for row in connection.execute(mine):
                delivery = Delivery(row.delivery, row.call_id, row.event, row.body.encode())
                self._left.setdefault(row.url, []).append(Kept(delivery, row.tries))
        return sum(map(len, self._left.values()))

    def _give_up_strangers(self, connection: Connection, urls: Sequence[str]) -> None:
        mine = (Row.node == self._node) & Row.event.startswith(OURS)
        gone = mine & Row.given_up_at.is_(None) & Row.url.not_in(urls)
        values = {"given_up_at": moment(self._clock()), "why": "the settings name this program no more"}
        connection.execute(update(Row).where(gone).values(values))

    def left(self, url: str) -> Sequence[Kept]:
        return self._left.pop(url, [])

    def keep(self, delivery: Delivery, url: str) -> Awaitable[None]:
        row = insert(Row).values(
            node=self._node, delivery=delivery.id, url=url, call_id=delivery.call_id, event=delivery.event,
            body=delivery.body.decode(), tries=0, why="", made_at=moment(self._clock()), given_up_at=None,
        )  # fmt: skip
        return self._journal.put(row)

    def tried(self, delivery: Delivery, url: str, tries: int, why: str) -> object:
        return self._journal.put(update(Row).where(*self._of(delivery, url)).values(tries=tries, why=why))

    def made(self, delivery: Delivery, url: str) -> object:
        return self._journal.put(delete(Row).where(*self._of(delivery, url)))

    def gave_up(self, delivery: Delivery, url: str, tries: int, why: str) -> object:
        values = {"tries": tries, "why": why, "given_up_at": moment(self._clock())}
        row = update(Row).where(*self._of(delivery, url)).values(values)
        data: dict[str, Any] = {"delivery": delivery.id, "event": delivery.event, "tries": tries, "why": why}
        return self._journal.tell("webhook.gave-up", row, call_id=delivery.call_id, **data)

    def _of(self, delivery: Delivery, url: str) -> tuple[ColumnElement[bool], ...]:
        return Row.node == self._node, Row.delivery == delivery.id, Row.url == url
