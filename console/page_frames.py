"""What a page's script says on its socket, and nothing else: engine.io and socket.io frames with NiceGUI's messages.

The libraries below write a traceback into the log for each frame that they can't read, and take a page's id from the
message. So frames are looked at before they get there. Pure.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

PONG, CLOSE, LEAVES = "3", "1", "41"
JOINS = re.compile(r"40(\{.*\})?", re.DOTALL)
SAYS = re.compile(r"42\d{0,9}(\[.*\])", re.DOTALL)
"""A socket.io event in the default namespace, perhaps with the number under which its answer is expected."""
PLACE = re.compile(r"\d{1,15}", re.ASCII)
"""Of a message in a page's row of them: Python refuses to read numbers of some thousand digits."""


def page_of(query: Mapping[str, Sequence[str]]) -> str:
    """Return the page whose socket is opened, of the address's query; "" where no script of ours asks so."""
    said = {name: values[0] for name, values in query.items()}
    if said.get("implicit_handshake") == "true" and not (
        {"tab_id", "document_id"} <= said.keys() and PLACE.fullmatch(said.get("next_message_id", "0"))
    ):
        return ""
    return said.get("client_id", "")


def proper(frame: str | bytes | None, page: str) -> bool:
    """Tell whether the script of `page` might have sent a frame."""
    if not isinstance(frame, str):
        return False
    if frame in (PONG, CLOSE, LEAVES):
        return True
    if JOINS.fullmatch(frame):
        return frame == "40" or isinstance(_read(frame[2:]), dict)
    said = SAYS.fullmatch(frame)
    message = _read(said[1]) if said else None
    if not isinstance(message, list) or len(message) != 2 or not isinstance(message[1], dict):
        return False
    name, told = message
    return told.get("client_id") == page and _fits(name, told)


def _fits(name: object, told: Mapping[str, Any]) -> bool:
    match name:
        case "event":
            args = told.get("args", [])
            names = isinstance(told.get("id"), int) and isinstance(told.get("listener_id"), str)
            return names and isinstance(args, list) and all(one is None or _is_json(one) for one in args)
        case "javascript_response":
            return isinstance(told.get("request_id"), str)
        case "ack":
            return isinstance(told.get("next_message_id"), int)
        case "handshake":
            kept = isinstance(told.get("tab_id"), str) and isinstance(told.get("document_id"), str)
            before = told.get("old_tab_id")
            kept = kept and (before is None or isinstance(before, str))
            return kept and bool(PLACE.fullmatch(str(told.get("next_message_id", 0))))
        case _:
            return name == "log"


def _is_json(text: object) -> bool:
    return isinstance(text, str) and _read(text) is not ...


def _read(text: str) -> Any:
    """Return what a text has in JSON; `...` where that is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return ...
