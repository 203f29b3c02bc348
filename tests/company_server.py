"""One of the company's programs as tests need it: HTTP on loopback, answering as it is told, remembering who asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as it came over the wire."""

    method: str
    path: str
    headers: Mapping[str, str]
    """By names in small letters."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    content: Any = None
    """Bytes as they are; anything else as JSON."""
    status: int = 200
    """0: hangs up without a word."""
    after_s: float = 0.0
    kind: str = "application/json"
    breaks: bool = False
    """Hangs up in the middle."""


@dataclass
class CompanyServer:
    url: str
    answers: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)
    come: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, count: int, within_s: float = 30.0) -> list[Asked]:
        """Return the first `count` requests, once they have come."""
        async with asyncio.timeout(within_s), self.come:
            await self.come.wait_for(lambda: len(self.asked) >= count)
        return self.asked[:count]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _read(reader):
                self.asked.append(request)
                async with self.come:
                    self.come.notify_all()
                answer = self.answers(request)
                await asyncio.sleep(answer.after_s)
                if not answer.status:
                    return
                content = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content).encode()
                head = f"HTTP/1.1 {answer.status} Words\r\nContent-Type: {answer.kind}\r\n"
                length = len(content) + (100 if answer.breaks else 0)
                writer.write(f"{head}Content-Length: {length}\r\n\r\n".encode() + content)
                await writer.drain()
                if answer.breaks:
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # who asked didn't wait
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    line = await reader.readline()
    if not line:
        return None
    method, path, _ = line.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)


@asynccontextmanager
async def company_server(answers: Callable[[Asked], Answer], host: str = "127.0.26.1") -> AsyncIterator[CompanyServer]:
    """Serve on a free port of `host`."""
    company = CompanyServer("", answers)
    server = await asyncio.start_server(company.serve, host, 0)
    company.url = "http://{}:{}".format(*server.sockets[0].getsockname()[:2])
    try:
        yield company
    finally:
        server.close()
