"""What every command shares: where the configuration is, how JSON is printed, how a fault is said.

@app.command("list")
@sentences
def list_(config: ConfigFile = None, as_json: AsJson = False) -> None:
    settings = read_settings(config)
    ...
"""

import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, ParamSpec, TypeVar

import typer

from models.errors import HotlineError

P = ParamSpec("P")
R = TypeVar("R")

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="HOTLINE_CONFIG",
        metavar="FILE",
        help="Configuration; without it hotline.toml, then built-in defaults.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def sentences(command: Callable[P, R]) -> Callable[P, R]:
    """Wrap a command: a `HotlineError` is one sentence on stderr and exit code 1, never a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except HotlineError as error:
            say(str(error))
            raise typer.Exit(1) from error
        except KeyboardInterrupt:
            say("Stopped.")
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # The reader (head, less) has seen enough; Python must not fail again while it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(0) from None

    return run


def say(sentence: str) -> None:
    """Print a sentence for the person, on stderr."""
    typer.echo(sentence, err=True)


def print_json(document: Any) -> None:
    """Print one JSON document on stdout; on a terminal indented."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))
