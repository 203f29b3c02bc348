"""`hotline console`: the API in a process of its own, so that nothing asked of it can delay a call."""

import gc
import logging
import os
import socket
from collections.abc import Mapping
from ipaddress import ip_address

import uvicorn

from console.web import web
from models.errors import OperatorFault
from models.settings import ConsoleSettings, Settings
from queues.editing import opened
from voice.sip.address import bracketed, host_and_port

DEFAULT_PORT = 9465
READY = "Hotline's console is ready"
"""Beginning of the one line that is printed on stdout when it listens."""
log = logging.getLogger(__name__)


def token_of(settings: ConsoleSettings, environment: Mapping[str, str] = os.environ) -> str:
    """Return what programs may say to be let in as an administrator; "" where nothing is."""
    written = settings.token
    if written.startswith("env:"):
        written = environment.get(written.removeprefix("env:"), "")
    if written and len(written) < 16:
        raise OperatorFault(
            "The token of [console] is too short, and who guesses it may do everything; take such as the output of: "
            "openssl rand -hex 32."
        )
    return written


def serve(settings: Settings, environment: Mapping[str, str] = os.environ) -> None:
    """Serve until SIGTERM or SIGINT; raise `OperatorFault` where the address or the token is none."""
    token = token_of(settings.console, environment)
    host, port = host_and_port(settings.console.listen, "listen in [console]")
    if not settings.console.url.startswith("https:") and not loopback(host):
        log.warning(
            "Other machines reach the console without TLS: who is on the way reads passwords and calls. Put a proxy "
            "before it, and its https address as url in [console]."
        )
    with opened(settings) as engine:
        app = web(settings, engine, token)
        config = uvicorn.Config(
            app,
            host,
            port or DEFAULT_PORT,
            # Its own log would show numbers in addresses; and it says itself where it listens.
            access_log=False,
            server_header=False,
            log_config=None,
            log_level="warning",
            # Else whoever is on this machine might say that he is anybody.
            proxy_headers=bool(settings.console.proxies),
            forwarded_allow_ips=settings.console.proxies,
            # Pages that are open don't hold up the end.
            timeout_graceful_shutdown=3,
        )
        server = _Server(config)
        try:
            server.run()
        except SystemExit as end:
            raise OperatorFault(
                f"The console can't listen on {settings.console.listen}; give another as listen in [console]."
            ) from end


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that it listens; uvicorn's own lines at that level would tell the ids of pages."""
        await super().startup(sockets)
        if self.started:
            # What stands from now on isn't looked through again: that took some pages a quarter of a second more.
            gc.collect()
            gc.freeze()
            host = bracketed(self.config.host)
            print(f"{READY}: http://{host}:{self.config.port}", flush=True)


def loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
