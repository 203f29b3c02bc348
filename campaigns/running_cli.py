"""`hotline campaigns start`, `pause`, `resume`, `stop`, `drain`, `preview`, `status`, `watch`, `simulate`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from campaigns.campaigns_cli import CampaignName, app, opened
from models.command_line import AsJson, ConfigFile, print_json, say, sentences

if TYPE_CHECKING:
    from models.settings import Settings


def _ordered(name: str, order: str, as_json: bool, config: Path | None) -> None:
    """Write what an operator wants of a campaign, and let the running server go by it at once."""
    from campaigns.campaign_orders import order as ordered
    from models.settings_file import read_settings

    settings = read_settings(config)
    with opened(settings) as engine:
        done = ordered(engine, settings, name, order, datetime.now(UTC), "by command")
    if as_json:
        print_json({"name": name, "state": str(done.state), "live": done.live})
        return
    say(done.words)


@app.command()
@sentences
def start(name: CampaignName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Begin to call, at once or on the campaign's first day; a paused one goes on."""
    _ordered(name, "start", as_json, config)


@app.command()
@sentences
def pause(name: CampaignName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Place no more calls; those that run go on."""
    _ordered(name, "pause", as_json, config)


@app.command()
@sentences
def resume(name: CampaignName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Go on after a pause, or at once after the circuit breaker tripped."""
    _ordered(name, "resume", as_json, config)


@app.command()
@sentences
def stop(name: CampaignName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Place no more calls, and end those that run."""
    _ordered(name, "stop", as_json, config)


@app.command()
@sentences
def drain(name: CampaignName, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Place no more calls, and stop when those that run are over."""
    _ordered(name, "drain", as_json, config)


@app.command()
@sentences
def preview(
    name: CampaignName,
    agent: Annotated[str, typer.Option(metavar="EXTENSION", help="Who looks at the lead, and talks to it.")],
    do: Annotated[str, typer.Option(metavar="DO", help="next shows a lead, call calls it, skip leaves it.")] = "next",
    minutes: Annotated[float, typer.Option(metavar="M", min=1, help="For which a skipped lead is left.")] = 60.0,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show an agent who is paused the next lead of a preview campaign, or do with it what the agent decided."""
    from models.control_client import ask
    from models.control_protocol import Preview
    from models.settings_file import read_settings

    order = Preview(name, agent, do, minutes)
    *_, done = ask(read_settings(config).data.directory, order, 30.0)
    if as_json:
        print_json(done.facts)
        return
    say(done.sentence)


Name = Annotated[str, typer.Argument(metavar="[NAME]", help="One campaign; else all that aren't over.")]


@app.command()
@sentences
def status(name: Name = "", as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Say how campaigns are doing now: leads, calls, abandonment, and why nothing is dialled where nothing is."""
    from rich.console import Console

    from campaigns.running_board import status_table
    from models.settings_file import read_settings

    found = _look(read_settings(config), name)
    if as_json:
        print_json(found[0] if name else found)
        return
    Console().print(status_table(found) if found else "No campaign runs or waits.")


@app.command()
@sentences
def watch(
    name: Name = "",
    seconds: Annotated[float, typer.Option(metavar="S", min=0.2, help="From one look to the next.")] = 2.0,
    times: Annotated[int, typer.Option(metavar="N", min=0, help="Looks; 0: until Ctrl-C.")] = 0,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show a live board of campaigns and their last attempts; with --json a line of it for each look."""
    from contextlib import suppress

    from campaigns.running_board import watch as show
    from campaigns.running_board import watch_lines
    from models.settings_file import read_settings

    settings = read_settings(config)
    with suppress(KeyboardInterrupt):
        (watch_lines if as_json else show)(lambda: _board(settings, name), seconds, times)


def _look(settings: "Settings", name: str) -> list[dict[str, Any]]:
    from campaigns.running_status import statuses

    with opened(settings) as engine, engine.connect() as connection:
        found = statuses(connection, name, datetime.now(UTC))
    for one in found:
        one["live"] = _live(settings, one["name"])
    return found


def _board(settings: "Settings", name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from campaigns.running_status import last_attempts

    found = _look(settings, name)
    with opened(settings) as engine, engine.connect() as connection:
        return found, last_attempts(connection, [one["id"] for one in found])


def _live(settings: "Settings", name: str) -> dict[str, Any] | None:
    from models.control_client import ask
    from models.control_protocol import AskCampaign
    from models.errors import CannotDo

    try:
        *_, done = ask(settings.data.directory, AskCampaign(name), 5.0)
    except CannotDo:
        return None
    return dict(done.facts)


@app.command()
@sentences
def simulate(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The campaign whose pacing is used.")] = "",
    agents: Annotated[int, typer.Option(metavar="N", min=1, help="Agents.")] = 20,
    hours: Annotated[float, typer.Option(metavar="H", min=0.1, max=24, help="Hours.")] = 8.0,
    answers: Annotated[float, typer.Option(metavar="SHARE", min=0, max=1, help="Calls that a person answers.")] = 0.28,
    talk: Annotated[float, typer.Option(metavar="S", min=1, help="Mean seconds of a talk.")] = 180.0,
    wrap_up: Annotated[float, typer.Option(metavar="S", min=0.1, help="Mean seconds of a wrap-up.")] = 10.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the chance.")] = 1,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Say how busy agents would be, and how many callees abandoned, in each way of pacing; calls nobody."""
    from dataclasses import replace

    from rich.console import Console

    from campaigns.campaign_rows import campaign_named
    from campaigns.pacing_rules import PacingRules, pacing_rules
    from campaigns.running_board import simulated_table
    from campaigns.simulation import Day, Population, document, simulate
    from models.settings_file import read_settings

    rules = PacingRules()
    if name:
        with opened(read_settings(config)) as engine, engine.connect() as connection:
            plan = campaign_named(connection, name).plan
        rules = pacing_rules(plan.pacing, plan.abandon)
    people = replace(Population(), human=answers, machine=min(0.2, (1 - answers) / 2), talk_s=talk, wrap_s=wrap_up)
    day = Day(agents, hours, lambda _now: people)
    found = [document(simulate(day, mode, rules, seed)) for mode in ("progressive", "ratio", "predictive")]
    if as_json:
        print_json(found)
    else:
        Console().print(simulated_table(found))
