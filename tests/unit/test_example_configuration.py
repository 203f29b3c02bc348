"""hotline.example.toml is documentation that runs."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from models.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "hotline.example.toml"


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        nested = [t for t in (field.annotation, *get_args(field.annotation)) if isinstance(t, type)]
        sections = [t for t in nested if issubclass(t, BaseModel)]
        if sections:
            yield from keys_of(sections[0], f"{prefix}{name}.")
        else:
            yield prefix + name


def keys_in(table: object, prefix: str = "") -> Iterator[str]:
    if isinstance(table, list) and table and isinstance(table[0], dict):
        table = table[0]
    if not isinstance(table, dict):
        yield prefix.rstrip(".")
        return
    for name, value in table.items():
        yield from keys_in(value, f"{prefix}{name}.")


def test_the_example_is_a_valid_configuration():
    Settings.model_validate(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))


def test_every_key_is_in_the_example_and_nothing_else_is():
    documented = set(keys_in(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))))
    assert documented == set(keys_of(Settings))
