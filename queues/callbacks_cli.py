"""`hotline callbacks`: whom somebody is to call back, and the messages that were left."""

import subprocess
from shutil import which
from typing import Annotated

import typer

from models.command_line import AsJson, ConfigFile, print_json, say, sentences

app = typer.Typer(no_args_is_help=True, help="Callbacks and messages: list, show, play, cancel.")

Callback = Annotated[
    str, typer.Argument(metavar="ID", help="Id or its beginning, as listed; last: the newest.", show_default=False)
]
PLAYERS = (("play", "-q"), ("aplay", "-q"), ("paplay",))


@app.command("list")
@sentences
def list_(
    queue: Annotated[str, typer.Option(metavar="QUEUE", help="Of this queue only.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """List whom somebody is to call back, the oldest first."""
    from models.settings_file import read_settings
    from queues.callback_report import callback_documents, print_callbacks
    from queues.editing import reading

    with reading(read_settings(config)) as connection:
        found = callback_documents(connection, queue, all_)
    if as_json:
        print_json(found)
    else:
        print_callbacks(found)


@app.command()
@sentences
def show(callback: Callback, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Show one whole: summary, values, what was understood of the message, how the last try went."""
    from models.settings_file import read_settings
    from queues.callback_report import callback_document, print_callback
    from queues.editing import reading

    with reading(read_settings(config)) as connection:
        found = callback_document(connection, callback)
    if as_json:
        print_json(found)
    else:
        print_callback(found)


@app.command()
@sentences
def play(callback: Callback, config: ConfigFile = None) -> None:
    """Play the message that was left."""
    from models.errors import CannotDo
    from models.recording import message_file
    from models.settings_file import read_settings
    from queues.callback_report import callback_document
    from queues.editing import reading

    settings = read_settings(config)
    with reading(settings) as connection:
        found = callback_document(connection, callback)
    if not found["message"]:
        raise CannotDo(f"Callback {found['id']} has no message; hotline callbacks show says what it is about.")
    path = message_file(settings.data.directory, found["message"])
    if not path.is_file():
        raise CannotDo(f"The message of callback {found['id']} is gone: {path} doesn't exist.")
    for command, *options in PLAYERS:
        if which(command) and subprocess.run([command, *options, str(path)], check=False).returncode == 0:
            return
    say("Nothing here can play sound (play, aplay and paplay are missing or found no device); the message is")
    typer.echo(str(path))


@app.command()
@sentences
def cancel(callback: Callback, as_json: AsJson = False, config: ConfigFile = None) -> None:
    """Call nobody back; the record and the message stay."""
    from models.settings_file import read_settings
    from queues.callback_report import cancel_callback

    sentence, facts = cancel_callback(read_settings(config), callback)
    if as_json:
        print_json(facts)
    else:
        typer.echo(sentence)
