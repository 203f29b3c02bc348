"""A PostgreSQL server of the tests' own: a private cluster in a temporary directory, on a Unix socket."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PATIENCE_S = 20.0
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=60")
"""What is written needn't survive a crash of the machine."""


def binaries() -> Path:
    """Return where the newest installed PostgreSQL has its programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: float(one.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    assert elsewhere, "PostgreSQL's initdb is not installed; run make setup."
    return Path(elsewhere).parent


@contextmanager
def cluster(*settings: str) -> Iterator[str]:
    """Yield the URL, without a database's name, of a running server."""
    # Not below pytest's own directory: the server doesn't run as root and couldn't reach it.
    directory = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    # PostgreSQL refuses to run as root.
    owner = "postgres" if os.getuid() == 0 else None
    if owner:
        shutil.chown(directory, owner, owner)
    data = directory / "data"
    try:
        make = [str(binaries() / "initdb"), "-D", str(data), "-U", "hotline", "-A", "trust"]
        make += ["--no-locale", "-E", "UTF8"]
        subprocess.run(
            [*make, "--no-sync"], cwd=directory, check=True, capture_output=True, timeout=60, user=owner, group=owner
        )
        options = [part for one in (*FAST, f"unix_socket_directories={directory}", *settings) for part in ("-c", one)]
        with (directory / "log").open("wb") as log:
            server = subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(data), *options],
                cwd=directory,
                stdout=log,
                stderr=log,
                user=owner,
                group=owner,
            )
        try:
            _wait(directory, server)
            yield f"postgresql+psycopg://hotline@/{{}}?host={directory}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(PATIENCE_S)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _wait(directory: Path, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(host=str(directory), user="hotline", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            log = (directory / "log").read_text(errors="replace")
            assert server.poll() is None, log
            assert time.monotonic() < end, log
            time.sleep(0.05)
