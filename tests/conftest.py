"""What every test shares: order, and a guard against configuration of the machine's owner leaking in."""

import os

import pytest

from tests.live_server import live_server

__all__ = ["live_server"]
_SLOW = ("engine", "peer", "call")


@pytest.fixture(autouse=True)
def _settings_of_the_shell_stay_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("HOTLINE_") and name != "HOTLINE_WEIGHTS":
            monkeypatch.delenv(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, so that a slip is seen in seconds."""
    items.sort(key=lambda item: sum(item.get_closest_marker(name) is not None for name in _SLOW))
