"""Logs that tell a call's story: one line an event, the call's id first, what is personal masked.

log.info("< INVITE from %s", Personal(number))     # within `about(call_id)`
log.info("heard %s", Personal(text), extra={"call": call_id})
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from models.settings import LogSettings

CALL: ContextVar[str] = ContextVar("call", default="")
"""Id of the call that the running task belongs to; tasks started within inherit it."""
NUMBER = re.compile(r"[+\d\s()./*#-]*\d[+\d\s()./*#-]*")
_unmasked = False


@contextmanager
def about(call_id: str) -> Iterator[None]:
    """Name the call that everything logged in this block, and in tasks begun in it, is about."""
    token = CALL.set(call_id)
    try:
        yield
    finally:
        CALL.reset(token)


class Personal:
    """A phone number or words that somebody said: written masked unless `[log] personal` allows it."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __str__(self) -> str:
        return self.value if _unmasked else mask(self.value)

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def mask(value: str) -> str:
    """Return how much there is of `value` instead of it: of a number its last two digits, of words their count."""
    if not value:
        return ""
    if NUMBER.fullmatch(value):
        return f"…{value[-2:]}" if len(value) > 4 else "…"
    words = len(value.split())
    return f"[{words} words]" if words > 1 else f"[{len(value)} characters]"


def set_up(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send everything logged by this process to `stream` (stderr) as the settings say; replaces a former set-up."""
    global _unmasked
    _unmasked = settings.personal
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLine() if settings.format == "json" else HumanLine())
    logging.basicConfig(level=settings.level.upper(), handlers=[handler], force=True)
    for talkative in ("alembic", "apscheduler"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def unmasked() -> bool:
    """Whether `[log] personal` lets numbers and words be written as they are."""
    return _unmasked


def _call(record: logging.LogRecord) -> str:
    return str(getattr(record, "call", "") or CALL.get())


class HumanLine(logging.Formatter):
    """04:12:33.123 01k9… info  voice.session  < INVITE …; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S.%f")[:-3]
        call = _call(record)
        line = f"{at} {call or '-':16} {record.levelname.lower():7} {record.name}  {_one_line(record.getMessage())}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLine(logging.Formatter):
    """One JSON object a line: call, at (UTC), level, logger, message, error (the traceback) where there is one.

    What a record carries as `fields` is added.
    """

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {
            "call": _call(record) or None,
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _one_line(message: str) -> str:
    """Keep a peer's line breaks and control characters from forging lines."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
