"""`hotline agents`: who takes calls, what each can, and what each does now."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from models.command_line import AsJson, ConfigFile, print_json, say, sentences

if TYPE_CHECKING:
    from models.settings import Settings
    from queues.applying import Change

app = typer.Typer(no_args_is_help=True, help="Agents: add, change, list, show, state, import, remove.")

Extension = Annotated[str, typer.Argument(metavar="EXTENSION", help="Such as 201.", show_default=False)]
Name = Annotated[str, typer.Option(metavar="NAME", help="As it is announced and shown.", show_default=False)]
Password = Annotated[
    str,
    typer.Option(metavar="WORD", help='Of the phone; "env:NAME" reads it from there, "-" asks.', show_default=False),
]
Ha1 = Annotated[
    str, typer.Option(metavar="HEX", help="MD5(extension:realm:password) instead of it.", show_default=False)
]
Ha1Sha256 = Annotated[str, typer.Option("--ha1-sha256", metavar="HEX", help="The same by SHA-256.", show_default=False)]
Languages = Annotated[
    list[str] | None, typer.Option("--language", metavar="en|zh", help="The best first; may be given more than once.")
]
Skills = Annotated[
    list[str] | None,
    typer.Option("--skill", metavar="NAME=LEVEL", help="Level 1 to 10; may be given more than once."),
]
Cost = Annotated[float | None, typer.Option(help="For queues that prefer the cheapest.", show_default=False)]
Capacity = Annotated[int | None, typer.Option(help="Calls at a time.", show_default=False)]
Team = Annotated[str | None, typer.Option(help="For shifts and lists.", show_default=False)]
Supervises = Annotated[
    list[str] | None,
    typer.Option("--supervise", metavar="TEAM", help='Its talks this one may listen to by *7; "*": all; "": none.'),
]
Address = Annotated[
    str | None, typer.Option(metavar="SIP-URI", help="On your PBX, instead of a phone with us.", show_default=False)
]
Enabled = Annotated[
    bool | None, typer.Option("--enable/--disable", help="Whether the agent may log in.", show_default=False)
]


@app.command()
@sentences
def add(
    extension: Extension,
    name: Name = "",
    password: Password = "",
    ha1: Ha1 = "",
    ha1_sha256: Ha1Sha256 = "",
    language: Languages = None,
    skill: Skills = None,
    cost: Cost = None,
    capacity: Capacity = None,
    team: Team = None,
    address: Address = None,
    enabled: Enabled = None,
    supervise: Supervises = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Add an agent; a running server knows it at once."""
    if not (password or ha1 or ha1_sha256 or address) and sys.stdin.isatty():
        password = "-"
    given = _given(
        name, _asked(password), ha1, ha1_sha256, language, skill, cost, capacity, team, address, enabled, supervise
    )
    _put(config, extension, given, True, as_json)


@app.command()
@sentences
def change(
    extension: Extension,
    name: Name = "",
    password: Password = "",
    ha1: Ha1 = "",
    ha1_sha256: Ha1Sha256 = "",
    language: Languages = None,
    skill: Skills = None,
    cost: Cost = None,
    capacity: Capacity = None,
    team: Team = None,
    address: Address = None,
    enabled: Enabled = None,
    supervise: Supervises = None,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Change what is given here; the rest stays. A new password throws the agent's phones out until they know it."""
    given = _given(
        name, _asked(password), ha1, ha1_sha256, language, skill, cost, capacity, team, address, enabled, supervise
    )
    _put(config, extension, given, False, as_json)


@app.command("list")
@sentences
def list_(
    team: Annotated[str, typer.Option(metavar="TEAM", help="Of this team only.")] = "",
    state: Annotated[str, typer.Option(metavar="STATE", help="In this state only, such as ready.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List agents with what they do now."""
    from models.settings_file import read_settings
    from queues.agent_report import agent_documents, print_agents
    from queues.editing import reading

    with reading(read_settings(config)) as connection:
        agents = agent_documents(connection, team, state)
    if as_json:
        print_json(agents)
    else:
        print_agents(agents)


@app.command()
@sentences
def show(extension: Extension, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show one agent whole, with the latest changes of state."""
    from models.settings_file import read_settings
    from queues.agent_report import agent_document, print_agent
    from queues.editing import reading

    with reading(read_settings(config)) as connection:
        agent = agent_document(connection, extension)
    if as_json:
        print_json(agent)
    else:
        print_agent(agent)


@app.command()
@sentences
def state(
    extension: Extension,
    state: Annotated[str, typer.Argument(metavar="[ready|paused|offline]", help="Without one, it is shown.")] = "",
    reason: Annotated[str, typer.Option(metavar="WORDS", help="Such as break or training.")] = "",
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show what an agent does, or make the agent ready, paused or offline: after the talk, if there is one."""
    from models.settings_file import read_settings
    from queues.agent_state import see_state, set_state

    settings = read_settings(config)
    sentence, facts = set_state(settings, extension, state, reason) if state else see_state(settings, extension)
    if as_json:
        print_json(facts)
    else:
        typer.echo(sentence)


@app.command("import")
@sentences
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with headings: extension, name, password …")],
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Add and change agents from a CSV file, all or none; what a row leaves out stays as it is."""
    from models.settings_file import read_settings
    from queues.agent_list import read_agent_list
    from queues.editing import edited, finish
    from queues.entry_edits import put_agents

    settings = read_settings(config)
    rows = read_agent_list(path)
    changes = edited(settings, lambda connection: put_agents(connection, rows.agents, settings.sip, rows.where))
    finish(settings, changes, as_json)


@app.command()
@sentences
def remove(extension: Extension, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Remove an agent with its own shifts; the history of its states stays."""
    from models.settings_file import read_settings
    from queues.applying import without_agent
    from queues.editing import edited, finish

    settings = read_settings(config)
    changes, missing = edited(settings, lambda connection: without_agent(connection, extension))
    for sentence in missing:
        say(f"From now on: {sentence}")
    finish(settings, changes, as_json)


def _asked(password: str) -> str:
    return str(typer.prompt("Password of the phone", hide_input=True, err=True)) if password == "-" else password


def _given(
    name: str,
    password: str,
    ha1: str,
    ha1_sha256: str,
    languages: list[str] | None,
    skills: list[str] | None,
    cost: float | None,
    capacity: int | None,
    team: str | None,
    address: str | None,
    enabled: bool | None,
    supervises: list[str] | None,
) -> dict[str, Any]:
    """Return what was given, as a plan has it."""
    from queues.agent_list import parted, skills_of

    words = {"name": name, "password": password, "ha1": ha1, "ha1_sha256": ha1_sha256}
    found: dict[str, Any] = {key: value for key, value in words.items() if value}
    values = {"cost": cost, "capacity": capacity, "team": team, "address": address, "enabled": enabled}
    found |= {key: value for key, value in values.items() if value is not None}
    if languages is not None:
        found["languages"] = parted(" ".join(languages))
    if supervises is not None:
        found["supervises"] = parted(" ".join(supervises))
    if skills is not None:
        found["skills"] = skills_of(parted(" ".join(skills)))
    return found


def _put(config: Path | None, extension: str, given: dict[str, Any], new: bool, as_json: bool) -> None:
    from models.settings_file import read_settings
    from queues.editing import edited, finish
    from queues.entry_edits import put_agents

    settings: Settings = read_settings(config)
    entry = {"extension": extension, **given}
    changes: list[Change] = edited(
        settings, lambda connection: put_agents(connection, [entry], settings.sip, must_be_new=new, must_exist=not new)
    )
    finish(settings, changes, as_json)
