"""`hotline console`: the API in a process of its own, so that nothing asked of it can delay a call."""

import os
from collections.abc import Mapping

import uvicorn

from console.web import web
from models.errors import OperatorFault
from models.settings import ConsoleSettings, Settings
from queues.editing import opened
from voice.sip.address import host_and_port

DEFAULT_PORT = 9465


def token_of(settings: ConsoleSettings, environment: Mapping[str, str] = os.environ) -> str:
    """Return what programs have to know; raise `OperatorFault` where there is nothing."""
    written = settings.token
    if written.startswith("env:"):
        written = environment.get(written.removeprefix("env:"), "")
    if not written:
        raise OperatorFault(
            f"The console has no token ([console] token = {settings.token!r}), and without one anybody would have all "
            "agents and callers; export it, such as the output of: openssl rand -hex 32."
        )
    return written


def serve(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """Serve until SIGTERM or SIGINT; raise `OperatorFault` where the address or the token is none."""
    token = token_of(settings.console, environment)
    host, port = host_and_port(settings.console.listen, "listen in [console]")
    with opened(settings) as engine:
        app = web(settings, engine, token)
        # Its own log would show numbers in addresses; and it says itself where it listens.
        config = uvicorn.Config(app, host, port or DEFAULT_PORT, access_log=False, server_header=False, log_config=None)
        server = uvicorn.Server(config)
        try:
            server.run()
        except SystemExit as end:
            raise OperatorFault(
                f"The console can't listen on {settings.console.listen}; give another as listen in [console]."
            ) from end
