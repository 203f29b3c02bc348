"""`hotline calls` as a whole: the commands of `voice/cli.py`, and deleting, which reaches what inspection knows too."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from models.call_list import find_call
from models.command_line import AsJson, ConfigFile, print_json, say, sentences
from models.settings_file import read_settings
from voice.cli import app, records

if TYPE_CHECKING:
    from quality.erasing import Erased

__all__ = ["app"]
app.info.help = "Calls: list, show, play, export, delete, keep, expire, inherit; place, hangup, talk, supervise."
Id = Annotated[str, typer.Argument(metavar="ID", help="The call's id, or its beginning.")]


@app.command()
@sentences
def delete(
    call: Id,
    words: Annotated[bool, typer.Option("--words", help="Everything that was said, too: transcript, quotes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Delete a call's recording and its copy without personal data, as a person asked for. Scores and times stay."""
    from quality.erasing import erase

    settings = read_settings(config)
    with records(settings) as connection:
        found = find_call(connection, call)
        what = "recording and all words" if words else "recording"
        if not yes and not typer.confirm(f"Delete the {what} of call {found} for good?", err=True):
            raise typer.Exit(1)
        done = erase(connection, found, settings.data.directory, datetime.now(UTC), by="command", words=words)
        connection.commit()
    if as_json:
        missing = {"missing": list(done.missing), "elsewhere": done.elsewhere}
        print_json({"call": found, "files": list(done.files), "words": done.words, **missing})
    else:
        for sentence in _told(found, done):
            say(sentence)
    if done.missing:
        raise typer.Exit(1)


def _told(call: str, done: "Erased") -> Iterator[str]:
    gone = ", ".join((*done.files, *(("all that was said",) if done.words else ())))
    yield f"Of call {call} {'are deleted: ' + gone if gone else 'nothing is deleted'}. It is on the audit trail."
    if done.missing:
        elsewhere = f"run this on the server with node {done.elsewhere}, whose call it was"
        where = elsewhere if done.elsewhere else "where a copy of it is, as in backups, this command can't reach it"
        yield f"Not found below this data directory, and so not deleted: {', '.join(done.missing)}; {where}."


@app.command()
@sentences
def keep(
    call: Id,
    why: Annotated[str, typer.Option("--why", help="A complaint's number, a court's letter …")],
    config: ConfigFile = None,
) -> None:
    """Mark a call as one to be kept: nothing of it is deleted by age until it is released."""
    from quality.retention import keep as mark

    with records(read_settings(config)) as connection:
        found = find_call(connection, call)
        mark(connection, found, datetime.now(UTC), by="command", why=why)
        connection.commit()
    say(f"Call {found} is kept until `hotline calls release {found}`.")


@app.command()
@sentences
def release(call: Id, config: ConfigFile = None) -> None:
    """Let a call that was marked to be kept be deleted by age again."""
    from quality.retention import release as unmark

    with records(read_settings(config)) as connection:
        found = find_call(connection, call)
        unmark(connection, found, datetime.now(UTC), by="command")
        connection.commit()
    say(f"Call {found} is deleted when its time has come.")


@app.command()
@sentences
def expire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say of how many calls something is due.")] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Delete at once what is older than `retention.*` of hotline.toml; the inspector does so itself, bit by bit."""
    from quality.call_sounds import Shelf
    from quality.inspection_cli import open_records
    from quality.retention import Retention, counted

    settings = read_settings(config)
    engine, now = open_records(settings), datetime.now(UTC)
    retention, deleted = Retention(engine, settings.data.directory, settings.retention), 0
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as shown:
        looking, shelf = shown.add_task("Looking"), Shelf(settings.data.directory)

        def looked(count: int, of: int) -> None:
            shown.update(looking, completed=count, total=of)

        with engine.connect() as connection:
            waiting, marked = counted(connection, settings.retention, now, shelf, looked)
        deleting = shown.add_task("Deleting", total=waiting, visible=not dry_run)
        while not dry_run and not retention.through:
            deleted += retention.step(now)
            shown.update(deleting, completed=deleted)
    if as_json:
        print_json({"due": waiting, "deleted": deleted, "kept": marked})
        return
    if not settings.retention.any:
        say("Nothing is ever deleted by age; [retention] in hotline.toml says after how many days.")
        return
    done = f"of {waiting} calls something is due" if dry_run else f"of {deleted} calls something was deleted"
    say(f"{done[0].upper()}{done[1:]}; {marked} are marked to be kept.")


@app.command()
@sentences
def servers(as_json: AsJson = False, config: ConfigFile = None) -> None:
    """List the servers that had calls: each deletes the files of its own (the file `node` in a data directory)."""
    from quality.inheritance import servers as known

    settings = read_settings(config)
    with records(settings) as connection:
        found = known(connection, settings.data.directory)
    if as_json:
        print_json([{**asdict(one), "last_at": one.last_at.isoformat()} for one in found])
        return
    for one in found:
        whose = ", this one" if one.ours else ""
        say(f"{one.node}: {one.calls} calls ({one.open} open), the last on {one.last_at:%Y-%m-%d %H:%M} UTC{whose}")
    if not found:
        say("No server had a call yet.")


@app.command()
@sentences
def inherit(
    node: Annotated[str, typer.Argument(metavar="NODE", help="The server that is gone (`hotline calls servers`).")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    config: ConfigFile = None,
) -> None:
    """Make the calls of a server that is gone for good this one's: it deletes their files, or says they are lost."""
    from quality.inheritance import inherit as take

    settings = read_settings(config)
    question = f"Is server {node} gone for good, and are its calls to be this one's? That can't be taken back."
    if not yes and not typer.confirm(question, err=True):
        raise typer.Exit(1)
    with records(settings) as connection:
        count = take(connection, node, settings.data.directory, datetime.now(UTC), by="command")
        connection.commit()
    say(f"{count} calls are this server's now. Put what is left of its recordings/ below this one's, same paths.")
