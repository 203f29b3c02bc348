"""`hotline campaigns`: lists of people to call: made, filled, checked, cloned, removed; and how they run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.command_line import AsJson, ConfigFile, print_json, say, sentences

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from campaigns.plan import Duplicates
    from models.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Campaigns: create, import, check, start, pause, stop, status, watch, simulate …"
)

CampaignName = Annotated[str, typer.Argument(metavar="NAME", help="Such as autumn-2026.", show_default=False)]


def opened(settings: "Settings") -> "AbstractContextManager[Engine]":
    """Open the database of campaigns, made where there is none; a fault of it becomes a sentence."""
    from models.database import opened_for

    return opened_for(settings, "Campaigns can't be read")


@contextmanager
def progress_bar(words: str, shown: bool) -> Iterator[Callable[[float], None]]:
    """Yield what takes a share of the work, 0 to 1, and draws it on a terminal's stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as progress:
        task = progress.add_task(words, total=1.0)
        yield lambda share: progress.update(task, completed=share)


@app.command()
@sentences
def create(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The plan, in YAML or TOML.")],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Make a campaign as FILE says, or change the one of that name; the same again changes nothing."""
    from campaigns.campaign_rows import put_campaign
    from campaigns.plan_file import read_campaign_file
    from campaigns.running import starts_in_vain
    from models.settings_file import read_settings
    from models.writing import writing

    settings, now = read_settings(config), datetime.now(UTC)
    plan, document = read_campaign_file(path)
    with opened(settings) as engine, writing(engine) as connection:
        one, what = put_campaign(connection, plan, document, now)
    vain = starts_in_vain(one.plan, one.state, now)
    if as_json:
        warnings = [vain] if vain else []
        print_json({"name": one.name, "id": one.id, "state": str(one.state), "what": what, "warnings": warnings})
        return
    then = {
        "created": f" Next: hotline campaigns import {one.name} FILE",
        "changed": " It counts from the next call on.",
    }
    say(f"The campaign '{one.name}' is {what}.{then.get(what, '')}{f' {vain}' if vain else ''}")


@app.command("import")
@sentences
def import_(
    name: CampaignName,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in any encoding, or XLSX.")],
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=MEANING", help="Such as 手机=number, Note=- (left out), Sum=amount."),
    ] = None,
    duplicates: Annotated[
        str | None, typer.Option(metavar="campaign|all|allow", help="Known numbers that are refused; else as planned.")
    ] = None,
    encoding: Annotated[str, typer.Option(metavar="NAME", help="utf-8, gb18030 …; found out without it.")] = "",
    refused: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where refused rows go; else beside FILE.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and write no lead.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Put the people of a list on the campaign's; importing it again adds only what is missing."""
    from campaigns.campaign_report import import_document, import_sentences
    from campaigns.campaign_rows import campaign_named
    from campaigns.lead_import import ImportOrder, import_leads
    from models.settings_file import read_settings

    settings = read_settings(config)
    order = ImportOrder(path, _mapping(columns), _rule(duplicates), encoding, refused, dry_run)
    with opened(settings) as engine:
        with engine.connect() as connection:
            campaign = campaign_named(connection, name)
        with progress_bar(f"Importing {path.name}", not as_json) as progress:
            done = import_leads(engine, campaign, order, datetime.now(UTC), progress)
    if as_json:
        print_json(import_document(done))
    else:
        for sentence in import_sentences(done, dry_run):
            say(sentence)
    if not done.added and not done.known:
        raise typer.Exit(1)


def _mapping(columns: list[str] | None) -> dict[str, str]:
    found = {}
    for text in columns or ():
        heading, equals, meaning = text.rpartition("=")
        if not equals or not heading.strip() or not meaning.strip():
            raise typer.BadParameter(f"'{text}' maps nothing; write COLUMN=MEANING, like 手机=number.")
        found[heading.strip()] = meaning.strip()
    return found


def _rule(text: str | None) -> "Duplicates | None":
    rules: tuple[Duplicates, ...] = ("campaign", "all", "allow")
    if text is None or text in rules:
        return next((one for one in rules if one == text), None)
    raise typer.BadParameter(f"'{text}' is no rule for duplicates; write campaign, all or allow.")


@app.command("list")
@sentences
def list_(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List the campaigns with their leads."""
    from campaigns.campaign_report import campaign_documents, print_campaigns
    from models.settings_file import read_settings

    with opened(read_settings(config)) as engine, engine.connect() as connection:
        found = campaign_documents(connection)
    if as_json:
        print_json(found)
    else:
        print_campaigns(found)


@app.command()
@sentences
def show(name: CampaignName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show a campaign: its plan, its leads, what its calls came to."""
    from campaigns.campaign_report import campaign_document, print_campaign
    from campaigns.campaign_rows import campaign_named
    from models.settings_file import read_settings

    with opened(read_settings(config)) as engine, engine.connect() as connection:
        found = campaign_document(connection, campaign_named(connection, name))
    if as_json:
        print_json(found)
    else:
        print_campaign(found)


@app.command()
@sentences
def check(
    name: CampaignName,
    at: Annotated[str, typer.Option(metavar="TIME", help="As if it were then: 2026-11-23T09:00+08:00.")] = "",
    answered: Annotated[float, typer.Option(min=0, max=100, metavar="PERCENT", help="Assumed for the cost.")] = 35,
    talk: Annotated[float, typer.Option(min=0, metavar="SECONDS", help="Assumed for the cost.")] = 60,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Say how many can be called today, by which lines, at what cost, and what is wrong. Exit code 1: a fault."""
    from campaigns.campaign_check import Assumed, examine
    from campaigns.campaign_report import check_document, print_check
    from campaigns.campaign_rows import campaign_named
    from models.settings_file import read_settings

    settings = read_settings(config)
    now = _moment(at)
    with opened(settings) as engine, engine.connect() as connection:
        found = examine(connection, settings, campaign_named(connection, name), now, Assumed(answered / 100, talk))
    if as_json:
        print_json(check_document(found))
    else:
        print_check(found)
    if found.faults:
        raise typer.Exit(1)


def _moment(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is no time; write it like 2026-11-23T09:00+08:00.") from None
    return found.astimezone(UTC)


@app.command()
@sentences
def clone(
    name: CampaignName,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Name of the copy.")],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Make a campaign with the same plan and an empty list."""
    from campaigns.campaign_rows import cloned
    from models.settings_file import read_settings
    from models.writing import writing

    with opened(read_settings(config)) as engine, writing(engine) as connection:
        one = cloned(connection, name, new, datetime.now(UTC))
    if as_json:
        print_json({"name": one.name, "id": one.id, "state": str(one.state), "what": "created"})
    else:
        say(f"The campaign '{one.name}' has the plan of '{name}' and an empty list.")


@app.command()
@sentences
def remove(
    name: CampaignName,
    force: Annotated[bool, typer.Option("--force", help="Also one that has called people.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Remove a campaign and its leads; attempts and opt-outs stay on record."""
    from campaigns.campaign_rows import campaign_named, removed
    from models.settings_file import read_settings
    from models.writing import writing

    with opened(read_settings(config)) as engine, writing(engine) as connection:
        leads = removed(connection, campaign_named(connection, name, held=True), datetime.now(UTC), force)
    if as_json:
        print_json({"name": name, "leads": leads, "what": "removed"})
    else:
        say(f"The campaign '{name}' and its {leads} leads are removed.")
