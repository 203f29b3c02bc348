"""A whole Hotline in a process of its own, with its own addresses and data: for the demo, the benches and tests."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.errors import OperatorFault, OurFault
from voice.sip.address import bracketed

READY = "Hotline is ready"
"""Beginning of the one line that `hotline serve` prints on stdout when callers may come."""

LAST_WORDS = 4.0
"""Seconds for what an ended server and its workers still write."""


@dataclass
class ServerProcess:
    """`hotline serve` with the settings given as environment; its JSON log lines are kept and can be followed."""

    directory: Path
    address: str = "127.0.0.1"
    settings: Mapping[str, str] = field(default_factory=dict)
    """Further settings by their environment names without HOTLINE_: {"LIMITS__MAX_CALLS": "10"}."""
    configuration: Path | None = None
    module: str = "console"
    """What is run with `serve`: the command, or a server with something else behind it."""

    def __post_init__(self) -> None:
        self.sip_port = free_port(self.address)
        self.lines: list[dict[str, Any]] = []
        self._fresh = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """Of the server process."""
        assert self._process is not None
        return self._process.pid

    @property
    def sip(self) -> tuple[str, int]:
        """Where to call."""
        return self.address, self.sip_port

    async def start(self, patience: float = 180.0) -> None:
        """Return when the server says ready; raise `OurFault` with its last words when it doesn't."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_") or k == "HOTLINE_WEIGHTS"}
        environment = {
            **inherited,
            "HOTLINE_SIP__LISTEN": f"{bracketed(self.address)}:{self.sip_port}",
            "HOTLINE_SIP__PUBLIC_ADDRESS": self.address,
            "HOTLINE_DATA__DIRECTORY": str(self.directory),
            "HOTLINE_METRICS__LISTEN": "",
            "HOTLINE_LOG__FORMAT": "json",
            "HOTLINE_LOG__PERSONAL": "true",
            # A process more, and nobody here waits for what it finds.
            "HOTLINE_QUALITY__INSPECT": "false",
            **{f"HOTLINE_{name}": value for name, value in self.settings.items()},
        }
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self.module,
            "serve",
            "--config",
            str(self._configuration()),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 20,
        )
        self._reading = asyncio.ensure_future(self._read_log())
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(patience):
                while line := await self._process.stdout.readline():
                    if line.decode().startswith(READY):
                        return
        except TimeoutError:
            await self.stop(patience=1)
        last = "; ".join(str(entry.get("message", entry)) for entry in self.lines[-5:])
        raise OurFault(f"The server did not get ready; its last words: {last or 'none'}.")

    async def stop(self, patience: float = 30.0, by: signal.Signals = signal.SIGTERM) -> int:
        """End the server and return its exit code; after `patience` seconds it is killed."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(by)
        try:
            async with asyncio.timeout(patience):
                code = await self._process.wait()
        except TimeoutError:
            self._process.kill()
            code = await self._process.wait()
        await self._read_to_the_end()
        return code

    async def wait(self, patience: float) -> int:
        """Return the exit code once the server has ended by itself; raise `TimeoutError` where it doesn't."""
        assert self._process is not None
        async with asyncio.timeout(patience):
            code = await self._process.wait()
        await self._read_to_the_end()
        return code

    async def follow(self) -> AsyncIterator[dict[str, Any]]:
        """Yield every log line as it comes, from the first (also of a server not started yet), until it ends."""
        read = 0
        while True:
            while read < len(self.lines):
                yield self.lines[read]
                read += 1
            if self._reading is not None and self._reading.done() and read == len(self.lines):
                return
            self._fresh.clear()
            if read == len(self.lines):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        await self._fresh.wait()

    async def __aenter__(self) -> "ServerProcess":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _configuration(self) -> Path:
        """Return the configuration file: the given one, or one that says no more than where the data are.

        Whatever hotline.toml lies where we were called has no say in this server.
        """
        if self.configuration is not None:
            return self.configuration
        file = self.directory / "hotline.toml"
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_text(f"[data]\ndirectory = {json.dumps(str(self.directory.absolute()))}\n", encoding="utf-8")
        except OSError as error:
            raise OperatorFault(f"{file} can't be written ({error.strerror}); name another directory.") from error
        return file

    async def _read_to_the_end(self) -> None:
        """Take the last log lines; a worker that outlives the server holds the pipe open and isn't waited for."""
        if self._reading is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await self._reading

    async def _read_log(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"message": line.decode(errors="replace").rstrip()}
            self.lines.append(entry if isinstance(entry, dict) else {"message": str(entry)})
            self._fresh.set()


def free_port(address: str) -> int:
    """Return a UDP port that nobody uses on `address` right now."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
