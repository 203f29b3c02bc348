"""Somebody at a console's live board, without a browser: signed in, the page fetched, its socket held open.

Speaks what NiceGUI's script speaks (socket.io: the handshake in the address, an event when the board is drawn, an
acknowledgement every 3 s), and takes down when each line of text and each alert was there.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import socketio  # type: ignore[import-untyped]

from models.errors import OurFault

COOKIE = "hotline_session"
ACKNOWLEDGED_S = 3.0
UNESCAPED = {"&lt;": "<", "&gt;": ">", "&#96;": "`", "&#36;": "$", "&amp;": "&"}


@dataclass
class BoardViewer:
    base: str
    """http://host:port"""
    cookie: str
    lines: dict[str, float] = field(default_factory=dict)
    """Unix seconds when a turn ("CALL/NUMBER") was first there."""
    alerts: dict[str, float] = field(default_factory=dict)
    """The same of alerts, by call, rule and count."""
    messages: int = 0
    characters: int = 0

    async def watch(self, ready: asyncio.Event) -> None:
        """Look at the board until cancelled; `ready` is set once something is on it."""
        headers = {"Cookie": f"{COOKIE}={self.cookie}"}
        async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{self.base}/live") as answer:
            page = await answer.text()
            if answer.status != 200:
                raise OurFault(f"The live board answered {answer.status}.")
        client, element, listener = _read(page)
        query = {"client_id": client, "next_message_id": 0, "implicit_handshake": "true",
                 "document_id": str(uuid4()), "tab_id": str(uuid4()), "old_tab_id": "null"}  # fmt: skip
        socket = socketio.AsyncClient(reconnection=False)
        newest = 0

        async def run(message: dict[str, Any]) -> None:
            nonlocal newest
            newest = message["_id"] + 1
            if "request_id" in message:
                # The drawer of the navigation asks whether it is open.
                answer = {"request_id": message["request_id"], "client_id": client, "result": True}
                await socket.emit("javascript_response", answer)
            elif self._take(message["code"]):
                ready.set()

        socket.on("run_javascript", run)
        await socket.connect(
            f"{self.base}?{urlencode(query)}", headers=headers, transports=["websocket"],
            socketio_path="/_nicegui_ws/socket.io",
        )  # fmt: skip
        try:
            drawn = {"id": element, "client_id": client, "listener_id": listener, "args": []}
            await socket.emit("event", drawn)
            while True:
                await asyncio.sleep(ACKNOWLEDGED_S)
                await socket.emit("ack", {"client_id": client, "next_message_id": newest})
        finally:
            await socket.disconnect()

    def _take(self, code: str) -> bool:
        now = time.time()
        found = re.search(r'"take", \[(.*)\]\)$', code, re.DOTALL)
        if found is None:
            return False
        told = json.loads(found[1])
        self.messages += 1
        self.characters += len(code)
        for call, one in told["calls"].items():
            for number, *_ in one["lines"]:
                self.lines.setdefault(f"{call}/{number}", now)
        for key, one in told["alerts"].items():
            self.alerts.setdefault(f"{key}/{one['count']}", now)
        return True


def _read(page: str) -> tuple[str, int, str]:
    """Return a page's id, the board's element in it, and who listens to its having been drawn."""
    client = re.search(r"'client_id': '([^']+)'", page)
    elements = re.search(r"parseElements\(String\.raw`(.*?)`\)", page, re.DOTALL)
    if client is None or elements is None:
        raise OurFault("The live board's page isn't written as this bench reads it; look at NiceGUI's template.")
    text = elements[1]
    for escaped, sign in UNESCAPED.items():
        text = text.replace(escaped, sign)
    for number, element in json.loads(text).items():
        if element["tag"] == "nicegui-live_board":
            listener = next(one["listener_id"] for one in element["events"] if one["type"] == "ready")
            return client[1], int(number), listener
    raise OurFault("There is no live board on its page.")
