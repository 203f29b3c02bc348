"""`hotline calls`: the calls on record, and calls that the running server places or ends."""

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import msgspec
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from models.call_list import Filters, find_call, list_calls, whole_call, whole_calls
from models.cause import Cause
from models.command_line import AsJson, ConfigFile, print_json, say, sentences
from models.database import database_url, migrate, open_engine, way_out
from models.errors import CannotDo, OperatorFault
from models.settings import Settings
from models.settings_file import read_settings
from voice import call_orders

app = typer.Typer(no_args_is_help=True, help="Calls: list, show, play, export; place, hangup, talk, supervise.")
app.command()(call_orders.place)
app.command("hangup")(call_orders.hang_up)
app.command()(call_orders.talk)
app.command()(call_orders.supervise)
PLAYERS = (("play", "-q"), ("aplay", "-q"), ("paplay",))


class CallDirection(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class ExportFormat(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


def a_time(text: str) -> datetime:
    """Read "2026-11-21", "2026-11-21T08:30" (local unless it names a zone), "today", or an age such as "90m 2h 3d".

    Raises `typer.BadParameter`.
    """
    if text == "today":
        return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    units = {"m": "minutes", "h": "hours", "d": "days"}
    if text[:-1].isdecimal() and text[-1:] in units:
        try:
            return datetime.now(UTC) - timedelta(**{units[text[-1]]: int(text[:-1])})
        except OverflowError:
            raise typer.BadParameter(f"'{text}' is before all time.") from None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"'{text}' is no time; write 2026-11-21, 2026-11-21T08:30, today, 90m, 2h or 3d."
        ) from None


Since = Annotated[
    datetime | None, typer.Option(parser=a_time, metavar="TIME", help="Calls that began then or later: a date, 2h, 3d.")
]
Until = Annotated[datetime | None, typer.Option(parser=a_time, metavar="TIME", help="Calls that began earlier.")]
Number = Annotated[str, typer.Option(metavar="NUMBER", help="Caller or called; * stands for any characters.")]
CauseWord = Annotated[Cause | None, typer.Option(metavar="CAUSE", help="Why it ended, such as caller-hung-up.")]
Way = Annotated[CallDirection | None, typer.Option(help="inbound or outbound.")]
CallId = Annotated[str, typer.Argument(metavar="ID", help='The id, its beginning, or "last".')]


@contextmanager
def records(settings: Settings) -> Iterator[Connection]:
    """Open the records for reading; a fault of the database becomes a sentence."""
    url = database_url(settings)
    engine = open_engine(url)
    file = engine.url.database
    if engine.url.get_backend_name() == "sqlite" and not Path(file or "").exists():
        raise CannotDo(f"There are no records yet: {file} doesn't exist; check [data] directory or take a first call.")
    try:
        migrate(engine)
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise OperatorFault(f"The records can't be read ({error.orig}); {way_out(error)}.") from error
    finally:
        engine.dispose()


@app.command("list")
@sentences
def list_(
    since: Since = None,
    until: Until = None,
    number: Number = "",
    cause: CauseWord = None,
    direction: Way = None,
    limit: Annotated[int, typer.Option(min=0, help="The newest so many; 0: all.")] = 50,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List calls, the newest first."""
    settings = read_settings(config)
    filters = Filters(since, until, number, str(cause or ""), str(direction or ""), limit)
    with records(settings) as connection:
        calls = list(list_calls(connection, filters, settings.data.directory))
    if as_json:
        print_json(calls)
    else:
        _print_list(calls)


def _print_list(calls: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("ID", "Began", "", "Caller", "Called", "Talk", "Cause"):
        table.add_column(
            heading, no_wrap=heading in {"ID", "Began", "Talk"}, justify="right" if heading == "Talk" else "left"
        )
    for call in calls:
        way = "→" if call["direction"] == "outbound" else "←"
        row = (call["id"], _local(call["started_at"]), way, call["caller"], call["called"], _talk(call), _outcome(call))
        table.add_row(*(Text(str(cell)) for cell in row))
    Console().print(table if calls else "No call passes these filters.")


@app.command()
@sentences
def show(call: CallId = "last", as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show one call whole: its turns, times, figures and events."""
    settings = read_settings(config)
    with records(settings) as connection:
        document = whole_call(connection, find_call(connection, call), settings.data.directory)
    if as_json:
        print_json(document)
    else:
        _print_call(document)


def _print_call(call: dict[str, Any]) -> None:
    console = Console(highlight=False, markup=False)
    console.print(f"{call['id']}  {call['direction']}  {call['caller']} → {call['called']}  ({call['origin']})")
    console.print(f"began {_local(call['started_at'])}, talk {_talk(call) or 'none'}, {_outcome(call)} {call['words']}")
    console.print(f"flow {call['flow']} {call['flow_version']}, language {call['language']}")
    media = call["media"]
    console.print(
        f"media: {media['packets_in']} packets in, {media['packets_lost']} lost, "
        f"jitter {media['jitter_ms']:.1f} ms, MOS {media['mos']:.1f}"
    )
    console.print(f"recording: {call['recording'] or 'none'} {call['recording_note']}\n")
    for turn in call["turns"]:
        cut = " (interrupted)" if turn["interrupted"] else ""
        meant = f"  [{turn['intent']}]" if turn["intent"] else ""
        console.print(f"{turn['start_s']:7.2f} s  {turn['speaker']:6}  {turn['text'] or turn['digits']}{cut}{meant}")
    for event in call["events"]:
        more = " ".join(f"{key}={value}" for key, value in event.items() if key not in {"at", "name"})
        console.print(f"{event['at']}  {event['name']} {more}")


@app.command()
@sentences
def play(call: CallId = "last", config: ConfigFile = None) -> None:
    """Play a call's recording: left the caller, right what the caller heard."""
    settings = read_settings(config)
    with records(settings) as connection:
        document = whole_call(connection, find_call(connection, call), settings.data.directory)
    path = document["recording"]
    if path is None:
        raise CannotDo(f"Call {document['id']} has no recording. {document['recording_note']}".rstrip())
    if not Path(path).exists():
        raise CannotDo(f"The recording of call {document['id']} is gone: {path} doesn't exist.")
    for command, *options in PLAYERS:
        if shutil.which(command) and subprocess.run([command, *options, path], check=False).returncode == 0:
            return
    say("Nothing here can play sound (play, aplay and paplay are missing or found no device); the recording is")
    typer.echo(path)


@app.command()
@sentences
def export(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help='Where to; "-" is stdout.')],
    format_: Annotated[
        ExportFormat, typer.Option("--format", help="csv: a line a call; jsonl: whole calls.")
    ] = ExportFormat.CSV,
    with_recordings: Annotated[Path | None, typer.Option(metavar="DIR", help="Copy the recordings there.")] = None,
    since: Since = None,
    until: Until = None,
    number: Number = "",
    cause: CauseWord = None,
    direction: Way = None,
    limit: Annotated[int, typer.Option(min=0, help="The newest so many; 0: all.")] = 0,
    config: ConfigFile = None,
) -> None:
    """Write calls to a file, and their recordings beside it where asked for."""
    settings = read_settings(config)
    filters = Filters(since, until, number, str(cause or ""), str(direction or ""), limit)
    with records(settings) as connection:
        calls: Iterator[dict[str, Any]] = list_calls(connection, filters, settings.data.directory)
        total = None
        if format_ is ExportFormat.JSONL:
            ids = [call["id"] for call in calls]
            total = len(ids)
            calls = whole_calls(connection, ids, settings.data.directory)
        with _writing(output) as file:
            console = Console(stderr=True)
            shown = track(calls, "Exporting", total=total, console=console, disable=not console.is_terminal)
            count = _write(_copying(shown, with_recordings), format_, file)
    say(f"{count} calls are written{'' if str(output) == '-' else f' to {output}'}.")


@contextmanager
def _writing(output: Path) -> Iterator[TextIO]:
    try:
        if str(output) == "-":
            yield sys.stdout
        else:
            with output.open("w", encoding="utf-8", newline="") as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotDo(f"{error.filename or output} can't be written ({error.strerror}).") from error


def _copying(calls: Iterable[dict[str, Any]], directory: Path | None) -> Iterator[dict[str, Any]]:
    """Hand the calls on, each after its recording was copied; the exported path is then that of the copy."""
    for call in calls:
        source = call["recording"]
        if directory is not None and source is not None and Path(source).exists():
            directory.mkdir(parents=True, exist_ok=True)
            call["recording"] = str(shutil.copy2(source, directory / f"{call['id']}{Path(source).suffix}"))
        yield call


def _write(calls: Iterator[dict[str, Any]], format_: ExportFormat, file: TextIO) -> int:
    """Write each call as a line and return how many there were."""
    count = 0
    table: csv.DictWriter[str] | None = None
    for call in calls:
        count += 1
        if format_ is ExportFormat.JSONL:
            file.write(msgspec.json.encode(call).decode() + "\n")
            continue
        if table is None:
            table = csv.DictWriter(file, list(call))
            table.writeheader()
        table.writerow({key: _cell(value) for key, value in call.items()})
    return count


def _cell(value: object) -> object:
    """Keep a spreadsheet from taking what a caller sent (=, @ …) for a formula; phone numbers stay as they are."""
    if isinstance(value, str) and value[:1] in {"=", "@", "+", "-", "\t", "\r"} and not value[1:].isdecimal():
        return "'" + value
    return value


def _local(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _talk(call: dict[str, Any]) -> str:
    if call["seconds"] is None:
        return ""
    minutes, seconds = divmod(round(call["seconds"]), 60)
    return f"{minutes}:{seconds:02}"


def _outcome(call: dict[str, Any]) -> str:
    return str(call["cause"] or call["state"])


if __name__ == "__main__":
    app()
