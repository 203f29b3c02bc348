"""`hotline dialplan taught`: what people said that callers meant, as examples for a flow's file."""

from dataclasses import asdict
from typing import Annotated

import typer

from dialplans.routing import find
from dialplans.teaching import lessons, taken_over
from models.command_line import AsJson, ConfigFile, print_json, sentences
from models.database import database_url, migrate, open_engine
from models.errors import OperatorFault
from models.settings_file import read_settings


@sentences
def taught(
    flow: Annotated[str, typer.Argument(metavar="FILE", help="A flow by file or by name.", show_default=False)],
    write: Annotated[
        bool, typer.Option("--write", help="Put them into the file, among its intents' examples.")
    ] = False,
    as_json: AsJson = False,
    config: ConfigFile = None,
) -> None:
    """Show what reviewers said that callers meant where the robot was wrong; or take it over into the flow's file."""
    settings = read_settings(config)
    path = find(flow, settings.dialplan.directory)
    engine = open_engine(database_url(settings))
    migrate(engine)
    with engine.connect() as connection:
        known = lessons(connection, path.stem)
    engine.dispose()
    try:
        text, new = taken_over(path.read_text(encoding="utf-8"), known)
        if write and new:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperatorFault(
            f"{path} can't be written ({error.strerror}); copy the flow into your own folder."
        ) from None
    if as_json:
        print_json([{**asdict(one), "new": one in new} for one in known])
        return
    for one in known:
        sign = "+" if one in new else " "
        typer.echo(
            f"{sign} {one.meant} ({one.language}): {one.said}   [taken for {one.taken or 'nothing'}, {one.call_id}]"
        )
    if write:
        typer.echo(f"{len(new)} examples are new in {path}; try `hotline dialplan test {path}`, then publish it.")
    elif not known:
        typer.echo(f"Nothing was taught for flow '{path.stem}' yet; the page of a call in the console does.")
