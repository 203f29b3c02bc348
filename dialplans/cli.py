"""`hotline dialplan`: check flows, list them, and try one out by text."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.exc import DBAPIError

from asr_tts.prompt_cache import PromptCache
from asr_tts.synthesis import open_mouth
from dialplans import golden_command, golden_file, publishing_command, saying
from dialplans.chat import HELP, Chat
from dialplans.checker import check
from dialplans.complaint import Complaint, FlowRefused
from dialplans.exchange import Done, LookUp
from dialplans.flow import Flow
from dialplans.graph import draw
from dialplans.loader import load
from dialplans.look_ups import LookUps
from dialplans.publishing import Publications
from dialplans.routing import files, find, read_checked
from dialplans.schema import schema
from dialplans.talk import Knows, knows_nothing
from knowledge.embedding import WhenAsked
from knowledge.library import Library
from models.command_line import AsJson, ConfigFile, print_json, say, sentences
from models.database import database_url, open_engine, schema_age
from models.errors import HotlineError, OperatorFault
from models.settings import Settings
from models.settings_file import read_settings

app = typer.Typer(help="What the robot says: check, list and try out flows.", no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="YAML files of flows.", show_default=False)]
Named = Annotated[str, typer.Argument(metavar="FILE", help="A flow by file or by name.", show_default=False)]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write it there.", show_default=False)
]
Language = Annotated[str, typer.Option(help="Language to talk in; without it the flow's first.")]


@app.command("check")
@sentences
def check_(flows: Files, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Say everything that is wrong with flows (and golden dialogues), with line, column and what to write instead."""
    spoken = _voices(read_settings(config))
    found = [(path, complaint) for path in flows for complaint in _complaints(path, spoken)]
    if as_json:
        print_json(
            [
                {
                    "file": str(path),
                    "line": complaint.place.line,
                    "column": complaint.place.column,
                    "sentence": complaint.sentence,
                }
                for path, complaint in found
            ]
        )
    else:
        for _, complaint in found:
            print(complaint)
        for path in flows:
            if not any(path == its for its, _ in found):
                print(f"{path}: in order")
    if found:
        raise typer.Exit(1)


def _voices(settings: Settings) -> dict[str, tuple[str, ...]] | None:
    """Return the names of the voices that would speak, by language; None where no engine is wanted."""
    if settings.speech.synthesiser == "none":
        return None
    with TemporaryDirectory() as directory:
        mouth, _ = open_mouth(settings.speech.synthesiser, PromptCache(Path(directory)), settings.speech.voice)
    found: dict[str, tuple[str, ...]] = {}
    for engine in mouth.engines:
        for language, names in engine.voices.items():
            found[language] = (*found.get(language, ()), *names)
    return found


def _complaints(path: Path, spoken: dict[str, tuple[str, ...]] | None) -> list[Complaint]:
    try:
        if path.name.endswith(golden_file.ENDING):
            golden_file.load(path, load(golden_file.flow_of(path)).languages)
            return []
        return check(load(path), thorough=True, spoken=spoken)
    except FlowRefused as refused:
        return list(refused.complaints)


app.command("test")(golden_command.replay_command)
app.command()(publishing_command.publish)
app.command()(publishing_command.history)
app.command()(publishing_command.rollback)
app.command("say")(saying.say_)


@app.command("schema")
@sentences
def schema_(output: Output = None) -> None:
    """Print the JSON Schema of flows, for editors (`# yaml-language-server: $schema=…` in the first line of a flow)."""
    _write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperatorFault(f"{output} can't be written ({error.strerror}); name another file with -o.") from None


@app.command("graph")
@sentences
def graph_(flow: Named, output: Output = None, language: Language = "", config: ConfigFile = None) -> None:
    """Draw a flow as SVG: steps as boxes, arrows with the answers and conditions that lead along them."""
    found = load(find(flow, read_settings(config).dialplan.directory))
    _write(draw(_speaking(found, language), language), output)


@app.command("list")
@sentences
def list_(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """List the flows that may be routed to, and the numbers that lead to them."""
    settings = read_settings(config)
    published, directory = Publications(settings.data.directory), settings.dialplan.directory
    rows = []
    for path in files(directory):
        numbers = [route.called for route in settings.dialplan.routes if _leads(route.flow, path, directory)]
        live = {"published": published.live(path.stem).version}
        rows.append({"name": path.stem, "file": str(path), "called": numbers, **_summary(path), **live})
    if as_json:
        print_json(rows)
        return
    for row in rows:
        called = ", ".join(map(str, row["called"])) if isinstance(row["called"], list) and row["called"] else "-"
        print(
            f"{row['name']:20} {row['version']:14} {row['languages']!s:8} {row['steps']!s:>4} steps   called {called}"
            + (f"   published {row['published']}" if row["published"] else "")
        )


def _leads(name: str, path: Path, directory: Path | None) -> bool:
    try:
        return find(name, directory) == path
    except OperatorFault:
        return False  # its file is gone, but a version may be published


def _summary(path: Path) -> dict[str, object]:
    try:
        flow = read_checked(path)
    except FlowRefused as refused:
        return {"version": "", "languages": "", "steps": 0, "complaints": len(refused.complaints)}
    return {
        "version": flow.version,
        "languages": " ".join(flow.languages),
        "steps": len(flow.steps),
        "complaints": 0,
    }


@app.command("chat")
@sentences
def chat_(
    flow: Named,
    language: Language = "",
    state: Annotated[bool, typer.Option("--state", help="Show what the flow knows after each turn.")] = False,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="Type what the company's systems answer.")] = False,
    config: ConfigFile = None,
) -> None:
    """Talk with a flow by text: a line is what the caller says, digits alone are keys, an empty line is silence."""
    settings = read_settings(config)
    found = _speaking(read_checked(find(flow, settings.dialplan.directory)), language)
    zone = ZoneInfo(settings.dialplan.timezone) if settings.dialplan.timezone else None
    chat = Chat(
        found,
        language,
        knows=_knows(settings),
        looks_up=None if by_hand else _looks_up,
        now=lambda: datetime.now(zone) if zone else datetime.now(UTC).astimezone(),
    )
    say(HELP)
    _talk(chat, state)


def _looks_up(errand: LookUp) -> Done:
    async def ask() -> Done:
        async with LookUps() as look_ups:
            return await look_ups.look_up(errand)

    return asyncio.run(ask())


def _knows(settings: Settings) -> Knows:
    """Return the configured knowledge base; one that knows nothing where there is no database yet."""
    engine = open_engine(database_url(settings))
    file = engine.url.database if engine.url.get_backend_name() == "sqlite" else None
    if file and not Path(file).is_file():
        return knows_nothing
    try:
        with engine.connect() as connection:
            if schema_age(connection) != "newest":
                return knows_nothing
        library = Library(engine, WhenAsked())
        library.refresh()
    except DBAPIError as error:
        raise OperatorFault(f"The knowledge base can't be read ({error.orig}); check [database] url.") from None
    finally:
        engine.dispose()
    return lambda question, language, tags: library.search(question, language, datetime.now(UTC), tags)


def _speaking(flow: Flow, language: str) -> Flow:
    if language and language not in flow.languages:
        raise HotlineError(f"Flow '{flow.name}' doesn't speak '{language}'; it speaks {', '.join(flow.languages)}.")
    return flow


def _talk(chat: Chat, state: bool) -> None:
    for line in chat.begin():
        print(line)
    for line in _lines():
        for answer in chat.hear(line):
            print(answer)
        if state:
            print(json.dumps(chat.known(), ensure_ascii=False, default=str))
        if chat.over:
            return


def _lines() -> Iterator[str]:
    while True:
        try:
            yield input("> ")
        except EOFError:
            return


if __name__ == "__main__":
    app()
