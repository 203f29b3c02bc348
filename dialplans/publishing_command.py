"""`hotline dialplan publish`, `history` and `rollback`: versions of flows, live while calls are running."""

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dialplans import golden_file
from dialplans.complaint import FlowRefused
from dialplans.golden_command import lines, tested
from dialplans.publishing import Entry, Live, Publications, entry_of
from dialplans.routing import find, read_checked
from models.command_line import AsJson, ConfigFile, print_json, say, sentences
from models.control_client import NotRunning, ask
from models.control_protocol import Facts, News, TakeUpFlow
from models.errors import CannotDo
from models.settings_file import read_settings

WITHOUT = "without tests"
WHOLE = 100.0
"""Percentage of the callers."""
Note = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the history.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A published flow.", show_default=False)]


@sentences
def publish(
    flow: Annotated[str, typer.Argument(metavar="FILE", help="A flow by file or by name.", show_default=False)],
    note: Note = "",
    trial: Annotated[
        float,
        typer.Option(metavar="PERCENT", min=1, max=100, help="Only for that share of the callers, always the same."),
    ] = WHOLE,
    without_tests: Annotated[bool, typer.Option("--without-tests", help="Don't replay the golden dialogues.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Check and test a flow, keep it as a version, and give it to new calls; running calls keep theirs."""
    settings = read_settings(config)
    path = find(flow, settings.dialplan.directory)
    version = _checked(path)
    tests = WITHOUT if without_tests else _tested(path)
    published = Publications(settings.data.directory)
    if (kept := published.keep(path)) != version:
        raise CannotDo(f"{path} was changed while it was tested; publish it again.")
    if trial < WHOLE and published.live(path.stem).version == kept:
        raise CannotDo(f"All callers get version {kept} of flow '{path.stem}' already, so there is nothing to try out.")
    before = published.publish(path.stem, kept, entry_of(_who(), note, tests, datetime.now(UTC)), trial)
    live = published.live(path.stem)
    _tell(settings.data.directory, path.stem, live, as_json, f"version {kept}, {tests}", unchanged=live == before)


def _checked(path: Path) -> str:
    """Return the version of the flow in `path`; raise `CannotDo` where the checker keeps it from being published."""
    try:
        return read_checked(path, thorough=True).version
    except FlowRefused as refused:
        for complaint in refused.complaints:
            say(str(complaint))
        raise CannotDo("It was not published; put right what is said above.") from None


def _tested(path: Path) -> str:
    """Return what the golden dialogues say; raise `CannotDo` where they keep the flow from being published."""
    if not golden_file.beside(path).is_file():
        raise CannotDo(
            f"Flow '{path.stem}' has no golden dialogues ({golden_file.beside(path).name} beside it); write some, or "
            "publish it with --without-tests."
        )
    report = tested(path)
    if not report.good:
        for line in lines(report):
            say(line)
        raise CannotDo("It was not published; put the flow or its dialogues right, or say --without-tests.")
    return f"{len(report.outcomes)} dialogue{'s' if len(report.outcomes) != 1 else ''}"


@sentences
def rollback(
    name: Name,
    version: Annotated[
        str, typer.Argument(metavar="[VERSION]", help="A version, or its beginning; else the one before.")
    ] = "",
    note: Note = "",
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Give new calls an earlier version again, or end a trial; running calls keep theirs."""
    settings = read_settings(config)
    published = Publications(settings.data.directory)
    live = published.roll_back(name, version, entry_of(_who(), note, "", datetime.now(UTC)))
    what = f"back to version {live.version}" if live.version else "back to the flow's file"
    _tell(settings.data.directory, name, live, as_json, what)


@sentences
def history(name: Name, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show who published which version of a flow when and why; the last line is the newest."""
    published = Publications(read_settings(config).data.directory)
    entries, live = published.history(name), published.live(name)
    if not entries:
        known = published.names()
        raise CannotDo(
            f"Flow '{name}' was never published; "
            + (f"published are {', '.join(known)}." if known else "publish it with `hotline dialplan publish FILE`.")
        )
    if as_json:
        print_json([{**asdict(entry), "now": _now(entry, live, entries)} for entry in entries])
        return
    for entry in entries:
        share = f" for {entry.share:g} %" if entry.share < 100 else ""
        said = "; ".join(filter(None, (entry.tests, entry.note)))
        typer.echo(
            f"{entry.at[:16].replace('T', ' ')}  {entry.version:12}  {entry.did + share:18}  {entry.who:12}  "
            f"{said}{_marked(_now(entry, live, entries))}"
        )


def _now(entry: Entry, live: Live, entries: list[Entry]) -> str:
    """Return "live" or "on trial" for the line that made it so, else ""."""
    if entry is not max((one for one in entries if one.version == entry.version), key=lambda one: one.at):
        return ""
    return "live" if entry.version == live.version else "on trial" if entry.version == live.trial else ""


def _marked(now: str) -> str:
    return f"  <- {now}" if now else ""


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "nobody"


def _tell(directory: Path, name: str, live: Live, as_json: bool, what: str, unchanged: bool = False) -> None:
    """Let the running server take it up, and say how that went."""
    facts: Facts = {"name": name, "version": live.version, "trial": live.trial, "share": live.share, "running": True}
    said = [f"{name}: {what}{'; it was published already' if unchanged else ''}"]
    try:
        for told in ask(directory, TakeUpFlow(name)):
            said.append(told.sentence)
            if not isinstance(told, News):
                facts = {**facts, **told.facts, "version": live.version}
    except NotRunning:
        facts["running"] = False
        said.append("No Hotline runs with this data directory: it is taken up at the next start.")
    except CannotDo as refused:
        facts["refused"] = str(refused)
        said.append(str(refused))
    if as_json:
        print_json(facts)
        return
    for sentence in said:
        typer.echo(sentence)
