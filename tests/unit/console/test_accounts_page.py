"""The page of accounts: which changes take pages away that somebody has open."""

from types import SimpleNamespace

import pytest

from console.pages.accounts import sees_else

ROW = SimpleNamespace(roles=["qa", "agent"], team="day", extension="201", shown="Quinn", enabled=True)
VALUES = {"roles": ["agent", "qa"], "team": "day", "extension": "201", "shown": "Quinn", "enabled": True}


@pytest.mark.parametrize(
    "change", [{"roles": ["agent"]}, {"team": "night"}, {"extension": None}, {"enabled": False}, {"team": ""}]
)
def test_who_is_to_see_something_else_loses_open_pages_at_once(change):
    assert sees_else(ROW, VALUES | change)


@pytest.mark.parametrize("change", [{}, {"shown": "Q."}, {"team": " day "}])
def test_another_name_takes_no_page_away(change):
    assert not sees_else(ROW, VALUES | change)
