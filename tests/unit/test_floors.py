"""What import-linter can't hold: modules on top of the tree, and packages nobody told it about."""

import ast
import tomllib
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
TOOLS = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]
NOT_SHIPPED = {"tests", "bench"}


def _imported(module: Path) -> set[str]:
    """Top-level names of everything a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_modules_on_top_of_the_tree_leave_engines_and_sippy_to_their_floors() -> None:
    forbidden = {
        name for contract in TOOLS["importlinter"]["contracts"] for name in contract.get("forbidden_modules", [])
    }
    assert {"sippy", "onnxruntime"} <= forbidden
    on_top = {module.stem: _imported(module) for module in CHECKOUT.glob("*.py")}
    for name, imported in on_top.items():
        assert not imported & (forbidden - on_top.keys()), name
    assert on_top.keys() == {"server"}


def test_every_package_stands_on_a_floor_is_shipped_and_sorts_as_ours() -> None:
    packages = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")} - NOT_SHIPPED
    assert packages == set(TOOLS["importlinter"]["root_packages"])
    assert {f"{name}*" for name in packages} == set(TOOLS["setuptools"]["packages"]["find"]["include"])
    assert packages <= set(TOOLS["ruff"]["lint"]["isort"]["known-first-party"])
