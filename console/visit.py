"""A visit: one page in one browser, of somebody who is signed in. What pages ask of the console."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import Connection, Engine

from console.access import Right, Viewer
from console.phrases import Phrases
from console.sessions import Session, session_by_id
from console.site import asked_from
from models.audit import record
from models.errors import CannotDo
from models.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


class SignedOut(CannotDo):
    """The session is over; the page leads to signing in."""


@dataclass(frozen=True)
class Visit:
    engine: Engine
    settings: Settings
    phrases: Phrases
    session: Session
    language: str
    """en or zh."""
    path: Mapping[str, str]
    """Fields of the page's path, such as call_id."""
    query: Mapping[str, str]
    address: str

    @classmethod
    def of(cls, request: Request, engine: Engine, settings: Settings, phrases: Phrases, language: str) -> "Visit":
        """Return the visit that a request begins; the gate has let it in."""
        return cls(
            engine, settings, phrases, request.scope["session"], language, dict(request.path_params),
            dict(request.query_params), asked_from(request.scope),
        )  # fmt: skip

    @property
    def viewer(self) -> Viewer:
        return self.session.viewer

    def may(self, right: Right) -> bool:
        """Tell whether who looks has the right."""
        return self.viewer.may(right)

    def say(self, key: str, **values: Any) -> str:
        """Return a text in the page's language."""
        return self.phrases.say(self.language, key, **values)

    def now(self) -> datetime:
        """Return the time, UTC."""
        return datetime.now(UTC)

    @property
    def zone(self) -> tzinfo | None:
        """The company's time zone ([dialplan] timezone); None: the machine's."""
        named = self.settings.dialplan.timezone
        return ZoneInfo(named) if named else None

    async def ask(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **named: P.kwargs) -> T:
        """Return `function(connection, …)`, read in a thread; raise `SignedOut` where the session is over."""

        def asked() -> T:
            with self.engine.connect() as connection:
                self._insist(connection)
                return function(connection, *args, **named)

        return await asyncio.to_thread(asked)

    async def write(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **named: P.kwargs) -> T:
        """Do the same in one transaction that is kept."""

        def written() -> T:
            with self.engine.connect() as connection:
                self._insist(connection)
            with self.engine.begin() as connection:
                return function(connection, *args, **named)

        return await asyncio.to_thread(written)

    async def order(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return `function(…)`, which opens what it needs itself, run in a thread; raise as `ask` does."""

        def ordered() -> T:
            with self.engine.connect() as connection:
                self._insist(connection)
            return function(*args, **named)

        return await asyncio.to_thread(ordered)

    async def audit(
        self, action: str, *, call_id: str = "", words: str = "", asked: Mapping[str, str] | None = None, **data: Any
    ) -> None:
        """Put on the trail what who looks did; `asked`: a filter's fields, which may be called anything."""
        await self.write(
            record, self.now(), self.viewer.name, action,
            call_id=call_id, words=words, data={**data, **(asked or {})}, address=self.address,
        )  # fmt: skip

    def _insist(self, connection: Connection) -> None:
        """Signing out, disabling, another role, team or extension work on pages that are open, too."""
        session = session_by_id(connection, self.session.id, self.now())
        if session is None or _sees(session.viewer) != _sees(self.viewer):
            raise SignedOut(self.say("frame.signed_out"))


def _sees(viewer: Viewer) -> tuple[object, ...]:
    return viewer.roles, viewer.team, viewer.extension
