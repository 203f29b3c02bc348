"""`hotline dialplan chat`: a flow tried out by text, with the systems, articles and language model as set up."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.exc import DBAPIError

from dialplans.chat import HELP, AnswersFreely, Chat
from dialplans.exchange import Done, FreeAnswer, LookUp
from dialplans.flow import Flow
from dialplans.look_ups import LookUps
from dialplans.routing import find, read_checked
from dialplans.talk import Knows, knows_nothing
from knowledge.embedding import WhenAsked
from knowledge.free_answer import FreeAnswers
from knowledge.library import Library
from models.command_line import ConfigFile, say, sentences
from models.database import database_url, open_engine, schema_age, way_out
from models.errors import HotlineError, OperatorFault
from models.settings import Settings
from models.settings_file import read_settings


@sentences
def chat_(
    flow: Annotated[str, typer.Argument(metavar="FILE", help="A flow by file or by name.", show_default=False)],
    language: Annotated[str, typer.Option(help="Language to talk in; without it the flow's first.")] = "",
    state: Annotated[bool, typer.Option("--state", help="Show what the flow knows after each turn.")] = False,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="Type what the company's systems answer.")] = False,
    at: Annotated[
        str, typer.Option(metavar="TIME", help="As if it were then: 2026-12-24T19:30, for what is open or closed.")
    ] = "",
    config: ConfigFile = None,
) -> None:
    """Talk with a flow by text: a line is what the caller says, digits alone are keys, an empty line is silence."""
    settings = read_settings(config)
    found = speaking(read_checked(find(flow, settings.dialplan.directory)), language)
    zone = ZoneInfo(settings.dialplan.timezone) if settings.dialplan.timezone else None
    then = _moment(at, zone)
    library = _library(settings)
    with ExitStack() as until_over:
        chat = Chat(
            found,
            language,
            knows=_knows(library) if library else knows_nothing,
            looks_up=None if by_hand else _looks_up,
            answers_freely=_answers_freely(settings, library, until_over) if library else None,
            now=lambda: then or (datetime.now(zone) if zone else datetime.now(UTC).astimezone()),
        )
        say(HELP)
        _talk(chat, state)


def _moment(at: str, zone: ZoneInfo | None) -> datetime | None:
    """Return the moment that `at` names, in `zone` (None: the machine's) where it names none; None for ""."""
    if not at:
        return None
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        raise OperatorFault(f"'{at}' is no time; write one like 2026-12-24T19:30.") from None
    # Calendars without a zone of their own have that of the moment.
    return found.astimezone(zone) if found.tzinfo or not zone else found.replace(tzinfo=zone)


def speaking(flow: Flow, language: str) -> Flow:
    """Return `flow`; raise `HotlineError` where it doesn't speak `language`."""
    if language and language not in flow.languages:
        raise HotlineError(f"Flow '{flow.name}' doesn't speak '{language}'; it speaks {', '.join(flow.languages)}.")
    return flow


def _looks_up(errand: LookUp) -> Done:
    async def ask() -> Done:
        async with LookUps() as look_ups:
            return await look_ups.look_up(errand)

    return asyncio.run(ask())


def _library(settings: Settings) -> Library | None:
    """Return the configured knowledge base; None where there is no database yet."""
    engine = open_engine(database_url(settings))
    file = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    if file and not Path(file).is_file():
        return None
    try:
        with engine.connect() as connection:
            if schema_age(connection) != "newest":
                return None
        library = Library(engine, WhenAsked())
        library.refresh()
    except DBAPIError as error:
        raise OperatorFault(f"The knowledge base can't be read ({error.orig}); {way_out(error)}.") from None
    finally:
        engine.dispose()
    return library


def _knows(library: Library) -> Knows:
    return lambda question, language, tags: library.search(question, language, datetime.now(UTC), tags)


def _answers_freely(settings: Settings, library: Library, until_over: ExitStack) -> AnswersFreely | None:
    """Return what lets the configured language model answer; None where there is none."""
    free = FreeAnswers.of(settings.knowledge)
    if free is None:
        return None
    runner = until_over.enter_context(asyncio.Runner())
    until_over.callback(lambda: runner.run(free.__aexit__(None, None, None)))

    def answers(errand: FreeAnswer) -> Done:
        articles = [entry for one in errand.articles if (entry := library.knowledge.get(one))]
        answer = runner.run(free.answer(errand.question, articles, errand.language, _unheard))
        return Done(answer.ok, {"text": answer.text, "articles": list(answer.articles)}, answer.why)

    return answers


async def _unheard(_sentence: str) -> None:
    """Nobody hears single sentences in a chat: the answer is shown whole."""


def _talk(chat: Chat, state: bool) -> None:
    for line in chat.begin():
        typer.echo(line)
    for line in _lines():
        for answer in chat.hear(line):
            typer.echo(answer)
        if state:
            typer.echo(json.dumps(chat.known(), ensure_ascii=False, default=str))
        if chat.over:
            return


def _lines() -> Iterator[str]:
    while True:
        try:
            yield input("> ")
        except EOFError:
            return
