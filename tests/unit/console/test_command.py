"""The `hotline` command as a whole: what it offers, and what it loads for that."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from console.command import GROUPS, app

HEAVY = ("sippy", "numpy", "sqlalchemy", "alembic", "pypinyin", "cn2an", "onnxruntime", "httpx2", "server")
"""Modules of which each takes a tenth of a second or more to load, and the server that loads them all."""
RUN = f"""
import sys
from console.command import app
try:
    app(sys.argv[1:])
except SystemExit as left:
    print("exit", left.code, *(name for name in {HEAVY!r} if name in sys.modules))
"""


def loaded_by(*arguments: str) -> list[str]:
    """Return the exit code and the heavy modules that a command loaded."""
    told = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, timeout=60, check=True, env=os.environ
    )
    words = told.stdout.splitlines()[-1].split()
    assert words[0] == "exit"
    return words[1:]


@pytest.mark.parametrize("name", GROUPS)
def test_the_help_says_of_each_group_what_the_group_says_of_itself(name: str) -> None:
    module, sentence = GROUPS[name]
    assert import_module(module).app.info.help == sentence
    help_ = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"}).stdout
    assert sentence in help_
    assert f"{name} [OPTIONS] COMMAND" in help_


def test_the_help_names_every_command_and_loads_none() -> None:
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    for name in ("serve", "console", "doctor", "backup", "demo", *GROUPS):
        assert f" {name} " in told
    assert loaded_by("--help") == ["0"]


def _helps(command: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a command's help and of its groups', with where it stands."""
    yield path, command.help or ""
    for parameter in command.params:
        yield f"{path} {parameter.name}", getattr(parameter, "help", "") or ""
    for name, one in getattr(command, "commands", {}).items():
        yield from _helps(one, f"{path} {name}")


@pytest.mark.parametrize("name", ["", *GROUPS])
def test_no_help_has_brackets_that_would_be_taken_for_markup_and_left_out(name: str) -> None:
    whole = import_module(GROUPS[name][0]).app if name else app
    helps = list(_helps(get_command(whole), name))
    assert len(helps) > 5
    assert [(path, text) for path, text in helps if re.search(r"\[[a-z#/@\[]", text)] == []


def test_listing_calls_loads_the_database_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE__URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    (tmp_path / "new.sqlite").touch()
    assert loaded_by("calls", "list", "--json") == ["0", "sqlalchemy", "alembic"], "which makes the tables"
    assert loaded_by("calls", "list", "--json") == ["0", "sqlalchemy"]


def test_a_command_that_does_not_exist_is_wrong_usage() -> None:
    for words in (["bogus"], ["calls", "bogus"]):
        told = CliRunner().invoke(app, words)
        assert told.exit_code == 2
        assert "No such command 'bogus'" in told.output
