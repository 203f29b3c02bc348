"""Logs tell a call's story and keep what is personal to themselves."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from models.log import Personal, about, set_up
from models.settings import LogSettings


@pytest.fixture(autouse=True)
def _logging_is_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    yield
    set_up(LogSettings(), io.StringIO())
    root.handlers, root.level = handlers, level


def line(settings: LogSettings, message: str, *args: object, call: str = "", **more: object) -> str:
    stream = io.StringIO()
    set_up(settings, stream)
    with about(call):
        logging.getLogger("voice.session").info(message, *args, **more)  # type: ignore[arg-type]
    return stream.getvalue()


def test_the_call_comes_first_and_one_event_is_one_line() -> None:
    written = line(LogSettings(), "< BYE\nforged\x1b[2J", call="06gz")
    assert written.count("\n") == 1
    assert written.split()[1] == "06gz"
    assert written.endswith("info    voice.session  < BYE\\nforged\\x1b[2J\n")


def test_json_lines_hold_call_time_and_message() -> None:
    entry = json.loads(line(LogSettings(format="json"), "heard %s", Personal("hello there"), extra={"call": "06gz"}))
    assert entry["call"] == "06gz"
    assert entry["message"] == "heard [2 words]"
    assert entry["at"].endswith("Z")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+49 171 1234567", "…67"),
        ("911", "…"),
        ("I lost my card", "[4 words]"),
        ("我的卡丢了", "[5 characters]"),
        ("", ""),
    ],
)
def test_what_is_personal_is_masked_unless_allowed(value: str, shown: str) -> None:
    assert line(LogSettings(), "x %s y", Personal(value)).rstrip("\n").endswith(f"x {shown} y")
    assert f"{Personal(value)!r}{Personal(value)}" == shown + shown
    assert line(LogSettings(personal=True), "x %s y", Personal(value)).rstrip("\n").endswith(f"x {value} y")


def test_a_traceback_follows_its_line() -> None:
    stream = io.StringIO()
    set_up(LogSettings(), stream)
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("x").exception("failed")
    assert stream.getvalue().splitlines()[-1] == "ValueError: odd"


@pytest.mark.parametrize("library", ["alembic.runtime.migration", "apscheduler.scheduler"])
def test_what_libraries_do_every_few_seconds_is_not_told(library: str) -> None:
    stream = io.StringIO()
    set_up(LogSettings(), stream)
    logging.getLogger(library).info("Running job")
    logging.getLogger(library).warning("Run time of job was missed")
    assert "Running job" not in stream.getvalue()
    assert "was missed" in stream.getvalue()
