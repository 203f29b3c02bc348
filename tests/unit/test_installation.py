"""What `make setup` installs is the same everywhere: every version is written down."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
DIRECT = [
    Requirement(line)
    for lines in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    for line in lines
]


@pytest.fixture(scope="module")
def constraints() -> dict[str, Requirement]:
    lines = [Requirement(line) for line in (CHECKOUT / "constraints.txt").read_text().split("\n") if line]
    return {canonicalize_name(line.name): line for line in lines}


def test_every_direct_dependency_is_pinned_and_the_constraints_agree(constraints: dict[str, Requirement]) -> None:
    for dependency in DIRECT:
        assert str(dependency.specifier).startswith("=="), dependency
        assert constraints[canonicalize_name(dependency.name)].specifier == dependency.specifier


def test_nothing_is_taken_from_an_address_instead_of_an_index_by_name(constraints: dict[str, Requirement]) -> None:
    assert [line for line in [*constraints.values(), *DIRECT] if line.url] == []
