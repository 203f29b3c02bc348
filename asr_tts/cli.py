"""`hotline models`: which weights there are, whether they are here and right, and how to bring them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from asr_tts import weights
from asr_tts.known_models import KNOWN, Model
from models.errors import HotlineError

app = typer.Typer(help="The models for speech: list, fetch, verify.", no_args_is_help=True)


def _known(names: list[str] | None) -> list[str]:
    for name in names or []:
        if name not in KNOWN:
            raise typer.BadParameter(f"there is no model '{name}'; known are {', '.join(KNOWN)}")
    return names or []


Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Models by name.", callback=_known)]


@app.command("list")
def list_models(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Every model Hotline knows, its licence, and whether it is here."""
    states = [(model, *_state(model)) for model in KNOWN.values()]
    if as_json:
        print(json.dumps([_described(*state) for state in states], indent=2))
        return
    table = Table("name", "role", "engine", "language", "MB", "licence", "state", box=None)
    for model, state, _ in states:
        size = f"{model.size / 1e6:.0f}"
        table.add_row(model.name, model.role, model.engine, model.language, size, model.licence, state)
    Console().print(table)


@app.command("fetch")
def fetch_models(
    names: Names = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing about models that are here.")] = False,
) -> None:
    """Bring models here (all that the default configuration needs, or those named) and verify them."""

    def one(name: str) -> None:
        try:
            place = weights.find(name)
        except weights.WeightsFault:
            place = _fetch_visibly(name)
        else:
            if quiet:
                return
        typer.echo(f"{name}: ready in {place}", err=True)

    _for_each(names or [model.name for model in KNOWN.values() if model.default], one)


@app.command("verify")
def verify_models(names: Names = None) -> None:
    """Read every byte of the models (all that are the default, or those named) and compare with what it should be."""

    def one(name: str) -> None:
        typer.echo(f"{name}: right, in {weights.verify(name)}", err=True)

    _for_each(names or [model.name for model in KNOWN.values() if model.default], one)


def _state(model: Model) -> tuple[str, Path | None]:
    """ "ready" and where, "missing" or "corrupted"."""
    try:
        return "ready", weights.find(model.name)
    except weights.WeightsCorrupted:
        return "corrupted", None
    except weights.WeightsFault:
        return "missing", None


def _described(model: Model, state: str, place: Path | None) -> dict[str, object]:
    return {
        "name": model.name,
        "role": model.role,
        "engine": model.engine,
        "language": model.language,
        "bytes": model.size,
        "licence": model.licence,
        "provenance": model.provenance,
        "default": model.default,
        "state": state,
        "path": str(place or ""),
    }


def _fetch_visibly(name: str) -> Path:
    typer.echo(f"{name}: fetching {KNOWN[name].size / 1e6:.0f} MB", err=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(name, total=KNOWN[name].size)
        return weights.fetch(name, progress=lambda count: bar.advance(task, count))


def _for_each(names: list[str], work: Callable[[str], None]) -> None:
    """Do all of them, then exit with 1 if any failed."""
    failed = False
    for name in names:
        try:
            work(name)
        except HotlineError as error:
            typer.echo(str(error), err=True)
            failed = True
    if failed:
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
