"""What every test shares: order, and a guard against configuration of the machine's owner leaking in."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from tests.live_server import live_server

__all__ = ["live_server"]
# The same examples every time, however busy the machine is; `--hypothesis-profile=default` looks for new ones.
settings.register_profile("gate", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gate")
CHECKOUT = Path(__file__).parents[1]
_SLOW = ("browser", "call", "peer", "engine")
"""Kinds of tests in the order of their turn: what nobody marked is quick."""


@pytest.fixture(autouse=True)
def _settings_of_the_shell_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("HOTLINE_") and name != "HOTLINE_WEIGHTS":
            monkeypatch.delenv(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, so that a slip is seen in seconds."""
    items.sort(key=lambda item: next((at for at, name in enumerate(_SLOW) if item.get_closest_marker(name)), -1))


class Scheduling(LoadScopeScheduling):  # type: ignore[misc, unused-ignore]
    """Of two processes of pytest (`-n 2`), which gets what: a group as a whole, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return group(CHECKOUT / nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """Tell xdist who shares out the tests."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)


@cache
def group(file: Path) -> str:
    """Name the tests that run in one process, one after the other: a package's, all peers', a file's of whole calls.

    Tests of one package share addresses and ports; what uses the live server shares it. A file of calls with servers of
    its own has addresses of its own; their calls last as long as calls do, and so are shared out one by one.
    """
    parts, text = file.relative_to(CHECKOUT / "tests").parts, file.read_text(encoding="utf-8")
    if parts[0] == "peers" or "live_server: " in text:
        return "the live server and peers"
    if "mark.call" in text:
        return "/".join(parts)
    return "/".join(parts[: 2 if parts[0] == "unit" else 1])
