"""The `hotline` command: groups of commands by name, each loaded only when it is called.

`hotline calls list` is not to wait for what understands sentences, nor `hotline --help` for anything.
"""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from models.command_line import AsJson, ConfigFile, print_json, sentences

GROUPS: Mapping[str, tuple[str, str]] = {
    "calls": (
        "console.calls_cli",
        "Calls: list, show, play, export, delete, keep, expire, inherit; place, hangup, talk, supervise.",
    ),
    "dialplan": ("dialplans.cli", "What the robot says: check, list and try out flows."),
    "agents": ("queues.agents_cli", "Agents: add, change, list, show, state, import, remove."),
    "queues": ("queues.queues_cli", "Queues: add, change, list, show, status, watch, apply, test, remove."),
    "callbacks": ("queues.callbacks_cli", "Callbacks and messages: list, show, play, cancel."),
    "campaigns": ("campaigns.cli", "Campaigns: create, import, check, start, pause, stop, status, watch, simulate …"),
    "dnc": ("campaigns.dnc_cli", "Do-not-call: add, import, check, list, export, remove; consent."),
    "lines": ("campaigns.lines_cli", "Lines of campaigns: add, change, list, show, stats, test, apply, remove."),
    "kb": ("knowledge.cli", "The knowledge base: articles, and what callers got no answer to."),
    "quality": ("quality.cli", "Scorecards, and what they say of calls: check, publish, inspect, score, show."),
    "users": ("console.accounts_cli", "Who may use the console: add, change, list, remove, password, token."),
    "models": ("asr_tts.cli", "The models for speech: list, fetch, verify."),
}
"""Where the commands of a group are (its `app`), and what `hotline --help` says of it."""


class LaterGroup(TyperGroup):
    """A group of commands that is loaded when one of them is called, or its help is asked for."""

    def __init__(self, name: str, module: str, help_: str) -> None:
        super().__init__(name=name, help=help_)
        self._module = module

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Return the context of the group itself: from here on it does everything."""
        group = typer.main.get_group(import_module(self._module).app)
        return group.make_context(info_name, args, parent, **extra)


class Commands(TyperGroup):
    """The commands of this module, and the groups."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return their names in the order of the help."""
        return [*super().list_commands(ctx), *GROUPS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command or a group, which isn't loaded yet; None where there is none."""
        if cmd_name in GROUPS:
            return LaterGroup(cmd_name, *GROUPS[cmd_name])
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A telephone line for a business, answered by a robot and backed by people.",
)


@app.command()
@sentences
def serve(config: ConfigFile = None) -> None:
    """Answer the phone until SIGTERM; prints one line when ready."""
    from setproctitle import setproctitle

    from models.log import set_up
    from models.settings_file import read_settings

    settings = read_settings(config)
    set_up(settings.log)
    setproctitle("hotline server")
    # By its name: the server stands above all floors, and none imports it.
    asyncio.run(import_module("server").run(settings))


@app.command()
@sentences
def console(config: ConfigFile = None) -> None:
    """Serve the console for people and the REST API for programs until SIGTERM, beside the server."""
    from setproctitle import setproctitle

    from console.serving import serve as serve_console
    from models.log import set_up
    from models.settings_file import read_settings

    settings = read_settings(config)
    set_up(settings.log)
    setproctitle("hotline console")
    serve_console(settings)


@app.command()
@sentences
def doctor(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Look for what would go wrong: ports, addresses, weights, flows, database, clock, disk; say what to do."""
    from rich.console import Console

    import asr_tts.doctor
    import console.doctor
    import dialplans.doctor
    import models.doctor
    import quality.doctor
    import queues.doctor
    import voice.doctor
    from models.settings_file import read_settings

    settings = read_settings(config)
    floors = (
        models.doctor,
        asr_tts.doctor,
        voice.doctor,
        dialplans.doctor,
        queues.doctor,
        quality.doctor,
        console.doctor,
    )
    findings = [finding for floor in floors for finding in floor.examine(settings)]
    if as_json:
        print_json([{"level": f.level, "subject": f.subject, "sentence": f.sentence} for f in findings])
    else:
        colours = {"ok": "green", "warning": "yellow", "fault": "red"}
        for f in findings:
            Console(highlight=False).print(f"[{colours[f.level]}]{f.level:8}[/] {f.subject:9} ", end="", soft_wrap=True)
            Console(highlight=False).print(f.sentence, markup=False, soft_wrap=True)
    if any(finding.level == "fault" for finding in findings):
        raise typer.Exit(1)


@app.command()
@sentences
def backup(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes, best on another disk.")],
    config: ConfigFile = None,
) -> None:
    """Copy the database to a file, also while calls run; docs/operations.md says what else belongs to a backup."""
    from models.backup import back_up
    from models.settings_file import read_settings

    settings = read_settings(config)
    found = back_up(settings, to)
    newest = f", the newest of {found.newest} UTC" if found.newest else ""
    typer.echo(f"{to} has the database with {found.calls} calls{newest}. Next, the files of {settings.data.directory}.")


@app.command()
@sentences
def demo(
    directory: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("data/demo"),
) -> None:
    """Start a server, place a real SIP call to it, print the conversation as it happens, and have it scored."""
    from rich.console import Console

    import voice.demo
    from console.demo_look import look

    code = asyncio.run(voice.demo.demo(directory))
    if code:
        raise typer.Exit(code)
    asyncio.run(look(directory, Console(highlight=False, markup=False, soft_wrap=True).print))


def main() -> None:
    """Run the `hotline` command."""
    app()
