"""A console with a database that is there already, and somebody signed in to ask it for pages."""

import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert

from console.gate import COOKIE
from console.serving import READY
from console.sessions import begin
from models.account import Account
from models.database import migrate, open_engine

ADDRESS = ("127.0.34.21", 9465)
PEOPLE = {"all": (["administrator"], ""), "lead": (["supervisor"], "team 0")}
"""Roles and team by name."""


class Console:
    """What a browser asks first; pictures and scripts it has already."""

    def __init__(self, cookies: Mapping[str, str]) -> None:
        self._cookies = cookies

    def get(self, path: str, who: str) -> bytes:
        """Return a page; anything but a page ends the bench."""
        connection = http.client.HTTPConnection(*ADDRESS, timeout=60)
        connection.request("GET", path, headers={"Cookie": f"{COOKIE}={self._cookies[who]}"})
        answer = connection.getresponse()
        page = answer.read()
        connection.close()
        assert answer.status == 200, f"{path}: {answer.status}"
        return page


@contextmanager
def console_on(file: Path) -> Iterator[Console]:
    """Yield a console of its own process on a SQLite file, which gets accounts for it."""
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    with engine.begin() as connection:
        cookies = {name: _sign_in(connection, name, roles, team) for name, (roles, team) in PEOPLE.items()}
    engine.dispose()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as directory:
        config = Path(directory) / "hotline.toml"
        host, port = ADDRESS
        config.write_text(
            f'[data]\ndirectory = "{directory}"\n[database]\nurl = "sqlite:///{file.absolute()}"\n'
            f'[console]\nlisten = "{host}:{port}"\ntoken = ""\n'
        )
        command = [sys.executable, "-m", "console", "console", "--config", str(config)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith(READY), line
            yield Console(cookies)
        finally:
            process.terminate()
            process.wait(20)


def _sign_in(connection: Connection, name: str, roles: list[str], team: str) -> str:
    connection.execute(delete(Account).where(Account.name == name))
    connection.execute(
        insert(Account).values(
            name=name, shown=name, password_hash="", roles=roles, team=team, extension="", language="", theme="",
            enabled=True, created_at=datetime.now(UTC), password_at=None,
        )
    )  # fmt: skip
    return begin(connection, name, "", datetime.now(UTC))
