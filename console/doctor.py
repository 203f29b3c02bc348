"""What can be wrong with the console before somebody opens it: address, token, TLS, files, and who may sign in."""

import os
import socket
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from console.access import Right, Viewer
from console.assets import ADDRESS, STATIC, TEMPLATES
from console.phrases import Phrases
from console.serving import DEFAULT_PORT, loopback, token_of
from models.account import Account
from models.database import database_url, open_engine, schema_age
from models.doctor import Finding
from models.errors import OperatorFault
from models.settings import Settings
from voice.sip.address import bracketed, host_and_port

NEEDED = ("console.css", "call.css", "call_waveform.js")
ANSWERS_S = 2.0
"""For whatever has the port to say who it is."""
DIRECTLY = build_opener(ProxyHandler({}))
"""What is on this machine is no matter of the proxy that the environment may name."""


def examine(settings: Settings, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Yield what is found; of accounts nothing where there is no database yet (its own doctor tells)."""
    try:
        host, port = host_and_port(settings.console.listen, "listen in [console]")
        token_of(settings.console, environment)
    except OperatorFault as fault:
        yield Finding("fault", "console", str(fault))
        return
    yield _port(host, port or DEFAULT_PORT)
    yield from _reached(settings, host)
    yield _files()
    try:
        engine = open_engine(database_url(settings))
        found = list(_accounts(engine))
        engine.dispose()
    except (OperatorFault, DBAPIError):
        return
    yield from found


def _port(host: str, port: int) -> Finding:
    where = f"{bracketed(host)}:{port}"
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As servers do: what was closed a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if _is_ours(where):
                return Finding("ok", "console", f"A console of this version runs on {where}.")
            return Finding(
                "fault", "console", f"The console can't listen on {where} ({error.strerror}): stop what uses it, or "
                "set another address or port in [console] listen.",
            )  # fmt: skip
    return Finding("ok", "console", f"{where} is free for the console.")


def _is_ours(where: str) -> bool:
    try:
        with DIRECTLY.open(f"http://{where}{ADDRESS}/{NEEDED[0]}", timeout=ANSWERS_S) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError, ValueError):
        return False


def _reached(settings: Settings, host: str) -> Iterator[Finding]:
    tls = settings.console.url.startswith("https:")
    if not tls and not loopback(host):
        yield Finding(
            "warning", "console", "Other machines reach the console without TLS: who is on the way reads passwords and "
            "calls. Put a proxy with a certificate before it, and its https address as url in [console].",
        )  # fmt: skip
    if tls and not settings.console.proxies:
        yield Finding(
            "warning", "console", "[console] url is https, but no proxy is named in [console] proxies: every browser "
            "has the proxy's address on the audit trail, and one that guesses passwords locks out all.",
        )  # fmt: skip


def _files() -> Finding:
    names = [name for name in NEEDED if not (STATIC / name).is_file()]
    names += [name for name in ("sign_in.html", "call_first.html") if name not in TEMPLATES.env.list_templates()]
    if names or find_spec("nicegui") is None or not Phrases.load().texts:
        missing = ", ".join(names) or "NiceGUI or the phrases"
        return Finding("fault", "console", f"Of the console {missing} is missing; install Hotline again: make setup.")
    return Finding("ok", "console", "Its pages, styles and texts are all there.")


def _accounts(engine: Engine) -> Iterator[Finding]:
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return
    with engine.connect() as connection:
        if schema_age(connection) != "newest":
            return
        enabled = connection.execute(select(Account.roles).where(Account.enabled)).all()
    if not any(Viewer("", "", tuple(row.roles)).may(Right.ACCOUNTS) for row in enabled):
        yield Finding(
            "warning", "console", "Nobody can sign in as an administrator yet: hotline users add NAME --role "
            "administrator.",
        )  # fmt: skip
        return
    yield Finding("ok", "console", f"{len(enabled)} of its accounts can sign in, an administrator among them.")
