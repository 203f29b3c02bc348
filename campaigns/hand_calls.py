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

MOST_DIGITS = 15
"""Of an E.164 number."""


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
        plain = _plain(number)
        if plain.startswith("+") and not 1 <= len(plain) - 1 <= MOST_DIGITS:
            return f"'{number}' is no number in international form; write it like +8613912345678."
        try:
            with self._engine.connect() as connection:
                for reading in dict.fromkeys(self._readings(connection, number, plain)):
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

    def _readings(self, connection: Connection, number: str, plain: str) -> Iterator[str]:
        """Yield what a typed number may be in international form."""
        if plain.startswith("+"):
            yield plain
            # As lists have it: +44 (0)20 … without the 0. One with "+" says its country itself.
            yield from _read(plain, "US")
            return
        homes = set(connection.scalars(select(Campaign.settings["country"].as_string())))
        for line in self._book.lines.values():
            yield from meant(line, number)
            homes.add(home_of(line))
        for country in sorted(filter(None, homes)):
            yield from _read(plain, country)
        whole = f"+{plain.removeprefix('00')}"
        if not kind_of(whole).trouble:
            yield whole


def _plain(number: str) -> str:
    signs = "".join(sign for sign in number if sign in "+0123456789")
    digits = signs.replace("+", "")
    return f"+{digits}" if signs.startswith("+") else digits


def _read(plain: str, country: str) -> Iterator[str]:
    try:
        yield numbering(country).read(plain).e164
    except (NotANumber, OperatorFault):
        return
