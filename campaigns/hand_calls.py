"""Calls by hand keep off the do-not-call lists too: those for everybody are asked before one is placed."""

import asyncio
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from campaigns.do_not_call import listed_for
from campaigns.line_book import LineBook
from campaigns.line_gate import home_of, meant
from campaigns.phone_number import NotANumber, numbering
from campaigns.toll_guard import kind_of
from models.campaign import Campaign
from models.errors import OperatorFault


class HandCalls:
    """Asked by `voice.calling.Calling` before it places a call that somebody ordered."""

    def __init__(self, engine: Engine, book: LineBook) -> None:
        """The lines of `book` say what a number without "+" means."""
        self._engine, self._book = engine, book

    async def refusal(self, number: str) -> str:
        """Return why `number`, as somebody typed it, may not be called, as a sentence; "": it may."""
        return await asyncio.to_thread(self.refusal_now, number)

    def refusal_now(self, number: str) -> str:
        """Return the same, blocking for a few milliseconds."""
        try:
            with self._engine.connect() as connection:
                for reading in dict.fromkeys(self._readings(connection, number)):
                    found = listed_for(connection, reading, None)
                    if found is not None:
                        return (
                            f"{reading} is on the do-not-call list '{found.name}': nobody may call it, by hand neither."
                        )
        except DBAPIError as error:
            return (
                f"The do-not-call lists can't be asked ({error.orig}), so {number} isn't called; try again in a moment."
            )
        return ""

    def _readings(self, connection: Connection, number: str) -> Iterator[str]:
        """Yield what a typed number may be in international form."""
        plain = "".join(sign for sign in number if sign in "+0123456789")
        if plain.startswith("+"):
            yield plain
            return
        homes = set(connection.scalars(select(Campaign.settings["country"].as_string())))
        for line in self._book.lines.values():
            yield from meant(line, number)
            homes.add(home_of(line))
        for country in sorted(filter(None, homes)):
            try:
                yield numbering(country).read(plain).e164
            except (NotANumber, OperatorFault):
                continue
        whole = f"+{plain.removeprefix('00')}"
        if not kind_of(whole).trouble:
            yield whole
