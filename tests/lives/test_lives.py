"""Every life found in models/: each state can be reached, each life can end, and what has ended stays so."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import models
from models.life import ImpossibleMove, Life
from tests.lives.drawing import draw_all

LIVES_PAGE = Path(__file__).parents[2] / "docs" / "lives.md"


def lives() -> Iterator[Life[Any, Any]]:
    for module in sorted(pkgutil.iter_modules(models.__path__), key=lambda module: module.name):
        if not module.ispkg:
            yield from (
                v for v in vars(importlib.import_module(f"models.{module.name}")).values() if _is_own(v, module)
            )


def _is_own(value: object, module: pkgutil.ModuleInfo) -> bool:
    return isinstance(value, Life) and type(value.start).__module__ == f"models.{module.name}"


LIVES = list(lives())
each_life = pytest.mark.parametrize("life", LIVES, ids=[life.noun for life in LIVES])


def reachable(life: Life[Any, Any], start: Any) -> set[Any]:
    found, new = {start}, {start}
    while new:
        new = {after for (before, _), after in life.table.items() if before in new} - found
        found |= new
    return found


def test_the_known_lives_are_found() -> None:
    assert {"call", "leg", "agent", "waiting caller", "callback"} <= {life.noun for life in LIVES}


@each_life
def test_each_state_can_be_reached_from_the_start(life: Life[Any, Any]) -> None:
    assert reachable(life, life.start) == set(type(life.start).__members__.values())


@each_life
def test_each_life_can_end_wherever_it_stands(life: Life[Any, Any]) -> None:
    for state in type(life.start):
        assert reachable(life, state) & life.ends, f"{life.one} that is {state} can never end"


@each_life
def test_nothing_leaves_an_end(life: Life[Any, Any]) -> None:
    assert life.ends
    events = {event for _, event in life.table}
    for end in life.ends:
        for event in events:
            assert not life.allows(end, event)
            with pytest.raises(ImpossibleMove, match=rf"{life.one.capitalize()} that is {end} can't take '{event}'\."):
                life.next(end, event)


@each_life
def test_each_event_is_of_some_use(life: Life[Any, Any]) -> None:
    events = {event for _, event in life.table}
    kinds = {type(event) for event in events}
    assert len(kinds) == 1
    assert events == set(kinds.pop().__members__.values())


def test_the_drawings_are_in_step_with_the_tables() -> None:
    assert LIVES_PAGE.read_text() == draw_all(LIVES), "run .venv/bin/python -m tests.lives.drawing > docs/lives.md"
