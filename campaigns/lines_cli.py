"""`hotline lines`: the ways out of campaigns, what each may call and costs, how they do, which would be chosen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.command_line import AsJson, ConfigFile, print_json, say, sentences

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from campaigns.line_rows import Change
    from models.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Lines of campaigns: add, change, list, show, stats, test, apply, remove.")

LineName = Annotated[str, typer.Argument(metavar="NAME", help="Such as carrier-a.", show_default=False)]
Trunk = Annotated[
    str | None, typer.Option(metavar="NAME", help="One of sip.trunks; without it, the line's own.", show_default=False)
]
Numbers = Annotated[
    list[str] | None, typer.Option("--number", metavar="NUMBER[=REGION]", help="That callees see: +862161234567=CN-SH.")
]
Prefixes = Annotated[list[str] | None, typer.Option("--prefix", metavar="PREFIX", help="That may be called: +86.")]
Prices = Annotated[
    list[str] | None,
    typer.Option("--price", metavar="PREFIX=A_MINUTE[/FIRST/NEXT]", help="With billing steps in s: +86=0.06/60/60."),
]
Currency = Annotated[str | None, typer.Option(metavar="ISO", help="Of the prices: CNY.", show_default=False)]
Channels = Annotated[int | None, typer.Option(help="Calls at a time; 0: as many as the trunk takes.")]
ASecond = Annotated[float | None, typer.Option(help="Calls a second; 0: no limit.")]
Spend = Annotated[float | None, typer.Option(help="Most that a day may cost; 0: no limit.")]
Share = Annotated[float | None, typer.Option(help="Percent of the calls that it gets at least.")]
Others = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any other key of a line file, as in TOML.")
]


@app.command()
@sentences
def add(
    name: LineName,
    trunk: Trunk = None,
    number: Numbers = None,
    prefix: Prefixes = None,
    price: Prices = None,
    currency: Currency = None,
    channels: Channels = None,
    calls_per_second: ASecond = None,
    spend_per_day: Spend = None,
    share: Share = None,
    set_: Others = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Add a line; a running server uses it at once."""
    given = _given(trunk, number, prefix, price, currency, channels, calls_per_second, spend_per_day, share, set_)
    _put(config, name, given, True, as_json)


@app.command()
@sentences
def change(
    name: LineName,
    trunk: Trunk = None,
    number: Numbers = None,
    prefix: Prefixes = None,
    price: Prices = None,
    currency: Currency = None,
    channels: Channels = None,
    calls_per_second: ASecond = None,
    spend_per_day: Spend = None,
    share: Share = None,
    set_: Others = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Change what is given here; the rest stays. Calls that run go on."""
    given = _given(trunk, number, prefix, price, currency, channels, calls_per_second, spend_per_day, share, set_)
    _put(config, name, given, False, as_json)


@app.command("list")
@sentences
def list_(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List lines with what was decided of each."""
    from campaigns.line_report import line_documents, print_lines
    from models.settings_file import read_settings

    with _reading(read_settings(config)) as connection:
        lines = line_documents(connection)
    if as_json:
        print_json(lines)
    else:
        print_lines(lines)


@app.command()
@sentences
def show(name: LineName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show every key of a line, also those that are as by default."""
    from campaigns.line_report import line_document
    from models.settings_file import read_settings

    with _reading(read_settings(config)) as connection:
        line = line_document(connection, name)
    if as_json:
        print_json(line)
    else:
        for key, value in line.items():
            typer.echo(f"{key:18}{_shown(value)}")


@app.command()
@sentences
def stats(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Without one, all lines.")] = "",
    days: Annotated[int, typer.Option(min=1, help="So many, today included.")] = 1,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show calls, answers, short calls, minutes and cost of each line, and how its numbers were shown."""
    from campaigns.line_report import print_stats
    from campaigns.line_report import stats as stats_of
    from models.settings_file import read_settings

    with _reading(read_settings(config)) as connection:
        lines = stats_of(connection, days, name)
    if as_json:
        print_json(lines)
    else:
        print_stats(lines)


@app.command("test")
@sentences
def try_out(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A line whose trunk is to be asked.")] = "",
    number: Annotated[str, typer.Option(metavar="NUMBER", help="Over which line would it be called?")] = "",
    country: Annotated[str, typer.Option(metavar="CC", help="The campaign's; without it the number's.")] = "",
    region: Annotated[str, typer.Option(metavar="CC-REGION", help="The lead's, such as CN-SH.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Have the server ask a line's trunk whether it is well (NAME), or say which line a number would get, and why.

    Nobody is called. Exit code 1: the trunk doesn't answer, or there is no line for the number.
    """
    from models.settings_file import read_settings

    settings = read_settings(config)
    if not name and not number:
        raise typer.BadParameter("name a line, or give --number")
    if name and not _trunk_answers(settings, name, as_json and not number):
        raise typer.Exit(1)
    if number and not _line_for(settings, number, country, region, as_json):
        raise typer.Exit(1)


@app.command()
@sentences
def apply(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="TOML or YAML: a list of lines.")],
    prune: Annotated[bool, typer.Option("--prune", help="Also remove lines that the file leaves out.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Make the lines as FILE says, all or nothing; the same again changes nothing."""
    from campaigns.line_file import read_line_file
    from campaigns.line_rows import put_lines
    from models.settings_file import read_settings

    settings = read_settings(config)
    lines = read_line_file(path)
    _edit(settings, lambda one: put_lines(one, lines, _trunks(settings), prune), as_json, dry_run)


@app.command()
@sentences
def remove(name: LineName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Remove a line; calls on it go on, and its days stay on record."""
    from campaigns.line_rows import remove_line
    from models.settings_file import read_settings

    _edit(read_settings(config), lambda connection: remove_line(connection, name), as_json)


# -- what they share -----------------------------------------------------------------------------------------------


def _given(
    trunk: str | None,
    numbers: list[str] | None,
    prefixes: list[str] | None,
    prices: list[str] | None,
    currency: str | None,
    channels: int | None,
    calls_per_second: float | None,
    spend_per_day: float | None,
    share: float | None,
    others: list[str] | None,
) -> dict[str, Any]:
    """Return what was given, as a file has it; raise `typer.BadParameter` for what can't be read."""
    import tomllib

    values = {
        "trunk": trunk, "currency": currency, "channels": channels, "calls_per_second": calls_per_second,
        "spend_per_day": spend_per_day, "share": share, "prefixes": prefixes,
    }  # fmt: skip
    found: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
    if numbers is not None:
        found["numbers"] = [
            {"number": number, "region": region} for number, _, region in (one.partition("=") for one in numbers)
        ]
    if prices is not None:
        found["prices"] = [_price(one) for one in prices]
    for text in others or ():
        key, equals, value = text.partition("=")
        if not equals or not key.strip().isidentifier():
            raise typer.BadParameter(f"'{text}' is no setting; write KEY=VALUE, like premium=true.")
        try:
            found[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[key.strip()] = value.strip()
    return found


def _price(text: str) -> dict[str, Any]:
    prefix, equals, rest = text.partition("=")
    parts = rest.split("/")
    try:
        numbers = {key: float(part) if key == "per_minute" else int(part) for key, part in zip(
            ("per_minute", "first_s", "next_s"), parts, strict=False)}  # fmt: skip
    except ValueError:
        numbers = {}
    if not equals or not numbers or len(parts) > 3:
        raise typer.BadParameter(f"'{text}' is no price; write +86=0.06, or +86=0.06/60/60 with billing steps.")
    return {"prefix": prefix.strip(), **numbers}


def _put(config: Path | None, name: str, given: dict[str, Any], new: bool, as_json: bool) -> None:
    from campaigns.line_file import line_of
    from campaigns.line_plan import mapping_of
    from campaigns.line_rows import put_lines, stored_lines, unknown_line
    from models.errors import CannotDo
    from models.settings_file import read_settings

    settings = read_settings(config)

    def put(connection: "Connection") -> "list[Change]":
        known = {line.name: line for line in stored_lines(connection)}
        if new and name in known:
            raise CannotDo(f"There is the line {name} already; change it with hotline lines change {name}.")
        if not new and name not in known:
            raise CannotDo(unknown_line(name, list(known)))
        before = {} if new else mapping_of(known[name])
        return put_lines(connection, [line_of({**before, **given, "name": name})], _trunks(settings))

    _edit(settings, put, as_json)


def _trunks(settings: "Settings") -> list[str]:
    return [trunk.name for trunk in settings.sip.trunks]


@contextmanager
def _reading(settings: "Settings") -> "Iterator[Connection]":
    """Yield a connection to the database, made where there is none."""
    from models.database import database_url, migrate, open_engine

    engine = open_engine(database_url(settings))
    try:
        migrate(engine)
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _edit(
    settings: "Settings", change: "Callable[[Connection], list[Change]]", as_json: bool, dry_run: bool = False
) -> None:
    """Carry out `change` in a transaction, have the running server take it up, and print what became of it."""
    from models.control_client import NotRunning, ask
    from models.control_protocol import TakeUpLines
    from models.database import database_url, migrate, open_engine
    from models.errors import CannotDo
    from models.writing import writing

    engine = open_engine(database_url(settings))
    try:
        migrate(engine)
        with writing(engine) as connection:
            attempt = connection.begin_nested() if dry_run else None
            changes = change(connection)
            if attempt is not None:
                attempt.rollback()
    finally:
        engine.dispose()
    live: bool | None = None
    words = "Nothing was written." if dry_run else "Nothing changed."
    if changes and not dry_run:
        try:
            *_, done = ask(settings.data.directory, TakeUpLines(), 30)
            live, words = True, done.sentence
        except NotRunning:
            words = "No server runs; it counts from the next start on."
        except CannotDo as refusal:
            live, words = False, f"It is in the database; the running server didn't take it up: {refusal}"
    if as_json:
        documents = [{"name": one.name, "what": one.what, "details": list(one.details)} for one in changes]
        print_json({"changes": documents, "live": live})
        return
    for one in changes:
        typer.echo(str(one))
    say(words)


def _trunk_answers(settings: "Settings", name: str, as_json: bool) -> bool:
    from models.control_client import ask
    from models.control_protocol import AskLine, Done

    *_, done = ask(settings.data.directory, AskLine(name), 60)
    assert isinstance(done, Done)
    if as_json:
        print_json(done.facts)
    else:
        typer.echo(done.sentence)
    return bool(done.facts["answers"])


def _line_for(settings: "Settings", number: str, country: str, region: str, as_json: bool) -> bool:
    import time

    from campaigns.line_report import print_trial, trial
    from campaigns.toll_guard import kind_of

    with _reading(settings) as connection:
        country = country or kind_of(number).country
        answer = trial(connection, settings.lines, number, country, region, time.time())
    if as_json:
        print_json(answer)
    else:
        print_trial(answer)
    return bool(answer["line"])


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "-"
    if isinstance(value, dict):
        return " ".join(f"{key}={_shown(one)}" for key, one in value.items() if one not in ("", 0, 0.0)) or "-"
    return "-" if value == "" else str(value)
