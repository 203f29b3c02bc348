"""`hotline campaigns report|export`: what came of a campaign, for people, for programs, for the law."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from campaigns.campaigns_cli import CampaignName, app, opened
from models.command_line import AsJson, ConfigFile, print_json, say, sentences

COLUMNS = ("attempts", "answer_rate", "person_rate", "talked", "warm", "minutes", "cost", "cost_per_warm")


@app.command()
@sentences
def report(
    name: CampaignName,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write it as a page with plots.")] = None,
    language: Annotated[str, typer.Option(metavar="en|zh", help="Of the page; without it, the line's own.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show what came of a campaign: funnel, hours, lines, versions, results, the legal figures and costs."""
    from campaigns.campaign_rows import campaign_named
    from campaigns.report import report as report_of
    from campaigns.report_page import page
    from models.settings_file import read_settings

    settings = read_settings(config)
    if language not in ("", "en", "zh"):
        raise typer.BadParameter(f"'{language}' is no language of the page; write en or zh.")
    with opened(settings) as engine, engine.connect() as connection:
        found = report_of(connection, campaign_named(connection, name), datetime.now(UTC))
    if html is not None:
        _write(html, page(found, language or settings.speech.language))
    if as_json:
        print_json(found)
    else:
        print_report(found)
    if html is not None:
        say(f"The page is {html}.")


def _write(path: Path, text: str) -> None:
    from models.errors import OperatorFault

    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise OperatorFault(f"{path} can't be written ({error.strerror}); give another path.") from error


@app.command()
@sentences
def export(
    name: CampaignName,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=".csv or .xlsx; without it NAME.csv.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Also leads that were never called.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Write a row for each attempt: the lead with all its columns, what came of the call, its recording."""
    from campaigns.campaign_rows import campaign_named
    from campaigns.export import export as export_to
    from models.settings_file import read_settings

    settings = read_settings(config)
    path = output or Path(f"{name}.csv")
    with opened(settings) as engine, engine.connect() as connection:
        rows = export_to(connection, campaign_named(connection, name), path, settings.data.directory, everybody)
    if as_json:
        print_json({"file": str(path), "rows": rows})
    else:
        say(f"{path} has {rows} {'row' if rows == 1 else 'rows'}.")


def print_report(found: Mapping[str, Any]) -> None:
    """Print a report for people."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from campaigns.report_page import legal_rows
    from campaigns.report_words import words_of

    out, words = Console(highlight=False), words_of("en")
    out.print(Text(f"{found['campaign']}: {found['state']}, {found['mode']}"))
    whole = found["funnel"][0]["leads"] or 1
    table = _table(Table, "Leads", "", "%")
    for one in found["funnel"]:
        cells = (words[one["stage"]], f"{one['leads']:,}", f"{100 * one['leads'] / whole:.1f}")
        table.add_row(*map(Text, cells))
    out.print(table)
    for key, title in (("by_line", "Line"), ("by_version", "Version"), ("by_hour", "Hour")):
        table = _table(Table, title, *(words[name].capitalize() for name in COLUMNS))
        for row in found[key]:
            first = str(row[key.removeprefix("by_")]) or words["none"]
            table.add_row(*map(Text, (first, *(_cell(name, row[name]) for name in COLUMNS))))
        if found[key]:
            out.print()
            out.print(table)
    out.print()
    out.print(Text("Results: " + _counts(found["dispositions"].items())))
    if found["grades"]:
        out.print(Text("Grades: " + _counts(found["grades"].items())))
    money = f" {found['currency']}" if found["currency"] else ""
    out.print(Text(f"Cost: {found['total']['cost']:,.2f}{money}"))
    out.print()
    for asked, told, kept in legal_rows(found["legal"], words):
        mark = "" if kept is None else " kept" if kept else " BROKEN"
        out.print(Text(f"{asked}: {told}{mark}", style="red" if kept is False else ""))


def _table(kind: Any, *headings: str) -> Any:
    table = kind(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table


def _counts(pairs: Any) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in pairs) or "none"


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name.endswith("_rate"):
        return f"{100 * value:.1f} %"
    return f"{value:,.2f}" if name.startswith("cost") else f"{value:,.1f}" if name == "minutes" else f"{value:,}"
