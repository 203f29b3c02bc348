"""`hotline calls place`, `hangup`, `talk`, `supervise`: what the command line has the running server do with calls."""

import sys
from typing import Annotated

import typer

from models.command_line import AsJson, ConfigFile, print_json, say, sentences
from models.control_client import ask
from models.control_protocol import Facts, HangUpCall, News, OrderTalk, PlaceCall, SuperviseTalk
from models.settings_file import read_settings


@sentences
def place(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Whom to call; a user by name.")],
    flow: Annotated[str, typer.Option(metavar="NAME", help="Flow or file; else the one of our own number.")] = "",
    trunk: Annotated[str, typer.Option(metavar="NAME", help="Through this trunk; else the first that can.")] = "",
    caller: Annotated[str, typer.Option(metavar="ID", help="Our number as they see it, if the trunk has none.")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Come back when the call is over.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="As --wait, and print what is said.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Let the running server call NUMBER; a flow talks when it is answered. Exit code 1: nobody answered."""
    settings = read_settings(config)
    order = PlaceCall(number, flow, trunk, caller, "ended" if wait or follow else "answered")
    facts: Facts = {}
    try:
        for told in ask(settings.data.directory, order):
            facts = told.facts or facts
            if isinstance(told, News) and (told.name == "failed" or (told.name == "turn" and not follow)):
                continue
            if not as_json:
                typer.echo(told.sentence)
                sys.stdout.flush()
    finally:
        if as_json and facts:
            print_json(facts)


@sentences
def hang_up(
    call: Annotated[str, typer.Argument(metavar="ID", help="The id of a running call, or its beginning.")],
    config: ConfigFile = None,
) -> None:
    """End a running call."""
    for told in ask(read_settings(config).data.directory, HangUpCall(call), 10.0):
        say(told.sentence)


Talk = Annotated[str, typer.Argument(metavar="ID", help="A call in which an agent is talked to, or its beginning.")]
Mode = Annotated[str, typer.Argument(metavar="[MODE]", help="listen, whisper, barge, take-over or leave.")]


@sentences
def talk(
    call: Talk,
    order: Annotated[
        str, typer.Argument(metavar="ORDER", help="blind, consult, swap, complete, back, conference or hold.")
    ],
    to: Annotated[str, typer.Argument(metavar="[TO]", help="Extension, queue or number, for blind and consult.")] = "",
    config: ConfigFile = None,
) -> None:
    """Do in a talk what its agent could key: transfer the caller, consult, hold."""
    for told in ask(read_settings(config).data.directory, OrderTalk(call, order, to), 10.0):
        say(told.sentence)


@sentences
def supervise(
    call: Talk,
    mode: Mode = "listen",
    by: Annotated[str, typer.Option(metavar="USER", help="Call this phone; else for the one who is there.")] = "",
    config: ConfigFile = None,
) -> None:
    """Listen to a talk by phone, whisper to the agent, talk with both, take the caller over, or leave."""
    for told in ask(read_settings(config).data.directory, SuperviseTalk(call, mode, by), 40.0):
        say(told.sentence)
